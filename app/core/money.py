"""Money as integer minor units with a currency; refuses floats and amounts it cannot read for sure."""

import re
from decimal import Decimal
from functools import cache
from unicodedata import normalize

from babel.numbers import get_currency_precision, get_currency_symbol


class NotAnAmount(ValueError):
    """What was typed cannot be read as an amount without guessing."""


def minor_digits(currency: str) -> int:
    """How many decimals a currency has (ISO 4217): 2 for EUR, 0 for JPY, 3 for KWD."""
    return int(get_currency_precision(currency))


def parse_amount(text: str, currency: str) -> int:
    """Read a typed amount ("12,50", "1 250", "1.250,00", "12€50") as minor units.

    Either sign may stand before the decimals; it stands between thousands where it cannot mean decimals: when it
    comes twice, when the other one follows, or when the currency has none. Raises NotAnAmount when the text is
    empty, negative, has more decimals than the currency, or could mean two amounts.
    """
    digits = minor_digits(currency)
    for shape in _shapes(digits):
        match = shape.fullmatch(_bare(text, currency))
        if match is not None:
            whole = re.sub(r"\D", "", match["whole"])
            value = Decimal(f"{whole}.{match['part'] or '0'}")
            return int(value.scaleb(digits))
    raise NotAnAmount(text)


@cache
def _shapes(digits: int) -> tuple[re.Pattern[str], ...]:
    """How an amount may be written. Three digits after a comma could be thousands: they are not read as decimals."""
    most = min(digits, 2)
    part = rf"(?:[.,](?=\d{{1,{most}}}$)|\.)(?P<part>\d{{1,{digits}}})" if digits else "(?P<part>(?!))"
    twice = r"\d{1,3}(?P<mark>[.,])\d{3}(?:(?P=mark)\d{3})+"
    shapes = [rf"(?P<whole>\d{{1,9}})(?:{part})?", f"(?P<whole>{twice})(?P<part>)"]
    if digits:
        shapes.append(
            r"(?P<whole>\d{1,3}(?P<mark>[.,])\d{3}(?:(?P=mark)\d{3})*)"
            rf"(?!(?P=mark))[.,](?P<part>\d{{1,{digits}}})"
        )
    else:
        shapes.append(r"(?P<whole>\d{1,3}[.,]\d{3})(?P<part>)")
    return tuple(re.compile(shape) for shape in shapes)


def _bare(text: str, currency: str) -> str:
    """An amount without its currency, and without the blanks and apostrophes between its thousands.

    A blank anywhere else stays, and the amount is refused: "12 50" is not 1250. The currency between two figures is
    a decimal sign, as in "12€50".
    """
    words = {currency, get_currency_symbol(currency, "fr"), get_currency_symbol(currency, "en")}
    signs = {sign for word in words for sign in word if not (sign.isalnum() or sign.isspace() or sign == ".")}
    own = "|".join(
        r"\s*".join(map(re.escape, word.split())) for word in sorted(words | signs, key=len, reverse=True)
    )
    text = re.sub(rf"^\s*(?:{own})?\s*|\s*(?:{own})?\s*$", "", normalize("NFKC", text), flags=re.IGNORECASE)
    text = re.sub(rf"(?<=\d)\s*(?:{own})\s*(?=\d{{2}}$)", ".", text, flags=re.IGNORECASE)
    return re.sub(r"(?<=\d)[\s'’](?=\d{3}(?!\d))|\s(?=[.,])|(?<=[.,])\s", "", text)


def decimal_string(minor: int, currency: str) -> str:
    """An amount for machines: a decimal point and the currency's own number of decimals."""
    digits = minor_digits(currency)
    return f"{Decimal(minor).scaleb(-digits):.{digits}f}"


def minor_of(text: str, currency: str) -> int:
    """The minor units of what `decimal_string` wrote."""
    return int(Decimal(text).scaleb(minor_digits(currency)))


def typed_amount(minor: int, currency: str) -> str:
    """An amount as a field shows what was typed: empty for none, no decimals that say nothing."""
    whole, _, rest = (decimal_string(minor, currency) if minor else "").partition(".")
    return f"{whole}.{rest}" if rest.strip("0") else whole
