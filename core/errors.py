"""Refusals that speak to people, and how they look: a page in the browser, problem+json in the API."""

from __future__ import annotations

import structlog
from flask import Flask, Response, g, jsonify, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

log = structlog.get_logger()


class RuleBroken(Exception):
    """Somebody asked for what a rule forbids.

    ``sentence`` names the rule and the way out in words for people; ``rule`` is a short stable code for machines.
    """

    status = 409

    def __init__(self, sentence: str, rule: str = "rule-broken") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.rule = rule


class Forbidden(RuleBroken):
    """This is not open to whoever asks, and the reason may be told: the sentence says what would be needed."""

    status = 403


class BadInput(RuleBroken):
    """What was sent cannot be used as it is; ``problems`` maps a field to its sentence."""

    status = 422

    def __init__(self, sentence: str, problems: dict[str, str] | None = None) -> None:
        super().__init__(sentence, "bad-input")
        self.problems = problems or {}


def wants_json() -> bool:
    """Whether the caller is a machine: an API path, or an Accept header that puts JSON before HTML."""
    if request.path.startswith("/api/"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json" and request.accept_mimetypes["text/html"] < request.accept_mimetypes["application/json"]


def problem(status: int, title: str, detail: str = "", rule: str = "", **more: object) -> Response:
    """A problem+json answer (RFC 9457)."""
    body: dict[str, object] = {"type": f"urn:laurel:problem:{rule}" if rule else "about:blank", "title": title, "status": status}
    if detail:
        body["detail"] = detail
    body["instance"] = request.path
    body["request_id"] = g.get("request_id", "")
    body.update(more)
    response = jsonify(body)
    response.status_code = status
    response.mimetype = "application/problem+json"
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="laurel"'
    return response


def _words(status: int) -> tuple[str, str]:
    known = {
        400: (_("That request was not understood"), _("Something in the address or the form was not as expected. Go back and try once more.")),
        401: (_("Please sign in"), _("This page is for people who are signed in.")),
        403: (_("Not yours to open"), _("Your role does not include this. If it should, ask the professional-learning office.")),
        404: (_("Nothing here"), _("There is no such page, or it is not yours to see.")),
        405: (_("Not like that"), _("This address exists, but not for what was asked of it.")),
        409: (_("That has changed meanwhile"), _("Somebody else acted on this just before you. Open it again and look before you decide.")),
        413: (_("That file is too large"), _("Send a smaller file, or a link to where it is kept.")),
        415: (_("Not a kind we can read"), _("Send it in one of the formats named beside the field.")),
        422: (_("Something is missing"), _("Please look at the marked fields.")),
        429: (_("A little too fast"), _("Wait a minute, then try again.")),
        500: (_("Something broke on our side"), _("Nothing was saved half-way. The number below helps us find it.")),
        503: (_("Back in a moment"), _("The service is restarting. What you typed is kept in this browser; try again in a minute.")),
    }
    return known.get(status, (_("That did not work"), ""))


def page(status: int, sentence: str = "", title: str = "") -> tuple[str, int] | Response:
    """The error page, or problem+json for a machine."""
    words = _words(status)
    if wants_json():
        return problem(status, title or words[0], sentence or words[1])
    html = render_template(
        "errors/page.html",
        code=status,
        title=title or words[0],
        message=sentence or words[1],
        action_label=_("Go to your home page"),
        action_url=url_for("home.index"),
        request_id=g.get("request_id", ""),
    )
    return html, status


def init_app(app: Flask) -> None:
    """Give every failure a face."""

    @app.errorhandler(RuleBroken)
    def refused(error: RuleBroken):  # type: ignore[no-untyped-def]
        if wants_json():
            more = {"errors": error.problems} if isinstance(error, BadInput) and error.problems else {}
            return problem(error.status, _words(error.status)[0], error.sentence, error.rule, **more)
        return page(error.status, error.sentence, _("That is not possible just now"))

    @app.errorhandler(StaleDataError)
    def overtaken(error: StaleDataError):  # type: ignore[no-untyped-def]
        return page(409)

    @app.errorhandler(CSRFError)
    def forged(error: CSRFError):  # type: ignore[no-untyped-def]
        if wants_json() and not current_user.is_authenticated:
            # The session that the token belonged to is over: a script that saves drafts has to know that it is signed out.
            return page(401)
        return page(400, _("This form was open for too long or came from another page. Go back, reload it and send it again; what you typed is kept."))

    @app.errorhandler(HTTPException)
    def http(error: HTTPException):  # type: ignore[no-untyped-def]
        if error.response is not None or error.code is None or error.code < 400:
            return error
        sent = getattr(error, "data", None) or {}
        if error.code == 422 and sent.get("messages") and wants_json():
            # What the API's schemas found wrong (webargs), by place (json, query) and field.
            return problem(422, _words(422)[0], _words(422)[1], "bad-input", errors=sent["messages"])
        response = app.make_response(page(error.code))
        for name, value in error.get_headers():
            if name in ("WWW-Authenticate", "Retry-After", "Allow"):
                response.headers[name] = value
        return response

    @app.errorhandler(OperationalError)
    def database_away(error: OperationalError):  # type: ignore[no-untyped-def]
        log.error("database unavailable", error=str(error.orig))
        return page(503)

    @app.errorhandler(Exception)
    def broken(error: Exception):  # type: ignore[no-untyped-def]
        log.exception("unhandled", path=request.path)
        if app.testing and not app.config.get("SHOW_ERROR_PAGES"):
            raise error
        return page(500)
