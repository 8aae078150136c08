"""Whatever goes wrong and in whatever order, nothing is public twice and nothing public is taken for lost."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.channels.base import Outcome, Piece
from tests.channels.bench import BENCHES, Bench, Crash, Desk, a_piece, picture

TROUBLES = ("none", "cut before", "cut after", "429", "502", "earlier 503", "crash")
KEYED = {"mastodon", "webhook"}  # LATER may also mean: repeat it, the receiver knows the key
NUMBERS = itertools.count(1)
BLUESKY = pytest.param("bluesky", marks=pytest.mark.bluesky)


@pytest.fixture(params=[*BENCHES, BLUESKY])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    open_one: Callable[[], AbstractContextManager[Bench]]
    open_one = BENCHES.get(request.param) or request.getfixturevalue("bluesky_bench")
    with open_one() as opened:
        yield opened


@dataclass
class Worker:
    """Does with a piece what the engine does: publish, look up what is unknown, never repeat blindly."""

    bench: Bench
    piece: Piece
    desk: Desk
    outcome: Outcome = Outcome.LATER

    def step(self) -> None:
        if self.outcome is Outcome.UNKNOWN:
            self.outcome = self.bench.look_up(self.piece, self.desk).outcome
        elif self.outcome is Outcome.LATER:
            self.outcome = Outcome.UNKNOWN  # what a crash leaves
            self.outcome = self.bench.publish(self.piece, self.desk).outcome

    def meet(self, trouble: str, dies_after: int) -> None:
        wire = self.bench.wire
        if trouble.startswith("cut"):
            wire.fail(self.bench.publishes, cut=trouble.removeprefix("cut "))
        elif trouble in ("429", "502"):
            wire.fail(self.bench.publishes, status=int(trouble), body={"error": "Busy", "message": "Wait"})
        elif trouble == "earlier 503":
            wire.fail(self.bench.before or self.bench.publishes, status=503)
        elif trouble == "crash":
            self.desk.dies_at = self.desk.saves + dies_after
        try:
            self.step()
        except Crash:
            self.outcome = Outcome.UNKNOWN
        self.desk.dies_at = 0
        wire.troubles.clear()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(troubles=st.lists(st.tuples(st.sampled_from(TROUBLES), st.integers(1, 4)), max_size=6))
def test_at_most_once(bench: Bench, tmp_path: Path, troubles: list[tuple[str, int]]) -> None:
    earlier, number = len(bench.seen()), next(NUMBERS)
    due_at = a_piece().due_at + timedelta(minutes=number)
    piece = a_piece(f"Numéro {number}.", media=(picture(tmp_path),), due_at=due_at)
    worker = Worker(bench, piece, Desk())
    for trouble, dies_after in troubles:
        worker.meet(trouble, dies_after)
        public = len(bench.seen()) - earlier
        assert public <= 1
        if worker.outcome is Outcome.SENT:
            assert public == 1
        if worker.outcome is Outcome.LATER and bench.channel.code not in KEYED:
            assert public == 0
    for _ in range(4):
        worker.step()
    public = len(bench.seen()) - earlier
    assert worker.outcome in (Outcome.SENT, Outcome.UNKNOWN)
    assert public == 1 if worker.outcome is Outcome.SENT else public <= 1
    if bench.lost_and_not_public is Outcome.LATER:
        assert worker.outcome is Outcome.SENT, "nothing is left to a person where the platform can tell"
