"""What an influencer's phone shows: one day's posts in clock order, and what yesterday set off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlmodel import Session, col, func, or_, select

from app.campaigns.models import Campaign
from app.campaigns.rules import day_date, day_number
from app.challenges.models import Challenge, ChallengeAct
from app.core import clock
from app.influencers.models import Influencer
from app.media import queries as media
from app.media.models import Media
from app.media.portraits import showable
from app.media.queries import MediaUrls
from app.publishing import rules
from app.publishing.models import FollowingFrame, Post, PostState
from app.publishing.rules import HAND
from app.stories.models import Day, Frame

LATE_AFTER = timedelta(minutes=15)
"""How long after its hour a post by hand is simply due; beyond, the brief says that it is late."""

HIDDEN = frozenset({PostState.DRAFT, PostState.IN_REVIEW, PostState.APPROVED})
"""States in which nothing may be posted yet: such a post is nobody's task."""


class Task(StrEnum):
    """What a post asks of its carrier."""

    POST = "post"  # publish it, and say so
    POSTED = "posted"
    DECLINED = "declined"
    HELD = "held"  # not now: the team holds it
    LEFT = "left"  # not any more: the team decided against it
    BY_ITSELF = "by_itself"  # a connected account publishes it
    WITH_TEAM = "with_team"  # something went wrong that only the team can put right


def task(post: Post) -> Task:
    """What a visible post asks of its carrier."""
    if post.state is PostState.SENT:
        return Task.POSTED
    if post.state is PostState.DECLINED:
        return Task.DECLINED
    if post.state is PostState.HELD:
        return Task.HELD
    if post.channel == HAND:
        # The clock alone never stores "missed" for a post by hand: somebody left this one out.
        return Task.LEFT if post.state is PostState.MISSED else Task.POST
    underway = post.state in (PostState.SCHEDULED, PostState.CLAIMED, PostState.SENDING)
    return Task.BY_ITSELF if underway else Task.WITH_TEAM


@dataclass(frozen=True)
class Part:
    """One frame of a post with its file; `text` is what to write with it."""

    frame: Frame
    media: MediaUrls | None
    text: str

    @property
    def is_withheld(self) -> bool:
        """Whether its picture shows somebody who no longer agrees."""
        return self.frame.media_id is not None and self.media is None


@dataclass(frozen=True)
class Item:
    """One post of the day: its frames in order, what it asks for, and how late it is."""

    post: Post
    parts: Sequence[Part]
    label: str
    due: bool
    late: bool
    proof: MediaUrls | None

    @property
    def task(self) -> Task:
        return task(self.post)

    @property
    def first(self) -> Part:
        return self.parts[0]

    @property
    def minutes_late(self) -> int:
        return rules.minutes_late(self.post.posted_at, self.post.due_at)


@dataclass(frozen=True)
class BriefDay:
    """A day as the influencer reads it; `items` in the order of the clock."""

    number: int
    on: date
    day: Day | None
    challenge: Challenge | None
    items: Sequence[Item]

    @property
    def left(self) -> int:
        return sum(1 for item in self.items if item.task is Task.POST)


def today_number(campaign: Campaign) -> int:
    """The day to open: today's, the first before the campaign, the last after it."""
    today = clock.today(campaign.timezone)
    number = day_number(campaign.starts_on, campaign.length, today)
    return number or (1 if today < campaign.starts_on else campaign.length)


def brief_day(session: Session, campaign: Campaign, influencer: Influencer, number: int) -> BriefDay:
    """The posts one influencer carries on day `number`, with what each needs."""
    on = day_date(campaign.starts_on, number)
    rows = session.exec(
        select(Post, Frame)
        .join(Frame, col(Frame.id) == Post.frame_id)
        .where(
            Post.campaign_id == campaign.id,
            Post.influencer_id == influencer.id,
            col(Post.on_date) == on,
            col(Post.state).not_in(HIDDEN),
        )
        .order_by(col(Post.due_at), col(Post.id))
    ).all()
    day = session.exec(select(Day).where(Day.campaign_id == campaign.id, Day.number == number)).first()
    challenge = session.exec(select(Challenge).where(Challenge.day_id == day.id)).first() if day else None
    return BriefDay(number, on, day, challenge, _items(session, influencer, rows))


def _items(session: Session, influencer: Influencer, rows: Sequence[tuple[Post, Frame]]) -> list[Item]:
    following = _following(session, [post.id for post, _ in rows])
    shown = {post.id: [first, *following.get(post.id, [])] for post, first in rows}
    files = [frame.media_id for frames in shown.values() for frame in frames]
    pictures = media.urls(session, [*files, *(post.proof_media_id for post, _ in rows)])
    moment = clock.now()
    return [
        Item(
            post=post,
            parts=[
                Part(frame, pictures.get(frame.media_id or 0), _text(post, frame)) for frame in shown[post.id]
            ],
            label=influencer.disclosure or first.label,
            due=task(post) is Task.POST and post.due_at <= moment,
            late=task(post) is Task.POST and post.due_at < moment - LATE_AFTER,
            proof=pictures.get(post.proof_media_id or 0),
        )
        for post, first in rows
    ]


def _text(post: Post, frame: Frame) -> str:
    """The post's own words stand for those of its first frame."""
    return (post.text or frame.caption) if frame.id == post.frame_id else frame.caption


def _following(session: Session, posts: Sequence[int]) -> dict[int, list[Frame]]:
    rows = session.exec(
        select(FollowingFrame.post_id, Frame)
        .join(Frame, col(Frame.id) == FollowingFrame.frame_id)
        .where(col(FollowingFrame.post_id).in_(posts))
        .order_by(col(FollowingFrame.position))
    ).all()
    found: dict[int, list[Frame]] = {}
    for post_id, frame in rows:
        found.setdefault(post_id, []).append(frame)
    return found


def states_of_days(
    session: Session, campaign: Campaign, influencer: Influencer
) -> dict[int, tuple[int, int, int]]:
    """Per day number: how many posts are planned and late, posted, and in all."""
    found: dict[int, tuple[int, int, int]] = {}
    posts = session.exec(
        select(Post).where(
            Post.campaign_id == campaign.id,
            Post.influencer_id == influencer.id,
            col(Post.state).not_in(HIDDEN),
        )
    ).all()
    moment = clock.now()
    for post in posts:
        number = (post.on_date - campaign.starts_on).days + 1
        late, posted, total = found.get(number, (0, 0, 0))
        found[number] = (
            late + (task(post) is Task.POST and post.due_at < moment),
            posted + (post.state is PostState.SENT),
            total + 1,
        )
    return found


@dataclass(frozen=True)
class Yesterday:
    """What yesterday set off: how many people did its challenge."""

    challenge: Challenge
    people: int


def yesterday(session: Session, campaign: Campaign, number: int) -> Yesterday | None:
    """The acts of the day before day `number`; None before the second day or when nobody acted yet."""
    row = session.exec(
        select(Challenge, func.count(col(ChallengeAct.id)))
        .join(Day, col(Day.id) == Challenge.day_id)
        .join(ChallengeAct, col(ChallengeAct.challenge_id) == Challenge.id)
        .where(
            Day.campaign_id == campaign.id,
            Day.number == number - 1,
            col(ChallengeAct.removed_at).is_(None),
        )
        .group_by(col(Challenge.id))
    ).first()
    return Yesterday(row[0], int(row[1])) if row else None


def own_post(session: Session, influencer: Influencer, pid: str, *, locked: bool = False) -> Post | None:
    """A post this influencer carries; `locked` when they are about to say something of it."""
    statement = select(Post).where(Post.pid == pid, Post.influencer_id == influencer.id)
    if locked:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return session.exec(statement).first()


def own_media(session: Session, influencer: Influencer, pid: str) -> Media | None:
    """A picture or video of a post this influencer carries, or the proof they gave of it."""
    carried = select(Post.id).where(Post.influencer_id == influencer.id)
    frames = (
        select(Frame.media_id).join(Post, col(Post.frame_id) == Frame.id).where(col(Post.id).in_(carried))
    )
    following = (
        select(Frame.media_id)
        .join(FollowingFrame, col(FollowingFrame.frame_id) == Frame.id)
        .where(col(FollowingFrame.post_id).in_(carried))
    )
    proofs = select(Post.proof_media_id).where(Post.influencer_id == influencer.id)
    mine = or_(*(col(Media.id).in_(one) for one in (frames, following, proofs)))
    return session.exec(select(Media).where(Media.pid == pid, mine, showable())).first()


def all_posts(session: Session, campaign: Campaign, influencer: Influencer) -> Sequence[tuple[Post, Frame]]:
    """Every post the influencer carries, for the calendar feed."""
    return list(
        session.exec(
            select(Post, Frame)
            .join(Frame, col(Frame.id) == Post.frame_id)
            .where(
                Post.campaign_id == campaign.id,
                Post.influencer_id == influencer.id,
                col(Post.state).not_in(HIDDEN),
            )
            .order_by(col(Post.due_at))
        ).all()
    )


def week_outline(session: Session, campaign: Campaign) -> Sequence[Day]:
    """The beats of the week, for the invitation."""
    return session.exec(select(Day).where(Day.campaign_id == campaign.id).order_by(col(Day.number))).all()


def ended(campaign: Campaign, moment: datetime) -> bool:
    """Whether the last day is over in the campaign's zone."""
    last = day_date(campaign.starts_on, campaign.length)
    return clock.resolve_wall(last + timedelta(days=1), datetime.min.time(), campaign.timezone) <= moment
