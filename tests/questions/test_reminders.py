"""The host and the team hear of a live session the day before: once, again when it moves, never when it is off."""

from collections import Counter
from datetime import time, timedelta

import pytest
from fastapi.testclient import TestClient
from icalendar import Calendar
from sqlmodel import Session, select

from app.campaigns.rules import State
from app.core import clock, db
from app.influencers import service as influencers
from app.influencers.models import Influencer, PersonalLink
from app.mail.models import OutgoingMail
from app.people import calendars
from app.people.rules import Role
from app.questions import hosting, jobs
from app.questions.hosting import Plan
from tests import factories
from tests.questions.stage import Stage


def mails() -> list[OutgoingMail]:
    with db.reading() as session:
        return list(session.exec(select(OutgoingMail).where(OutgoingMail.kind == "session-soon")))


def test_host_and_team_are_told_once(session: Session, here: Stage) -> None:
    host = here.host()
    host.email, host.language = "maia@example.org", "fr"
    factories.member(session, here.organisation, Role.MODERATOR, "Karim")
    qa = here.qa(host=host.pid)
    here.ask("Is it free?")
    session.commit()
    with clock.frozen(qa.starts_at - timedelta(hours=25)):
        assert jobs.remind() == 0
    with clock.frozen(qa.starts_at - timedelta(hours=23)):
        assert jobs.remind() == 2
        assert jobs.remind() == 0
    found = {one.recipient: one for one in mails()}
    told = found.pop("maia@example.org")
    assert "vous répondez en direct" in told.text
    assert f"/voices/live/{qa.pid}" in told.text
    (team,) = found.values()
    assert "Maïa answers." in team.text
    assert "One question waits for it." in team.text
    assert f"/sessions/{qa.pid}" in team.text
    with clock.frozen(qa.starts_at + timedelta(minutes=1)):
        assert jobs.remind() == 0


def test_a_session_that_moves_is_told_of_again(session: Session, here: Stage) -> None:
    qa = here.qa()
    session.commit()
    with clock.frozen(qa.starts_at - timedelta(hours=2)):
        assert jobs.remind() == 1
        moved = Plan(qa.title, "", qa.on_date, time(20), qa.zone, 60)
        hosting.plan(session, here.owner, here.campaign, qa, version=qa.version, announced=moved)
        session.commit()
        assert jobs.remind() == 1
    assert Counter(one.recipient for one in mails()).most_common(1)[0][1] == 2


@pytest.mark.parametrize("why", ["cancelled", "opened", "paused", "draft"])
def test_nobody_is_told_of_what_does_not_come(session: Session, here: Stage, why: str) -> None:
    qa = here.qa()
    if why == "cancelled":
        hosting.call_off(session, here.owner, qa)
    elif why == "opened":
        hosting.open_session(session, here.owner, here.campaign, qa)
    elif why == "paused":
        here.campaign.paused_at = clock.now()
    else:
        here.campaign.state = State.DRAFT
    session.commit()
    with clock.frozen(qa.starts_at - timedelta(hours=1)):
        assert jobs.remind() == 0


def test_an_address_that_cannot_be_written_to_stops_nobody(session: Session, here: Stage) -> None:
    host = here.host()
    host.email = "not an address"
    qa = here.qa(host=host.pid)
    session.commit()
    with clock.frozen(qa.starts_at - timedelta(hours=1)):
        assert jobs.remind() == 1


def _brief_key(session: Session, here: Stage, person: Influencer) -> str:
    influencers.issue_link(session, here.owner, here.campaign, person)
    link = session.exec(select(PersonalLink).where(PersonalLink.influencer_id == person.id)).one()
    return influencers.calendar_key(link)


def _events(client: TestClient, path: str) -> dict[str, Calendar]:
    found = Calendar.from_ical(client.get(path).text)
    return {str(one["uid"]): one for one in found.walk("VEVENT")}


def test_sessions_are_in_the_private_calendars(session: Session, client: TestClient, here: Stage) -> None:
    host, other = here.host(), here.host("Théo")
    qa = here.qa(host=host.pid)
    keys = {one.name: _brief_key(session, here, one) for one in (host, other)}
    member = calendars.own_membership(session, here.owner)
    session.commit()
    uid = f"session-{qa.pid}@septaine"
    own = _events(client, f"/brief/calendar/{keys['Maïa']}.ics")[uid]
    assert own["dtstart"].dt == qa.starts_at
    assert len(own.walk("VALARM")) == 1
    assert uid not in _events(client, f"/brief/calendar/{keys['Théo']}.ics")
    team = _events(client, f"/studio/calendar/{calendars.calendar_key(member)}.ics")[uid]
    assert team.walk("VALARM") == []
    hosting.call_off(session, here.owner, qa)
    session.commit()
    off = _events(client, f"/brief/calendar/{keys['Maïa']}.ics")[uid]
    assert str(off["status"]) == "CANCELLED"
    assert off.walk("VALARM") == []
