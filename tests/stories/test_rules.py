"""Order, blanks and what a frame lacks, by table."""

import pytest

from app.stories.rules import Direction, FrameFacts, Gap, blanks_in, gaps, inserted, stepped


@pytest.mark.parametrize(
    ("texts", "blanks"),
    [
        ((), []),
        (("Rien à remplir.",), []),
        (("[prénom] a [âge] ans", "Bonjour [prénom]"), ["[prénom]", "[âge]"]),
        (("[]", "[a\nb]", "[" + "x" * 121 + "]", "a ] b ["), []),
        (("[[prénom]]",), ["[prénom]"]),
    ],
)
def test_blanks(texts: tuple[str, ...], blanks: list[str]) -> None:
    assert blanks_in(*texts) == blanks


def facts(**values: object) -> FrameFacts:
    given = {"kind": "text", "title": "T", "caption": "C", "alt_text": "", "sticker": "", "has_media": False}
    return FrameFacts(**{**given, **values})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("frame", "lacks"),
    [
        (facts(), []),
        (facts(caption="  "), [Gap.EMPTY]),
        (facts(title=""), [Gap.TITLE]),
        (facts(kind="image"), [Gap.MEDIA]),
        (facts(kind="video", caption="", has_media=True, alt_text="A"), []),
        (facts(kind="image", has_media=True), [Gap.ALT]),
        (facts(kind="image", has_media=True, alt_text="Le visage de [prénom]"), [Gap.BLANKS]),
        (facts(kind="image", caption="[x]", title=""), [Gap.MEDIA, Gap.BLANKS, Gap.TITLE]),
        (facts(sticker="Lien vers [page]"), [Gap.BLANKS]),
    ],
)
def test_gaps(frame: FrameFacts, lacks: list[Gap]) -> None:
    assert gaps(frame) == lacks


@pytest.mark.parametrize(
    ("position", "order"),
    [
        (None, ["a", "c", "b"]),
        (0, ["b", "a", "c"]),
        (1, ["a", "b", "c"]),
        (9, ["a", "c", "b"]),
        (-3, ["b", "a", "c"]),
    ],
)
def test_insertion(position: int | None, order: list[str]) -> None:
    assert inserted(["a", "b", "c"], "b", position) == order


@pytest.mark.parametrize(
    ("item", "direction", "place"), [("a", "up", 0), ("a", "down", 1), ("c", "up", 1), ("c", "down", 2)]
)
def test_steps_stay_within_the_day(item: str, direction: Direction, place: int) -> None:
    assert stepped(["a", "b", "c"], item, direction) == place
