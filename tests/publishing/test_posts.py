"""Posts: wall hours become instants, frames take their posts along, and what went out is history."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.core import clock
from app.core.errors import Conflict, NotFound
from app.influencers.models import Influencer
from app.people.models import AuditEntry, Organisation
from app.people.rules import Actor
from app.publishing import board, queries, rules, service
from app.publishing.models import Post
from app.publishing.rules import PostState, Standing
from app.stories import queries as stories
from app.stories import service as storyboard
from app.stories.steps import CannotUndo
from tests import factories
from tests.stories import week


@pytest.fixture
def maia(session: Session, campaign: Campaign) -> Influencer:
    person = Influencer(organisation_id=campaign.organisation_id, campaign_id=campaign.id, name="Maïa")
    session.add(person)
    session.flush()
    return person


def undo(session: Session, actor: Actor, campaign: Campaign) -> None:
    step = stories.last_step(session, campaign.id)
    assert step is not None
    board.undo(session, actor, campaign, step.pid)


def first_frame(session: Session, campaign: Campaign, day: int = 1) -> str:
    found = stories.day(session, campaign.id, day)
    assert found is not None
    return week.frame_at(session, found, 0).pid


@pytest.mark.parametrize(
    ("state", "late", "standing"),
    [
        (PostState.SCHEDULED, timedelta(minutes=-1), Standing.SCHEDULED),
        (PostState.SCHEDULED, timedelta(0), Standing.DUE),
        (PostState.SCHEDULED, timedelta(hours=2), Standing.DUE),
        (PostState.SCHEDULED, timedelta(hours=2, seconds=1), Standing.MISSED),
        (PostState.SENT, timedelta(days=3), Standing.SENT),
        (PostState.DECLINED, timedelta(days=3), Standing.DECLINED),
    ],
)
def test_standing(state: PostState, late: timedelta, standing: Standing) -> None:
    due = datetime(2027, 3, 3, 12, tzinfo=UTC)
    assert rules.standing(state, due, due + late) is standing


def test_a_post_is_due_at_its_wall_time_in_the_campaigns_zone(
    session: Session, alice: Actor, campaign: Campaign, maia: Influencer
) -> None:
    campaign.starts_on = date(2027, 3, 26)  # its third day loses an hour
    frame = first_frame(session, campaign, day=3)
    post = service.add_post(session, alice, campaign, frame, at_time=time(2, 30), influencer=maia)
    assert (post.on_date, post.zone) == (date(2027, 3, 28), "Europe/Paris")
    assert post.due_at == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)  # 03:00 summer time, the first that exists


def test_adding_changing_removing_are_steps(
    session: Session, alice: Actor, campaign: Campaign, maia: Influencer
) -> None:
    start = week.portrait(session, campaign)
    frame = first_frame(session, campaign)
    post = service.add_post(session, alice, campaign, frame, at_time=time(18), influencer=maia)
    with pytest.raises(Conflict, match="already"):
        service.add_post(session, alice, campaign, frame, at_time=time(18), influencer=maia)
    service.change_post(session, alice, campaign, post.pid, version=1, at_time=time(19, 15), influencer=None)
    assert (post.at_time, post.influencer_id, post.version) == (time(19, 15), None, 2)
    with pytest.raises(storyboard.Stale):
        service.change_post(session, alice, campaign, post.pid, version=1, at_time=time(20), influencer=None)
    with pytest.raises(Conflict, match="already"):
        service.change_post(
            session, alice, campaign, post.pid, version=2, at_time=time(12, 30), influencer=None
        )
    service.remove_post(session, alice, campaign, post.pid)
    undo(session, alice, campaign)
    restored = service.get_post(session, campaign, post.pid)
    assert (restored.at_time, restored.influencer_id) == (time(19, 15), None)
    undo(session, alice, campaign)
    undo(session, alice, campaign)
    assert week.portrait(session, campaign) == start


def test_a_removed_frame_comes_back_with_its_posts(
    session: Session, alice: Actor, campaign: Campaign, maia: Influencer
) -> None:
    frame = first_frame(session, campaign)
    service.add_post(session, alice, campaign, frame, at_time=time(18), influencer=maia)
    start = week.portrait(session, campaign)
    board.remove_frame(session, alice, campaign, frame)
    assert frame not in week.portrait(session, campaign)["frames"]
    assert week.is_dense(session, campaign)
    # Another campaign takes the freed row numbers: what comes back must not depend on them.
    other = factories.campaign(session, session.get_one(Organisation, alice.organisation_id))
    week.lay_week(session, alice, other)
    undo(session, alice, campaign)
    assert week.portrait(session, campaign) == start


def test_posts_follow_their_frame_to_another_day(
    session: Session, alice: Actor, campaign: Campaign, maia: Influencer
) -> None:
    frame = first_frame(session, campaign)
    posted = queries.of_frame(session, stories.frame(session, campaign.id, frame).id)[0]  # type: ignore[union-attr]
    service.mark_posted(session, posted, by=alice)
    planned = service.add_post(session, alice, campaign, frame, at_time=time(18), influencer=maia)
    start = week.portrait(session, campaign)
    board.move_frame(session, alice, campaign, frame, day_number=5)
    friday = campaign.starts_on + timedelta(days=4)
    assert planned.on_date == friday
    assert planned.due_at == clock.resolve_wall(friday, time(18), "Europe/Paris")
    assert posted.on_date == campaign.starts_on
    undo(session, alice, campaign)
    assert week.portrait(session, campaign) == start


def test_what_went_out_is_history(
    session: Session, alice: Actor, campaign: Campaign, maia: Influencer
) -> None:
    frame = first_frame(session, campaign)
    post = service.add_post(session, alice, campaign, frame, at_time=time(18), influencer=maia)
    service.mark_posted(session, post, by="Maïa", proof_url="https://example.org/p/1")
    assert (post.state, post.posted_at) == (PostState.SENT, clock.now())
    with clock.frozen(clock.now() + timedelta(hours=1)):
        service.mark_posted(session, post, by="Maïa")
    assert (post.posted_at, post.proof_url) == (clock.now(), "https://example.org/p/1")
    with pytest.raises(service.AlreadyPosted):
        service.remove_post(session, alice, campaign, post.pid)
    with pytest.raises(service.AlreadyPosted):
        service.decline(session, post, by="Maïa", reason="Malade")
    with pytest.raises(service.AlreadyPosted):
        service.change_post(
            session, alice, campaign, post.pid, version=post.version, at_time=time(9), influencer=None
        )
    with pytest.raises(service.AlreadyPosted):
        undo(session, alice, campaign)  # would take away the plan of what was posted
    with pytest.raises(Conflict, match="stays on record"):
        board.remove_frame(session, alice, campaign, frame)
    entry = session.exec(select(AuditEntry).where(AuditEntry.action == "post.posted")).one()
    assert (entry.organisation_id, entry.details) == (campaign.organisation_id, {"by": "Maïa"})


def test_declining_and_planning_again(
    session: Session, alice: Actor, campaign: Campaign, maia: Influencer
) -> None:
    frame = first_frame(session, campaign)
    post = service.add_post(session, alice, campaign, frame, at_time=time(18), influencer=maia)
    service.change_post(session, alice, campaign, post.pid, version=1, at_time=time(19), influencer=maia)
    with clock.frozen(clock.now() + timedelta(minutes=5)):
        service.decline(session, post, by="Maïa", reason="En voyage")
        undo(session, alice, campaign)
    assert (post.at_time, post.state) == (time(18), PostState.DECLINED)  # her word is not ours to undo
    service.plan_again(session, post, by="Maïa")
    assert (post.state, post.declined_reason, post.declined_at) == (PostState.SCHEDULED, "", None)
    service.decline(session, post, by=alice, reason="Non")
    service.change_post(
        session, alice, campaign, post.pid, version=post.version, at_time=time(20), influencer=maia
    )
    assert post.state is PostState.SCHEDULED


def test_posts_in_the_order_of_the_clock(
    session: Session, alice: Actor, campaign: Campaign, maia: Influencer
) -> None:
    frame = first_frame(session, campaign)
    for hour in (18, 8):
        service.add_post(session, alice, campaign, frame, at_time=time(hour), influencer=maia)
    day = queries.posts(session, campaign, on=campaign.starts_on)
    assert [one.post.at_time for one in day] == [time(8), time(12, 30), time(18)]
    assert [one.influencer for one in day] == [maia, None, maia]
    assert len(queries.posts(session, campaign, influencer_id=maia.id)) == 2
    # It is Wednesday, 11:00: Monday's and Tuesday's have been missed, today's are to come.
    assert {one.post.on_date for one in queries.missed(session, campaign)} == {
        campaign.starts_on,
        campaign.starts_on + timedelta(days=1),
    }


def test_carriers_are_of_the_same_campaign(session: Session, alice: Actor, campaign: Campaign) -> None:
    other = factories.campaign(session, session.get_one(Organisation, alice.organisation_id))
    stranger = Influencer(organisation_id=other.organisation_id, campaign_id=other.id, name="Autre")
    session.add(stranger)
    session.flush()
    frame = first_frame(session, campaign)
    with pytest.raises(NotFound):
        service.add_post(session, alice, campaign, frame, at_time=time(18), influencer=stranger)


def test_new_dates_take_the_posts_along(session: Session, alice: Actor, campaign: Campaign) -> None:
    before = {post.pid: post.on_date for post in queries.of_campaign(session, campaign.id)}
    campaign.starts_on += timedelta(days=7)
    campaign.timezone = "America/Montreal"
    assert board.realign(session, campaign, moved_by=timedelta(days=7)) == 7
    for post in session.exec(select(Post)).all():
        assert post.on_date == before[post.pid] + timedelta(days=7)
        assert post.due_at == clock.resolve_wall(post.on_date, post.at_time, "America/Montreal")
    assert stories.last_step(session, campaign.id) is None


def test_a_frame_with_posts_made_since_is_not_undone_away(
    session: Session, alice: Actor, campaign: Campaign
) -> None:
    day = stories.days(session, campaign.id)[0]
    frame = storyboard.add_frame(session, alice, campaign, day.pid, title="Neuve")
    session.add(
        Post(
            campaign_id=campaign.id,
            frame_id=frame.id,
            on_date=campaign.starts_on,
            at_time=time(9),
            zone="Europe/Paris",
            due_at=clock.now(),
            send_at=clock.now(),
        )
    )
    session.flush()
    with pytest.raises(CannotUndo):
        undo(session, alice, campaign)
