"""Later work: offers lapse, reviews expire, reminders go out, and whoever lacks reviewers is asked for again.

Each row is a transaction of its own, so that one that fails holds up nobody else; all of it is safe to run twice.
"""

from __future__ import annotations

import structlog

from core import jobs
from core.db import db, transaction
from credentials.evidence.models import SubmissionVersion
from credentials.review import notices, queries, services
from credentials.review.models import Assignment

log = structlog.get_logger()


def run_clock() -> int:
    """Close what is past its time and ask somebody else; answers how many."""
    closed = 0
    with transaction():
        waiting = queries.past_their_time()
    for number in waiting:
        with transaction():
            row = services.lapse_or_expire(db.session.get_one(Assignment, number))
            closed += not row.is_open
    return closed


def run_waiting() -> int:
    """Ask again wherever reviewers are lacking; answers how many offers were made."""
    offered = 0
    with transaction():
        waiting = queries.short_of_reviewers()
    for number in waiting:
        with transaction():
            offered += len(services.assign(db.session.get_one(SubmissionVersion, number)))
    return offered


def run_reminders() -> int:
    """Remind whoever's review falls due soon, once a review; answers how many mails were written."""
    with transaction():
        return sum(notices.due_soon(row) for row in queries.to_remind())


@jobs.job("credentials.review.clock", lock="credentials.review.clock", cron="*/10 * * * *")
def clock() -> None:
    """Every ten minutes: offers lapse, reviews expire, others are asked, and whoever lacks reviewers is asked for again."""
    closed, offered = run_clock(), run_waiting()
    if closed or offered:
        log.info("reviews", closed=closed, offered=offered)


@jobs.job("credentials.review.remind", lock="credentials.review.remind", cron="0 15 * * *")
def remind() -> None:
    """Once a day, at 15:00 UTC (morning in the Americas): reminders."""
    run_reminders()
