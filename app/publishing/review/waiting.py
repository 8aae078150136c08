"""Posts in approval as the pages show them: what they say, what changed, what was said, whose word is missing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, func, select

from app.campaigns.models import Campaign
from app.campaigns.rules import Approval
from app.core.i18n import Message, mark
from app.influencers.models import Influencer
from app.media import queries as media
from app.media.queries import MediaUrls
from app.people.models import Person
from app.people.rules import Actor
from app.publishing import consent
from app.publishing.consent import Change, Content, Waits
from app.publishing.models import Post, PostWord
from app.publishing.queries import PlannedPost, posts
from app.publishing.review import guard, team, words
from app.publishing.review.content import contents, frames_of
from app.publishing.review.proof import unproven_frames
from app.publishing.review.words import Record
from app.publishing.rules import PostState, WordKind
from app.stories.models import Frame

_DEEDS: dict[WordKind, Message] = {
    WordKind.COMMENT: mark("%(who)s wrote"),
    WordKind.SUBMITTED: mark("%(who)s sent it for approval"),
    WordKind.APPROVED: mark("%(who)s approved it"),
    WordKind.AGREED: mark("%(who)s agreed"),
    WordKind.CHANGES: mark("%(who)s asked for changes"),
    WordKind.REFUSED: mark("%(who)s will not post it"),
    WordKind.REOPENED: mark("%(who)s changed it"),
    WordKind.KEPT: mark("%(who)s made approval stricter: what was planned stays"),
    WordKind.REMINDED: mark("%(who)s was written to"),
}


@dataclass(frozen=True)
class Part:
    """One frame of a post, with its picture and the label it goes out with."""

    frame: Frame
    media: MediaUrls | None
    caption: str
    label: str


@dataclass(frozen=True)
class Said:
    """A word and who said it: a member, an influencer, or nobody (the clock)."""

    word: PostWord
    who: str
    from_influencer: bool

    @property
    def sentence(self) -> Message:
        """What they did, for the thread; their own words follow."""
        if self.word.kind is WordKind.REMINDED and not self.who:
            return mark("The team was reminded")
        if self.word.kind is WordKind.REOPENED and not self.who:
            return mark("It was changed and needs approval again")
        return _DEEDS[self.word.kind].with_values(who=self.who)


@dataclass(frozen=True)
class Review:
    """A post as somebody decides about it. `shown` is the digest their answer must carry."""

    one: PlannedPost
    parts: Sequence[Part]
    content: Content
    changes: Sequence[Change]  # since it was last agreed to
    waits: Waits | None
    record: Record
    said: Sequence[Said] = ()
    unproven: bool = False  # a fact in it is not checked: nobody approves it before

    @property
    def author(self) -> int | None:
        return self.record.author

    @property
    def post(self) -> Post:
        return self.one.post

    @property
    def shown(self) -> str:
        return consent.digest(self.content)

    @property
    def changes_for_carrier(self) -> list[Change]:
        """What reads otherwise than when the influencer who carries it last agreed."""
        before = self.record.carrier
        if before is None or self.one.influencer is None or before.influencer_id != self.one.influencer.id:
            return []
        return consent.difference(before.content, self.content)

    @property
    def kept(self) -> bool:
        """Whether it stays as it was planned before approval was asked."""
        return self.record.kept

    @property
    def is_open(self) -> bool:
        """Whether it waits for somebody now."""
        return self.post.state is PostState.IN_REVIEW


@dataclass(frozen=True)
class Queue:
    """A campaign's posts by whom they wait for, in the order of the clock."""

    drafts: Sequence[Review]
    team: Sequence[Review]
    influencers: Sequence[Review]
    late: Sequence[Review]  # agreed, but their hour has passed
    mine: frozenset[str]  # public ids of those that wait for somebody else's eyes than the reader's

    @property
    def draft_days(self) -> list[tuple[date, int]]:
        """The dates that hold drafts, with how many."""
        days = sorted({one.post.on_date for one in self.drafts})
        return [(day, sum(one.post.on_date == day for one in self.drafts)) for day in days]

    @property
    def answerable(self) -> list[Review]:
        """What the reader may approve."""
        return [one for one in self.team if one.post.pid not in self.mine and not one.unproven]


def queue(session: Session, actor: Actor, campaign: Campaign) -> Queue:
    """Everything of a campaign that is not agreed yet."""
    states = (PostState.DRAFT, PostState.IN_REVIEW, PostState.APPROVED)
    waiting = [one for one in posts(session, campaign) if one.post.state in states]
    found = reviews(session, campaign, waiting)
    able = team.able(session, campaign)
    for_team = [one for one in found if one.is_open and one.waits is not Waits.INFLUENCER]
    return Queue(
        drafts=[one for one in found if one.post.state is PostState.DRAFT],
        team=for_team,
        influencers=[one for one in found if one.is_open and one.waits is Waits.INFLUENCER],
        late=[one for one in found if one.post.state is PostState.APPROVED],
        mine=frozenset(
            one.post.pid for one in for_team if not consent.may_approve(actor.person_id, one.author, able)
        ),
    )


def one(session: Session, campaign: Campaign, post: Post) -> Review:
    """One post with everything said about it."""
    row = next(one for one in posts(session, campaign, frame_id=post.frame_id) if one.post.id == post.id)
    return reviews(session, campaign, [row], inside=True)[0]


def for_influencer(session: Session, campaign: Campaign, person: Influencer) -> list[Review]:
    """The posts that wait for one influencer's word, with what was said between them and the team only."""
    own = [
        one
        for one in posts(session, campaign, influencer_id=person.id)
        if one.post.state is PostState.IN_REVIEW
    ]
    return [one for one in reviews(session, campaign, own, inside=False) if one.waits is Waits.INFLUENCER]


def carried(session: Session, person: Influencer, pid: str) -> Post | None:
    """A post this influencer carries, whether or not it waits for their word."""
    return session.exec(select(Post).where(Post.pid == pid, Post.influencer_id == person.id)).first()


def reviews(
    session: Session, campaign: Campaign, rows: Sequence[PlannedPost], *, inside: bool | None = None
) -> list[Review]:
    """Posts in the order given. `inside`: with the words, those of the team included or not; None: without."""
    own = [row.post for row in rows]
    says, records, frames = contents(session, own), words.records(session, own), frames_of(session, own)
    pictures = media.urls(
        session, [frame.media_id for shown in frames.values() for frame in shown], studio=True
    )
    said = _said(session, own, inside=inside) if inside is not None else {}
    held = unproven_frames(session, {one.id: one for shown in frames.values() for one in shown}.values())
    return [
        Review(
            one=row,
            parts=[
                _part(frame, told, pictures)
                for frame, told in zip(frames[row.post.id], says[row.post.id]["frames"], strict=True)
            ],
            content=says[row.post.id],
            changes=_changes(records[row.post.id], says[row.post.id]),
            waits=guard.waits_for(campaign, row.post, records[row.post.id]),
            record=records[row.post.id],
            said=said.get(row.post.id, ()),
            unproven=any(one.id in held for one in frames[row.post.id]),
        )
        for row in rows
    ]


def _part(frame: Frame, told: Content, pictures: dict[int, MediaUrls]) -> Part:
    return Part(frame, pictures.get(frame.media_id or 0), str(told["caption"]), str(told["label"]))


def _changes(record: Record, now: Content) -> list[Change]:
    return consent.difference(record.agreed.content, now) if record.agreed else []


def _said(session: Session, own: Sequence[Post], *, inside: bool) -> dict[int, list[Said]]:
    """The words about posts, the first first; without those of the inside, only those of who carries it now."""
    statement = (
        select(PostWord, Person.name, Influencer.name)
        .join(Post, col(Post.id) == PostWord.post_id)
        .outerjoin(Person, col(Person.id) == PostWord.person_id)
        .outerjoin(Influencer, col(Influencer.id) == PostWord.influencer_id)
        .where(col(PostWord.post_id).in_([post.id for post in own]))
        .order_by(col(PostWord.id))
    )
    if not inside:
        statement = statement.where(
            col(PostWord.inside).is_(False), col(PostWord.influencer_id) == Post.influencer_id
        )
    found: dict[int, list[Said]] = {post.id: [] for post in own}
    for word, member, influencer in session.exec(statement).all():
        outside = word.person_id is None and word.kind is not WordKind.REMINDED
        found[word.post_id].append(Said(word, member or influencer or "", outside and bool(influencer)))
    return found


@dataclass(frozen=True)
class Counts:
    """How many posts of a campaign are not agreed yet."""

    drafts: int = 0
    waiting: int = 0
    kept: int = 0  # planned without the words asked for now: they stay

    @property
    def total(self) -> int:
        return self.drafts + self.waiting


def counts(session: Session, campaign: Campaign) -> Counts:
    """How many posts wait, or are drafts; and how many stay as they were planned before approval was asked."""
    rows = session.exec(
        select(Post.state, func.count()).where(Post.campaign_id == campaign.id).group_by(col(Post.state))
    ).all()
    by_state = dict(rows)
    return Counts(
        by_state.get(PostState.DRAFT, 0), by_state.get(PostState.IN_REVIEW, 0), _kept(session, campaign)
    )


def _kept(session: Session, campaign: Campaign) -> int:
    if campaign.approval is Approval.NONE:
        return 0
    planned = session.exec(
        select(Post).where(Post.campaign_id == campaign.id, Post.state == PostState.SCHEDULED)
    ).all()
    return sum(record.kept for record in words.records(session, planned).values())


def unapproved_on_first_day(session: Session, campaign_ids: Collection[int]) -> dict[int, int]:
    """How many posts of some campaigns' first days still lack a word; a campaign without any is absent."""
    return dict(
        session.exec(
            select(Post.campaign_id, func.count(col(Post.id)))
            .join(Campaign, col(Campaign.id) == Post.campaign_id)
            .where(
                col(Post.campaign_id).in_(campaign_ids),
                Post.on_date == Campaign.starts_on,
                col(Post.state).in_([PostState.DRAFT, PostState.IN_REVIEW]),
            )
            .group_by(col(Post.campaign_id))
        ).all()
    )


def count_for_influencer(session: Session, campaign: Campaign, person: Influencer) -> int:
    """How many posts wait for one influencer's word."""
    if campaign.approval is not Approval.BOTH:
        return 0
    return int(
        session.exec(
            select(func.count()).where(
                Post.campaign_id == campaign.id,
                Post.influencer_id == person.id,
                Post.state == PostState.IN_REVIEW,
                col(Post.approved_at).is_not(None),
                col(Post.agreed_at).is_(None),
            )
        ).one()
    )
