"""Amounts of money in words, French and English, as receipts write them; refuses what is below zero or a billion up."""

from babel.numbers import get_currency_name

from app.core.money import minor_digits

LIMIT = 1_000_000_000

_FR = (
    *("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze"),
    *("treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf"),
)
_FR_TENS = {2: "vingt", 3: "trente", 4: "quarante", 5: "cinquante", 6: "soixante", 8: "quatre-vingt"}
_EN = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_EN_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")

# The hundredth part by currency: one and several. Babel names currencies, not their parts.
_PARTS = {
    "fr": {"EUR": ("centime", "centimes"), "CHF": ("centime", "centimes"), "USD": ("cent", "cents")},
    "en": {"EUR": ("cent", "cents"), "USD": ("cent", "cents"), "GBP": ("penny", "pence")},
}
_PARTS["fr"] |= {"GBP": ("penny", "pence"), "CAD": ("cent", "cents")}
_PARTS["en"] |= {"CHF": ("centime", "centimes"), "CAD": ("cent", "cents"), "AUD": ("cent", "cents")}


def amount_in_words(minor: int, currency: str, language: str) -> str:
    """An amount of minor units in words: « douze euros et cinquante centimes ». Raises ValueError beyond LIMIT."""
    digits = minor_digits(currency)
    whole, rest = divmod(minor, 10**digits)
    if not 0 <= whole < LIMIT:
        raise ValueError(minor)
    name = str(get_currency_name(currency, count=whole, locale=language))
    link = _of(whole, name) if language == "fr" else " "
    text = f"{number_in_words(whole, language)}{link}{name}"
    if not rest:
        return text
    one, several = _PARTS[language].get(currency, ("", ""))
    if digits != 2 or not one:
        return f"{text} {'et' if language == 'fr' else 'and'} {rest}/{10**digits}"
    part = f"{number_in_words(rest, language)} {one if rest == 1 else several}"
    return f"{text} {'et' if language == 'fr' else 'and'} {part}"


def _of(whole: int, name: str) -> str:
    """« un million d’euros », but « un million cent euros »."""
    if whole < 1_000_000 or whole % 1_000_000:
        return " "
    return " d’" if name[0].lower() in "aeiouyéèh" else " de "


def number_in_words(value: int, language: str) -> str:
    """A whole number from 0 up to LIMIT in words. Raises ValueError beyond."""
    if not 0 <= value < LIMIT:
        raise ValueError(value)
    return _french(value) if language == "fr" else _english(value)


def _french(value: int) -> str:
    millions, rest = divmod(value, 1_000_000)
    thousands, units = divmod(rest, 1_000)
    parts = []
    if millions:
        parts.append(f"{_french_hundreds(millions, last=True)} million{'s' if millions > 1 else ''}")
    if thousands == 1:
        parts.append("mille")
    elif thousands:
        parts.append(f"{_french_hundreds(thousands, last=False)} mille")
    if units or not parts:
        parts.append(_french_hundreds(units, last=True))
    return " ".join(parts)


def _french_hundreds(value: int, *, last: bool) -> str:
    """Below a thousand. `cent` and `quatre-vingt` take their s only at the end of the number, before no `mille`."""
    hundreds, rest = divmod(value, 100)
    if not hundreds:
        return _french_tens(rest, last=last)
    head = "cent" if hundreds == 1 else f"{_FR[hundreds]} cent"
    if not rest:
        return f"{head}s" if hundreds > 1 and last else head
    return f"{head} {_french_tens(rest, last=last)}"


def _french_tens(value: int, *, last: bool) -> str:
    if value < len(_FR):
        return _FR[value]
    tens, unit = divmod(value, 10)
    if tens in (7, 9):  # soixante-dix, quatre-vingt-dix: the tens below, and ten more
        tens, unit = tens - 1, unit + 10
    base = _FR_TENS[tens]
    if unit == 0:
        return f"{base}s" if tens == 8 and last else base
    if unit in (1, 11) and tens != 8:
        return f"{base} et {_FR[unit]}"
    return f"{base}-{_FR[unit]}"


def _english(value: int) -> str:
    parts = []
    for size, name in ((1_000_000, "million"), (1_000, "thousand")):
        count, value = divmod(value, size)
        if count:
            parts.append(f"{_english_hundreds(count)} {name}")
    if value or not parts:
        if parts and value < 100:
            parts.append("and")
        parts.append(_english_hundreds(value))
    return " ".join(parts)


def _english_hundreds(value: int) -> str:
    hundreds, rest = divmod(value, 100)
    if not hundreds:
        return _english_tens(rest)
    head = f"{_EN[hundreds]} hundred"
    return f"{head} and {_english_tens(rest)}" if rest else head


def _english_tens(value: int) -> str:
    if value < len(_EN):
        return _EN[value]
    tens, unit = divmod(value, 10)
    return _EN_TENS[tens] + (f"-{_EN[unit]}" if unit else "")
