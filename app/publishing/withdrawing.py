"""Take a frame out of everything because somebody took back what it shows: not a step that can be undone.

What has gone out, or may have, stays on record without its words. Posts that have not gone out are held for good.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.claims import forgetting as claims
from app.claims import subjects
from app.claims.rules import SubjectKind
from app.core import clock
from app.influencers.models import Influencer
from app.people import audit
from app.publishing import queries
from app.publishing.models import Post, PostWord
from app.publishing.rules import ON_ITS_WAY, OUT, Hold, PostState
from app.publishing.service.images import follow
from app.stories import queries as stories
from app.stories import steps
from app.stories.models import Frame, FrameKind


@dataclass(frozen=True)
class Stopped:
    """A post that carried the frame. `out`: it is public or may be, at `url` where that is known."""

    post: Post
    carrier: str  # the influencer's name; empty for the organisation
    out: bool
    url: str


def pull_frame(session: Session, campaign: Campaign, frame: Frame) -> list[Stopped]:
    """Empty the frame, remove it where no post needs it, hold its posts; forgets the storyboard's steps.

    A step back would bring the words back, so none of those before stays.
    """
    queries.lock(session, campaign.id)
    carrying = queries.carrying(session, frame.id)
    people = _names(session, carrying)
    stopped = [_stopped(session, post, frame, people.get(post.influencer_id or 0, "")) for post in carrying]
    _forget_contents(session, [post.id for post in carrying])
    claims.forget_subject(
        session,
        campaign.id,
        kind=SubjectKind.FRAME,
        subject_pid=frame.pid,
        text=subjects.frame_text(frame),
    )
    for pid in (frame.pid, *(post.pid for post in carrying)):
        audit.forget(session, pid)
    steps.forget(session, campaign.id)
    _empty(frame)
    session.add(frame)
    session.flush()
    if not queries.carrying(session, frame.id):
        _remove(session, frame)
    return stopped


def _names(session: Session, posts: Sequence[Post]) -> dict[int, str]:
    ids = {post.influencer_id for post in posts if post.influencer_id is not None}
    rows = session.exec(select(Influencer).where(col(Influencer.id).in_(ids))).all() if ids else []
    return {row.id: row.name for row in rows}


def _stopped(session: Session, post: Post, frame: Frame, carrier: str) -> Stopped:
    out = post.state in OUT | ON_ITS_WAY | {PostState.UNCONFIRMED} or queries.is_partly_out(session, post.id)
    url = post.proof_url or next((one.url for one in queries.attempts(session, post.id) if one.url), "")
    if post.frame_id == frame.id:
        post.text = ""
    if not out:
        _hold(session, post, frame)
    session.add(post)
    return Stopped(post, carrier, out, url if out else "")


def _hold(session: Session, post: Post, frame: Frame) -> None:
    """A post that lives by the frame will not go out; one that only went on to it waits for a person."""
    post.state, post.hold = PostState.HELD, Hold.WITHDRAWN
    if post.frame_id != frame.id:
        post.hold = Hold.PERSON
        after = queries.following(session, [post.id]).get(post.id, [])
        follow(session, post, [one for one in after if one != frame.id])
    post.claimed_by, post.claimed_until, post.tries = "", None, 0
    post.declined_at, post.declined_reason = None, ""
    post.version += 1


def _forget_contents(session: Session, post_ids: Sequence[int]) -> None:
    """What was approved keeps a copy of the words, for the difference."""
    for word in session.exec(select(PostWord).where(col(PostWord.post_id).in_(post_ids))).all():
        word.content = {}
        session.add(word)


def _empty(frame: Frame) -> None:
    frame.kind, frame.media_id = FrameKind.TEXT, None
    frame.title = frame.caption = frame.alt_text = frame.sticker = frame.link_url = frame.label = ""
    frame.guidance, frame.blanks = "", []
    frame.version += 1
    frame.updated_at = clock.now()


def _remove(session: Session, frame: Frame) -> None:
    others = [one for one in stories.frames_of_day(session, frame.day_id) if one.id != frame.id]
    session.delete(frame)
    for position, one in enumerate(others):
        one.position = position
        session.add(one)
    session.flush()
