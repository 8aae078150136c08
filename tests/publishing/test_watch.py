"""The page of the engine tells what waits and what asks for a person, of one organisation only."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.accounts.models import ChannelAccount
from app.accounts.rules import AccountState
from app.campaigns.models import Campaign
from app.channels.base import Outcome
from app.core import clock, leases
from app.people.rules import Actor
from app.publishing import watch
from app.publishing.models import Attempt, Outage, Post
from app.publishing.rules import PostState
from app.stories import queries as stories
from tests import factories
from tests.stories import week


@pytest.fixture
def account(session: Session, campaign: Campaign) -> ChannelAccount:
    row = ChannelAccount(
        organisation_id=campaign.organisation_id, channel="webhook", remote_id="1", handle="@ecole"
    )
    session.add(row)
    session.flush()
    return row


def post(
    session: Session, campaign: Campaign, account: ChannelAccount, state: PostState, minutes: int
) -> Post:
    day = stories.day(session, campaign.id, 1)
    assert day is not None
    at = clock.now() + timedelta(minutes=minutes)
    row = Post(
        campaign_id=campaign.id,
        frame_id=week.frame_at(session, day, 0).id,
        on_date=at.date(),
        at_time=at.time().replace(microsecond=0),
        zone="UTC",
        due_at=at,
        send_at=at,
        channel="webhook",
        account_id=account.id,
        state=state,
    )
    session.add(row)
    session.flush()
    return row


def test_an_empty_house_has_nothing_to_say(session: Session, alice: Actor) -> None:
    found = watch.watch(session, alice.organisation_id)
    assert (found.alive, found.waiting, found.on_their_way, found.oldest_due_at) == (False, 0, 0, None)
    assert not found.asking
    assert not found.outages


def test_what_waits_and_what_asks(
    session: Session, alice: Actor, campaign: Campaign, account: ChannelAccount
) -> None:
    late = post(session, campaign, account, PostState.SCHEDULED, -1)
    soon = post(session, campaign, account, PostState.SCHEDULED, 30)
    post(session, campaign, account, PostState.SCHEDULED, 90)
    sending = post(session, campaign, account, PostState.SENDING, 0)
    unsure = post(session, campaign, account, PostState.UNCONFIRMED, -10)
    session.add(
        Attempt(
            post_id=sending.id,
            account_id=account.id,
            number=1,
            key="k",
            due_at=sending.due_at,
            started_at=clock.now(),
            outcome=Outcome.SENT,
        )
    )
    session.add(Outage(campaign_id=campaign.id, oldest_due_at=clock.now(), respaced=3, asked=1))
    account.state, account.problem = AccountState.RECONNECT, "token revoked"
    session.flush()
    found = watch.watch(session, alice.organisation_id)
    assert (found.waiting, found.on_their_way) == (3, 1)
    assert (found.next_at, found.oldest_due_at) == (soon.send_at, late.send_at)
    assert found.tried == {"sent": 1}
    assert [one.post.pid for one in found.asking] == [unsure.pid]
    assert [one.handle for one in found.accounts] == ["@ecole"]
    assert found.outages[0][0].respaced == 3
    stranger = factories.member(session, factories.organisation(session, "Autres"))
    other = watch.watch(session, stranger.organisation_id)
    assert (other.waiting, other.tried, other.asking, other.accounts, other.outages) == (0, {}, [], [], [])


def test_the_page_says_whether_the_worker_lives(
    session: Session, client: TestClient, alice: Actor, campaign: Campaign, account: ChannelAccount
) -> None:
    unsure = post(session, campaign, account, PostState.UNCONFIRMED, -10)
    factories.sign_in(session, client, alice)
    assert "The worker has never run" in client.get("/studio/publishing").text
    leases.hold("scheduler", "me", ttl=timedelta(seconds=60))
    shown = client.get("/studio/publishing").text
    assert "The worker is at work" in shown
    assert f"/studio/campaigns/{campaign.pid}/posts/{unsure.pid}" in shown
    with clock.frozen(clock.now() + timedelta(minutes=5)):
        assert "The worker is silent" in client.get("/studio/publishing").text
