"""Posts that wait for a person: the team is mailed once about each, and again only for another trouble.

What lateness decided is in the summary of the outage; what a member held or a pause left is known to them.
"""

from collections.abc import Sequence
from itertools import groupby

from sqlalchemy import ColumnElement, and_, or_, update
from sqlmodel import Session, col, select

from app.campaigns import queries as campaigns
from app.campaigns.models import Campaign
from app.core.db import reading, transaction
from app.core.templating import absolute
from app.mail import service as mail
from app.publishing import rules
from app.publishing.models import Post
from app.publishing.rules import HAND, TROUBLES, Hold, PostState
from app.stories.models import Frame

AT_ONCE = 200


def tell_troubles() -> int:
    """Mail the team about posts that came to wait for it, one mail for each campaign; returns how many posts."""
    _forget_what_is_over()
    with reading() as session:
        found = session.exec(
            select(Post.campaign_id, Post.id).where(_untold()).order_by(col(Post.campaign_id)).limit(AT_ONCE)
        ).all()
    return sum(
        _tell(campaign_id, [post_id for _, post_id in rows])
        for campaign_id, rows in groupby(found, key=lambda row: row[0])
    )


def _untold() -> ColumnElement[bool]:
    """In trouble that nobody was told of, and not by a member's own hand."""
    by_us = or_(
        col(Post.state) != PostState.HELD, col(Post.hold).not_in([Hold.PERSON, Hold.PAUSE, Hold.WITHDRAWN])
    )
    news = or_(col(Post.told).is_(None), col(Post.told) != col(Post.state))
    return and_(col(Post.state).in_(TROUBLES), col(Post.channel) != HAND, by_us, news)


def _tell(campaign_id: int, ids: Sequence[int]) -> int:
    """The mails and the note that they were queued, in one transaction: both or neither."""
    with transaction() as session:
        rows = session.exec(
            select(Post, Frame.title)
            .join(Frame, col(Frame.id) == Post.frame_id)
            .where(col(Post.id).in_(ids), _untold())
            .order_by(col(Post.due_at), col(Post.id))
            .with_for_update(of=Post)
        ).all()
        if not rows:
            return 0
        for post, _ in rows:
            post.told = post.state
            session.add(post)
        _queue(session, session.get_one(Campaign, campaign_id), rows)
        return len(rows)


def _queue(session: Session, campaign: Campaign, rows: Sequence[tuple[Post, str]]) -> None:
    posts = [
        {
            "title": title,
            "due_at": post.due_at,
            "zone": post.zone,
            "standing": rules.Standing(post.state.value),
            "note": post.hold_note,
            "url": absolute(f"/studio/campaigns/{campaign.pid}/posts/{post.pid}"),
        }
        for post, title in rows
    ]
    for address, language in campaigns.organiser_mails(session, campaign):
        mail.queue(
            session,
            kind="posts-waiting",
            to=address,
            language=language,
            context={"campaign": campaign, "posts": posts},
        )


def _forget_what_is_over() -> None:
    """A post that left its trouble may come to the same again, and is told again."""
    over = (col(Post.told).is_not(None), col(Post.state).not_in(TROUBLES))
    with reading() as session:
        if session.exec(select(Post.id).where(*over).limit(1)).first() is None:
            return
    with transaction() as session:
        session.exec(update(Post).where(*over).values(told=None))
