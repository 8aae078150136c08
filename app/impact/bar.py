"""The bar that adds up, as the page draws it. Refuses no sum: what does not add up is seen."""

from typing import Any

from app.core import i18n
from app.core.i18n import mark
from app.impact import rules

_BAR_WORDS = {
    "spent": mark("Used"),
    "fees": mark("Payment fees"),
    "back": mark("Given back"),
    "left": mark("Remaining"),
}


def bar_of(balance: rules.Sum, currency: str) -> list[dict[str, Any]]:
    """The parts of the bar that adds up, in the current language."""
    return [
        {
            "label": str(_BAR_WORDS[tone]),
            "minor": minor,
            "text": i18n.money(minor, currency, cents=True),
            "tone": tone,
        }
        for tone, minor in balance.parts
    ]
