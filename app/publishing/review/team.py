"""What the team says about posts: send, approve, ask for changes, comment. Refuses a word on unseen content."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session, col, select

from app.campaigns import service as campaigns
from app.campaigns.models import Campaign
from app.campaigns.rules import Approval
from app.core import clock
from app.core.errors import Conflict
from app.core.i18n import mark
from app.people import audit
from app.people.models import Membership, Person
from app.people.rules import Actor, Permission, allows
from app.publishing import consent, queries
from app.publishing.consent import Content
from app.publishing.models import Post
from app.publishing.review import guard, words
from app.publishing.review.content import content, contents
from app.publishing.review.proof import Unproven, unproven
from app.publishing.rules import OPEN, PostState, WordKind

Shown = dict[str, str]
"""By public id of a post, the digest of the content that was on the screen."""


class ContentChanged(Conflict):
    """The post reads otherwise than what was on the screen."""

    def __init__(self) -> None:
        super().__init__(
            mark("This post was changed meanwhile. Here is how it reads now; your words are kept.")
        )


class NotWaiting(Conflict):
    """The word comes too late, or too early."""

    def __init__(self) -> None:
        super().__init__(mark("This post does not wait for this answer any more. Here is how it stands now."))


class OwnWork(Conflict):
    """Whoever wrote a post does not approve it while somebody else could."""

    def __init__(self) -> None:
        super().__init__(mark("You sent or changed this post: someone else of the team approves it."))


class NotLabelled(Conflict):
    """The carrier is paid or given something, and the post does not say so."""

    def __init__(self) -> None:
        super().__init__(
            mark("Someone who is paid or given something carries it: write the label followers must see.")
        )


def submit(session: Session, actor: Actor, campaign: Campaign, post: Post, *, text: str = "") -> None:
    """Send a draft for approval. Raises Forbidden, NotWaiting, Conflict once the campaign is closed."""
    campaigns.check_open(actor, campaign)
    guard.lock(session, [post])
    if post.state is not PostState.DRAFT:
        raise NotWaiting
    _submit(session, actor, campaign, [post], text)


def submit_all(session: Session, actor: Actor, campaign: Campaign, *, on: date | None = None) -> int:
    """Send every draft of the campaign, or of one date, for approval; returns how many."""
    campaigns.check_open(actor, campaign)
    drafts = [
        post
        for post in queries.of_campaign(session, campaign.id)
        if post.state is PostState.DRAFT and on in (None, post.on_date)
    ]
    _submit(session, actor, campaign, drafts)
    return len(drafts)


def submit_day(session: Session, actor: Actor, campaign: Campaign, on: date) -> int:
    """Send every draft of a date for approval; returns how many."""
    return submit_all(session, actor, campaign, on=on)


def _submit(
    session: Session, actor: Actor, campaign: Campaign, posts: Sequence[Post], text: str = ""
) -> None:
    says, said = contents(session, posts), words.records(session, posts)
    titles = guard.titles(session, posts)
    for post in posts:
        post.asked_at = clock.now()
        words.add(session, post, WordKind.SUBMITTED, actor=actor, text=text, content=says[post.id])
        guard.complete(session, campaign, post, said[post.id])
        _note(session, actor, "post.submitted", post, titles[post.id])


def approve(
    session: Session, actor: Actor, campaign: Campaign, post: Post, *, shown: str, text: str = ""
) -> None:
    """The team's yes to what was on the screen; `shown` is the digest of it.

    Raises Forbidden, NotWaiting, OwnWork, ContentChanged, NotLabelled, Unproven.
    """
    _Approving(session, actor, campaign, [post]).give(post, shown, text)


def approve_all(session: Session, actor: Actor, campaign: Campaign, shown: Shown) -> tuple[int, int]:
    """The team's yes to all that was on the screen; returns how many were approved, and how many were not.

    A post that changed meanwhile, was answered, has no label, is not proven, or is one's own work is left as it is.
    Raises Forbidden.
    """
    posts = [post for post in queries.of_campaign(session, campaign.id) if post.pid in shown]
    approving, given = _Approving(session, actor, campaign, posts), 0
    for post in posts:
        try:
            approving.give(post, shown[post.pid])
        except (ContentChanged, NotLabelled, NotWaiting, OwnWork, Unproven):
            continue
        given += 1
    return given, len(shown) - given


class _Approving:
    """One member's approvals, with all that they stand on read once. Raises Forbidden, Conflict when closed."""

    def __init__(self, session: Session, actor: Actor, campaign: Campaign, posts: Sequence[Post]) -> None:
        actor.require(Permission.PUBLISH)
        campaigns.check_open(actor, campaign)
        guard.lock(session, posts)
        self.session, self.actor, self.campaign = session, actor, campaign
        self.able = able(session, campaign)
        self.says, self.said = contents(session, posts), words.records(session, posts)
        self.titles = guard.titles(session, posts)
        self.unlabelled = guard.unlabelled(session, posts)
        self.unproven = unproven(session, posts)

    def give(self, post: Post, shown: str, text: str = "") -> None:
        """Approve one of the posts. Raises NotWaiting, OwnWork, ContentChanged, NotLabelled, Unproven."""
        record, says = self.said[post.id], self.says[post.id]
        if post.state is not PostState.IN_REVIEW or post.approved_at is not None:
            raise NotWaiting
        if not consent.may_approve(self.actor.person_id, record.author, self.able):
            raise OwnWork
        if consent.digest(says) != shown:
            raise ContentChanged
        if post.id in self.unlabelled:
            raise NotLabelled
        if post.id in self.unproven:
            raise Unproven
        post.approved_at, post.approved_by = clock.now(), self.actor.person_id
        words.add(self.session, post, WordKind.APPROVED, actor=self.actor, text=text, content=says)
        guard.complete(self.session, self.campaign, post, record)
        _note(self.session, self.actor, "post.approved", post, self.titles[post.id])


def ask_changes(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    post: Post,
    *,
    text: str,
    shown: str | None = None,
    inside: bool = True,
) -> None:
    """Give a post back to be written again; what had been approved of it ends.

    Raises Forbidden, NotWaiting, ContentChanged.
    """
    actor.require(Permission.PUBLISH)
    campaigns.check_open(actor, campaign)
    guard.lock(session, [post])
    if post.state not in OPEN - {PostState.DRAFT} or campaign.approval is Approval.NONE:
        raise NotWaiting
    if shown is not None:
        check_shown(session, post, shown)
    withdraw(post)
    session.add(post)
    words.add(session, post, WordKind.CHANGES, actor=actor, text=text, inside=inside)
    _note(session, actor, "post.changes_asked", post, guard.title_of(session, post))


def comment(
    session: Session, actor: Actor, campaign: Campaign, post: Post, *, text: str, inside: bool = True
) -> None:
    """Say something: inside the team, or to the influencer who carries the post, too.

    Raises Conflict when nobody outside carries it.
    """
    campaigns.check_open(actor, campaign)
    if not inside and post.influencer_id is None:
        raise Conflict(mark("The organisation carries this post: there is nobody outside to write to."))
    words.add(session, post, WordKind.COMMENT, actor=actor, text=text, inside=inside)


def change_mode(
    session: Session, actor: Actor, campaign: Campaign, *, version: int, approval: Approval
) -> None:
    """Choose whose word posts need. What is planned stays planned, and its content is kept as agreed.

    Posts that only waited for a word no longer asked for are planned. Raises campaigns.Stale, Conflict.
    """
    before = campaign.approval
    campaigns.change_details(session, actor, campaign, version=version, approval=approval)
    if approval is before:
        return
    posts = queries.of_campaign(session, campaign.id)
    said = words.records(session, posts)
    for post in posts:
        whole = post.approved_at is not None and guard.waits_for(campaign, post, said[post.id]) is None
        if post.state is PostState.IN_REVIEW and whole:
            guard.complete(session, campaign, post, said[post.id])
    if approval is not Approval.NONE:
        _keep(session, actor, campaign, posts)


def _keep(session: Session, actor: Actor, campaign: Campaign, posts: Sequence[Post]) -> None:
    """Note how the posts that are planned read, so that they stay, and only a change of them asks anew."""
    planned = [
        post for post in posts if post.state in (PostState.SCHEDULED, PostState.APPROVED, PostState.HELD)
    ]
    says, said = contents(session, planned), words.records(session, planned)
    for post in planned:
        record = said[post.id]
        if guard.waits_for(campaign, post, record) is not None or guard.differs(record, says[post.id]):
            words.add(session, post, WordKind.KEPT, actor=actor, content=says[post.id])


def able(session: Session, campaign: Campaign) -> int:
    """How many members may both edit and publish."""
    roles = session.exec(
        select(col(Membership.role))
        .join(Person, col(Person.id) == Membership.person_id)
        .where(Membership.organisation_id == campaign.organisation_id, col(Person.disabled_at).is_(None))
    ).all()
    return sum(allows(role, Permission.EDIT) and allows(role, Permission.PUBLISH) for role in roles)


def check_shown(session: Session, post: Post, shown: str) -> Content:
    """What a post says now. Raises ContentChanged when it is not what was on the screen."""
    says = content(session, post)
    if consent.digest(says) != shown:
        raise ContentChanged
    return says


def withdraw(post: Post) -> None:
    """End every word given to a post: it is a draft again."""
    post.approved_at = post.approved_by = post.agreed_at = post.asked_at = None
    post.state, post.hold, post.hold_note = PostState.DRAFT, None, ""
    post.version += 1


def _note(session: Session, actor: Actor, action: str, post: Post, title: str) -> None:
    audit.record(session, actor, action, subject=title, subject_pid=post.pid)


__all__ = [
    "ContentChanged",
    "NotLabelled",
    "NotWaiting",
    "OwnWork",
    "able",
    "approve",
    "approve_all",
    "ask_changes",
    "change_mode",
    "comment",
    "submit",
    "submit_all",
    "submit_day",
]
