"""Amounts as people write them: read for sure, or not at all."""

import pytest

from app.core.money import NotAnAmount, decimal_string, minor_digits, minor_of, parse_amount, typed_amount
from app.payments.amounts import CHARGED


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12,50", "EUR", 1250),
        ("12.5 €", "EUR", 1250),
        ("1 250", "EUR", 125_000),
        ("1\u202f250,00", "EUR", 125_000),
        ("1.250,00", "EUR", 125_000),
        ("1,250.00", "EUR", 125_000),
        ("1’250.00", "CHF", 125_000),
        ("1.250.000", "EUR", 125_000_000),
        ("25 eur", "EUR", 2500),
        ("١٢", "EUR", 1200),
        ("5.000", "XOF", 5000),
        ("5,000", "XOF", 5000),
        ("5 000 F CFA", "XOF", 5000),
        ("5 000", "ISK", 5000),
        ("20000", "UGX", 20_000),
        ("3000", "JPY", 3000),
        ("1.5", "KWD", 1500),
        ("1.500", "KWD", 1500),
        ("1,234.500", "KWD", 1_234_500),
        ("12€50", "EUR", 1250),
        ("12 € 50", "EUR", 1250),
        ("1 250 € 50", "EUR", 125_050),
        ("£ 12.50", "GBP", 1250),
        ("$20", "CAD", 2000),
        ("￥3,000", "JPY", 3000),
        ("12 ,50", "EUR", 1250),
        ("1 250 000", "XOF", 1_250_000),
    ],
)
def test_what_is_read(text: str, currency: str, minor: int) -> None:
    assert parse_amount(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("", "EUR"),
        ("1.250", "EUR"),  # a thousand and a quarter, or one and a quarter
        ("1,250", "EUR"),
        ("1,500", "KWD"),
        ("12,505", "EUR"),
        ("1.250.00", "EUR"),
        ("1,2,3", "EUR"),
        ("12.5", "JPY"),
        ("1000,0", "XOF"),
        ("1e3", "EUR"),
        ("-5", "EUR"),
        ("5000 USD", "EUR"),
        ("$50", "EUR"),
        ("12 50", "EUR"),  # twelve and a half to some, more than a thousand to others
        ("12’50", "CHF"),
        ("1 2345", "EUR"),
        ("12€5", "EUR"),
        ("12€500", "EUR"),
        ("3000¥50", "JPY"),
        ("9" * 10, "EUR"),
    ],
)
def test_what_is_not_guessed(text: str, currency: str) -> None:
    with pytest.raises(NotAnAmount):
        parse_amount(text, currency)


@pytest.mark.parametrize("currency", sorted(CHARGED))
def test_what_is_written_is_read_again(currency: str) -> None:
    for minor in (1, 10, 123 * 10 ** minor_digits(currency), 1_234_567):
        assert parse_amount(decimal_string(minor, currency), currency) == minor
        assert parse_amount(typed_amount(minor, currency), currency) == minor
        assert minor_of(decimal_string(-minor, currency), currency) == -minor


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (0, "EUR", ""),
        (25000, "EUR", "250"),
        (25050, "EUR", "250.50"),
        (100, "JPY", "100"),
        (1500, "KWD", "1.500"),
        (3000, "KWD", "3"),
    ],
)
def test_a_field_shows_what_somebody_would_type(minor: int, currency: str, shown: str) -> None:
    assert typed_amount(minor, currency) == shown
