"""What the carrier of a post says: "posted", "I cannot", or neither after all. No step that can be undone."""

from datetime import datetime

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.core import clock
from app.people.rules import Actor
from app.publishing import proof, review
from app.publishing.models import Post
from app.publishing.rules import ON_ITS_WAY, PostState
from app.publishing.service.changing import AlreadyPosted, OnItsWay, note, reset


def mark_posted(
    session: Session, post: Post, *, by: Actor | str, proof_url: str = "", at: datetime | None = None
) -> None:
    """Note that a post went out, with a link that proves it. Said again, it keeps the first instant.

    `by` is the member who says so, or the name of the influencer. Raises OnItsWay.
    """
    if post.state in ON_ITS_WAY:
        raise OnItsWay
    if post.state is not PostState.SENT:
        post.posted_at = at or clock.now()
        note(session, post, "post.posted", by)
    post.state, post.hold, post.hold_note = PostState.SENT, None, ""
    post.declined_at, post.declined_reason = None, ""
    post.proof_url = proof_url or post.proof_url
    post.version += 1
    session.add(post)


def decline(session: Session, post: Post, *, by: Actor | str, reason: str) -> None:
    """Note that the carrier cannot make a post, and why. Raises AlreadyPosted, OnItsWay."""
    if post.state is PostState.SENT:
        raise AlreadyPosted
    if post.state in ON_ITS_WAY:
        raise OnItsWay
    post.state = PostState.DECLINED
    post.declined_at, post.declined_reason = clock.now(), reason
    post.version += 1
    session.add(post)
    note(session, post, "post.declined", by)


def plan_again(session: Session, post: Post, *, by: Actor | str) -> None:
    """Take back "posted" or "cannot" of a post by hand: it is planned again at its hour.

    What a platform has said stays: raises AlreadyPosted, OnItsWay.
    """
    if post.state is PostState.SCHEDULED:
        return
    if post.state in ON_ITS_WAY:
        raise OnItsWay
    if post.account_id is not None and post.state is not PostState.DECLINED:
        raise AlreadyPosted
    proof.drop(session, post)
    reset(post)
    session.add(post)
    review.reopen_if_changed(session, session.get_one(Campaign, post.campaign_id), post)
    note(session, post, "post.planned_again", by)
