"""What makes one review complete. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

#: A comment on a criterion that is not met has to help: at least so many characters.
COMMENT_LEAST = 20
COMMENT_MOST = 6_000
POINTER_MOST = 300


@dataclass(frozen=True)
class Mark:
    """What a reviewer says about one criterion: the level, why, and where in the evidence."""

    level: str | None = None
    comment: str = ""
    pointer: str = ""

    @property
    def is_empty(self) -> bool:
        return self.level is None and not self.comment and not self.pointer


def problems(criteria: Sequence[str], passing: AbstractSet[str], known: AbstractSet[str], marks: Mapping[str, Mark]) -> dict[str, str]:
    """What keeps a review from being handed in: criterion → stable code, in the order of ``criteria``.

    ``passing`` and ``known`` are level keys of the rubric. Codes: ``no-level``; below a passing level ``no-comment``,
    ``short-comment`` and ``no-pointer`` (a comment has to say where in the evidence).
    """
    found = {}
    for key in criteria:
        mark = marks.get(key, Mark())
        if mark.level is None or mark.level not in known:
            found[key] = "no-level"
        elif mark.level not in passing:
            if not mark.comment.strip():
                found[key] = "no-comment"
            elif len(mark.comment.strip()) < COMMENT_LEAST:
                found[key] = "short-comment"
            elif not mark.pointer.strip():
                found[key] = "no-pointer"
    return found


def estimate_minutes(criteria: int) -> int:
    """About how long a review takes, in minutes: a quarter of an hour to read, ten minutes for each criterion. A figure to plan by, to be
    replaced by what reviewers report once there is enough of it.

    >>> estimate_minutes(3)
    45
    """
    return 15 + 10 * criteria
