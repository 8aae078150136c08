"""Use cases of evidence: keep the original for the team, publish a copy in which names are covered."""

from collections.abc import Sequence

from sqlmodel import Session

from app.core import clock
from app.core.errors import Conflict, DomainError
from app.core.i18n import mark
from app.impact import spend_queries
from app.impact.money_rules import SpendState
from app.impact.spend_models import Evidence, Spend
from app.media import covering, papers
from app.media import queries as media_rows
from app.media import service as media
from app.media.covering import Box
from app.media.models import MediaKind
from app.people import audit
from app.people.rules import Actor, Permission

MOST_PAGES = 20  # of one spending


class NothingCovered(DomainError):
    """A copy without a single covered place needs somebody's word that it names nobody."""

    status = 422

    def __init__(self) -> None:
        super().__init__(mark("Cover names, addresses and signatures, or confirm that there are none."))


def attach(session: Session, actor: Actor, spend: Spend, data: bytes, name: str) -> list[Evidence]:
    """Keep a photo or each page of a PDF as evidence of a spending; nobody outside the team sees it.

    Raises Refused for what cannot be read, Conflict beyond twenty pages or for a spending that does not stand.
    """
    actor.require(Permission.MONEY)
    if spend.state not in (SpendState.WAITING, SpendState.COUNTED):
        raise Conflict(mark("This spending does not stand any more."))
    pictures = papers.pages(data) if papers.is_pdf(data) else [data]
    had = spend_queries.page_count(session, spend.id)
    if had + len(pictures) > MOST_PAGES:
        raise Conflict(mark("Twenty pages are enough for one spending."))
    kept = []
    for number, picture in enumerate(pictures, start=had + 1):
        original = media.store_image(session, actor, picture, name, public=False)
        kept.append(Evidence(spend_id=spend.id, page=number, original_id=original.id))
    session.add_all(kept)
    session.flush()
    return kept


def publish(
    session: Session,
    actor: Actor,
    spend: Spend,
    evidence: Evidence,
    *,
    boxes: Sequence[Box],
    names_nobody: bool = False,
) -> Evidence:
    """Publish a copy in which the boxes are covered; a copy published before is erased with its files.

    Raises NothingCovered when no box is drawn and nobody says that it names nobody, Conflict for a spending that
    does not count.
    """
    actor.require(Permission.MONEY)
    if spend.state is not SpendState.COUNTED:
        raise Conflict(mark("The public sees evidence of what counts. This spending does not count yet."))
    if not boxes and not names_nobody:
        raise NothingCovered
    original = media_rows.by_ids(session, [evidence.original_id])[evidence.original_id]
    made = covering.covered_file(media.open_variant(original, "full.webp").path, boxes)
    former = evidence.copy_id
    copy = media.keep(session, actor, media.Prepared(MediaKind.IMAGE, made), "", public=True)
    evidence.copy_id, evidence.boxes = copy.id, [list(box) for box in boxes]
    evidence.published_by, evidence.published_at = actor.person_id, clock.now()
    session.add(evidence)
    session.flush()
    _erase(session, former)
    audit.record(session, actor, "money.evidence_published", subject=spend.note, subject_pid=evidence.pid)
    return evidence


def withdraw(session: Session, actor: Actor, spend: Spend, evidence: Evidence) -> None:
    """Take a published copy back: its files are gone with this transaction. The original stays with the team."""
    actor.require(Permission.MONEY)
    former, evidence.copy_id, evidence.published_at = evidence.copy_id, None, None
    session.add(evidence)
    session.flush()
    _erase(session, former)
    audit.record(session, actor, "money.evidence_withdrawn", subject=spend.note, subject_pid=evidence.pid)


def _erase(session: Session, media_id: int | None) -> None:
    if media_id is not None:
        media.erase(session, media_rows.by_ids(session, [media_id])[media_id])
