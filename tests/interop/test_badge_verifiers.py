"""Our badges before verifiers that other people wrote, in another language and in ours.

npm: `@digitalbazaar/vc` with its Data Integrity and status list packages, `@digitalcredentials/verifier-core` (what a real
wallet runs), `jose`. PyPI: `openbadgeslib`. And 1EdTech's own JSON schema. Each judge is skipped with a plain message where it
cannot be had.
"""

from __future__ import annotations

import json
import subprocess

import pytest

from credentials.badges.baking import bake_png, bake_svg
from credentials.badges.facts import Issuer
from credentials.badges.shape import check_shape
from tests.credentials.badges.samples import DID
from tests.interop.badges_on_trial import Trial, dated, trials

pytestmark = pytest.mark.interop
TRIALS = {trial.name: trial for trial in trials()}

# Taken in by a badge whose expiry is spelled by its full address: the signature covers statements, the library reads JSON.
# Ours checks that they agree; see `credentials.badges.linked_data`.
DECEIVED = {"digitalbazaar": {"respelled expiry"}, "wallet": {"respelled expiry"}}


@pytest.fixture(scope="session")
def javascript_answers(javascript):
    """The answers of every JavaScript verifier on every badge, by name of the badge."""
    cases = []
    for trial in TRIALS.values():
        form = "badge" if isinstance(trial.badge, dict) else "token"
        cases.append({"name": trial.name, form: trial.badge, "documents": trial.documents()})
    done = subprocess.run(["node", "verify.mjs"], input=json.dumps(cases), cwd=javascript, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    # The libraries print what they think on the way; the answers are the last line.
    return {answer["name"]: answer for answer in json.loads(done.stdout.splitlines()[-1])}


@pytest.mark.parametrize("name", TRIALS)
def test_our_own_verifier_agrees_with_what_the_case_is_about(name):
    expected = TRIALS[name].fails
    found = TRIALS[name].our_answer()
    # A flipped byte in a token may make it unreadable or only unsigned, by where it falls.
    assert found in ({"parse", "context", "proof"} if name == "token with a flipped byte" else {expected})


@pytest.mark.parametrize("name", TRIALS)
def test_the_javascript_verifiers_accept_the_good_and_refuse_the_bad(javascript_answers, name):
    trial, answer = TRIALS[name], javascript_answers[name]
    judges = ["digitalbazaar", "wallet"] if isinstance(trial.badge, dict) else ["jose"]
    for judge in judges:
        verdict = answer[judge]
        if name in DECEIVED.get(judge, ()):
            continue
        accepted = verdict["ok"] and not verdict.get("revoked")
        assert accepted is (trial.fails is None), f"{judge}: {verdict}"


def published(trial: Trial):
    documents = trial.documents()

    def download(url: str, *args: object, **options: object) -> bytes:
        return json.dumps(documents[url]).encode()

    return download


@pytest.mark.parametrize("name", TRIALS)
def test_openbadgeslib_accepts_the_good_and_refuses_the_bad(name):
    ldp = pytest.importorskip("openbadgeslib.ob3.ldp", reason="The second opinion in Python was not asked: openbadgeslib is not installed.")
    jwt = pytest.importorskip("openbadgeslib.ob3.verifier")
    trial = TRIALS[name]
    if trial.fails == "status":
        pytest.skip("openbadgeslib verifies a status list only as a token; the JavaScript verifiers look at this one.")
    download = published(trial)
    text = json.dumps(trial.badge) if isinstance(trial.badge, dict) else trial.badge

    def ask() -> None:
        kind = ldp.OB3LdpVerifier if isinstance(trial.badge, dict) else jwt.OB3Verifier
        kind.for_issuer_did(DID, download=download).verify(text, download=download, check_status=False)

    if trial.fails is None:
        ask()
    else:
        with pytest.raises(Exception) as refusal:
            ask()
        assert type(refusal.value).__module__.startswith("openbadgeslib")


def test_openbadgeslib_reads_what_we_bake():
    baking = pytest.importorskip("openbadgeslib.baking")
    from tests.credentials.badges.test_baking import SVG, TEXT, TOKEN, picture  # noqa: PLC0415 - only if it is installed

    for text in (TEXT, TOKEN):
        assert baking.extract_png(bake_png(picture(), text), keyword=baking.ITXT_KEYWORD_OB3) == text
        drawn = bake_svg(SVG, text).encode()
        assert baking.extract_svg(drawn, element=baking.SVG_ELEMENT_OB3, text_fallback=True) == text


@pytest.fixture(scope="session")
def schema(official_schema):
    judge = pytest.importorskip("jsonschema_rs", reason="1EdTech's schema was not asked: no JSON schema validator is installed.")
    return judge.Draft201909Validator(json.loads(official_schema.read_text()), validate_formats=True)


def test_1edtechs_schema_accepts_every_good_badge(schema):
    for trial in TRIALS.values():
        if trial.fails is None and isinstance(trial.badge, dict):
            assert [error.message for error in schema.iter_errors(trial.badge)] == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda b: b.pop("validFrom"),
        lambda b: b.pop("issuer"),
        lambda b: b.update(type=["VerifiableCredential"]),
        lambda b: b.update(validFrom="2026-11-05"),
        lambda b: b["credentialSubject"]["achievement"].pop("criteria"),
        lambda b: b["credentialSubject"]["achievement"].update(image="https://a.example/1.png"),
        lambda b: b["credentialSubject"]["achievement"]["alignment"][0].pop("targetUrl"),
        lambda b: b["credentialSubject"]["identifier"][0].pop("identityHash"),
        lambda b: b["credentialSubject"].pop("achievement"),
        lambda b: b["evidence"][0].pop("type"),
        lambda b: b.update(credentialStatus=[b["credentialStatus"]]),
    ],
)
def test_our_shape_check_refuses_what_1edtechs_schema_refuses(schema, spoil):
    document = dated(issuer=Issuer(DID, "Laurel Valley Unified (demo)"))
    spoil(document)
    assert list(schema.iter_errors(document)) != []
    with pytest.raises(ValueError):
        check_shape(document)


