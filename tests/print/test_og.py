"""The shared picture: right size, today's colour, any title fits, letters the typeface lacks do no harm."""

import io
from dataclasses import dataclass

import pytest
from PIL import Image

from app.print.og import DAY_COLOURS, HEIGHT, INK, WIDTH, og_picture


@dataclass(frozen=True)
class Day:
    number: int
    weekday: int
    short: str
    state: str


def week(length: int = 7, today: int = 3) -> list[Day]:
    def state(number: int) -> str:
        return "today" if number == today else "done" if number < today else "coming"

    return [Day(n, (n - 1) % 7, f"j{n}", state(n)) for n in range(1, length + 1)]


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


@pytest.mark.parametrize("today", range(1, 8))
def test_the_picture_is_flooded_in_todays_colour(today: int) -> None:
    picture = opened(og_picture("Lire", "Les Lanternes", week(today=today), today, "fr"))
    assert picture.size == (WIDTH, HEIGHT)
    assert picture.getpixel((5, HEIGHT - 5)) == rgb(DAY_COLOURS[today - 1])


def test_outside_the_week_it_is_ink() -> None:
    picture = opened(og_picture("Lire", "", week(today=9), None, "fr"))
    assert picture.getpixel((5, HEIGHT - 5)) == rgb(INK)


@pytest.mark.parametrize(
    "title", ["", "Lire", "mot " * 120, "x" * 400, "東京で読む", "Żółć, Ōsaka, Ærø – « 1 250 € »"]
)
@pytest.mark.parametrize("length", [3, 7, 31])
def test_any_title_and_any_length_fit(title: str, length: int) -> None:
    picture = opened(og_picture(title, "sous-titre " * 20, week(length), 3, "fr"))
    flood = picture.getpixel((5, HEIGHT - 5))
    edge = {picture.getpixel((x, y)) for x in (2, WIDTH - 3) for y in range(170, HEIGHT)}
    assert edge == {flood}, "the title runs over the margin"
    foot = {picture.getpixel((x, HEIGHT - 20)) for x in range(WIDTH)}
    assert foot == {flood}


def test_it_is_the_same_picture_twice() -> None:
    first = og_picture("Lire", "Les Lanternes", week(), 3, "fr")
    assert first == og_picture("Lire", "Les Lanternes", week(), 3, "fr")
