"""Every currency Stripe charges, from what a donor types to the ledger and back to the donor: never a unit off."""

from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from sqlmodel import Session

from app.core.money import minor_digits
from app.donations import scales
from app.donations.forms import GiftForm, read_amount
from app.payments import amounts
from app.payments.tariff import cover, tariff
from tests.donations import stage
from tests.donations.stage import Till

# Where people's decimals and Stripe's differ, or where Stripe has a rule of its own.
SPECIAL = ("BIF", "HUF", "ISK", "JPY", "KMF", "KWD", "MGA", "RSD", "TND", "TWD", "UGX", "VND", "XAF", "XOF")


def typed(minor: int, currency: str, language: str) -> str:
    """An amount as people write it: "1 234,50", "1,234.50". A third decimal is always 0, and left out:
    "1,250" could be more than a thousand."""
    digits = minor_digits(currency)
    pattern = "#,##0" + (".00" if digits else "")
    return format_decimal(Decimal(minor).scaleb(-digits), format=pattern, locale=language)


def read(text: str, currency: str) -> object:
    return read_amount(GiftForm(amount=text, pick=None), currency)


@pytest.mark.parametrize("currency", sorted(amounts.CHARGED))
def test_what_is_typed_is_what_is_charged(currency: str) -> None:
    """The smallest, the largest and the suggested gifts: typed in both languages, sent, and read again."""
    scale = scales.scale(currency)
    assert scale is not None
    for minor in {scale.smallest, scale.largest, *scale.suggested, scale.smallest + scales.step(currency)}:
        assert minor <= scale.largest
        for language in ("fr", "en"):
            assert read(typed(minor, currency, language), currency) == minor
        wire = amounts.to_stripe(minor, currency)
        assert 0 < wire <= scales.MOST_ON_THE_WIRE
        assert Decimal(wire).scaleb(-amounts.wire_digits(currency)) == Decimal(minor).scaleb(
            -minor_digits(currency)
        )
        assert amounts.from_stripe(wire, currency) == minor


@pytest.mark.parametrize("currency", ["ISK", "UGX"])
def test_hundredths_that_must_be_00(currency: str) -> None:
    """Stripe counts these in hundredths although they have none."""
    assert (minor_digits(currency), amounts.to_stripe(1_500, currency)) == (0, 150_000)


@pytest.mark.parametrize("currency", ["HUF", "TWD"])
def test_whole_only_when_paid_out(currency: str) -> None:
    """Charged with hundredths, paid out in whole ones only: a gift may have them, a payout is read as it is."""
    assert amounts.to_stripe(150_050, currency) == 150_050
    assert amounts.from_stripe(150_000, currency) == 150_000


@pytest.mark.parametrize("currency", ["BHD", "JOD", "KWD", "OMR", "TND"])
def test_three_decimals_of_which_the_last_is_0(currency: str) -> None:
    assert scales.step(currency) == 10
    assert read("12.340", currency) == 12_340
    assert not isinstance(read("12.345", currency), int)


@pytest.mark.parametrize("currency", SPECIAL)
def test_a_gift_from_the_form_to_the_ledger_and_half_of_it_back(
    session: Session, stripe: Till, currency: str
) -> None:
    scale = scales.scale(currency)
    assert scale is not None
    minor, cover = scale.suggested[-1], scales.rounded(scale.suggested[-1] / 50, currency)
    campaign = stage.drive(session, currency=currency, suggested_minor=[minor])
    gift = stage.give(stripe, campaign, amount_minor=minor, cover_minor=cover)
    stripe.does(gift.checkout_id or "", "pay")
    stage.tell_all(stripe)
    lines = dict(stage.lines(campaign))
    assert (lines["gift"], lines["cover"]) == (minor, cover)
    assert lines["fee"] < 0
    paid = stage.now(gift)
    half = amounts.from_stripe(amounts.to_stripe(minor, currency) // 2, currency)
    half -= half % scales.step(currency)
    refunded = stripe.gateway.refund(
        paid.payment_intent or "", half, currency, reason="requested_by_customer", idempotency_key="half"
    )
    assert refunded.amount_minor == half
    stage.tell_all(stripe)
    back = sum(amount for kind, amount in stage.lines(campaign) if amount < 0 and kind != "fee")
    assert back == -half


@pytest.mark.parametrize("currency", ["EUR", "GBP", "USD", "JPY", "HUF", "SEK"])
def test_what_covers_the_fees_covers_them(session: Session, stripe: Till, currency: str) -> None:
    """Whoever pays what the page says brings the whole gift: the fee is also taken on what is added."""
    scale, price = scales.scale(currency), tariff("", currency)
    assert scale is not None
    assert price is not None
    campaign = stage.drive(session, currency=currency)
    minor = scale.suggested[0]
    added = cover(minor, price, scales.step(currency))
    gift = stage.give(stripe, campaign, amount_minor=minor, cover_minor=added)
    stripe.does(gift.checkout_id or "", "pay")
    stage.tell_all(stripe)
    assert sum(amount for _, amount in stage.lines(campaign)) - minor in (0, 1)
