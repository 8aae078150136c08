"""Quantities of a challenge's unit, in whole thousandths: reading what was typed, showing sums. Refuses guesses."""

import re
from decimal import Decimal

from app.challenges.rules import UNIT
from app.core import i18n

MAX_DECIMALS = 3


class NotAQuantity(ValueError):
    """What was typed is no number, or has more decimals than the unit."""


def read(text: str, decimals: int) -> int:
    """What was typed ("2,5", "1 250", "3") as thousandths. Raises NotAQuantity; nothing is rounded.

    A dot or comma is always the decimal sign: "1.250" is one and a quarter, and refused for a unit without decimals.
    """
    cleaned = re.sub(r"[\s\u00a0\u202f]", "", text)
    match = re.fullmatch(r"(\d{1,9})(?:[.,](\d{1,9}))?", cleaned)
    if match is None:
        raise NotAQuantity(text)
    fraction = (match[2] or "").rstrip("0")
    if len(fraction) > min(decimals, MAX_DECIMALS):
        raise NotAQuantity(text)
    return int(match[1]) * UNIT + int(fraction.ljust(MAX_DECIMALS, "0") or 0)


def plain(quantity: int) -> Decimal:
    """Thousandths as an exact number of units, without idle zeros."""
    value = Decimal(quantity) / UNIT
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def scaled(value: float) -> int:
    """A number of units, as a file writes it, in thousandths."""
    return int((Decimal(str(value)) * UNIT).to_integral_value())


def typed(quantity: int, language: str) -> str:
    """A quantity as someone would type it into a form of that language."""
    return f"{plain(quantity):f}".replace(".", "," if language == "fr" else ".")


def unit_of(one: str, many: str, quantity: int, language: str) -> str:
    """The unit's word for a quantity: French says « 0 geste » and « 1,5 geste », English "1.5 pages"."""
    single = quantity < 2 * UNIT if language == "fr" else quantity == UNIT
    return one if single else many


def shown(quantity: int, one: str, many: str, language: str) -> str:
    """« 12,5 kg », in the campaign's own language whatever the page speaks: the unit is a word of it."""
    with i18n.speaking(language):
        return f"{i18n.number(plain(quantity))} {unit_of(one, many, quantity, language)}".strip()
