"""What some thousand teachers did in the year, as rows: collected table by table and written in the order of their keys."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from core import clock
from credentials.catalogue.content import Content, ItemKind
from demo import district, words, year
from demo.bulk import Json
from ledger.rules import Earning

if TYPE_CHECKING:
    from demo.load import Writer


#: How awards are shared, and whether the name is shown; with weights.
_SHARING = ((("private", False), 4), (("link", True), 2), (("public", True), 3), (("public", False), 1))
#: In the order of their foreign keys.
_ORDER = ("submission", "submission_version", "response", "evidence_file", "assignment", "score", "award", "audit_event")


class Batch:
    """Some thousand teachers' rows."""

    def __init__(self, writer: Writer) -> None:
        self.w = writer
        self.tables: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def add(self, table: str, **columns: Any) -> int:
        """A row with the next free id, which is the answer."""
        number = self.w.loader.next_id(table)
        self.tables[table].append({"id": number, **columns})
        return number

    def write(self) -> None:
        """All rows into their tables."""
        for table in _ORDER:
            rows = self.tables[table]
            if rows:
                self.w.rows(table, " ".join(rows[0]), [tuple(row.values()) for row in rows])

    def teacher(self, teacher: district.StaffPlan) -> None:
        """What one teacher did this year."""
        w, draw = self.w, self.w.draw
        wanted = draw.choices([0, 1, 2, 3], [28, 42, 21, 9])[0]
        fitting = [c for c in w.credentials if not c[2].prerequisites and (set(c[1].grade_bands) & set(teacher.grades) or draw.random() < 0.2)]
        for micro_credential, version, content in draw.sample(fitting, min(wanted, len(fitting))):
            # Every third falls into the last weeks, so that even in a small district something is under way for everybody.
            days = 366 - draw.randrange(5, 50) if draw.random() < 0.34 else min(draw.randrange(0, 360), draw.randrange(0, 420))
            began = w.since + dt.timedelta(days=days, hours=draw.randrange(7, 21), minutes=draw.randrange(60))
            if began < w.until:
                self.chain(teacher, year.chain((micro_credential, version), content, began, w.until, draw, w.pick(micro_credential.id, teacher)), content)

    def chain(self, teacher: district.StaffPlan, chain: year.Chain, content: Content) -> None:
        """One submission with its versions, and what each led to."""
        person = self.w.person_ids[teacher.number]
        micro_credential, published = chain.credential
        submission = self.add(
            "submission", person_id=person, micro_credential_id=micro_credential.id, extra_attempts=0, created_at=chain.versions[0].created_at
        )
        for version in chain.versions:
            releaser = self.w.draw.choice(self.w.releasers) if version.released_at else None
            outcome = None
            if version.results is not None:
                outcome = "demonstrated" if content.passes({key: r["met"] for key, r in version.results.items()}) else "not_yet"
            number = self.add(
                "submission_version",
                submission_id=submission,
                person_id=person,
                credential_version_id=published.id,
                number=version.number,
                state=version.state,
                carried=version.carried,
                change_note="More evidence for what was not met yet." if version.number > 1 else "",
                indicators=Json({i.key: True for item in content.items() for i in item.completion_indicators} if version.submitted_at else {}),
                statement_at=version.submitted_at,
                created_at=version.created_at,
                submitted_at=version.submitted_at,
                results=Json(version.results) if version.results is not None else None,
                drafted_outcome=outcome,
                drafted_at=version.drafted_at,
                released_at=version.released_at,
                released_by_id=releaser,
                release_note="",
                lock=1,
            )
            verb = "submission.start" if version.number == 1 else "submission.reopen"
            self.audit(version.created_at, person, verb, "submission_version", number, number=version.number)
            self.evidence(number, version, content)
            if version.submitted_at:
                self.audit(version.submitted_at, person, "submission.submit", "submission_version", number, number=version.number)
            for review in version.reviews:
                self.review(number, version, review, teacher, content)
            if version.drafted_at:
                self.audit(version.drafted_at, None, "submission.draft_decision", "submission_version", number, outcome=outcome)
            if version.released_at and releaser:
                self.audit(version.released_at, releaser, "submission.release", "submission_version", number, outcome=version.state)
                if version.state == "demonstrated":
                    self.award(teacher, chain, version, number, releaser)

    def audit(self, at: dt.datetime, actor: int | None, verb: str, table: str, row: int, **facts: Any) -> None:
        """A line of history."""
        self.add("audit_event", at=at, actor_id=actor, verb=verb, subject_type=table, subject_id=row, facts=Json(facts))

    def evidence(self, number: int, version: year.Version, content: Content) -> None:
        """Answers and files to every item; a draft has only some of its texts."""
        draw = self.w.draw
        moment = version.submitted_at or version.created_at
        for item in content.items():
            if item.kind is ItemKind.TEXT:
                if version.submitted_at is None and draw.random() < 0.5:
                    continue
                text = words.answer(draw, item.min_words or 60, item.max_words or 300)
                self.add("response", version_id=number, item_key=item.key, text=text, revision=1, updated_at=moment)
            elif item.kind is ItemKind.LINK:
                address = f"https://docs.laurel.example/lesson-{draw.randrange(10_000)}"
                self.add("response", version_id=number, item_key=item.key, text=address, revision=1, updated_at=moment)
            elif version.submitted_at is not None:
                kind = "image" if "photo" in item.prompt.lower() else draw.choice(["pdf", "pdf", "office", "image"])
                sample = self.w.samples[kind]
                self.add(
                    "evidence_file",
                    version_id=number,
                    item_key=item.key,
                    blob_id=sample.blob_id,
                    own_name=f"my {kind}.{sample.ending}",
                    neutral_name=f"{item.key}-1.{sample.ending}",
                    kind=sample.kind,
                    stripped=sample.stripped,
                    identifying=[],
                    original_sha256=sample.sha256,
                    visibility="reviewers",
                    students=Json({"students_identifiable": False, "release_on_file": False}),
                    uploaded_at=moment,
                )

    def review(self, number: int, version: year.Version, review: year.Review, teacher: district.StaffPlan, content: Content) -> None:
        """One reviewer's assignment with her levels and comments."""
        w, draw = self.w, self.w.draw
        reviewer = w.person_ids[review.reviewer]
        state = "cancelled" if version.state == "withdrawn" else review.state(version.released_at is not None)
        if state in ("offered", "accepted", "in_progress"):
            w.open_reviews[reviewer] += 1
        facts = {
            "at": review.offered_at.isoformat(),
            "author_id": w.person_ids[teacher.number],
            "reviewer_id": reviewer,
            "author_school_id": w.school_ids[teacher.school],
            "reviewer_school_id": w.school_ids[w.schools_of[review.reviewer]],
            "declared": [],
            "reviewed_before": False,
            "reviewed_by_author": False,
            "conflicts": [],
        }
        assignment = self.add(
            "assignment",
            version_id=number,
            reviewer_id=reviewer,
            round=review.round,
            state=state,
            pseudonym=review.letter,
            criteria=review.criteria,
            conflict_facts=Json(offer=facts),
            no_conflict_declared_at=review.accepted_at,
            offered_at=review.offered_at,
            accept_by=review.offered_at + dt.timedelta(hours=48),
            due_at=review.accepted_at + dt.timedelta(days=7) if review.accepted_at else None,
            opened_at=review.opened_at,
            submitted_at=review.submitted_at,
            closed_reason="",
            overall=words.overall(draw) if review.submitted_at else "",
            revision=1 if review.opened_at else 0,
            lock=1,
        )
        self.audit(review.offered_at, None, "review.offer", "assignment", assignment, version=number, round=review.round)
        if review.accepted_at:
            self.audit(review.accepted_at, reviewer, "review.accept", "assignment", assignment)
        if review.submitted_at:
            self.audit(review.submitted_at, reviewer, "review.submit", "assignment", assignment, revision=1)
            passing = {level.key for level in content.levels if level.passes}
            for key, level in review.levels.items():
                met = level in passing
                comment = words.comment(draw, met) if not met or draw.random() < 0.6 else ""
                pointer = "" if met else "Second file, first page"
                self.add("score", assignment_id=assignment, criterion_key=key, level_key=level, comment=comment, pointer=pointer)

    def award(self, teacher: district.StaffPlan, chain: year.Chain, version: year.Version, number: int, releaser: int) -> None:
        """The award, not signed yet (that happens when somebody asks for the badge), and what it offers to the ledger."""
        w, draw = self.w, self.w.draw
        micro_credential, published = chain.credential
        person, issued, months = w.person_ids[teacher.number], version.released_at, published.parsed().validity_months
        assert issued is not None
        shared = draw.choices([choice for choice, _weight in _SHARING], [weight for _choice, weight in _SHARING])[0]
        status_list, status_index = w.status_lists.take(draw)
        award = self.add(
            "award",
            uuid=uuid.UUID(int=draw.getrandbits(128), version=4),
            person_id=person,
            micro_credential_id=micro_credential.id,
            credential_version_id=published.id,
            submission_version_id=number,
            results=Json(version.results or {}),
            issued_at=issued,
            valid_until=issued + dt.timedelta(days=months * 30.4375) if months else None,
            visibility=shared[0],
            shows_name=shared[1],
            link_secret=f"{draw.getrandbits(160):040x}",
            recipient_email=teacher.email,
            subject_uuid=uuid.UUID(int=draw.getrandbits(128), version=4),
            salt=f"{draw.getrandbits(128):032x}",
            status_list_id=status_list,
            status_index=status_index,
        )
        self.audit(issued, releaser, "award.issue", "award", award, credential=micro_credential.slug)
        earning = Earning(
            source=f"award:{award}",
            kind="stipend",
            person_id=person,
            earned_on=clock.day_of(issued),
            description=published.title,
            advertised_cents=published.stipend_cents,
            hours=published.effort_hours,
            facts={"micro_credential": micro_credential.slug, "version": published.number},
        )
        w.earned.append((issued, releaser, earning))
