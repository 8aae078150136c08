"""Languages: gettext catalogues, the request's locale, Babel formats. Refuses languages it lacks."""

import gettext as gettext_module
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, get_timezone_location
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_precision

from app.core import french

LANGUAGES = ("fr", "en")
DEFAULT_LANGUAGE = "en"
LOCALE_DIR = Path(__file__).parent.parent / "locale"

# Babel's full locales: dates as people in France and the United Kingdom write them.
_BABEL = {"fr": "fr_FR", "en": "en_GB"}

_SHORT = "d MMM y, HH:mm"

_locale: ContextVar[str] = ContextVar("locale", default=DEFAULT_LANGUAGE)


@dataclass(frozen=True)
class Message:
    """A sentence marked for translation, with its values; it becomes text in the reader's language."""

    text: str
    values: dict[str, object] = field(default_factory=dict)

    def with_values(self, **values: object) -> "Message":
        return Message(self.text, {**self.values, **values})

    def __str__(self) -> str:
        translated = gettext(self.text)
        return filled(translated, self.values) if self.values else translated


def mark(text: str) -> Message:
    """Mark a sentence for extraction; it is translated when shown."""
    return Message(text)


def french_spacing(text: str) -> str:
    """Put the no-break spaces French typography asks for where a writer typed plain ones."""
    text = re.sub(r" ([;!?])", "\u202f\\1", text)
    text = re.sub(r" ([:»€]|%(?!\())", "\u00a0\\1", text)
    text = re.sub(r"(?<=[nN][°º]) (?=\d)", "\u00a0", text)
    return re.sub(r"« ", "«\u00a0", text)


@cache
def _catalogue(language: str) -> gettext_module.NullTranslations:
    path = LOCALE_DIR / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return gettext_module.NullTranslations()
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    if language == "fr":
        for message in catalogue:
            if message.id and isinstance(message.string, str):
                message.string = french_spacing(message.string)
            elif message.id and message.string:
                message.string = tuple(french_spacing(part) for part in message.string)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext_module.GNUTranslations(compiled)


def current_language() -> str:
    """The language text is being made in: `fr` or `en`."""
    return _locale.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Make text in a language for the length of the block."""
    token = _locale.set(language if language in LANGUAGES else DEFAULT_LANGUAGE)
    try:
        yield
    finally:
        _locale.reset(token)


def gettext(text: str) -> str:
    return _catalogue(_locale.get()).gettext(text)


def ngettext(singular: str, plural: str, n: int) -> str:
    return _catalogue(_locale.get()).ngettext(singular, plural, n)


def filled(translated: str, values: Mapping[str, object]) -> str:
    """A sentence of the catalogue with its values in their places, as the language that is spoken joins them."""
    if _locale.get() == "fr":
        translated, values = french.joined(translated, values)
    return translated % values


def negotiate(accept_language: str) -> str:
    """The best language for an Accept-Language header, by quality then by order."""
    wanted: list[tuple[float, str]] = []
    for part in accept_language.split(",")[:20]:
        tag, _, parameters = part.strip().partition(";")
        quality = 1.0
        if match := re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", parameters):
            quality = float(match[1])
        wanted.append((quality, tag.split("-")[0].lower()))
    for quality, language in sorted(wanted, key=lambda pair: -pair[0]):
        if language in LANGUAGES and quality > 0:
            return language
    return DEFAULT_LANGUAGE


def _babel() -> str:
    return _BABEL[_locale.get()]


def money(minor: int, currency: str, *, cents: bool | None = None) -> str:
    """An amount in minor units, as people write it. Whole amounts lose their decimals unless `cents`."""
    digits = get_currency_precision(currency)
    value = Decimal(minor).scaleb(-digits)
    show = cents if cents is not None else value != value.to_integral_value()
    pattern = None if show else ("¤#,##0" if _locale.get() == "en" else "#,##0\u00a0¤")
    return _minus(
        str(format_currency(value, currency, format=pattern, locale=_babel(), currency_digits=show))
    )


def number(value: float | Decimal) -> str:
    return _minus(str(format_decimal(value, locale=_babel())))


def _minus(text: str) -> str:
    """A number for people, its sign a minus: the hyphen that the locales give is short and may end a line."""
    return text.replace("-", "\u2212")


def percent(value: float | Decimal, *, exact: bool = False) -> str:
    """A share (0.5) as a percentage, without decimals unless it is to be exact."""
    return str(format_percent(value, locale=_babel(), decimal_quantization=not exact))


def language_names() -> dict[str, str]:
    """What languages are called in the one spoken, by their code: « français », "Spanish"."""
    return dict(Locale.parse(_babel()).languages)


def day(value: date, style: str = "d MMMM") -> str:
    """A date by a Babel pattern or style (`long`, `EEEE d MMMM`, `EEE`)."""
    return _first(str(format_date(value, format=style, locale=_babel())), style)


def moment(value: datetime, zone: str, style: str = "medium") -> str:
    """An instant as a local date and time in an IANA zone; the hour as `clock_time` writes it."""
    style = _SHORT if style == "short" else style
    if _locale.get() == "fr":
        style = style.replace("HH:mm", "H\u00a0'h'\u00a0mm")
    return _first(str(format_datetime(value, format=style, tzinfo=ZoneInfo(zone), locale=_babel())), style)


def _first(text: str, style: str) -> str:
    """« 1er avril »: French counts the first of a month."""
    return re.sub(r"\b1 (?=[^\W\d])", "1er ", text) if _locale.get() == "fr" and "d MMM" in style else text


def city(zone: str) -> str:
    """The place an IANA zone is named after: « Londres » for Europe/London, UTC for UTC."""
    tzinfo = ZoneInfo(zone)
    return zone if "/" not in zone else get_timezone_location(tzinfo, locale=_babel(), return_city=True)


def zone_time(zone: str) -> str:
    """Whose hour it is, to stand after it: « heure de Paris », « heure d’Athènes », UTC."""
    if "/" not in zone:
        return zone
    text = gettext("%(city)s time") % {"city": city(zone)}
    return re.sub(r"\bde (?=[AEIOUYÀ-Ý])", "d’", text) if _locale.get() == "fr" else text


def clock_time(value: datetime | time, zone: str | None = None) -> str:
    """A time of day: « 12 h 30 » in French, 12:30 in English. Instants need their zone."""
    if isinstance(value, datetime):
        value = value.astimezone(ZoneInfo(zone or "UTC")).time()
    if _locale.get() == "fr":
        return f"{value.hour}\u00a0h\u00a0{value.minute:02d}"
    return str(format_time(value, format="HH:mm", locale=_babel()))


def join(items: Iterable[Any]) -> str:
    """A list in a sentence: "a, b and c"."""
    from babel.lists import format_list

    return str(format_list([str(item) for item in items], locale=_babel()))
