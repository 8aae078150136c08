"""The one Jinja environment: templates with the house's globals and macros. Refuses undefined names."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.core import clock, i18n
from app.core.assets import asset
from app.core.settings import get_settings
from app.core.stamps import form_stamp

VIA = "via"
"""The parameter that says by which short link somebody came: in the address, so that no cookie has to."""
TEMPLATES = Path(__file__).parent.parent / "templates"


@dataclass(frozen=True)
class Here:
    """What links and forms need to know of the request they are made for."""

    path: str = "/"
    query: str = ""
    language: str = i18n.DEFAULT_LANGUAGE
    language_asked: bool = False
    csrf_token: str = ""
    via: str = ""  # the short link somebody came by


_NOWHERE = Here()  # mails and tests: no request
_here: ContextVar[Here] = ContextVar("here", default=_NOWHERE)


@contextmanager
def at(here: Here) -> Iterator[None]:
    """Render for a request."""
    token = _here.set(here)
    try:
        yield
    finally:
        _here.reset(token)


def link(path: str) -> str:
    """A path that keeps the language the person asked for and, within a campaign, the link they came by."""
    here = _here.get()
    if here.via and path.startswith("/c/"):
        path = with_query(path, VIA, here.via)
    if not here.language_asked or "lang=" in path:
        return path
    return with_query(path, "lang", here.language)


def with_query(path: str, name: str, value: str) -> str:
    """A path with one more query parameter, before its anchor."""
    base, hash_mark, anchor = path.partition("#")
    return f"{base}{'&' if '?' in base else '?'}{urlencode({name: value})}{hash_mark}{anchor}"


def switch_lang_url(language: str) -> str:
    """The address of this page in another language."""
    here = _here.get()
    query = [(key, value) for key, value in parse_qsl(here.query) if key not in ("lang", "ok")]
    return f"{here.path}?{urlencode([*query, ('lang', language)])}"


def csrf_token() -> str:
    """The token of the signed-in person's forms; empty on public pages, which carry no cookie to abuse."""
    return _here.get().csrf_token


def absolute(path: str) -> str:
    """A path as a full address, for mails, feeds and sharing."""
    return f"{get_settings().base_url}{path}"


def _paragraphs(text: str) -> Markup:
    """Plain text as paragraphs and line breaks; markup in it stays text."""
    parts = [part.strip() for part in text.split("\n\n") if part.strip()]
    return Markup("").join(
        Markup("<p>{}</p>").format(Markup("<br>").join(line for line in part.split("\n"))) for part in parts
    )


def _tel(number: str) -> str:
    """A telephone number as people write it, for a `tel:` link (RFC 3966): digits, and a plus before them."""
    plain = number.replace("(0)", "")
    digits = "".join(one for one in plain if one.isdecimal() and one.isascii())
    return f"+{digits}" if plain.lstrip().startswith("+") else digits


def _gettext(text: str, /, **values: object) -> str:
    """A sentence in a page; what stands in it is escaped."""
    return i18n.filled(Markup(i18n.gettext(text)), values)  # noqa: S704 - the catalogue is ours


def _ngettext(singular: str, plural: str, num: int, /, **values: object) -> str:
    """The same, by number, which it may name as `num`."""
    return i18n.filled(Markup(i18n.ngettext(singular, plural, num)), {"num": num, **values})  # noqa: S704


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The one Jinja environment; macros are published as `ui` so that a block rendered alone sees them."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=get_settings().development,
    )
    env.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.policies["ext.i18n.trimmed"] = True
    env.globals.update(
        gettext=_gettext,
        ngettext=_ngettext,
        asset=asset,
        link=link,
        switch_lang_url=switch_lang_url,
        csrf_token=csrf_token,
        absolute=absolute,
        money=i18n.money,
        number=i18n.number,
        percent=i18n.percent,
        date=i18n.day,
        datetime=i18n.moment,
        time=i18n.clock_time,
        zone_time=i18n.zone_time,
        join=i18n.join,
        now=clock.now,
        form_stamp=form_stamp,
    )
    env.filters["paragraphs"] = _paragraphs
    env.filters["tel"] = _tel
    env.filters["city"] = i18n.city
    env.filters["upfirst"] = lambda text: text[:1].upper() + text[1:]
    env.globals["ui"] = env.get_template("ui/kit.html").module
    return env


def render(template: str, context: Mapping[str, Any], *, language: str, block: str | None = None) -> str:
    """Render a template, or one of its blocks alone, in a language. Needs no request (mails)."""
    with i18n.speaking(language):
        loaded = environment().get_template(template)
        values = {"locale": language, **context}
        if block is None:
            return loaded.render(values)
        return "".join(loaded.blocks[block](loaded.new_context(values)))
