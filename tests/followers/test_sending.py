"""Letters through a real mail server on this machine: each once, none to who left, none twice after a crash."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.core import clock, db
from app.core.settings import get_settings
from app.followers import jobs, parcels, sending, service, tokens
from app.followers.models import Delivery, Dispatch, Follower
from app.followers.room import Room
from app.followers.rules import DeliveryState, Ending, FollowState, Rhythm, Topic, mask_of
from app.mail import jobs as post
from app.mail import service as mail
from tests.conftest import BASE_URL, NOW
from tests.followers.stage import (
    Sink,
    corrected,
    deliveries,
    evening,
    letters,
    nothing_today,
    sink,
    stage,
    tell,
)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    with sink() as opened:
        monkeypatch.setattr(get_settings(), "smtp_url", SecretStr(f"smtp://127.0.0.1:{opened.port}"))
        monkeypatch.setattr(get_settings(), "follower_mails_per_minute", 100_000)
        yield opened


def states() -> Counter[str]:
    return Counter(state for _, _, state in deliveries())


def test_a_letter_has_what_mail_programs_ask_for(
    session: Session, server: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_settings(), "bounce_address", "bounces@story.example.org")
    here = stage(session)
    row = here.follower("nora@example.org", language="fr")
    tell(session)
    assert sending.send_due() == 1
    [(path, recipient, letter)] = server.received
    assert recipient == "nora@example.org"
    assert tokens.returned_to(path) == row.pid
    stop = service.stop_url(row)
    assert letter["List-Unsubscribe"] == f"<{stop}>, <mailto:{path}?subject=unsubscribe>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["List-Id"].endswith("<lanternes.testserver>")
    assert letter["Precedence"] == "bulk"
    assert str(letter["From"]) == "Les Lanternes <septaine@localhost>"
    assert str(letter["Reply-To"]) == "bonjour@lanternes.example"
    assert letter["To"] == "nora@example.org"
    assert re.fullmatch(r"<[\w.-]+@testserver>", letter["Message-ID"])
    assert letter["Date"].datetime == NOW
    assert letter["Subject"] == "Le mardi, on lit à voix haute. – La semaine de Maïa"
    assert letter["Content-Language"] == "fr"
    assert states() == {"sent": 1}


def test_no_picture_no_script_no_tracking(session: Session, server: Sink) -> None:
    here = stage(session)
    here.follower("nora@example.org")
    tell(session)
    sending.send_due()
    html = server.received[0][2].get_body(("html",))
    assert html is not None
    source = html.get_content()
    assert not re.search(r"<img|<script|<link|url\(|@import|<iframe", source, re.IGNORECASE)
    addresses = set(re.findall(r'(?:href|src|action)="([^"]+)"', source))
    assert all(one.startswith(f"{BASE_URL}/") for one in addresses)
    assert not any("?" in one for one in addresses), "no link says who opened it"


def test_a_second_round_sends_nothing(session: Session, server: Sink) -> None:
    here = stage(session)
    for number in range(7):
        here.follower(f"f{number}@example.org")
    tell(session)
    assert sending.send_due() == 7
    assert sending.send_due() == 0
    tell(session)
    assert sending.send_due() == 0
    assert sorted(server.recipients) == [f"f{number}@example.org" for number in range(7)]


def test_each_reads_only_what_they_asked_for_in_their_language(session: Session, server: Sink) -> None:
    here = stage(session)
    here.follower("story@example.org", topics=mask_of([Topic.STORY]), language="en")
    here.follower("challenge@example.org", topics=mask_of([Topic.CHALLENGE]), language="fr")
    tell(session)
    sending.send_due()
    texts = {to: letter.get_body(("plain",)).get_content() for _, to, letter in server.received}
    assert "Douze adultes" in texts["story@example.org"]
    assert "Dix pages" not in texts["story@example.org"]
    assert "See the story" in texts["story@example.org"]
    assert "Dix pages: à deux" not in texts["challenge@example.org"]
    assert re.search(r"Dix pages\s: à deux", texts["challenge@example.org"])
    assert "Douze adultes" not in texts["challenge@example.org"]


def test_a_digest_is_one_letter(session: Session, server: Sink) -> None:
    here = stage(session)
    here.follower("daily@example.org", rhythm=Rhythm.DAILY, language="en")
    tell(session)
    here.publish()
    corrected(here)
    tell(session)
    assert sending.send_due() == 0, "its evening has not come"
    with clock.frozen(evening(here)):
        assert sending.send_due() == 1
    [(_, _, letter)] = server.received
    text = letter.get_body(("plain",)).get_content()
    for words in ("Le mardi, on lit", "Les premières chaises", "un adulte sur dix"):
        assert words in text
    assert letter["Subject"].endswith("and 2 things more")
    assert states() == {"sent": 3}


def test_whoever_ends_it_between_claim_and_last_dot_receives_nothing(
    session: Session, server: Sink, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = stage(session)
    row, other = here.follower("nora@example.org"), here.follower("zoe@example.org")
    tell(session)
    path = service.stop_path(row)
    before = sending.Door.offer

    def offer(self: sending.Door, message: object, **more: str) -> object:
        answer = before(self, message, **more)
        if "nora" in str(message["To"]):
            assert client.post(path, headers={"Origin": "https://mail.example"}).status_code == 200
        return answer

    monkeypatch.setattr(sending.Door, "offer", offer)
    sending.send_due()
    assert server.recipients == [other.email]
    assert sorted(deliveries()) == [
        ("nora@example.org", "day:3", "skipped"),
        ("zoe@example.org", "day:3", "sent"),
    ]


def test_a_pause_of_the_campaign_holds_and_its_end_lets_go(session: Session, server: Sink) -> None:
    here = stage(session)
    here.follower("nora@example.org")
    tell(session)
    campaign = session.exec(select(Campaign)).one()
    campaign.paused_at = NOW
    session.add(campaign)
    session.commit()
    assert sending.send_due() == 0
    assert states() == {"waiting": 1}
    campaign.paused_at = None
    session.add(campaign)
    session.commit()
    assert sending.send_due() == 1
    assert server.recipients == ["nora@example.org"]


def test_what_is_public_no_more_is_not_told(session: Session, server: Sink) -> None:
    here = stage(session)
    here.follower("nora@example.org")
    tell(session)
    nothing_today(here)
    session.commit()
    sending.send_due()
    assert (server.received, states()) == ([], {"skipped": 1})


@pytest.mark.parametrize(
    ("answer", "state", "ending"),
    [
        ("550 5.1.1 No such user", "failed", Ending.BOUNCED),
        ("550 No such user", "failed", Ending.BOUNCED),
        ("550 5.7.1 We do not like you", "failed", Ending.NONE),
        ("552 5.2.2 Mailbox full", "failed", Ending.NONE),
        ("450 4.7.1 Greylisted", "waiting", Ending.NONE),
    ],
)
def test_what_the_server_says_of_a_mailbox(
    session: Session, server: Sink, answer: str, state: str, ending: Ending
) -> None:
    here = stage(session)
    row = here.follower("gone@example.org")
    here.follower("here@example.org")
    server.rcpt = {"gone@example.org": answer}
    tell(session)
    sending.send_due()
    assert server.recipients == ["here@example.org"], "one refusal does not hold the others up"
    assert {email: got for email, _, got in deliveries()}["gone@example.org"] == state
    session.refresh(row)
    assert row.ending is ending
    assert row.soft_bounces == (answer.startswith("552"))


def test_a_greylisted_letter_leaves_later(session: Session, server: Sink) -> None:
    here = stage(session)
    here.follower("grey@example.org")
    server.rcpt = {"grey@example.org": "450 4.7.1 Greylisted"}
    tell(session)
    sending.send_due()
    server.rcpt = {}
    assert sending.send_due() == 0
    with clock.frozen(NOW + timedelta(minutes=5)):
        assert sending.send_due() == 1
    assert server.recipients == ["grey@example.org"]


def test_a_server_that_is_away_costs_nobody_a_try(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    here = stage(session)
    for number in range(3):
        here.follower(f"f{number}@example.org")
    tell(session)
    monkeypatch.setattr(get_settings(), "smtp_url", SecretStr("smtp://127.0.0.1:9"))
    sending.send_due()
    with db.reading() as read:
        rows = read.exec(select(Delivery).order_by(Delivery.id)).all()
    assert [(one.state, one.attempts) for one in rows] == [
        (DeliveryState.WAITING, 1),
        (DeliveryState.WAITING, 0),
        (DeliveryState.WAITING, 0),
    ]


def test_a_doubt_is_never_sent_twice(session: Session, server: Sink) -> None:
    here = stage(session)
    here.follower("nora@example.org")
    server.break_after_data = True
    tell(session)
    sending.send_due()
    server.break_after_data = False
    with clock.frozen(NOW + timedelta(days=1)):
        sending.send_due()
    assert (len(server.received), states()) == (1, {"unsure": 1})


def test_what_a_dead_process_held_is_sent_once(session: Session, server: Sink) -> None:
    """It died with three claimed, one of which it had begun to send: that one may have arrived."""
    here = stage(session)
    for number in range(3):
        here.follower(f"f{number}@example.org")
    tell(session)
    with db.transaction() as write:
        taken = parcels.claim(write, "dead")
        assert len(taken) == 3
        assert parcels.hand(write, taken[0], "dead")
    assert sending.send_due() == 0, "its lease still runs"
    with clock.frozen(NOW + parcels.LEASE + timedelta(seconds=1)):
        assert sending.send_due() == 2
        with db.transaction() as write:
            assert not parcels.hand(write, taken[1], "dead"), "it wakes up: what it held is another's"
    assert sorted(server.recipients) == ["f1@example.org", "f2@example.org"]
    assert states() == {"unsure": 1, "sent": 2}


def test_a_late_answer_settles_a_doubt(session: Session, server: Sink) -> None:
    here = stage(session)
    here.follower("nora@example.org")
    tell(session)
    with db.transaction() as write:
        [taken] = parcels.claim(write, "slow")
        assert parcels.hand(write, taken, "slow")
    with clock.frozen(NOW + parcels.LEASE + timedelta(seconds=1)):
        sending.send_due()
        assert states() == {"unsure": 1}
        with db.transaction() as write:
            parcels.settle(write, taken, "slow", DeliveryState.SENT)
    assert states() == {"sent": 1}


def test_the_rate_is_of_all_processes_together(
    session: Session, server: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_settings(), "follower_mails_per_minute", 60)
    here = stage(session)
    for number in range(25):
        here.follower(f"f{number}@example.org")
    tell(session)
    first, second = sending.Sender(), sending.Sender()
    assert [first.batch(), second.batch()] == [10, 0]
    with clock.frozen(NOW + timedelta(seconds=10)):
        assert [second.batch(), first.batch()] == [10, 0]
    with clock.frozen(NOW + timedelta(seconds=20)):
        assert first.batch() == 5


def test_mail_to_one_person_does_not_wait_behind_many(session: Session, server: Sink) -> None:
    here = stage(session)
    for number in range(30):
        here.follower(f"f{number}@example.org")
    tell(session)
    mail.queue(session, kind="test", to="one@example.org", language="en", context={})
    session.commit()
    assert post.send_due_mails() == 1
    assert server.recipients == ["one@example.org"]
    assert letters("follow-letter") == [], "letters to many stand in no queue of the mail room"


def test_the_demo_shows_them_in_its_mailbox(session: Session) -> None:
    here = stage(session)
    row = here.follower("nora@example.org", language="en")
    tell(session)
    assert sending.send_due() == 1
    [shown] = letters("follow-letter")
    assert service.stop_url(row) in shown.text
    assert service.page_url(row) in shown.html
    assert states() == {"sent": 1}


def test_production_without_a_server_lets_them_wait(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_settings(), "environment", "production")
    here = stage(session)
    here.follower("nora@example.org")
    tell(session)
    assert sending.send_due() == 0
    assert states() == {"waiting": 1}


def test_the_room_works_in_a_thread_of_its_own_and_stops(session: Session, server: Sink) -> None:
    here = stage(session)
    here.follower("nora@example.org")
    tell(session)
    room = Room("letters", parcels.anything, lambda stopping: sending.Sender(stopping=stopping))
    assert room.ring() == 0
    assert room._at_work is not None
    room._at_work.join(20)
    assert room.ring() == 1
    assert room.stop(5)
    here.follower("late@example.org")
    session.commit()
    assert room.ring() == 0
    jobs.stop_sending(1)
    assert server.recipients == ["nora@example.org"]


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["leave", "hard", "complaint", "pause", "publish", "send", "crash", "later"]),
        st.integers(0, 3),
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS)
def test_whoever_left_is_never_written_to_and_nobody_twice(
    session: Session, events: list[tuple[str, int]]
) -> None:
    """Any order of endings, pauses, publications, sends, crashes and lapsed leases."""
    for table in (Delivery, Dispatch):
        session.exec(table.__table__.delete())
    people = session.exec(select(Follower).order_by(Follower.id)).all()
    if not people:
        here = stage(session)
        nothing_today(here)
        people = [here.follower(f"f{number}@example.org") for number in range(4)]
    for one in people:
        one.state, one.ending, one.paused_until = FollowState.ACTIVE, Ending.NONE, None
        session.add(one)
    campaign = session.exec(select(Campaign)).one()
    campaign.drive_opened_at = None
    session.add(campaign)
    session.commit()
    _play(session, people, events)


def _play(session: Session, people: list[Follower], events: list[tuple[str, int]]) -> None:
    now, told, gone_at = NOW, 0, {}
    sent: list[tuple[str, str, int]] = []
    before = sending.writing.addressed

    def addressed(letter: sending.Letter, follower: Follower) -> object:
        sent.append((follower.email, letter.key, order))
        return before(letter, follower)

    with pytest.MonkeyPatch.context() as patch, sink() as server:
        patch.setattr(get_settings(), "smtp_url", SecretStr(f"smtp://127.0.0.1:{server.port}"))
        patch.setattr(get_settings(), "follower_mails_per_minute", 100_000)
        patch.setattr(sending.writing, "addressed", addressed)
        patch.setattr(sending.writing.published, "pieces", _something)
        for order, (what, who) in enumerate([*events, ("later", 0), ("send", 0)]):
            with clock.frozen(now), db.transaction() as write:
                row = write.get_one(Follower, people[who].id)
                if what in ("leave", "hard", "complaint"):
                    ending = {"leave": Ending.LEFT, "hard": Ending.BOUNCED, "complaint": Ending.COMPLAINED}
                    service.end(write, row, ending[what])
                    gone_at.setdefault(row.email, order)
                elif what == "pause":
                    row.paused_until = (now + timedelta(days=900)).date()
                    write.add(row)
                    gone_at.setdefault(row.email, order)
                elif what == "publish":
                    told += 1
                    write.add(Dispatch(campaign_id=row.campaign_id, key=f"day:{told}", topics=1, title="x"))
                elif what == "crash":
                    parcels.claim(write, f"dead{order}")
                elif what == "later":
                    now += parcels.LEASE * 2
            if what == "send":
                with clock.frozen(now):
                    jobs.tell_followers()
                    sending.send_due()
        received = Counter((to, letter["Message-ID"]) for _, to, letter in server.received)
    assert all(many == 1 for many in received.values()), "nobody twice"
    for email, _, order in sent:
        assert order < gone_at.get(email, 10_000), "nobody who left, bounced, complained or paused"
    stayed = [one.email for one in people if one.email not in gone_at]
    for email in stayed:
        assert sum(to == email for to, _ in received) == told, "and everybody else everything"


def _something(_session: Session, _campaign: Campaign, key: str) -> list[object]:
    return [sending.writing.Piece(Topic.STORY, "Day", f"Story {key}", "Words.", "/days/1", "See")]
