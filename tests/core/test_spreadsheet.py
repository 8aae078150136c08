"""CSV for spreadsheets: text stays text, numbers stay numbers, and nothing else in the house writes CSV."""

import csv
import io
import re
from pathlib import Path

import pytest

from app.core.spreadsheet import line

APP = Path(__file__).parents[2] / "app"


def read(written: str) -> list[str]:
    [cells] = csv.reader(io.StringIO(written, newline=""))
    return cells


@pytest.mark.parametrize(
    "cell",
    [
        '=HYPERLINK("https://evil.example";"here")',
        "+1",
        "-1+1",
        "-٣",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\x00=1",
        "＝1",
        "－1",
        "|cmd",
        "%0A",
        " =1",
        "\u00a0=1",
        "\u200b\ufeff=1",
    ],
)
def test_no_cell_is_a_formula(cell: str) -> None:
    assert read(line(("a", cell))) == ["a", f"'{cell}"]


@pytest.mark.parametrize(
    "cell", ["", "-12.50", "-3", "850.00", "2027-03-03", "Merci - à vous", '"quoted", twice', "two\nlines"]
)
def test_what_is_harmless_stays_as_it_is(cell: str) -> None:
    assert read(line((cell, "b"))) == [cell, "b"]


def test_a_line_ends_as_the_standard_says() -> None:
    assert line(("a", "b")) == "a,b\r\n"


def test_nothing_else_writes_csv() -> None:
    """A second writer would be a second guard to forget."""
    writers = [
        path.relative_to(APP).as_posix()
        for path in APP.rglob("*.py")
        if re.search(r"csv\.(writer|DictWriter)|^from csv", path.read_text("utf-8"), re.MULTILINE)
    ]
    assert writers == ["core/spreadsheet.py"]
