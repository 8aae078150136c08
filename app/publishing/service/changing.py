"""What every change of a post stands on: the locked row, its instants, its line in the log, and its refusals."""

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.core import clock
from app.core.errors import Conflict, NotFound
from app.core.i18n import mark
from app.people import audit
from app.people.rules import Actor
from app.publishing import queries
from app.publishing.models import Post
from app.publishing.rules import ON_ITS_WAY, Hold, PostState
from app.stories import queries as stories_queries
from app.stories.models import Frame
from app.stories.service import Stale, check_editable


class AlreadyPosted(Conflict):
    """What went out is history."""

    def __init__(self) -> None:
        super().__init__(mark("This has been posted. It stays as it was; plan another post instead."))


class OnItsWay(Conflict):
    """The platform is being asked at this moment: what is decided now would come too late."""

    def __init__(self) -> None:
        super().__init__(mark("This post is on its way at this moment. Look again in a minute."))


class Undecided(Conflict):
    """Nobody knows whether it went out: a change could publish it twice."""

    def __init__(self) -> None:
        super().__init__(mark("Say first whether this post went out: nobody knows yet."))


class TakenBack(Conflict):
    """What the post showed was taken back by whoever told it."""

    def __init__(self) -> None:
        super().__init__(mark("What this post showed was taken back by its author. Take the post out."))


def get_post(session: Session, campaign: Campaign, pid: str, *, locked: bool = False) -> Post:
    """A post of the campaign; `locked` when it will be changed, so that no process takes it meanwhile.

    Raises NotFound.
    """
    found = queries.post(session, campaign.id, pid, locked=locked)
    if found is None:
        raise NotFound
    return found


def check_version(post: Post, version: int) -> None:
    """Raises Stale when the post was changed since its page was opened."""
    if post.version != version:
        raise Stale(post.version)


def check_changeable(session: Session, post: Post) -> None:
    """Raises AlreadyPosted when any of it is public, OnItsWay, Undecided."""
    if post.state in ON_ITS_WAY:
        raise OnItsWay
    if post.state is PostState.UNCONFIRMED:
        raise Undecided
    if post.state in (PostState.SENT, PostState.PARTIAL) or queries.is_partly_out(session, post.id):
        raise AlreadyPosted


def open_post(session: Session, actor: Actor, campaign: Campaign, pid: str, version: int) -> Post:
    """A post, locked, whose plan this member may change now.

    Raises Forbidden, NotFound, Stale, AlreadyPosted, OnItsWay, Undecided, TakenBack.
    """
    check_editable(actor, campaign)
    post = get_post(session, campaign, pid, locked=True)
    check_version(post, version)
    check_changeable(session, post)
    if post.state is PostState.HELD and post.hold is Hold.WITHDRAWN:
        raise TakenBack
    return post


def set_due(post: Post) -> None:
    """Derive the instants from the wall time and the zone."""
    post.due_at = post.send_at = clock.resolve_wall(post.on_date, post.at_time, post.zone)
    post.zone_rules = clock.zone_rules()


def reset(post: Post) -> None:
    """As if nothing had been said or tried: the post goes out at its hour.

    The caller lets `review.reopen_if_changed` put it back where its words allow.
    """
    post.state = PostState.SCHEDULED
    post.hold, post.hold_note, post.tries = None, "", 0
    post.claimed_by, post.claimed_until = "", None
    post.posted_at, post.proof_url = None, ""
    post.declined_at, post.declined_reason = None, ""
    post.version += 1


def frame_of(session: Session, post: Post) -> Frame:
    """The first frame of a post."""
    return stories_queries.frames_by_id(session, [post.frame_id])[post.frame_id]


def note(session: Session, post: Post, action: str, by: Actor | str) -> None:
    """In the audit log: who said so, member or (by name) influencer."""
    actor = by if isinstance(by, Actor) else None
    who = {} if actor else {"by": str(by)}
    audit.record(
        session,
        actor,
        action,
        subject=frame_of(session, post).title,
        subject_pid=post.pid,
        organisation_id=session.get_one(Campaign, post.campaign_id).organisation_id,
        **who,
    )
