"""What time does about approval: asks and reminds, then stops after two; finds what changed by another road."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from sqlmodel import Session, and_, col, or_, select

from app.campaigns.models import Campaign
from app.campaigns.rules import Approval, State
from app.core import clock
from app.core.db import reading, transaction
from app.influencers.models import Influencer
from app.influencers.rules import Stage
from app.publishing import consent
from app.publishing.consent import QUIET, REMINDERS, Waits
from app.publishing.models import Post, PostWord
from app.publishing.review import guard, telling, words
from app.publishing.rules import PostState, WordKind


def remind_reviewers() -> int:
    """Ask and remind whoever's word is missing, one mail a campaign and person; returns how many posts.

    A mail and the note that it was sent are kept in one transaction for each campaign.
    """
    with reading() as session:
        waiting = session.exec(
            select(Post.campaign_id)
            .join(Campaign, col(Campaign.id) == Post.campaign_id)
            .where(
                Post.state == PostState.IN_REVIEW,
                Campaign.state != State.CLOSED,
                col(Campaign.paused_at).is_(None),
            )
            .distinct()
        ).all()
    return sum(_remind_one(campaign_id) for campaign_id in waiting)


def reopen_what_changed() -> int:
    """Send back for approval what reads otherwise than it was approved, whatever changed it; returns how many."""
    with reading() as session:
        watched = session.exec(
            select(Campaign.id).where(
                Campaign.approval != Approval.NONE,
                col(Campaign.state).not_in([State.CLOSED]),
            )
        ).all()
    return sum(_reopen_one(campaign_id) for campaign_id in watched)


def _reopen_one(campaign_id: int) -> int:
    with reading() as session:
        campaign = session.get_one(Campaign, campaign_id)
        if not guard.unapproved(session, campaign, _planned(session, campaign)):
            return 0
    with transaction() as session:
        campaign = session.get_one(Campaign, campaign_id)
        return guard.reopen_changed(session, campaign, _planned(session, campaign))


def _planned(session: Session, campaign: Campaign) -> Sequence[Post]:
    """What is to go out, what waits for the influencer, and what was held at the last moment."""
    return session.exec(
        select(Post).where(
            Post.campaign_id == campaign.id,
            or_(
                col(Post.state).in_([PostState.SCHEDULED, PostState.HELD]),
                and_(col(Post.state) == PostState.IN_REVIEW, col(Post.approved_at).is_not(None)),
            ),
        )
    ).all()


def _remind_one(campaign_id: int) -> int:
    with transaction() as session:
        campaign = session.get_one(Campaign, campaign_id)
        posts = session.exec(
            select(Post).where(Post.campaign_id == campaign_id, Post.state == PostState.IN_REVIEW)
        ).all()
        said = words.records(session, posts)
        waits = {post.id: guard.waits_for(campaign, post, said[post.id]) for post in posts}
        for_team = [post for post in posts if waits[post.id] is Waits.TEAM]
        for_people = [post for post in posts if waits[post.id] is Waits.INFLUENCER]
        return _remind_team(session, campaign, for_team) + _ask_people(session, campaign, for_people)


def _remind_team(session: Session, campaign: Campaign, posts: Sequence[Post]) -> int:
    told = _told(session, posts, influencer=False)
    now = clock.now()
    due = [
        post
        for post in posts
        if post.asked_at is not None and consent.reminder_due(post.asked_at, told[post.id], now)
    ]
    if due:
        last = all(told[post.id] + 1 == REMINDERS for post in due)
        telling.remind_team(session, campaign, due, last=last)
        _note(session, due)
    return len(due)


def _ask_people(session: Session, campaign: Campaign, posts: Sequence[Post]) -> int:
    """One mail to each influencer for whom a question or a reminder is due."""
    told = _told(session, posts, influencer=True)
    handled = 0
    by_person = sorted(posts, key=lambda post: (post.influencer_id or 0, post.due_at))
    for person_id, group in groupby(by_person, key=lambda post: post.influencer_id):
        person = session.get_one(Influencer, person_id)
        own = list(group)
        due = [post for post in own if _question_due(post, told[post.id], own)]
        if not due or person.stage is not Stage.CONFIRMED:
            continue
        before = min(told[post.id] for post in due)
        telling.ask_influencer(session, campaign, person, due, asked_before=before)
        _note(session, due, person)
        handled += len(due)
    return handled


def _question_due(post: Post, told: int, own: Sequence[Post]) -> bool:
    """First the question, once the team's approvals rest; then the reminders, a day apart."""
    if post.approved_at is None:
        return False
    if told == 0:
        latest = max(one.approved_at for one in own if one.approved_at is not None)
        return clock.now() >= latest + QUIET or clock.now() >= post.approved_at + 5 * QUIET
    return consent.reminder_due(post.approved_at, told - 1, clock.now())


def _told(session: Session, posts: Sequence[Post], *, influencer: bool) -> dict[int, int]:
    """How often each post's missing word has been asked for since it was last sent, or approved, for it."""
    since: dict[int, datetime | None] = {
        post.id: post.approved_at if influencer else post.asked_at for post in posts
    }
    found = dict.fromkeys(since, 0)
    who = col(PostWord.influencer_id)
    rows = session.exec(
        select(PostWord.post_id, PostWord.at).where(
            col(PostWord.post_id).in_(found),
            PostWord.kind == WordKind.REMINDED,
            who.is_not(None) if influencer else who.is_(None),
        )
    ).all()
    for post_id, at in rows:
        start = since[post_id]
        found[post_id] += start is not None and at >= start
    return found


def _note(session: Session, posts: Sequence[Post], person: Influencer | None = None) -> None:
    for post in posts:
        words.add(session, post, WordKind.REMINDED, person=person)
