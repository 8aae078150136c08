"""A PDF is made whatever letters people write: a name in another script must not keep a receipt from being made."""

import io

import pytest
from pypdf import PdfReader

from app.print.poster import Poster, poster


def _poster(title: str) -> str:
    told = Poster(
        title=title,
        ask="Vingt euros, une place.",
        organisation="Les Lanternes",
        code_words="Donner",
        address="https://lanternes.example/c/x",
        link="https://lanternes.example/c/x/donate",
        weekday=2,
        paper="a4",
        language="fr",
        text_language="fr",
    )
    return " ".join(PdfReader(io.BytesIO(poster(told))).pages[0].extract_text().split())


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ("Une place à l’atelier", "Une place à l’atelier"),
        ("Ольга", "Ольга"),
        ("Une ＜place＞", "Une"),
        ("Une place ☂", "Une place"),
        ("Ẁîlliam ⅕", "lliam"),
    ],
)
def test_any_letters_make_a_document(title: str, read: str) -> None:
    text = _poster(title)
    assert read in text
    assert "Vingt euros" in text
