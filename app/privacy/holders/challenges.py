"""Challenges somebody asked us to remember: acts with what was told, and what stood in the way. Nothing stays."""

from collections.abc import Sequence

from sqlmodel import Session

from app.challenges import diary, keeping, queries
from app.core.i18n import mark
from app.media import service as media
from app.privacy.base import File, Holder, Kept, Rows, Subject


def _acts(session: Session, subject: Subject) -> Rows:
    return [
        {
            "told_at": act.at,
            "done_on": act.done_on,
            "level": act.level + 1,
            "quantity_thousandths": act.quantity,
            "text": act.text,
            "pseudonym": act.pseudonym,
            "group": act.group_name,
            "place": act.place,
            "link": act.link,
        }
        for act in queries.of_supporters(session, subject.supporter_ids)
    ]


def _photos(session: Session, subject: Subject) -> Sequence[File]:
    photos = diary.proofs_of(session, subject.supporter_ids)
    return [
        File(f"challenge-{number}.jpg", media.open_variant(one, "share.jpg").path)
        for number, one in enumerate(photos, start=1)
    ]


def _misses(session: Session, subject: Subject) -> Rows:
    return [
        {"told_at": one.at, "obstacle": one.obstacle, "text": one.text}
        for one in diary.misses_of(session, subject.supporter_ids)
    ]


def _erase(session: Session, subject: Subject) -> Sequence[Kept]:
    keeping.forget(session, subject.supporter_ids)
    return []


ACTS = Holder("challenges", mark("Challenges taken"), _acts, _erase, _photos)
MISSES = Holder("obstacles", mark("What stood in the way"), _misses, _erase)
