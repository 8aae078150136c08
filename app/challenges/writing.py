"""Changing an act that was told: by its author, who may also take it back; by the team, who may take it out."""

from dataclasses import fields, replace
from enum import StrEnum

from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.challenges import proofs
from app.challenges.models import ChallengeAct
from app.challenges.telling import Terms, Told
from app.core import clock
from app.core.errors import NotFound
from app.core.ids import new_token
from app.intake import queries as intake
from app.intake import screening
from app.intake import service as inbox
from app.intake.models import Item
from app.intake.rules import ItemState, Kind
from app.intake.screening import Sent
from app.people import audit
from app.people.rules import Actor, Permission

FIELDS = tuple(one.name for one in fields(Told) if one.name != "photo")
"""What an act keeps of a telling, by column."""

READ = ("quantity", "text", "place", "pseudonym", "group_name", "link")
"""Columns whose change sends an act back to the team."""


class Written(StrEnum):
    """What became of a change."""

    SAME = "same"
    CHANGED = "changed"
    WAITING = "waiting"


def merged(act: ChallengeAct, told: Told) -> Told:
    """A second telling over the first: what is left blank stays as it was told."""
    kept = {
        name: getattr(told, name) or getattr(act, name)
        for name in FIELDS
        if name not in ("level", "quantity")
    }
    return replace(told, **kept)


def write(
    session: Session,
    campaign: Campaign,
    terms: Terms,
    act: ChallengeAct,
    item: Item | None,
    told: Told,
    sent: Sent,
) -> Written:
    """Give an act the values of `told`; the team reads anew what it had reason to read."""
    changed = [name for name in FIELDS if getattr(act, name) != getattr(told, name)]
    if not changed and told.photo is None:
        return Written.SAME
    anew = told.photo is not None or any(name in READ for name in changed)
    returned = item is not None and item.state is ItemState.RETURNED
    for name in changed:
        setattr(act, name, getattr(told, name))
    if told.photo is not None:
        proofs.keep(session, campaign, act, told.photo)
    if not act.filed:
        act.filed = terms.read_first(told, has_photo=act.proof_media_id is not None)
    session.add(act)
    if not act.filed:
        return Written.CHANGED
    if item is None or anew or returned:
        _file(session, campaign, act, item, replace(sent, text=told.words()))
        return Written.WAITING
    return Written.CHANGED if item.state is ItemState.ACCEPTED else Written.WAITING


def _file(session: Session, campaign: Campaign, act: ChallengeAct, item: Item | None, sent: Sent) -> None:
    looked = screening.screen(session, campaign, sent)
    if item is not None:
        inbox.file_again(session, campaign, item, looked)
        return
    inbox.file(
        session, campaign, kind=Kind.ACT, subject_id=act.id, screening=looked, supporter_id=act.supporter_id
    )


def lapse(session: Session, act: ChallengeAct, item: Item) -> None:
    """Its time is over: what counts goes on counting, and nothing stays of what was told with it."""
    if item.state is ItemState.ACCEPTED:
        inbox.forget(session, item)
    else:
        inbox.lapse(session, item)
    forget_words(session, act)


def forget_proof(session: Session, act: ChallengeAct) -> None:
    """What proved an act goes once nobody needs it; the act goes on counting."""
    proofs.drop(session, act)
    act.link = ""
    session.add(act)


def forget_words(session: Session, act: ChallengeAct) -> None:
    """What was told with an act goes, and its photo."""
    forget_proof(session, act)
    act.text = act.place = act.pseudonym = act.group_name = ""
    session.add(act)


def withdraw(session: Session, act: ChallengeAct) -> None:
    """Its author takes an act back: it leaves the counts, and whatever it said is forgotten."""
    item = intake.of_subject(session, Kind.ACT, act.id) if act.filed else None
    if item is None and act.removed_at is None:
        proofs.drop(session, act)
        session.delete(act)
        return
    # The item keeps its row's number, which the database may give away again: an empty row stays in its place.
    if item is not None:
        inbox.withdraw(session, item)
        item.supporter_id = None
        session.add(item)
    forget_words(session, act)
    act.participant, act.supporter_id = new_token(), None
    act.team_id = act.done_on = None
    session.add(act)
    session.flush()


def remove(session: Session, actor: Actor, *, campaign: Campaign, pid: str) -> ChallengeAct:
    """Take an act out of the counts and its words out of sight. Raises NotFound, Forbidden."""
    act = _own(session, actor, campaign, pid)
    if act.removed_at is None:
        act.removed_at = clock.now()
        session.add(act)
        _note(session, actor, "challenge.act_removed", campaign, pid)
    return act


def restore(session: Session, actor: Actor, *, campaign: Campaign, pid: str) -> ChallengeAct:
    """Let a removed act count again as it stands. Raises NotFound, Forbidden."""
    act = _own(session, actor, campaign, pid)
    if act.removed_at is not None:
        act.removed_at = None
        session.add(act)
        _note(session, actor, "challenge.act_restored", campaign, pid)
    return act


def _own(session: Session, actor: Actor, campaign: Campaign, pid: str) -> ChallengeAct:
    actor.require(Permission.MODERATE)
    act = session.exec(
        select(ChallengeAct).where(ChallengeAct.pid == pid, ChallengeAct.campaign_id == campaign.id)
    ).first()
    if act is None or campaign.organisation_id != actor.organisation_id:
        raise NotFound
    return act


def _note(session: Session, actor: Actor, action: str, campaign: Campaign, pid: str) -> None:
    audit.record(session, actor, action, subject=campaign.title, subject_pid=campaign.pid, act=pid)
