"""The story, played over HTTP as people would at their browsers.

A teacher chooses a micro-credential and submits evidence; two colleagues review it blind; the office releases the decision; she has a signed
badge, a certificate and a stipend entry; HR pulls the register. Each run takes the next teacher who has not begun it, so it may be played often.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from core import postgres
from core.config import Settings
from demo import files, words
from demo.browser import Browser, Page, Stuck
from demo.load import PASSWORD

SLUG = "growth-mindset"


@dataclass
class Cast:
    """Who plays, looked up in the database; what they do goes through the pages."""

    connection: psycopg.Connection[dict[str, Any]]

    def one(self, sql: str, **values: Any) -> dict[str, Any]:
        found = self.connection.execute(sql, values).fetchone()  # type: ignore[call-overload]
        if found is None:
            raise Stuck("the invented district has nobody left to play this part; load a fresh one into an empty database")
        return found  # type: ignore[no-any-return]

    def all(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        return self.connection.execute(sql, values).fetchall()  # type: ignore[call-overload, no-any-return]

    def teacher(self) -> dict[str, Any]:
        """An exempt teacher who is nothing else and has not begun this micro-credential."""
        return self.one(
            """SELECT p.id, p.email, p.given_name, p.family_name, s.name AS school FROM person p JOIN school s ON s.id = p.school_id
               WHERE p.enabled AND p.flsa_class = 'exempt' AND (SELECT array_agg(role) FROM role_grant r WHERE r.person_id = p.id) = ARRAY['teacher']::varchar[]
                 AND NOT EXISTS (SELECT 1 FROM submission x JOIN micro_credential m ON m.id = x.micro_credential_id
                                 WHERE x.person_id = p.id AND m.slug = %(slug)s)
                 AND NOT EXISTS (SELECT 1 FROM person_year y WHERE y.person_id = p.id)
               ORDER BY (SELECT count(*) FROM submission x WHERE x.person_id = p.id), p.id LIMIT 1""",
            slug=SLUG,
        )

    def with_role(self, role: str) -> dict[str, Any]:
        return self.one(
            "SELECT p.id, p.email FROM person p JOIN role_grant r ON r.person_id = p.id WHERE r.role = %(role)s ORDER BY p.id LIMIT 1",
            role=role,
        )

    def reviewers_of(self, version: int) -> list[dict[str, Any]]:
        return self.all(
            """SELECT a.id AS assignment, a.pseudonym, a.state, p.email, s.name AS school FROM assignment a JOIN person p ON p.id = a.reviewer_id
               JOIN school s ON s.id = p.school_id WHERE a.version_id = %(version)s AND a.state = 'offered' ORDER BY a.pseudonym""",
            version=version,
        )


class Told:
    """Prints each step with its time."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self.count = 0

    def __call__(self, text: str) -> None:
        self.count += 1
        print(f"{self.count:>3}. {text}  ({time.monotonic() - self._began:.1f} s)", flush=True)

    def more(self, text: str) -> None:
        print(f"       {text}", flush=True)


def play(base: str, settings: Settings, folder: Path) -> None:
    """Play the whole story against the server at ``base`` and save what it leaves in ``folder``. Raises :class:`Stuck`."""
    folder.mkdir(parents=True, exist_ok=True)
    with psycopg.connect(postgres.plain_url(settings.database_url), autocommit=True, row_factory=dict_row) as connection:
        cast, told = Cast(connection), Told()
        teacher = cast.teacher()
        print(f"\nThe story of {teacher['given_name']} {teacher['family_name']} (invented), {teacher['school']}\n")
        submission, version = _submit(base, teacher, told, cast)
        _review(base, version, told, cast)
        _release(base, version, told, cast)
        _earned(base, teacher, submission, told, cast, folder)
        _register(base, told, cast, folder)


def _submit(base: str, teacher: dict[str, Any], told: Told, cast: Cast) -> tuple[int, int]:
    draw = random.Random(teacher["id"])
    me = Browser(base)
    page = me.get("/catalogue?q=growth+mindst")
    page.link(f"/catalogue/{SLUG}")
    told("looks for “growth mindst” in the catalogue, misspelt, without an account, and finds it")
    me.sign_in(teacher["email"], PASSWORD)
    told("signs in")
    page = me.get(f"/catalogue/{SLUG}").send(f"/catalogue/{SLUG}/start")
    edit = me.get(page.link("/edit")) if not page.path.endswith("/edit") else page
    submission = int(edit.path.split("/")[2])
    told(f"reads the reviewers' own rubric and starts with one click: submission {submission}")
    edit = _fill_in(edit, teacher, draw, told)
    hand_in = edit.send("/edit", button=("next", "check"))
    done = hand_in.send("/hand-in", {"statement": "y"})
    version = cast.one("SELECT id, state FROM submission_version WHERE submission_id = %(s)s ORDER BY number DESC LIMIT 1", s=submission)
    if version["state"] != "in_review":
        raise Stuck(f"handed in, but the submission is {version['state']}: {done.messages()} {done.words[:300]}")
    told("looks it over, signs the statement and hands in; two colleagues of other schools are asked at once")
    me.close()
    return submission, int(version["id"])


def _fill_in(edit: Page, teacher: dict[str, Any], draw: random.Random, told: Told) -> Page:
    """Answer every question the page asks: texts within their limits, links, and three real files."""
    author = f"{teacher['given_name']} {teacher['family_name']}"
    evidence = [
        ("Lesson plan " + teacher["family_name"] + ".pdf", files.lesson_plan("Naming the next step: two lessons", author), "application/pdf"),
        ("IMG_2044.jpg", files.photo(teacher["id"]), "image/jpeg"),
        (
            "Reflection.docx",
            files.reflection(author, words.answer(draw, 150, 300).split("\n\n")),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
    ]
    texts: dict[str, Any] = {}
    for area in edit.document.xpath("//textarea[starts-with(@name, 'text-')]"):
        foot = edit.document.xpath(f"//*[@id='foot-{area.get('name')[5:]}']//*[@data-min]")
        least, most = (int(foot[0].get("data-min")), int(foot[0].get("data-max"))) if foot else (60, 300)
        texts[area.get("name")] = words.answer(draw, least or 60, most or 400)
    edit = edit.send("/edit", texts)
    told(f"answers {len(texts)} questions in writing; the draft is saved")
    places = [field.get("name")[5:] for field in edit.document.xpath("//input[@type='file']")]
    for number, (name, data, kind) in enumerate(evidence):
        place = places[number % len(places)]
        edit = edit.send("/edit", button=("upload", f"item-{place}"), files={f"file-{place}": (name, data, kind)})
        if name not in edit.words:
            raise Stuck(f"{name} was not taken: {edit.messages()}")
        removed = [" ".join(e.text_content().split()) for e in edit.document.xpath("//*[@data-files]//li") if name in e.text_content()]
        said = next((part[part.index("We removed:") :].split(".")[0] for part in removed if "We removed:" in part), "")
        told(f"adds {name} ({len(data) // 1024} KiB)")
        if said:
            told.more(said)
    ticks: dict[str, Any] = {box.get("name"): "yes" for box in edit.document.xpath("//input[@data-indicator]")}
    ticks |= {radio.get("name"): "none" for radio in edit.document.xpath("//input[@data-students]")}
    edit = edit.send("/edit", ticks)
    told("confirms that everything is complete and that no student can be identified")
    return edit


def _review(base: str, version: int, told: Told, cast: Cast) -> None:
    asked = cast.reviewers_of(version)
    if len(asked) != 2:
        raise Stuck(f"two reviewers should have been asked, there are {len(asked)}")
    for reviewer in asked:
        person = Browser(base)
        person.sign_in(reviewer["email"], PASSWORD)
        offer = person.get(f"/reviews/{reviewer['assignment']}")
        desk = offer.send("/accept", {"no_conflict": "y"}, button=("begin", "1"))
        if not desk.document.xpath("//form[@id='rubric']"):
            desk = person.get(f"/reviews/{reviewer['assignment']}")
            if not desk.document.xpath("//form[@id='rubric']"):
                desk = desk.send("/open")
        told(f"Reviewer {reviewer['pseudonym']} ({reviewer['school']}) answers the conflict question, accepts, and opens the desk")
        told.more("evidence beside rubric, no name anywhere")
        shown = [href for href in desk.document.xpath("//@href | //@src") if "/files/" in href]
        sizes = {href: len(person.fetch(href).content) for href in dict.fromkeys(shown)}
        told.more(f"reads {len(sizes)} files, {sum(sizes.values()) // 1024} KiB in all, under neutral names")
        values: dict[str, Any] = {"overall": words.overall(random.Random(reviewer["assignment"]))}
        for field in desk.document.xpath("//fieldset[@data-criterion]"):
            key = field.get("data-criterion")
            values[f"level-{key}"] = field.xpath(".//input[@type='radio']/@value")[0]
            values[f"comment-{key}"] = words.comment(random.Random(f"{key}{reviewer['assignment']}"), met=True)
        done = desk.send("/submit", values)
        if not cast.all("SELECT 1 FROM assignment WHERE id = %(a)s AND state = 'submitted'", a=reviewer["assignment"]):
            raise Stuck(f"the review was not taken: {done.messages()} {done.words[:300]}")
        told.more(f"judges {len(values) // 2} criteria and hands the review in")
        person.close()


def _release(base: str, version: int, told: Told, cast: Cast) -> None:
    coordinator = cast.with_role("coordinator")
    office = Browser(base)
    office.sign_in(coordinator["email"], PASSWORD)
    page = office.get(f"/decisions/{version}")
    told("Both agree, so a decision is drafted; the coordinator reads it")
    page.send("/release", {"note": "Thank you for sharing this with your colleagues."})
    state = cast.one("SELECT state FROM submission_version WHERE id = %(v)s", v=version)["state"]
    if state != "demonstrated":
        raise Stuck(f"the decision should be released as demonstrated, but is {state}")
    told("releases it: decision, award, stipend entry and the jobs for badge, certificate and mail in one transaction")
    office.close()


def _earned(base: str, teacher: dict[str, Any], submission: int, told: Told, cast: Cast, folder: Path) -> None:
    award = cast.one("SELECT a.id, a.uuid FROM award a JOIN submission_version v ON v.id = a.submission_version_id WHERE v.submission_id = %(s)s", s=submission)
    _wait(
        lambda: cast.one("SELECT signed_at, certificate_id FROM award WHERE id = %(a)s", a=award["id"])["certificate_id"] is not None,
        "the worker to sign the badge and make the certificate",
    )
    told("the worker has signed the badge (Data Integrity and JWT) and made the certificate")
    me = Browser(base)
    me.sign_in(teacher["email"], PASSWORD)
    address = f"/badges/{award['uuid']}"
    mine = me.get(f"/my{address}")
    mine.send(f"{address}/share", {"visibility": "public", "shows_name": "y"})
    told("the teacher makes the badge public")
    anybody = Browser(base)
    for name, path in (
        ("badge.json", f"{address}.json"), ("badge.jwt", f"{address}.jwt"), ("badge.png", f"{address}.png"), ("badge.svg", f"{address}.svg"),
        ("certificate.pdf", f"{address}/certificate.pdf"), ("did.json", "/.well-known/did.json"),
    ):  # fmt: skip
        (folder / name).write_bytes(anybody.fetch(path).content)
    status = cast.one("SELECT status_list_id FROM award WHERE id = %(a)s", a=award["id"])["status_list_id"]
    (folder / "status.json").write_bytes(anybody.fetch(f"/badges/status/{status}").content)
    told("anybody opens the public page and takes badge.json, badge.jwt, badge.png, badge.svg, certificate.pdf, did.json and status.json")
    checked = anybody.get(f"{address}/check").words
    told.more(checked[:160] + " …")
    money = me.get("/earnings")
    told(f"and she sees what she earned and why: {_amount(cast, award['id'])}")
    if "Growth" not in money.words and "growth" not in money.words:
        raise Stuck("the stipend is not on her page of earnings")
    me.close()
    anybody.close()


def _amount(cast: Cast, award: int) -> str:
    row = cast.one("SELECT amount_cents, refusal_rule FROM obligation WHERE natural_key = %(k)s", k=f"award:{award}/stipend")
    return f"${row['amount_cents'] / 100:,.2f}" if row["amount_cents"] else f"nothing, by the rule {row['refusal_rule']}"


def _register(base: str, told: Told, cast: Cast, folder: Path) -> None:
    hr = Browser(base)
    hr.sign_in(cast.with_role("hr")["email"], PASSWORD)
    page = hr.get("/hr/stipends")
    for kind in ("csv", "xlsx", "pdf"):
        (folder / f"stipend-register.{kind}").write_bytes(hr.fetch(page.link(f"stipends.{kind}")).content)
    rows = len((folder / "stipend-register.csv").read_text().splitlines()) - 1
    told(f"HR pulls the stipend register: {rows} lines as page, CSV, XLSX and PDF")
    hr.close()


def _wait(done: Callable[[], bool], what: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise Stuck(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.2)
