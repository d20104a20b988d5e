"""Imported once by the server that forks test processes: everything the application is made of, so that each of them starts at once."""

from __future__ import annotations

from app import ROOMS, _part

for room in ROOMS:
    for name in ("models", "policy", "jobs", "views", "api", "cli"):
        _part(room, name)
