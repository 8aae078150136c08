"""What an influencer's phone shows: one day's posts in clock order, and what yesterday set off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlmodel import Session, col, or_, select

from app.campaigns.models import Campaign
from app.campaigns.rules import day_date, day_number
from app.challenges import quantities
from app.challenges import queries as challenges
from app.challenges.models import Challenge
from app.claims import correcting
from app.claims import queries as claims
from app.claims.models import Correction
from app.claims.rules import SubjectKind
from app.core import clock, i18n
from app.influencers.models import Influencer
from app.influencers.rules import unlabelled
from app.links import queries as links
from app.media import queries as media
from app.media.models import Media
from app.media.portraits import showable
from app.media.queries import MediaUrls
from app.publishing import review, rules, shortened
from app.publishing.models import FollowingFrame, Post, PostState
from app.publishing.rules import HAND
from app.stories.models import Day, Frame
from app.testimonials import queries as testimonials
from app.testimonials import service as voices

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
    UNCHECKED = "unchecked"  # not yet: a fact in it is still being checked
    LEFT = "left"  # not any more: the team decided against it
    BY_ITSELF = "by_itself"  # a connected account publishes it
    WITH_TEAM = "with_team"  # something went wrong that only the team can put right


def task(post: Post, *, unproven: bool = False) -> Task:
    """What a visible post asks of its carrier; `unproven`: a fact in it is not checked."""
    if post.state is PostState.SENT:
        return Task.POSTED
    if post.state is PostState.DECLINED:
        return Task.DECLINED
    if post.state is PostState.HELD:
        return Task.HELD
    if post.channel == HAND:
        # The clock alone never stores "missed" for a post by hand: somebody left this one out.
        if post.state is PostState.MISSED:
            return Task.LEFT
        return Task.UNCHECKED if unproven else Task.POST
    underway = post.state in (PostState.SCHEDULED, PostState.SENDING)
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
    unlabelled: bool = False  # it must say that its carrier is paid or given something, and does not
    unproven: bool = False
    link: str = ""  # what goes with it: the short link of this very post, or where the frame leads elsewhere

    @property
    def task(self) -> Task:
        return task(self.post, unproven=self.unproven)

    @property
    def first(self) -> Part:
        return self.parts[0]

    @property
    def minutes_late(self) -> int:
        return rules.minutes_late(self.post.posted_at, self.post.due_at)


@dataclass(frozen=True)
class Corrected:
    """What was wrong in a story the influencer told, with words ready to be posted."""

    correction: Correction
    text: str


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
    held = review.unproven_frames(session, [frame for frames in shown.values() for frame in frames])
    unproven = {post.id for post, _ in rows if any(frame.id in held for frame in shown[post.id])}
    codes = links.laid(session, [first.id for _, first in rows])
    moment = clock.now()
    return [
        Item(
            post=post,
            parts=[
                Part(frame, pictures.get(frame.media_id or 0), _text(post, frame)) for frame in shown[post.id]
            ],
            label=influencer.disclosure or first.label,
            due=_to_post(post, unproven) and post.due_at <= moment,
            late=_to_post(post, unproven) and post.due_at < moment - LATE_AFTER,
            proof=pictures.get(post.proof_media_id or 0),
            unlabelled=_to_post(post, unproven)
            and unlabelled(
                influencer.agreement, influencer.disclosure, [one.label for one in shown[post.id]]
            ),
            unproven=post.id in unproven,
            link=shortened.by_hand(post, first, codes),
        )
        for post, first in rows
    ]


def _to_post(post: Post, unproven: set[int]) -> bool:
    return task(post, unproven=post.id in unproven) is Task.POST


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


def corrections(session: Session, campaign: Campaign, influencer: Influencer) -> list[Corrected]:
    """What was corrected in the stories this influencer carries, the latest first. One query where nothing was."""
    found = claims.corrections(session, campaign)
    if not found:
        return []
    rows = all_posts(session, campaign, influencer)
    after = _following(session, [post.id for post, _ in rows])
    carried = {frame.pid for post, first in rows for frame in [first, *after.get(post.id, [])]}
    return [
        Corrected(one, correcting.caption(campaign, one))
        for one, claim in found
        if claim.subject is SubjectKind.FRAME and claim.subject_pid in carried
    ]


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
    """What yesterday set off: how many accepted acts its challenge has, and what they come to in its unit."""

    challenge: Challenge
    people: int
    sum: str = ""


def yesterday(session: Session, campaign: Campaign, number: int) -> Yesterday | None:
    """The accepted acts of the day before day `number`; None before the second day or when nobody acted yet."""
    day = session.exec(select(Day).where(Day.campaign_id == campaign.id, Day.number == number - 1)).first()
    found = challenges.shown(session, campaign_id=campaign.id, day_id=day.id) if day else None
    if found is None or not found.acts:
        return None
    asked = found.challenge
    told = quantities.shown(found.quantity, asked.unit_one, asked.unit_many, campaign.language)
    return Yesterday(asked, found.acts, told if asked.most and asked.unit_one else "")


@dataclass(frozen=True)
class SharedCard:
    """A testimonial drawn as cards, to share while its author agrees; `text` goes with the first."""

    who: str
    parts: Sequence[tuple[MediaUrls, str]]  # each with the words it shows
    text: str


def cards(session: Session, campaign: Campaign, *, limit: int = 6) -> list[SharedCard]:
    """The last testimonials drawn as cards, in the campaign's language; none while everything is paused."""
    if campaign.paused_at is not None:
        return []
    found = testimonials.relayed(session, campaign)[:limit]
    files = media.urls(session, [card.media_id for _, drawn in found for card in drawn])
    with i18n.speaking(campaign.language):
        return [
            SharedCard(
                testimonials.shown_name(row),
                [(files[card.media_id], card.text) for card in drawn],
                voices.caption_of(campaign, row, voices.text_of(row)),
            )
            for row, drawn in found
        ]


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
