"""Access is declared at the door.

Above every view stands ``@public`` or ``@requires(predicate, name=loader)``: load (404), check (403), act. A test walks the
URL map and fails on an endpoint with no sign. Templates ask the same predicates through ``may``.
"""

from __future__ import annotations

import functools
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from flask import Flask, abort, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from core.errors import wants_json

Predicate = Callable[..., bool]
Loader = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Sign:
    """What stands at the door of a view: who may enter, and what is loaded on the way in."""

    predicate: Predicate | None
    loaders: dict[str, Loader] = field(default_factory=dict)

    @property
    def is_public(self) -> bool:
        return self.predicate is None


def me() -> Any:
    """The person who is signed in, as the row itself, or None. Never Flask-Login's proxy, which a relationship would keep."""
    user = current_user._get_current_object() if current_user else None
    return user if user is not None and user.is_authenticated else None


def sign_of(view: Callable[..., Any]) -> Sign | None:
    """The sign at a view's door, if it has one."""
    return getattr(view, "__access__", None)


def public(view: Callable[..., Any]) -> Callable[..., Any]:
    """Anybody may enter."""
    view.__access__ = Sign(None)  # type: ignore[attr-defined]
    return view


def opened(**loaders: Loader) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Anybody may enter, but what the address names is loaded first, and unknown is 404."""

    def sign(view: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(view)
        def enter(**arguments: Any) -> Any:
            user = me()
            for name, loader in loaders.items():
                arguments[name] = _load(loader, arguments.get(name), user)
            return view(**arguments)

        enter.__access__ = Sign(None, loaders)  # type: ignore[attr-defined]
        return enter

    return sign


def requires(predicate: Predicate, **loaders: Loader) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Only those may enter for whom ``predicate(user, *loaded)`` is true.

    Each loader is named like the URL argument it turns into a row: ``loader(key, user)`` answers the row, or None where there is
    none or its existence is no business of this user (404). The predicate then says 403 or lets in.
    """

    def sign(view: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(view)
        def enter(**arguments: Any) -> Any:
            user = me()
            if user is None:
                return sign_in_first()
            loaded = []
            for name, loader in loaders.items():
                arguments[name] = _load(loader, arguments.get(name), user)
                loaded.append(arguments[name])
            if not predicate(user, *loaded):
                abort(403)
            return view(**arguments)

        enter.__access__ = Sign(predicate, loaders)  # type: ignore[attr-defined]
        return enter

    return sign


def _load(loader: Loader, key: Any, user: Any) -> Any:
    row = loader(key, user)
    if row is None:
        abort(404)
    return row


def sign_in_first() -> Response:
    """Send a person to the sign-in page and back here afterwards; tell a machine 401."""
    if wants_json():
        abort(401)
    here = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else request.referrer
    return redirect(url_for("people.sign_in", next=same_site(here, request.host)))


def same_site(target: str | None, host: str) -> str | None:
    """The part of ``target`` after the host, if it leads to a page of ours; None for anything that could lead elsewhere.

    ``target`` is an address from outside (``?next=``, a referrer): a path, or a full http(s) address on ``host``. Browsers take
    a backslash for a slash and drop tabs and line ends, so an address with any of them is refused, not repaired.
    """
    if not target or target.startswith("//") or any(letter == "\\" or not letter.isprintable() or letter == " " for letter in target):
        return None
    try:
        parts = urllib.parse.urlsplit(target)
    except ValueError:
        return None
    if (parts.scheme or parts.netloc) and (parts.scheme not in ("http", "https") or parts.netloc != host):
        return None
    if not parts.path.startswith("/") or parts.path.startswith("//"):
        return None
    return parts.path + (f"?{parts.query}" if parts.query else "")


def way_back(target: str | None, otherwise: str = "home.index") -> str:
    """Where to go after a detour: ``target`` if it is a page of ours, else the endpoint ``otherwise``."""
    return same_site(target, request.host) or url_for(otherwise)


_policies: dict[str, ModuleType] = {}


def register_policy(name: str, module: ModuleType) -> None:
    """Let templates ask ``may("name.can_verb", subject)`` of a room's policy module."""
    _policies[name] = module


def may(question: str, *subjects: Any) -> bool:
    """Whether the person who is signed in may do this: ``may("evidence.can_submit", submission)``."""
    user = me()
    if user is None:
        return False
    room, verb = question.rsplit(".", 1)
    predicate: Predicate = getattr(_policies[room], verb)
    return predicate(user, *subjects)


def init_app(app: Flask) -> None:
    """Make ``me`` and ``may`` known to templates."""
    app.jinja_env.globals.update(may=may)

    @app.context_processor
    def who() -> dict[str, Any]:
        return {"me": me()}
