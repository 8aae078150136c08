"""Where time touches claims: the editors are told 14 and 3 days before a check ends."""

from datetime import timedelta

from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.claims import queries, rules
from app.claims.models import Claim
from app.core import clock
from app.core.db import reading, transaction
from app.core.templating import absolute
from app.mail import service as mail

_ZONES = timedelta(days=1)  # in some campaign's zone it may be tomorrow already


def warn_of_ends() -> int:
    """Tell the editors of each campaign, in one mail, which checks are about to end; returns how many checks.

    Each campaign has a transaction of its own: its mails and the note that they were sent are kept together.
    """
    last = clock.now().date() + max(rules.WARN_BEFORE) + _ZONES
    with reading() as session:
        due = session.exec(
            select(Claim.campaign_id)
            .join(Campaign, col(Campaign.id) == Claim.campaign_id)
            .where(
                col(Claim.valid_until) <= last,
                Claim.warned < len(rules.WARN_BEFORE),
                Campaign.state != State.CLOSED,
            )
            .distinct()
        ).all()
    return sum(_warn_one(campaign_id) for campaign_id in due)


def _warn_one(campaign_id: int) -> int:
    with transaction() as session:
        campaign = session.get_one(Campaign, campaign_id)
        today = clock.today(campaign.timezone)
        ending = [
            view
            for view in queries.views(session, campaign)
            if view.claim.valid_until is not None
            and view.subject is not None
            and view.claim.warned < rules.warnings_due(view.claim.valid_until, today)
        ]
        for view in ending:
            assert view.claim.valid_until is not None  # noqa: S101 - chosen above
            view.claim.warned = rules.warnings_due(view.claim.valid_until, today)
            session.add(view.claim)
        if ending:
            _tell(session, campaign, ending)
        return len(ending)


def _tell(session: Session, campaign: Campaign, ending: list[queries.ClaimView]) -> None:
    for address, language in queries.editor_mails(session, campaign):
        mail.queue(
            session,
            kind="checks-ending",
            to=address,
            language=language,
            context={
                "campaign": campaign,
                "ending": ending,
                "url": absolute(f"/studio/campaigns/{campaign.pid}/facts"),
            },
        )
