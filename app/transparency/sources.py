"""What is sealed: for each kind of fact where it stands, and what it says. Drafts are no facts; nothing else is read.

A fact is named by its public id and never ceases to be one: what is taken back keeps its row, or its entry says so.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy import and_, case, literal, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.claims.models import Correction
from app.core.money import decimal_string
from app.donations.models import LedgerEntry
from app.impact.models import Figure, Picture, Promise, Revision, Update
from app.impact.rules import measure
from app.impact.spend_models import Spend
from app.media.models import Media, Portrait
from app.media.portraits import today
from app.media.rules import Shows
from app.transparency import money_facts as money
from app.transparency.facts import Fact, Rows, Source, select_rows
from app.transparency.rules import Kind, Why, instant


def _promises() -> Rows:
    return select_rows(
        col(Promise.campaign_id).label("campaign_id"),
        col(Promise.pid).label("subject"),
        col(Promise.id).label("row_id"),
    ).where(col(Promise.locked_at).is_not(None))


def _read_promises(session: Session, pids: Collection[str]) -> dict[str, Fact]:
    rows = session.exec(select(Promise).where(col(Promise.pid).in_(pids)))
    return {one.pid: Fact(one.locked_at or one.created_at, promise_content(one)) for one in rows}


def promise_content(one: Promise) -> dict[str, Any]:
    """What was promised, word for word."""
    return {
        "indicator": one.indicator,
        "unit": one.unit,
        "baseline": measure(one.baseline),
        "target": measure(one.target),
        "due": one.due_on.isoformat(),
        "method": one.method,
        "fixed": instant(one.locked_at) if one.locked_at else "",
    }


def _ledger() -> Rows:
    return select_rows(
        col(LedgerEntry.campaign_id).label("campaign_id"),
        col(LedgerEntry.pid).label("subject"),
        col(LedgerEntry.id).label("row_id"),
    )


def _read_ledger(session: Session, pids: Collection[str]) -> dict[str, Fact]:
    corrected = aliased(LedgerEntry)
    rows = session.exec(
        select(LedgerEntry, col(corrected.pid), Spend)
        .outerjoin(corrected, col(corrected.id) == col(LedgerEntry.corrects_id))
        .outerjoin(Spend, col(Spend.ledger_entry_id) == col(LedgerEntry.id))
        .where(col(LedgerEntry.pid).in_(pids))
    )
    return {
        one.pid: Fact(one.created_at, ledger_content(one, against, spend)) for one, against, spend in rows
    }


def ledger_content(one: LedgerEntry, against: str | None, spend: Spend | None) -> dict[str, Any]:
    """What the public reads of an entry; `against` is the entry it cancels, `spend` says who was paid."""
    return {
        "date": one.on_date.isoformat(),
        "kind": one.kind.value,
        "amount": decimal_string(one.amount_minor, one.currency),
        "currency": one.currency,
        "category": one.category,
        "note": one.note,
        "payee": spend.payee if spend is not None and not spend.withheld else "",
        "withheld": spend.withheld if spend is not None else "",
        "evidence": one.evidence_note,
        "corrects": against or "",
    }


def _updates() -> Rows:
    return select_rows(
        col(Update.campaign_id).label("campaign_id"),
        col(Update.pid).label("subject"),
        col(Update.id).label("row_id"),
    ).where(col(Update.published_at).is_not(None))


def _read_updates(session: Session, pids: Collection[str]) -> dict[str, Fact]:
    """Updates as they were published: what a correction changed since stands in its own entry."""
    rows = session.exec(select(Update).where(col(Update.pid).in_(pids))).all()
    first = _first_revisions(session, [one.id for one in rows])
    entries = {key for one in rows for key in one.ledger_entry_ids}
    named: dict[int, str] = dict(
        session.exec(select(LedgerEntry.id, LedgerEntry.pid).where(col(LedgerEntry.id).in_(entries))).all()
    )
    return {one.pid: _update_fact(one, first.get(one.id), named) for one in rows}


def _update_fact(one: Update, first: Revision | None, named: Mapping[int, str]) -> Fact:
    at = one.published_at or one.created_at
    still = first.old_video_picture if first else one.video_picture
    content: dict[str, Any] = {
        "title": first.old_title if first else one.title,
        "body": first.old_body if first else one.body,
        "published": instant(at),
        "ledger": sorted(named[key] for key in one.ledger_entry_ids if key in named),
        "video": one.video_url,
    }
    if still:  # entries from before there was a choice say nothing of it
        content["video_picture"] = still
    return Fact(at, content, one.withdrawn_at is not None)


def _first_revisions(session: Session, update_ids: Collection[int]) -> dict[int, Revision]:
    rows = session.exec(
        select(Revision).where(col(Revision.update_id).in_(update_ids)).order_by(col(Revision.id).desc())
    )
    return {one.update_id: one for one in rows}


def _figures() -> Rows:
    return (
        select_rows(
            col(Update.campaign_id).label("campaign_id"),
            (col(Update.pid) + literal(".") + col(Promise.pid)).label("subject"),
            col(Figure.id).label("row_id"),
        )
        .join(Figure, col(Figure.update_id) == col(Update.id))
        .join(Promise, col(Promise.id) == col(Figure.promise_id))
        .where(col(Update.published_at).is_not(None))
    )


def _read_figures(session: Session, subjects: Collection[str]) -> dict[str, Fact]:
    """Figures as they were published with an update."""
    updates = {subject.partition(".")[0] for subject in subjects}
    rows = session.exec(
        select(Update, Promise, Figure)
        .join(Figure, col(Figure.update_id) == col(Update.id))
        .join(Promise, col(Promise.id) == col(Figure.promise_id))
        .where(col(Update.pid).in_(updates))
    ).all()
    first = _first_revisions(session, [one.id for one, _, _ in rows])
    found: dict[str, Fact] = {}
    for update, promise, figure in rows:
        before = first.get(update.id)
        value = measure(figure.value)
        if before is not None and promise.pid in before.old_figures:
            value = before.old_figures[promise.pid]
        content = {"update": update.pid, "promise": promise.pid, "value": value}
        found[f"{update.pid}.{promise.pid}"] = Fact(update.published_at or update.created_at, content)
    return found


def _pictures() -> Rows:
    return (
        select_rows(
            col(Update.campaign_id).label("campaign_id"),
            col(Picture.pid).label("subject"),
            col(Picture.id).label("row_id"),
        )
        .join(Picture, col(Picture.update_id) == col(Update.id))
        .where(col(Update.published_at).is_not(None))
    )


def _read_pictures(session: Session, pids: Collection[str]) -> dict[str, Fact]:
    rows = session.exec(
        select(Picture, Update, Media)
        .join(Update, col(Update.id) == col(Picture.update_id))
        .outerjoin(Media, col(Media.id) == col(Picture.media_id))
        .where(col(Picture.pid).in_(pids))
    )
    found: dict[str, Fact] = {}
    for one, update, media in rows:
        file = media.sha256 if media is not None else ""
        content = {"update": update.pid, "file": file, "shows": one.alt_text, "place": one.place}
        at = update.published_at or update.created_at
        found[one.pid] = Fact(at, content, update.withdrawn_at is not None)
    return found


def _refused_pictures() -> Rows:
    """Pictures in which somebody no longer agrees to be shown, or of an update whose words were erased."""
    refused = and_(
        col(Portrait.shows) != Shows.NOBODY,
        or_(col(Portrait.withdrawn_at).is_not(None), col(Portrait.expires_on) < today()),
    )
    return (
        select_rows(
            col(Update.campaign_id).label("campaign_id"),
            col(Picture.pid).label("subject"),
            case((refused, Why.CONSENT.value), else_=Why.ERASURE.value).label("why"),
        )
        .join(Picture, col(Picture.update_id) == col(Update.id))
        .outerjoin(Portrait, col(Portrait.media_id) == col(Picture.media_id))
        .where(or_(refused, col(Update.withdrawn_at).is_not(None)))
    )


def _revisions() -> Rows:
    return select_rows(
        col(Update.campaign_id).label("campaign_id"),
        col(Revision.pid).label("subject"),
        col(Revision.id).label("row_id"),
    ).join(Revision, col(Revision.update_id) == col(Update.id))


def _read_revisions(session: Session, pids: Collection[str]) -> dict[str, Fact]:
    """What updates say since they were corrected; of the last correction, what the update itself says now."""
    rows = session.exec(
        select(Revision, Update)
        .join(Update, col(Update.id) == col(Revision.update_id))
        .where(col(Revision.pid).in_(pids))
    ).all()
    ids = [update.id for _, update in rows]
    last: dict[int, int] = dict(
        session.exec(
            select(Revision.update_id, Revision.id)
            .where(col(Revision.update_id).in_(ids))
            .order_by(col(Revision.id))
        ).all()
    )
    now = figures_now(session, ids)
    return {
        one.pid: _revision_fact(one, update, now.get(update.id, {}) if last[update.id] == one.id else None)
        for one, update in rows
    }


def _revision_fact(one: Revision, update: Update, now: Mapping[str, str] | None) -> Fact:
    said = one if now is None else update
    content: dict[str, Any] = {
        "update": update.pid,
        "title": said.title,
        "body": said.body,
        "figures": dict(one.figures if now is None else now),
        "why": one.why,
        "at": instant(one.at),
    }
    if said.video_picture or one.old_video_picture:
        content["video_picture"] = said.video_picture
    return Fact(one.at, content, update.withdrawn_at is not None)


def figures_now(session: Session, update_ids: Collection[int]) -> dict[int, dict[str, str]]:
    """The figures updates give now, by the promise's public id."""
    rows = session.exec(
        select(Figure.update_id, Promise.pid, col(Figure.value))
        .join(Promise, col(Promise.id) == col(Figure.promise_id))
        .where(col(Figure.update_id).in_(update_ids))
    )
    found: dict[int, dict[str, str]] = {}
    for update_id, pid, value in rows:
        found.setdefault(update_id, {})[pid] = measure(value)
    return found


def _erased(rows: Callable[[], Rows]) -> Callable[[], Rows]:
    """Of some rows that stand with updates, those whose words were erased by right."""

    def selected() -> Rows:
        inner = rows().where(col(Update.withdrawn_at).is_not(None)).subquery()
        return select_rows(inner.c.campaign_id, inner.c.subject, literal(Why.ERASURE.value).label("why"))

    return selected


def _corrections() -> Rows:
    return select_rows(
        col(Correction.campaign_id).label("campaign_id"),
        col(Correction.pid).label("subject"),
        col(Correction.id).label("row_id"),
    )


def _read_corrections(session: Session, pids: Collection[str]) -> dict[str, Fact]:
    rows = session.exec(select(Correction).where(col(Correction.pid).in_(pids)))
    return {
        one.pid: Fact(
            one.at,
            {
                "said": one.said,
                "right": one.right,
                "since": one.since.isoformat(),
                "why": one.why,
                "source": one.source_title,
                "address": one.source_url,
                "at": instant(one.at),
            },
        )
        for one in rows
    }


SOURCES: tuple[Source, ...] = (
    Source(Kind.PROMISE, _promises, _read_promises),
    *money.SOURCES,
    Source(Kind.LEDGER, _ledger, _read_ledger, many=True),
    Source(Kind.UPDATE, _updates, _read_updates, _erased(_updates)),
    Source(Kind.FIGURE, _figures, _read_figures),
    Source(Kind.PICTURE, _pictures, _read_pictures, _refused_pictures),
    Source(Kind.REVISION, _revisions, _read_revisions, _erased(_revisions)),
    Source(Kind.CORRECTION, _corrections, _read_corrections),
)
