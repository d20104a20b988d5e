"""The verbs of evidence. They flush and never commit; each locks the version it changes, so that whoever comes second sees what the
first one did."""

from credentials.evidence.services.drafts import Overtaken, remove_file, save_answers, save_text, start
from credentials.evidence.services.lifecycle import (
    Incomplete,
    allow_attempt,
    ask_third,
    begin_review,
    draft_decision,
    release,
    reopen,
    sign_statement,
    submit,
    withdraw,
)
from credentials.evidence.services.uploads import add_file

__all__ = [
    "Incomplete",
    "Overtaken",
    "add_file",
    "allow_attempt",
    "ask_third",
    "begin_review",
    "draft_decision",
    "release",
    "remove_file",
    "reopen",
    "save_answers",
    "save_text",
    "sign_statement",
    "start",
    "submit",
    "withdraw",
]
