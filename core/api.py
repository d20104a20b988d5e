"""The API's front: ``/api/v1``, OpenAPI 3.1, problem+json, personal tokens only.

A session cookie does not open the API, so no page elsewhere can use a signed-in browser against it (CSRF); a token does.
"""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_smorest import Api

from core.web import csrf

smorest = Api()


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
    smorest.init_app(
        app,
        spec_kwargs={
            "info": {"description": "Choose professional learning, show it, be recognised for it.", "license": {"name": "MIT"}},
            "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "A personal token from your profile."}}},
            "security": [{"token": []}],
        },
    )


def register(app: Flask, blueprint: Any) -> None:
    """Add one room's API."""
    csrf.exempt(blueprint)
    smorest.register_blueprint(blueprint)


