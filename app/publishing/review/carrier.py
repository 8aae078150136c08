"""What the influencer says about posts they carry: agree, ask for changes, refuse, comment. Only about theirs."""

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core import clock
from app.core.errors import Conflict, NotFound
from app.core.i18n import mark
from app.influencers.models import Influencer
from app.people import audit
from app.publishing.consent import Waits
from app.publishing.models import Post
from app.publishing.review import guard, telling, words
from app.publishing.review.proof import BeingChecked, unproven
from app.publishing.review.team import ContentChanged, NotLabelled, NotWaiting, check_shown, withdraw
from app.publishing.rules import PostState, WordKind


def agree(
    session: Session, campaign: Campaign, person: Influencer, post: Post, *, shown: str, text: str = ""
) -> None:
    """The influencer's yes to what was on their screen.

    Raises NotFound, NotWaiting, ContentChanged, NotLabelled, BeingChecked.
    """
    _check_asked(session, campaign, person, post)
    says = check_shown(session, post, shown)
    record = words.records(session, [post])[post.id]
    if guard.differs(record, says):  # what the team approved is no longer this: it looks first
        guard.reopen_if_changed(session, campaign, post)
        raise ContentChanged
    if guard.unlabelled(session, [post]):
        raise NotLabelled
    if unproven(session, [post]):
        raise BeingChecked
    post.agreed_at = clock.now()
    words.add(session, post, WordKind.AGREED, person=person, text=text, content=says, inside=False)
    guard.complete(session, campaign, post, record)
    _note(session, person, "post.agreed", post)


def ask_changes(session: Session, campaign: Campaign, person: Influencer, post: Post, *, text: str) -> None:
    """Ask the team to write a post otherwise; the team is told at once. Raises NotFound, NotWaiting."""
    _check_asked(session, campaign, person, post)
    withdraw(post)
    session.add(post)
    words.add(session, post, WordKind.CHANGES, person=person, text=text, inside=False)
    _note(session, person, "post.changes_asked", post)
    telling.tell_team(session, campaign, person, post, text=text, refused=False)


def refuse(session: Session, campaign: Campaign, person: Influencer, post: Post, *, reason: str) -> None:
    """The influencer will not carry a post; the team is told at once. Raises NotFound, NotWaiting."""
    _check_asked(session, campaign, person, post)
    post.state, post.hold, post.hold_note = PostState.DECLINED, None, ""
    post.agreed_at = None
    post.declined_at, post.declined_reason = clock.now(), reason[:400]
    post.version += 1
    session.add(post)
    words.add(session, post, WordKind.REFUSED, person=person, text=reason, inside=False)
    _note(session, person, "post.refused", post)
    telling.tell_team(session, campaign, person, post, text=reason, refused=True)


def comment(session: Session, campaign: Campaign, person: Influencer, post: Post, *, text: str) -> None:
    """Say something to the team about a post that waits for one's word. Raises NotFound, NotWaiting."""
    _check_asked(session, campaign, person, post)
    words.add(session, post, WordKind.COMMENT, person=person, text=text, inside=False)


def _check_theirs(campaign: Campaign, person: Influencer, post: Post) -> None:
    if post.influencer_id != person.id or post.campaign_id != campaign.id:
        raise NotFound
    if campaign.state is State.CLOSED:
        raise Conflict(mark("This campaign is closed: it can be read, no longer changed."))


def _check_asked(session: Session, campaign: Campaign, person: Influencer, post: Post) -> None:
    _check_theirs(campaign, person, post)
    guard.lock(session, [post])
    record = words.records(session, [post])[post.id]
    waits = guard.waits_for(campaign, post, record)
    if post.state is not PostState.IN_REVIEW or waits is not Waits.INFLUENCER:
        raise NotWaiting


def _note(session: Session, person: Influencer, action: str, post: Post) -> None:
    audit.record(
        session,
        None,
        action,
        subject=guard.title_of(session, post),
        subject_pid=post.pid,
        organisation_id=person.organisation_id,
        by=person.name,
    )
