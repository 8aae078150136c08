"""Mails about approval: one for many posts, never one each. Queued in the transaction of their cause."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from app.campaigns import queries as campaigns
from app.campaigns.models import Campaign
from app.core.templating import absolute
from app.influencers.models import Influencer
from app.mail import service as mail
from app.publishing.models import Post
from app.publishing.review.content import frames_of


@dataclass(frozen=True)
class Line:
    """A post in one line of a mail."""

    title: str
    post: Post


def lines(session: Session, posts: Sequence[Post]) -> list[Line]:
    """Posts as a mail lists them, by the clock."""
    frames = frames_of(session, posts)
    ordered = sorted(posts, key=lambda post: (post.due_at, post.id))
    return [Line(next((one.title for one in frames[post.id]), ""), post) for post in ordered]


def tell_team(
    session: Session, campaign: Campaign, person: Influencer, post: Post, *, text: str, refused: bool
) -> None:
    """An influencer asks for changes or refuses: those who approve read it at once."""
    context = {
        "campaign": campaign,
        "person": person,
        "line": lines(session, [post])[0],
        "text": text,
        "refused": refused,
        "url": absolute(f"/studio/campaigns/{campaign.pid}/posts/{post.pid}/review"),
    }
    for address, language in campaigns.organiser_mails(session, campaign):
        mail.queue(session, kind="review-answer", to=address, language=language, context=context)


def remind_team(session: Session, campaign: Campaign, posts: Sequence[Post], *, last: bool) -> None:
    """Posts have waited for the team for a day, or (`last`) for two."""
    context = {
        "campaign": campaign,
        "lines": lines(session, posts),
        "last": last,
        "url": absolute(f"/studio/campaigns/{campaign.pid}/review"),
    }
    for address, language in campaigns.organiser_mails(session, campaign):
        mail.queue(session, kind="review-waiting", to=address, language=language, context=context)


def ask_influencer(
    session: Session, campaign: Campaign, person: Influencer, posts: Sequence[Post], *, asked_before: int
) -> None:
    """Posts wait for an influencer's word: asked once, then reminded; nothing without an address."""
    if not person.email:
        return
    context = {
        "campaign": campaign,
        "person": person,
        "lines": lines(session, posts),
        "asked_before": asked_before,
        "url": absolute("/brief/agree"),
    }
    mail.queue(session, kind="review-asked", to=person.email, language=person.language, context=context)
