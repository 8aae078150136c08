"""Keep a post where its words allow it. Refuses to let out what nobody approved, whoever changed it.

Every change of a post or of a frame ends here: planned, edited, moved, undone, imported. What still slips
through, such as an influencer's new label, is found by the round of `publishing.review.rounds`, and at the
last moment by `is_as_approved`, which the engine asks before it sends.
"""

from collections.abc import Collection, Sequence

from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.campaigns.rules import Approval
from app.core import clock
from app.influencers import rules
from app.influencers.models import Influencer
from app.people import audit
from app.people.rules import Actor
from app.publishing import consent
from app.publishing.consent import Content, Given, Waits
from app.publishing.models import Post
from app.publishing.review import words
from app.publishing.review.content import contents, frames_of
from app.publishing.review.words import Record
from app.publishing.rules import OPEN, PostState, WordKind

_BY_WORDS = frozenset({PostState.DRAFT, PostState.IN_REVIEW, PostState.APPROVED, PostState.SCHEDULED})
"""States that follow from the words of a post; HELD has a reason of its own."""


def reopen_if_changed(
    session: Session, campaign: Campaign, post: Post, *, actor: Actor | None = None
) -> bool:
    """Put a post where its words allow it; True when it goes back for approval because it reads otherwise.

    The hour and the date may change without it. Call it after any change of the post or of its frames.
    """
    return reopen_changed(session, campaign, [post], actor=actor) > 0


def reopen_changed(
    session: Session, campaign: Campaign, posts: Sequence[Post], *, actor: Actor | None = None
) -> int:
    """The same for several posts at once; returns how many were reopened."""
    lock(session, posts)
    open_ = [post for post in posts if post.state in OPEN]
    if not open_:
        return 0
    said, now = words.records(session, open_), contents(session, open_)
    return sum(_settle(session, campaign, post, said[post.id], now[post.id], actor) for post in open_)


def lock(session: Session, posts: Sequence[Post]) -> None:
    """Read posts again and keep other processes from taking them until the transaction ends.

    Without it, a post the engine has just claimed would be given another state under its hands.
    """
    if posts:
        session.flush()
        ids = [post.id for post in posts]
        statement = select(Post).where(col(Post.id).in_(ids)).order_by(col(Post.id)).with_for_update()
        session.exec(statement.execution_options(populate_existing=True)).all()


def is_as_approved(session: Session, post: Post) -> bool:
    """Whether a post has every word its campaign asks for, and still reads as it did then."""
    return not unapproved(session, session.get_one(Campaign, post.campaign_id), [post])


def unapproved(session: Session, campaign: Campaign, posts: Sequence[Post]) -> set[int]:
    """The row ids of those posts of a campaign that must not go out as they now read."""
    if campaign.approval is Approval.NONE or not posts:
        return set()
    said, now = words.records(session, posts), contents(session, posts)
    return {
        post.id
        for post in posts
        if waits_for(campaign, post, said[post.id]) is not None or differs(said[post.id], now[post.id])
    }


def not_as_approved(session: Session, post_ids: Collection[int]) -> set[int]:
    """Those of some posts, of any campaigns, that must not go out as they now read, by row id.

    For what is about to be sent: one statement where no campaign asks for approval.
    """
    rows = session.exec(
        select(Post, Campaign)
        .join(Campaign, col(Campaign.id) == Post.campaign_id)
        .where(col(Post.id).in_(post_ids), Campaign.approval != Approval.NONE)
    ).all()
    campaigns = {campaign.id: campaign for _, campaign in rows}
    return {
        post_id
        for campaign in campaigns.values()
        for post_id in unapproved(session, campaign, [post for post, own in rows if own.id == campaign.id])
    }


def waits_for(campaign: Campaign, post: Post, record: Record) -> Waits | None:
    """Whose word a post still needs."""
    given = Given(post.approved_at is not None, post.agreed_at is not None, record.kept)
    return consent.missing(campaign.approval, given, influencer=post.influencer_id is not None)


def complete(session: Session, campaign: Campaign, post: Post, record: Record) -> None:
    """Put a post into the state its words give it: to go out at its hour once none is missing."""
    waits = waits_for(campaign, post, record)
    post.state = consent.state_of(waits, asked=post.asked_at is not None, ahead=post.due_at > clock.now())
    post.version += 1
    session.add(post)


def differs(record: Record, now: Content) -> bool:
    """Whether a post reads otherwise than when it was last agreed to."""
    return record.agreed is not None and not consent.same(record.agreed.content, now)


def _settle(
    session: Session, campaign: Campaign, post: Post, record: Record, now: Content, actor: Actor | None
) -> bool:
    otherwise = differs(record, now)
    if campaign.approval is Approval.NONE:
        if otherwise:  # nobody asks for approval now, but what was approved is no longer this
            post.approved_at = post.agreed_at = post.approved_by = None
        return False
    if otherwise and (post.approved_at is not None or record.kept):
        _reopen(session, campaign, post, now, actor)
        return True
    if post.state is PostState.IN_REVIEW:
        _note_author(session, post, record, now, actor)
    if post.state in _BY_WORDS:
        _follow(session, campaign, post, record)
    return False


def _follow(session: Session, campaign: Campaign, post: Post, record: Record) -> None:
    """The state by the words; a post that may go out stays planned when its hour has come."""
    waits = waits_for(campaign, post, record)
    ahead = post.due_at > clock.now() or post.state is PostState.SCHEDULED
    state = consent.state_of(waits, asked=post.asked_at is not None, ahead=ahead)
    if state is not post.state:
        post.state = state
        session.add(post)


def _reopen(session: Session, campaign: Campaign, post: Post, now: Content, actor: Actor | None) -> None:
    post.approved_at = post.approved_by = post.agreed_at = None
    post.state, post.hold, post.hold_note = PostState.IN_REVIEW, None, ""
    post.asked_at = clock.now()
    post.version += 1
    session.add(post)
    words.add(session, post, WordKind.REOPENED, actor=actor, content=now)
    audit.record(
        session,
        actor,
        "post.reopened",
        subject=title_of(session, post),
        subject_pid=post.pid,
        organisation_id=campaign.organisation_id,
    )


def _note_author(session: Session, post: Post, record: Record, now: Content, actor: Actor | None) -> None:
    """Remember who last wrote a post that waits: nobody approves what they wrote and nobody else read."""
    last = record.written
    if last is None or actor is None or consent.same(last.content, now):
        return
    if last.kind is WordKind.REOPENED and last.person_id == actor.person_id:
        last.content = dict(now)
        session.add(last)
    else:
        words.add(session, post, WordKind.REOPENED, actor=actor, content=now)


def unlabelled(session: Session, posts: Sequence[Post]) -> set[int]:
    """The row ids of those posts that say to nobody that their carrier is paid or given something.

    Such a post is approved by nobody, and never sent (French law 2023-451, article 5).
    """
    ids = {post.influencer_id for post in posts if post.influencer_id is not None}
    people = {one.id: one for one in session.exec(select(Influencer).where(col(Influencer.id).in_(ids)))}
    frames = frames_of(session, posts)
    return {
        post.id
        for post in posts
        if (person := people.get(post.influencer_id or 0)) is not None
        and rules.unlabelled(person.agreement, person.disclosure, [one.label for one in frames[post.id]])
    }


def title_of(session: Session, post: Post) -> str:
    """The title of a post's first frame, as the team knows it."""
    return titles(session, [post])[post.id]


def titles(session: Session, posts: Sequence[Post]) -> dict[int, str]:
    """The same for several posts, by row id."""
    return {
        post_id: frames[0].title if frames else "" for post_id, frames in frames_of(session, posts).items()
    }
