"""Each influencer is told once by each way, at the hour; never for what is stopped, never twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta

import pytest
from icalendar import Calendar
from sqlmodel import Session

from app.campaigns.rules import Approval, State
from app.core import clock
from app.core.db import transaction
from app.influencers.models import Stage
from app.publishing.models import Post
from app.publishing.rules import Hold, PostState
from app.reminders import jobs, queries, service
from app.reminders.models import Occasion, Reminder, Way
from tests.reminders.stage import Scene, listening, mails, reminders

MINUTE = timedelta(minutes=1)


@pytest.fixture
def scene(session: Session) -> Scene:
    return Scene(session)


def test_told_at_the_hour_by_mail_once(scene: Scene) -> None:
    with clock.frozen(scene.hour - MINUTE):
        assert jobs.remind() == 0
    with clock.frozen(scene.hour):
        assert jobs.remind() == 1
        assert jobs.remind() == 0
    (mail,) = mails()
    assert mail.recipient == "maia@example.org"
    assert mail.subject == "12:30: Le midi"
    for said in (
        "Le premier mot.",
        "Et vous ?",
        "https://a.example/1",
        "Bénévole",
        "Paris time",
        "/brief?day=3#post-",
    ):
        assert said in mail.text
        assert said in mail.html
    (row,) = reminders()
    assert (row.way, row.occasion, row.due_at, row.sent_at) == (
        Way.MAIL,
        Occasion.DUE,
        scene.hour,
        scene.hour,
    )


def test_the_mail_speaks_the_influencers_language(session: Session) -> None:
    scene = Scene(session, language="fr")
    with clock.frozen(scene.hour):
        jobs.remind()
    (mail,) = mails()
    assert mail.subject.replace("\u00a0", " ") == "12 h 30 : Le midi"
    assert mail.language == "fr"


def test_the_calendar_file_is_that_post(scene: Scene) -> None:
    with clock.frozen(scene.hour):
        jobs.remind()
    (mail,) = mails()
    assert mail.attachment_type == "text/calendar; method=PUBLISH"
    assert mail.attachment.count(b"\n") == mail.attachment.count(b"\r\n")
    (event,) = Calendar.from_ical(mail.attachment).walk("VEVENT")
    assert str(event["UID"]) == f"post-{scene.post.pid}@septaine"
    assert event["DTSTART"].dt == scene.hour
    assert "Le premier mot." in str(event["DESCRIPTION"])


def test_a_missed_post_is_told_once_more(scene: Scene) -> None:
    with clock.frozen(scene.hour):
        jobs.remind()
    with clock.frozen(scene.hour + timedelta(hours=2)):
        assert jobs.remind() == 1
        assert jobs.remind() == 0
    assert [mail.subject for mail in mails()] == ["12:30: Le midi", "Late since 12:30: Le midi"]


def test_after_an_outage_only_the_missed_word_is_said(scene: Scene) -> None:
    with clock.frozen(scene.hour + timedelta(hours=3)):
        assert jobs.remind() == 1
    assert [mail.kind for mail in mails()] == ["post-missed"]


def test_after_days_nothing_is_said(scene: Scene) -> None:
    with clock.frozen(scene.hour + timedelta(days=2)):
        assert jobs.remind() == 0


STOPPED: dict[str, Callable[[Scene], None]] = {
    "paused": lambda scene: scene.change(scene.campaign, paused_at=clock.now()),
    "not yet live": lambda scene: scene.change(scene.campaign, state=State.READY),
    "closed": lambda scene: scene.change(scene.campaign, state=State.CLOSED),
    "draft": lambda scene: scene.change(scene.post, state=PostState.DRAFT),
    "in review": lambda scene: scene.change(scene.post, state=PostState.IN_REVIEW),
    "held": lambda scene: scene.change(scene.post, state=PostState.HELD, hold=Hold.PERSON),
    "posted": lambda scene: scene.change(scene.post, state=PostState.SENT),
    "declined": lambda scene: scene.change(scene.post, state=PostState.DECLINED),
    "by an account": lambda scene: scene.change(scene.post, channel="mastodon"),
    "of the organisation": lambda scene: scene.change(scene.post, influencer_id=None),
    "not with us": lambda scene: scene.change(scene.maia, stage=Stage.DECLINED),
    "link withdrawn": lambda scene: scene.change(scene.link, revoked_at=clock.now()),
    "link over": lambda scene: scene.change(scene.link, expires_at=clock.now()),
}


@pytest.mark.parametrize("why", STOPPED)
def test_nobody_is_told_of_what_must_not_go_out(scene: Scene, why: str) -> None:
    STOPPED[why](scene)
    with clock.frozen(scene.hour):
        assert jobs.remind() == 0
    assert mails() == []
    assert reminders() == []


@pytest.mark.parametrize("why", STOPPED)
def test_what_stops_between_the_look_and_the_claim_is_not_told(scene: Scene, why: str) -> None:
    with clock.frozen(scene.hour):
        (one,) = queries.waiting(scene.session, clock.now())
        scene.session.commit()
        STOPPED[why](scene)
        with transaction() as other:
            assert service.claim(other, one) is None


def test_approval_changes_nothing_for_a_post_that_is_scheduled(scene: Scene) -> None:
    scene.change(scene.campaign, approval=Approval.BOTH)
    with clock.frozen(scene.hour):
        assert jobs.remind() == 1


def test_a_post_that_moves_is_told_of_again(scene: Scene) -> None:
    with clock.frozen(scene.hour):
        jobs.remind()
    later = scene.hour + timedelta(hours=5)
    scene.change(scene.post, due_at=later, send_at=later)
    with clock.frozen(later):
        assert jobs.remind() == 1
    assert [mail.subject for mail in mails()] == ["12:30: Le midi", "17:30: Le midi"]


def test_two_processes_tell_once(scene: Scene) -> None:
    """Both saw the same work; the second finds the row already there."""
    with clock.frozen(scene.hour):
        (one,) = queries.waiting(scene.session, clock.now())
        scene.session.commit()
        assert jobs._by_mail(one) is True
        assert jobs._by_mail(one) is False
    assert len(mails()) == 1


def test_a_mail_is_kept_with_its_claim_or_not_at_all(scene: Scene) -> None:
    with clock.frozen(scene.hour):
        (one,) = queries.waiting(scene.session, clock.now())
        scene.session.commit()

        class Died(Exception):
            pass

        def die() -> None:
            with transaction() as session:
                claimed = service.claim(session, one)
                assert claimed is not None
                service.queue_mail(session, claimed[0], one, claimed[1])
                raise Died

        with pytest.raises(Died):
            die()
        assert (mails(), reminders()) == ([], [])
        assert jobs.remind() == 1
    assert len(mails()) == 1


def test_without_an_address_only_the_other_ways(scene: Scene) -> None:
    scene.change(scene.maia, email="")
    with listening() as ntfy, clock.frozen(scene.hour):
        service.add_address(scene.session, scene.maia, address=f"ntfy://{ntfy.host}/word", label="ntfy")
        scene.session.commit()
        assert jobs.remind() == 1
    assert mails() == []
    assert [row.way for row in reminders()] == [Way.APPRISE]


def test_all_frames_of_a_post_and_its_own_words(scene: Scene) -> None:
    scene.follow(scene.post, scene.add_frame("La suite", "Le deuxième mot."), 1)
    scene.follow(scene.post, scene.add_frame("La fin", "Le troisième mot."), 2)
    scene.change(scene.post, text="D’autres mots.")
    with clock.frozen(scene.hour):
        jobs.remind()
    (mail,) = mails()
    words = ["D’autres mots.", "Le deuxième mot.", "Le troisième mot."]
    assert sorted(words, key=mail.text.index) == words
    assert "Le premier mot." not in mail.text


def test_a_post_told_of_can_still_be_taken_out(scene: Scene) -> None:
    with clock.frozen(scene.hour):
        jobs.remind()
    with transaction() as session:
        session.delete(session.get_one(Post, scene.post.id))
    assert reminders() == []


def test_many_at_once_in_few_queries(scene: Scene) -> None:
    for number in range(20):
        person = scene.carrier(f"Person{number}")
        scene.open_link(person)
        scene.add_post(person, time(12, 30))
    scene.session.commit()
    with clock.frozen(scene.hour):
        assert jobs.remind() == 21
        assert jobs.remind() == 0
    assert len({mail.recipient for mail in mails()}) == 21
    assert {type(row) for row in reminders()} == {Reminder}


def test_many_processes_at_once_tell_each_once(scene: Scene) -> None:
    """Eight workers ring at the same instant, each with sessions of its own."""
    for number in range(12):
        person = scene.carrier(f"Person{number}")
        scene.open_link(person)
        scene.add_post(person, time(12, 30))
    scene.session.commit()
    with clock.frozen(scene.hour), ThreadPoolExecutor(8) as workers:
        told = [future.result() for future in [workers.submit(jobs.remind) for _ in range(8)]]
    assert sum(told) == 13
    recipients = [mail.recipient for mail in mails()]
    assert len(recipients) == len(set(recipients)) == 13
