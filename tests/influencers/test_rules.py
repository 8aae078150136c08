"""The road from shortlist to brief, and what the law asks of the terms."""

import itertools

import pytest

from app.influencers.rules import Agreement, Stage, may_become, needs_contract, terms_missing

ALLOWED = {
    (Stage.SHORTLISTED, Stage.APPROVED),
    (Stage.SHORTLISTED, Stage.REFUSED),
    (Stage.APPROVED, Stage.INVITED),
    (Stage.APPROVED, Stage.CONFIRMED),
    (Stage.APPROVED, Stage.REFUSED),
    (Stage.REFUSED, Stage.APPROVED),
    (Stage.INVITED, Stage.INVITED),
    (Stage.INVITED, Stage.CONFIRMED),
    (Stage.INVITED, Stage.DECLINED),
    (Stage.INVITED, Stage.REFUSED),
    (Stage.CONFIRMED, Stage.DECLINED),
    (Stage.DECLINED, Stage.INVITED),
    (Stage.DECLINED, Stage.CONFIRMED),
}


def test_the_road_has_no_other_turn() -> None:
    found = {pair for pair in itertools.product(Stage, Stage) if may_become(*pair)}
    assert found == ALLOWED


@pytest.mark.parametrize(
    ("agreement", "value", "currency", "expected"),
    [
        (None, 500_000, "EUR", False),
        (Agreement.VOLUNTEER, 500_000, "EUR", False),
        (Agreement.PAID, 99_999, "EUR", False),
        (Agreement.PAID, 100_000, "EUR", True),
        (Agreement.IN_KIND, 100_000, "EUR", True),
        (Agreement.PAID, 1, "GBP", True),
        (Agreement.IN_KIND, 100_000, "GBP", False),
    ],
)
def test_written_contracts(agreement: Agreement | None, value: int, currency: str, *, expected: bool) -> None:
    assert needs_contract(agreement, value, currency) is expected


@pytest.mark.parametrize(
    ("agreement", "value", "disclosure", "contract", "complete"),
    [
        (None, 0, "", False, False),
        (Agreement.VOLUNTEER, 0, "", False, True),
        (Agreement.IN_KIND, 5_000, "", False, False),
        (Agreement.IN_KIND, 5_000, "Cadeau", False, True),
        (Agreement.PAID, 150_000, "Publicité", False, False),
        (Agreement.PAID, 150_000, "Publicité", True, True),
    ],
)
def test_terms(
    agreement: Agreement | None, value: int, disclosure: str, *, contract: bool, complete: bool
) -> None:
    missing = terms_missing(
        agreement, value_minor=value, currency="EUR", disclosure=disclosure, has_contract=contract
    )
    assert (missing is None) is complete
