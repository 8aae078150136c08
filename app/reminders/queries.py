"""Who is to be told of what now: posts made by hand whose hour has come or passed, way by way, not yet claimed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, literal_column
from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core import clock
from app.influencers.models import Influencer, PersonalLink
from app.influencers.rules import Stage
from app.publishing import review
from app.publishing.models import FollowingFrame, Post
from app.publishing.rules import GRACE, HAND, PostState
from app.reminders import rules
from app.reminders.models import Occasion, Reminder, ReminderTarget, Way
from app.stories.models import Frame

RUNNING = (State.LIVE, State.DRIVE, State.REPORTING)


@dataclass(frozen=True)
class Waiting:
    """One thing to tell, by one way; `target_id` 0 is the mail."""

    post_id: int
    influencer_id: int
    occasion: Occasion
    way: Way
    target_id: int
    due_at: datetime


@dataclass(frozen=True)
class Story:
    """What a reminder speaks of: the post, its frames in order, who carries it and for whom."""

    post: Post
    frames: Sequence[Frame]
    influencer: Influencer
    campaign: Campaign

    @property
    def title(self) -> str:
        return self.frames[0].title or self.campaign.title

    @property
    def label(self) -> str:
        return self.influencer.disclosure or self.frames[0].label

    @property
    def texts(self) -> list[str]:
        """What to write, frame by frame; the post's own words stand for its first frame's."""
        own = [self.post.text or self.frames[0].caption, *(frame.caption for frame in self.frames[1:])]
        return [text for text in own if text]

    @property
    def path(self) -> str:
        """The post in the brief, by a clean address that holds no secret."""
        number = (self.post.on_date - self.campaign.starts_on).days + 1
        return f"/brief?day={number}#post-{self.post.pid}"


def _still_to_post(now: datetime) -> ColumnElement[bool]:
    """Planned by hand, for a campaign that runs, by someone whose personal link works."""
    open_brief = exists().where(
        col(PersonalLink.influencer_id) == col(Influencer.id),
        col(PersonalLink.revoked_at).is_(None),
        col(PersonalLink.expires_at) > now,
    )
    return and_(
        col(Post.channel) == literal_column(f"'{HAND}'"),  # as the partial index has it
        col(Post.state) == PostState.SCHEDULED,
        col(Influencer.stage) == Stage.CONFIRMED,
        col(Campaign.state).in_(RUNNING),
        col(Campaign.paused_at).is_(None),
        open_brief,
    )


def waiting(session: Session, now: datetime) -> list[Waiting]:
    """Everything to tell at this instant that nobody has claimed, the oldest first. Not what waits for a check."""
    due = session.exec(
        select(Post, Influencer.id, Influencer.email)
        .join(Influencer, col(Influencer.id) == Post.influencer_id)
        .join(Campaign, col(Campaign.id) == Post.campaign_id)
        .where(
            _still_to_post(now),
            col(Post.due_at) <= now,
            col(Post.due_at) > now - GRACE - rules.TELL_MISSED_FOR,
        )
        .order_by(col(Post.due_at), col(Post.id))
    ).all()
    posts = [post for post, _, _ in due]
    unproven = review.not_proven(session, {post.id for post in posts}, {post.campaign_id for post in posts})
    rows = [(post.id, post.due_at, person, email) for post, person, email in due if post.id not in unproven]
    chosen = _targets_of(session, {person for _, _, person, _ in rows})
    claimed = _claimed(session, {post for post, *_ in rows})
    found: list[Waiting] = []
    for post, due_at, person, email in rows:
        occasion = rules.occasion(due_at, now)
        if occasion is None:
            continue
        ways = [(Way.MAIL, 0)] if email else []
        ways += [(target.way, target.id) for target in chosen.get(person, [])]
        found += [Waiting(post, person, occasion, way, target, due_at) for way, target in ways]
    return [one for one in found if (one.post_id, one.occasion, one.target_id, one.due_at) not in claimed]


def _targets_of(session: Session, influencers: set[int]) -> dict[int, list[ReminderTarget]]:
    rows = session.exec(
        select(ReminderTarget)
        .where(
            col(ReminderTarget.influencer_id).in_(influencers),
            ReminderTarget.failures < rules.LEFT_ALONE_AFTER,
        )
        .order_by(col(ReminderTarget.id))
    ).all()
    found: dict[int, list[ReminderTarget]] = {}
    for row in rows:
        found.setdefault(row.influencer_id, []).append(row)
    return found


def _claimed(session: Session, posts: set[int]) -> set[tuple[int, Occasion, int, datetime]]:
    rows = session.exec(
        select(Reminder.post_id, Reminder.occasion, Reminder.target_id, Reminder.due_at).where(
            col(Reminder.post_id).in_(posts)
        )
    ).all()
    return {(post, Occasion(occasion), target, due_at) for post, occasion, target, due_at in rows}


def story(session: Session, one: Waiting) -> Story | None:
    """What to tell, read under the claim; None when the post has gone out, moved or stopped meanwhile."""
    row = session.exec(
        select(Post, Frame, Influencer, Campaign)
        .join(Frame, col(Frame.id) == Post.frame_id)
        .join(Influencer, col(Influencer.id) == Post.influencer_id)
        .join(Campaign, col(Campaign.id) == Post.campaign_id)
        .where(
            Post.id == one.post_id,
            Influencer.id == one.influencer_id,
            Post.due_at == one.due_at,
            _still_to_post(clock.now()),
        )
    ).first()
    if row is None:
        return None
    post, first, influencer, campaign = row
    if review.not_proven(session, [post.id], [campaign.id]):
        return None
    following = session.exec(
        select(Frame)
        .join(FollowingFrame, col(FollowingFrame.frame_id) == Frame.id)
        .where(FollowingFrame.post_id == post.id)
        .order_by(col(FollowingFrame.position))
    ).all()
    return Story(post, [first, *following], influencer, campaign)


def targets(session: Session, influencer: Influencer) -> Sequence[ReminderTarget]:
    """The ways an influencer chose, in the order they came."""
    return session.exec(
        select(ReminderTarget)
        .where(ReminderTarget.influencer_id == influencer.id)
        .order_by(col(ReminderTarget.id))
    ).all()


def target(session: Session, influencer: Influencer, pid: str) -> ReminderTarget | None:
    """One of the influencer's own ways."""
    return session.exec(
        select(ReminderTarget).where(ReminderTarget.influencer_id == influencer.id, ReminderTarget.pid == pid)
    ).first()


def target_by_id(session: Session, target_id: int) -> ReminderTarget | None:
    """A way by its row, for the job."""
    return session.get(ReminderTarget, target_id)


@dataclass(frozen=True)
class Sealed:
    """A target's secret as it is kept, and what it is bound to."""

    target_id: int
    pid: str
    influencer_pid: str
    sealed: str


def sealed(session: Session) -> list[Sealed]:
    """Every secret of the room, for the job that seals anew."""
    rows = session.exec(
        select(ReminderTarget.id, ReminderTarget.pid, Influencer.pid, ReminderTarget.sealed)
        .join(Influencer, col(Influencer.id) == ReminderTarget.influencer_id)
        .order_by(col(ReminderTarget.id))
    ).all()
    return [Sealed(*row) for row in rows]
