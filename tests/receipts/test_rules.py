"""What a gift may have, what the law gives back by date, amounts in words: by table."""

from dataclasses import replace
from datetime import date

import pytest

from app.receipts import rates, rules
from app.receipts.rates import Law, relief
from app.receipts.rules import Donor, Issuer, Kind, Lack, Regime, Series
from app.receipts.words import LIMIT, amount_in_words, number_in_words

WHOLE = Donor(name="Camille Roy", line="3 rue du Nord", postcode="59000", city="Lille", country="FR")
COMPANY = replace(WHOLE, company="Atelier Roy", company_number="732829320", form="SARL")
FRENCH = Issuer(Regime.FR_GENERAL, identified=True, companies=True)


@pytest.mark.parametrize(
    ("law", "day", "amount", "before", "expected"),
    [
        (Law.FR_GENERAL, date(2026, 11, 21), 10_000, 0, 6_600),
        (Law.FR_GENERAL, date(2005, 1, 1), 100, 0, 66),
        (Law.FR_GENERAL, date(2004, 12, 31), 10_000, 0, 0),
        (Law.FR_GENERAL, date(2026, 1, 1), 1_001, 0, 660),  # rounded down
        (Law.FR_AID, date(2019, 6, 1), 60_000, 0, 54_600 * 3 // 4 + 5_400 * 66 // 100),
        (Law.FR_AID, date(2024, 6, 1), 250_000, 0, 75_000 + 99_000),
        (Law.FR_AID, date(2025, 10, 13), 250_000, 0, 75_000 + 99_000),  # the eve of the change
        (Law.FR_AID, date(2025, 10, 14), 250_000, 0, 150_000 + 33_000),  # 2 000 € at 75 %, 500 € at 66 %
        (Law.FR_AID, date(2026, 11, 21), 200_000, 0, 150_000),
        (Law.FR_AID, date(2026, 11, 21), 50_000, 180_000, 15_000 + 19_800),  # the ceiling is a year's
        (Law.FR_AID, date(2026, 11, 21), 50_000, 300_000, 33_000),
        (Law.FR_COMPANY, date(2026, 3, 1), 1_000_000, 0, 600_000),
        (Law.FR_COMPANY, date(2026, 3, 1), 300_000_000, 0, 120_000_000 + 40_000_000),
        (Law.FR_COMPANY_AID, date(2026, 3, 1), 300_000_000, 0, 180_000_000),
        (Law.FR_WEALTH, date(2026, 3, 1), 100_000, 0, 75_000),
        (Law.UK_GIFT_AID, date(2026, 3, 1), 1_000, 0, 250),
        (Law.UK_GIFT_AID, date(2008, 4, 5), 1_000, 0, 0),
        (Law.FR_GENERAL, date(2026, 3, 1), 0, 0, 0),
    ],
)
def test_relief_by_date(law: Law, day: date, amount: int, before: int, expected: int) -> None:
    assert relief(law, day, amount, given_before_minor=before) == expected


def test_each_rate_has_a_source_and_a_day_of_its_own() -> None:
    assert all(rate.source for rate in rates.RATES)
    assert len({(rate.law, rate.since) for rate in rates.RATES}) == len(rates.RATES)


@pytest.mark.parametrize(
    ("issuer", "donor", "values", "expected"),
    [
        (FRENCH, WHOLE, {}, []),
        (FRENCH, COMPANY, {}, []),
        (replace(FRENCH, regime=None), WHOLE, {}, [Lack.NOT_DECLARED]),
        (replace(FRENCH, regime=Regime.UK_GIFT_AID), WHOLE, {}, [Lack.DECLARATION]),
        (replace(FRENCH, identified=False), WHOLE, {}, [Lack.IDENTITY]),
        (FRENCH, WHOLE, {"amount_minor": 0}, [Lack.NO_MONEY]),
        (FRENCH, WHOLE, {"currency": "USD"}, [Lack.CURRENCY]),
        (FRENCH, Donor(), {}, [Lack.NAME, Lack.ADDRESS]),
        (FRENCH, replace(WHOLE, postcode=""), {}, [Lack.ADDRESS]),
        (replace(FRENCH, companies=False), COMPANY, {}, [Lack.COMPANIES]),
        (FRENCH, replace(COMPANY, form=""), {}, [Lack.COMPANY_FORM]),
        (FRENCH, replace(COMPANY, company_number=""), {}, [Lack.COMPANY_NUMBER]),
        (FRENCH, WHOLE, {"in_kind": True}, [Lack.DESCRIPTION]),
        (FRENCH, replace(WHOLE, described="Dix livres", valued="Prix d’achat"), {"in_kind": True}, []),
        (replace(FRENCH, regime=Regime.US_501C3), Donor(name="Ann Lee"), {"currency": "USD"}, []),
        (replace(FRENCH, regime=Regime.US_501C3), Donor(), {"currency": "USD"}, [Lack.NAME]),
    ],
)
def test_what_a_tax_receipt_lacks(
    issuer: Issuer, donor: Donor, values: dict[str, int | str | bool], expected: list[Lack]
) -> None:
    given = {"amount_minor": 5_000, "currency": "EUR", "in_kind": False, **values}
    assert rules.lacking(issuer, donor, **given) == expected  # type: ignore[arg-type]


def test_which_form() -> None:
    assert rules.kind_for(Regime.FR_AID, WHOLE) is Kind.FR_PERSON
    assert rules.kind_for(Regime.FR_GENERAL, COMPANY) is Kind.FR_COMPANY
    assert rules.kind_for(Regime.US_501C3, COMPANY) is Kind.US


def test_numbers_say_their_series() -> None:
    assert rules.written_number(Series.TAX, "", 2026, 42) == "T-2026-00042"
    assert rules.written_number(Series.PLAIN, "LL", 2026, 1) == "LL-P-2026-00001"
    assert rules.written_number(rules.series_for(Kind.US, live=False), "", 2026, 1) == "TEST-T-2026-00001"
    assert rules.series_for(Kind.PLAIN, live=True) is Series.PLAIN


def test_days_of_the_united_kingdom() -> None:
    assert rules.claimable_since(date(2028, 2, 29)) == date(2024, 2, 29)
    assert rules.claimable_since(date(2104, 2, 29)) == date(2100, 2, 28)
    assert [rules.british_tax_year(date(2026, 4, day)) for day in (5, 6)] == [2025, 2026]


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        (0, "zéro", "zero"),
        (1, "un", "one"),
        (16, "seize", "sixteen"),
        (17, "dix-sept", "seventeen"),
        (21, "vingt et un", "twenty-one"),
        (22, "vingt-deux", "twenty-two"),
        (61, "soixante et un", "sixty-one"),
        (70, "soixante-dix", "seventy"),
        (71, "soixante et onze", "seventy-one"),
        (77, "soixante-dix-sept", "seventy-seven"),
        (80, "quatre-vingts", "eighty"),
        (81, "quatre-vingt-un", "eighty-one"),
        (90, "quatre-vingt-dix", "ninety"),
        (91, "quatre-vingt-onze", "ninety-one"),
        (99, "quatre-vingt-dix-neuf", "ninety-nine"),
        (100, "cent", "one hundred"),
        (101, "cent un", "one hundred and one"),
        (180, "cent quatre-vingts", "one hundred and eighty"),
        (200, "deux cents", "two hundred"),
        (201, "deux cent un", "two hundred and one"),
        (1_000, "mille", "one thousand"),
        (1_080, "mille quatre-vingts", "one thousand and eighty"),
        (1_999, "mille neuf cent quatre-vingt-dix-neuf", "one thousand nine hundred and ninety-nine"),
        (80_000, "quatre-vingt mille", "eighty thousand"),
        (200_000, "deux cent mille", "two hundred thousand"),
        (1_000_000, "un million", "one million"),
        (80_000_200, "quatre-vingts millions deux cents", "eighty million two hundred"),
    ],
)
def test_numbers_in_words(value: int, french: str, english: str) -> None:
    assert number_in_words(value, "fr") == french
    assert number_in_words(value, "en") == english


@pytest.mark.parametrize(
    ("minor", "currency", "language", "words"),
    [
        (1_250, "EUR", "fr", "douze euros et cinquante centimes"),
        (100, "EUR", "fr", "un euro"),
        (101, "EUR", "fr", "un euro et un centime"),
        (100_000_000, "EUR", "fr", "un million d’euros"),
        (500, "JPY", "fr", "cinq cents yens japonais"),
        (5_000, "XOF", "fr", "cinq mille francs CFA (BCEAO)"),
        (25_001, "USD", "en", "two hundred and fifty US dollars and one cent"),
        (1_050, "GBP", "en", "ten British pounds and fifty pence"),
        (12_345, "SEK", "en", "one hundred and twenty-three Swedish kronor and 45/100"),
    ],
)
def test_amounts_in_words(minor: int, currency: str, language: str, words: str) -> None:
    assert amount_in_words(minor, currency, language) == words


def test_words_have_an_end() -> None:
    for value in (-1, LIMIT):
        with pytest.raises(ValueError, match=str(value)):
            number_in_words(value, "fr")
