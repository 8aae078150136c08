"""Reads of protocols, incidents and who has read what. Studio reads filter by campaign, which access has checked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.core import clock
from app.crisis import rules
from app.crisis.models import CrisisPlan, CrisisReader, CrisisWord, Incident, IncidentEntry
from app.crisis.rules import Kind, Moment, Written
from app.influencers.models import Influencer


def plan_of(session: Session, campaign: Campaign) -> CrisisPlan | None:
    """The campaign's protocol, where one is written."""
    return session.exec(select(CrisisPlan).where(CrisisPlan.campaign_id == campaign.id)).first()


def plans_of(session: Session, campaign_ids: Collection[int]) -> dict[int, CrisisPlan]:
    """The protocols of some campaigns; one that has none is absent."""
    plans = session.exec(select(CrisisPlan).where(col(CrisisPlan.campaign_id).in_(campaign_ids)))
    return {plan.campaign_id: plan for plan in plans}


def written(plan: CrisisPlan | None) -> Written:
    """What of a protocol is written."""
    if plan is None:
        return rules.NOTHING
    return Written(
        reachable=any(one.get("name") and one.get("phone") for one in plan.contacts),
        decides=bool(plan.decides),
        statements=plan.statements,
        checks=len(plan.checks),
    )


def current(session: Session, campaign: Campaign) -> Incident | None:
    """The incident that is open."""
    return session.exec(
        select(Incident)
        .where(Incident.campaign_id == campaign.id, col(Incident.closed_at).is_(None))
        .order_by(col(Incident.id).desc())
    ).first()


def of_campaign(session: Session, campaign: Campaign) -> Sequence[Incident]:
    """Every incident of a campaign, the latest first."""
    return session.exec(
        select(Incident).where(Incident.campaign_id == campaign.id).order_by(col(Incident.id).desc())
    ).all()


def one(session: Session, campaign: Campaign, pid: str) -> Incident | None:
    """An incident of this campaign."""
    return session.exec(
        select(Incident).where(Incident.pid == pid, Incident.campaign_id == campaign.id)
    ).first()


def entries(session: Session, incident: Incident) -> Sequence[IncidentEntry]:
    """The log, as things happened."""
    return session.exec(
        select(IncidentEntry)
        .where(IncidentEntry.incident_id == incident.id)
        .order_by(col(IncidentEntry.happened_at), col(IncidentEntry.id))
    ).all()


def holding(found: Sequence[IncidentEntry]) -> frozenset[str]:
    """The conditions to resume that hold now."""
    said = sorted(found, key=lambda entry: entry.id)
    return rules.holding((entry.kind, entry.text) for entry in said)


def still_open(session: Session, campaign: Campaign) -> dict[int, str]:
    """The conditions to resume that do not hold yet, by their place; none outside an incident or protocol."""
    plan, incident = plan_of(session, campaign), current(session, campaign)
    if plan is None or incident is None:
        return {}
    held = holding(entries(session, incident))
    return {place: check for place, check in enumerate(plan.checks) if check not in held}


@dataclass(frozen=True)
class Told:
    """A word to the influencers with its readers, those who have not said that they read it first."""

    word: CrisisWord
    readers: Sequence[tuple[CrisisReader, str]]  # with the name of each

    @property
    def seen(self) -> int:
        return sum(reader.seen_at is not None for reader, _ in self.readers)


def told(session: Session, incident: Incident) -> list[Told]:
    """What the influencers were told in an incident, the latest first."""
    rows = session.exec(
        select(CrisisWord, CrisisReader, Influencer.name)
        .join(CrisisReader, col(CrisisReader.word_id) == CrisisWord.id)
        .join(Influencer, col(Influencer.id) == CrisisReader.influencer_id)
        .where(CrisisWord.incident_id == incident.id)
        .order_by(col(CrisisWord.id).desc(), col(CrisisReader.seen_at).is_not(None), col(Influencer.name))
    ).all()
    found: dict[int, tuple[CrisisWord, list[tuple[CrisisReader, str]]]] = {}
    for word, reader, name in rows:
        found.setdefault(word.id, (word, []))[1].append((reader, name))
    return [Told(word, readers) for word, readers in found.values()]


def readers_of(session: Session, word: CrisisWord) -> Sequence[tuple[CrisisReader, Influencer]]:
    """Those who were told a word."""
    return session.exec(
        select(CrisisReader, Influencer)
        .join(Influencer, col(Influencer.id) == CrisisReader.influencer_id)
        .where(CrisisReader.word_id == word.id)
    ).all()


def word_for(session: Session, influencer: Influencer) -> tuple[CrisisWord, CrisisReader] | None:
    """The latest word to someone in an incident that is still open."""
    return session.exec(
        select(CrisisWord, CrisisReader)
        .join(CrisisReader, col(CrisisReader.word_id) == CrisisWord.id)
        .join(Incident, col(Incident.id) == CrisisWord.incident_id)
        .where(CrisisReader.influencer_id == influencer.id, col(Incident.closed_at).is_(None))
        .order_by(col(CrisisWord.id).desc())
    ).first()


@dataclass(frozen=True)
class Report:
    """An incident in figures, for the page to keep. Durations in whole minutes."""

    minutes: int
    to_pause: int | None  # from the opening to the pause; None when nothing was paused
    to_statement: int | None
    paused: int
    statement: int
    posts: int
    mails: int
    told: int
    seen: int
    alerts: int


_PAUSED, _RESUMED = frozenset({Kind.PAUSED}), frozenset({Kind.RESUMED})
_SAID, _UNSAID = frozenset({Kind.STATEMENT, Kind.STATEMENT_CHANGED}), frozenset({Kind.STATEMENT_WITHDRAWN})


def report(incident: Incident, found: Sequence[IncidentEntry], words: Sequence[Told]) -> Report:
    """The figures of an incident, up to its end or to now."""
    until = incident.closed_at or clock.now()
    moments = [Moment(entry.kind, entry.happened_at) for entry in found]
    readers = {name: False for told in words for _, name in told.readers}
    for told in words:
        readers |= {name: True for reader, name in told.readers if reader.seen_at is not None}
    return Report(
        minutes=_minutes(until - incident.opened_at),
        to_pause=_after(incident, rules.first(moments, Kind.PAUSED)),
        to_statement=_after(incident, rules.first(moments, Kind.STATEMENT)),
        paused=_minutes(rules.lasted(moments, _PAUSED, _RESUMED, until)),
        statement=_minutes(rules.lasted(moments, _SAID, _UNSAID, until)),
        posts=sum(entry.count for entry in found if entry.kind is Kind.RESUMED),
        mails=sum(entry.count for entry in found if entry.kind is Kind.TOLD),
        told=len(readers),
        seen=sum(readers.values()),
        alerts=sum(entry.kind is Kind.ALERT for entry in found),
    )


def _after(incident: Incident, moment: datetime | None) -> int | None:
    return None if moment is None else _minutes(moment - incident.opened_at)


def _minutes(span: timedelta) -> int:
    return max(0, int(span.total_seconds() // 60))
