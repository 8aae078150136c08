"""The bench of these tests; whatever they ask of Stripe is as its kit's types have it."""

from collections.abc import Iterator

import pytest

from tests.payments.stage import bench
from tests.payments.typed import checked_requests

__all__ = ["bench"]


@pytest.fixture(autouse=True)
def _checked() -> Iterator[None]:
    with checked_requests():
        yield
