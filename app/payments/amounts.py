"""Amounts between ISO 4217 minor units and the ones Stripe expects; what cannot be sent exactly is refused.

Source: https://docs.stripe.com/currencies, "Zero-decimal currencies" and "Special cases".
"""

# ISO gives these no decimals, Stripe still counts them in hundredths for backward compatibility.
_HUNDREDTHS_AT_STRIPE = frozenset({"ISK", "UGX"})
# Three decimals, of which Stripe accepts only the first two.
_LAST_DIGIT_ZERO = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
# ISO counts two decimals, Stripe none: no exact conversion exists for every amount.
_UNSUPPORTED = frozenset({"MGA"})


def to_stripe(amount_minor: int, currency: str) -> int:
    """Convert an ISO minor-unit amount for the wire. Raises ValueError when it has no exact equivalent."""
    if currency in _UNSUPPORTED:
        raise ValueError(f"{currency} cannot be charged")
    if currency in _LAST_DIGIT_ZERO and amount_minor % 10:
        raise ValueError(f"{currency} amounts end in 0 in their minor unit")
    return amount_minor * 100 if currency in _HUNDREDTHS_AT_STRIPE else amount_minor


def from_stripe(amount: int, currency: str) -> int:
    """Convert an amount from the wire to ISO minor units, rounding half up where Stripe has more decimals."""
    return (amount + 50) // 100 if currency in _HUNDREDTHS_AT_STRIPE else amount


def share_of_fee(fee: int, settled: int, amount: int) -> int:
    """The fee in the payment's currency, when Stripe booked it in the account's own.

    ``fee`` and ``settled`` are in the settlement currency, ``amount`` in the payment's; same currency means
    ``settled == amount`` and the fee comes back unchanged. Rounds half up.
    """
    if settled <= 0:
        return 0
    return (2 * fee * amount + settled) // (2 * settled)
