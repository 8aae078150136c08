"""Draws the picture that stands for a page when it is shared (Open Graph, 1200 × 630): the drawers, today's
colour, the title. Refuses nothing: letters its typeface lacks fall back to their plain form."""

import io
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

from PIL import Image, ImageDraw, ImageFont

from app.core.i18n import french_spacing

WIDTH, HEIGHT = 1200, 630
MARGIN = 64
DRAWERS_TOP, FLOOD_TOP = 56, 150
TITLE_HEIGHT, LEADING = 330, 1.07
LINES = 5  # of the smallest setting, before the title is cut

DAY_COLOURS = ("#2746d8", "#0a7446", "#7136cf", "#007383", "#bd1566", "#b8440a", "#f6bd1b")
INK, WHITE, SHEET, SOFT = "#14151a", "#ffffff", "#f3f4f2", "#565a63"
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # controls, marks of direction, line separators
_FONTS = Path(__file__).parent / "fonts"


class Drawer(Protocol):
    """One day as the semainier shows it."""

    @property
    def number(self) -> int: ...
    @property
    def weekday(self) -> int: ...
    @property
    def short(self) -> str: ...
    @property
    def state(self) -> str: ...


def og_picture(title: str, subtitle: str, days: Sequence[Drawer], today: int | None, lang: str) -> bytes:
    """A PNG of 1200 × 630. `today` is the number of the open day, None before and after the week."""
    open_day = next((day for day in days if day.number == today), None)
    ground = DAY_COLOURS[open_day.weekday] if open_day else INK
    ink = _on(ground)
    image = Image.new("RGB", (WIDTH, HEIGHT), WHITE)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, FLOOD_TOP, WIDTH, HEIGHT), fill=ground)
    _drawers(draw, days, today)
    lines, font, leading = _fitted(_plain(title, lang), WIDTH - 2 * MARGIN)
    for index, line in enumerate(lines):
        baseline = FLOOD_TOP + 40 + leading * (index + 0.86)
        draw.text((MARGIN, baseline), line, font=font, fill=ink, anchor="ls")
    small = _font(600, 34)
    draw.text(
        (MARGIN, HEIGHT - 64), _cut(_plain(subtitle, lang), small, 900), font=small, fill=ink, anchor="ls"
    )
    draw.text((WIDTH - MARGIN, HEIGHT - 64), "Septaine", font=_font(800, 34), fill=ink, anchor="rs")
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _drawers(draw: ImageDraw.ImageDraw, days: Sequence[Drawer], today: int | None) -> None:
    if not days:
        return
    gap = 6 if len(days) <= 10 else 3
    wide = (WIDTH - 2 * MARGIN - gap * (len(days) - 1)) / len(days)
    label = _font(800, 26 if len(days) <= 10 else 17)
    for index, day in enumerate(days):
        left = round(MARGIN + index * (wide + gap))
        right = round(left + wide) - 1
        opened = day.number == today
        top = DRAWERS_TOP if opened else DRAWERS_TOP + 28
        colour = DAY_COLOURS[day.weekday]
        filled = opened or day.state in ("done", "posted")
        _drawer(draw, (left, top, right, FLOOD_TOP - 1), colour, state="filled" if filled else day.state)
        words = day.short if len(days) <= 10 else str(day.number)
        draw.text(
            ((left + right) / 2, (top + FLOOD_TOP) / 2 + 2),
            _plain(words, ""),
            font=label,
            fill=_on(colour) if filled else SOFT,
            anchor="mm",
        )


def _drawer(draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], colour: str, *, state: str) -> None:
    left, top, right, bottom = box
    corners = (True, True, False, False)
    radius = min(12, (right - left) // 3)
    draw.rounded_rectangle(box, radius, fill=colour, corners=corners)
    if state == "filled":
        return
    inset = 4 if state == "missed" else 0
    inner = (left + inset, top + (4 if state == "missed" else 9), right - inset, bottom)
    draw.rectangle(inner, fill=WHITE if state == "missed" else SHEET)
    if state == "missed":
        # A few straight strokes along the foot: hatched, yet the day's name stays readable.
        for x in range(inner[0], inner[2] - 10, 12):
            draw.line((x, bottom, x + 12, bottom - 16), fill=colour, width=3)


def _on(colour: str) -> str:
    return INK if colour == DAY_COLOURS[6] else WHITE


@cache
def _font(weight: int, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_FONTS / f"bricolage-grotesque-{weight}.ttf", size)


@cache
def _has(letter: str) -> bool:
    """Whether the typeface draws this letter: an unknown one is drawn as the same empty box as U+FFFF."""
    font = _font(800, 40)
    return letter == " " or bytes(font.getmask(letter)) != bytes(font.getmask("\uffff"))


def _plain(text: str, lang: str) -> str:
    """Text the typeface can draw: narrow spaces widened, unknown letters without their marks, or left out."""
    text = (french_spacing(text) if lang == "fr" else text).replace("\u202f", "\u00a0")
    kept = []
    for letter in text:
        if unicodedata.category(letter) in _UNSEEN:  # the layout engine fails on some that stand alone
            kept.append(" " if letter.isspace() else "")
        elif letter == "\u00a0" or _has(letter):
            kept.append(letter)
        else:
            kept.extend(base for base in unicodedata.normalize("NFKD", letter) if base.isascii())
    return "".join(kept)


def _fitted(text: str, width: int) -> tuple[list[str], ImageFont.FreeTypeFont, int]:
    """The largest setting of the title that fits the height; the last line is cut if need be."""
    for size in (108, 96, 84, 74, 64, 56):
        font = _font(800, size)
        lines = _wrapped(text, font, width)
        if len(lines) * size * LEADING <= TITLE_HEIGHT:
            return lines, font, round(size * LEADING)
    kept = lines[: LINES - 1]
    return [*kept, _cut(" ".join(lines[LINES - 1 :]), font, width)], font, round(size * LEADING)


def _wrapped(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    lines: list[str] = []
    for word in filter(None, text.split(" ")):
        if lines and font.getlength(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(_cut(word, font, width))
    return lines


def _cut(text: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text.rstrip()}…"
