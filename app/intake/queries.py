"""Reads of items: where some things stand, what came lately, and the condition by which rooms show what is public."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, cast, exists, or_
from sqlmodel import Session, col, func, select

from app.core import clock
from app.intake import rules
from app.intake.models import Item, LexiconWord
from app.intake.rules import ItemState, Kind, Recent, Signal

HOUR, TEN_MINUTES = timedelta(hours=1), timedelta(minutes=10)


def public_only(kind: Kind, subject_id: Any) -> ColumnElement[bool]:
    """The condition that the row whose id is in this column may be shown to anyone."""
    return exists().where(
        col(Item.kind) == kind, col(Item.subject_id) == subject_id, col(Item.public).is_(True)
    )


def of_subjects(session: Session, kind: Kind, subject_ids: Collection[int]) -> Mapping[int, Item]:
    """The items of some rows of a room, by row id."""
    rows = session.exec(select(Item).where(Item.kind == kind, col(Item.subject_id).in_(subject_ids)))
    return {row.subject_id: row for row in rows}


def of_subject(session: Session, kind: Kind, subject_id: int) -> Item | None:
    """The item of one row."""
    return of_subjects(session, kind, [subject_id]).get(subject_id)


def carries(signal: Signal) -> ColumnElement[bool]:
    """The condition that a machine saw this in an item."""
    return cast(col(Item.signals), String).contains(f'"{signal.value}"')


def count_alike(session: Session, likeness: str) -> int:
    """How many items have these plain words; the likeness is keyed by campaign. 0 for words too few to tell."""
    if not likeness:
        return 0
    return session.exec(select(func.count(col(Item.id))).where(Item.likeness == likeness)).one()


def recent(session: Session, campaign_id: int, source: str, network: str, *, proven: bool) -> Recent:
    """What came lately from there and to the campaign, counted no further than the rule needs.

    Of one browser only what stands like this one counts: who shares an address and a make of phone with a machine is
    told from it by the proof.
    """
    now = clock.now()
    of_network = (
        Item.campaign_id == campaign_id,
        Item.network == network,
        col(Item.created_at) > now - HOUR,
    )
    unproven = carries(Signal.UNPROVEN)
    row = session.execute(
        select(
            _up_to(
                rules.SOURCE_PROVEN, *of_network, Item.source == source, ~unproven if proven else unproven
            ),
            _up_to(rules.NETWORK_UNPROVEN, *of_network, unproven),
            _up_to(
                rules.CAMPAIGN_UNPROVEN,
                Item.campaign_id == campaign_id,
                col(Item.created_at) > now - TEN_MINUTES,
                unproven,
            ),
        )
    ).one()
    return Recent(*row)


def _up_to(limit: int, *where: Any) -> Any:
    """How many items there are, counting no further than a limit."""
    some = select(Item.id).where(*where).limit(limit).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def earlier_of_flood(session: Session, item: Item) -> Sequence[Item]:
    """What waits and came in the hour before from the same browser, or without proof from the same network."""
    same = or_(col(Item.source) == item.source, carries(Signal.UNPROVEN))
    return session.exec(
        select(Item)
        .where(
            Item.campaign_id == item.campaign_id,
            Item.network == item.network,
            col(Item.created_at) > clock.now() - HOUR,
            Item.state == ItemState.PENDING,
            Item.id != item.id,
            same,
            ~carries(Signal.FLOOD),
        )
        .limit(2 * (rules.SOURCE_PROVEN + rules.NETWORK_UNPROVEN))
    ).all()


def lexicon_words(session: Session, organisation_id: int) -> Sequence[LexiconWord]:
    """An organisation's own words, in the order of the alphabet."""
    return session.exec(
        select(LexiconWord)
        .where(LexiconWord.organisation_id == organisation_id)
        .order_by(col(LexiconWord.watch), col(LexiconWord.word))
    ).all()
