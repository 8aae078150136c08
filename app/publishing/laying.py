"""Lay down posts as a document gives them: the start of a week, not a step that can be undone.

An account never travels with a document. A post on a channel takes the organisation's account there when it
has exactly one that is connected; else it is held until somebody chooses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time, timedelta

from sqlmodel import Session

from app.accounts import queries as accounts
from app.accounts.rules import AccountState
from app.campaigns.models import Campaign
from app.campaigns.rules import day_date
from app.channels.base import Shape
from app.publishing.models import FollowingFrame, Post
from app.publishing.rules import HAND, Hold, Late, PostState
from app.publishing.service import first_state, set_due
from app.stories.models import Day, Frame


@dataclass(frozen=True)
class How:
    """How a post leaves, as a document tells it. `days_off`: before (less than 0) or after its frame's day."""

    days_off: int = 0
    channel: str = HAND
    shape: Shape = Shape.STORY
    text: str = ""
    late: Late = Late.SEND
    late_minutes: int = 60
    following: Sequence[Frame] = ()


_PLAIN = How()


def lay_post(
    session: Session,
    campaign: Campaign,
    day: Day,
    frame: Frame,
    *,
    at_time: time,
    influencer_id: int | None,
    how: How = _PLAIN,
) -> Post:
    """Plan a frame at a local hour, carried by an influencer or (None) the organisation."""
    post = Post(
        campaign_id=campaign.id,
        frame_id=frame.id,
        influencer_id=influencer_id,
        on_date=day_date(campaign.starts_on, day.number) + timedelta(how.days_off),
        at_time=at_time,
        zone=campaign.timezone,
        due_at=campaign.created_at,
        send_at=campaign.created_at,
        channel=how.channel,
        account_id=_account(session, campaign, how.channel),
        shape=how.shape,
        text=how.text,
        late=how.late,
        late_minutes=how.late_minutes,
    )
    post.state = first_state(campaign, post)
    if post.state is PostState.SCHEDULED and post.channel != HAND and post.account_id is None:
        post.state, post.hold = PostState.HELD, Hold.ACCOUNT
    set_due(post)
    session.add(post)
    if how.following:
        session.flush()
        for position, one in enumerate(how.following, start=1):
            session.add(FollowingFrame(post_id=post.id, frame_id=one.id, position=position))
    return post


def _account(session: Session, campaign: Campaign, channel: str) -> int | None:
    """The one account of the organisation on a channel; None by hand, and where there is a choice to make."""
    if channel == HAND:
        return None
    ready = [
        one.id
        for one in accounts.accounts(session, campaign.organisation_id)
        if one.channel == channel and one.state is AccountState.CONNECTED
    ]
    return ready[0] if len(ready) == 1 else None
