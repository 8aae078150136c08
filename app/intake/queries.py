"""Reads of items: where some things stand, and the condition by which rooms show only what is public."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, exists
from sqlmodel import Session, col, select

from app.intake.models import Item
from app.intake.rules import Kind


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
