"""A worker killed at eight points, on three platforms, with five seeds, or twenty: nothing doubled, nothing lost.

The worker is a process of its own and dies by SIGKILL; a second one finds what it left once the leases have ended.
"""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import object_session
from sqlmodel import Session

from app.accounts import service as accounts
from app.accounts.models import ChannelAccount
from app.channels.base import Renewed, Shape
from app.core import clock
from app.core.db import transaction
from app.media import service as media
from app.publishing.engine.claim import LEASE
from app.publishing.engine.engine import Engine
from app.publishing.engine.lateness import judge_late_posts
from app.publishing.models import Post
from app.publishing.rules import PostState
from app.stories.models import Frame
from tests.media.samples import picture
from tests.publishing.engine import stage
from tests.publishing.engine.platforms import PLATFORMS, Kill, Platform, serving
from tests.publishing.engine.stage import Stage

ROOT = Path(__file__).parents[3]
SEEDS, SOME = 20, 5
POINTS = (
    "before reading",
    "after reading",
    "after key",
    "mid-request",
    "after answer",
    "after record",
    "token refresh",
    "media upload",
)
# The vendors' libraries warn of their own: httpx's ways to give a body, a file left to the collector.
pytestmark = pytest.mark.filterwarnings("ignore")
OPEN = (PostState.SCHEDULED, PostState.SENDING)


class Workers:
    """Forks of a warm process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.publishing.engine.crashing"],
            cwd=ROOT,
            env={**os.environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def order(self, **order: Any) -> int:
        """Start a life; its process id."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"nth": 1, "at": clock.now().isoformat(), **order}) + "\n")
        self._process.stdin.flush()
        return self.told()

    def told(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def play(session: Session) -> Stage:
    return stage.set_stage(session)


@pytest.fixture
def workers(play: Stage) -> Iterator[Workers]:
    made = Workers()
    yield made
    made.close()


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_killed_worker_leaves_nothing_double_and_nothing_lost(
    name: str,
    play: Stage,
    workers: Workers,
    record_property: Callable[[str, object], None],
    *,
    exhaustive: bool,
) -> None:
    seeds = range(SEEDS if exhaustive else SOME)
    platform = PLATFORMS[name]()
    shown = _frame_with_picture(play)
    with serving(platform) as server:
        account = play.account(platform.remote_id, channel=name, server=server)
        _allow(account, platform)
        first = play.post(account, text="warm", frame_id=shown.id, shape=Shape.POST)
        play.session.commit()
        workers.order(point="warm")
        assert platform.times("warm") == 1, stage.attempts(first.pid)
        unconfirmed = []
        for number, (point, seed) in enumerate((point, seed) for point in POINTS for seed in seeds):
            at = clock.now() + timedelta(hours=5 * (number + 1))
            with clock.frozen(at):
                cell = _Cell(play, platform, account, workers, point, seed)
                cell.die(shown)
                cell.recover(at)
                unconfirmed.append(cell.check())
    assert max(unconfirmed) <= 1
    record_property("unconfirmed", sum(unconfirmed))  # in the JUnit report


def _allow(account: ChannelAccount, platform: Platform) -> None:
    session = object_session(account)
    assert session is not None
    accounts.keep_renewed(session, account.id, Renewed(platform.secrets))


def _frame_with_picture(play: Stage) -> Frame:
    medium = media.store_image(play.session, play.actor, picture(size=(320, 320)), "a.png", public=True)
    frame = Frame(
        campaign_id=play.campaign.id,
        day_id=play.frame.day_id,
        position=1,
        media_id=medium.id,
        alt_text="Un livre",
    )
    play.session.add(frame)
    play.session.flush()
    return frame


class _Cell:
    """One crash: two posts are due, the worker dies at one of them, another finishes."""

    def __init__(
        self,
        play: Stage,
        platform: Platform,
        account: ChannelAccount,
        workers: Workers,
        point: str,
        seed: int,
    ) -> None:
        self.play, self.platform, self.account, self.workers = play, platform, account, workers
        self.point, self.random = point, random.Random(f"{point} {seed}")  # noqa: S311
        self.posts: list[Post] = []

    def die(self, shown: Frame) -> None:
        name = self.account.channel
        for _ in range(2):
            with_picture = name == "instagram" or self.point == "media upload" or self.random.random() < 0.3
            frame = shown if with_picture else self.play.frame
            self.posts.append(self.play.post(self.account, frame_id=frame.id, shape=Shape.POST))
        for post in self.posts:
            post.text = f"no {post.pid}."
        self.play.session.commit()
        order = self._order()
        pid = self.workers.order(**order)
        if self.platform.kill:
            self.platform.kill.pid = pid
            self.platform.kill.known.set()
        assert self.workers.told() == signal.SIGKILL, (self.point, order)
        self.platform.kill = None

    def _order(self) -> dict[str, Any]:
        nth = self.random.choice((1, 2))
        places = {
            "mid-request": self.platform.publishing,
            "media upload": self.platform.uploading,
            "token refresh": self.platform.refreshing,
        }
        place = places.get(self.point)
        if place:
            renews = self.point == "token refresh" and self.account.channel == "instagram"
            nth = 1 if renews else nth
            self.platform.kill = Kill(f"^{place}$", nth, self.random.random() < 0.5)
            if renews:
                self._let_the_permission_end()
            return {"point": self.point, "nth": nth, "renews": renews}
        # Mastodon's tokens last: the nearest thing is the moment its secret is opened.
        return {"point": "opening" if self.point == "token refresh" else self.point, "nth": nth}

    def _let_the_permission_end(self) -> None:
        """Soon enough for the job that extends permissions to ask for another."""
        with transaction() as session:
            row = session.get_one(ChannelAccount, self.account.id)
            row.expires_at, row.checked_at = clock.now() + timedelta(days=2), None

    def recover(self, at: datetime) -> None:
        """Another worker, for as long as it takes; the first pass comes once the leases have ended."""
        engine = Engine(seed=1)
        for minutes in (0, 1, 2, 8, 14, 20, 26, 32):
            with clock.frozen(at + LEASE + timedelta(minutes=minutes, seconds=1)):
                judge_late_posts()
                stage.ring(engine)
                engine._rung = 0
                stage.ring(engine)
            if all(stage.post_now(post.pid).state not in OPEN for post in self.posts):
                return

    def check(self) -> int:
        """How many a person must look at."""
        states = {post.pid: stage.post_now(post.pid).state for post in self.posts}
        for pid, state in states.items():
            public = self.platform.times(f"no {pid}.")
            assert public <= 1, f"{self.point}: published {public} times"
            assert state in (PostState.SENT, PostState.UNCONFIRMED), f"{self.point}: {state}"
            assert state is not PostState.SENT or public == 1, f"{self.point}: said to be sent"
        return list(states.values()).count(PostState.UNCONFIRMED)
