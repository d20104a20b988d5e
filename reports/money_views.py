"""Pages about the district's money: the stipend register, funds, refusals, and why somebody was paid."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("reports", __name__)
