"""From what is published to who is told: once a publication, once a follower, never what is not public."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from app.campaigns.rules import State
from app.core import clock, db
from app.core.errors import Conflict, Forbidden
from app.core.ids import new_pid
from app.donations import ledger
from app.donations.rules import EntryKind
from app.followers import announcing, jobs, queries, service
from app.followers.models import Dispatch, Follower
from app.followers.rules import (
    DeliveryState,
    DispatchState,
    Ending,
    FollowState,
    Rhythm,
    Topic,
    Wish,
    mask_of,
)
from app.impact import updating as impact
from app.people.rules import Role
from app.transparency import queries as log
from app.transparency import service as sealing
from tests import factories
from tests.conftest import NOW
from tests.followers.stage import corrected, deliveries, evening, nothing_today, stage, tell


def keys() -> list[str]:
    with db.reading() as session:
        return list(session.exec(select(Dispatch.key).order_by(Dispatch.id)))


def test_a_day_is_told_once_in_the_morning(session: Session) -> None:
    here = stage(session)
    here.follower("a@example.org")
    session.commit()
    with clock.frozen(NOW - timedelta(hours=4)):  # seven in Paris
        assert announcing.announce() == 0
    tell(session)
    tell(session)
    assert deliveries() == [("a@example.org", "day:3", "waiting")]


def test_nothing_of_a_draft_a_pause_or_a_campaign_to_come(session: Session) -> None:
    here = stage(session)
    here.follower("a@example.org")
    for change in ({"state": State.READY}, {"state": State.DRAFT}, {"paused_at": NOW}):
        for name, value in {"state": State.LIVE, "paused_at": None, **change}.items():
            setattr(here.campaign, name, value)
        session.add(here.campaign)
        tell(session)
        assert keys() == []


def test_what_nobody_follows_makes_no_dispatch(session: Session) -> None:
    here = stage(session)
    here.follower("asked@example.org", state=FollowState.ASKED, confirmed_at=None)
    tell(session)
    assert keys() == []


def test_each_is_told_what_they_asked_for(session: Session) -> None:
    here = stage(session)
    here.follower("story@example.org", topics=mask_of([Topic.STORY]))
    here.follower("challenge@example.org", topics=mask_of([Topic.CHALLENGE]))
    here.follower("money@example.org", topics=mask_of([Topic.ACCOUNTS]))
    here.follower("paused@example.org", paused_until=(NOW + timedelta(days=2)).date())
    here.follower("left@example.org", state=FollowState.ENDED, ending=Ending.LEFT)
    here.follower("asked@example.org", state=FollowState.ASKED, confirmed_at=None)
    update = here.publish()
    tell(session)
    assert sorted(deliveries()) == [
        ("challenge@example.org", "day:3", "waiting"),
        ("money@example.org", f"update:{update.pid}", "waiting"),
        ("story@example.org", "day:3", "waiting"),
    ]


def test_who_comes_later_is_not_told_what_was(session: Session) -> None:
    here = stage(session)
    here.follower("a@example.org")
    tell(session)
    here.follower("late@example.org", confirmed_at=clock.now() + timedelta(seconds=1))
    tell(session)
    assert [email for email, _, _ in deliveries()] == ["a@example.org"]


def test_an_outage_brings_no_old_news(session: Session) -> None:
    here = stage(session)
    nothing_today(here)
    here.follower("a@example.org")
    here.publish()
    session.commit()
    with clock.frozen(NOW + timedelta(days=3)):
        tell(session)
    assert keys() == []


def test_what_is_published_in_a_pause_is_told_when_it_ends_however_long_it_was(session: Session) -> None:
    here = stage(session, paused_at=NOW)
    nothing_today(here)
    here.follower("a@example.org")
    update, correction = here.publish(), corrected(here)
    tell(session)
    assert (keys(), deliveries()) == ([f"update:{update.pid}", f"correction:{correction.pid}"], [])
    with clock.frozen(NOW + timedelta(days=5)):
        here.campaign.paused_at = None
        session.add(here.campaign)
        tell(session)
    assert [key for _, key, _ in deliveries()] == [f"update:{update.pid}", f"correction:{correction.pid}"]


def test_an_account_whose_words_were_erased_is_told_to_nobody(session: Session) -> None:
    here = stage(session)
    nothing_today(here)
    here.follower("a@example.org")
    erased, later = here.publish(), here.publish("Un mot")
    impact.withdraw_update(session, here.owner, erased, why="Une décision")
    tell(session)
    assert keys() == [f"update:{later.pid}"]
    impact.withdraw_update(session, here.owner, later, why="Une décision")
    session.commit()
    with db.reading() as read:
        assert announcing.published.pieces(read, here.campaign, f"update:{later.pid}") == []


def test_the_opening_of_the_drive_and_a_correction(session: Session) -> None:
    here = stage(session, state=State.DRIVE, drive_opened_at=NOW - timedelta(hours=1))
    nothing_today(here)
    here.follower("a@example.org")
    one = corrected(here)
    tell(session)
    assert keys() == ["drive:open", f"correction:{one.pid}"]


def test_two_processes_make_one_dispatch_and_one_list(session: Session) -> None:
    here = stage(session)
    for number in range(5):
        here.follower(f"f{number}@example.org")
    session.commit()
    with db.reading() as read:
        found = announcing.published.publications(read, here.campaign)
    with db.transaction() as write:
        assert announcing.begin(write, here.campaign.id, found[0])
    with db.transaction() as write:
        assert not announcing.begin(write, here.campaign.id, found[0])
    assert announcing.fill() == 5
    assert announcing.fill() == 0
    assert len(deliveries()) == 5


def test_the_list_is_written_in_pieces_and_goes_on_where_it_stood(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = stage(session)
    for number in range(7):
        here.follower(f"f{number}@example.org")
    session.commit()
    monkeypatch.setattr(announcing, "PIECE", 3)
    announcing.announce()
    assert announcing.fill() == 3  # and here the process dies
    assert len(deliveries()) == 3
    assert [announcing.fill() for _ in range(3)] == [3, 1, 0]
    assert len({email for email, _, _ in deliveries()}) == len(deliveries()) == 7


def test_digests_wait_for_their_evening(session: Session) -> None:
    here = stage(session)
    here.follower("daily@example.org", rhythm=Rhythm.DAILY)
    here.follower("weekly@example.org", rhythm=Rhythm.WEEKLY)
    tell(session)
    with db.reading() as read:
        due = {
            row.email: read.exec(
                select(announcing.Delivery.due_at).where(announcing.Delivery.follower_id == row.id)
            ).one()
            for row in read.exec(select(Follower))
        }
    assert due == {"daily@example.org": evening(here), "weekly@example.org": evening(here, days=4)}


def test_another_rhythm_moves_what_waits(session: Session) -> None:
    here = stage(session)
    row = here.follower("a@example.org", rhythm=Rhythm.WEEKLY)
    tell(session)
    service.change(session, here.campaign, row, Wish(rhythm=Rhythm.DAILY), pause=None)
    session.commit()
    with db.reading() as read:
        assert read.exec(select(announcing.Delivery.due_at)).one() == evening(here)


def test_an_ending_takes_back_what_waits(session: Session) -> None:
    here = stage(session)
    row = here.follower("a@example.org")
    tell(session)
    service.end(session, session.merge(row), Ending.LEFT)
    session.commit()
    assert deliveries() == [("a@example.org", "day:3", "skipped")]
    jobs.tell_followers()
    with db.reading() as read:
        done = read.exec(select(Dispatch)).one()
    assert (done.state, done.sent, done.skipped) == (DispatchState.DONE, 0, 1)


def test_a_complaint_is_never_overwritten(session: Session) -> None:
    here = stage(session)
    row = here.follower("a@example.org")
    service.end(session, row, Ending.COMPLAINED)
    service.end(session, row, Ending.LEFT)
    assert row.ending is Ending.COMPLAINED


def test_a_member_stops_a_dispatch_once(session: Session) -> None:
    here = stage(session)
    here.follower("a@example.org")
    tell(session)
    dispatch = session.exec(select(Dispatch)).one()
    reader = factories.member(session, here.organisation, Role.MODERATOR)
    with pytest.raises(Forbidden):
        service.stop(session, reader, here.campaign, dispatch)
    service.stop(session, here.owner, here.campaign, dispatch)
    session.commit()
    assert deliveries() == [("a@example.org", "day:3", "skipped")]
    with pytest.raises(Conflict):
        service.stop(session, here.owner, here.campaign, dispatch)
    jobs.tell_followers()
    [course] = queries.courses(session, here.campaign)
    session.refresh(course.dispatch)
    assert course.dispatch.state is DispatchState.STOPPED


def test_the_studio_counts(session: Session) -> None:
    here = stage(session)
    here.follower("a@example.org")
    here.follower("b@example.org", language="en", rhythm=Rhythm.DAILY, topics=mask_of([Topic.LOG]))
    here.follower("c@example.org", paused_until=(NOW + timedelta(days=9)).date())
    here.follower("d@example.org", state=FollowState.ASKED, confirmed_at=None)
    for number, why in enumerate((Ending.LEFT, Ending.BOUNCED, Ending.COMPLAINED)):
        here.follower(f"e{number}@example.org", state=FollowState.ENDED, ending=why, ended_at=NOW)
    found = queries.standing(session, here.campaign)
    assert (found.active, found.asked, found.paused) == (3, 1, 1)
    assert (found.left, found.bounced, found.complained) == (1, 1, 1)
    assert (found.by_topic[Topic.LOG], found.by_topic[Topic.STORY]) == (1, 2)
    assert found.by_language == {"fr": 2, "en": 1}
    growth = queries.growth(session, here.campaign)
    assert (len(growth), growth[-1].came, growth[-1].went) == (14, 6, 3)
    tell(session)
    [course] = queries.courses(session, here.campaign)
    assert (course.waiting, course.counts) == (1, {DeliveryState.WAITING: 1})


def test_the_seal_of_the_log_is_told_once_an_evening_however_much_is_sealed_after_it(
    session: Session,
) -> None:
    here = stage(session)
    nothing_today(here)
    here.follower("keeper@example.org", topics=mask_of([Topic.LOG]))

    def seal_at(moment: datetime, many: int) -> None:
        with clock.frozen(moment):
            for _ in range(many):
                amount = ledger.record(
                    session,
                    here.campaign,
                    kind=EntryKind.GIFT,
                    amount_minor=1_000,
                    source=new_pid(),
                    on_date=here.campaign.starts_on,
                )
                assert amount.id
            sealing.seal_now(session, here.campaign)
            session.commit()

    seal_at(evening(here, 0) - timedelta(hours=2), 7)
    tell(session)
    assert keys() == []
    for minutes in (0, 20, 40):  # a drive is open: gifts come all evening
        seal_at(evening(here, 0) + timedelta(minutes=minutes), 1)
        with clock.frozen(evening(here, 0) + timedelta(minutes=minutes, seconds=1)):
            tell(session)
    assert keys() == ["log:7"]
    for days in (1, 2):
        with clock.frozen(evening(here, days)):
            tell(session)
    assert keys() == ["log:7", "log:10"]
    with db.reading() as read:
        [piece] = announcing.published.pieces(read, here.campaign, "log:7")
        assert piece.facts == (("Code", log.hash_at(read, here.campaign, 7)),)
