"""The blueprint that the room's pages share."""

from flask import Blueprint

bp = Blueprint("people", __name__)
