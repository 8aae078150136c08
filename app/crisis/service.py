"""Use cases of a crisis: stop, say, tell, go on, close, each with its line in the log. Changes no line of a log.

Whoever acts before an incident is open opens one: nobody looks for a form while something burns.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from app.campaigns import queries as campaign_queries
from app.campaigns import service as campaigns
from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core import clock
from app.core.errors import Conflict, NotFound
from app.core.i18n import mark
from app.core.templating import absolute
from app.crisis import queries
from app.crisis.models import CrisisPlan, CrisisReader, CrisisWord, Incident, IncidentEntry
from app.crisis.rules import Kind
from app.influencers import queries as influencers
from app.influencers.models import Influencer
from app.mail import service as mail
from app.people import audit
from app.people.rules import Actor, Permission
from app.publishing import pausing
from app.publishing.pausing import Decision


class NotTrueYet(Conflict):
    """A condition to resume does not hold, as far as the log knows."""

    def __init__(self, check: str) -> None:
        super().__init__(mark("Not true yet: “%(what)s” Tick it once it is.").with_values(what=check))


def write_plan(session: Session, actor: Actor, campaign: Campaign, **columns: object) -> CrisisPlan:
    """Write the protocol, or write it anew; `columns` are what ProtocolForm gives. Raises Forbidden, Conflict."""
    campaigns.check_open(actor, campaign)
    plan = queries.plan_of(session, campaign) or CrisisPlan(campaign_id=campaign.id)
    for name, value in columns.items():
        setattr(plan, name, value)
    plan.updated_at = clock.now()
    session.add(plan)
    session.flush()
    audit.record(session, actor, "crisis.planned", subject=campaign.title, subject_pid=campaign.pid)
    return plan


def copy_plan(session: Session, source: Campaign, target: Campaign) -> None:
    """Give a copy of a campaign the protocol of the first."""
    plan = queries.plan_of(session, source)
    if plan is not None:
        kept = plan.model_dump(include={"contacts", "decides", "statements", "checks"})
        session.add(CrisisPlan(campaign_id=target.id, **kept))


def open_incident(
    session: Session, actor: Actor, campaign: Campaign, *, title: str, alert: str = ""
) -> Incident:
    """Open an incident, or add to the one that is open. Any member may: who sees the fire rings the bell."""
    incident = _incident(session, actor, campaign, title)
    if alert:
        _log(session, actor, incident, Kind.ALERT, alert)
    return incident


def note(
    session: Session, actor: Actor, campaign: Campaign, *, text: str, happened_at: datetime | None = None
) -> None:
    """Add a line by hand. Raises Conflict for what has not happened yet, and when nothing is open."""
    actor.require(Permission.VIEW)
    incident = queries.current(session, campaign)
    if incident is None:
        raise Conflict(mark("No incident is open. Open one first."))
    if happened_at is not None and happened_at > clock.now():
        raise Conflict(mark("The log holds what has happened. Choose a moment that has passed."))
    _log(session, actor, incident, Kind.NOTE, text, happened_at=happened_at)


def pause(session: Session, actor: Actor, campaign: Campaign, *, reason: str, statement: str) -> None:
    """Stop everything at once, and say so in the log. Raises Conflict when nothing is running."""
    was_paused = campaign.paused_at is not None
    campaigns.pause(session, actor, campaign, reason=reason, statement=statement)
    incident = _incident(session, actor, campaign, reason[:160])
    if not was_paused:
        _log(session, actor, incident, Kind.PAUSED, reason)


def resume(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    decisions: Mapping[str, Decision],
    holds: Collection[int] = (),
) -> None:
    """Go on, once every condition of the protocol holds; `holds` are places of those said to hold just now.

    Raises Forbidden; Conflict naming what does not, and then nothing is noted.
    """
    if campaign.paused_at is None:
        return
    actor.require(Permission.PUBLISH)
    waiting = queries.still_open(session, campaign)
    incident = queries.current(session, campaign)
    for place, check in waiting.items():
        if place not in holds:
            raise NotTrueYet(check)
    for check in waiting.values():
        if incident is not None:
            _log(session, actor, incident, Kind.TRUE, check)
    fell_due = len(pausing.fell_due(session, campaign))
    pausing.resume(session, actor, campaign, decisions)
    if incident is not None:
        _log(session, actor, incident, Kind.RESUMED, count=fell_due)


def publish_statement(
    session: Session, actor: Actor, campaign: Campaign, *, statement: Mapping[str, str]
) -> None:
    """Put a statement on every public page, in the feed and on the brief; `statement` is by language.

    Raises Forbidden; Conflict when the campaign is no public one, or its own language is missing.
    """
    actor.require(Permission.PUBLISH)
    said = {language: text.strip() for language, text in statement.items() if text.strip()}
    if campaign.state is State.DRAFT:
        raise Conflict(mark("The campaign has no public page yet: there is nowhere to say it."))
    if campaign.language not in said:
        raise Conflict(mark("Write it at least in the language of the campaign."))
    if campaign.statement_at is not None and campaign.statement == said:
        return
    kind = Kind.STATEMENT if campaign.statement_at is None else Kind.STATEMENT_CHANGED
    campaign.statement, campaign.statement_at = said, clock.now()
    campaigns.touch(session, campaign)
    text = said[campaign.language]
    incident = _incident(session, actor, campaign, campaign.title)
    _log(session, actor, incident, kind, "\n\n".join(said[one] for one in sorted(said)))
    action = "crisis.statement" if kind is Kind.STATEMENT else "crisis.statement_changed"
    _audit(session, actor, campaign, action, text=text[:200])


def withdraw_statement(session: Session, actor: Actor, campaign: Campaign) -> None:
    """Take the statement off every page. Nothing happens when there is none. Raises Forbidden."""
    actor.require(Permission.PUBLISH)
    if campaign.statement_at is None:
        return
    campaign.statement, campaign.statement_at = {}, None
    campaigns.touch(session, campaign)
    incident = queries.current(session, campaign)
    if incident is not None:
        _log(session, actor, incident, Kind.STATEMENT_WITHDRAWN)
    _audit(session, actor, campaign, "crisis.statement_withdrawn")


def tell(session: Session, actor: Actor, campaign: Campaign, *, text: str) -> CrisisWord:
    """Tell those who carry the campaign, by mail and at the head of their brief. Raises Forbidden, Conflict."""
    actor.require(Permission.PUBLISH)
    people = influencers.confirmed(session, campaign)
    if not people:
        raise Conflict(mark("Nobody carries this campaign yet: there is nobody to tell."))
    incident = _incident(session, actor, campaign, campaign.title)
    word = CrisisWord(incident_id=incident.id, text=text)
    session.add(word)
    session.flush()
    for person in people:
        session.add(CrisisReader(word_id=word.id, influencer_id=person.id, mailed=bool(person.email)))
        _mail(session, campaign, person, text)
    mails = sum(bool(person.email) for person in people)
    _log(session, actor, incident, Kind.TOLD, text, count=mails)
    _audit(session, actor, campaign, "crisis.told", count=len(people))
    return word


def see(session: Session, influencer: Influencer, pid: str) -> None:
    """The influencer has read a word. Said again, the first instant stays. Raises NotFound for another's word."""
    reader = session.exec(
        select(CrisisReader)
        .join(CrisisWord)
        .where(CrisisWord.pid == pid, CrisisReader.influencer_id == influencer.id)
    ).first()
    if reader is None:
        raise NotFound
    if reader.seen_at is None:
        reader.seen_at = clock.now()
        session.add(reader)


def tick(session: Session, actor: Actor, campaign: Campaign, holds: Collection[int]) -> None:
    """Note which conditions to resume hold, by their place in the protocol. Raises Forbidden, Conflict."""
    actor.require(Permission.PUBLISH)
    plan, incident = queries.plan_of(session, campaign), queries.current(session, campaign)
    if plan is None or incident is None:
        raise Conflict(mark("No incident is open. Open one first."))
    before = queries.holding(queries.entries(session, incident))
    for place, check in enumerate(plan.checks):
        if (place in holds) is not (check in before):
            _log(session, actor, incident, Kind.TRUE if place in holds else Kind.UNTRUE, check)


def close(session: Session, actor: Actor, campaign: Campaign, *, lessons: str) -> Incident:
    """End the incident; its report stays. Raises Forbidden; Conflict while paused and when nothing is open."""
    actor.require(Permission.PUBLISH)
    incident = queries.current(session, campaign)
    if incident is None:
        raise Conflict(mark("No incident is open. Open one first."))
    if campaign.paused_at is not None:
        raise Conflict(mark("Everything is paused. Resume first."))
    _log(session, actor, incident, Kind.CLOSED, lessons)
    incident.lessons, incident.closed_at = lessons, clock.now()
    session.add(incident)
    _audit(session, actor, campaign, "crisis.closed", title=incident.title)
    return incident


def _incident(session: Session, actor: Actor, campaign: Campaign, title: str) -> Incident:
    """The open incident, opened now when there is none. The campaign's row is the lock: never two."""
    actor.require(Permission.VIEW)
    session.flush()
    session.exec(select(Campaign.id).where(Campaign.id == campaign.id).with_for_update()).one()
    incident = queries.current(session, campaign)
    if incident is not None:
        return incident
    incident = Incident(campaign_id=campaign.id, title=title, opened_at=clock.now())
    session.add(incident)
    session.flush()
    _log(session, actor, incident, Kind.OPENED, title)
    _audit(session, actor, campaign, "crisis.opened", title=title)
    return incident


def _log(
    session: Session,
    actor: Actor,
    incident: Incident,
    kind: Kind,
    text: str = "",
    *,
    count: int = 0,
    happened_at: datetime | None = None,
) -> None:
    session.add(
        IncidentEntry(
            incident_id=incident.id,
            kind=kind,
            text=text,
            who=actor.name,
            count=count,
            happened_at=happened_at or clock.now(),
        )
    )
    session.flush()


def _mail(session: Session, campaign: Campaign, person: Influencer, text: str) -> None:
    if not person.email:
        return
    context = {
        "campaign": campaign,
        "person": person,
        "organisation": campaign_queries.organisation(session, campaign),
        "text": text,
        "statement": said_in(campaign, person.language),
        "url": absolute("/brief"),
    }
    mail.queue(session, kind="crisis-word", to=person.email, language=person.language, context=context)


def said_in(campaign: Campaign, language: str) -> str:
    """The statement on the public pages in a language, else in the campaign's; empty when there is none."""
    if campaign.statement_at is None:
        return ""
    return str(campaign.statement.get(language) or campaign.statement.get(campaign.language) or "")


def _audit(session: Session, actor: Actor, campaign: Campaign, action: str, **details: Any) -> None:
    audit.record(session, actor, action, subject=campaign.title, subject_pid=campaign.pid, **details)
