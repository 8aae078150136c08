"""A session is opened, led and closed by hand; each step is refused where it makes no sense."""

from datetime import date, time, timedelta

import pytest
from sqlmodel import Session

from app.campaigns.service import Stale
from app.core import clock
from app.core.errors import Conflict, Forbidden, NotFound
from app.people.rules import Role
from app.questions import hosting, queries, sessions
from app.questions.answering import Said
from app.questions.hosting import Plan
from app.questions.rules import Stage as Standing
from app.questions.rules import stage as standing
from tests import factories
from tests.conftest import NOW
from tests.questions.stage import Stage


def test_the_hour_is_a_wall_time_of_its_zone(here: Stage) -> None:
    qa = here.qa(on_date=date(2027, 3, 28), at_time=time(2, 30), zone="Europe/Paris")
    assert qa.starts_at.isoformat() == "2027-03-28T01:00:00+00:00"  # the clocks jump at two
    assert here.qa(on_date=date(2027, 3, 9), at_time=time(18), zone="America/New_York").starts_at.hour == 23


def test_what_is_announced_can_change_until_it_opens(session: Session, here: Stage) -> None:
    qa, host = here.qa(), here.host()
    other = Plan("Ask Théo", "", qa.on_date, time(20), qa.zone, 30, host.pid)
    with pytest.raises(Stale):
        hosting.plan(session, here.owner, here.campaign, qa, version=7, announced=other)
    hosting.plan(session, here.owner, here.campaign, qa, version=qa.version, announced=other)
    assert [one.id for one in sessions.of_host(session, host.id)] == [qa.id]
    hosting.open_session(session, here.owner, here.campaign, qa)
    with pytest.raises(Conflict):
        hosting.plan(session, here.owner, here.campaign, qa, version=qa.version, announced=other)
    stranger = Plan("Ask", "", qa.on_date, time(20), qa.zone, 30, "nobody")
    with pytest.raises(NotFound):
        hosting.plan(session, here.owner, here.campaign, None, version=0, announced=stranger)


def test_on_air_answered_and_archived(session: Session, here: Stage) -> None:
    first, second = here.ask("Is it free?"), here.ask("Where is it?")
    qa = here.qa(opened=True)
    hosting.put_on_air(session, here.owner, here.campaign, qa, pid=first.pid)
    aloud = Said("", "Maïa")
    with pytest.raises(Conflict):
        hosting.answer_on_air(session, here.owner, here.campaign, qa, pid=second.pid, said=aloud)
    hosting.answer_on_air(session, here.owner, here.campaign, qa, pid=first.pid, said=aloud)
    assert qa.on_air_id is None
    assert [one.question.text for one in queries.answered_in(session, qa)] == ["Is it free?"]
    written = here.answer(first, Said("Yes.", "Maïa"), version=1)
    assert (written.corrected_at, written.before) == (None, [])  # a first text corrects nothing
    hosting.close(session, here.owner, qa)
    assert standing(qa.course, NOW) is Standing.OVER
    with pytest.raises(Conflict):
        hosting.put_on_air(session, here.owner, here.campaign, qa, pid=second.pid)
    assert [one.question.text for one in queries.answered_in(session, qa)] == ["Is it free?"]


def test_only_what_is_public_goes_on_air(session: Session, here: Stage) -> None:
    qa = here.qa(opened=True)
    with pytest.raises(NotFound):
        hosting.put_on_air(session, here.owner, here.campaign, qa, pid=here.ask("Unread?!", accept=False).pid)


def test_steps_that_make_no_sense(session: Session, here: Stage) -> None:
    qa = here.qa()
    with pytest.raises(Conflict):
        hosting.close(session, here.owner, qa)
    moderator = factories.member(session, here.organisation, Role.MODERATOR)
    with pytest.raises(Forbidden):
        hosting.open_session(session, moderator, here.campaign, qa)
    here.campaign.paused_at = NOW
    with pytest.raises(Conflict):
        hosting.open_session(session, here.owner, here.campaign, qa)
    here.campaign.paused_at = None
    hosting.call_off(session, here.owner, qa)
    with pytest.raises(Conflict):
        hosting.open_session(session, here.owner, here.campaign, qa)


def test_the_pulse_changes_with_all_that_is_shown_and_with_nothing_else(
    session: Session, here: Stage
) -> None:
    qa, question = here.qa(), here.ask("Is it free?")
    seen = [sessions.pulse(session, qa.pid)]

    def moved() -> bool:
        session.flush()
        seen.append(sessions.pulse(session, qa.pid))
        return seen[-1] != seen[-2]

    assert not moved()
    here.vote(question, "b")
    assert moved()
    with clock.frozen(NOW + timedelta(seconds=1)):
        here.vote(question, "b", wants=False)
        here.vote(question, "c")
        assert moved()  # the same count of other votes
    here.ask("Where is it?")
    assert moved()
    here.answer(question)
    assert moved()
    hosting.open_session(session, here.owner, here.campaign, qa)
    assert moved()
    hosting.pause(session, here.owner, qa, on=True)
    assert moved()
    hosting.pause(session, here.owner, qa, on=True)
    assert not moved()
    here.campaign.paused_at = NOW
    session.add(here.campaign)
    assert moved()
    with clock.frozen(NOW + timedelta(hours=9)):
        assert moved()  # nobody closed it: it is over
    assert sessions.pulse(session, "nowhere") == ""


def test_the_campaign_tells_of_the_next_session(session: Session, here: Stage) -> None:
    assert sessions.told(session, here.campaign.id).session is None
    here.ask("Is it free?")
    here.ask("Unread?!", accept=False)
    later = here.qa(at_time=time(20))
    sooner = here.qa()
    told = sessions.told(session, here.campaign.id)
    assert told.session is not None
    assert (told.shown, told.session.id) == (1, sooner.id)
    hosting.call_off(session, here.owner, sooner)
    told = sessions.told(session, here.campaign.id)
    assert told.session is not None
    assert told.session.id == later.id
