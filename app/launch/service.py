"""Change the state of a campaign: the only door. Refuses a step whose checks do not hold at that instant."""

from datetime import datetime, time, timedelta

from sqlmodel import Session, select

from app.campaigns import service as campaigns
from app.campaigns.models import Campaign, StateChange
from app.campaigns.rules import DriveStart, State, day_date, last_date
from app.challenges.taking import forget_participants
from app.core import clock
from app.core.errors import Conflict, Forbidden
from app.core.i18n import mark
from app.impact.service import fix_promises
from app.launch import queries, rules
from app.launch.rules import Finding
from app.links.noting import forget_visitors
from app.people import audit
from app.people.rules import Actor, Permission


class NotReady(Conflict):
    """Checks of the step do not hold; `missing` names them."""

    def __init__(self, missing: list[Finding]) -> None:
        first = missing[0].missing
        super().__init__(first if first is not None else mark("Something is still missing."))
        self.missing = missing


def advance(session: Session, actor: Actor | None, campaign: Campaign, after: State) -> None:
    """Bring a campaign to another state; `actor` is None when the clock does it.

    Raises Forbidden by role; Conflict when no road leads there; NotReady when a check does not hold.
    """
    if actor is not None and not may_advance(actor, campaign.state, after):
        raise Forbidden
    # Taken under the lock of the write transaction: two people pressing at once make one step.
    session.refresh(campaign)
    before = campaign.state
    if (before, after) not in rules.REQUIRED:
        raise Conflict(mark("The campaign is not at this step any more. Look again, please."))
    missing = rules.lacking(before, after, queries.gather(session, campaign))
    if missing:
        raise NotReady(missing)
    campaign.state = after
    _mark_moment(session, campaign, after)
    session.add(
        StateChange(
            campaign_id=campaign.id,
            before=before,
            after=after,
            person_id=actor.person_id if actor else None,
        )
    )
    campaigns.touch(session, campaign)
    audit.record(
        session,
        actor,
        f"campaign.{after.value}",
        subject=campaign.title,
        subject_pid=campaign.pid,
        organisation_id=campaign.organisation_id,
        before=before.value,
    )


def may_advance(actor: Actor, before: State, after: State) -> bool:
    """Whether a member's role allows a step: to publish, or for the drive to handle money."""
    return actor.may(Permission.PUBLISH) or (State.DRIVE in (before, after) and actor.may(Permission.MONEY))


def _mark_moment(session: Session, campaign: Campaign, after: State) -> None:
    now = clock.now()
    if after is State.LIVE:
        campaign.live_at = campaign.live_at or now
    elif after is State.DRIVE:
        campaign.drive_opened_at = campaign.drive_opened_at or now
        campaign.drive_closed_at = campaign.drive_told_at = None
        fix_promises(session, campaign)
    elif after is State.REPORTING:
        campaign.drive_closed_at = now if campaign.drive_opened_at is not None else None
    elif after is State.CLOSED:
        campaign.closed_at = now
        forget_participants(session, campaign_id=campaign.id)
        forget_visitors(session, campaign_id=campaign.id)


def goes_live_at(campaign: Campaign) -> datetime:
    """The first instant of the first day, where the campaign is."""
    return clock.resolve_wall(campaign.starts_on, time(0, 0), campaign.timezone)


def drive_opens_at(campaign: Campaign) -> datetime:
    """When the drive opens: by itself, unless somebody is to open it by hand."""
    if campaign.drive_start is DriveStart.EMERGENCY:
        return goes_live_at(campaign)
    day = day_date(campaign.starts_on, campaign.drive_day)
    return clock.resolve_wall(day, campaign.drive_opens, campaign.timezone)


def drive_closes_at(campaign: Campaign) -> datetime:
    """When the drive closes by itself: the end of the last day that counts."""
    day = last_date(campaign.starts_on, campaign.length) + timedelta(days=campaign.drive_close_days + 1)
    return clock.resolve_wall(day, time(0, 0), campaign.timezone)


def due_step(campaign: Campaign, now: datetime) -> State | None:
    """The state the clock brings a campaign to at this instant; None when it is not time for any."""
    if campaign.state is State.READY and now >= goes_live_at(campaign):
        return State.LIVE
    by_itself = campaign.drive_start is not DriveStart.HAND
    if (
        campaign.state is State.LIVE
        and by_itself
        and drive_opens_at(campaign) <= now < drive_closes_at(campaign)
    ):
        return State.DRIVE
    if campaign.state in (State.LIVE, State.DRIVE) and now >= drive_closes_at(campaign):
        return State.REPORTING
    return None


def history(session: Session, campaign: Campaign) -> list[StateChange]:
    """Every change of state, the first first."""
    rows = select(StateChange).where(StateChange.campaign_id == campaign.id)
    return sorted(session.exec(rows).all(), key=lambda one: one.id)
