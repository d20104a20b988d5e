"""How often one address may knock, and one token may call.

Sign-in, forgotten passwords and reset are limited by network address; the API by person. The counts are kept where
``LAUREL_RATE_LIMIT_STORAGE`` says: by default in each process by itself, so that several processes together let several times as
much through. That is honest enough for slowing down a crowd of guesses at many accounts; guesses at one account are counted
exactly, in the database, by :mod:`people.services.sign_in`.
"""

from __future__ import annotations

import ipaddress
import time

from flask import Flask, Response, current_app, request
from flask_limiter import ApplicationLimit, Limiter

from core.access import me
from people.identity import is_api

#: A school stands behind one address: right passwords are limited only so far that computing hashes cannot be made a weapon.
TRIES = "240 per minute"
WRONG_TRIES = "30 per minute; 300 per hour"
LINKS = "20 per minute; 100 per hour"
API_CALLS = "600 per minute"


def network() -> str:
    """The address a request comes from; of IPv6 the network of 64 bits, because one household has all of it."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def caller() -> str:
    """Whose API calls are counted together: all of one person's tokens; without a good token, the network."""
    person = me()
    return f"person:{person.id}" if person is not None else network()


limiter = Limiter(
    network,
    headers_enabled=False,  # Its own way sends Retry-After with every answer; see _headers.
    strategy="sliding-window-counter",
    application_limits=[ApplicationLimit(API_CALLS, key_function=caller, exempt_when=lambda: not is_api(request.path))],
)


def was_refused(response: Response) -> bool:
    """Whether an attempt was answered with the form again: only these count as wrong tries."""
    return response.status_code == 422


@limiter.request_filter
def _switched_off() -> bool:
    """Whether limits are off, as in most tests. Asked at every request, because Flask-Limiter itself asks only once."""
    return not current_app.config.get("RATELIMIT_ENABLED", True)


def _headers(response: Response) -> Response:
    """Tell a program how many calls it has left; tell anybody who came too often when to come back."""
    used = limiter.current_limit
    if used is None:
        return response
    if is_api(request.path):
        response.headers["X-RateLimit-Limit"] = str(used.limit.amount)
        response.headers["X-RateLimit-Remaining"] = str(used.remaining)
        response.headers["X-RateLimit-Reset"] = str(int(used.reset_at))
    if response.status_code == 429:
        response.headers["Retry-After"] = str(max(1, round(used.reset_at - time.time())))
    return response


def init_app(app: Flask) -> None:
    """Count from now on, in the storage that the settings name."""
    app.config["RATELIMIT_STORAGE_URI"] = app.config["LAUREL"].rate_limit_storage
    limiter.init_app(app)
    app.after_request(_headers)
