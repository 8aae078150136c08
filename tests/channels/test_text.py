"""What people read: composed in one place, counted as each platform counts, never cut."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.channels import graphemes, text
from app.channels.base import Fault, Limits, Piece, Shape

DUE = datetime(2027, 3, 3, 10, 0, tzinfo=UTC)


def piece(words: str = "", **more: object) -> Piece:
    return Piece(text=words, due_at=DUE, **more)


@pytest.mark.parametrize(
    ("given", "composed"),
    [
        (piece("Bonjour."), "Bonjour."),
        (piece("Bonjour.", label="Publicité"), "Publicité\n\nBonjour."),
        (piece("", label="Publicité"), "Publicité"),
        (piece("PUBLICITÉ – bonjour.", label="Publicité"), "PUBLICITÉ – bonjour."),
        (
            piece("Bonjour.", hashtags=("lire", "#École", "faim zéro", "lire")),
            "Bonjour.\n\n#lire #École #faimzéro",
        ),
        (piece("Vive #Lire et #liresouvent", hashtags=("lire",)), "Vive #Lire et #liresouvent"),
        (piece("Vive #liresouvent", hashtags=("lire",)), "Vive #liresouvent\n\n#lire"),
        (piece("Ici.", link="https://a.example/x"), "Ici.\n\nhttps://a.example/x"),
        (piece("Là : https://a.example/x.", link="https://a.example/x"), "Là : https://a.example/x."),
        (
            piece("https://a.example/xy", link="https://a.example/x"),
            "https://a.example/xy\n\nhttps://a.example/x",
        ),
        (
            piece("Mot.", label="Don", hashtags=("a",), link="https://a.example"),
            "Don\n\nMot.\n\n#a\nhttps://a.example",
        ),
    ],
)
def test_composed(given: Piece, composed: str) -> None:
    assert text.compose(given) == composed


words = st.text(max_size=60)
tags = st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12), max_size=4)


@given(words=words, label=st.text(min_size=1, max_size=30), tags=tags)
def test_the_label_is_first_and_nothing_is_lost(words: str, label: str, tags: list[str]) -> None:
    link = "https://semaine.example/ecole"
    composed = text.compose(piece(words, label=label, hashtags=tuple(tags), link=link))
    assert composed.casefold().startswith(label.strip().casefold())
    assert words.strip() in composed
    assert link in composed
    assert all(f"#{tag}".casefold() in composed.casefold() for tag in tags)
    again = text.compose(piece(composed, label=label, hashtags=tuple(tags), link=link))
    assert again == composed


@pytest.mark.parametrize(
    ("shown", "number"),
    [
        ("", 0),
        ("été", 3),
        ("e\u0301te\u0301", 3),
        ("a\r\nb", 3),
        ("a\n\nb", 4),
        ("👍🏽", 1),
        ("👩‍👩‍👧‍👦", 1),
        ("👩🏽‍🚒!", 2),
        ("❤️", 1),
        ("🏳️‍🌈", 1),
        ("🙂‍↔️", 1),
        ("🇫🇷", 1),
        ("🇫🇷🇧🇪", 2),
        ("🇫🇷🇧", 2),
        ("🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", 1),
        ("1️⃣", 1),
        ("한국", 2),
        ("\u1112\u1161\u11ab", 1),
        ("नमस्ते", 4),
        ("a\u200db", 2),
        ("\u0301", 1),
        ("\n\u0301", 2),
    ],
)
def test_graphemes(shown: str, number: int) -> None:
    assert graphemes.count(shown) == number


@given(st.text(), st.text())
def test_more_text_is_never_shorter(first: str, second: str) -> None:
    assert graphemes.count(first + second) >= graphemes.count(first)
    assert graphemes.count(first) <= len(first)


def test_each_platform_counts_its_own_way() -> None:
    link = "https://a-very-long-name.example/with/a/long/path?and=questions"
    assert text.with_links_as(23)(f"voir {link}.") == 5 + 23 + 1
    assert text.utf16("é👍") == 3
    assert text.emoji_as_bytes("é👍") == 1 + 4


LIMITS = Limits(text=10, media=2)


@pytest.mark.parametrize(
    ("given", "limits", "faults"),
    [
        (piece("Bonjour."), LIMITS, []),
        (piece(" "), LIMITS, [Fault.EMPTY]),
        (piece("Bonjour à tous."), LIMITS, [Fault.TOO_LONG]),
        (piece("Bonjour.", label="Don"), LIMITS, [Fault.TOO_LONG]),
        (piece("Bonjour."), Limits(text=10, media=2, needs_media=True), [Fault.NEEDS_MEDIA]),
        (piece("x", shape=Shape.STORY), LIMITS, [Fault.NO_STORIES]),
        (piece("x", shape=Shape.STORY), Limits(10, 2, (Shape.STORY,)), [Fault.NEEDS_MEDIA]),
    ],
)
def test_faults(given: Piece, limits: Limits, faults: list[Fault]) -> None:
    assert text.faults(given, limits, len, ()) == faults
