"""Every currency Stripe charges, from what a donor sees and types to what Stripe is asked for: never a hundredfold.

What is expected is counted here from Stripe's own lists, in whole units, by nothing the product uses.
"""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from app.core import clock
from app.core.db import reading
from app.core.i18n import Message, speaking
from app.core.money import decimal_string
from app.donations.forms import GiftForm, linked, read_amount
from app.donations.models import Gift
from app.donations.scales import MOST_ON_THE_WIRE, can_charge, may_give, scale, suggestions
from app.payments.amounts import CHARGED, to_stripe
from app.payments.tariff import Tariff, cover
from tests.donations import stage
from tests.donations.stage import Till

# https://docs.stripe.com/currencies: amounts are sent in whole units, in thousandths ending in 0, or, ISK and UGX
# too, in hundredths.
_WHOLE, _THOUSANDTHS = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF", "BHD JOD KWD OMR TND"
WHOLE, THOUSANDTHS = frozenset(_WHOLE.split()), frozenset(_THOUSANDTHS.split())
ALL = sorted(CHARGED)


def wire(units: Decimal, currency: str) -> int:
    """What Stripe must be asked for so many whole units."""
    times = 1 if currency in WHOLE else 1000 if currency in THOUSANDTHS else 100
    asked = units * times
    assert asked == asked.to_integral_value()
    return int(asked)


def units(minor: int, currency: str) -> Decimal:
    return Decimal(decimal_string(minor, currency))


def test_the_lists_name_every_currency() -> None:
    assert WHOLE | THOUSANDTHS <= CHARGED
    assert len(CHARGED) > 130
    assert {"XOF", "JPY", "ISK", "UGX", "KWD", "EUR"} <= CHARGED


@pytest.mark.parametrize("currency", ALL)
def test_what_may_be_given_can_be_charged(currency: str) -> None:
    found = scale(currency)
    assert found is not None
    assert found.smallest <= min(found.suggested) <= max(found.suggested) <= found.largest
    for minor in (found.smallest, found.largest, *found.suggested):
        assert can_charge(minor, currency)
        assert to_stripe(minor, currency) == wire(units(minor, currency), currency) <= MOST_ON_THE_WIRE
    assert len(set(found.suggested)) == len(found.suggested) >= 2


@pytest.mark.parametrize("currency", ALL)
def test_a_gift_on_the_page_asks_stripe_for_exactly_that(
    stripe: Till, session: Session, client: TestClient, currency: str
) -> None:
    campaign = stage.drive(session, currency=currency, suggested_minor=[], language="en")
    soup = BeautifulSoup(client.get(f"/c/{campaign.slug}/donate").text, "html.parser")
    picks = [int(str(one["value"])) for one in soup.select("input[name=pick]")]
    assert picks == suggestions(currency, [])
    shown = [re.sub(r"[^\d.]", "", label.get_text()) for label in soup.select(".pick label:has([name=pick])")]
    assert [Decimal(one.strip(".")) for one in shown] == [units(one, currency) for one in picks]
    assert soup.select_one(f"form[data-currency={currency}]") is not None
    for values in ({"pick": str(picks[0])}, {"amount": decimal_string(picks[-1], currency)}):
        answer = client.post(f"/c/{campaign.slug}/donate", data=values)
        assert answer.status_code == 303, answer.text
    asked = [(page["amount_total"], page["currency"]) for page in reversed(stripe.all("checkout.session"))]
    given = [wire(units(minor, currency), currency) for minor in (picks[0], picks[-1])]
    assert asked == [(one, currency.lower()) for one in given]


@pytest.mark.parametrize("currency", ["EUR", "XOF", "JPY", "ISK", "UGX", "KWD", "TND", "HUF", "RSD"])
def test_the_ledger_has_what_was_given(
    stripe: Till, session: Session, client: TestClient, currency: str
) -> None:
    campaign = stage.drive(session, currency=currency, language="en")
    found = scale(currency)
    assert found is not None
    amount = found.suggested[0]
    answer = client.post(
        f"/c/{campaign.slug}/donate", data={"amount": decimal_string(amount, currency), "cover": "1"}
    )
    checkout = answer.headers["location"].rpartition("/")[2]
    stripe.does(checkout, "pay")
    page = client.get(f"/c/{campaign.slug}/thanks?session={checkout}&lang=en")
    assert page.status_code == 200
    with reading() as fresh:
        gift = fresh.exec(select(Gift)).one()
    assert (gift.amount_minor, gift.currency) == (amount, currency)
    lines = dict(stage.lines(campaign))
    assert lines["gift"] == amount
    assert lines.get("cover", 0) == gift.cover_minor


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(ALL), st.integers(1, 10**9))
def test_whatever_is_read_is_what_was_written(currency: str, minor: int) -> None:
    """An amount is read as written, or refused with words; nothing else."""
    read = read_amount(GiftForm(amount=decimal_string(minor, currency)), currency)
    if isinstance(read, Message):
        assert not may_give(minor, currency)
        with speaking("fr"):
            assert str(read)
    else:
        assert read == minor
        assert to_stripe(read, currency) == wire(units(minor, currency), currency)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(ALL), st.integers(1, 10**7))
def test_suggestions_can_always_be_given(currency: str, median: int) -> None:
    offered = suggestions(currency, [median], median)
    assert offered == sorted(set(offered))
    assert 1 <= len(offered) <= 4
    assert all(may_give(one, currency) for one in offered)


@pytest.mark.parametrize(
    ("amount", "price", "expected"),
    [
        (5_000, Tariff(150, 25), 102),  # 51.02 € charged: 1.5 % of it and 25 cents are 1.0153 €
        (4_000, Tariff(150, 25), 87),
        (1_500, Tariff(360, 0), 57),
        (5_000, Tariff(290, 30), 181),
    ],
)
def test_what_is_added_covers_the_fees_and_no_more(amount: int, price: Tariff, expected: int) -> None:
    added = cover(amount, price, 1)
    assert added == expected
    charged = amount + added
    fee = Decimal(charged) * price.percent / 10_000 + price.fixed
    assert charged - fee >= amount - Decimal("0.5"), "the whole gift arrives"
    assert (charged - 1) - (Decimal(charged - 1) * price.percent / 10_000 + price.fixed) < amount


@pytest.mark.parametrize(
    ("query", "pick", "amount", "monthly"),
    [
        ("amount=40", "4000", "", False),
        ("amount=12,50", "", "12.50", False),
        ("amount=12.50&monthly=1", "", "12.50", True),
        ("monthly=true", "1500", "", True),
        ("amount=1e9", "1500", "", False),
        ("amount=0", "1500", "", False),
        ("amount=1000000", "1500", "", False),
        ("amount=%3Cscript%3E", "1500", "", False),
        ("amount=12%0A5&monthly=no", "1500", "", False),
    ],
)
def test_a_link_brings_an_amount_and_a_rhythm(
    session: Session,
    client: TestClient,
    query: str,
    pick: str,
    amount: str,
    monthly: bool,  # noqa: FBT001
) -> None:
    campaign = stage.drive(session, language="en")
    page = client.get(f"/c/{campaign.slug}/donate?{query}")
    assert page.status_code == 200
    soup = BeautifulSoup(page.text, "html.parser")
    chosen = soup.select_one("input[name=pick][checked]")
    assert (str(chosen["value"]) if chosen else "") == pick
    field = soup.select_one("input[name=amount]")
    assert field is not None
    assert field.get("value", "") == amount
    rhythm = soup.select_one("input[name=every][checked]")
    assert rhythm is not None
    assert (rhythm["value"] == "month") is monthly
    assert soup.select_one(".errors") is None
    assert soup.select_one("input[name=cover][checked]") is None, "never ticked for the donor"


def test_a_link_never_fills_in_what_cannot_be_given() -> None:
    assert linked("99", "", "XYZ", []) == {}
    assert linked("12.5", "", "XOF", [5_000]) == {}
    assert linked("1.2345", "", "KWD", []) == {}


def test_the_median_of_the_campaign_is_offered_from_eight_gifts_on(
    session: Session, client: TestClient
) -> None:
    campaign = stage.drive(session, language="en", suggested_minor=[1500, 4000])
    path = f"/c/{campaign.slug}/donate"

    def offered() -> list[int]:
        soup = BeautifulSoup(client.get(path).text, "html.parser")
        return [int(str(one["value"])) for one in soup.select("input[name=pick]")]

    def give(count: int, **values: Any) -> None:
        for _ in range(count):
            common = {"organisation_id": campaign.organisation_id, "campaign_id": campaign.id}
            session.add(Gift(amount_minor=2_000, currency="EUR", **{**common, "state": "paid", **values}))
        session.commit()

    give(7)
    give(5, state="pending")
    give(5, way="cheque")
    assert offered() == [1500, 4000], "fewer would show what one person gave"
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        give(1)
        assert offered() == [1000, 2000, 4000]
