"""What a person decides about a post: by table which decisions there are, then what each does and refuses."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from app.accounts.models import ChannelAccount
from app.accounts.rules import AccountState
from app.campaigns.models import Campaign
from app.campaigns.rules import Approval, State
from app.channels.base import Outcome
from app.core import clock
from app.core.errors import Conflict, Forbidden
from app.people.models import AuditEntry, Organisation
from app.people.rules import Actor, Role
from app.publishing import queries, rules, settle
from app.publishing.models import Attempt, Post
from app.publishing.rules import HAND, Decision, Hold, PostState
from app.publishing.service import OnItsWay
from app.stories.service import Stale
from tests import factories

D, S = Decision, PostState


@pytest.mark.parametrize(
    ("state", "by_hand", "ahead", "expected"),
    [
        (S.SENDING, False, False, []),
        (S.UNCONFIRMED, False, False, [D.WENT_OUT, D.NOT_OUT]),
        (S.PARTIAL, False, False, [D.SEND]),
        (S.SENT, False, False, []),
        (S.SENT, True, False, [D.AGAIN]),
        (S.SCHEDULED, False, True, [D.HOLD, D.REMOVE]),
        (S.SCHEDULED, True, True, [D.POSTED, D.HOLD, D.REMOVE]),
        (S.HELD, False, True, [D.RELEASE, D.SEND, D.POSTED, D.LEAVE, D.REMOVE]),
        (S.HELD, False, False, [D.SEND, D.POSTED, D.LEAVE, D.REMOVE]),
        (S.HELD, True, False, [D.RELEASE, D.POSTED, D.LEAVE, D.REMOVE]),
        (S.MISSED, False, False, [D.SEND, D.POSTED, D.REMOVE]),
        (S.MISSED, True, False, [D.AGAIN, D.POSTED, D.REMOVE]),
        (S.FAILED, False, False, [D.SEND, D.POSTED, D.LEAVE, D.REMOVE]),
        (S.DECLINED, True, True, [D.AGAIN, D.POSTED, D.REMOVE]),
        (S.DRAFT, False, True, [D.REMOVE]),
        (S.IN_REVIEW, True, True, [D.REMOVE]),
        (S.APPROVED, False, False, [D.REMOVE]),
    ],
)
def test_what_can_be_decided(*, state: S, by_hand: bool, ahead: bool, expected: list[D]) -> None:
    assert rules.decisions(state, by_hand=by_hand, is_ahead=ahead) == expected


@pytest.fixture
def account(session: Session, campaign: Campaign) -> ChannelAccount:
    return factories.account(session, campaign.organisation_id)


@pytest.fixture
def post(session: Session, campaign: Campaign, account: ChannelAccount) -> Post:
    """A post of a channel whose hour has passed."""
    found = queries.of_campaign(session, campaign.id)[0]
    found.channel, found.account_id = account.channel, account.id
    session.flush()
    return found


def decide(
    session: Session, actor: Actor, campaign: Campaign, post: Post, decision: Decision, url: str = ""
) -> Post | None:
    return settle.decide(session, actor, campaign, post.pid, decision, version=post.version, url=url)


def said(session: Session) -> str:
    return session.exec(select(AuditEntry.action).order_by(col(AuditEntry.id).desc())).first() or ""


def test_nobody_knew_and_it_went_out(
    session: Session, alice: Actor, campaign: Campaign, post: Post, account: ChannelAccount
) -> None:
    post.state = S.UNCONFIRMED
    began = post.due_at + timedelta(seconds=3)
    session.add(
        Attempt(
            post_id=post.id,
            account_id=account.id,
            number=1,
            key="k",
            due_at=post.due_at,
            started_at=began,
            outcome=Outcome.UNKNOWN,
        )
    )
    session.flush()
    decide(session, alice, campaign, post, D.WENT_OUT, "https://bsky.example/post/1")
    assert (post.state, post.posted_at, post.proof_url) == (S.SENT, began, "https://bsky.example/post/1")
    assert said(session) == "post.confirmed"


def test_nobody_knew_and_it_did_not(session: Session, alice: Actor, campaign: Campaign, post: Post) -> None:
    post.state, post.claimed_by = S.UNCONFIRMED, "worker"
    decide(session, alice, campaign, post, D.NOT_OUT)
    assert (post.state, post.hold, post.claimed_by) == (S.HELD, Hold.PERSON, "")
    assert said(session) == "post.not_out"


@pytest.mark.parametrize("state", [S.HELD, S.MISSED, S.FAILED, S.PARTIAL])
def test_sent_now(session: Session, alice: Actor, campaign: Campaign, post: Post, state: S) -> None:
    due = post.due_at
    post.state, post.tries, post.hold = state, 6, Hold.LATE if state is S.HELD else None
    post.proof_url = "https://bsky.example/part" if state is S.PARTIAL else ""
    proof = post.proof_url
    decide(session, alice, campaign, post, D.SEND)
    assert (post.state, post.send_at, post.tries, post.hold) == (S.SCHEDULED, clock.now(), 0, None)
    assert (post.due_at, post.proof_url) == (due, proof), "the key of its pieces stays the same"
    assert said(session) == "post.sent_now"


def test_nothing_is_sent_now_that_could_not_go(
    session: Session, alice: Actor, campaign: Campaign, post: Post, account: ChannelAccount
) -> None:
    post.state = S.MISSED

    def refused(match: str) -> None:
        with pytest.raises(Conflict, match=match):
            decide(session, alice, campaign, post, D.SEND)
        assert post.state is S.MISSED

    campaign.paused_at = clock.now()
    refused("paused")
    campaign.paused_at, campaign.state = None, State.READY
    refused("not running")
    campaign.state, account.state = State.LIVE, AccountState.RECONNECT
    refused("connected again")
    account.state, campaign.approval = AccountState.CONNECTED, Approval.TEAM
    refused("approval")
    campaign.approval, post.account_id = Approval.NONE, None
    refused("account")


def test_held_and_let_go(session: Session, alice: Actor, campaign: Campaign, post: Post) -> None:
    post.on_date = clock.today(post.zone) + timedelta(days=1)
    post.due_at = post.send_at = clock.now() + timedelta(days=1)
    decide(session, alice, campaign, post, D.HOLD)
    assert (post.state, post.hold, said(session)) == (S.HELD, Hold.PERSON, "post.held")
    decide(session, alice, campaign, post, D.RELEASE)
    assert (post.state, post.hold, post.send_at) == (S.SCHEDULED, None, post.due_at)
    assert said(session) == "post.released"


def test_left(session: Session, alice: Actor, campaign: Campaign, post: Post) -> None:
    post.state, post.hold = S.HELD, Hold.LATE
    decide(session, alice, campaign, post, D.LEAVE)
    assert (post.state, post.hold, said(session)) == (S.MISSED, None, "post.left")


def test_by_hand_after_all(session: Session, alice: Actor, campaign: Campaign, post: Post) -> None:
    post.state = S.FAILED
    decide(session, alice, campaign, post, D.POSTED, "https://example.org/p")
    assert (post.state, post.posted_at, post.proof_url) == (S.SENT, clock.now(), "https://example.org/p")
    with pytest.raises(settle.NoLonger):
        decide(session, alice, campaign, post, D.AGAIN)  # what an account published is not taken back


def test_planned_again_and_removed(session: Session, alice: Actor, campaign: Campaign, post: Post) -> None:
    post.channel, post.account_id, post.state = HAND, None, S.DECLINED
    decide(session, alice, campaign, post, D.AGAIN)
    assert post.state is S.SCHEDULED
    assert decide(session, alice, campaign, post, D.REMOVE) is None
    assert queries.post(session, campaign.id, post.pid) is None


@pytest.mark.parametrize("decision", list(Decision))
def test_nothing_is_decided_on_the_way(
    session: Session, alice: Actor, campaign: Campaign, post: Post, decision: Decision
) -> None:
    post.state = S.SENDING
    with pytest.raises(OnItsWay):
        decide(session, alice, campaign, post, decision)
    assert post.state is S.SENDING


def test_an_old_page_decides_nothing(session: Session, alice: Actor, campaign: Campaign, post: Post) -> None:
    post.state = S.MISSED
    with pytest.raises(Stale):
        settle.decide(session, alice, campaign, post.pid, D.SEND, version=post.version - 1)
    with pytest.raises(settle.NoLonger):
        decide(session, alice, campaign, post, D.WENT_OUT)


def test_only_those_who_edit_decide(session: Session, alice: Actor, campaign: Campaign, post: Post) -> None:
    org = session.get_one(Organisation, alice.organisation_id)
    treasurer = factories.member(session, org, Role.FINANCE, "Trésor")
    with pytest.raises(Forbidden):
        decide(session, treasurer, campaign, post, D.HOLD)
    campaign.state = State.CLOSED
    with pytest.raises(Conflict):
        decide(session, alice, campaign, post, D.HOLD)
