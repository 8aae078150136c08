"""An act counts once a person and challenge, in its window, and never more."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta

import pytest
from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.challenges import queries, taking, writing
from app.challenges.models import Challenge, ChallengeAct, ParticipantSalt
from app.challenges.taking import Outcome, Taker
from app.challenges.telling import Told
from app.core import clock, db
from app.core.errors import Conflict, Forbidden, NotFound
from app.people.models import AuditEntry
from app.people.rules import Role
from tests import factories
from tests.challenges.stage import NOW, Stage, sent, stage, take, terms


@pytest.fixture
def week(session: Session) -> Stage:
    return stage(session)


def acts(session: Session) -> list[ChallengeAct]:
    return list(session.exec(select(ChallengeAct)).all())


def test_two_people_are_two_acts_and_one_person_is_one(session: Session, week: Stage) -> None:
    assert take(session, week, "a").outcome is Outcome.TAKEN
    assert take(session, week, "b", level=2).outcome is Outcome.TAKEN
    assert take(session, week, "a").outcome is Outcome.KEPT
    counts = queries.counts(session, week.campaign.id)
    assert counts.total == 2
    assert counts.of(week.challenges[3].id).levels == (1, 0, 1)


def test_the_level_can_change_on_the_same_day(session: Session, week: Stage) -> None:
    take(session, week)
    again = take(session, week, level=1)
    assert (again.outcome, again.level, again.fresh) == (Outcome.CHANGED, 1, "")
    assert take(session, week, level=1).outcome is Outcome.KEPT
    assert [act.level for act in acts(session)] == [1]


def test_on_another_day_nothing_changes(session: Session, week: Stage) -> None:
    take(session, week)
    with clock.frozen(NOW + timedelta(days=1)):
        again = take(session, week, level=2)
        assert (again.outcome, again.level) == (Outcome.KEPT, 0)
    assert acts(session)[0].level == 0


def test_late_acts_count_and_say_so(session: Session, week: Stage) -> None:
    assert take(session, week, number=1).late
    assert not take(session, week, number=3).late
    assert queries.counts(session, week.campaign.id).of(week.challenges[1].id).late == 1


def test_a_day_to_come_does_not_exist_yet(session: Session, week: Stage) -> None:
    with pytest.raises(NotFound):
        take(session, week, number=4)
    assert acts(session) == []


@pytest.mark.parametrize("state", [State.READY, State.REPORTING, State.CLOSED])
def test_only_a_running_campaign_counts(session: Session, week: Stage, state: State) -> None:
    week.campaign.state = state
    with pytest.raises(Conflict):
        take(session, week)


def test_nothing_counts_after_the_last_day_or_during_a_pause(session: Session, week: Stage) -> None:
    with clock.frozen(NOW + timedelta(days=5)), pytest.raises(Conflict, match="last day"):
        take(session, week)
    week.campaign.paused_at = clock.now()
    with pytest.raises(Conflict, match="paused"):
        take(session, week)
    assert acts(session) == []


def test_the_last_evening_still_counts_in_the_campaigns_zone(session: Session, week: Stage) -> None:
    sunday = clock.resolve_wall(date(2027, 3, 7), time(23, 59), "Europe/Paris")
    with clock.frozen(sunday):
        assert take(session, week, number=7).outcome is Outcome.TAKEN
    with clock.frozen(sunday + timedelta(minutes=2)), pytest.raises(Conflict):
        take(session, week, "b", number=7)


def test_twenty_taps_at_once_are_one_act(session: Session, week: Stage) -> None:
    session.commit()
    campaign, asked = week.campaign, terms(week, 3)

    def tap(_: int) -> Outcome:
        with db.transaction() as own:
            taken = taking.take(own, campaign, asked, taker=Taker("a"), told=Told(), sent=sent())
            return taken.outcome

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(tap, range(20)))
    assert outcomes.count(Outcome.TAKEN) == 1
    assert set(outcomes) == {Outcome.TAKEN, Outcome.KEPT}
    with db.reading() as own:
        assert queries.total(own, campaign.id) == 1


def recognise(session: Session, campaign: Campaign, address: str = "192.0.2.1") -> str:
    return taking.recognise(session, campaign, address=address, agent="phone")


def test_people_are_recognised_within_a_campaign_only(session: Session, week: Stage) -> None:
    other = stage(session).campaign
    assert recognise(session, week.campaign) == recognise(session, week.campaign)
    assert recognise(session, week.campaign) != recognise(session, week.campaign, "198.51.100.1")
    assert recognise(session, week.campaign) != recognise(session, other)
    assert len(session.exec(select(ParticipantSalt)).all()) == 2


def test_closing_unlinks_everyone_for_good(session: Session, week: Stage) -> None:
    before = recognise(session, week.campaign)
    assert taking.forget_participants(session, campaign_id=week.campaign.id)
    assert not taking.forget_participants(session, campaign_id=week.campaign.id)
    assert session.exec(select(ParticipantSalt)).all() == []
    assert recognise(session, week.campaign) != before


def test_an_abusive_act_leaves_the_counts_and_can_come_back(session: Session, week: Stage) -> None:
    moderator = factories.member(session, week.organisation, Role.MODERATOR, "Bob")
    take(session, week)
    (act,) = acts(session)
    writing.remove(session, moderator, campaign=week.campaign, pid=act.pid)
    assert queries.total(session, week.campaign.id) == 0
    assert queries.texts(session, week.campaign.id, removed=False, limit=10) == []
    assert queries.removed_count(session, week.campaign.id) == 1
    # The same phone cannot put it back.
    assert take(session, week, level=2).outcome is Outcome.KEPT
    writing.restore(session, moderator, campaign=week.campaign, pid=act.pid)
    assert queries.total(session, week.campaign.id) == 1
    done = session.exec(select(AuditEntry.action).order_by(AuditEntry.id)).all()  # type: ignore[arg-type]
    assert done == ["challenge.act_removed", "challenge.act_restored"]


def test_who_may_remove(session: Session, week: Stage) -> None:
    take(session, week)
    (act,) = acts(session)
    finance = factories.member(session, week.organisation, Role.FINANCE, "Bob")
    stranger = factories.member(session, factories.organisation(session, "Other"), Role.OWNER, "Eve")
    with pytest.raises(Forbidden):
        writing.remove(session, finance, campaign=week.campaign, pid=act.pid)
    with pytest.raises(NotFound):
        writing.remove(session, stranger, campaign=week.campaign, pid=act.pid)


def test_a_shown_challenge_carries_its_counts(session: Session, week: Stage) -> None:
    take(session, week, "a")
    take(session, week, "b", number=1)
    shown = queries.shown(session, campaign_id=week.campaign.id, day_id=week.days[3].id)
    assert shown is not None
    assert isinstance(shown.challenge, Challenge)
    assert (shown.acts, shown.campaign_acts) == (1, 2)
    assert queries.totals(session, [week.campaign.id]) == {week.campaign.id: 2}
