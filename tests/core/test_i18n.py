"""French typography: no-break spaces where French asks for them, and nowhere else."""

from datetime import UTC, date, datetime

import pytest

from app.core import i18n


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Combien ?", "Combien\u202f?"),
        ("Objectif : 12 €", "Objectif\u00a0: 12\u00a0€"),
        ("« Oui »", "«\u00a0Oui\u00a0»"),
        ("66 % du don", "66\u00a0% du don"),
        ("Cerfa n° 11580", "Cerfa n°\u00a011580"),
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


@pytest.mark.parametrize(
    ("language", "zone", "city", "hour"),
    [
        ("fr", "Europe/London", "Londres", "heure de Londres"),
        ("fr", "Europe/Athens", "Athènes", "heure d’Athènes"),
        ("en", "America/New_York", "New York", "New York time"),
        ("fr", "UTC", "UTC", "UTC"),
    ],
)
def test_a_time_zone_is_called_by_its_place(language: str, zone: str, city: str, hour: str) -> None:
    with i18n.speaking(language):
        assert (i18n.city(zone), i18n.zone_time(zone)) == (city, hour)


@pytest.mark.parametrize(
    ("language", "style", "shown"),
    [
        ("fr", "d MMMM, HH:mm", "1er mars, 9\u00a0h\u00a005"),
        ("fr", "short", "1er mars 2027, 9\u00a0h\u00a005"),
        ("en", "d MMMM, HH:mm", "1 March, 09:05"),
        ("en", "short", "1 Mar 2027, 09:05"),
    ],
)
def test_an_instant_has_its_hour_as_people_write_it(language: str, style: str, shown: str) -> None:
    with i18n.speaking(language):
        assert i18n.moment(datetime(2027, 3, 1, 8, 5, tzinfo=UTC), "Europe/Paris", style) == shown
