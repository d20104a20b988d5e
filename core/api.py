"""The API's front: ``/api/v1``, OpenAPI 3.1, problem+json, personal tokens only.

A session cookie does not open the API, so no page elsewhere can use a signed-in browser against it (CSRF); a token does.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import marshmallow as ma
from flask import Flask
from flask_smorest import Api
from flask_smorest.spec import prepare_response

from core.access import public
from core.web import csrf

DESCRIPTION = (
    "Choose professional learning, show it, be recognised for it. Every call needs a personal token from your profile, sent as "
    "`Authorization: Bearer …`; a token without the `write` scope may only read. Errors are `application/problem+json` (RFC 9457). "
    "`X-RateLimit-Limit`, `-Remaining` and `-Reset` (seconds since 1970) say how many calls are left; after too many the answer is 429 with `Retry-After`."
)


class Problem(ma.Schema):
    """What went wrong (RFC 9457)."""

    type = ma.fields.String(required=True, metadata={"description": "What kind of problem: `urn:laurel:problem:` and the code of the rule, or `about:blank`."})
    title = ma.fields.String(required=True)
    status = ma.fields.Integer(required=True)
    detail = ma.fields.String(metadata={"description": "A sentence that names the rule and the way out."})
    instance = ma.fields.String(required=True)
    request_id = ma.fields.String(required=True, metadata={"description": "The number to give when you ask for help."})
    errors = ma.fields.Dict(metadata={"description": "What is wrong with the input, by field."})


class _Front(Api):
    """flask-smorest's front with our errors: ``core.errors`` gives every failure its face, for pages and for machines alike."""

    ERROR_SCHEMA = Problem

    def _register_error_handlers(self) -> None:
        """Leave the errors to core.errors: flask-smorest's handler would answer pages with JSON too."""

    def _register_responses(self) -> None:
        """Describe errors as problem+json."""
        for name, words in [("DEFAULT_ERROR", "A problem"), *((s.name, s.phrase) for s in HTTPStatus)]:
            response: dict[str, Any] = {"description": words}
            if name == "DEFAULT_ERROR" or HTTPStatus[name] >= 400:
                response["schema"] = Problem
            prepare_response(response, self.spec, "application/problem+json")
            self.spec.components.response(name, response, lazy=True)


def init_app(app: Flask) -> None:
    """Serve the description at ``/api/v1/openapi.json``."""
    app.config.update(
        API_TITLE="Laurel",
        API_VERSION="1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
        OPENAPI_SWAGGER_UI_PATH=None,
    )
    app.extensions["laurel.api"] = front = _Front()
    front.init_app(
        app,
        spec_kwargs={
            "info": {"description": DESCRIPTION, "license": {"name": "MIT"}},
            "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "A personal token from your profile."}}},
            "security": [{"token": []}],
        },
    )
    app.view_functions["api-docs.openapi_json"] = public(lambda: front._openapi_json())


def register(app: Flask, blueprint: Any) -> None:
    """Add one room's API."""
    csrf.exempt(blueprint)
    app.extensions["laurel.api"].register_blueprint(blueprint)
