"""The catalogues: finds every marked sentence and brings both languages up to date (`make i18n`).

English is the source, so its entries say what the code says; French ones stay empty until written by hand.
"""

import copy
import io
import sys
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
APP = ROOT / "app"
LANGUAGES = ("en", "fr")
METHODS = [("**.py", "python"), ("templates/**", "jinja2")]
OPTIONS = {"templates/**": {"extensions": "jinja2.ext.do", "trimmed": "true", "silent": "false"}}
# Header lines that say when and with what, and make two branches collide.
UNSTABLE = ('"POT-', '"PO-', '"Generated', '"Last-', '"Report', '"Language-Team', '"Project')
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "mark": None}


def path_of(language: str) -> Path:
    return APP / "locale" / language / "LC_MESSAGES" / "messages.po"


def extract() -> Catalog:
    """Every sentence marked in the code and the templates."""
    found = Catalog()
    for _file, _line, message, _comments, context in extract_from_dir(
        APP, method_map=METHODS, options_map=OPTIONS, keywords=KEYWORDS
    ):
        found.add(message, context=context)
    return found


def read(language: str) -> Catalog:
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def updated(language: str, found: Catalog) -> Catalog:
    """A language's catalogue with exactly the sentences found, what was translated kept."""
    catalogue = read(language)
    catalogue.update(copy.deepcopy(found), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    catalogue.fuzzy = False
    if language == "en":
        for message in catalogue:
            if message.id:
                message.string = message.id
    return catalogue


def written(catalogue: Catalog) -> str:
    """A catalogue as its file: sorted and without line numbers, so that two branches merge."""
    text = io.BytesIO()
    catalogue.header_comment = "# The words of Septaine. Brought up to date by `make i18n`."
    write_po(text, catalogue, no_location=True, sort_output=True, width=110)
    lines = text.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(UNSTABLE))


def missing(catalogue: Catalog) -> list[str]:
    """The sentences that have no translation yet."""
    return [
        str(message.id)
        for message in catalogue
        if message.id
        and not all(message.string if isinstance(message.string, tuple | list) else (message.string,))
    ]


def main() -> int:
    found = extract()
    for language in LANGUAGES:
        catalogue = updated(language, found)
        path_of(language).parent.mkdir(parents=True, exist_ok=True)
        path_of(language).write_text(written(catalogue), encoding="utf-8")
        left = missing(catalogue)
        sys.stdout.write(f"{language}: {len(catalogue)} sentences, {len(left)} to write\n")
        sys.stdout.writelines(f"  {sentence}\n" for sentence in left)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
