"""Reads of updates: each with its pictures, figures, spending, and what was corrected in it since."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.core.i18n import Message, mark
from app.impact.models import Figure, Picture, Promise, Revision, Update
from app.impact.queries import SpendView, revisions_of, spending
from app.media import portraits
from app.media import queries as media
from app.media.models import Portrait
from app.media.queries import MediaUrls


@dataclass(frozen=True)
class FigureView:
    promise: Promise
    value: Decimal


@dataclass(frozen=True)
class PictureView:
    """A picture with its addresses and what was said of who is in it."""

    picture: Picture
    urls: MediaUrls
    portrait: Portrait | None


@dataclass(frozen=True)
class Change:
    """A figure before and after a correction; None where there was none."""

    promise: Promise
    before: str | None
    after: str | None


@dataclass(frozen=True)
class RevisionView:
    """A correction, with what it changed."""

    revision: Revision
    changes: Sequence[Change]

    @property
    def title_changed(self) -> bool:
        return self.revision.old_title != self.revision.title

    @property
    def body_changed(self) -> bool:
        return self.revision.old_body != self.revision.body

    @property
    def still_changed(self) -> Message | None:
        """What became of the picture that stands for the video."""
        before, after = self.revision.old_video_picture, self.revision.video_picture
        if before == after:
            return None
        return _STILL_SINCE[bool(before), bool(after)]


@dataclass(frozen=True)
class UpdateView:
    """A dated account with its pictures, figures, the spending it explains, and its corrections, the latest first."""

    update: Update
    pictures: Sequence[PictureView]
    figures: Sequence[FigureView]
    spends: Sequence[SpendView]
    revisions: Sequence[RevisionView]

    @property
    def still(self) -> PictureView | None:
        """The picture that stands for the video, as long as it may be shown."""
        return next((one for one in self.pictures if one.picture.pid == self.update.video_picture), None)

    @property
    def others(self) -> Sequence[PictureView]:
        """The pictures that stand for themselves."""
        return [one for one in self.pictures if one.picture.pid != self.update.video_picture]


_STILL_SINCE: Mapping[tuple[bool, bool], Message] = {
    (False, True): mark("A picture stands for the video since, instead of a drawn sign."),
    (True, True): mark("Another picture stands for the video since."),
    (True, False): mark("A drawn sign stands for the video since, instead of a picture."),
}


def updates(session: Session, campaign: Campaign, *, published_only: bool) -> list[UpdateView]:
    """The accounts, the latest first; drafts come before everything published."""
    statement = select(Update).where(Update.campaign_id == campaign.id)
    if published_only:
        statement = statement.where(col(Update.published_at).is_not(None))
    rows = sorted(
        session.exec(statement).all(),
        key=lambda one: (one.published_at is None, one.published_at or one.created_at, one.id),
        reverse=True,
    )
    return _views(session, campaign, rows, studio=not published_only)


def update(session: Session, campaign: Campaign, pid: str) -> UpdateView | None:
    """One account of this campaign."""
    row = session.exec(select(Update).where(Update.pid == pid, Update.campaign_id == campaign.id)).first()
    return _views(session, campaign, [row], studio=True)[0] if row else None


def _views(session: Session, campaign: Campaign, rows: Sequence[Update], *, studio: bool) -> list[UpdateView]:
    if not rows:
        return []
    ids = [one.id for one in rows]
    pictures = _pictures(session, ids, studio=studio)
    spends = {view.entry.id: view for view in spending(session, campaign, studio=studio)}
    figures, promises = _figures(session, campaign, ids)
    revisions = revisions_of(session, ids)
    return [
        UpdateView(
            one,
            pictures.get(one.id, []),
            figures.get(one.id, []),
            [spends[key] for key in one.ledger_entry_ids if key in spends],
            [RevisionView(row, _changes(row, promises)) for row in revisions.get(one.id, [])],
        )
        for one in rows
    ]


def _pictures(session: Session, ids: Collection[int], *, studio: bool) -> dict[int, list[PictureView]]:
    rows = session.exec(
        select(Picture)
        .where(col(Picture.update_id).in_(ids))
        .order_by(col(Picture.position), col(Picture.id))
    ).all()
    media_ids = [one.media_id for one in rows if one.media_id is not None]
    urls = media.urls(session, media_ids, studio=studio)
    said = portraits.of_media(session, media_ids) if studio else {}
    found: dict[int, list[PictureView]] = {}
    for one in rows:
        if one.media_id in urls:
            view = PictureView(one, urls[one.media_id], said.get(one.media_id))
            found.setdefault(one.update_id, []).append(view)
    return found


def _figures(
    session: Session, campaign: Campaign, ids: Collection[int]
) -> tuple[dict[int, list[FigureView]], Mapping[str, Promise]]:
    """Figures by update, and the promises they belong to by public id."""
    found: dict[int, list[FigureView]] = {}
    promises: dict[str, Promise] = {}
    rows = session.exec(
        select(Figure, Promise)
        .join(Promise, col(Promise.id) == Figure.promise_id)
        .where(col(Figure.update_id).in_(ids), Promise.campaign_id == campaign.id)
        .order_by(col(Promise.position), col(Promise.id))
    )
    for figure, of in rows:
        found.setdefault(figure.update_id, []).append(FigureView(of, figure.value))
        promises[of.pid] = of
    return found, promises


def _changes(row: Revision, promises: Mapping[str, Promise]) -> list[Change]:
    return [
        Change(promises[pid], row.old_figures.get(pid), row.figures.get(pid))
        for pid in sorted({*row.old_figures, *row.figures})
        if pid in promises and row.old_figures.get(pid) != row.figures.get(pid)
    ]
