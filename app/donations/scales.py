"""What may be given in each currency Stripe charges: the smallest, the largest and usual amounts. Pure data.

Amounts are in minor units (`core.money.minor_digits`). For the currencies most used here they are chosen; for all
others they follow from what a euro is roughly worth, rounded so that people meet round numbers. No money is ever
converted with these figures.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from app.core.money import minor_digits
from app.payments.amounts import CHARGED, from_stripe, to_stripe

# The most digits Stripe takes for an amount (https://docs.stripe.com/api/payment_intents/object, "amount").
MOST_ON_THE_WIRE = 99_999_999


@dataclass(frozen=True)
class Scale:
    """What may be given in a currency, in minor units, and what is suggested when a campaign does not say.

    Below the smallest amount, payments mostly serve to test stolen cards and fees eat the gift.
    """

    smallest: int
    largest: int
    suggested: tuple[int, ...]


_CHOSEN = {
    "EUR": Scale(200, 1_000_000, (1_500, 4_000, 12_000)),
    "USD": Scale(200, 1_000_000, (1_500, 4_000, 12_000)),
    "GBP": Scale(200, 1_000_000, (1_500, 4_000, 12_000)),
    "CHF": Scale(200, 1_000_000, (1_500, 4_000, 12_000)),
    "CAD": Scale(300, 1_500_000, (2_000, 5_000, 15_000)),
    "SEK": Scale(2_000, 10_000_000, (15_000, 40_000, 120_000)),
    "NOK": Scale(2_000, 10_000_000, (15_000, 40_000, 120_000)),
    "DKK": Scale(1_500, 7_500_000, (10_000, 30_000, 90_000)),
    "PLN": Scale(1_000, 4_000_000, (5_000, 15_000, 50_000)),
    "XOF": Scale(1_000, 6_000_000, (5_000, 15_000, 50_000)),
    "XAF": Scale(1_000, 6_000_000, (5_000, 15_000, 50_000)),
    "MAD": Scale(2_000, 10_000_000, (15_000, 40_000, 120_000)),
    "JPY": Scale(300, 1_500_000, (2_000, 5_000, 15_000)),
}

# About what a euro is worth, in whole units; the order of magnitude is what counts.
_WORTH = {
    1 / 3: "BHD KWD OMR",
    3 / 4: "JOD GIP FKP SHP",
    1: "BMD BND BSD BBD PAB KYD BZD",
    1.75: "AUD NZD SGD FJD WST XCG AWG ANG AZN BAM BYN",
    3: "GEL TND PGK TOP XCD TTD",
    4: "AED SAR QAR ILS PEN BOB MYR RON",
    5: "BRL",
    6: "BWP",
    7.5: "HKD CNY MOP GTQ",
    10: "SBD TJS",
    15: "MDL MVR SCR",
    20: "MXN ZAR NAD LSL SZL",
    30: "CZK HNL ZMW TWD SLE SRD",
    45: "UAH MUR TRY NIO THB UYU",
    65: "PHP MKD MZN DOP EGP",
    85: "INR RUB AFN GMD",
    100: "ALL KGS NPR BDT",
    110: "RSD CVE VUV",
    120: "XPF KES GYD",
    150: "ISK JMD HTG DZD ETB",
    200: "DJF LRD",
    300: "LKR PKR YER",
    400: "HUF AMD",
    500: "KMF KZT CRC SOS",
    1_000: "CLP ARS AOA",
    1_500: "KRW NGN RWF MNT",
    2_500: "MMK CDF TZS MWK",
    4_000: "COP UGX KHR BIF",
    5_000: "MGA",
    7_500: "PYG",
    10_000: "GNF",
    12_500: "UZS",
    20_000: "IDR LAK STD",
    25_000: "VND",
    90_000: "LBP",
}
_EUROS = {code: worth for worth, codes in _WORTH.items() for code in codes.split()}
_ROUND = (1, 1.5, 2, 3, 4, 5, 6, 8)
_USUAL = (15, 40, 120)  # in euros


def step(currency: str) -> int:
    """The smallest difference between two amounts Stripe can charge, in minor units."""
    found = 1
    while not _exact(found, currency):
        found *= 10
    return found


def can_charge(amount_minor: int, currency: str) -> bool:
    """Whether Stripe can charge exactly this amount."""
    return amount_minor % step(currency) == 0 and to_stripe(amount_minor, currency) <= MOST_ON_THE_WIRE


def rounded(amount: float, currency: str) -> int:
    """The nearest amount people would call round, in minor units, that Stripe can charge."""
    size = 1.0
    while size * 10 <= amount:
        size *= 10
    nearest = min((*(one * size for one in _ROUND), 10 * size), key=lambda one: abs(one - amount))
    least = step(currency)
    return max(round(nearest / least), 1) * least


@lru_cache(maxsize=256)
def scale(currency: str) -> Scale | None:
    """The scale of a currency, or None when gifts are not taken in it."""
    if currency in _CHOSEN:
        return _CHOSEN[currency]
    if currency not in CHARGED:
        return None
    euro = _EUROS.get(currency, 1) * 10 ** minor_digits(currency)
    largest = min(rounded(10_000 * euro, currency), from_stripe(MOST_ON_THE_WIRE, currency))
    largest -= largest % step(currency)
    if not can_charge(largest, currency):  # turned into our units, the most was rounded up
        largest -= step(currency)
    most = min(
        _USUAL[-1] * euro, largest
    )  # a few currencies are worth so little that Stripe's digits run out
    suggested = sorted({rounded(part * most / _USUAL[-1], currency) for part in _USUAL})
    smallest = rounded(min(2 * euro, most / _USUAL[0]), currency)
    return Scale(smallest, largest, tuple(one for one in suggested if one <= largest))


def suggestions(currency: str, wished: Iterable[int], median: int | None = None) -> list[int]:
    """The amounts to offer, the smallest first.

    Around what people gave here, once ``median`` of enough gifts is known; else those the campaign wishes, as far
    as they can be given; else the currency's.
    """
    found = scale(currency)
    if found is None:
        return []
    around = [rounded(part * median, currency) for part in (0.5, 1, 2)] if median else []
    for amounts, least in ((around, 2), (wished, 1)):
        allowed = {one for one in amounts if may_give(one, currency)}
        if len(allowed) >= least:
            return sorted(allowed)[:4]
    return list(found.suggested)


def may_give(amount_minor: int, currency: str) -> bool:
    """Whether a gift may be this large, to the minor unit."""
    found = scale(currency)
    within = found is not None and found.smallest <= amount_minor <= found.largest
    return within and can_charge(amount_minor, currency)


def _exact(amount_minor: int, currency: str) -> bool:
    try:
        to_stripe(amount_minor, currency)
    except ValueError:
        return False
    return True
