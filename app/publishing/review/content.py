"""What a post says, exactly as it would go out: the thing that is approved. Reads only, in few queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.accounts.models import ChannelAccount
from app.campaigns.models import Campaign
from app.influencers.models import Influencer
from app.media.models import Media
from app.publishing.consent import Content
from app.publishing.models import FollowingFrame, Post
from app.publishing.rules import HAND
from app.stories import queries as stories
from app.stories.models import Frame


class _Identified(Protocol):
    id: int


R = TypeVar("R", bound=_Identified)


@dataclass(frozen=True)
class _Shelf:
    """Every row the contents of some posts are made of, by row id."""

    campaigns: Mapping[int, Campaign]
    people: Mapping[int, Influencer]
    accounts: Mapping[int, ChannelAccount]
    media: Mapping[int, Media]


def content(session: Session, post: Post) -> Content:
    """What one post says."""
    return contents(session, [post])[post.id]


def contents(session: Session, posts: Sequence[Post]) -> dict[int, Content]:
    """What several posts say, by row id, in as many queries as for one."""
    frames = frames_of(session, posts)
    media = {frame.media_id for own in frames.values() for frame in own}
    campaigns = {post.campaign_id for post in posts}
    people = {post.influencer_id for post in posts}
    accounts = {post.account_id for post in posts}
    shelf = _Shelf(
        _by_id(session, select(Campaign).where(col(Campaign.id).in_(campaigns))),
        _by_id(session, select(Influencer).where(col(Influencer.id).in_(people - {None}))),
        _by_id(session, select(ChannelAccount).where(col(ChannelAccount.id).in_(accounts - {None}))),
        _by_id(session, select(Media).where(col(Media.id).in_(media - {None}))),
    )
    return {post.id: _content(shelf, post, frames[post.id]) for post in posts}


def frames_of(session: Session, posts: Sequence[Post]) -> dict[int, list[Frame]]:
    """The frames of several posts in their order, by the post's row id."""
    following = session.exec(
        select(FollowingFrame)
        .where(col(FollowingFrame.post_id).in_([post.id for post in posts]))
        .order_by(col(FollowingFrame.position))
    ).all()
    ids = {post.id: [post.frame_id] for post in posts}
    for row in following:
        ids[row.post_id].append(row.frame_id)
    rows = stories.frames_by_id(session, [one for own in ids.values() for one in own])
    return {post_id: [rows[one] for one in own if one in rows] for post_id, own in ids.items()}


def _by_id(session: Session, statement: SelectOfScalar[R]) -> dict[int, R]:
    return {row.id: row for row in session.exec(statement).all()}


def _content(shelf: _Shelf, post: Post, frames: Sequence[Frame]) -> Content:
    person = shelf.people.get(post.influencer_id or 0)
    account = shelf.accounts.get(post.account_id or 0)
    tags = shelf.campaigns[post.campaign_id].hashtags if post.channel != HAND else []
    return {
        "carrier": person.name if person else "",
        "carrier_pid": person.pid if person else "",
        "channel": post.channel,
        "account": account.handle if account else "",
        "account_pid": account.pid if account else "",
        "shape": post.shape.value,
        "text": post.text,
        "hashtags": " ".join(f"#{tag}" for tag in tags),
        "frames": [
            _frame(frame, shelf.media.get(frame.media_id or 0), person, told=place == 0 and bool(post.text))
            for place, frame in enumerate(frames)
        ],
        "when": f"{post.on_date.isoformat()} {post.at_time.strftime('%H:%M')} {post.zone}",
    }


def _frame(frame: Frame, medium: Media | None, person: Influencer | None, *, told: bool) -> dict[str, Any]:
    """One story as it goes out, under the carrier's own label; `told`: the post's text stands for its caption."""
    return {
        "pid": frame.pid,
        "kind": frame.kind.value,
        "caption": "" if told else frame.caption,
        "media": f"{medium.original_name} {medium.sha256[:12]}".strip() if medium else "",
        "alt": frame.alt_text,
        "label": (person.disclosure if person else "") or frame.label,
        "link": frame.link_url,
        "sticker": frame.sticker,
    }
