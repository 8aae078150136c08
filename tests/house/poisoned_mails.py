"""The mails of the house told nothing but vectors."""

from collections.abc import Iterator
from typing import Any

import jinja2
from markupsafe import Markup, escape

from app.core import i18n
from app.core.templating import TEMPLATES, environment
from tests.conftest import BASE_URL
from tests.house.poison import PATHS, everything

MAILS = sorted(path.stem for path in (TEMPLATES / "emails").glob("*.html") if not path.stem.startswith("_"))


class Anything(jinja2.Undefined):
    """Stands for whatever a mail speaks of: each attribute, item and word of it is made of vectors."""

    __slots__ = ()

    def _more(self, *_args: object, **_more: object) -> "Anything":
        return Anything(name="anything")

    __getitem__ = __call__ = __add__ = __radd__ = __sub__ = __floordiv__ = __mod__ = __round__ = _more  # type: ignore[assignment]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if (self._undefined_name, name) == ("standing", "value"):
            return "scheduled"  # one of the few words a macro looks up
        return Anything(name=name)

    def __str__(self) -> str:
        if (self._undefined_name or "").endswith(("url", "link", "page", "href", "website")):
            return BASE_URL + PATHS
        return everything(lines=False)

    def __html__(self) -> str:
        return str(escape(str(self)))

    def __iter__(self) -> Iterator[Any]:
        return iter([Anything(name="one")])

    def __len__(self) -> int:
        return 2

    def __int__(self) -> int:
        return 2

    __index__ = __int__

    def __bool__(self) -> bool:
        return True

    def __lt__(self, other: object) -> bool:
        return False

    __gt__ = __le__ = __ge__ = __lt__

    def __eq__(self, other: object) -> bool:
        return False

    def __hash__(self) -> int:
        return 1


def poisoned_mail(kind: str) -> str:
    """A mail's HTML, of which its text is read, whatever it is told being vectors."""
    poisoned = environment().overlay(undefined=Anything)
    words: dict[str, Any] = {
        name: (lambda *_args, **_more: everything(lines=False))
        for name in ("date", "datetime", "time", "zone_time", "money", "number", "percent", "join")
    }
    words["link"] = Anything(name="link")
    with i18n.speaking("en"):
        return poisoned.get_template(f"emails/{kind}.html").render(
            locale="en",
            ngettext=lambda _one, many, _n, **values: Markup(many) % {"num": 2, **values},  # noqa: S704
            **words,
        )
