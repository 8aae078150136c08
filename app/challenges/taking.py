"""Taking a challenge: once a person and challenge, without an account. Refuses a day that has not come,
a campaign that is over or paused; keeps no address, only a keyed hash whose key dies with the campaign."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, delete, or_, select

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.challenges import proofs, rules, writing
from app.challenges.models import Challenge, ChallengeAct, ParticipantSalt
from app.challenges.rules import Calendar, Refusal
from app.challenges.telling import Terms, Told
from app.core import clock
from app.core.crypto import keyed_hash
from app.core.db import insert_into
from app.core.errors import Conflict, NotFound
from app.core.i18n import Message, mark
from app.core.ids import new_pid, new_token
from app.core.recognising import participant
from app.intake import queries as intake
from app.intake import screening
from app.intake import service as inbox
from app.intake.models import Item
from app.intake.rules import ItemState, Kind
from app.intake.screening import Screening, Sent

RUNNING = frozenset({State.LIVE, State.DRIVE})

_REFUSALS: dict[Refusal, Message] = {
    Refusal.PAUSED: mark("The campaign is paused: nothing is counted for now. Come back a little later."),
    Refusal.OVER: mark("The campaign's last day has passed: its challenges are closed."),
    Refusal.NOT_RUNNING: mark("The campaign does not take challenges now."),
}

CLOSED = frozenset({ItemState.REJECTED, ItemState.RESTRICTED, ItemState.WITHDRAWN})
"""Decisions that a second telling does not undo."""


class Outcome(StrEnum):
    """What became of an act."""

    TAKEN = "taken"  # counted for the first time
    CHANGED = "changed"  # told before, today: it was changed and stands as it stood
    WAITING = "waiting"  # the team reads it first; it counts once accepted
    KEPT = "kept"  # told before, on another day: nothing changed


@dataclass(frozen=True)
class Taken:
    """The act as it now stands. `fresh` is its public id when this very telling made it."""

    outcome: Outcome
    level: int
    late: bool
    fresh: str = ""


@dataclass(frozen=True)
class Taker:
    """Who takes it: the participant's hash, and for who keeps their days, under which supporters."""

    participant: str
    supporter_id: int | None = None
    ids: Sequence[int] = ()
    link_id: int | None = None  # the short link they came by


def calendar(campaign: Campaign, challenge: Challenge, number: int) -> Calendar:
    """The dates that decide about a challenge of day `number`."""
    return Calendar(campaign.starts_on, campaign.length, number, challenge.window_days)


def refusal(campaign: Campaign, dates: Calendar) -> Refusal | None:
    """Why a challenge cannot be taken now; None when it can."""
    where = rules.window(dates, clock.today(campaign.timezone))
    return rules.refusal(where, running=campaign.state in RUNNING, paused=campaign.paused_at is not None)


def is_coming(campaign: Campaign, challenge: Challenge, number: int) -> bool:
    """Whether a challenge's day has not come: nobody sees it yet."""
    dates = calendar(campaign, challenge, number)
    return rules.window(dates, clock.today(campaign.timezone)) is rules.Window.COMING


def recognise(session: Session, campaign: Campaign, *, address: str, agent: str) -> str:
    """The participant hash of a visitor in one campaign; makes the campaign's salt when there is none yet."""
    session.execute(
        _insert(session, ParticipantSalt)
        .values(campaign_id=campaign.id, salt=new_token())
        .on_conflict_do_nothing(index_elements=["campaign_id"])
    )
    salt = session.exec(select(ParticipantSalt.salt).where(ParticipantSalt.campaign_id == campaign.id)).one()
    # With the instance's key: whoever steals the database alone cannot try addresses against the hashes.
    return participant(keyed_hash("participant", salt), address, agent)


def check(campaign: Campaign, dates: Calendar) -> None:
    """Raises NotFound before the challenge's day, Conflict when the campaign is paused, over or not running."""
    refused = refusal(campaign, dates)
    if refused is Refusal.COMING:
        raise NotFound
    if refused is not None:
        raise Conflict(_REFUSALS[refused])


def take(
    session: Session, campaign: Campaign, terms: Terms, *, taker: Taker, told: Told, sent: Sent
) -> Taken:
    """Count that someone did the challenge, or let the team read it first.

    A second time on the same day changes it, and so does an answer to what the team returned; otherwise
    nothing changes. Raises as `check`, and Refused when there is no room for a photo.
    """
    check(campaign, terms.calendar)
    looked = None
    if terms.read_first(told):
        looked = screening.screen(session, campaign, replace(sent, text=told.words()))
        if looked.robot:
            return Taken(Outcome.WAITING, told.level, late=False)
    known = _find(session, terms.challenge, taker)
    if known is None:
        taken = _add(session, campaign, terms, taker, told, looked)
        if taken is not None:
            return taken
        known = _find(session, terms.challenge, taker)
    if known is None:  # the phone's act is another person's: whoever keeps their days counts for themselves
        own = replace(taker, participant=keyed_hash("participant-known", str(taker.supporter_id)))
        return _add(session, campaign, terms, own, told, looked) or Taken(
            Outcome.KEPT, told.level, late=False
        )
    return _change(session, campaign, terms, known, told, sent)


def _find(session: Session, challenge: Challenge, taker: Taker) -> ChallengeAct | None:
    """The act this telling is about: one's own; else, for who keeps no days, the one of this phone."""
    rows = session.exec(
        select(ChallengeAct).where(
            ChallengeAct.challenge_id == challenge.id,
            or_(
                col(ChallengeAct.participant) == taker.participant,
                col(ChallengeAct.supporter_id).in_(taker.ids),
            ),
        )
    ).all()
    mine = next((row for row in rows if row.supporter_id in taker.ids), None)
    if mine is not None or taker.supporter_id is None:
        return mine or next(iter(rows), None)
    phone = next((row for row in rows if row.supporter_id is None and not row.filed), None)
    if phone is not None:  # told in one tap before the days were kept: nothing in it could be someone else's
        phone.supporter_id = taker.supporter_id
        session.add(phone)
    return phone


def _add(
    session: Session, campaign: Campaign, terms: Terms, taker: Taker, told: Told, looked: Screening | None
) -> Taken | None:
    """Add the act unless there is one; two taps at once make one row, whichever is first."""
    late = rules.window(terms.calendar, terms.today) is rules.Window.LATE
    values: dict[str, Any] = {name: getattr(told, name) for name in writing.FIELDS}
    values["done_on"] = told.done_on or terms.today
    statement = (
        _insert(session, ChallengeAct)
        .values(
            pid=new_pid(),
            campaign_id=campaign.id,
            challenge_id=terms.challenge.id,
            participant=taker.participant,
            supporter_id=taker.supporter_id,
            filed=looked is not None,
            link_id=taker.link_id,
            late=late,
            at=clock.now(),
            **values,
        )
        .on_conflict_do_nothing()
        .returning(col(ChallengeAct.id))
    )
    made = session.execute(statement).scalar_one_or_none()
    if made is None:
        return None
    act = session.get_one(ChallengeAct, made)
    if told.photo is not None:
        proofs.keep(session, campaign, act, told.photo)
    if looked is None:
        return Taken(Outcome.TAKEN, told.level, late, act.pid)
    inbox.file(
        session,
        campaign,
        kind=Kind.ACT,
        subject_id=act.id,
        screening=looked,
        supporter_id=act.supporter_id,
    )
    return Taken(Outcome.WAITING, told.level, late, act.pid)


def _change(
    session: Session, campaign: Campaign, terms: Terms, act: ChallengeAct, told: Told, sent: Sent
) -> Taken:
    item = intake.of_subject(session, Kind.ACT, act.id) if act.filed else None
    returned = item is not None and item.state is ItemState.RETURNED
    today = rules.same_day(act.at, clock.now(), campaign.timezone)
    if act.removed_at is not None or _is_closed(item) or not (today or returned):
        return Taken(Outcome.KEPT, act.level, act.late)
    outcome = writing.write(session, campaign, terms, act, item, writing.merged(act, told), sent)
    became = {
        writing.Written.SAME: Outcome.KEPT,
        writing.Written.CHANGED: Outcome.CHANGED,
        writing.Written.WAITING: Outcome.WAITING,
    }
    return Taken(became[outcome], act.level, act.late)


ANSWERED = RUNNING | {State.REPORTING}
"""States of a campaign in which its team still reads an answer to what it returned."""


def may_change(campaign: Campaign, dates: Calendar, act: ChallengeAct, item: Item | None) -> bool:
    """Whether its author may still change an act they keep: while it can be taken, or to answer a return."""
    if act.removed_at is not None or _is_closed(item):
        return False
    if item is not None and item.state is ItemState.RETURNED:
        return campaign.state in ANSWERED and campaign.paused_at is None
    return refusal(campaign, dates) is None


def _is_closed(item: Item | None) -> bool:
    return item is not None and item.state in CLOSED


def _insert(session: Session, table: Any) -> Any:
    return insert_into(session, table)


def forget_participants(session: Session, *, campaign_id: int) -> bool:
    """Delete the campaign's salt, called when it closes: its hashes can never be linked to anyone again.

    Returns whether there was a salt.
    """
    result = session.execute(delete(ParticipantSalt).where(col(ParticipantSalt.campaign_id) == campaign_id))
    return bool(getattr(result, "rowcount", 0))
