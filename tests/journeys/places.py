"""Every page of the product, each seen by somebody whose page it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.journeys.district import SLUG, District

#: What answers with a file or for a machine and so has no page to look at.
NOT_PAGES = {
    "static", "bootstrap.static", "fonts.woff2", "health.favicon", "health.healthz", "health.readyz", "health.metrics", "api-docs.openapi_json", "me.get_me",
    "catalogue.badge", "catalogue_api.index", "catalogue_api.show", "authoring.badge", "authoring.badge_try", "authoring.download",
    "evidence.file", "submissions.list_submissions", "submissions.get_submission", "submissions.get_file",
    "review.file", "reviews.list_reviews", "reviews.get_review", "reviews.get_file",
    "badges.json_", "badges.jwt", "badges.png", "badges.svg", "badges.certificate", "badges.did", "badges.status",
    "badges.achievement_svg", "badges.achievement_png", "awards.list_awards", "awards.get_award", "ledger_api.entries", "ledger_api.obligation",
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A page: who looks at it (a part of :attr:`District.people`; None: nobody signed in), its endpoint, and the arguments of its address.

    An argument that begins with ``@`` is the name of a thing in :attr:`District.things`.
    """

    name: str
    who: str | None
    endpoint: str
    arguments: dict[str, Any] = field(default_factory=dict)
    status: int = 200

    def path(self, district: District) -> str:
        """The address of this page in that district."""
        values = {name: district.things[value[1:]] if isinstance(value, str) and value.startswith("@") else value for name, value in self.arguments.items()}
        return district.app.url_map.bind("laurel.example").build(self.endpoint, values)


def _places() -> list[Place]:
    here: list[Place] = []

    def at(who: str | None, name: str, endpoint: str, status: int = 200, **arguments: Any) -> None:
        here.append(Place(name, who, endpoint, arguments, status))

    at(None, "front", "home.index")
    at(None, "sign in", "people.sign_in")
    at(None, "forgotten password", "people.forgot")
    at(None, "forgotten password, sent", "people.forgot", sent=1)
    at(None, "dead link", "people.reset", 410)
    at(None, "new password", "people.reset", link="@link")
    at(None, "catalogue", "catalogue.index")
    at(None, "catalogue, misspelt", "catalogue.index", q="mindst")
    at(None, "catalogue, nothing found", "catalogue.index", q="zzqqx")
    at(None, "micro-credential", "catalogue.show", slug=SLUG)
    at(None, "issuer", "badges.issuer")
    at(None, "achievement", "badges.achievement", slug=SLUG, number=1)
    at(None, "public badge", "badges.show", uuid="@uuid")
    at(None, "checked badge", "badges.check", uuid="@uuid")
    at(None, "no such page", "catalogue.show", 404, slug="there-is-no-such-thing")

    at("winner", "home of a teacher", "home.index")
    at("winner", "micro-credential to a teacher", "catalogue.show", slug="co-teaching")
    at("winner", "my work", "evidence.index")
    at("winner", "demonstrated submission", "evidence.show", submission="@won")
    at("winner", "feedback", "review.feedback", submission="@won")
    at("winner", "my badges", "badges.index")
    at("winner", "my badge", "badges.mine", uuid="@uuid")
    at("winner", "earnings", "ledger.mine")
    at("winner", "one earning", "ledger.show", obligation="@owed")
    at("winner", "profile", "people.profile")
    at("winner", "forbidden", "reports.stipends", 403)

    at("writer", "home with a draft", "home.index")
    at("writer", "draft", "evidence.show", submission="@draft")
    at("writer", "editor", "evidence.edit", submission="@draft")
    at("writer", "what is missing", "evidence.check", submission="@draft")
    at("writer", "no badges", "badges.index")
    at("writer", "no earnings", "ledger.mine")
    at("not yet", "not yet", "evidence.show", submission="@not_yet")
    at("not yet", "feedback of a not yet", "review.feedback", submission="@not_yet")
    at("refused", "an earning that was refused", "ledger.show", obligation="@refused")

    at("asked", "home of a reviewer", "home.index")
    at("asked", "reviews", "review.index")
    at("asked", "offer", "review.show", assignment="@offered")
    at("at the desk", "review desk", "review.show", assignment="@desk")
    at("at the desk", "step back", "review.step_back", assignment="@desk")
    at("done", "review handed in", "review.show", assignment="@done")

    at("coordinator", "home of a coordinator", "home.index")
    at("coordinator", "decisions", "review.queue")
    at("coordinator", "waiting for reviewers", "review.queue", tab="waiting")
    at("coordinator", "all decisions", "review.queue", tab="all")
    at("coordinator", "decision", "review.decision", version="@decision")
    at("coordinator", "decision with reviews missing", "review.decision", version="@waiting")
    at("coordinator", "who may review", "review.may", version="@waiting")
    at("coordinator", "reviewers", "review.reviewers")
    at("coordinator", "handed in", "evidence.submitted")
    at("coordinator", "submission to the office", "evidence.show", submission="@won")
    at("coordinator", "revoke", "badges.revoke", uuid="@uuid")
    at("coordinator", "quality check", "authoring.check", version="@in_check")

    at("author", "authoring", "authoring.index")
    at("author", "new micro-credential", "authoring.begin")
    at("author", "draft of an author", "authoring.edit", version="@new_draft")
    at("author", "what an author has left open", "authoring.edit", version="@new_draft", open=1)
    at("author", "preview", "authoring.preview", version="@in_check")
    at("author", "draft as YAML", "authoring.yaml_tab", version="@new_draft")
    at("author", "history of a micro-credential", "authoring.show", slug="co-teaching")

    at("hr", "home of HR", "home.index")
    at("hr", "stipend register", "reports.stipends")
    at("hr", "stipend register, nothing", "reports.stipends", q="nobody of that name")
    at("hr", "not paid", "reports.refusals")
    at("hr", "funds", "reports.funds")
    at("hr", "one fund", "reports.fund", fund="TITLE-II-A")
    at("hr", "why", "reports.why", obligation="@owed")
    at("hr", "take back", "ledger.reverse", obligation="@owed")
    at("principal", "home of a principal", "home.index")
    at("administrator", "home of an administrator", "home.index")
    at("administrator", "people", "people.index")
    at("administrator", "one person", "people.show", person="@somebody")
    return here


PLACES = _places()
