"""Who is asked, once; what they answer; what stays of it."""

import re
from datetime import date, datetime, timedelta

import pytest
from sqlmodel import Session, select

from app.campaigns.rules import State
from app.core import clock, db
from app.core.errors import Conflict, Forbidden
from app.donations.rules import GiftState
from app.followups import jobs, queries, rules, service
from app.followups.models import FollowUp, FollowUpAsked
from app.followups.rules import Figures, Lasted
from app.mail.models import OutgoingMail
from app.people.rules import Role
from tests import factories
from tests.followups.conftest import Over


def mails() -> list[OutgoingMail]:
    with db.reading() as session:
        return list(session.exec(select(OutgoingMail).where(OutgoingMail.kind == "follow-up")))


def asked() -> list[FollowUpAsked]:
    with db.reading() as session:
        return list(session.exec(select(FollowUpAsked).order_by(FollowUpAsked.id)))


def run() -> int:
    """The job until it finds nobody."""
    done = 0
    while now := jobs.ask_what_lasted():
        done += now
    return done


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2027-03-27T08:59:59+00:00", False),
        ("2027-03-27T09:00:00+00:00", True),  # ten in Paris, a day before the clocks change
        ("2027-04-10T07:59:59+00:00", True),
        ("2027-04-10T09:00:00+00:00", False),  # too late: the question names a number of days
    ],
)
def test_when_a_round_may_begin(now: str, *, due: bool) -> None:
    assert rules.is_due(date(2027, 2, 25), 30, "Europe/Paris", datetime.fromisoformat(now)) is due


def test_each_is_asked_once_a_round(over: Over) -> None:
    over.follower("ana@example.org")
    over.follower("ben@example.org", ask=False)
    over.follower("cleo@example.org", confirmed=False)
    over.donor("Ana@Example.org")
    over.donor("dan@example.org")
    over.donor("dan@example.org")
    over.donor("eve@example.org", state=GiftState.INTENT)
    over.session.commit()
    with clock.frozen(over.at(30) - timedelta(seconds=1)):
        assert run() == 0
    with clock.frozen(over.at(30)):
        assert run() == 2
        assert run() == 0
    assert sorted(mail.recipient.lower() for mail in mails()) == ["ana@example.org", "dan@example.org"]
    assert sorted((one.took_part, one.gave) for one in asked()) == [(False, True), (True, True)]
    with clock.frozen(over.at(90)):
        assert run() == 2
    assert len(mails()) == 4


def test_a_round_is_carried_on_in_batches(over: Over, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "BATCH", 2)
    for number in range(5):
        over.follower(f"f{number}@example.org")
        over.donor(f"g{number}@example.org")
    over.session.commit()
    with clock.frozen(over.at(30)):
        assert [jobs.ask_what_lasted() for _ in range(7)] == [2, 2, 1, 2, 2, 1, 0]
    assert len({mail.recipient for mail in mails()}) == len(mails()) == 10


@pytest.mark.parametrize("state", [State.LIVE, State.DRIVE])
def test_nobody_is_asked_while_it_runs_or_is_paused(over: Over, state: State) -> None:
    over.follower("ana@example.org")
    over.campaign.state = state
    over.session.commit()
    with clock.frozen(over.at(30)):
        assert run() == 0
        with db.transaction() as session:
            row = session.merge(over.campaign)
            row.state, row.paused_at = State.REPORTING, clock.now()
        assert run() == 0


def test_a_refusal_holds_for_every_campaign_of_the_organisation(over: Over) -> None:
    over.follower("ana@example.org")
    over.session.commit()
    with clock.frozen(over.at(30)):
        run()
        with db.transaction() as session:
            service.refuse(session, session.merge(asked()[0]), over.campaign)
    with clock.frozen(over.at(90)):
        assert run() == 0


def test_a_round_that_a_pause_broke_off_is_closed_all_the_same(
    over: Over, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH", 2)
    for number in range(5):
        over.follower(f"f{number}@example.org")
    over.session.commit()
    with clock.frozen(over.at(30)):
        assert jobs.ask_what_lasted() == 2
    over.campaign.paused_at = over.at(30)
    over.session.add(over.campaign)
    over.session.commit()
    with clock.frozen(over.at(30) + rules.OPEN_FOR - timedelta(minutes=1)):
        assert jobs.close_rounds() == 0
    with clock.frozen(over.at(30) + rules.OPEN_FOR):
        assert [jobs.close_rounds(), jobs.close_rounds()] == [1, 0]
    assert all(one.address_hash is None and one.token_hash is None for one in asked())


def test_an_address_no_mail_can_go_to_is_not_among_those_asked(over: Over) -> None:
    over.donor("ana@example.org")
    over.donor("ben example.org")
    over.session.commit()
    with clock.frozen(over.at(30)):
        assert run() == 1
    assert len(asked()) == len(mails()) == 1


def test_figures_and_forgetting(over: Over, session: Session) -> None:
    for number in range(12):
        over.follower(f"f{number}@example.org")
    session.commit()
    with clock.frozen(over.at(30)):
        run()
        with db.transaction() as writing:
            for place, one in enumerate(asked()[:11]):
                lasted = Lasted.STILL if place < 7 else Lasted.STOPPED
                service.answer(
                    writing, writing.merge(one), lasted=lasted, changed="Un mot." if place == 0 else ""
                )
    with db.reading() as reading:
        found = queries.figures(reading, over.campaign.id)
    assert found == {30: Figures(12, 11, {Lasted.STILL: 7, Lasted.SOMETIMES: 0, Lasted.STOPPED: 4})}
    assert found[30].enough
    with clock.frozen(over.at(30)), db.transaction() as writing:
        kept = service.of_addresses(writing, over.campaign.organisation_id, ["f0@example.org"])
        assert [one.changed for one in kept] == ["Un mot."]
        service.forget(writing, over.campaign.organisation_id, ["F0@example.org"])
    with clock.frozen(over.at(30) + rules.OPEN_FOR):
        assert jobs.close_rounds() == 1
        assert jobs.close_rounds() == 0
    assert len(asked()) == 11
    assert all(one.address_hash is None and one.token_hash is None for one in asked())


def test_a_round_to_come_is_called_off_and_on(over: Over, session: Session) -> None:
    service.call_off(session, over.alice, over.campaign, 30)
    over.follower("ana@example.org")
    session.commit()
    with clock.frozen(over.at(30)):
        assert run() == 0
    service.call_on(session, over.alice, over.campaign, 30)
    session.commit()
    with clock.frozen(over.at(30)):
        assert run() == 1
        with pytest.raises(Conflict):
            service.call_off(session, over.alice, over.campaign, 30)
    finance = factories.member(session, over.org, Role.FINANCE, "Fay")
    with pytest.raises(Forbidden):
        service.call_off(session, finance, over.campaign, 90)


def test_text_and_html_say_the_same(over: Over) -> None:
    over.follower("ana@example.org", language="en")
    over.donor("dan@example.org")
    over.session.commit()
    with clock.frozen(over.at(30)):
        run()
    for mail in mails():
        links = set(re.findall(r"https?://\S+/after/[\w-]+(?:\?said=\w+)?", mail.text))
        assert links == set(re.findall(r'href="(https?://[^"]+/after/[^"]+)"', mail.html))
        assert len(links) == (3 if mail.recipient == "ana@example.org" else 1)
    with db.reading() as session:
        assert session.exec(select(FollowUp)).one().asked_at is not None
