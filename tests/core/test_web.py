"""What every answer carries, and which headers of a request are believed."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from flask import Flask, request

from core.web import address
from tests.beside import made_like, on_the_connection_of


def test_every_answer_has_a_request_id_and_closes_the_usual_doors(visitor) -> None:
    headers = visitor.get("/healthz").headers
    assert len(headers["X-Request-ID"]) == 16
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(("given", "kept"), [("abcdef12-3456", True), ("short", False), ("x" * 41, False), ("with blank", False), ("line\u00e9", True)])
def test_a_request_id_from_a_proxy_is_kept_if_it_looks_like_one(visitor, given: str, kept: bool) -> None:
    answered = visitor.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"]
    assert (answered == given) is (kept and len(given) >= 8)


def test_hsts_is_announced_where_https_is_the_rule(app: Flask) -> None:
    assert "Strict-Transport-Security" not in app.test_client().get("/healthz").headers
    before = app.config["LAUREL"]
    app.config["LAUREL"] = dataclasses.replace(before, https_only=True)
    try:
        secure = on_the_connection_of(app, made_like(app))
    finally:
        app.config["LAUREL"] = before
    assert "max-age=31536000" in secure.test_client().get("/healthz").headers["Strict-Transport-Security"]
    assert "Secure" in secure.test_client().post("/language", data={"lang": "es"}).headers["Set-Cookie"]


def test_an_address_in_mail_is_the_public_one_with_and_without_a_request(app: Flask) -> None:
    with app.app_context():
        assert address("people.profile") == "http://laurel.example/profile"
        assert address("people.reset", link="a b&c") == "http://laurel.example/reset?link=a+b%26c"
    with app.test_request_context(headers={"Host": "evil.example"}):
        assert address("people.show", person=7) == "http://laurel.example/people/7"


@pytest.fixture
def behind_proxy(app: Flask) -> Any:
    """A client of an application that trusts one proxy."""
    before = app.config["LAUREL"]
    app.config["LAUREL"] = dataclasses.replace(before, trusted_proxies=1)
    try:
        other = on_the_connection_of(app, made_like(app))
    finally:
        app.config["LAUREL"] = before
    seen: dict[str, Any] = {}

    @other.before_request
    def note() -> None:
        seen.update(address=request.remote_addr, scheme=request.scheme, host=request.host)

    def ask(**headers: str) -> dict[str, Any]:
        other.test_client().get("/healthz", headers={name.replace("_", "-"): value for name, value in headers.items()})
        return seen

    return ask


def test_behind_a_proxy_the_callers_address_and_scheme_are_believed(behind_proxy) -> None:
    seen = behind_proxy(X_Forwarded_For="198.51.100.1, 203.0.113.9", X_Forwarded_Proto="https")
    assert (seen["address"], seen["scheme"]) == ("203.0.113.9", "https")


def test_behind_a_proxy_a_strangers_host_is_not_believed(behind_proxy) -> None:
    assert behind_proxy(X_Forwarded_Host="evil.example")["host"] == "localhost"


def test_without_a_proxy_no_forwarded_header_is_believed(app: Flask) -> None:
    with app.test_request_context(
        headers={"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}, environ_base={"REMOTE_ADDR": "192.0.2.1"}
    ) as context:
        assert (context.request.remote_addr, context.request.scheme) == ("192.0.2.1", "http")


def test_a_service_with_a_migrated_database_is_ready(visitor) -> None:
    answer = visitor.get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (200, "ok")


def test_metrics_may_ask_for_a_token(app: Flask, visitor) -> None:
    assert b"laurel_requests_total" in visitor.get("/metrics").data
    before = app.config["LAUREL"]
    app.config["LAUREL"] = dataclasses.replace(before, metrics_token="open sesame")
    try:
        assert visitor.get("/metrics").status_code == 401
        for wrong in ("Bearer wrong", "Bearer \u00e9", "open sesame"):
            assert visitor.get("/metrics", headers={"Authorization": wrong}).status_code == 401
        assert visitor.get("/metrics", headers={"Authorization": "Bearer open sesame"}).status_code == 200
    finally:
        app.config["LAUREL"] = before


def test_a_number_too_long_for_a_key_is_a_page_that_is_not_there(visitor) -> None:
    for path in ("/people/9223372036854775808", "/people/" + "9" * 50):
        assert visitor.get(path).status_code == 404


def test_a_page_and_a_program_get_the_same_failure_each_in_its_way(visitor) -> None:
    page, machine = visitor.get("/nowhere"), visitor.get("/nowhere", headers={"Accept": "application/json"})
    assert page.status_code == machine.status_code == 404
    assert "<h1>Nothing here</h1>" in page.text
    assert machine.mimetype == "application/problem+json"
    assert machine.json["title"] == "Nothing here"
    assert machine.json["request_id"] == machine.headers["X-Request-ID"]
    assert visitor.get("/api/v1/nowhere").mimetype == "application/problem+json"
