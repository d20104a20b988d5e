"""What every answer carries: a request id, security headers, a log line; and whether the service is well."""

from __future__ import annotations

import logging
import secrets
import sys
import time

import structlog
from flask import Blueprint, Flask, Response, abort, current_app, g, jsonify, redirect, request, url_for
from flask_wtf.csrf import CSRFProtect
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest
from sqlalchemy import text
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response as BaseResponse

from core.access import public
from core.config import Settings
from core.db import db

csrf = CSRFProtect()
bp = Blueprint("health", __name__)
log = structlog.get_logger()

REQUESTS = Counter("laurel_requests_total", "Requests by endpoint and status class", ["endpoint", "status"])
SECONDS = Histogram("laurel_request_seconds", "Time to answer, by endpoint", ["endpoint"], buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10))
QUEUE = Gauge("laurel_jobs", "Jobs in the queue by status", ["status"])

#: No inline script or style anywhere; pictures may come from data: for QR codes in SVG.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; connect-src 'self'; "
    "frame-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def setup_logging(settings: Settings) -> None:
    """Structured logs on standard error, with the request id in every line."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    for_machines: list[structlog.typing.Processor] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    # Plain tracebacks: the pretty ones print every local variable, and with them what is nobody's business.
    plain = structlog.dev.plain_traceback
    for_people: list[structlog.typing.Processor] = [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]
    last = for_machines if settings.log_format == "json" else for_people
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, settings.log_level.upper(), logging.INFO)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


class _Key(IntegerConverter):
    """A whole number in an address that fits a key of the database: with more digits there is no such page, rather than an error."""

    def __init__(self, map: Map, fixed_digits: int = 0, min: int | None = None, max: int | None = None, signed: bool = False) -> None:
        super().__init__(map, fixed_digits, min, 2**63 - 1 if max is None else max, signed)


def init_app(app: Flask) -> None:
    """Wire request ids, headers, logs, metrics and the proxy setting."""
    settings: Settings = app.config["LAUREL"]
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        # Not X-Forwarded-Host: a proxy that passes Host on, as ours does, lets a stranger's X-Forwarded-Host through too.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n)  # type: ignore[method-assign]
    csrf.init_app(app)
    app.url_map.converters["int"] = _Key
    app.register_blueprint(bp)

    @app.before_request
    def begin() -> None:
        g.started = time.perf_counter()
        given = request.headers.get("X-Request-ID", "")
        g.request_id = given if 8 <= len(given) <= 40 and given.replace("-", "").isalnum() else secrets.token_hex(8)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def finish(response: Response) -> Response:
        headers = response.headers
        headers["X-Request-ID"] = g.get("request_id", "")
        headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "geolocation=(), microphone=(), camera=(self)")
        if settings.https_only:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if request.endpoint not in ("static", "bootstrap.static", "fonts.woff2") and "Cache-Control" not in headers:
            # Pages hold what is one person's business: no cache may keep them, and the back button after sign-out shows nothing.
            headers["Cache-Control"] = "no-store"
        seconds = time.perf_counter() - g.get("started", time.perf_counter())
        endpoint = request.endpoint or "unknown"
        REQUESTS.labels(endpoint, f"{response.status_code // 100}xx").inc()
        SECONDS.labels(endpoint).observe(seconds)
        if endpoint not in ("static", "bootstrap.static", "fonts.woff2", "health.healthz"):
            log.info("request", method=request.method, path=request.path, status=response.status_code, ms=round(seconds * 1000, 1))
        return response


def address(endpoint: str, **values: object) -> str:
    """The full public address of an endpoint, under the base address of the settings: for mail, badges and calendars.

    It never follows the Host header of a request, which a stranger may choose, and it works in a job, where there is no request.
    """
    paths = current_app.url_map.bind("base.invalid")
    return str(current_app.config["LAUREL"].base_url) + paths.build(endpoint, values)


@bp.get("/favicon.ico")
@public
def favicon() -> BaseResponse:
    """The icon, for browsers that show one of our files (a PDF, a picture), which cannot name it themselves."""
    response = redirect(url_for("static", filename="img/favicon.svg"), 301)
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


@bp.get("/healthz")
@public
def healthz() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
@public
def readyz() -> tuple[Response, int] | Response:
    """The process can do its work: the database answers and is at the newest migration this code knows."""
    try:
        revision = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    except Exception as error:  # Whatever is wrong with the database, the answer is the same: not ready.
        log.error("not ready", error=str(error))
        db.session.rollback()
        return jsonify(status="unavailable", database="away or without tables"), 503
    return jsonify(status="ok", database="ok", revision=revision)


@bp.get("/metrics")
@public
def metrics() -> Response:
    """Prometheus metrics; behind a bearer token where the setting says so."""
    token = current_app.config["LAUREL"].metrics_token
    if token and not secrets.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode()):
        abort(401)
    counts = dict.fromkeys(("todo", "doing", "succeeded", "failed"), 0)
    for status, number in db.session.execute(text("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status")):
        counts[status] = number
    for status, number in counts.items():
        QUEUE.labels(status).set(number)
    return Response(generate_latest(), mimetype=CONTENT_TYPE_LATEST)
