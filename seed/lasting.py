"""What became of a campaign of the demo weeks later: people who wanted to be asked, and what some of them answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import col, delete, select

from app.campaigns.rules import last_date
from app.challenges import keeping
from app.core import clock
from app.core.i18n import speaking
from app.core.ids import new_token
from app.followups import rules, service
from app.followups.models import FollowUp, FollowUpAsked
from app.followups.rules import Lasted
from app.mail.models import OutgoingMail
from app.supporters import service as supporters

if TYPE_CHECKING:
    from seed import schema
    from seed.load import Stage

LAST = "solene@exemple.example"
"""Who has not answered yet."""


def tell(stage: Stage) -> None:
    """The rounds of a campaign that are over: asked on their day, answered in the days after."""
    if not stage.told.followups:
        return
    _keep_days(stage, max(one.people for one in stage.told.followups))
    for told in stage.told.followups:
        _round(stage, told)


def _keep_days(stage: Stage, people: int) -> None:
    """So many followers keep their days, want to be asked, and opened the link they were mailed."""
    session, campaign = stage.session, stage.campaign
    with speaking(campaign.language):
        wording, ask = str(keeping.WORDING), str(keeping.ASK_WORDING)
    with clock.frozen(stage.at(campaign.length, "20:00"), everywhere=False):
        for number in range(people):
            kept = keeping.keep(
                session,
                campaign,
                visit=None,
                participant=new_token(),
                told="",
                wording=wording,
                language=campaign.language,
                ask=ask,
            )
            kept.supporter.email = LAST if number == people - 1 else f"fidele{number}@exemple.example"
            supporters.open_visit(session, kept.supporter, mailed=True)
    session.flush()


def _empty_mailbox(stage: Stage, *, still_open: bool) -> None:
    """One mail is left of a round that is open: the demo's mailbox shows it, and it can be answered."""
    mails = delete(OutgoingMail).where(col(OutgoingMail.kind) == "follow-up")
    if still_open:
        mails = mails.where(col(OutgoingMail.recipient) != LAST)
    stage.session.execute(mails)


def _round(stage: Stage, told: schema.FollowUps) -> None:
    session, campaign = stage.session, stage.campaign
    at = rules.asks_at(last_date(campaign.starts_on, campaign.length), told.days, campaign.timezone)
    if at > clock.now():
        return
    with clock.frozen(at, everywhere=False):
        while service.ask(session, campaign, told.days):
            pass
    _empty_mailbox(stage, still_open=at + rules.OPEN_FOR > clock.now())
    asked = session.exec(
        select(FollowUpAsked)
        .join(FollowUp, col(FollowUp.id) == FollowUpAsked.follow_up_id)
        .where(FollowUp.campaign_id == campaign.id, FollowUp.days == told.days)
        .order_by(col(FollowUpAsked.id))
    ).all()
    took_part, gave = [one for one in asked if one.took_part], [one for one in asked if not one.took_part]
    answers = [one for one, count in zip(Lasted, told.lasted, strict=True) for _ in range(count)]
    words = {one: [word.text for word in told.words if word.lasted == one] for one in Lasted}
    with clock.frozen(min(at + rules.OPEN_FOR / 5, clock.now()), everywhere=False):
        for row, lasted in zip(took_part, answers, strict=False):
            changed = words[lasted].pop() if words[lasted] else ""
            service.answer(session, row, lasted=lasted, changed=changed)
        for row, word in zip(gave, [one for one in told.words if not one.lasted], strict=False):
            service.answer(session, row, lasted=None, changed=word.text)
    with clock.frozen(min(at + rules.OPEN_FOR, clock.now()), everywhere=False):
        service.close(session)
    session.flush()
