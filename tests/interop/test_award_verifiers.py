"""A badge as this installation hands it out, from its own addresses, before verifiers that other people wrote."""

from __future__ import annotations

import json
import subprocess
import uuid as uuids

import pytest

from core.db import transaction
from credentials.badges import services
from credentials.badges.baking import unbake_png
from credentials.badges.did import did_document_url
from people.rules import Role
from tests.credentials.badges.conftest import at
from tests.factories.badges import signed_award
from tests.factories.people import person

pytestmark = pytest.mark.interop


@pytest.fixture
def handed_out(app, visitor):
    """``handed_out(revoked)`` is a badge as its addresses serve it: JSON out of the PNG, the token, and all that is published."""

    def make(revoked: bool) -> dict[str, object]:
        with app.app_context(), transaction():
            uuid: uuids.UUID = signed_award(visibility="public").uuid
        if revoked:
            with app.app_context(), transaction():
                services.revoke(person(Role.COORDINATOR), at(uuid), "Awarded in error, by a mix-up of names.")
        badge = json.loads(unbake_png(visitor.get(f"/badges/{uuid}.png").data)[0].text)
        did = visitor.get("/.well-known/did.json").json
        list_url = badge["credentialStatus"]["statusListCredential"]
        documents = {did_document_url(did["id"]): did, list_url: visitor.get(list_url.removeprefix("http://laurel.example")).json}
        return {"badge": badge, "token": visitor.get(f"/badges/{uuid}.jwt").text, "documents": documents}

    return make


@pytest.mark.parametrize("revoked", [False, True], ids=["good", "revoked"])
def test_javascript_verifiers_agree_with_what_the_page_says(javascript, handed_out, revoked: bool) -> None:
    given = handed_out(revoked)
    cases = [{"name": form, form: given[form], "documents": given["documents"]} for form in ("badge", "token")]
    done = subprocess.run(["node", "verify.mjs"], input=json.dumps(cases), cwd=javascript, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    answers = {answer["name"]: answer for answer in json.loads(done.stdout.splitlines()[-1])}
    for judge in ("digitalbazaar", "wallet"):
        verdict = answers["badge"][judge]
        assert (verdict["ok"] and not verdict.get("revoked")) is not revoked, f"{judge}: {verdict}"
    # A token's signature stays good when it is revoked; jose looks at the signature alone.
    assert answers["token"]["jose"]["ok"]


def test_1edtechs_schema_accepts_what_we_hand_out(official_schema, handed_out) -> None:
    judge = pytest.importorskip("jsonschema_rs", reason="1EdTech's schema was not asked: no JSON schema validator is installed.")
    schema = judge.Draft201909Validator(json.loads(official_schema.read_text()), validate_formats=True)
    assert [error.message for error in schema.iter_errors(handed_out(False)["badge"])] == []
