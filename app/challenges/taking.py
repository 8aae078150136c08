"""Taking a challenge: once a person and challenge, without an account. Refuses a day that has not come,
a campaign that is over or paused; keeps no address, only a keyed hash whose key dies with the campaign."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, delete, select

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.challenges import rules
from app.challenges.models import Challenge, ChallengeAct, ParticipantSalt
from app.challenges.rules import Calendar, Refusal
from app.core import clock
from app.core.crypto import keyed_hash
from app.core.errors import Conflict, NotFound
from app.core.i18n import Message, mark
from app.core.ids import new_pid, new_token
from app.people import audit
from app.people.rules import Actor, Permission

RUNNING = frozenset({State.LIVE, State.DRIVE})

_REFUSALS: dict[Refusal, Message] = {
    Refusal.PAUSED: mark("The campaign is paused: nothing is counted for now. Come back a little later."),
    Refusal.OVER: mark("The campaign's last day has passed: its challenges are closed."),
    Refusal.NOT_RUNNING: mark("The campaign does not take challenges now."),
}


class Outcome(StrEnum):
    """What became of an act."""

    TAKEN = "taken"  # counted for the first time
    CHANGED = "changed"  # counted before, today: its level or text was changed
    KEPT = "kept"  # counted before, on another day: nothing changed


@dataclass(frozen=True)
class Taken:
    """The act as it now stands."""

    outcome: Outcome
    level: int
    late: bool


def calendar(campaign: Campaign, challenge: Challenge, number: int) -> Calendar:
    """The dates that decide about a challenge of day `number`."""
    return Calendar(campaign.starts_on, campaign.length, number, challenge.window_days)


def refusal(campaign: Campaign, dates: Calendar) -> Refusal | None:
    """Why a challenge cannot be taken now; None when it can."""
    where = rules.window(dates, clock.today(campaign.timezone))
    return rules.refusal(where, running=campaign.state in RUNNING, paused=campaign.paused_at is not None)


def recognise(session: Session, campaign: Campaign, *, address: str, agent: str) -> str:
    """The participant hash of a visitor in one campaign; makes the campaign's salt when there is none yet."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    session.execute(
        insert(ParticipantSalt)
        .values(campaign_id=campaign.id, salt=new_token())
        .on_conflict_do_nothing(index_elements=["campaign_id"])
    )
    salt = session.exec(select(ParticipantSalt.salt).where(ParticipantSalt.campaign_id == campaign.id)).one()
    # With the instance's key: whoever steals the database alone cannot try addresses against the hashes.
    return rules.participant(keyed_hash("participant", salt), address, agent)


def take(
    session: Session,
    campaign: Campaign,
    challenge: Challenge,
    *,
    number: int,
    participant: str,
    level: int,
    text: str = "",
) -> Taken:
    """Count that someone did the challenge of day `number` (level 0 to 2).

    A second time on the same day changes level and text; later it changes nothing. Raises NotFound
    before the challenge's day, Conflict when the campaign is paused, over or not running.
    """
    dates = calendar(campaign, challenge, number)
    refused = refusal(campaign, dates)
    if refused is Refusal.COMING:
        raise NotFound
    if refused is not None:
        raise Conflict(_REFUSALS[refused])
    late = rules.window(dates, clock.today(campaign.timezone)) is rules.Window.LATE
    if _insert(session, campaign, challenge, participant=participant, level=level, text=text, late=late):
        return Taken(Outcome.TAKEN, level, late)
    act = session.exec(
        select(ChallengeAct).where(
            ChallengeAct.challenge_id == challenge.id, ChallengeAct.participant == participant
        )
    ).one()
    today = rules.same_day(act.at, clock.now(), campaign.timezone)
    if act.removed_at is not None or not today or (act.level == level and text in ("", act.text)):
        return Taken(Outcome.KEPT, act.level, act.late)
    act.level = level
    act.text = text or act.text
    session.add(act)
    return Taken(Outcome.CHANGED, level, act.late)


def _insert(session: Session, campaign: Campaign, challenge: Challenge, **values: Any) -> bool:
    """Add the act unless this participant has one; two taps at once make one row, whichever is first."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = (
        insert(ChallengeAct)
        .values(pid=new_pid(), campaign_id=campaign.id, challenge_id=challenge.id, at=clock.now(), **values)
        .on_conflict_do_nothing(index_elements=["challenge_id", "participant"])
        .returning(col(ChallengeAct.id))
    )
    return session.execute(statement).scalar_one_or_none() is not None


def remove_act(session: Session, actor: Actor, *, campaign: Campaign, pid: str) -> ChallengeAct:
    """Take an act out of the counts and its text out of sight. Raises NotFound, Forbidden."""
    act = _own_act(session, actor, campaign, pid)
    if act.removed_at is None:
        act.removed_at = clock.now()
        session.add(act)
        _note(session, actor, "challenge.act_removed", campaign, pid)
    return act


def restore_act(session: Session, actor: Actor, *, campaign: Campaign, pid: str) -> ChallengeAct:
    """Count a removed act again. Raises NotFound, Forbidden."""
    act = _own_act(session, actor, campaign, pid)
    if act.removed_at is not None:
        act.removed_at = None
        session.add(act)
        audit.record(
            session,
            actor,
            "challenge.act_restored",
            subject=campaign.title,
            subject_pid=campaign.pid,
            act=pid,
        )
    return act


def _own_act(session: Session, actor: Actor, campaign: Campaign, pid: str) -> ChallengeAct:
    actor.require(Permission.MODERATE)
    act = session.exec(
        select(ChallengeAct).where(ChallengeAct.pid == pid, ChallengeAct.campaign_id == campaign.id)
    ).first()
    if act is None or campaign.organisation_id != actor.organisation_id:
        raise NotFound
    return act


def _note(session: Session, actor: Actor, action: str, campaign: Campaign, pid: str) -> None:
    audit.record(session, actor, action, subject=campaign.title, subject_pid=campaign.pid, act=pid)


def forget_participants(session: Session, *, campaign_id: int) -> bool:
    """Delete the campaign's salt, called when it closes: its hashes can never be linked to anyone again.

    Returns whether there was a salt.
    """
    result = session.execute(delete(ParticipantSalt).where(col(ParticipantSalt.campaign_id) == campaign_id))
    return bool(getattr(result, "rowcount", 0))
