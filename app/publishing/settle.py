"""What a person decides about a post: it went out or not, now or not, hold or go. Refuses while it is on its way.

Each decision names the version of the post it was taken on: a page opened before something happened decides
nothing. None of them is a step to undo; all of them are in the log.
"""

from sqlmodel import Session

from app.accounts import queries as accounts
from app.accounts.rules import AccountState
from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core import clock
from app.core.errors import Conflict
from app.core.i18n import mark
from app.people.rules import Actor
from app.publishing import queries, review, rules
from app.publishing.models import Post
from app.publishing.rules import HAND, ON_ITS_WAY, Decision, Hold, PostState
from app.publishing.service import OnItsWay, get_post, mark_posted, note, plan_again, remove_post
from app.publishing.service.changing import check_version, reset
from app.stories.service import check_editable

RUNNING = frozenset({State.LIVE, State.DRIVE, State.REPORTING})
"""States of a campaign in which its posts go out."""


class NoLonger(Conflict):
    """The decision does not fit how the post stands."""

    def __init__(self) -> None:
        super().__init__(mark("This no longer fits how the post stands. Look at it again."))


def decide(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    pid: str,
    decision: Decision,
    *,
    version: int,
    url: str = "",
) -> Post | None:
    """Take a decision about a post; None when it was removed. `url` shows what went out.

    Raises Forbidden, NotFound, Stale, OnItsWay, NoLonger, Conflict (it cannot be sent now).
    """
    check_editable(actor, campaign)
    post = get_post(session, campaign, pid, locked=True)
    check_version(post, version)
    if post.state in ON_ITS_WAY:
        raise OnItsWay
    if decision not in open_decisions(post):
        raise NoLonger
    if decision is Decision.REMOVE:
        remove_post(session, actor, campaign, pid)
        return None
    _take(session, actor, campaign, post, decision, url)
    session.add(post)
    session.flush()
    return post


def open_decisions(post: Post) -> list[Decision]:
    """What may be decided about a post as it stands now, the most likely first."""
    return rules.decisions(
        post.state, by_hand=post.channel == HAND, is_ahead=post.due_at > clock.now(), hold=post.hold
    )


def _take(
    session: Session, actor: Actor, campaign: Campaign, post: Post, decision: Decision, url: str
) -> None:
    if decision is Decision.WENT_OUT:
        _confirm(session, actor, post, url)
    elif decision is Decision.NOT_OUT:
        _stand(post, PostState.HELD, Hold.PERSON)
        note(session, post, "post.not_out", actor)
    elif decision is Decision.SEND:
        _send(session, actor, campaign, post)
    elif decision is Decision.LEAVE:
        _stand(post, PostState.MISSED)
        note(session, post, "post.left", actor)
    elif decision is Decision.HOLD:
        _stand(post, PostState.HELD, Hold.PERSON)
        note(session, post, "post.held", actor)
    elif decision is Decision.RELEASE:
        reset(post)
        post.send_at = post.due_at
        review.reopen_if_changed(session, campaign, post, actor=actor)
        note(session, post, "post.released", actor)
    elif decision is Decision.POSTED:
        mark_posted(session, post, by=actor, proof_url=url)
    else:
        plan_again(session, post, by=actor)


def _confirm(session: Session, actor: Actor, post: Post, url: str) -> None:
    """It is public, since the try that nobody could tell the end of."""
    tries = queries.attempts(session, post.id)
    _stand(post, PostState.SENT)
    post.posted_at = tries[0].started_at if tries else post.due_at
    post.proof_url = url or post.proof_url
    note(session, post, "post.confirmed", actor)


def _send(session: Session, actor: Actor, campaign: Campaign, post: Post) -> None:
    """Let the engine take it at once; what is public of it already is not sent again."""
    _check_can_leave(session, campaign, post)
    if not review.is_as_approved(session, post):
        raise Conflict(mark("This post waits for approval: nothing goes out before."))
    if review.unproven(session, [post]):
        raise Conflict(mark("A fact in this post is not checked: check it under “Facts” first."))
    proof, since = post.proof_url, post.posted_at
    reset(post)
    post.send_at = clock.now()
    post.proof_url, post.posted_at = proof, since
    note(session, post, "post.sent_now", actor)


def _check_can_leave(session: Session, campaign: Campaign, post: Post) -> None:
    """Raises Conflict when nothing goes out for this campaign, or from this account, at the moment."""
    if campaign.paused_at is not None:
        raise Conflict(mark("The campaign is paused: resume it first."))
    if campaign.state not in RUNNING:
        raise Conflict(mark("The campaign is not running: nothing goes out for it now."))
    account = accounts.by_id(session, [post.account_id]).get(post.account_id) if post.account_id else None
    if account is None:
        raise Conflict(mark("Choose the account that publishes this post first."))
    if account.state is not AccountState.CONNECTED:
        raise Conflict(mark("The account must be connected again first."))


def _stand(post: Post, state: PostState, hold: Hold | None = None) -> None:
    post.state, post.hold, post.hold_note = state, hold, ""
    post.claimed_by, post.claimed_until = "", None
    post.version += 1


__all__ = ["RUNNING", "Decision", "NoLonger", "decide", "open_decisions"]
