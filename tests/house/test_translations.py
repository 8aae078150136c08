"""Every sentence exists in both languages, with the same blanks to fill; French keeps its own typography."""

import re

import pytest

from tests.house import catalogues

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_catalogues_are_complete_and_current(language: str) -> None:
    found = catalogues.extract()
    kept = catalogues.read(language)
    known = {message.id for message in kept if message.id}
    wanted = {message.id for message in found if message.id}
    assert known == wanted, f"run `make i18n`: {sorted(map(str, known ^ wanted))}"
    assert catalogues.missing(kept) == []
    assert not [message.id for message in kept if message.fuzzy and message.id]


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_translations_fill_the_same_blanks(language: str) -> None:
    for message in catalogues.read(language):
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        blanks = set().union(*(PLACEHOLDER.findall(part) for part in ids))
        for string in strings:
            unknown = set(PLACEHOLDER.findall(string or "")) - blanks
            assert not unknown, f"{message.id}: {unknown}"
        if len(ids) == 1:
            assert set(PLACEHOLDER.findall(strings[0] or "")) == blanks, message.id


def test_french_uses_french_marks() -> None:
    wrong = []
    for message in catalogues.read("fr"):
        if not message.id:
            continue
        for string in message.string if isinstance(message.string, tuple | list) else (message.string,):
            text = PLACEHOLDER.sub("", string or "")
            if re.search(r"\w'\w|\"|[^\s\u00a0\u202f/:?!]([;!?])(?=\s|$)|\w:(?=\s|$)", text):
                wrong.append(string)
    assert wrong == []
