"""What Stripe asks for a card payment, as data: only to tell donors what would cover it, never to book a fee.

The standard price for standard cards of the account's own region, in the account's own currency. Premium and
foreign cards cost more and bank debits less; a price that was negotiated is not known here. Where no price is
known, or the gift would be converted, nothing is offered.
Sources: https://stripe.com/pricing (one page a country); for Europe since 10 April 2023 "Pricing updates for
businesses in the EEA" and "… in the United Kingdom" (https://support.stripe.com/questions/), which give the fixed
part for accounts outside the euro.
"""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Tariff:
    """``percent`` of what is charged, in hundredths of a percent, and ``fixed`` in minor units."""

    percent: int
    fixed: int


_EURO = "AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK"
_TARIFFS = {
    **{(country, "EUR"): Tariff(150, 25) for country in _EURO.split()},
    ("GB", "GBP"): Tariff(150, 20),
    ("CZ", "CZK"): Tariff(150, 650),
    ("DK", "DKK"): Tariff(150, 180),
    ("HU", "HUF"): Tariff(150, 8_500),
    ("PL", "PLN"): Tariff(150, 100),
    ("RO", "RON"): Tariff(150, 100),
    ("SE", "SEK"): Tariff(150, 180),
    ("US", "USD"): Tariff(290, 30),
    ("CA", "CAD"): Tariff(290, 30),
    ("AU", "AUD"): Tariff(170, 30),
    ("JP", "JPY"): Tariff(360, 0),
    ("SG", "SGD"): Tariff(340, 50),
}


def tariff(country: str, currency: str) -> Tariff | None:
    """The tariff of an account's country for its own currency.

    An account whose country is not known has the currency's, where all countries of the currency have one price.
    """
    if country:
        return _TARIFFS.get((country, currency))
    known = {price for (_, code), price in _TARIFFS.items() if code == currency}
    return known.pop() if len(known) == 1 else None


def cover(amount_minor: int, price: Tariff, step: int = 1) -> int:
    """What must be added so that the whole amount arrives: the fee is also taken on what is added.

    Minor units, rounded up to a multiple of ``step``.
    """
    charged = Fraction(amount_minor + price.fixed) * 10_000 / (10_000 - price.percent)
    return -((amount_minor - charged) // step) * step
