"""Quantities as typed and shown; teams as ranked, by table."""

from decimal import Decimal

import pytest

from app.challenges import quantities, ranking
from app.challenges.quantities import NotAQuantity
from app.challenges.ranking import Team


@pytest.mark.parametrize(
    ("text", "decimals", "expected"),
    [
        ("3", 0, 3000),
        ("3,0", 0, 3000),
        ("2,5", 1, 2500),
        ("2.5", 3, 2500),
        ("0,125", 3, 125),
        ("1 250", 0, 1_250_000),
        ("1\u202f250,5", 1, 1_250_500),
        (" 7 ", 0, 7000),
        ("007", 0, 7000),
    ],
)
def test_what_is_read(text: str, decimals: int, expected: int) -> None:
    assert quantities.read(text, decimals) == expected


@pytest.mark.parametrize(
    ("text", "decimals"),
    [
        ("2,5", 0),
        ("0,1255", 3),
        ("-1", 0),
        ("1e9", 0),
        ("", 0),
        ("1,2,3", 2),
        ("beaucoup", 0),
        ("9" * 10, 0),
        ("∞", 3),
    ],
)
def test_what_is_refused(text: str, decimals: int) -> None:
    with pytest.raises(NotAQuantity):
        quantities.read(text, decimals)


@pytest.mark.parametrize(
    ("quantity", "language", "expected"),
    [
        (0, "fr", "0 page"),
        (1500, "fr", "1,5 page"),
        (2000, "fr", "2 pages"),
        (1_234_500, "fr", "1\u202f234,5 pages"),
        (1000, "en", "1 page"),
        (1500, "en", "1.5 pages"),
        (125, "en", "0.125 pages"),
    ],
)
def test_sums_are_shown_with_their_unit(quantity: int, language: str, expected: str) -> None:
    assert quantities.shown(quantity, "page", "pages", language) == expected


def test_quantities_come_back_as_typed_and_as_filed() -> None:
    for value in (1000, 2500, 125, 1_250_000, 10_000):
        assert quantities.read(quantities.typed(value, "fr"), 3) == value
        assert quantities.scaled(float(quantities.plain(value))) == value
    assert quantities.plain(10_000) == Decimal(10)
    assert str(quantities.plain(1_000_000)) == "1000"


def ranks(*teams: tuple[str, int, int]) -> list[tuple[str, int | None]]:
    return [(line.team.name, line.rank) for line in ranking.table(Team(*team) for team in teams)]


def test_a_large_audience_is_no_advantage() -> None:
    assert ranks(("Grande", 3000, 1500), ("Petite", 30, 10)) == [("Petite", 1), ("Grande", 2)]


def test_few_people_are_not_ranked_and_come_last() -> None:
    assert ranks(("Quatre", 28, 4), ("Cinq", 5, 5), ("Aucun", 0, 0)) == [
        ("Cinq", 1),
        ("Aucun", None),
        ("Quatre", None),
    ]


def test_equal_figures_share_a_rank() -> None:
    found = ranks(("B", 20, 10), ("A", 40, 20), ("C", 10, 10), ("D", 30, 10))
    assert found == [("D", 1), ("A", 2), ("B", 2), ("C", 4)]
    # 2.04 and 1.96 are both shown as 2: nobody stands above another with the same figure.
    assert ranks(("X", 204, 100), ("Y", 196, 100)) == [("X", 1), ("Y", 1)]
