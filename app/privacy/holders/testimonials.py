"""What people told: an erasure takes it back from everywhere, as they could themselves."""

from collections.abc import Sequence

from sqlmodel import Session

from app.core.i18n import mark
from app.media import queries as media
from app.media.models import Media
from app.media.storage import get_storage
from app.privacy.base import File, Holder, Kept, Rows, Subject
from app.testimonials import queries, service
from app.testimonials.models import Testimonial

_FILES = ("share.jpg", "voice.m4a")


def _copy(session: Session, subject: Subject) -> Rows:
    return [
        {
            "campaign": campaign.title,
            "text": row.text,
            "language": row.language,
            "picture_shows": row.alt_text,
            "transcript": row.transcript,
            "shown_as": row.naming,
            "name": row.name,
            "guardian": row.guardian,
            "uses": sorted(use.value for use in service.uses_of(row)),
            "may_be_corrected": row.may_correct,
            "own_words_before_correction": row.original,
            "state": item.state,
            "reason": item.reason_text,
            "sent_at": row.created_at,
        }
        for row, item, campaign in queries.of_supporters(session, subject.supporter_ids)
    ]


def _files(session: Session, subject: Subject) -> Sequence[File]:
    rows = [row for row, _, _ in queries.of_supporters(session, subject.supporter_ids)]
    known = media.by_ids(session, [one for row in rows for one in _media(row)])
    return [file for row in rows for one in _media(row) if one in known for file in _located(row, known[one])]


def _media(row: Testimonial) -> list[int]:
    return [one for one in (row.picture_id, row.voice_id) if one is not None]


def _located(row: Testimonial, medium: Media) -> list[File]:
    found = ((name, get_storage().locate(medium.pid, name)) for name in _FILES)
    return [File(f"testimonial-{row.pid}-{name}", path) for name, path in found if path is not None]


def _erase(session: Session, subject: Subject) -> Sequence[Kept]:
    for row, _, campaign in queries.of_supporters(session, subject.supporter_ids):
        service.withdraw(session, campaign, row)
    return ()


HOLDER = Holder("testimonials", mark("Testimonials"), _copy, _erase, _files)
