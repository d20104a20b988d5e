"""The blueprint that the room's pages share."""

from flask import Blueprint

bp = Blueprint("evidence", __name__)
