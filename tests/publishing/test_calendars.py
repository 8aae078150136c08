"""Calendars of posts: valid, stable, true at both changes of the clock; private addresses that can be renewed."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from fastapi.testclient import TestClient
from icalendar import Calendar
from sqlmodel import Session

from app.campaigns.rules import State
from app.core import clock
from app.core.db import reading, transaction
from app.influencers import service as influencers
from app.people import calendars
from app.people.models import Membership, Person
from app.people.rules import Actor, Role
from app.publishing import board
from app.publishing import service as publishing
from app.publishing.rules import PostState
from app.stories import queries as stories_queries
from app.stories.models import Frame
from tests import factories
from tests.reminders.stage import Scene


@pytest.fixture
def scene(session: Session) -> Scene:
    return Scene(session)


def _membership(actor: Actor) -> Membership:
    with reading() as session:
        return calendars.own_membership(session, actor)


def _paths(scene: Scene) -> dict[str, str]:
    """The three feeds that hold the post."""
    return {
        "influencer": f"/brief/calendar/{influencers.calendar_key(scene.link)}.ics",
        "organiser": f"/studio/calendar/{calendars.calendar_key(_membership(scene.owner))}.ics",
    }


def _events(client: TestClient, path: str) -> dict[str, Any]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text[:200]
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    check_format(answer.content)
    return {str(event["UID"]): event for event in Calendar.from_ical(answer.content).walk("VEVENT")}


def check_format(content: bytes) -> None:
    """RFC 5545, 3.1: lines end in CRLF and hold at most 75 octets; and what 3.6 demands is there."""
    assert content.endswith(b"\r\n")
    lines = content.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(len(line) for line in lines) <= 75
    content.decode("utf-8")
    made = Calendar.from_ical(content)
    assert isinstance(made, Calendar)
    assert {"PRODID", "VERSION", "METHOD"} <= set(made)
    uids = [str(event["UID"]) for event in made.walk("VEVENT")]
    assert len(uids) == len(set(uids))
    for event in made.walk("VEVENT"):
        assert {"UID", "DTSTAMP", "DTSTART", "SUMMARY", "SEQUENCE", "STATUS"} <= set(event)
        assert event.errors == []


@pytest.mark.parametrize("feed", ["influencer", "organiser"])
def test_a_feed_is_valid_and_names_the_instant(scene: Scene, client: TestClient, feed: str) -> None:
    long = "Une très longue légende, avec des accents é à ù et des virgules ; et\nplusieurs lignes. " * 8
    scene.change(scene.post, text=long)
    (event,) = _events(client, _paths(scene)[feed]).values()
    assert str(event["UID"]) == f"post-{scene.post.pid}@septaine"
    assert event["DTSTART"].dt == scene.hour
    assert event["DTSTAMP"].dt == clock.now()
    assert str(event["DESCRIPTION"]).startswith(long.strip())
    assert str(event["STATUS"]) == "CONFIRMED"


def test_the_public_calendar_is_valid_too(scene: Scene, client: TestClient) -> None:
    answer = client.get(f"/c/{scene.campaign.slug}/calendar.ics")
    check_format(answer.content)
    assert len(Calendar.from_ical(answer.content).walk("VEVENT")) == 7


@pytest.mark.parametrize(
    ("zone", "on", "at", "instant"),
    [
        ("Europe/Paris", date(2027, 3, 28), time(2, 30), datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
        ("Europe/Paris", date(2027, 3, 28), time(9, 0), datetime(2027, 3, 28, 7, 0, tzinfo=UTC)),
        ("Europe/Paris", date(2027, 10, 31), time(2, 30), datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
        ("Europe/Paris", date(2027, 10, 31), time(9, 0), datetime(2027, 10, 31, 8, 0, tzinfo=UTC)),
        ("America/New_York", date(2027, 3, 14), time(2, 30), datetime(2027, 3, 14, 7, 0, tzinfo=UTC)),
        ("America/New_York", date(2027, 11, 7), time(1, 30), datetime(2027, 11, 7, 5, 30, tzinfo=UTC)),
        ("Asia/Kathmandu", date(2027, 6, 1), time(18, 0), datetime(2027, 6, 1, 12, 15, tzinfo=UTC)),
    ],
)
def test_instants_hold_at_both_changes_of_the_clock(
    scene: Scene, client: TestClient, zone: str, on: date, at: time, instant: datetime
) -> None:
    post = scene.post
    post.on_date, post.at_time, post.zone = on, at, zone
    publishing.set_due(post)
    scene.change(post)
    for path in _paths(scene).values():
        (event,) = _events(client, path).values()
        assert event["DTSTART"].dt == instant
        assert event["DTSTART"].to_ical().endswith(b"Z")


def test_the_sequence_grows_with_every_change(scene: Scene, client: TestClient) -> None:
    def changes() -> Iterator[None]:
        yield
        scene.change(scene.post, version=scene.post.version + 1)
        yield
        scene.change(scene.campaign, paused_at=clock.now(), version=scene.campaign.version + 1)
        yield

    path = _paths(scene)["influencer"]
    seen = [int(next(iter(_events(client, path).values()))["SEQUENCE"]) for _ in changes()]
    assert seen == sorted(set(seen))


@pytest.mark.parametrize(
    ("state", "influencer", "organiser"),
    [
        (PostState.SCHEDULED, "CONFIRMED", "CONFIRMED"),
        (PostState.SENT, "CONFIRMED", "CONFIRMED"),
        (PostState.DECLINED, "CANCELLED", "CANCELLED"),
        (PostState.HELD, "TENTATIVE", "TENTATIVE"),
        (PostState.DRAFT, None, "TENTATIVE"),
        (PostState.IN_REVIEW, None, "TENTATIVE"),
    ],
)
def test_status(
    scene: Scene, client: TestClient, state: PostState, influencer: str | None, organiser: str
) -> None:
    scene.change(scene.post, state=state)
    paths = _paths(scene)
    mine = [str(event["STATUS"]) for event in _events(client, paths["influencer"]).values()]
    assert mine == ([influencer] if influencer else [])
    (theirs,) = _events(client, paths["organiser"]).values()
    assert str(theirs["STATUS"]) == organiser


def test_only_what_is_to_be_posted_rings(scene: Scene, client: TestClient) -> None:
    def rings() -> int:
        return len(Calendar.from_ical(client.get(_paths(scene)["influencer"]).content).walk("VALARM"))

    assert rings() == 1
    scene.change(scene.post, channel="mastodon")
    assert rings() == 0
    scene.change(scene.post, channel="hand", state=PostState.SENT)
    assert rings() == 0


def _remove_post(session: Session, scene: Scene) -> None:
    publishing.remove_post(session, scene.owner, session.merge(scene.campaign), scene.post.pid)


def _remove_frame(session: Session, scene: Scene) -> None:
    frame = session.get_one(Frame, scene.post.frame_id)
    board.remove_frame(session, scene.owner, session.merge(scene.campaign), frame.pid)


@pytest.mark.parametrize("verb", [_remove_post, _remove_frame])
def test_what_was_taken_out_is_cancelled_and_comes_back(
    scene: Scene, client: TestClient, verb: Callable[[Session, Scene], None]
) -> None:
    def shown() -> list[Any]:
        return [event for path in _paths(scene).values() for event in _events(client, path).values()]

    before = [int(event["SEQUENCE"]) for event in shown()]
    with transaction() as session:
        verb(session, scene)
    cancelled = [int(event["SEQUENCE"]) for event in shown()]
    for event in shown():
        assert str(event["UID"]) == f"post-{scene.post.pid}@septaine"
        assert str(event["STATUS"]) == "CANCELLED"
        assert event["DTSTART"].dt == scene.hour
    with transaction() as session:
        campaign = session.merge(scene.campaign)
        step = stories_queries.last_edit(session, campaign.id)
        assert step is not None
        board.undo(session, scene.owner, campaign, step.pid)
    assert [str(event["STATUS"]) for event in shown()] == ["CONFIRMED", "CONFIRMED"]
    after = [int(event["SEQUENCE"]) for event in shown()]
    assert all(one < two < three for one, two, three in zip(before, cancelled, after, strict=True))


def test_the_organisers_summary_says_who_and_how(scene: Scene, client: TestClient) -> None:
    scene.change(scene.add_post(scene.maia, time(18)), influencer_id=None, state=PostState.IN_REVIEW)
    path = _paths(scene)["organiser"]
    said = sorted(str(event["SUMMARY"]) for event in _events(client, path).values())
    assert said == ["Le midi – Maïa (planned)", "Le midi – the organisation (in review)"]
    with transaction() as session:
        session.get_one(Person, scene.owner.person_id).language = "fr"
    assert "(prévu)" in client.get(path).text


def test_running_campaigns_of_the_own_organisation_alone(scene: Scene, client: TestClient) -> None:
    other = Scene(scene.session)
    path = _paths(scene)["organiser"]
    assert list(_events(client, path)) == [f"post-{scene.post.pid}@septaine"]
    assert f"post-{other.post.pid}@septaine" in _events(client, _paths(other)["organiser"])
    for state, shown in ((State.READY, 1), (State.REPORTING, 1), (State.DRAFT, 0), (State.CLOSED, 0)):
        scene.change(scene.campaign, state=state)
        assert len(_events(client, path)) == shown


def test_a_new_address_ends_the_one_before(scene: Scene, client: TestClient) -> None:
    csrf = factories.sign_in(scene.session, client, scene.owner)
    before = _paths(scene)["organiser"]
    assert before in client.get("/studio/subscribe").text
    assert client.post("/studio/subscribe/renew", data={"csrf": csrf}).status_code == 303
    after = _paths(scene)["organiser"]
    assert after != before
    assert after in client.get("/studio/subscribe").text
    client.cookies.clear()
    assert client.get(before).status_code == 404
    assert client.get(after).status_code == 200


@pytest.mark.parametrize("role", list(Role))
def test_every_member_has_an_address_of_their_own(scene: Scene, client: TestClient, role: Role) -> None:
    org = scene.session.get_one(Membership, _membership(scene.owner).id).organisation_id
    person = Person(email=f"{role.value}@example.org", name="Nora", language="en")
    scene.session.add(person)
    scene.session.flush()
    scene.session.add(Membership(person_id=person.id, organisation_id=org, role=role))
    scene.session.commit()
    actor = Actor(person.id, org, role, "Nora")
    path = f"/studio/calendar/{calendars.calendar_key(_membership(actor))}.ics"
    assert path != _paths(scene)["organiser"]
    assert len(_events(client, path)) == 1
    scene.change(person, disabled_at=clock.now())
    assert client.get(path).status_code == 404


def test_a_membership_that_ends_takes_its_address_along(scene: Scene, client: TestClient) -> None:
    path = _paths(scene)["organiser"]
    with transaction() as session:
        session.delete(session.get_one(Membership, _membership(scene.owner).id))
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("key", ["", "x", "0000000000000000-abc", "-", "%00"])
def test_guesses_find_nothing(scene: Scene, client: TestClient, key: str) -> None:
    assert client.get(f"/studio/calendar/{key}.ics").status_code == 404


def test_a_key_changed_by_a_letter_finds_nothing(scene: Scene, client: TestClient) -> None:
    path = _paths(scene)["organiser"]
    changed = re.sub(r"(.)\.ics$", lambda m: ("A" if m[1] != "A" else "B") + ".ics", path)
    assert client.get(changed).status_code == 404


def test_the_page_needs_a_member(session: Session, client: TestClient) -> None:
    assert client.get("/studio/subscribe").status_code == 303
    assert client.post("/studio/subscribe/renew").status_code == 303
