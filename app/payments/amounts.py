"""Amounts between our minor units and the ones Stripe expects; what cannot be sent exactly is refused.

Ours have as many decimals as people write (`core.money.minor_digits`: none for JPY, XOF, but also ISK or RSD);
Stripe has its own list. Each is converted by the difference, never by a list of exceptions to one of the two.
Source: https://docs.stripe.com/currencies, "Zero-decimal currencies", "Three-decimal currencies" and "Special
cases".
"""

from app.core.money import minor_digits

_ZERO = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF"
_THREE = "BHD JOD KWD OMR TND"
_TWO = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CNY COP
CRC CVE CZK DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR ISK JMD
KES KGS KHR KYD KZT LAK LBP LKR LRD LSL MAD MDL MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK
NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SEK SGD SHP SLE SOS SRD STD SZL THB TJS TOP
TRY TTD TWD TZS UAH UGX USD UYU UZS WST XCD XCG YER ZAR ZMW
"""
_ZERO_DECIMAL = frozenset(
    _ZERO.split()
)  # not UGX and ISK: hundredths, always 00, "for backwards compatibility"
_THREE_DECIMAL = frozenset(_THREE.split())  # the last digit must be 0
CHARGED: frozenset[str] = frozenset(_TWO.split()) | _ZERO_DECIMAL | _THREE_DECIMAL
"""Every currency Stripe charges in (https://docs.stripe.com/currencies, "Presentment currencies")."""


def wire_digits(currency: str) -> int:
    """How many decimals Stripe counts in a currency: 0, 2 or 3."""
    if currency in _ZERO_DECIMAL:
        return 0
    return 3 if currency in _THREE_DECIMAL else 2


def to_stripe(amount_minor: int, currency: str) -> int:
    """Convert an amount in minor units for the wire. Raises ValueError when it has no exact equivalent."""
    if currency not in CHARGED:
        raise ValueError(f"{currency} cannot be charged")
    more, step = _difference(currency)
    if not more and amount_minor % step:
        raise ValueError(f"{currency} amounts are whole at Stripe")
    amount = amount_minor * step if more else amount_minor // step
    if currency in _THREE_DECIMAL and amount % 10:
        raise ValueError(f"{currency} amounts end in 0 in their minor unit")
    return amount


def from_stripe(amount: int, currency: str) -> int:
    """Convert an amount from the wire to minor units, rounding half up where Stripe has more decimals."""
    more, step = _difference(currency)
    return (2 * amount + step) // (2 * step) if more else amount * step


def share_of_fee(fee: int, settled: int, amount: int) -> int:
    """The fee in the payment's currency, when Stripe booked it in the account's own.

    ``fee`` and ``settled`` are in the settlement currency, ``amount`` in the payment's; same currency means
    ``settled == amount`` and the fee comes back unchanged. Rounds half up.
    """
    if settled <= 0:
        return 0
    return (2 * fee * amount + settled) // (2 * settled)


def _difference(currency: str) -> tuple[bool, int]:
    """Whether Stripe counts as many decimals as we do or more, and the power of ten between the two."""
    more = wire_digits(currency) - minor_digits(currency)
    return more >= 0, int(10 ** abs(more))
