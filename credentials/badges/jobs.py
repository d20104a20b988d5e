"""Later work: the badge and certificate of a new award; status lists that would run out."""

from __future__ import annotations

import structlog

from core import jobs
from core.db import db, transaction
from credentials.badges import notices, queries, services
from credentials.badges.models import Award

log = structlog.get_logger()


@jobs.job("badges.make")
def make(award_id: int) -> None:
    """Sign the badge, render the certificate, and tell its holder: all of it or nothing, so a job that was killed can run again."""
    with transaction():
        award = db.session.get(Award, award_id)
        if award is None:
            log.warning("no such award", award=award_id)
            return
        services.ensure_signed(award)
        if award.revoked_at is None:
            services.ensure_certificate(award)
            notices.ready(award)


@jobs.job("badges.renew_lists", lock="badges.renew_lists", cron="17 */6 * * *")
def renew_lists() -> None:
    """Sign the status lists again that are in the second half of their validity. Each list is a transaction of its own."""
    for number in [row.id for row in queries.status_lists()]:
        with transaction():
            row = queries.status_list(number)
            if row is not None:
                services.ensure_list_signed(row)
