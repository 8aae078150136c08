"""French typography: no-break spaces where French asks for them, and nowhere else."""

from datetime import date

import pytest

from app.core import i18n


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Combien ?", "Combien\u202f?"),
        ("Objectif : 12 €", "Objectif\u00a0: 12\u00a0€"),
        ("« Oui »", "«\u00a0Oui\u00a0»"),
        ("66 % du don", "66\u00a0% du don"),
        ("avec %(name)s", "avec %(name)s"),
    ],
)
def test_french_spacing(written: str, shown: str) -> None:
    assert i18n.french_spacing(written) == shown


@pytest.mark.parametrize(
    ("style", "shown"),
    [
        ("d MMMM", "1er mars"),
        ("EEEE d MMMM", "lundi 1er mars"),
        ("d MMM yyyy", "1er mars 2027"),
        ("EEE", "lun."),
    ],
)
def test_the_first_of_the_month(style: str, shown: str) -> None:
    with i18n.speaking("fr"):
        assert i18n.day(date(2027, 3, 1), style) == shown
        assert i18n.day(date(2027, 3, 11), "d MMMM") == "11 mars"
