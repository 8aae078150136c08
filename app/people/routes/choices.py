"""The options and headers that several pages of people share."""

import unicodedata
from typing import Any

from babel import Locale

from app.core.i18n import current_language
from app.people.forms import CURRENCIES, time_zones
from app.people.wording import KIND_NAMES, ROLE_DUTIES, ROLE_NAMES

LANGUAGES = (("fr", "Français"), ("en", "English"))

# A page whose address is a secret: not told to the next site, not kept, not indexed.
SECRET_PAGE = {
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}


def place_choices() -> dict[str, Any]:
    """Languages, time zones and currencies for selects. Made while a page is, in its language."""
    return {
        "languages": LANGUAGES,
        "zones": [(zone, zone.replace("_", " ")) for zone in time_zones()],
        "currencies": CurrencyChoices(),
        "countries": CountryChoices(),
    }


class CurrencyChoices:
    """(code, name) pairs, named in the language the page is being rendered in."""

    def __iter__(self) -> Any:
        names = Locale(current_language()).currencies
        return iter([(code, f"{code} – {names.get(code, code)}") for code in CURRENCIES])


class CountryChoices:
    """(ISO 3166 code, name) pairs by name, in the language the page is being rendered in."""

    def __iter__(self) -> Any:
        names = Locale(current_language()).territories.items()
        places = [(code, str(name)) for code, name in names if len(code) == 2 and code not in _NOT_PLACES]
        return iter(sorted(places, key=lambda pair: unicodedata.normalize("NFD", pair[1])))


_NOT_PLACES = {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}


def role_choices() -> list[tuple[str, object, object]]:
    """(role, name, what it may do) for radio cards."""
    return [(role.value, name, ROLE_DUTIES[role]) for role, name in ROLE_NAMES.items()]


def register_choices() -> list[tuple[str, object]]:
    """(register, name) of the legal numbers."""
    return [(kind.value, name) for kind, name in KIND_NAMES.items()]
