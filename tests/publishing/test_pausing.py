"""A pause sends nothing; going on gives each post that fell due the hour somebody chose for it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.campaigns import service as campaigns
from app.campaigns.models import Campaign
from app.core import clock
from app.core.db import reading
from app.core.errors import Conflict, Forbidden
from app.people.models import Organisation
from app.people.rules import Actor, Role
from app.publishing import pausing, service
from app.publishing.models import Post
from app.publishing.pausing import Choice, Decision
from app.publishing.rules import Hold, PostState
from app.stories import queries as stories
from tests import factories
from tests.stories import week

NOON = datetime(2027, 3, 3, 11, 0, tzinfo=UTC)  # 12:00 in Paris


@pytest.fixture
def at_noon() -> Iterator[None]:
    with clock.frozen(NOON):
        yield


@pytest.fixture
def alice(session: Session, at_noon: None) -> Actor:
    return factories.member(session, factories.organisation(session))


@pytest.fixture
def campaign(session: Session, alice: Actor) -> Campaign:
    org = session.get_one(Organisation, alice.organisation_id)
    made = factories.campaign(session, org, starts_on=date(2027, 3, 1))
    week.lay_week(session, alice, made)
    return made


def plan(session: Session, campaign: Campaign, wall: time, *, channel: str = "hand") -> Post:
    day = stories.day(session, campaign.id, 3)
    assert day is not None
    post = Post(
        campaign_id=campaign.id,
        frame_id=week.frame_at(session, day, 0).id,
        on_date=date(2027, 3, 3),
        at_time=wall,
        zone="Europe/Paris",
        due_at=NOON,
        send_at=NOON,
        channel=channel,
    )
    service.set_due(post)
    session.add(post)
    session.flush()
    return post


def test_what_fell_due_is_what_came_during_the_pause(
    session: Session, alice: Actor, campaign: Campaign
) -> None:
    before, during, after = (plan(session, campaign, time(hour)) for hour in (11, 13, 18))
    campaigns.pause(session, alice, campaign, reason="rumeur", statement="Nous vérifions.")
    with clock.frozen(NOON + timedelta(hours=3)):
        found = [one.post.pid for one in pausing.fell_due(session, campaign)]
    assert during.pid in found
    assert before.pid not in found
    assert after.pid not in found


def test_each_post_takes_the_hour_chosen_for_it(session: Session, alice: Actor, campaign: Campaign) -> None:
    first, second, third, fourth = (plan(session, campaign, time(13, minute)) for minute in (0, 10, 20, 30))
    silent = plan(session, campaign, time(13, 40), channel="webhook")
    later = plan(session, campaign, time(20))
    campaigns.pause(session, alice, campaign, reason="rumeur", statement="Nous vérifions.")
    with clock.frozen(NOON + timedelta(hours=3, seconds=20)):
        pausing.resume(
            session,
            alice,
            campaign,
            {
                first.pid: Decision(Choice.SOON),
                second.pid: Decision(Choice.SOON),
                third.pid: Decision(Choice.AT, datetime(2027, 3, 4, 9, 30)),  # noqa: DTZ001 - a wall time
                fourth.pid: Decision(Choice.LEAVE),
            },
        )
    assert campaign.paused_at is None
    assert (first.on_date, first.at_time) == (date(2027, 3, 3), time(15, 6)), "five minutes, rounded up"
    assert second.at_time == time(15, 21)
    assert third.due_at == datetime(2027, 3, 4, 8, 30, tzinfo=UTC)
    assert {post.state for post in (first, second, third)} == {PostState.SCHEDULED}
    assert fourth.state is PostState.MISSED
    assert (silent.state, silent.hold) == (PostState.HELD, Hold.PAUSE), "nobody spoke of it"
    assert later.at_time == time(20), "what was still to come keeps its hour"


def test_a_moment_in_the_past_changes_nothing(session: Session, alice: Actor, campaign: Campaign) -> None:
    left, wrong = plan(session, campaign, time(13)), plan(session, campaign, time(13, 10))
    campaigns.pause(session, alice, campaign, reason="rumeur", statement="Nous vérifions.")
    decisions = {
        left.pid: Decision(Choice.LEAVE),
        wrong.pid: Decision(Choice.AT, datetime(2027, 3, 3, 13, 15)),  # noqa: DTZ001 - a wall time
    }
    with clock.frozen(NOON + timedelta(hours=3)), pytest.raises(Conflict):
        pausing.resume(session, alice, campaign, decisions)
    assert campaign.paused_at is not None
    assert left.state is PostState.SCHEDULED


def test_a_moderator_does_not_go_on(session: Session, alice: Actor, campaign: Campaign) -> None:
    org = session.get_one(Organisation, alice.organisation_id)
    bob = factories.member(session, org, Role.MODERATOR, "Bob")
    campaigns.pause(session, alice, campaign, reason="rumeur", statement="Nous vérifions.")
    with pytest.raises(Forbidden):
        pausing.resume(session, bob, campaign, {})


@pytest.mark.parametrize(("hour", "day"), [(11, date(2027, 3, 4)), (13, date(2027, 3, 3))])
def test_the_same_hour_is_offered_on_the_next_day_that_has_it(
    session: Session, campaign: Campaign, hour: int, day: date
) -> None:
    assert pausing.suggested(plan(session, campaign, time(hour))) == datetime.combine(day, time(hour))


def test_the_page_keeps_what_was_chosen(
    session: Session, client: TestClient, alice: Actor, campaign: Campaign
) -> None:
    post = plan(session, campaign, time(13))
    campaigns.pause(session, alice, campaign, reason="rumeur", statement="Nous vérifions.")
    csrf = factories.sign_in(session, client, alice)
    base = f"/studio/campaigns/{campaign.pid}"
    with clock.frozen(NOON + timedelta(hours=2)):
        assert 'value="2027-03-04T13:00"' in client.get(f"{base}/pause").text
        fields = {
            "csrf": csrf,
            "post": post.pid,
            "choice": "at",
            "moment": "2027-03-03T13:30",
            "settled": "1",
        }
        refused = client.post(f"{base}/resume", data=fields)
        assert refused.status_code == 422
        past = client.post(f"{base}/resume", data={**fields, "told": "1"})
        assert past.status_code == 409
        for answer in (refused, past):
            assert 'value="2027-03-03T13:30"' in answer.text
            assert '<option value="at" selected>' in answer.text
        fields |= {"told": "1", "moment": "2027-03-05T08:15"}
        assert client.post(f"{base}/resume", data=fields, follow_redirects=False).status_code == 303
    with reading() as later:
        kept = later.exec(select(Post).where(Post.pid == post.pid)).one()
        assert kept.due_at == datetime(2027, 3, 5, 7, 15, tzinfo=UTC)
        assert later.get_one(Campaign, campaign.id).paused_at is None
