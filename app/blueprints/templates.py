"""The templates of `seed/templates`, read once. Refuses a file that does not follow the document."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.blueprints.document import Document

FOLDER = Path(__file__).parents[2] / "seed" / "templates"
FIRST = "hope-week"  # the one to begin with


@dataclass(frozen=True)
class Template:
    """One template in one language."""

    key: str
    language: str
    title: str
    summary: str
    repeat: bool
    document: Document

    @property
    def length(self) -> int:
        return self.document.campaign.length


@lru_cache(maxsize=1)
def _all() -> dict[tuple[str, str], Template]:
    found: dict[tuple[str, str], Template] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        document = Document.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        card = document.template
        if card is None:
            raise ValueError(f"{path.name} has no [template] table")
        language = document.campaign.language
        found[card.key, language] = Template(
            card.key, language, card.title, card.summary, card.repeat, document
        )
    return found


def templates(language: str) -> list[Template]:
    """The templates in a language, the one to begin with first."""
    mine = [template for (_, spoken), template in _all().items() if spoken == language]
    return sorted(mine, key=lambda one: (one.key != FIRST, one.title))


def template(key: str, language: str) -> Template | None:
    """One template, in the language asked for."""
    return _all().get((key, language))
