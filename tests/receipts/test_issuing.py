"""Receipts follow the ledger: issued once, voided and replaced when money goes back, numbered without a gap."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from app.core import clock
from app.core.errors import Conflict, Forbidden
from app.donations.models import Gift, GivingPlan
from app.donations.rules import EntryKind, GiftState, Visibility, Way, public_name
from app.people.rules import Role
from app.receipts import asking, issuing, jobs, numbering, queries, yearly
from app.receipts.models import Receipt
from app.receipts.queries import Wanted
from app.receipts.rules import Donor, Kind, Regime, Series, Voided
from tests import factories
from tests.conftest import NOW, _empty
from tests.receipts.stage import ADDRESS, Drive

WHOLE = Donor(name="Camille Roy", line="3 rue du Nord", postcode="59000", city="Lille", country="FR")


def test_a_paid_gift_has_its_proof_and_its_tax_receipt_once(drive: Drive) -> None:
    gift = drive.gift(5_000, cover_minor=150)
    made = drive.settle(gift)
    assert [one.label for one in made] == ["P-2027-00001", "T-2027-00001"]
    assert [one.amount_minor for one in made] == [5_150, 5_150], "what was added for the fees was given too"
    assert drive.settle(gift) == []
    (mail,) = drive.mails("gift-thanks")
    assert mail.recipient == "camille@example.org"
    assert "T-2027-00001" in mail.text
    assert "/gift/receipts/" in mail.text


@pytest.mark.parametrize(
    ("values", "kinds"),
    [
        ({"address": {}}, [Kind.PLAIN]),
        ({"visibility": Visibility.NOBODY}, [Kind.PLAIN]),
        ({"donor_name": ""}, [Kind.PLAIN]),
        ({"company": "Atelier Roy", "company_number": "732829320"}, [Kind.PLAIN]),
        (
            {"company": "Atelier Roy", "company_number": "732829320", "address": {**ADDRESS, "form": "SARL"}},
            [Kind.PLAIN, Kind.FR_COMPANY],
        ),
        ({"way": Way.TRANSFER, "livemode": False}, [Kind.PLAIN, Kind.FR_PERSON]),
        ({"way": Way.IN_KIND}, [Kind.PLAIN]),
        ({"state": GiftState.PENDING}, []),
        ({"state": GiftState.FAILED}, []),
        ({"enter": False}, []),
    ],
    ids=str,
)
def test_what_each_gift_receives_by_itself(
    drive: Drive, values: dict[str, object], kinds: list[Kind]
) -> None:
    assert [one.kind for one in drive.settle(drive.gift(**values))] == kinds  # type: ignore[arg-type]


def test_without_a_declaration_there_is_only_the_proof(session: Session) -> None:
    drive = Drive(session, regime=None)
    assert [one.kind for one in drive.settle(drive.gift())] == [Kind.PLAIN]
    with pytest.raises(Conflict, match="declared"):
        issuing.issue_tax(session, drive.owner, [drive.gift()], WHOLE)


def test_a_partial_refund_voids_and_replaces(drive: Drive) -> None:
    gift = drive.gift(5_000)
    drive.settle(gift)
    drive.enter(gift, EntryKind.REFUND, -2_000)
    plain, tax = drive.settle(gift)
    before, after = drive.receipts()
    assert (before.voided_why, after.amount_minor, after.label) == (Voided.MONEY, 3_000, "T-2027-00002")
    assert after.replaces_id == before.id
    assert after == tax
    assert plain.amount_minor == 3_000
    (mail,) = drive.mails("receipt-voided")
    assert "T-2027-00001" in mail.text
    assert "T-2027-00002" in mail.text


def test_all_given_back_leaves_no_receipt(drive: Drive) -> None:
    gift = drive.gift(5_000, cover_minor=100)
    drive.settle(gift)
    drive.enter(gift, EntryKind.REFUND, -5_100)
    assert drive.settle(gift) == []
    assert all(one.voided_at for one in (*drive.receipts(), *drive.receipts(tax=False)))


def test_a_dispute_that_is_won_brings_a_new_receipt(drive: Drive) -> None:
    gift = drive.gift(5_000)
    drive.settle(gift)
    taken = drive.enter(gift, EntryKind.DISPUTE, -5_000)
    drive.settle(gift)
    assert all(one.voided_at for one in drive.receipts())
    drive.enter(gift, EntryKind.CORRECTION, 5_000, corrects=taken)
    drive.settle(gift)
    assert [(one.label, bool(one.voided_at)) for one in drive.receipts()] == [
        ("T-2027-00001", True),
        ("T-2027-00002", False),
    ]


def test_a_fee_that_is_corrected_changes_nothing(drive: Drive) -> None:
    gift = drive.gift(5_000)
    drive.settle(gift)
    fee = drive.enter(gift, EntryKind.FEE, -30)
    drive.enter(gift, EntryKind.CORRECTION, 30, corrects=fee)
    drive.enter(gift, EntryKind.MATCH, 5_000)
    assert drive.settle(gift) == []


def test_a_member_voids_and_nothing_issues_another_by_itself(drive: Drive) -> None:
    gift = drive.gift()
    _, tax = drive.settle(gift)
    issuing.void(drive.session, drive.owner, tax, why=Voided.ASKED, note="Deux fois", donor=None)
    assert drive.settle(gift) == []
    with pytest.raises(Conflict):
        issuing.void(drive.session, drive.owner, tax, why=Voided.ASKED, note="Encore", donor=None)
    again = issuing.issue_tax(drive.session, drive.owner, [gift], WHOLE)
    assert again.label == "T-2027-00002"
    with pytest.raises(Conflict, match="already"):
        issuing.issue_tax(drive.session, drive.owner, [gift], WHOLE)


def test_a_mistake_is_replaced_under_a_new_number(drive: Drive) -> None:
    _, tax = drive.settle(drive.gift())
    right = Donor(name="Camille Leroy", line="3 rue du Nord", postcode="59000", city="Lille")
    after = issuing.void(drive.session, drive.owner, tax, why=Voided.MISTAKE, note="Le nom", donor=right)
    assert after is not None
    assert (after.donor["name"], after.label, after.amount_minor) == ("Camille Leroy", "T-2027-00002", 5_000)
    assert "T-2027-00001" in str(after.paper["notes"])
    (mail,) = drive.mails("receipt-voided")
    assert "Le nom" in mail.text


def test_the_other_one_is_as_whole_as_the_law_wants(drive: Drive) -> None:
    plain, tax = drive.settle(drive.gift())
    with pytest.raises(Conflict, match="address"):
        issuing.void(
            drive.session,
            drive.owner,
            tax,
            why=Voided.MISTAKE,
            note="La rue",
            donor=Donor(name="Camille Roy"),
        )
    assert tax.voided_at is None
    with pytest.raises(Conflict, match="proof of payment"):
        issuing.void(drive.session, drive.owner, plain, why=Voided.ASKED, note="Non", donor=None)
    firm = replace(WHOLE, name="", company="Atelier Roy", company_number="732829320", form="SARL")
    after = issuing.void(
        drive.session, drive.owner, tax, why=Voided.MISTAKE, note="L’atelier a payé", donor=firm
    )
    assert after is not None
    assert (after.kind, after.replaces_id) == (Kind.FR_COMPANY, tax.id)


def test_an_address_told_once_is_that_of_all_months(drive: Drive) -> None:
    plan = GivingPlan(
        organisation_id=drive.body.id, campaign_id=drive.campaign.id, amount_minor=1_500, currency="EUR"
    )
    drive.session.add(plan)
    drive.session.flush()
    months = [
        drive.gift(1_500, plan_id=plan.id, address={}, donor_name="", on=date(2026, month, 5))
        for month in (10, 11, 12)
    ]
    assert asking.asked(drive.session, months[1], WHOLE) is None
    assert {one.address["line"] for one in (plan, *months)} == {"3 rue du Nord"}
    assert {one.donor_name for one in (plan, *months)} == {"Camille Roy"}
    (group,) = yearly.groups(drive.session, drive.body.id, 2026, live=True)
    assert (group.amount_minor, list(group.lacks)) == (4_500, [])


def test_the_name_for_the_tax_office_never_becomes_the_public_one(drive: Drive) -> None:
    """Who gave in public as "Mamie de Léa" and later asks for a receipt is not named to everyone by it."""
    gift = drive.gift(address={}, donor_name="Mamie de Léa", visibility=Visibility.PUBLIC)
    drive.settle(gift)
    made = asking.asked(drive.session, gift, WHOLE)
    assert made is not None
    assert (made.donor["name"], gift.donor_name) == ("Camille Roy", "Mamie de Léa")
    assert public_name(gift.visibility, gift.donor_name, gift.company) == "Mamie de Léa"
    firm = replace(WHOLE, name="", company="Atelier Roy", company_number="732829320", form="SARL")
    other = drive.gift(address={}, donor_name="L’atelier", visibility=Visibility.PUBLIC)
    made = asking.asked(drive.session, other, firm)
    assert made is not None
    assert (made.kind, made.donor["company"]) == (Kind.FR_COMPANY, "Atelier Roy")
    assert public_name(other.visibility, other.donor_name, other.company) == "L’atelier"
    assert issuing.donor_of(other).company_number == "732829320"


def test_only_finance_may_void(drive: Drive, session: Session) -> None:
    _, tax = drive.settle(drive.gift())
    editor = factories.member(session, drive.body, Role.EDITOR)
    with pytest.raises(Forbidden):
        issuing.void(session, editor, tax, why=Voided.ASKED, note="Non", donor=None)


def test_test_money_has_numbers_of_its_own(drive: Drive) -> None:
    plain, tax = drive.settle(drive.gift(livemode=False))
    assert (plain.series, tax.label) == (Series.TEST_PLAIN, "TEST-T-2027-00001")
    assert tax.paper["stamp"] == "Essai"
    assert drive.settle(drive.gift())[1].label == "T-2027-00001"


def test_the_database_itself_keeps_what_was_issued(drive: Drive, session: Session) -> None:
    drive.settle(drive.gift())
    session.commit()
    for statement in ("DELETE FROM receipt", "UPDATE receipt SET number = 7"):
        with pytest.raises(DBAPIError, match="never"):
            session.execute(text(statement))
        session.rollback()


def test_a_number_not_kept_is_given_again(drive: Drive, session: Session) -> None:
    body = drive.body
    session.commit()
    assert numbering.take(session, body.id, Series.TAX, 2027) == 1
    session.rollback()
    assert [numbering.take(session, body.id, Series.TAX, 2027) for _ in range(3)] == [1, 2, 3]
    assert numbering.take(session, body.id, Series.TAX, 2028) == 1


def test_nobody_is_thanked_twice_for_money_that_came_back(drive: Drive) -> None:
    """A refund that the donor's bank sent back: the gift stands again, with a new proof and its own number."""
    gift = drive.gift()
    drive.settle(gift)
    drive.enter(gift, EntryKind.REFUND, -5_000)
    drive.settle(gift)
    drive.enter(gift, EntryKind.REFUND, 5_000)
    assert [one.label for one in drive.settle(gift)] == ["P-2027-00002", "T-2027-00002"]
    assert len(drive.mails("gift-thanks")) == 1
    (mail,) = drive.mails("receipt-ready")
    assert "T-2027-00002" in mail.text


def test_who_left_no_address_that_works_has_a_receipt_all_the_same(drive: Drive) -> None:
    assert len(drive.settle(drive.gift(donor_email="camille roy@example.org"))) == 2
    assert drive.mails("gift-thanks") == []


def test_the_job_finds_what_waits_and_does_not_thank_for_last_year(drive: Drive, session: Session) -> None:
    drive.gift(paid_at=NOW - timedelta(days=200), on=date(2026, 8, 1))
    drive.gift(donor_email="")
    drive.gift()
    session.commit()
    assert jobs.settle_receipts() == 3
    assert jobs.settle_receipts() == 0
    session.expire_all()
    assert len(drive.receipts(tax=False)) == 3
    assert len(drive.mails("gift-thanks")) == 1


def test_a_refund_of_long_ago_is_found_by_the_long_look(drive: Drive, session: Session) -> None:
    gift = drive.gift()
    session.commit()
    jobs.settle_receipts()
    drive.enter(gift, EntryKind.REFUND, -5_000)
    session.commit()
    with clock.frozen(NOW + timedelta(days=30)):
        assert jobs.settle_receipts() == 0
        assert jobs.settle_all_receipts() == 1


def test_the_register_is_searched_and_the_year_summed(drive: Drive, session: Session) -> None:
    first = drive.gift(5_000)
    drive.settle(first)
    drive.settle(drive.gift(2_000, donor_name="Ana Lima", donor_email="ana@example.org"))
    drive.settle(drive.gift(900, livemode=False))
    drive.enter(first, EntryKind.REFUND, -1_000)
    drive.settle(first)
    for words, expected in (("lima", 1), ("T-2027-00003", 1), ("ANA@", 1), ("100%", 0), ("", 4)):
        rows, _ = queries.register(session, drive.owner, Wanted(2027, words=words))
        assert len(rows) == expected, words
    totals = queries.year_totals(session, drive.owner, 2027)
    assert totals.sums == {"EUR": 6_000}
    assert (totals.issued, totals.standing, totals.voided) == (3, 2, 1)
    other = Drive(session, "Les Phares")
    assert queries.register(session, other.owner, Wanted(2027))[0] == []


EVENTS = st.lists(st.sampled_from(["refund", "dispute", "won", "settle", "late fee"]), max_size=8)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(EVENTS, min_size=1, max_size=4))
def test_whatever_the_order_the_living_receipts_equal_the_ledger(
    session: Session, gifts: list[list[str]]
) -> None:
    """However often and when receipts are settled, those that stand say what the ledger says, without a gap."""
    session.rollback()
    _empty(session.get_bind())  # type: ignore[arg-type]
    drive = Drive(session)
    rows = [_lived(drive, events) for events in gifts]
    for gift in rows:
        drive.settle(gift)
    for gift in rows:
        standing = queries.standings(session, [gift.id])[gift.id].amount_minor
        for tax in (False, True):
            living = queries.living(session, [gift.id], tax=tax)
            assert [link.amount_minor for link, _ in living] == ([standing] if standing else [])
    for tax in (False, True):
        numbers = [one.number for one in drive.receipts(tax=tax)]
        assert numbers == list(range(1, len(numbers) + 1))
    session.rollback()


def _lived(drive: Drive, events: list[str]) -> Gift:
    gift = drive.gift(5_000)
    left, disputed = 5_000, []
    for event in events:
        if event == "refund" and left:
            part = min(left, 1_700)
            drive.enter(gift, EntryKind.REFUND, -part)
            left -= part
        elif event == "dispute" and left:
            disputed.append((drive.enter(gift, EntryKind.DISPUTE, -left), left))
            left = 0
        elif event == "won" and disputed:
            entry, part = disputed.pop()
            drive.enter(gift, EntryKind.CORRECTION, part, corrects=entry)
            left += part
        elif event == "late fee":
            drive.enter(gift, EntryKind.FEE, -10)
        elif event == "settle":
            drive.settle(gift)
    return gift


def test_regimes_of_other_countries(session: Session) -> None:
    american = Drive(session, "The Lanterns", Regime.US_501C3, "USD")
    (_, tax) = american.settle(american.gift(30_000, address={}))
    assert (tax.kind, tax.language) == (Kind.US, "en")
    british = Drive(session, "The Lights", Regime.UK_GIFT_AID, "GBP")
    assert [one.kind for one in british.settle(british.gift())] == [Kind.PLAIN]
    assert session.get(Receipt, tax.id) is tax
