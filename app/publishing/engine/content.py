"""The pieces of a post: its words, its label, its files. Read in a few statements for many posts; sends nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlmodel import Session, SQLModel, col

from app.campaigns.models import Campaign
from app.campaigns.rules import Approval
from app.channels.base import Attachment, Channel, Outcome, Piece, Shape
from app.core import clock
from app.core.db import reading
from app.influencers import rules
from app.influencers.models import Influencer
from app.influencers.rules import Agreement
from app.media import queries as media_queries
from app.media import service as media_service
from app.media.models import Media, MediaKind
from app.media.portraits import showable
from app.media.storage import get_storage
from app.publishing import review, shortened
from app.publishing.engine.claim import Due
from app.publishing.engine.rows import among, folded
from app.publishing.models import Attempt, FollowingFrame
from app.stories.models import Frame

SIGNED_FOR = timedelta(days=90)
"""How long a file may be fetched: a container lives a day at Meta, but a mail is opened weeks later."""

attempt = SQLModel.metadata.tables[str(Attempt.__tablename__)]
campaign_table = SQLModel.metadata.tables[str(Campaign.__tablename__)]
frame_table = SQLModel.metadata.tables[str(Frame.__tablename__)]


class Unfit(Exception):
    """A post cannot be made into pieces: a file is gone. The same again would fail again."""


class Tried(NamedTuple):
    """An earlier try of a piece."""

    post_id: int
    position: int
    number: int
    key: str
    due_at: datetime
    started_at: datetime
    outcome: Outcome | None
    progress: str
    remote_id: str
    url: str
    looked_up: int


@dataclass
class Work:
    """A post with its pieces and what was tried before."""

    post: Due
    pieces: Sequence[Piece]
    tried: list[Tried] = field(default_factory=list)
    unfit: str = ""  # why there are no pieces
    unapproved: bool = False  # it reads otherwise than it was approved
    unlabelled: bool = False  # its carrier is paid or given something, and it does not say so
    unproven: bool = False  # a fact in it is not checked

    @property
    def position(self) -> int:
        """The first piece that is not public."""
        if not self.tried:
            return 0
        public = {one.position for one in self.tried if one.outcome is Outcome.SENT}
        return next((at for at in range(len(self.pieces)) if at not in public), len(self.pieces))

    @property
    def url(self) -> str:
        """Where the first public piece is seen."""
        return next((one.url for one in self.tried if one.outcome is Outcome.SENT and one.url), "")

    @property
    def open_try(self) -> Tried | None:
        """The last try whose outcome is not known to be public."""
        begun = [one for one in self.tried if one.outcome is not Outcome.SENT]
        return max(begun, key=lambda one: (one.started_at, one.number), default=None)

    def of(self, position: int) -> list[Tried]:
        return [one for one in self.tried if one.position == position]


class _Words(NamedTuple):
    """What a frame says."""

    id: int
    caption: str
    media_id: int | None
    alt_text: str
    link_url: str
    label: str


class _Campaign(NamedTuple):
    """What the posts of a campaign share."""

    id: int
    slug: str
    hashtags: Sequence[str]
    language: str
    approval: Approval


@dataclass(frozen=True)
class _Library:
    """What the posts of one reading refer to, each by its row id."""

    frames: Mapping[int, _Words]
    following: Mapping[int, Sequence[int]]
    campaigns: Mapping[int, _Campaign]
    disclosures: Mapping[int, str]
    agreements: Mapping[int, Agreement | None]
    media: Mapping[int, Media]
    codes: shortened.Codes = field(default_factory=dict)
    attachments: dict[int, Attachment] = field(default_factory=dict)
    pieces: dict[tuple[Any, ...], Sequence[Piece]] = field(default_factory=dict)


def load(taken: Sequence[Due], channel: Channel) -> list[Work]:
    """The work of some posts of one channel, in their order."""
    one_by_one = Shape.STORY in channel.limits().shapes
    with reading() as session:
        library = _library(session, taken)
        tried = _tried(session, [one.id for one in taken])
        asking = [one.id for one in taken if library.campaigns[one.campaign_id].approval is not Approval.NONE]
        unapproved = review.not_as_approved(session, asking) if asking else set()
        unproven = review.not_proven(session, [one.id for one in taken], list(library.campaigns))
    works = [_work(one, library, tried.get(one.id, []), one_by_one=one_by_one) for one in taken]
    for work in works:
        work.unapproved = work.post.id in unapproved
        work.unlabelled = _unlabelled(work.post, library)
        work.unproven = work.post.id in unproven
    return works


def _work(post: Due, library: _Library, tried: list[Tried], *, one_by_one: bool) -> Work:
    try:
        return Work(post, _shared(post, library, one_by_one=one_by_one), tried)
    except Unfit as error:
        return Work(post, (), tried, unfit=str(error))


def _shared(post: Due, library: _Library, *, one_by_one: bool) -> Sequence[Piece]:
    """The pieces of a post. One frame goes to many accounts at one instant: those that say the same share them."""
    following = tuple(library.following.get(post.id, ()))
    says = (
        post.frame_id,
        following,
        post.campaign_id,
        post.influencer_id,
        post.shape,
        post.text,
        post.due_at,
    )
    pieces = library.pieces.get(says)
    if pieces is None:
        pieces = library.pieces[says] = _pieces(post, library, one_by_one=one_by_one)
    return pieces


def _unlabelled(post: Due, library: _Library) -> bool:
    if post.influencer_id is None:
        return False
    labels = [library.frames[at].label for at in (post.frame_id, *library.following.get(post.id, ()))]
    agreement = library.agreements.get(post.influencer_id)
    return rules.unlabelled(agreement, library.disclosures.get(post.influencer_id, ""), labels)


def _pieces(post: Due, library: _Library, *, one_by_one: bool) -> Sequence[Piece]:
    """One piece with everything, or one for each frame where a platform takes stories, which come one by one."""
    first = library.frames[post.frame_id]
    frames = [first, *(library.frames[at] for at in library.following.get(post.id, ()))]
    if not (one_by_one and post.shape is Shape.STORY):
        text = post.text or "\n\n".join(one.caption for one in frames if one.caption)
        return (_piece(post, frames, text, library, Shape.POST),)
    texts = [post.text or first.caption, *(one.caption for one in frames[1:])]
    return tuple(
        _piece(post, [frame], text, library, Shape.STORY) for frame, text in zip(frames, texts, strict=True)
    )


def _piece(post: Due, frames: Sequence[_Words], text: str, library: _Library, shape: Shape) -> Piece:
    campaign = library.campaigns[post.campaign_id]
    own = next((one.label for one in frames if one.label), "")
    label = library.disclosures.get(post.influencer_id, "") if post.influencer_id is not None else ""
    return Piece(
        text=text,
        due_at=post.due_at,
        label=label or own,
        link=shortened.link_of(post, frames, campaign.slug, library.codes),
        hashtags=tuple(campaign.hashtags),
        language=campaign.language,
        media=tuple(_attachment(one, library) for one in frames if one.media_id is not None),
        shape=shape,
    )


def _attachment(frame: _Words, library: _Library) -> Attachment:
    """Raises Unfit."""
    if frame.id in library.attachments:
        return library.attachments[frame.id]
    medium = library.media.get(frame.media_id or 0)
    if medium is None:
        raise Unfit("a picture or video of this post is gone, or who is in it no longer agrees")
    variant = "video.mp4" if medium.kind is MediaKind.VIDEO else "share.jpg"
    path = get_storage().locate(medium.pid, variant)
    if path is None:
        raise Unfit("the file of a picture or video of this post is gone")
    urls = media_queries.urls_of(medium)
    made = library.attachments[frame.id] = Attachment(
        path=path,
        mime=urls.mime,
        alt=frame.alt_text,
        width=urls.width,
        height=urls.height,
        url=media_service.signed_url(medium, variant, clock.now() + SIGNED_FOR),
        seconds=medium.seconds,
    )
    return made


def _library(session: Session, taken: Sequence[Due]) -> _Library:
    following = _following(session, [one.id for one in taken])
    wanted = {one.frame_id for one in taken}.union(*following.values())
    columns = [frame_table.c[name] for name in _Words._fields]
    frames = {
        row[0]: _Words(*row)
        for row in session.connection().execute(select(*columns).where(col(Frame.id).in_(wanted)))
    }
    terms = _terms(session, {one.influencer_id for one in taken} - {None})
    return _Library(
        frames=frames,
        following=following,
        campaigns=_campaigns(session, {one.campaign_id for one in taken}),
        disclosures={person: words for person, words, _ in terms},
        agreements={person: agreement for person, _, agreement in terms},
        media=_media(session, {one.media_id for one in frames.values() if one.media_id is not None}),
        codes=shortened.codes(session, frames.values()),
    )


def _following(session: Session, ids: Sequence[int]) -> dict[int, list[int]]:
    """The frames after the first, in their order, by post."""
    rows = select(col(FollowingFrame.post_id), col(FollowingFrame.frame_id))
    found: dict[int, list[int]] = {}
    for post_id, frame_id in _of_posts(
        session, ids, rows.order_by(col(FollowingFrame.position)), col(FollowingFrame.post_id)
    ):
        found.setdefault(post_id, []).append(frame_id)
    return found


def _campaigns(session: Session, ids: Iterable[int]) -> dict[int, _Campaign]:
    columns = [campaign_table.c[name] for name in _Campaign._fields]
    rows = session.connection().execute(select(*columns).where(campaign_table.c.id.in_(ids)))
    return {row[0]: _Campaign(*row) for row in rows}


def _terms(session: Session, ids: Iterable[int | None]) -> list[tuple[int, str, Agreement | None]]:
    """The label and the agreement of some carriers."""
    columns = (col(Influencer.id), col(Influencer.disclosure), col(Influencer.agreement))
    rows = session.connection().execute(select(*columns).where(col(Influencer.id).in_(ids)))
    return [(row[0], row[1], row[2]) for row in rows]


def _media(session: Session, ids: Iterable[int]) -> dict[int, Media]:
    if not ids:
        return {}
    rows = session.scalars(select(Media).where(col(Media.id).in_(ids), showable()))
    return {row.id: row for row in rows}


def _tried(session: Session, ids: Sequence[int]) -> dict[int, list[Tried]]:
    columns = [attempt.c[name] for name in Tried._fields]
    rows = _of_posts(
        session, ids, select(*columns).order_by(attempt.c.position, attempt.c.number), attempt.c.post_id
    )
    found: dict[int, list[Tried]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(Tried(*row))
    return found


def _of_posts(session: Session, ids: Sequence[int], rows: Any, post_id: Any) -> Any:
    """The rows that belong to some posts."""
    connection = session.connection()
    return connection.execute(rows.where(among(connection.dialect.name, post_id)), {"ids": folded(ids)})
