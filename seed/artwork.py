"""Draws the demo's story pictures: bold geometry in the semainier's colours, the same bytes for the same
arguments; refuses a motif or a palette it does not know."""

import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import cos, pi, sin

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 1080, 1920
SCALE = 2  # drawn twice as large, then made smaller: smooth edges

INK, WHITE, YELLOW = "#14151a", "#ffffff", "#f6bd1b"
BLUE, GREEN, VIOLET, TEAL, PINK, RUST = "#2746d8", "#0a7446", "#7136cf", "#007383", "#bd1566", "#b8440a"

Point = tuple[float, float]


@dataclass(frozen=True)
class Palette:
    """Six flat colours: what lies behind, three that speak, a dark one, a pale one."""

    ground: str
    first: str
    second: str
    third: str
    dark: str = INK
    pale: str = "#fff0c2"


PALETTES: dict[str, Palette] = {
    "monday": Palette(BLUE, WHITE, "#9fb0ff", YELLOW, pale="#dfe5ff"),
    "tuesday": Palette(GREEN, YELLOW, "#f3d9c4", "#ffd6e8", pale="#d3efe0"),
    "wednesday": Palette(VIOLET, "#ffd6e8", YELLOW, "#b694f3", pale="#eadffc"),
    "thursday": Palette(TEAL, YELLOW, "#ffd6e8", "#6cc7d1", pale="#d5f0f2"),
    "friday": Palette("#ffd6e8", PINK, BLUE, YELLOW, pale="#fff2f8"),
    "saturday": Palette(RUST, "#ffd9bf", YELLOW, "#ff9a63", pale="#fff0e4"),
    "sunday": Palette(YELLOW, VIOLET, "#fff0c2", PINK),
}
SKINS = ("#f3d9c4", "#d9a67c", "#a86b43", "#6f4227")


class Sheet:
    """A 1080 × 1920 sheet to draw on; coordinates are in final pixels."""

    def __init__(self, ground: str) -> None:
        self._image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), ground)
        self._draw = ImageDraw.Draw(self._image)

    def box(self, x: float, y: float, w: float, h: float, fill: str, radius: float = 0) -> None:
        corners = (x * SCALE, y * SCALE, (x + w) * SCALE - 1, (y + h) * SCALE - 1)
        self._draw.rounded_rectangle(corners, radius=radius * SCALE, fill=fill)

    def disc(self, x: float, y: float, r: float, fill: str) -> None:
        self._draw.ellipse([v * SCALE for v in (x - r, y - r, x + r, y + r)], fill=fill)

    def slice(self, x: float, y: float, r: float, start: float, end: float, fill: str) -> None:
        """A part of a disc, in degrees clockwise from three o'clock."""
        self._draw.pieslice([v * SCALE for v in (x - r, y - r, x + r, y + r)], start, end, fill=fill)

    def shape(self, points: list[Point], fill: str) -> None:
        self._draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=fill)

    def stroke(self, points: list[Point], width: float, fill: str) -> None:
        """A line of round ends and joints."""
        for (x1, y1), (x2, y2) in pairwise(points):
            self._draw.line([x1 * SCALE, y1 * SCALE, x2 * SCALE, y2 * SCALE], fill, int(width * SCALE))
        for x, y in points:
            self.disc(x, y, width / 2, fill)

    def png(self) -> bytes:
        out = io.BytesIO()
        self._image.reduce(SCALE).save(out, "PNG", compress_level=6)
        return out.getvalue()


def _curve(a: Point, control: Point, b: Point, steps: int = 40) -> list[Point]:
    """A quadratic curve as points."""
    found = []
    for i in range(steps + 1):
        t = i / steps
        u, v, w = (1 - t) ** 2, 2 * (1 - t) * t, t * t
        found.append((u * a[0] + v * control[0] + w * b[0], u * a[1] + v * control[1] + w * b[1]))
    return found


def _person(s: Sheet, x: float, feet: float, size: float, skin: str, coat: str, hair: str) -> None:
    """A bust: shoulders as an arch, a round head, hair as half a disc."""
    top = feet - 2.6 * size
    s.shape(_curve((x - 1.25 * size, feet), (x, feet - 3.4 * size), (x + 1.25 * size, feet)), coat)
    s.disc(x, top + 0.55 * size, 0.56 * size, skin)
    s.slice(x, top + 0.55 * size, 0.57 * size, 180, 360, hair)


def _sun_path(s: Sheet, p: Palette, r: random.Random) -> None:
    horizon = r.randint(940, 1040)
    s.disc(540, horizon - r.randint(150, 300), r.randint(380, 440), p.pale)
    s.box(0, horizon, WIDTH, HEIGHT - horizon, p.dark)
    lean = r.randint(-120, 120)
    s.shape([(540 + lean, horizon), (820 + lean, HEIGHT), (260 + lean, HEIGHT)], p.first)


def _bars(s: Sheet, p: Palette, r: random.Random) -> None:
    for i in range(6):
        height = r.randint(760, 1380)
        s.box(i * 184 - 12, HEIGHT - height, 150, height, (p.first, p.second, p.third)[i % 3])


def _figure(s: Sheet, p: Palette, r: random.Random) -> None:
    skin = r.choice(SKINS)
    s.shape(_curve((0, HEIGHT), (540, 350), (WIDTH, HEIGHT), 80), p.first)
    s.disc(540, 850, 258, skin)
    s.slice(540, 850, 262, 180, 360, p.dark)
    if r.random() < 0.6:
        s.box(190, 812, 700, 58, p.dark, 29)  # a hat's brim
    else:
        s.disc(540, 570, 105, p.dark)  # a bun


def _dots(s: Sheet, p: Palette, r: random.Random) -> None:
    colours = [p.first, p.first, p.second, p.third]
    for row in range(5):
        for column in range(3):
            s.disc(180 + 360 * column, 250 + 355 * row, r.randint(80, 172), r.choice(colours))


def _book(s: Sheet, p: Palette, r: random.Random) -> None:
    s.disc(540, 660, 320 + r.randint(0, 50), p.third)
    s.shape([(60, 900), (540, 980), (1020, 900), (1020, 1560), (540, 1640), (60, 1560)], p.dark)
    for side, fill in ((-1, p.pale), (1, p.first)):
        edge = 540 + side * 430
        top = _curve((540, 940), (540 + side * 200, 790), (edge, 850))
        foot = _curve((edge, 1490), (540 + side * 200, 1430), (540, 1570))
        s.shape([*top, *foot], fill)
        for line in range(4):
            y = 1020 + line * 110
            s.stroke(
                _curve((540 + side * 90, y + 20), (540 + side * 200, y - 60), (540 + side * 350, y - 30)),
                24,
                p.dark,
            )


def _stairs(s: Sheet, p: Palette, r: random.Random) -> None:
    start = r.randrange(3)
    for i in range(6):
        s.box(i * 180, 1680 - i * 210, WIDTH - i * 180, HEIGHT, (p.first, p.second, p.third)[(i + start) % 3])
    _person(s, 990, 630, 70, r.choice(SKINS), p.dark, p.dark)


def _hands(s: Sheet, p: Palette, r: random.Random) -> None:
    s.disc(540, 330, 150, p.third)
    for i, skin in enumerate(r.sample(SKINS, 3)):
        x, top = 195 + i * 345, (760, 560, 700)[i] + r.randint(-40, 40)
        s.stroke([(x + 60, top + 470), (x + 150, top + 300)], 62, skin)
        for finger in range(4):
            s.box(x - 120 + finger * 61, top + (60, 10, 0, 45)[finger], 54, 380, skin, 27)
        s.box(x - 120, top + 240, 237, 330, skin, 90)
        s.box(x - 75, top + 480, 150, 300, skin)
        s.box(x - 110, top + 660, 220, HEIGHT, (p.first, p.second, p.dark)[i], 16)


def _table(s: Sheet, p: Palette, r: random.Random) -> None:
    s.box(532, 0, 16, 190, p.dark)
    s.shape([(540, 150), (740, 440), (340, 440)], p.dark)
    s.slice(540, 440, 110, 0, 180, p.pale)
    skins = r.sample(SKINS, 3)
    for i, x in enumerate((215, 540, 865)):
        _person(s, x, 1270, 190 - 20 * (i % 2), skins[i], (p.first, p.second, p.third)[i], p.dark)
    s.box(40, 1250, 1000, 110, p.dark, 16)
    for x in (140, 850):
        s.box(x, 1350, 90, HEIGHT, p.dark)
    s.shape([(400, 1250), (540, 1280), (680, 1250), (680, 1190), (540, 1220), (400, 1190)], p.pale)


def _lantern(s: Sheet, p: Palette, r: random.Random) -> None:
    for ring, colour in ((650, p.third), (480, p.second)):
        s.disc(540, 960, ring, colour)
    arch = [(540 + 150 * cos(a * pi / 20), 500 - 190 * sin(a * pi / 20)) for a in range(21)]
    s.stroke(arch, 34, p.dark)
    s.box(380, 490, 320, 90, p.dark, 20)
    s.shape([(360, 570), (720, 570), (800, 1330), (280, 1330)], p.dark)
    s.shape([(418, 640), (662, 640), (724, 1270), (356, 1270)], p.pale)
    tall = 190 + r.randint(0, 60)
    tip, base = (540.0, 1150.0 - 2 * tall), (540.0, 1180.0)
    s.shape(
        [*_curve(tip, (540 + tall, 1040), base), *_curve(base, (540 - tall, 1040), tip)],
        RUST if p.second == YELLOW else YELLOW,
    )
    s.box(230, 1320, 620, 110, p.dark, 20)


def _window(s: Sheet, p: Palette, r: random.Random) -> None:
    lit = set(r.sample(range(12), 6))
    s.box(130, 300, 820, HEIGHT, p.dark)
    for i in range(12):
        x, y = 200 + (i % 3) * 240, 390 + (i // 3) * 350
        s.box(x, y, 200, 260, (p.first, p.third, p.pale)[i % 3] if i in lit else "#2b2e38")
        if i in lit and r.random() < 0.6:
            _person(s, x + 100, y + 260, 72, r.choice(SKINS), p.ground, p.dark)


def _hills(s: Sheet, p: Palette, r: random.Random) -> None:
    s.disc(r.randint(300, 780), 560, 230, p.second)
    for i, colour in enumerate((p.third, p.first, p.dark)):
        y, peak = 980 + i * 270, r.randint(200, 880)
        ridge = _curve((-300, y + 330), (peak, y - 460), (WIDTH + 300, y + 260), 60)
        s.shape([(-300, HEIGHT), *ridge, (WIDTH + 300, HEIGHT)], colour)


def _key(s: Sheet, p: Palette, r: random.Random) -> None:
    s.disc(540, 640, 330, p.first)
    s.disc(540, 640, 185, p.ground)
    s.box(465, 900, 150, 800, p.first, 20)
    for y, length in ((1290, r.randint(200, 260)), (1500, r.randint(260, 340))):
        s.box(560, y, length, 130, p.first, 16)
    s.disc(540, 640, 90, p.second)


def _tree(s: Sheet, p: Palette, r: random.Random) -> None:
    s.box(0, 1560, WIDTH, HEIGHT, p.dark)
    s.box(490, 860, 100, 760, p.dark)
    for x, y, radius, colour in (
        (290, 870, 230, p.second),
        (800, 820, 250, p.third),
        (540, 600, 330, p.first),
    ):
        s.disc(x, y, radius, colour)
    s.stroke([(540, 1250), (330, 1010)], 56, p.dark)
    s.stroke([(540, 1150), (760, 930)], 56, p.dark)
    s.stroke([(540, 1300), (540, 700)], 60, p.dark)
    for _ in range(6):
        s.disc(r.randint(330, 750), r.randint(400, 780), 36, p.pale)


def _wave(s: Sheet, p: Palette, r: random.Random) -> None:
    s.disc(r.randint(280, 800), 560, 260, p.third)
    shift = r.randint(0, 200)
    for row, colour in enumerate((p.second, p.first, p.pale, p.dark)):
        y = 1010 + row * 250
        s.box(0, y, WIDTH, HEIGHT, colour)
        for i in range(-1, 5):
            s.disc(i * 300 + shift + (row % 2) * 150 - 150, y + 40, 165, colour)


MOTIFS: dict[str, Callable[[Sheet, Palette, random.Random], None]] = {
    "sun-path": _sun_path,
    "bars": _bars,
    "figure": _figure,
    "dots": _dots,
    "book": _book,
    "stairs": _stairs,
    "hands": _hands,
    "table": _table,
    "lantern": _lantern,
    "window": _window,
    "hills": _hills,
    "key": _key,
    "tree": _tree,
    "wave": _wave,
}


def draw_story(motif: str, palette: str | int = "sunday", seed: int = 0) -> bytes:
    """A story picture (PNG, 1080 × 1920). `palette` is a name of PALETTES or a weekday (0 is Monday).

    Raises KeyError for an unknown motif or palette.
    """
    name = list(PALETTES)[palette] if isinstance(palette, int) else palette
    colours = PALETTES[name]
    sheet = Sheet(colours.ground)
    # Seeded by text, random.Random draws the same on every machine.
    MOTIFS[motif](sheet, colours, random.Random(f"{motif}/{name}/{seed}"))  # noqa: S311
    return sheet.png()
