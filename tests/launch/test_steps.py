"""States change only through `advance`: no path skips a check, by hand or by the clock."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from app.campaigns import service as campaigns
from app.campaigns.models import Campaign, StateChange
from app.campaigns.rules import NEXT_STATES, DriveStart, State
from app.core import clock
from app.core.errors import Conflict, Forbidden
from app.impact.models import Promise, Update
from app.launch import jobs, queries, rules, service
from app.launch.service import NotReady
from app.mail.models import OutgoingMail
from app.people.models import AuditEntry
from app.people.rules import Role
from tests import factories
from tests.launch import stage


def test_a_template_just_laid_down_lacks_things_and_says_which(session: Session) -> None:
    actor = factories.member(session, factories.organisation(session))
    campaign = stage.from_template(session, actor)
    ready = queries.readiness(session, campaign)
    missing = {one.check.key for one in ready.missing}
    assert {"identity", "blanks", "people", "contact", "hold"} & missing >= {"blanks", "people", "contact"}
    assert "dates" not in missing
    assert not ready.may_go
    with pytest.raises(NotReady):
        service.advance(session, actor, campaign, State.READY)
    assert campaign.state is State.DRAFT


def test_the_whole_road(session: Session) -> None:
    actor = factories.member(session, factories.organisation(session))
    campaign = stage.whole(session, actor)
    service.advance(session, actor, campaign, State.READY)
    with pytest.raises(NotReady):  # the first day has not come
        service.advance(session, actor, campaign, State.LIVE)
    with clock.frozen(service.goes_live_at(campaign)):
        service.advance(session, actor, campaign, State.LIVE)
    with clock.frozen(service.drive_opens_at(campaign)):
        service.advance(session, actor, campaign, State.DRIVE)
        promises = session.exec(select(Promise).where(Promise.campaign_id == campaign.id)).all()
        assert promises
        assert all(one.locked_at is not None for one in promises)
    with clock.frozen(service.drive_closes_at(campaign)):
        service.advance(session, actor, campaign, State.REPORTING)
        assert campaign.drive_closed_at is not None
        with pytest.raises(NotReady):
            service.advance(session, actor, campaign, State.CLOSED)
        campaign.closing_note = "Rien n’a été donné ; nous le disons."
        session.add(Update(campaign_id=campaign.id, title="Bilan", published_at=clock.now()))
        session.flush()
        service.advance(session, actor, campaign, State.CLOSED)
    changes = session.exec(select(StateChange).where(StateChange.campaign_id == campaign.id)).all()
    assert [one.after for one in changes] == [
        State.READY,
        State.LIVE,
        State.DRIVE,
        State.REPORTING,
        State.CLOSED,
    ]
    noted = {one.action for one in session.exec(select(AuditEntry)).all()}
    assert {"campaign.ready", "campaign.live", "campaign.drive", "campaign.closed"} <= noted


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.FINANCE])
def test_lesser_roles_do_not_declare_ready(session: Session, role: Role) -> None:
    org = factories.organisation(session)
    campaign = stage.whole(session, factories.member(session, org))
    with pytest.raises(Forbidden):
        service.advance(session, factories.member(session, org, role, "Bob"), campaign, State.READY)


def test_finance_opens_the_drive(session: Session) -> None:
    org = factories.organisation(session)
    campaign = stage.whole(session, factories.member(session, org))
    campaign.state = State.LIVE
    session.flush()
    service.advance(session, factories.member(session, org, Role.FINANCE, "Bob"), campaign, State.DRIVE)
    assert campaign.drive_opened_at == clock.now()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_path_skips_a_check(session: Session, data: st.DataObject) -> None:
    """Any sequence of steps, clock moves and damage: a state is entered only when all its checks held."""
    actor = factories.member(session, factories.organisation(session))
    campaign = stage.whole(session, actor)
    moment = clock.now()
    for _ in range(data.draw(st.integers(1, 8))):
        moment += timedelta(hours=data.draw(st.integers(0, 200)))
        _damage(campaign, data.draw(st.sampled_from(["", "", "", "contact", "use", "pause", "resume"])))
        session.add(campaign)
        session.flush()
        before, after = campaign.state, data.draw(st.sampled_from(list(State)))
        with clock.frozen(moment):
            facts = queries.gather(session, campaign)
            try:
                service.advance(session, actor, campaign, after)
            except NotReady:
                assert rules.lacking(before, after, facts)
                assert campaign.state is before
            except Conflict:
                assert after not in NEXT_STATES[before]
                assert campaign.state is before
            else:
                assert after in NEXT_STATES[before]
                assert not rules.lacking(before, after, facts)
                assert campaign.state is after


def _damage(campaign: Campaign, what: str) -> None:
    if what == "contact":
        campaign.contact_name = ""
    elif what == "use":
        campaign.money_use = [{"label": "Une part", "percent": 40}]
    elif what in ("pause", "resume"):
        campaign.paused_at = clock.now() if what == "pause" else None


def test_time_takes_each_step_at_its_instant(session: Session) -> None:
    actor = factories.member(session, factories.organisation(session))
    campaign = stage.whole(session, actor)
    service.advance(session, actor, campaign, State.READY)
    session.commit()
    live, drive, close = (
        service.goes_live_at(campaign),
        service.drive_opens_at(campaign),
        service.drive_closes_at(campaign),
    )
    assert live.astimezone(UTC).minute == 0
    for instant, after in ((live, State.LIVE), (drive, State.DRIVE), (close, State.REPORTING)):
        with clock.frozen(instant - timedelta(seconds=1)):
            assert jobs.advance_on_time() == 0
        with clock.frozen(instant):
            assert jobs.advance_on_time() == 1
            assert jobs.advance_on_time() == 0
        session.expire_all()
        assert session.get(Campaign, campaign.id).state is after
        session.rollback()
    changes = session.exec(select(StateChange).where(StateChange.person_id == None)).all()  # noqa: E711
    assert len(changes) == 3


def test_an_emergency_opens_the_drive_with_the_first_minute(session: Session) -> None:
    actor = factories.member(session, factories.organisation(session))
    campaign = stage.whole(session, actor)
    campaign.drive_start = DriveStart.EMERGENCY
    asked, campaign.money_use = campaign.money_use, []
    session.flush()
    with pytest.raises(NotReady):  # what the drive needs is asked for before anything is public
        service.advance(session, actor, campaign, State.READY)
    campaign.money_use = asked
    session.flush()
    service.advance(session, actor, campaign, State.READY)
    session.commit()
    with clock.frozen(service.goes_live_at(campaign)):
        assert [jobs.advance_on_time() for _ in range(3)] == [1, 1, 0]
    session.expire_all()
    assert campaign.state is State.DRIVE
    session.rollback()


def test_a_drive_to_open_by_hand_is_never_opened_by_the_clock(session: Session) -> None:
    actor = factories.member(session, factories.organisation(session))
    campaign = stage.whole(session, actor)
    campaign.drive_start = DriveStart.HAND
    session.flush()
    service.advance(session, actor, campaign, State.READY)
    session.commit()
    with clock.frozen(service.drive_opens_at(campaign) + timedelta(hours=2)):
        assert [jobs.advance_on_time() for _ in range(2)] == [1, 0]
        session.expire_all()
        assert campaign.state is State.LIVE
        service.advance(session, actor, campaign, State.DRIVE)
        session.commit()
    with clock.frozen(service.drive_closes_at(campaign)):
        assert jobs.advance_on_time() == 1  # it still ends by itself
    session.rollback()


def test_a_drive_that_cannot_open_is_told_once_and_opens_when_mended(session: Session) -> None:
    org = factories.organisation(session)
    actor = factories.member(session, org)
    factories.member(session, org, Role.MODERATOR, "Bob")
    campaign = stage.whole(session, actor)
    campaign.state = State.LIVE
    campaign.money_use = []
    session.commit()
    with clock.frozen(service.drive_opens_at(campaign) + timedelta(minutes=1)):
        assert jobs.advance_on_time() == 0
        assert jobs.advance_on_time() == 0
        session.expire_all()
        mails = session.exec(select(OutgoingMail).where(OutgoingMail.kind == "held-back")).all()
        assert len(mails) == 1
        assert campaign.pid in mails[0].text
        campaign.money_use = [{"label": "Tout", "percent": 100}]
        session.add(campaign)
        session.commit()
        assert jobs.advance_on_time() == 1
    session.expire_all()
    assert session.get(Campaign, campaign.id).state is State.DRIVE


def test_the_first_hour_is_that_of_the_campaigns_own_zone(session: Session) -> None:
    org = factories.organisation(session)
    campaign = factories.campaign(session, org, timezone="America/Montreal")
    assert service.goes_live_at(campaign) == datetime(2027, 3, 1, 5, 0, tzinfo=UTC)


def test_a_pause_does_not_lose_the_drive(session: Session) -> None:
    actor = factories.member(session, factories.organisation(session))
    campaign = stage.whole(session, actor)
    campaign.state = State.LIVE
    session.flush()
    campaigns.pause(session, actor, campaign, reason="rumeur", statement="Nous vérifions.")
    with pytest.raises(NotReady):
        service.advance(session, actor, campaign, State.DRIVE)
    campaigns.resume(session, actor, campaign)
    service.advance(session, actor, campaign, State.DRIVE)
