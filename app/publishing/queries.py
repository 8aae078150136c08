"""Reads of posts, in the order of the clock; "missed" is derived from the clock, never stored."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, or_, select

from app.campaigns.models import Campaign
from app.channels.base import Outcome
from app.core import clock
from app.influencers.models import Influencer
from app.publishing import rules
from app.publishing.models import Attempt, FollowingFrame, Post, PostWord
from app.publishing.rules import PostState, Standing
from app.stories.models import Frame


@dataclass(frozen=True)
class PlannedPost:
    """A post with its frame and who carries it; `influencer` None stands for the organisation."""

    post: Post
    frame: Frame
    influencer: Influencer | None

    @property
    def standing(self) -> Standing:
        return rules.standing(self.post.state, self.post.due_at, clock.now())

    @property
    def minutes_late(self) -> int:
        return rules.minutes_late(self.post.posted_at, self.post.due_at)


def post(session: Session, campaign_id: int, pid: str, *, locked: bool = False) -> Post | None:
    """A post of the campaign; `locked` keeps other processes from taking it until the transaction ends."""
    statement = select(Post).where(Post.campaign_id == campaign_id, Post.pid == pid)
    if locked:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return session.exec(statement).first()


def is_partly_out(session: Session, post_id: int) -> bool:
    """Whether a platform has made a piece of the post public."""
    found = session.exec(
        select(Attempt.id).where(Attempt.post_id == post_id, Attempt.outcome == Outcome.SENT).limit(1)
    ).first()
    return found is not None


def attempts(session: Session, post_id: int) -> Sequence[Attempt]:
    """The tries of a post, the last first."""
    return session.exec(
        select(Attempt).where(Attempt.post_id == post_id).order_by(col(Attempt.id).desc())
    ).all()


def following(session: Session, post_ids: Collection[int]) -> Mapping[int, Sequence[int]]:
    """The frames, by row id and in order, that posts carry after their first; posts without are left out."""
    found: dict[int, list[int]] = {}
    if not post_ids:
        return found
    rows = session.exec(
        select(FollowingFrame.post_id, FollowingFrame.frame_id)
        .where(col(FollowingFrame.post_id).in_(post_ids))
        .order_by(col(FollowingFrame.position))
    )
    for post_id, frame_id in rows:
        found.setdefault(post_id, []).append(frame_id)
    return found


def following_rows(session: Session, post_id: int) -> Sequence[FollowingFrame]:
    """The rows behind `following`, of one post."""
    return session.exec(select(FollowingFrame).where(FollowingFrame.post_id == post_id)).all()


def followed_by(session: Session, frame_id: int) -> Sequence[Post]:
    """The posts that carry a frame after their first."""
    return session.exec(
        select(Post)
        .join(FollowingFrame, col(FollowingFrame.post_id) == Post.id)
        .where(FollowingFrame.frame_id == frame_id)
        .order_by(col(Post.id))
    ).all()


def words(session: Session, post_id: int) -> Sequence[PostWord]:
    """What was said about a post, in order."""
    return session.exec(select(PostWord).where(PostWord.post_id == post_id).order_by(col(PostWord.id))).all()


def posts(
    session: Session,
    campaign: Campaign,
    *,
    on: date | None = None,
    influencer_id: int | None = None,
    frame_id: int | None = None,
) -> Sequence[PlannedPost]:
    """The posts of a campaign, a day, an influencer or a frame, in the order of the clock, in one query."""
    statement = (
        select(Post, Frame, Influencer)
        .join(Frame, col(Frame.id) == Post.frame_id)
        .outerjoin(Influencer, col(Influencer.id) == Post.influencer_id)
        .where(Post.campaign_id == campaign.id)
        .order_by(col(Post.due_at), col(Post.id))
    )
    if on is not None:
        statement = statement.where(Post.on_date == on)
    if influencer_id is not None:
        statement = statement.where(Post.influencer_id == influencer_id)
    if frame_id is not None:
        statement = statement.where(Post.frame_id == frame_id)
    return [PlannedPost(*row) for row in session.exec(statement).all()]


def missed(session: Session, campaign: Campaign) -> Sequence[PlannedPost]:
    """The posts nobody made in time, the oldest first."""
    return [one for one in posts(session, campaign) if one.standing is Standing.MISSED]


def of_frame(session: Session, frame_id: int) -> Sequence[Post]:
    """The posts of a frame, in the order of the clock."""
    return session.exec(
        select(Post).where(Post.frame_id == frame_id).order_by(col(Post.due_at), col(Post.id))
    ).all()


def carrying(session: Session, frame_id: int) -> Sequence[Post]:
    """The posts that carry a frame, first or following others."""
    following = select(FollowingFrame.post_id).where(FollowingFrame.frame_id == frame_id)
    return session.exec(
        select(Post).where(or_(col(Post.frame_id) == frame_id, col(Post.id).in_(following)))
    ).all()


def of_campaign(session: Session, campaign_id: int) -> Sequence[Post]:
    """Every post of a campaign, in the order of the clock."""
    return session.exec(
        select(Post).where(Post.campaign_id == campaign_id).order_by(col(Post.due_at), col(Post.id))
    ).all()


def lock(session: Session, campaign_id: int) -> None:
    """Keep other processes from taking the posts of a campaign until the transaction ends; reads them anew."""
    statement = select(Post).where(Post.campaign_id == campaign_id).order_by(col(Post.id)).with_for_update()
    session.exec(statement.execution_options(populate_existing=True)).all()


def is_published(session: Session, frame_id: int) -> bool:
    """Whether a frame has been posted at least once."""
    found = session.exec(
        select(Post.id).where(Post.frame_id == frame_id, Post.state == PostState.SENT).limit(1)
    ).first()
    return found is not None
