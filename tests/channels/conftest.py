"""The real Bluesky server, once for a run, and a fresh account on it for each test that asks."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pytest

from tests.channels.pds import server

if TYPE_CHECKING:
    from tests.channels.bench import Bench


@pytest.fixture(scope="session")
def pds() -> Iterator[server.Pds]:
    if not server.is_installed():
        pytest.skip(server.MISSING)
    with server.running() as started:
        yield started


@pytest.fixture
def bluesky_bench(pds: server.Pds) -> "Callable[[], AbstractContextManager[Bench]]":
    return lambda: server.bench(pds)
