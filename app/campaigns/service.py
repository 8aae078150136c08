"""Use cases of campaigns: create, describe, address, pause. Refuses what changed meanwhile and closed ones.

Dates belong to `blueprints`, which knows the days, and states to `launch`, which knows what is missing.
"""

from datetime import date

from sqlmodel import Session

from app.campaigns import queries
from app.campaigns.models import Campaign, PastSlug
from app.campaigns.rules import State, free_slug, is_slug, slugged
from app.core import clock
from app.core.errors import Conflict
from app.core.i18n import mark
from app.people import audit
from app.people.rules import Actor, Permission

_MONEY_FIELDS = frozenset({"currency"})


class Stale(Conflict):
    """Someone saved since the form was opened; `version` is the present one."""

    def __init__(self, version: int) -> None:
        super().__init__(
            mark("Someone changed this meanwhile. What you typed is kept: save again to put it in its place.")
        )
        self.version = version


class SlugTaken(Conflict):
    """Another campaign has, or once had, this address."""

    def __init__(self) -> None:
        super().__init__(mark("This address is or was another campaign's. Choose another one."))


def create(
    session: Session,
    actor: Actor,
    *,
    title: str,
    starts_on: date,
    length: int,
    timezone: str,
    language: str,
    currency: str,
    template: str = "",
) -> Campaign:
    """A new draft without days; its address is made from the title. `length` is in days."""
    actor.require(Permission.EDIT)
    wanted = slugged(title)
    campaign = Campaign(
        organisation_id=actor.organisation_id,
        slug=free_slug(wanted, queries.slugs_like(session, wanted)),
        title=title,
        starts_on=starts_on,
        length=length,
        timezone=timezone,
        language=language,
        currency=currency,
        drive_day=length,
        template=template,
    )
    session.add(campaign)
    session.flush()
    audit.record(session, actor, "campaign.created", subject=title, subject_pid=campaign.pid)
    return campaign


def check_open(actor: Actor, campaign: Campaign) -> None:
    """Raises Forbidden by role, Conflict once the campaign is closed."""
    actor.require(Permission.EDIT)
    if campaign.state is State.CLOSED:
        raise Conflict(mark("This campaign is closed: it can be read, no longer changed."))


def check_version(campaign: Campaign, version: int) -> None:
    """Raises Stale when the campaign was saved since."""
    if campaign.version != version:
        raise Stale(campaign.version)


def change_details(
    session: Session, actor: Actor, campaign: Campaign, *, version: int, **values: object
) -> None:
    """Change what a campaign says of itself, its drive or its contact; `values` are columns a form checked.

    Raises Stale; Conflict when closed, or for the currency once gifts may have come.
    """
    check_open(actor, campaign)
    check_version(campaign, version)
    changed = sorted(name for name, value in values.items() if getattr(campaign, name) != value)
    if not changed:
        return
    if campaign.drive_opened_at is not None and _MONEY_FIELDS.intersection(changed):
        raise Conflict(mark("The drive has opened: its currency stays."))
    for name in changed:
        setattr(campaign, name, values[name])
    touch(session, campaign)
    audit.record(
        session,
        actor,
        "campaign.changed",
        subject=campaign.title,
        subject_pid=campaign.pid,
        fields=changed,
    )


def change_drive(
    session: Session, actor: Actor, campaign: Campaign, *, version: int, **values: object
) -> None:
    """Change the drive; `values` are the columns that DriveForm gives.

    Raises Stale; Conflict when its day lies beyond the last one, or would move once the drive has opened.
    """
    day, hour = values.get("drive_day"), values.get("drive_opens")
    if isinstance(day, int) and day > campaign.length:
        said = mark("The campaign has %(length)s days: the drive opens on one of them.")
        raise Conflict(said.with_values(length=campaign.length))
    if values.get("currency") != campaign.currency and (campaign.stretch_minor or campaign.mini_goals):
        raise Conflict(
            mark("The stretch goal and the mini-goals are in %(currency)s: remove them first.").with_values(
                currency=campaign.currency
            )
        )
    moved = (day, hour) != (campaign.drive_day, campaign.drive_opens)
    if campaign.drive_opened_at is not None and moved:
        raise Conflict(mark("The drive has opened: its day and hour stay."))
    change_details(session, actor, campaign, version=version, **values)


def change_slug(session: Session, actor: Actor, campaign: Campaign, *, slug: str) -> None:
    """Give a campaign another address; once it was public the old one leads to it for ever.

    Raises Conflict when the text is no address, SlugTaken when another campaign has or had it.
    """
    check_open(actor, campaign)
    if slug == campaign.slug:
        return
    if not is_slug(slug):
        raise Conflict(mark("Use 3 to 60 small letters without accents, digits and single hyphens."))
    owner = queries.slug_owner(session, slug)
    if owner not in (None, campaign.id):
        raise SlugTaken
    before, campaign.slug = campaign.slug, slug
    own_past = session.get(PastSlug, slug)
    if own_past is not None:
        session.delete(own_past)
    session.add(PastSlug(slug=before, campaign_id=campaign.id))
    touch(session, campaign)
    audit.record(
        session,
        actor,
        "campaign.address_changed",
        subject=campaign.title,
        subject_pid=campaign.pid,
        before=before,
        after=slug,
    )


def pause(session: Session, actor: Actor, campaign: Campaign, *, reason: str, statement: str) -> None:
    """Stop everything at once: `reason` is for the team, `statement` is what the public reads meanwhile.

    Said twice, the first instant stays. Raises Conflict when there is nothing to stop.
    """
    actor.require(Permission.VIEW)
    if campaign.state in (State.DRAFT, State.CLOSED):
        raise Conflict(mark("Nothing is running: there is nothing to pause."))
    campaign.paused_at = campaign.paused_at or clock.now()
    campaign.pause_reason, campaign.hold_statement = reason, statement
    touch(session, campaign)
    audit.record(
        session, actor, "campaign.paused", subject=campaign.title, subject_pid=campaign.pid, reason=reason
    )


def resume(session: Session, actor: Actor, campaign: Campaign) -> None:
    """Go on after a pause. Nothing that fell due meanwhile is sent by itself."""
    actor.require(Permission.PUBLISH)
    if campaign.paused_at is None:
        return
    minutes = int((clock.now() - campaign.paused_at).total_seconds() // 60)
    campaign.paused_at, campaign.pause_reason = None, ""
    touch(session, campaign)
    audit.record(
        session, actor, "campaign.resumed", subject=campaign.title, subject_pid=campaign.pid, minutes=minutes
    )


def touch(session: Session, campaign: Campaign) -> None:
    """Count a change, so that a form opened before it is not saved over it."""
    campaign.version += 1
    session.add(campaign)
    session.flush()
