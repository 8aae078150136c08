"""Gifts by hand, transfers and sums of elsewhere: who enters, who sees, what counts, how it is undone."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session, select

from app.campaigns.rules import State
from app.core.errors import Conflict, Forbidden
from app.donations import ledger
from app.donations import queries as donations
from app.donations.models import Gift, LedgerEntry
from app.donations.rules import EntryKind, GiftState, Visibility, Way
from app.drive import queries, rules, telling
from app.drive.models import BankLine
from app.drive.rules import LineState
from app.drive.service import offline, transfers
from app.drive.service.offline import Given
from app.drive.statements import Line
from app.people.models import AuditEntry, Membership, Organisation
from tests import factories
from tests.conftest import NOW
from tests.drive.conftest import Team

TODAY = NOW.date()
IBAN = "FR7630006000011234567890189"


def enter(team: Team, amount: int = 5_000, way: Way = Way.CASH, **values: object) -> Gift:
    given = Given(way, amount, TODAY, **values)  # type: ignore[arg-type]
    return offline.enter_gift(team.session, team.finance, team.campaign, given)


def seen(team: Team, gift: Gift) -> queries.Entered:
    return queries.entered(team.session, team.campaign, gift.pid)[0]


def totals(team: Team) -> donations.Totals:
    return donations.totals(team.session, team.campaign.id)


def actions(session: Session) -> list[str]:
    return list(session.exec(select(AuditEntry.action).order_by(AuditEntry.id)))  # type: ignore[arg-type]


def test_a_small_gift_counts_at_once(team: Team) -> None:
    gift = enter(team, donor_name="Paul")
    assert (gift.state, gift.way, gift.donor_name) == (GiftState.PAID, Way.CASH, "Paul")
    assert (totals(team).raised_minor, totals(team).gifts) == (5_000, 1)
    assert actions(team.session)[-1] == "money.gift_entered"


def test_under_nobody_no_name_is_kept(team: Team) -> None:
    named = {"donor_name": "Paul", "donor_email": "paul@example.org", "company": "Dupont SARL"}
    where = {"company_number": "732829320", "address": {"line": "1 rue Haute", "form": "SARL"}}
    gift = enter(team, visibility=Visibility.NOBODY, **named, **where)
    assert [getattr(gift, name) for name in (*named, *where)] == ["", "", "", "", {}]


def test_a_thing_is_told_apart(team: Team) -> None:
    enter(team, 24_000, Way.IN_KIND, proof="Vingt antivols")
    found = totals(team)
    assert (found.in_kind_minor, found.raised_minor, found.remaining_minor, found.gifts) == (24_000, 0, 0, 0)
    assert telling.drive_view(team.session, team.campaign, found).in_kind_minor == 24_000


def test_a_large_one_waits_for_somebody_else(team: Team) -> None:
    gift = enter(team, 100_000, Way.CHEQUE)
    assert (gift.state, totals(team).raised_minor) == (GiftState.PENDING, 0)
    with pytest.raises(Forbidden):
        offline.see(team.session, team.finance, team.campaign, seen(team, gift))
    offline.see(team.session, team.owner, team.campaign, seen(team, gift))
    assert (gift.state, totals(team).raised_minor, seen(team, gift).seen_by) == (
        GiftState.PAID,
        100_000,
        "Claire",
    )
    with pytest.raises(Conflict):
        offline.see(team.session, team.owner, team.campaign, seen(team, gift))


def test_who_is_alone_need_not_wait(team: Team) -> None:
    for row in team.session.exec(select(Membership).where(Membership.person_id == team.owner.person_id)):
        team.session.delete(row)
    team.session.flush()
    assert enter(team, 100_000).state is GiftState.PAID


def test_one_that_waits_can_be_taken_off(team: Team) -> None:
    gift = enter(team, 100_000)
    offline.refuse(team.session, team.finance, team.campaign, seen(team, gift))
    assert (gift.state, totals(team).raised_minor) == (GiftState.FAILED, 0)
    with pytest.raises(Conflict):
        offline.void(team.session, team.owner, team.campaign, seen(team, gift), reason="never was")


def test_an_opposite_cancels_it_and_the_ledger_keeps_both(team: Team) -> None:
    gift = enter(team)
    opposite = offline.void(team.session, team.owner, team.campaign, seen(team, gift), reason="twice")
    found = totals(team)
    assert (found.raised_minor, found.gifts, found.refunds_minor) == (0, 0, 0)
    assert (opposite.amount_minor, opposite.gift_id, seen(team, gift).undone) == (-5_000, gift.id, True)
    assert len(team.session.exec(select(LedgerEntry)).all()) == 2
    with pytest.raises(Conflict):
        offline.void(team.session, team.owner, team.campaign, seen(team, gift), reason="again")


def test_no_day_to_come(team: Team) -> None:
    later = TODAY + timedelta(days=2)
    with pytest.raises(Conflict):
        offline.enter_gift(team.session, team.finance, team.campaign, Given(Way.CASH, 1, later))
    with pytest.raises(Conflict):
        offline.declare(
            team.session, team.finance, team.campaign, amount_minor=1, on_date=later, origin="HelloAsso"
        )


def test_what_is_collected_elsewhere_is_declared(team: Team) -> None:
    entry = offline.declare(
        team.session,
        team.finance,
        team.campaign,
        amount_minor=7_000,
        on_date=TODAY,
        origin="HelloAsso, 3 mars",
    )
    found = totals(team)
    assert (found.declared_minor, found.net_minor, found.raised_minor, found.gifts) == (7_000, 7_000, 0, 0)
    assert found.remaining_minor == 7_000
    offline.undeclare(team.session, team.finance, team.campaign, entry, reason="too early")
    assert totals(team).declared_minor == 0
    with pytest.raises(Conflict):
        offline.undeclare(team.session, team.finance, team.campaign, entry, reason="again")
    assert queries.declared(team.session, team.campaign) == [(entry, True)]


def line(number: int, text: str, amount: int = 2_500, currency: str = "EUR") -> Line:
    return Line(f"B{number}", date(2027, 3, 2), amount, currency, "Léa Martin", text)


def test_a_statement_finds_its_campaigns_once(team: Team) -> None:
    code = rules.spaced(rules.reference(team.campaign.pid))
    lines = [line(1, f"don {code}"), line(2, "don"), line(3, f"don {code}", currency="CHF")]
    outcome = transfers.take_in(team.session, team.finance, lines)
    assert (outcome.taken, outcome.open, outcome.known) == (1, 2, 0)
    again = transfers.take_in(team.session, team.finance, [*lines, line(4, code.lower())])
    assert (again.taken, again.open, again.known) == (1, 0, 3)
    assert (totals(team).raised_minor, totals(team).gifts) == (5_000, 2)
    gifts = team.session.exec(select(Gift)).all()
    assert {(gift.way, gift.donor_name, gift.visibility) for gift in gifts} == {
        (Way.TRANSFER, "Léa Martin", Visibility.ORGANISATION)
    }


def test_two_references_leave_it_to_a_person(team: Team) -> None:
    organisation = team.session.get_one(Organisation, team.campaign.organisation_id)
    other = factories.campaign(team.session, organisation)
    both = f"{rules.reference(team.campaign.pid)} {rules.reference(other.pid)}"
    assert transfers.take_in(team.session, team.finance, [line(1, both)]).open == 1


def test_another_organisations_reference_is_none_here(team: Team) -> None:
    theirs = factories.campaign(team.session, factories.organisation(team.session, "Les Phares"))
    assert transfers.take_in(team.session, team.finance, [line(1, rules.reference(theirs.pid))]).open == 1


def test_a_person_decides(team: Team) -> None:
    transfers.take_in(
        team.session, team.finance, [line(1, "don"), line(2, "loyer"), line(3, "x", currency="CHF")]
    )
    gift_line, rent, swiss = reversed(
        queries.lines(team.session, team.finance.organisation_id, LineState.OPEN)
    )
    transfers.decide(team.session, team.finance, gift_line, team.campaign, donor_name="Léa")
    assert (totals(team).raised_minor, gift_line.state) == (2_500, LineState.TAKEN)
    with pytest.raises(Conflict):
        transfers.decide(team.session, team.finance, gift_line, team.campaign, donor_name="")
    with pytest.raises(Conflict):
        transfers.decide(team.session, team.finance, swiss, team.campaign, donor_name="")
    transfers.set_aside(team.session, team.finance, rent)
    with pytest.raises(Conflict):
        transfers.set_aside(team.session, team.finance, rent)
    transfers.take_up(team.session, team.finance, rent)
    with pytest.raises(Conflict):
        transfers.take_up(team.session, team.finance, rent)


def test_a_cancelled_transfer_opens_its_line_again(team: Team) -> None:
    transfers.take_in(team.session, team.finance, [line(1, rules.reference(team.campaign.pid))])
    row = team.session.exec(select(BankLine)).one()
    gift = team.session.get_one(Gift, row.gift_id)
    offline.void(team.session, team.finance, team.campaign, seen(team, gift), reason="another campaign's")
    assert (row.state, row.gift_id, totals(team).raised_minor) == (LineState.OPEN, None, 0)
    transfers.decide(team.session, team.finance, row, team.campaign, donor_name="Léa")
    assert totals(team).raised_minor == 2_500


def test_the_account_is_the_owners(team: Team) -> None:
    with pytest.raises(Forbidden):
        transfers.keep_account(team.session, team.finance, holder="X", iban=IBAN, bic="", currency="EUR")
    transfers.keep_account(
        team.session, team.owner, holder="Les Lanternes", iban=IBAN, bic="", currency="EUR"
    )
    found = telling.transfer(team.session, team.campaign)
    assert found is not None
    assert found.iban == "FR76 3000 6000 0112 3456 7890 189"
    assert actions(team.session)[-1] == "money.bank_changed"
    row = queries.account(team.session, team.campaign.organisation_id)
    assert row is not None
    transfers.check_account(row, "FR76 3000 6000 0112 3456 7890 189")
    with pytest.raises(Conflict):
        transfers.check_account(row, "GB33BUKB20201555555555")
    transfers.keep_account(team.session, team.owner, holder="L", iban=IBAN, bic="", currency="CHF")
    assert telling.transfer(team.session, team.campaign) is None  # another currency than the campaign's


def test_layouts_are_remembered_and_not_for_ever(team: Team) -> None:
    transfers.keep_account(team.session, team.owner, holder="L", iban=IBAN, bic="", currency="EUR")
    row = queries.account(team.session, team.campaign.organisation_id)
    assert row is not None
    for number in range(12):
        transfers.remember_columns(team.session, row, f"m{number}", {"date": "Date"})
    assert list(row.columns) == [f"m{number}" for number in range(4, 12)]


def test_the_wall_waits_for_eight_and_counts_those_without_a_name(team: Team) -> None:
    for number in range(7):
        enter(
            team,
            donor_name=f"Donor {number}",
            visibility=Visibility.PUBLIC if number < 2 else Visibility.ORGANISATION,
        )
    assert telling.donors(team.session, team.campaign, totals(team)) is None
    last = enter(team, donor_name="Hidden", visibility=Visibility.NOBODY)
    wall = telling.donors(team.session, team.campaign, totals(team))
    assert wall is not None
    assert (list(wall.names), wall.others) == (["Donor 1", "Donor 0"], 6)
    offline.void(team.session, team.owner, team.campaign, seen(team, last), reason="wrong")
    assert telling.donors(team.session, team.campaign, totals(team)) is None
    assert team.campaign.state is State.DRIVE


def test_a_gift_given_back_leaves_the_wall_whatever_came_before(team: Team) -> None:
    """Its dispute was won, with the dispute's fee; then it was given back all the same: the fee is no gift."""
    for number in range(rules.WALL_FROM + 1):
        gift = enter(team, donor_name=f"Donor {number}", visibility=Visibility.PUBLIC)
    common = {"gift_id": gift.id, "on_date": TODAY}

    def moves(kind: EntryKind, amount: int, source: str, corrects: int | None = None) -> int:
        made = ledger.record(
            team.session,
            team.campaign,
            kind=kind,
            amount_minor=amount,
            source=f"stripe:{source}",
            corrects_id=corrects,
            **common,
        )
        return made.id

    taken, fee = moves(EntryKind.DISPUTE, -5_000, "dispute:1"), moves(EntryKind.FEE, -2_000, "dispute-fee:1")
    moves(EntryKind.CORRECTION, 5_000, "dispute-returned:2", taken)
    moves(EntryKind.CORRECTION, 2_000, "dispute-fee-returned:2", fee)
    moves(EntryKind.REFUND, -5_000, "refund:3")
    wall = telling.donors(team.session, team.campaign, totals(team))
    assert wall is not None
    assert (len(wall.names), "Donor 8" in wall.names) == (rules.WALL_FROM, False)


def test_mini_goals_say_the_day(team: Team) -> None:
    team.campaign.mini_goals = [
        {"day": 1, "amount_minor": 4_000, "title": "Livres"},
        {"day": 2, "amount_minor": 9_000, "title": "Chaises"},
        {"day": 6, "amount_minor": 9_500, "title": "Rien encore"},  # its day has not come
    ]
    enter(team)
    minis = telling.drive_view(team.session, team.campaign, totals(team)).minis
    assert [(one.title, one.reached) for one in minis] == [("Livres", TODAY), ("Chaises", None)]
