"""What an influencer's phone shows: one day's posts in clock order, and what yesterday set off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, func, select

from app.campaigns.models import Campaign
from app.campaigns.rules import day_date, day_number
from app.challenges.models import Challenge, ChallengeAct
from app.core import clock
from app.influencers.models import Influencer
from app.media import queries as media
from app.media.models import Media
from app.media.queries import MediaUrls
from app.publishing.models import Post, PostState
from app.stories.models import Day, Frame


@dataclass(frozen=True)
class Item:
    """One post to make by hand: what to show, what to say, when, and where it stands."""

    post: Post
    frame: Frame
    media: MediaUrls | None
    label: str
    late: bool

    @property
    def done(self) -> bool:
        return self.post.state is PostState.SENT

    @property
    def declined(self) -> bool:
        return self.post.state is PostState.DECLINED


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
        return sum(1 for item in self.items if item.post.state is PostState.SCHEDULED)


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
        .where(Post.campaign_id == campaign.id, Post.influencer_id == influencer.id, col(Post.on_date) == on)
        .order_by(col(Post.due_at), col(Post.id))
    ).all()
    pictures = media.urls(session, [frame.media_id for _, frame in rows])
    late_before = clock.now() - timedelta(hours=2)
    day = session.exec(select(Day).where(Day.campaign_id == campaign.id, Day.number == number)).first()
    challenge = session.exec(select(Challenge).where(Challenge.day_id == day.id)).first() if day else None
    items = [
        Item(
            post=post,
            frame=frame,
            media=pictures.get(frame.media_id or 0),
            label=influencer.disclosure or frame.label,
            late=post.state is PostState.SCHEDULED and post.due_at < late_before,
        )
        for post, frame in rows
    ]
    return BriefDay(number, on, day, challenge, items)


def states_of_days(
    session: Session, campaign: Campaign, influencer: Influencer
) -> dict[int, tuple[int, int, int]]:
    """Per day number: how many posts are planned and late, posted, and in all."""
    found: dict[int, tuple[int, int, int]] = {}
    posts = session.exec(
        select(Post).where(Post.campaign_id == campaign.id, Post.influencer_id == influencer.id)
    ).all()
    moment = clock.now()
    for post in posts:
        number = (post.on_date - campaign.starts_on).days + 1
        late, posted, total = found.get(number, (0, 0, 0))
        found[number] = (
            late + (post.state is PostState.SCHEDULED and post.due_at < moment),
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


def own_post(session: Session, influencer: Influencer, pid: str) -> Post | None:
    """A post this influencer carries."""
    return session.exec(select(Post).where(Post.pid == pid, Post.influencer_id == influencer.id)).first()


def own_media(session: Session, influencer: Influencer, pid: str) -> Media | None:
    """A picture or video of a post this influencer carries."""
    return session.exec(
        select(Media)
        .join(Frame, col(Frame.media_id) == Media.id)
        .join(Post, col(Post.frame_id) == Frame.id)
        .where(Media.pid == pid, Post.influencer_id == influencer.id)
    ).first()


def all_posts(session: Session, campaign: Campaign, influencer: Influencer) -> Sequence[tuple[Post, Frame]]:
    """Every post the influencer carries, for the calendar feed."""
    return list(
        session.exec(
            select(Post, Frame)
            .join(Frame, col(Frame.id) == Post.frame_id)
            .where(Post.campaign_id == campaign.id, Post.influencer_id == influencer.id)
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
