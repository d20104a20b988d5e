"""The blueprint that the room's pages share."""

from flask import Blueprint

bp = Blueprint("review", __name__)
