"""What a sponsor adds: summed from the ledger, never above its cap, always told as it is."""

from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from app.campaigns.models import Campaign
from app.core import clock
from app.core.errors import Conflict, Forbidden
from app.core.i18n import speaking
from app.donations import ledger
from app.donations import queries as donations
from app.donations.models import Gift
from app.donations.rules import EntryKind, GiftState
from app.drive import queries, telling
from app.drive.models import SponsorMatch
from app.drive.rules import Stage
from app.drive.service import matching
from app.people.models import Organisation
from app.people.rules import Role
from tests import factories
from tests.conftest import NOW
from tests.drive.conftest import Team

START, END = NOW - timedelta(hours=2), NOW + timedelta(days=2)
_numbers = count()


def match_of(team: Team, **values: object) -> SponsorMatch:
    terms: dict[str, object] = {
        "sponsor": "Boulangerie Hugo",
        "percent": 100,
        "cap_minor": 200_000,
        "starts_at": START,
        "ends_at": END,
        "rest_given": False,
    }
    return matching.add_match(team.session, team.finance, team.campaign, **{**terms, **values})  # type: ignore[arg-type]


def gift(session: Session, campaign: Campaign, amount: int, **values: object) -> Gift:
    row = Gift(
        organisation_id=campaign.organisation_id,
        campaign_id=campaign.id,
        amount_minor=amount,
        currency="EUR",
        state=GiftState.PAID,
        **{"paid_at": clock.now(), **values},  # type: ignore[arg-type]
    )
    session.add(row)
    session.flush()
    enter(session, campaign, row, EntryKind.GIFT, amount)
    return row


def enter(
    session: Session, campaign: Campaign, row: Gift, kind: EntryKind, amount: int, **values: object
) -> int:
    return ledger.record(
        session,
        campaign,
        kind=kind,
        amount_minor=amount,
        source=f"test:{next(_numbers)}",
        gift_id=row.id,
        **{"on_date": clock.today(campaign.timezone), **values},  # type: ignore[arg-type]
    ).id


def now(team: Team, row: SponsorMatch) -> queries.MatchView:
    return queries.match_view(team.session, team.campaign, row)


def said(team: Team, row: SponsorMatch) -> str:
    with speaking("en"):
        return telling.match_words(now(team, row), "Europe/Paris")


def test_gifts_and_what_goes_back(team: Team) -> None:
    row = match_of(team)
    assert said(team, row) == (
        "Boulangerie Hugo doubles each gift up to €2,000, until 5 March, 11:00: €0 so far."
    )
    first = gift(team.session, team.campaign, 124_000)
    gift(team.session, team.campaign, 50_000, paid_at=START - timedelta(seconds=1))
    assert now(team, row).matched_minor == 124_000
    assert "€1,240 so far" in said(team, row)
    second = gift(team.session, team.campaign, 90_000)
    assert (now(team, row).stage, now(team, row).matched_minor) == (Stage.FULL, 200_000)
    assert said(team, row).endswith("all of it is called upon.")
    enter(team.session, team.campaign, second, EntryKind.REFUND, -90_000)
    assert (now(team, row).stage, now(team, row).matched_minor) == (Stage.RUNNING, 124_000)
    taken = enter(team.session, team.campaign, first, EntryKind.DISPUTE, -24_000)
    assert now(team, row).matched_minor == 100_000
    enter(team.session, team.campaign, first, EntryKind.CORRECTION, 24_000, corrects_id=taken)
    assert now(team, row).matched_minor == 124_000
    for kind in (EntryKind.FEE, EntryKind.COVER, EntryKind.IN_KIND):
        enter(team.session, team.campaign, first, kind, 700)
    assert now(team, row).matched_minor == 124_000


def test_after_its_end_a_refund_changes_nothing(team: Team) -> None:
    row = match_of(team, rest_given=True)
    one = gift(team.session, team.campaign, 60_000)
    with clock.frozen(END + timedelta(days=1)):
        enter(team.session, team.campaign, one, EntryKind.REFUND, -60_000)
        gift(team.session, team.campaign, 10_000)
        view = now(team, row)
        assert (view.stage, view.matched_minor, view.owed_minor) == (Stage.OVER, 60_000, 200_000)
        assert "gives the rest of the promise too: €1,400" in said(team, row)


@pytest.mark.parametrize(
    ("percent", "words"), [(100, "doubles"), (200, "triples"), (50, "adds 50 % to each gift")]
)
def test_words_by_how_much(team: Team, percent: int, words: str) -> None:
    assert words in said(team, match_of(team, percent=percent))
    coming = match_of(team, percent=percent, starts_at=NOW + timedelta(hours=1))
    assert said(team, coming).startswith("From 3 March, 12:00")
    assert words in said(team, coming)
    assert "given all the same" in said(team, match_of(team, rest_given=True))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.integers(1, 60_000), st.booleans()), max_size=12), st.integers(1, 300))
def test_whatever_the_order_the_cap_holds(team: Team, moves: list[tuple[int, bool]], percent: int) -> None:
    team.session.rollback()
    row = match_of(team, percent=percent, cap_minor=100_000)
    kept = 0
    for amount, back in moves:
        one = gift(team.session, team.campaign, amount)
        kept += amount
        if back:
            enter(team.session, team.campaign, one, EntryKind.REFUND, -amount)
            kept -= amount
        view = now(team, row)
        assert view.matched_minor == min(100_000, kept * percent // 100)
        full = view.matched_minor == 100_000
        assert (view.stage is Stage.FULL) is full is said(team, row).endswith("all of it is called upon.")
    team.session.rollback()


def test_the_money_counts_once_it_is_there(team: Team) -> None:
    row = match_of(team)
    gift(team.session, team.campaign, 80_000)
    drive = telling.drive_view(team.session, team.campaign, donations.totals(team.session, team.campaign.id))
    assert (drive.aim.raised_minor, drive.pledged_minor) == (80_000, 80_000)
    entry = matching.book_payment(
        team.session,
        team.finance,
        team.campaign,
        row,
        amount_minor=30_000,
        on_date=NOW.date(),
        note="transfer",
    )
    totals = donations.totals(team.session, team.campaign.id)
    assert (totals.matched_minor, totals.net_minor, now(team, row).pledged_minor) == (30_000, 110_000, 50_000)
    with pytest.raises(Conflict):
        matching.book_payment(
            team.session,
            team.finance,
            team.campaign,
            row,
            amount_minor=170_001,
            on_date=NOW.date(),
            note="too much",
        )
    with pytest.raises(Conflict):
        matching.book_payment(
            team.session,
            team.finance,
            team.campaign,
            row,
            amount_minor=1,
            on_date=NOW.date() + timedelta(days=2),
            note="tomorrow",
        )
    matching.undo_payment(team.session, team.finance, team.campaign, row, entry, reason="twice")
    assert now(team, row).received_minor == 0
    assert donations.totals(team.session, team.campaign.id).matched_minor == 0
    with pytest.raises(Conflict):
        matching.undo_payment(team.session, team.finance, team.campaign, row, entry, reason="again")


def test_what_was_promised_is_not_made_smaller(team: Team) -> None:
    row = match_of(team)
    terms = {
        "sponsor": row.sponsor,
        "percent": 100,
        "cap_minor": 200_000,
        "starts_at": START,
        "ends_at": END,
        "rest_given": False,
    }
    smaller = (
        {"cap_minor": 199_999},
        {"percent": 200},
        {"ends_at": END - timedelta(minutes=1)},
        {"starts_at": START - timedelta(hours=1)},
    )
    for change in smaller:
        with pytest.raises(Conflict):
            matching.change_match(team.session, team.finance, row, **{**terms, **change})  # type: ignore[arg-type]
    larger = {**terms, "cap_minor": 300_000, "rest_given": True}
    matching.change_match(team.session, team.finance, row, **larger)  # type: ignore[arg-type]
    with pytest.raises(Conflict):
        matching.change_match(team.session, team.finance, row, **terms)  # type: ignore[arg-type]
    matching.end_match(team.session, team.finance, team.campaign, row)
    assert now(team, row).stage is Stage.OVER
    with pytest.raises(Conflict):
        matching.end_match(team.session, team.finance, team.campaign, row)


def test_one_to_come_may_be_taken_back_unless_paid(team: Team) -> None:
    row = match_of(team, starts_at=NOW + timedelta(hours=1))
    entry = matching.book_payment(
        team.session, team.finance, team.campaign, row, amount_minor=5, on_date=NOW.date(), note="early"
    )
    with pytest.raises(Conflict):
        matching.end_match(team.session, team.finance, team.campaign, row)
    assert entry.kind is EntryKind.MATCH
    free = match_of(team, starts_at=NOW + timedelta(hours=1))
    matching.end_match(team.session, team.finance, team.campaign, free)
    assert [one.id for one in queries.sponsors(team.session, team.campaign)] == [row.id]


def test_only_who_handles_money(team: Team) -> None:
    organisation = Organisation
    editor = factories.member(
        team.session,
        team.session.get_one(organisation, team.campaign.organisation_id),
        Role.EDITOR,
        "Bastien",
    )
    with pytest.raises(Forbidden):
        match_of(Team(team.session, team.campaign, team.owner, editor))
