"""What the browser may send about insights: figures of frames, rows pasted from a table, costs, a choice."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

from pydantic import Field, field_validator

from app.core.fields import FormKey, FormModel, FormState, Line, problem
from app.core.i18n import Message, mark
from app.core.money import NotAnAmount, parse_amount
from app.insights.rules import METRICS, CostKind, fits

MOST = 2_000_000_000
"""More than anybody saw: a slip of the thumb."""
FRAMES = 60
PASTED = 20_000

NOT_A_NUMBER = mark("Write whole numbers, such as 1240, or as the app shows them, such as 1.2K.")
TOO_MANY = mark("More accounts reached than views: look at both again.")

_PARTS = re.compile(r"(\d+(?:[.,]\d+)?)\s*([kKmM]?)")


class ReachForm(FormModel):
    """The figures of some frames of one account: each list has one entry a frame, in the order of `frame`."""

    day: int = Field(ge=1, le=31)
    account: Line = Field(default="", max_length=16)  # the influencer's public id; empty: the organisation's
    channel: Line = Field(max_length=20)
    frame: list[str] = Field(default_factory=list, max_length=FRAMES)
    views: list[str] = Field(default_factory=list, max_length=FRAMES)
    reached: list[str] = Field(default_factory=list, max_length=FRAMES)
    forward: list[str] = Field(default_factory=list, max_length=FRAMES)
    back: list[str] = Field(default_factory=list, max_length=FRAMES)
    exits: list[str] = Field(default_factory=list, max_length=FRAMES)
    replies: list[str] = Field(default_factory=list, max_length=FRAMES)
    link_taps: list[str] = Field(default_factory=list, max_length=FRAMES)
    shares: list[str] = Field(default_factory=list, max_length=FRAMES)


class PasteForm(FormModel):
    """Rows copied from a table: one line a frame."""

    day: int = Field(ge=1, le=31)
    account: Line = Field(default="", max_length=16)
    channel: Line = Field(max_length=20)
    rows: str = Field(min_length=1, max_length=PASTED)


Row = Mapping[str, int | None]


def read_number(text: str) -> int | None:
    """A number as people and apps write it: « 1 240 », "1,240", "1.2K", « 1,2 k ». None when blank.

    Raises ValueError for what is none.
    """
    plain = re.sub(r"[\s\u00a0\u202f’']", "", text)
    if plain in ("", "-", "–", "—"):
        return None
    if re.fullmatch(r"\d{1,3}([.,]\d{3})+", plain):
        plain = re.sub(r"[.,]", "", plain)
    parts = _PARTS.fullmatch(plain)
    if parts is None or (not parts[2] and not parts[1].isdecimal()):
        raise ValueError(text)
    whole, _, rest = parts[1].replace(",", ".").partition(".")
    zeros = {"": 0, "k": 3, "m": 6}[parts[2].lower()]
    value = int(whole + rest[:zeros].ljust(zeros, "0"))
    if value > MOST:
        raise ValueError(text)
    return value


def frames_of(form: ReachForm) -> tuple[dict[str, Row], dict[str, Message]]:
    """Figures by the public id of their frame, and what is wrong by field, named `metric-place`."""
    found: dict[str, Row] = {}
    wrong: dict[str, Message] = {}
    columns = [getattr(form, name) for name in METRICS]
    for place, (pid, *cells) in enumerate(zip_longest(form.frame, *columns, fillvalue="")):
        if not pid:
            break
        values, said = _row(dict(zip(METRICS, cells, strict=True)))
        wrong.update({f"{name}-{place}": message for name, message in said.items()})
        found[pid] = values
    return found, wrong


def _row(cells: Mapping[str, str]) -> tuple[dict[str, int | None], dict[str, Message]]:
    values: dict[str, int | None] = {}
    wrong: dict[str, Message] = {}
    for name, text in cells.items():
        try:
            values[name] = read_number(text)
        except ValueError:
            values[name], wrong[name] = None, NOT_A_NUMBER
    for name in cells:
        if name not in wrong and not fits(name, values):
            wrong[name] = TOO_MANY
    return values, wrong


@dataclass(frozen=True)
class Pasted:
    """What a pasted table says: figures by the number of the frame in its day, or what is wrong in which line."""

    rows: Mapping[int, Row]
    wrong: Sequence[tuple[int, Message]]


# What heads a column, in both languages; the first letters are enough.
_HEADS: Mapping[str, str] = {
    "view": "views",
    "vue": "views",
    "impression": "views",
    "reach": "reached",
    "account": "reached",
    "compte": "reached",
    "couvert": "reached",
    "portée": "reached",
    "forward": "forward",
    "taps forward": "forward",
    "avanc": "forward",
    "suivant": "forward",
    "back": "back",
    "taps back": "back",
    "retour": "back",
    "précédent": "back",
    "exit": "exits",
    "sortie": "exits",
    "quitt": "exits",
    "repl": "replies",
    "répons": "replies",
    "link": "link_taps",
    "lien": "link_taps",
    "clic": "link_taps",
    "share": "shares",
    "partag": "shares",
}
BAD_LINE = mark("Line %(line)s cannot be read: it begins with the number of the frame, then whole numbers.")
TWICE = mark("Line %(line)s names a frame that another line names too.")


def pasted(text: str) -> Pasted:
    """Read a table: columns between tabs, semicolons or commas; a first line of titles says their order."""
    lines = [(place, line) for place, line in enumerate(text.splitlines(), 1) if line.strip()]
    order = list(METRICS)
    if lines and (titles := _titles(_cells(lines[0][1]))):
        order, lines = titles, lines[1:]
    rows: dict[int, Row] = {}
    wrong: list[tuple[int, Message]] = []
    for place, line in lines:
        first, *cells = _cells(line)
        digits = re.search(r"(\d+)\s*$", first.strip())
        if digits is None or len(digits[1]) > 3 or len(cells) > len(order):
            wrong.append((place, BAD_LINE))
            continue
        values, said = _row(dict(zip_longest(order, cells, fillvalue="")))
        if said:
            wrong.append((place, next(iter(said.values())) if TOO_MANY in said.values() else BAD_LINE))
        elif int(digits[1]) in rows:
            wrong.append((place, TWICE))
        rows[int(digits[1])] = {name: value for name, value in values.items() if name}
    return Pasted(rows, wrong)


def _cells(line: str) -> list[str]:
    for sign in ("\t", ";"):
        if sign in line:
            return [one.strip() for one in line.split(sign)]
    return [one.strip() for one in line.split(",")]


def _titles(cells: Sequence[str]) -> list[str]:
    """The metrics a line of titles names, unknown ones left empty; nothing when it is no such line."""
    if any(re.search(r"\d", cell) for cell in cells[1:]) or len(cells) < 2:
        return []
    names = []
    for cell in cells[1:]:
        words = cell.lower()
        names.append(next((name for head, name in _HEADS.items() if words.startswith(head)), ""))
    return names if any(names) else []


class CostForm(FormModel):
    """Something the week cost, or the time it took."""

    kind: CostKind
    label: Line = Field(min_length=2, max_length=120)
    on_date: date
    hours: Line = Field(default="", max_length=10)
    amount: Line = Field(default="", max_length=20)
    influencer: Line = Field(default="", max_length=16)
    form_key: FormKey = ""

    @field_validator("hours")
    @classmethod
    def _hours(cls, value: str) -> str:
        read_minutes(value)
        return value


def read_minutes(text: str) -> int:
    """Time as people write it, in minutes: "2.5", « 2,5 », "2:30", « 2 h 30 ». Raises a problem for what is none."""
    plain = re.sub(r"\s", "", text.lower())
    if not plain:
        return 0
    clock_like = re.fullmatch(r"(\d{1,4})(?:h|:)(\d{2})?", plain)
    if clock_like and int(clock_like[2] or 0) < 60:
        return int(clock_like[1]) * 60 + int(clock_like[2] or 0)
    parts = re.fullmatch(r"(\d{1,4})(?:[.,](\d{1,2}))?h?", plain)
    if parts is None:
        raise problem("hours", mark("Write hours, such as 2.5 or 2:30."))
    return int(parts[1]) * 60 + (int((parts[2] or "0").ljust(2, "0")) * 60 + 50) // 100


def cost(form: CostForm, currency: str) -> tuple[int, int, dict[str, Message]]:
    """Minutes, minor units, and what is wrong by field."""
    wrong: dict[str, Message] = {}
    minutes, minor = read_minutes(form.hours), 0
    if form.amount:
        try:
            minor = parse_amount(form.amount, currency)
        except NotAnAmount:
            wrong["amount"] = mark("Write an amount, such as 250 or 250.50.")
    if form.kind is CostKind.HOURS and not minutes:
        wrong["hours"] = mark("Write how many hours it took.")
    elif form.kind is not CostKind.HOURS and minutes:
        wrong["hours"] = mark("Hours go with people's hours only.")
    if form.kind is not CostKind.HOURS and not minor and "amount" not in wrong:
        wrong["amount"] = mark("Write what it cost.")
    return minutes, minor, wrong


def with_errors(form: FormState, wrong: Mapping[str, Message]) -> FormState:
    """The same form with more messages."""
    return FormState(form.values, {**form.errors, **wrong})
