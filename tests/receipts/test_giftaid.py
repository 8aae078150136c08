"""Gift Aid: what a declaration says, which gifts it covers, what HMRC is sent."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session

from app.core import clock
from app.core.errors import Conflict
from app.donations.rules import EntryKind, Way
from app.receipts import giftaid
from app.receipts.forms import GiftAidForm, PaperGiftAidForm
from app.receipts.models import GiftAid
from app.receipts.rules import Regime
from tests.conftest import NOW
from tests.receipts.stage import Drive

FIELDS = {
    "title": "Ms",
    "first_name": "Ann",
    "last_name": "=Lee",
    "house": "12",
    "address": "Mill Lane, Leeds",
    "postcode": "ls28ex",
    "agreed": "1",
}
SINCE, UNTIL = date(2020, 1, 1), date(2030, 12, 31)


@pytest.fixture
def charity(session: Session) -> Drive:
    return Drive(session, "The Lights", Regime.UK_GIFT_AID, "GBP")


def _declare(charity: Drive) -> GiftAid:
    form = GiftAidForm.model_validate(FIELDS)
    return giftaid.declare(charity.session, charity.body, form, email="Camille@example.org")


def test_a_declaration_holds_what_hmrc_asks(charity: Drive) -> None:
    kept = _declare(charity)
    for words in (
        "Association The Lights",
        "past 4 years",
        "UK taxpayer",
        "my responsibility to pay any difference",
    ):
        assert words in kept.wording
    assert kept.postcode == "LS2 8EX"


def test_only_a_charity_that_declared_itself(drive: Drive) -> None:
    with pytest.raises(Conflict):
        _declare(drive)


@pytest.mark.parametrize(
    ("values", "claimed"),
    [
        ({}, True),
        ({"donor_email": "someone@example.org"}, False),
        ({"company": "Lee Ltd"}, False),
        ({"way": Way.IN_KIND}, False),
        ({"livemode": False}, False),
        ({"on": date(2023, 3, 3)}, True),  # four years before, to the day
        ({"on": date(2023, 3, 2)}, False),
    ],
    ids=str,
)
def test_which_gifts_are_claimed(charity: Drive, values: dict[str, object], claimed: bool) -> None:  # noqa: FBT001
    _declare(charity)
    charity.gift(10_000, **values)  # type: ignore[arg-type]
    assert bool(giftaid.schedule(charity.session, charity.owner, SINCE, UNTIL)) is claimed


def test_what_was_given_back_is_not_claimed_and_each_gift_once(charity: Drive) -> None:
    _declare(charity)
    _declare(charity)
    gift = charity.gift(10_000)
    charity.enter(gift, EntryKind.REFUND, -4_000)
    gone = charity.gift(3_000)
    charity.enter(gone, EntryKind.REFUND, -3_000)
    lines = list(giftaid.schedule_lines(giftaid.schedule(charity.session, charity.owner, SINCE, UNTIL)))
    assert lines[1:] == ["Ms,Ann,'=Lee,12,LS2 8EX,,,03/03/27,60.00\r\n"]


def test_a_cancelled_declaration_covers_nothing_after(charity: Drive) -> None:
    kept = _declare(charity)
    giftaid.cancel(charity.session, kept)
    charity.gift(10_000)
    with clock.frozen(NOW + timedelta(days=2)):
        charity.gift(2_000)
        giftaid.cancel(charity.session, kept)
        (claim,) = giftaid.schedule(charity.session, charity.owner, SINCE, UNTIL)
    assert claim.amount_minor == 10_000


def test_a_paper_declaration_carries_its_own_day(charity: Drive) -> None:
    fields = {**FIELDS, "email": "camille@example.org", "given_on": "2026-05-01"}
    kept = giftaid.enter(charity.session, charity.owner, PaperGiftAidForm.model_validate(fields))
    assert kept.given_at.date() == date(2026, 5, 1)
    assert kept.entered_by == charity.owner.person_id
    other = Drive(charity.session, "The Stars", Regime.UK_GIFT_AID, "GBP")
    assert giftaid.declarations(charity.session, other.owner) == []
    assert giftaid.own(charity.session, other.owner, kept.pid) is None
