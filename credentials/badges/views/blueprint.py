"""The blueprint of badges, by itself so that each module of views can add to it."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("badges", __name__)
