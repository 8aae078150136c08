"""Money as integer minor units with a currency; refuses floats and amounts it cannot read for sure."""

import re
from decimal import Decimal

from babel.numbers import get_currency_precision


class NotAnAmount(ValueError):
    """What was typed cannot be read as an amount without guessing."""


def minor_digits(currency: str) -> int:
    """How many decimals a currency has (ISO 4217): 2 for EUR, 0 for JPY, 3 for KWD."""
    return int(get_currency_precision(currency))


def parse_amount(text: str, currency: str) -> int:
    """Read a typed amount ("12,50", "1 250", "12.50 €") as minor units.

    Raises NotAnAmount when the text is empty, negative, has more decimals than the currency,
    or could mean two amounts.
    """
    cleaned = re.sub(r"[\s\u00a0\u202f'’]|€|£|\$|" + re.escape(currency), "", text, flags=re.IGNORECASE)
    digits = minor_digits(currency)
    match = re.fullmatch(r"(\d{1,9})(?:[.,](\d{1,3}))?", cleaned)
    if match is None or len(match[2] or "") > digits:
        raise NotAnAmount(text)
    value = Decimal(f"{match[1]}.{match[2] or '0'}")
    return int(value.scaleb(digits))


def decimal_string(minor: int, currency: str) -> str:
    """An amount for machines: a decimal point and the currency's own number of decimals."""
    digits = minor_digits(currency)
    return f"{Decimal(minor).scaleb(-digits):.{digits}f}"
