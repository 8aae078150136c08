"""Following on a device: begun by its browser, told once and by day, forgotten when it ends."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta

import pytest
from pydantic import SecretStr
from sqlmodel import Session, select

from app.campaigns.rules import State
from app.core import clock, db, vault
from app.core.errors import Conflict
from app.core.settings import get_settings
from app.followers import announcing, devices, due, jobs, noticing, queries, service
from app.followers.models import DeviceNotice, Dispatch, FollowDevice
from app.followers.noticing import Notifier
from app.followers.rules import (
    MOST_FAILURES,
    USUAL,
    DispatchState,
    NoticeState,
    Topic,
    waking_on,
)
from app.push import door
from app.stories.models import Day
from tests import factories
from tests.conftest import NOW
from tests.followers.stage import Stage, corrected, nothing_today, stage, tell
from tests.push.stage import Browser, Service, listening


@pytest.fixture
def here(session: Session) -> Stage:
    return stage(session)


@pytest.fixture
def server() -> Iterator[Service]:
    with listening() as service_:
        yield service_


def follow(
    here: Stage,
    server: Service,
    name: str = "abc",
    *,
    topics: frozenset[Topic] = USUAL,
    language: str = "en",
    ago: timedelta = timedelta(hours=1),
) -> tuple[Browser, FollowDevice]:
    """A browser that follows since a while."""
    browser = Browser(server.host)
    browser.endpoint = f"http://{server.host}/push/{name}"
    with clock.frozen(clock.now() - ago):
        row = devices.follow(
            here.session,
            here.campaign,
            subscription=door.checked(browser.subscription()),
            topics=topics,
            language=language,
        )
    here.session.flush()
    return browser, row


def states() -> list[str]:
    with db.reading() as session:
        return [one.value for one in session.exec(select(DeviceNotice.state).order_by(DeviceNotice.id))]


def known() -> list[FollowDevice]:
    with db.reading() as session:
        return list(session.exec(select(FollowDevice).order_by(FollowDevice.id)))


def test_a_browser_alone_reads_what_was_published(here: Stage, server: Service) -> None:
    browser, _ = follow(here, server)
    tell(here.session)
    assert noticing.tell_due() == 1
    assert noticing.tell_due() == 0
    ((path, headers, body),) = server.taken
    assert path == "/push/abc"
    assert (headers["ttl"], headers["urgency"]) == (str(12 * 3600), "normal")
    assert browser.read(body) == {
        "title": "Le mardi, on lit à voix haute.",
        "body": f"{here.campaign.title} – Day 3 of 7, Wednesday 3 March",
        "url": "https://testserver/c/lanternes/days/3",
    }
    assert states() == ["told"]
    jobs.tell_followers()
    with db.reading() as session:
        row = session.exec(select(Dispatch)).one()
        assert (row.state, row.devices, row.sent) == (DispatchState.DONE, 1, 0)


def test_our_words_in_the_devices_language_and_only_what_it_asked_for(here: Stage, server: Service) -> None:
    challenge, _ = follow(here, server, "c", topics=frozenset({Topic.CHALLENGE}), language="fr")
    follow(here, server, "m", topics=frozenset({Topic.ACCOUNTS}))
    tell(here.session)
    assert noticing.tell_due() == 1
    ((path, _, body),) = server.taken
    assert path == "/push/c"
    said = challenge.read(body)
    assert said["title"] == "Lire à voix haute pour quelqu’un"
    assert said["body"].endswith("– Le défi du jour")
    assert said["url"] == "https://testserver/c/lanternes/days/3#challenge"


def test_a_correction_says_that_it_is_one(here: Stage, server: Service) -> None:
    nothing_today(here)
    browser, _ = follow(here, server)
    made = corrected(here)
    tell(here.session)
    noticing.tell_due()
    said = browser.read(server.taken[0][2])
    assert said["title"] == "Correction: C’est un adulte sur dix."
    assert said["url"] == f"https://testserver/c/lanternes/sources#correction-{made.pid}"


def test_the_title_of_the_campaign_is_not_said_twice(here: Stage, server: Service) -> None:
    day = here.session.exec(select(Day)).one()
    day.headline = day.beat = ""
    here.session.add(day)
    browser, _ = follow(here, server)
    tell(here.session)
    noticing.tell_due()
    said = browser.read(server.taken[0][2])
    assert (said["title"], said["body"]) == (here.campaign.title, "Day 3 of 7, Wednesday 3 March")


def test_who_comes_later_is_not_told_what_was(here: Stage, server: Service) -> None:
    follow(here, server, "first")
    tell(here.session)
    follow(here, server, "late", ago=-timedelta(seconds=1))
    tell(here.session)
    noticing.tell_due()
    assert [path for path, _, _ in server.taken] == ["/push/first"]


def test_devices_are_written_down_in_pieces_after_the_followers(
    here: Stage, server: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcing, "PIECE", 2)
    here.follower("a@example.org")
    for number in range(5):
        follow(here, server, f"d{number}")
    here.session.commit()
    announcing.announce()
    assert [announcing.fill() for _ in range(4)] == [3, 2, 1, 0]
    assert states() == ["waiting"] * 5
    assert noticing.tell_due() == 5
    assert len({path for path, _, _ in server.taken}) == 5


@pytest.mark.parametrize(
    ("at", "waits"),
    [
        (time(7, 59, 59), 0),
        (time(8), None),
        (time(12), None),
        (time(20, 59, 59), None),
        (time(21), 1),
        (time(23, 59), 1),
        (time(0), 0),
    ],
)
def test_hours_at_which_nobody_is_called(at: time, waits: int | None) -> None:
    today = NOW.date()
    assert waking_on(today, at) == (None if waits is None else today + timedelta(days=waits))


@pytest.mark.parametrize(
    ("zone", "at", "expected"),
    [
        ("Europe/Paris", "2027-03-24T19:59:59+00:00", "2027-03-24T19:59:59+00:00"),
        ("Europe/Paris", "2027-03-24T20:00:00+00:00", "2027-03-25T07:00:00+00:00"),
        ("Europe/Paris", "2027-03-28T01:30:00+00:00", "2027-03-28T06:00:00+00:00"),  # the clocks went forward
        ("Asia/Kolkata", "2027-03-24T20:00:00+00:00", "2027-03-25T02:30:00+00:00"),
        ("America/Los_Angeles", "2027-03-24T20:00:00+00:00", "2027-03-24T20:00:00+00:00"),
    ],
)
def test_eight_in_the_zone_of_the_campaign(zone: str, at: str, expected: str) -> None:
    with clock.frozen(datetime.fromisoformat(at)):
        assert due.notice_at(zone) == datetime.fromisoformat(expected)


def test_what_is_published_at_night_comes_at_eight(here: Stage, server: Service) -> None:
    nothing_today(here)
    follow(here, server)
    night = clock.resolve_wall(NOW.date(), time(22), here.campaign.timezone)
    with clock.frozen(night):
        here.publish()
        tell(here.session)
        assert noticing.tell_due() == 0
    with clock.frozen(night + timedelta(hours=9, minutes=59)):
        assert noticing.tell_due() == 0
    with clock.frozen(night + timedelta(hours=10)):
        assert noticing.tell_due() == 1


def test_what_nobody_sent_by_day_does_not_come_at_night(here: Stage, server: Service) -> None:
    follow(here, server)
    tell(here.session)
    night = clock.resolve_wall(NOW.date(), time(23), here.campaign.timezone)
    with clock.frozen(night):
        assert noticing.tell_due() == 0
    with clock.frozen(night + timedelta(hours=9)):
        assert noticing.tell_due() == 1


def test_what_is_a_day_old_is_no_news(here: Stage, server: Service) -> None:
    follow(here, server)
    tell(here.session)
    with clock.frozen(NOW + timedelta(hours=25)):
        assert noticing.tell_due() == 1
    assert (server.taken, states()) == ([], ["skipped"])


def _pause(here: Stage) -> None:
    here.campaign.paused_at = clock.now()


def _close(here: Stage) -> None:
    here.campaign.state, here.campaign.closed_at = State.CLOSED, clock.now()


def _empty(here: Stage) -> None:
    nothing_today(here)


@pytest.mark.parametrize(("change", "state"), [(_pause, "waiting"), (_close, "skipped"), (_empty, "skipped")])
def test_nothing_of_a_pause_an_end_or_what_is_public_no_more(
    here: Stage, server: Service, change: Callable[[Stage], None], state: str
) -> None:
    follow(here, server)
    tell(here.session)
    change(here)
    here.session.add(here.campaign)
    here.session.commit()
    noticing.tell_due()
    assert (server.taken, states()) == ([], [state])
    assert jobs.tell_devices() == 0


def test_a_pause_that_ends_the_same_day_lets_it_go(here: Stage, server: Service) -> None:
    follow(here, server)
    tell(here.session)
    _pause(here)
    here.session.add(here.campaign)
    here.session.commit()
    assert noticing.tell_due() == 0
    here.campaign.paused_at = None
    here.session.add(here.campaign)
    here.session.commit()
    assert noticing.tell_due() == 1


def test_stopping_a_mailing_stops_its_notices(here: Stage, server: Service) -> None:
    follow(here, server)
    tell(here.session)
    row = here.session.exec(select(Dispatch)).one()
    service.stop(here.session, here.owner, here.campaign, row)
    here.session.commit()
    assert noticing.tell_due() == 0
    assert (server.taken, states()) == ([], ["skipped"])


@pytest.mark.parametrize("status", [404, 410])
def test_a_permission_taken_back_is_forgotten_at_once(here: Stage, server: Service, status: int) -> None:
    follow(here, server)
    tell(here.session)
    server.status = status
    assert noticing.tell_due() == 1
    assert (known(), states()) == ([], [])


def test_one_that_asked_anew_meanwhile_stays(here: Stage, server: Service) -> None:
    _, row = follow(here, server)
    before = row.sealed
    follow(here, server)
    devices.gone(here.session, row.id, sealed=before)
    here.session.commit()
    assert len(known()) == 1


def _news(here: Stage, number: int) -> None:
    """One thing more to tell, of the day that stands."""
    dispatch = Dispatch(campaign_id=here.campaign.id, key=f"day:0{'0' * number}3", topics=1, title="x")
    here.session.add(dispatch)
    here.session.commit()
    announcing.fill()


def test_ten_refusals_in_a_row_and_it_is_forgotten(here: Stage, server: Service) -> None:
    follow(here, server)
    server.status = 500
    for number in range(MOST_FAILURES - 1):
        _news(here, number)
        noticing.tell_due()
    assert known()[0].failures == MOST_FAILURES - 1
    server.status = 201
    _news(here, 50)
    noticing.tell_due()
    assert (known()[0].failures, known()[0].failed_at) == (0, None)
    server.status = 429
    for number in range(MOST_FAILURES):
        _news(here, 60 - number)
        noticing.tell_due()
    assert known() == []


def test_no_answer_says_nothing_of_a_device(here: Stage) -> None:
    follow(here, Service(port=1))
    tell(here.session)
    assert noticing.tell_due() == 1
    assert states() == ["unsure"]
    assert known()[0].failures == 0


def test_two_senders_tell_each_device_once(here: Stage, server: Service) -> None:
    for number in range(100):
        follow(here, server, f"d{number}")
    tell(here.session)
    done: list[int] = []

    def work() -> None:
        notifier, settled = Notifier(), 0
        while handled := notifier.batch():
            settled += handled
        done.append(settled)

    hands = [threading.Thread(target=work) for _ in range(2)]
    for one in hands:
        one.start()
    for one in hands:
        one.join()
    assert len(done) == 2
    assert sum(done) == 100
    paths = [path for path, _, _ in server.taken]
    assert len(paths) == len(set(paths)) == 100
    assert set(states()) == {"told"}


class Killed(BaseException):
    pass


def test_a_death_between_claim_and_send_is_a_doubt_and_never_a_second_notice(
    here: Stage, server: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noticing, "BATCH", 2)
    for number in range(3):
        follow(here, server, f"d{number}")
    tell(here.session)
    with monkeypatch.context() as patched:

        def killed(*_: object) -> None:
            raise Killed

        patched.setattr(noticing, "_errands", killed)
        with pytest.raises(Killed):
            Notifier().batch()
    assert states() == ["sending", "sending", "waiting"]
    assert noticing.tell_due() == 1  # another process takes the rest, and leaves what is claimed
    with clock.frozen(NOW + noticing.LEASE + timedelta(seconds=1)):
        assert noticing.tell_due() == 2
    assert states() == ["unsure", "unsure", "told"]
    assert [path for path, _, _ in server.taken] == ["/push/d2"]


def test_a_late_answer_still_counts_once(here: Stage, server: Service) -> None:
    """A sender so slow that another gave it up: what it did is what stands, and nothing is sent again."""
    follow(here, server)
    tell(here.session)
    slow = Notifier()
    with db.transaction() as session:
        taken = noticing._claim(session, slow.holder)
    with clock.frozen(NOW + noticing.LEASE + timedelta(seconds=1)):
        assert noticing.tell_due() == 1
        assert states() == ["unsure"]
        with db.reading() as session:
            [errand] = noticing._errands(session, taken)
        with db.transaction() as session:
            noticing._record(session, errand, NoticeState.TOLD, "another")
        assert states() == ["unsure"]
        with db.transaction() as session:
            noticing._record(session, errand, NoticeState.TOLD, slow.holder)
    assert states() == ["told"]
    assert server.taken == []


def test_the_job_works_in_a_thread_of_its_own_and_stops(here: Stage, server: Service) -> None:
    follow(here, server)
    tell(here.session)
    assert jobs.tell_devices() == 0
    at_work = jobs.screens()._at_work
    assert at_work is not None
    at_work.join(20)
    assert jobs.tell_devices() == 1
    assert jobs.stop_telling(5)
    assert len(server.taken) == 1


def test_the_same_browser_again_renews_itself(here: Stage, server: Service) -> None:
    browser, row = follow(here, server)
    row.failures = 9
    follow(here, server, topics=frozenset({Topic.DRIVE}), language="fr")
    here.session.commit()
    [kept] = known()
    assert (kept.pid, kept.topics, kept.language, kept.failures) == (row.pid, 4, "fr", 0)
    assert devices.find(here.session, here.campaign, browser.endpoint) is not None


def test_nothing_ties_a_browser_to_what_it_follows_elsewhere(here: Stage, server: Service) -> None:
    _, one = follow(here, server)
    other = Stage(
        here.session,
        here.organisation,
        factories.campaign(here.session, here.organisation, slug="autre"),
        here.owner,
    )
    _, two = follow(other, server)
    assert one.endpoint_hash != two.endpoint_hash
    for row in (one, two):
        assert "127.0.0.1" not in row.sealed + row.endpoint_hash
    two.sealed = one.sealed
    with pytest.raises(vault.CannotOpen):
        vault.unseal(two.sealed, bound_to=devices.place(two.pid))


def test_what_is_over_is_not_followed(here: Stage, server: Service) -> None:
    _close(here)
    with pytest.raises(Conflict):
        follow(here, server)


def test_a_new_key_knows_seals_and_finds_what_the_old_one_kept(
    here: Stage, server: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, _ = follow(here, server)
    tell(here.session)
    settings = get_settings()
    monkeypatch.setattr(settings, "old_secret_keys", settings.secret_key)
    monkeypatch.setattr(settings, "secret_key", SecretStr("another-key-0123456789abcdefghijklmn"))
    assert devices.find(here.session, here.campaign, browser.endpoint) is not None
    here.session.commit()
    assert (jobs.seal_again(), jobs.seal_again()) == (1, 0)
    assert noticing.tell_due() == 1
    assert browser.read(server.taken[0][2])["title"]
    follow(here, server)  # it renews itself: one row, under the new key
    here.session.commit()
    monkeypatch.setattr(settings, "old_secret_keys", SecretStr(""))
    [kept] = known()
    assert (
        json.loads(vault.unseal(kept.sealed, bound_to=devices.place(kept.pid)))["server"] == door.public_key()
    )


def test_the_team_reads_how_many(here: Stage, server: Service) -> None:
    follow(here, server, "a")
    follow(here, server, "b")
    tell(here.session)
    assert queries.devices(here.session, here.campaign.id) == 2
    [course] = queries.courses(here.session, here.campaign)
    assert (course.devices, course.devices_waiting) == (0, 2)
    here.session.commit()
    noticing.tell_due()
    jobs.tell_followers()
    with db.reading() as session:
        [course] = queries.courses(session, here.campaign)
    assert (course.devices, course.devices_waiting) == (2, 0)
