"""Why a file is not taken."""

from __future__ import annotations


class Unusable(ValueError):
    """A file that is not taken. ``code`` is stable (``credentials.evidence.wording.unusable_file`` says it to people), ``facts`` fill the
    sentence."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts
