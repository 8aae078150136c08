"""The influencer's posts and live sessions as a calendar: what is to be done rings a quarter of an hour before, what
left the plan is off."""

from collections.abc import Sequence
from datetime import timedelta

from app.briefs.queries import Task, task
from app.campaigns.models import Campaign
from app.core.templating import absolute
from app.publishing import ics
from app.publishing.gone import Removed
from app.publishing.models import Post
from app.publishing.rules import PostState
from app.questions.ics import session_event
from app.questions.models import QaSession
from app.stories.models import Frame


def calendar(
    campaign: Campaign,
    posts: Sequence[tuple[Post, Frame]],
    removed: Sequence[Removed],
    sessions: Sequence[QaSession],
) -> bytes:
    """An iCalendar document (RFC 5545) of one influencer's posts in a campaign, and the sessions they hold."""
    entries = [_entry(campaign, post, frame) for post, frame in posts]
    entries += [ics.cancelled(one, campaign, absolute("/brief")) for one in removed]
    held = [session_event(campaign, qa, rings=True) for qa in sessions]
    return ics.calendar(campaign.title, "Brief", entries, every=timedelta(hours=1), more=held)


def _entry(campaign: Campaign, post: Post, frame: Frame) -> ics.Entry:
    stopped = post.state is PostState.DECLINED or campaign.paused_at is not None
    text = "\n\n".join(part for part in (post.text or frame.caption, frame.sticker) if part)
    return ics.Entry(
        pid=post.pid,
        sequence=ics.sequence(post, frame, campaign),
        due_at=post.due_at,
        summary=frame.title or campaign.title,
        text=text,
        url=absolute("/brief"),
        cancelled=stopped,
        tentative=post.state is PostState.HELD,
        rings=task(post) is Task.POST and not stopped,
    )
