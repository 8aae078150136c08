"""A post as a step of the storyboard keeps it, and how it is put back. Refuses to bring back an agreement or
an outcome that no longer holds: undoing a plan never makes a post go out that would not have."""

from datetime import date, datetime, time
from typing import Any

from sqlmodel import Session

from app.accounts import queries as accounts
from app.campaigns.models import Campaign
from app.channels.base import Shape
from app.publishing import queries
from app.publishing.models import FollowingFrame, Post, PostWord
from app.publishing.rules import Hold, Late, PostState, WordKind
from app.publishing.service.changing import reset, set_due
from app.stories import queries as stories_queries
from app.stories.steps import CannotUndo

_PLAIN = ("zone", "channel", "text", "late_minutes", "hold_note", "declined_reason", "approved_by")
_INSTANTS = ("declined_at", "asked_at", "approved_at", "agreed_at")
_STANDS_STILL = frozenset(
    {PostState.HELD, PostState.MISSED, PostState.FAILED, PostState.DECLINED, PostState.APPROVED}
)
"""States from which planning anew leads out, and to which undoing it may lead back: nothing goes out of them."""


def image(session: Session, post: Post, frame_pid: str, *, whole: bool = False) -> dict[str, Any]:
    """The plan of a post as JSON; `whole` with what was said about it, for a post that will be deleted."""
    kept: dict[str, Any] = {name: getattr(post, name) for name in (*_PLAIN, "influencer_id", "account_id")}
    kept |= {name: _iso(getattr(post, name)) for name in _INSTANTS}
    after = queries.following(session, [post.id]).get(post.id, [])
    frames = stories_queries.frames_by_id(session, [*after, post.frame_id])
    return kept | {
        "on_date": post.on_date.isoformat(),
        "at_time": post.at_time.isoformat(),
        "shape": post.shape.value,
        "late": post.late.value,
        "state": post.state.value,
        "hold": post.hold.value if post.hold else None,
        "frame": frame_pid,
        "counted": post.version + frames[post.frame_id].version,
        "following": [frames[one].pid for one in after],
        "words": [_word(one) for one in queries.words(session, post.id)] if whole else [],
    }


def put_back(
    session: Session,
    campaign: Campaign,
    post: Post | None,
    pid: str,
    image: dict[str, Any],
    *,
    frames: dict[str, int],
    people: set[int],
    since: datetime,
) -> None:
    """Restore a post from its image, or make it anew; one whose influencer has left goes to the organisation.

    `frames` are row ids by public id, `people` the influencers there are, `since` the instant of the step.
    Raises CannotUndo when a frame it carries is gone.
    """
    if any(one not in frames for one in (image["frame"], *image["following"])):
        raise CannotUndo
    again = post is None
    if post is None:
        post = Post(
            pid=pid,
            # Beyond all that calendars have seen of it, or they would take it for still cancelled.
            version=image.get("counted", 0) + 1,
            campaign_id=campaign.id,
            frame_id=0,
            on_date=campaign.starts_on,
            at_time=time(),
            zone=campaign.timezone,
            due_at=campaign.created_at,
            send_at=campaign.created_at,
        )
    post.frame_id = frames[image["frame"]]
    post.influencer_id = image["influencer_id"] if image["influencer_id"] in people else None
    _put_plan(session, post, image)
    if again:
        _put_standing(post, image)
    else:
        _put_stillness(post, image, since=since)
    session.add(post)
    session.flush()
    follow(session, post, [frames[one] for one in image["following"]])
    for word in image["words"] if again else []:
        session.add(_said(post, word))


def follow(session: Session, post: Post, frame_ids: list[int]) -> None:
    """Let exactly these frames follow the first, in this order."""
    for row in queries.following_rows(session, post.id):
        session.delete(row)
    session.flush()
    for position, frame_id in enumerate(frame_ids, start=1):
        session.add(FollowingFrame(post_id=post.id, frame_id=frame_id, position=position))
    session.flush()


def _put_plan(session: Session, post: Post, image: dict[str, Any]) -> None:
    post.on_date = date.fromisoformat(image["on_date"])
    post.at_time = time.fromisoformat(image["at_time"])
    post.zone, post.text = image["zone"], image["text"]
    post.shape, post.late = Shape(image["shape"]), Late(image["late"])
    post.late_minutes = image["late_minutes"]
    post.channel, post.account_id = image["channel"], image["account_id"]
    if post.account_id is not None and post.account_id not in accounts.by_id(session, [post.account_id]):
        post.account_id = None
    post.version += 1
    set_due(post)


def _put_standing(post: Post, image: dict[str, Any]) -> None:
    """The standing of a post that had been removed. What was to go out does, if those who are asked agreed."""
    post.approved_by = image["approved_by"]
    for name in _INSTANTS:
        setattr(post, name, _instant(image[name]))
    state = PostState(image["state"])
    if state is PostState.SCHEDULED:
        declined = post.declined_at, post.declined_reason
        reset(post)
        post.declined_at, post.declined_reason = declined
        return
    _stand(post, state, image)


def _put_stillness(post: Post, image: dict[str, Any], *, since: datetime) -> None:
    """Back to a standing in which nothing goes out; what carrier and team have said since is theirs."""
    state = PostState(image["state"])
    said_since = post.declined_at is not None and post.declined_at >= since
    if post.state in (PostState.SCHEDULED, PostState.DRAFT) and state in _STANDS_STILL and not said_since:
        _stand(post, state, image)
        post.declined_at = _instant(image["declined_at"])


def _stand(post: Post, state: PostState, image: dict[str, Any]) -> None:
    post.state, post.hold_note = state, image["hold_note"]
    post.hold = Hold(image["hold"]) if image["hold"] else None
    post.declined_reason = image["declined_reason"]


def _iso(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


def _instant(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _word(word: PostWord) -> dict[str, Any]:
    fields = ("pid", "person_id", "influencer_id", "inside", "text", "content")
    return {name: getattr(word, name) for name in fields} | {
        "kind": word.kind.value,
        "at": word.at.isoformat(),
    }


def _said(post: Post, kept: dict[str, Any]) -> PostWord:
    return PostWord(
        **{
            **kept,
            "post_id": post.id,
            "kind": WordKind(kept["kind"]),
            "at": datetime.fromisoformat(kept["at"]),
        }
    )
