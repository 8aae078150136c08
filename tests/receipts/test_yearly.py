"""The yearly run: what the preview shows is what it issues, once, however often it is cut short."""

from datetime import date

import pytest
from sqlmodel import Session

from app.core import clock
from app.core.errors import Conflict
from app.donations.models import GivingPlan
from app.donations.rules import EntryKind
from app.payments.door import door
from app.receipts import issuing, jobs, queries, yearly
from app.receipts.rules import Lack, Series, Voided
from tests.receipts.stage import Drive

TEST = {"livemode": False}  # the payments of these tests are the sandbox's


def _monthly(drive: Drive, months: tuple[int, ...], **values: object) -> None:
    plan = GivingPlan(
        organisation_id=drive.body.id, campaign_id=drive.campaign.id, amount_minor=1_500, currency="EUR"
    )
    drive.session.add(plan)
    drive.session.flush()
    for month in months:
        gift = drive.gift(1_500, plan_id=plan.id, on=date(2026, month, 5), **TEST, **values)
        drive.settle(gift)


@pytest.fixture
def year(drive: Drive) -> Drive:
    """2026: a year of months, one gift without an address, one with its receipt, one of the next year."""
    assert not door().gateway.livemode
    _monthly(drive, tuple(range(1, 13)))
    _monthly(drive, (6,), donor_email="ana@example.org", donor_name="Ana Lima")
    drive.settle(drive.gift(2_000, address={}, on=date(2026, 5, 1), donor_email="no@example.org", **TEST))
    drive.settle(drive.gift(9_000, on=date(2026, 5, 1), donor_email="has@example.org", **TEST))
    drive.settle(drive.gift(700, address={}, on=date(2027, 1, 2), **TEST))
    drive.session.commit()
    return drive


def test_months_wait_and_then_stand_together(year: Drive) -> None:
    groups = yearly.groups(year.session, year.body.id, 2026, live=False)
    assert [(len(one.gifts), one.amount_minor, list(one.lacks)) for one in groups] == [
        (12, 18_000, []),
        (1, 2_000, [Lack.ADDRESS]),
        (1, 1_500, []),
    ]
    yearly.begin(year.session, year.owner, 2026)
    year.session.commit()
    assert jobs.carry_on_yearly_runs() == 2
    assert jobs.carry_on_yearly_runs() == 0
    year.session.expire_all()
    summaries = [one for one in year.receipts() if one.label > "TEST-T-2027-00001"]
    assert [(one.amount_minor, one.summary) for one in summaries] == [(18_000, True), (1_500, False)]
    assert len(year.mails("receipt-ready")) == 2
    assert [len(one.gifts) for one in yearly.groups(year.session, year.body.id, 2026, live=False)] == [1]


def test_a_run_cut_short_goes_on(year: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "BATCH", 1)
    run = yearly.begin(year.session, year.owner, 2026)
    year.session.commit()
    assert [jobs.carry_on_yearly_runs() for _ in range(3)] == [1, 1, 0]
    year.session.refresh(run)
    assert run.issued == 2
    assert run.ended_at is not None


def test_a_month_given_back_leaves_the_others(year: Drive) -> None:
    yearly.begin(year.session, year.owner, 2026)
    year.session.commit()
    jobs.carry_on_yearly_runs()
    year.session.expire_all()
    summary = next(one for one in year.receipts() if one.summary)
    gift = yearly.queries.locked_gifts(
        year.session, [yearly.queries.gift_ids_of(year.session, summary.id)[3]]
    )[0]
    year.enter(gift, EntryKind.REFUND, -1_500)
    year.settle(gift)
    after = yearly.queries.replacement(year.session, summary)
    assert after is not None
    assert (after.amount_minor, after.summary) == (16_500, True)
    assert "avril" not in str(after.paper["list"])


@pytest.mark.parametrize(
    ("why", "named"), [(Voided.MISTAKE, True), (Voided.ASKED, True), (Voided.SUMMARY, False)]
)
def test_a_receipt_that_a_member_took_back_is_named_before_another_is_issued(
    year: Drive, why: Voided, *, named: bool
) -> None:
    """Not where it was voided so that its gifts stand on the summary."""
    (single,) = [one for one in year.receipts() if one.series is Series.TEST_TAX]
    issuing.void(year.session, year.owner, single, why=why, note="Le nom", donor=None)
    groups = yearly.groups(year.session, year.body.id, 2026, live=False)
    assert [(one.amount_minor, list(one.taken_back)) for one in groups] == [
        (18_000, []),
        (9_000, [single.label] if named else []),
        (2_000, []),
        (1_500, []),
    ]
    again = issuing.issue_tax(year.session, year.owner, groups[1].gifts, groups[1].donor)
    assert queries.taken_back(year.session, [one.id for one in groups[1].gifts]) == {}
    assert again.label != single.label


def test_not_before_the_year_is_over_nor_twice_at_once(year: Drive, session: Session) -> None:
    with pytest.raises(Conflict, match="over"):
        yearly.begin(session, year.owner, clock.now().year)
    yearly.begin(session, year.owner, 2026)
    with pytest.raises(Conflict, match="under way"):
        yearly.begin(session, year.owner, 2026)
