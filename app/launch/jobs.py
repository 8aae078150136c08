"""Where time moves campaigns: live at the first hour, drive at its hour, reporting after the end."""

from sqlmodel import Session

from app.campaigns import queries as campaigns
from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core import clock
from app.core.db import reading, transaction
from app.core.templating import absolute
from app.launch import service
from app.launch.service import NotReady
from app.mail import service as mail
from app.people import audit

_MOVED_BY_TIME = (State.READY, State.LIVE, State.DRIVE)


def advance_on_time() -> int:
    """Take each step whose time has come; returns how many were taken.

    Each campaign has a transaction of its own. A step that is not ready is tried again at the next run,
    and the organisers are told once why.
    """
    with reading() as session:
        due = campaigns.ids_in(session, *_MOVED_BY_TIME)
    return sum(_advance_one(campaign_id) for campaign_id in due)


def _advance_one(campaign_id: int) -> bool:
    with transaction() as session:
        campaign = campaigns.by_id(session, campaign_id)
        if campaign is None:
            return False
        after = service.due_step(campaign, clock.now())
        if after is None:
            return False
        try:
            service.advance(session, None, campaign, after)
        except NotReady as refused:
            _tell_once(session, campaign, after, refused)
            return False
        return True


def _tell_once(session: Session, campaign: Campaign, after: State, refused: NotReady) -> None:
    if campaign.drive_told_at is not None:
        return
    campaign.drive_told_at = clock.now()
    session.add(campaign)
    audit.record(
        session,
        None,
        "campaign.held_back",
        subject=campaign.title,
        subject_pid=campaign.pid,
        organisation_id=campaign.organisation_id,
        after=after.value,
        missing=[one.check.key for one in refused.missing],
    )
    for address, language in campaigns.organiser_mails(session, campaign):
        mail.queue(
            session,
            kind="held-back",
            to=address,
            language=language,
            context={
                "campaign": campaign,
                "missing": refused.missing,
                "after": after.value,
                "url": absolute(f"/studio/campaigns/{campaign.pid}/readiness"),
            },
        )
