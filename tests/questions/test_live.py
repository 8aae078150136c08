"""Many readers of one process see the same change; streams end with their page, with the process, and at their cap."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator

import httpx2 as httpx
import pytest
import uvicorn
from sqlmodel import Session

from app.core import streams
from app.core.settings import get_settings
from app.core.streams import Source, Streams, encoded
from app.main import create_app
from tests.questions.stage import Stage

READERS = 50


def test_an_event_holds_whatever_its_data_says() -> None:
    event = encoded("a\n\nid: forged\r\ndata: b", "v1")
    assert event == b"id: v1\nevent: state\ndata: a\ndata: \ndata: id: forged\ndata: data: b\n\n"


class _Told:
    """A source whose version the test decides; counts how often it was asked and drawn."""

    def __init__(self) -> None:
        self.version, self.drawn, self.looked = "1", 0, 0

    def look(self) -> str:
        self.looked += 1
        return self.version

    def draw(self, language: str) -> str:
        self.drawn += 1
        return f"{language} {self.version}"

    @property
    def source(self) -> Source:
        return Source("told", self.look, self.draw)


def test_a_change_is_drawn_once_a_language_whoever_listens() -> None:
    told, hub = _Told(), Streams(every=0.01, heartbeat=5)
    heard: dict[int, list[str]] = {}

    async def listen(number: int) -> None:
        language = "fr" if number % 2 else "en"
        events = hub.follow(told.source, language, address=str(number), seen="")
        async with contextlib.aclosing(events):
            async for event in events:
                if event.startswith(b"id:"):
                    heard.setdefault(number, []).append(event.decode().split("data: ")[1].strip())
                    if len(heard[number]) == 2:
                        return

    async def scene() -> None:
        async with asyncio.timeout(20), asyncio.TaskGroup() as group:
            for number in range(READERS):
                group.create_task(listen(number))
            while len(heard) < READERS:
                await asyncio.wait_for(asyncio.shield(_tick()), 5)
            told.version = "2"

    asyncio.run(scene())
    assert {tuple(one) for one in heard.values()} == {("en 1", "en 2"), ("fr 1", "fr 2")}
    assert told.drawn == 4
    assert hub.open == 0


async def _tick() -> None:
    """Let the others run."""
    done = asyncio.Event()
    asyncio.get_running_loop().call_later(0.005, done.set)
    await done.wait()


def _events(
    hub: Streams, told: _Told, many: int, *, seen: str = "", until: Callable[[], None] = lambda: None
) -> list[bytes]:
    """The first so many pieces of one stream; `until` runs after the first."""

    async def scene() -> list[bytes]:
        heard: list[bytes] = []
        events = hub.follow(told.source, "en", address="here", seen=seen)
        async with asyncio.timeout(20), contextlib.aclosing(events):
            async for event in events:
                heard.append(event)
                if len(heard) == 1:
                    until()
                if len(heard) == many:
                    break
        return heard

    return asyncio.run(scene())


def test_who_has_seen_it_hears_only_that_the_line_is_open() -> None:
    hub = Streams(every=0.01, heartbeat=0.03)
    assert b": still here\n\n" in _events(hub, _Told(), 2, seen="1")
    hub = Streams(every=0.01, heartbeat=5)
    assert _events(hub, _Told(), 2, seen="0")[1].startswith(b"id: 1\n")


def test_a_stop_ends_every_stream_and_lets_none_in() -> None:
    hub = Streams(every=0.01, heartbeat=60)
    assert len(_events(hub, _Told(), 9, seen="1", until=hub.stop)) == 1
    assert not hub.has_room("anybody")


def test_a_source_that_is_gone_ends_its_streams() -> None:
    told = _Told()
    told.version = ""
    assert len(_events(Streams(every=0.01, heartbeat=5), told, 9)) == 1


def test_a_look_that_fails_is_followed_by_another(caplog: pytest.LogCaptureFixture) -> None:
    told, failures = _Told(), [RuntimeError("the database restarts")]

    def look() -> str:
        if failures:
            raise failures.pop()
        return "1"

    told.look = look  # type: ignore[method-assign]
    assert _events(Streams(every=0.01, heartbeat=5), told, 2)[1].startswith(b"id: 1\n")


@pytest.fixture
def address(here: Stage) -> Iterator[str]:
    """The whole application behind a real port of this machine."""
    here.session.commit()
    app = create_app(get_settings())
    config = uvicorn.Config(app, port=0, log_config=None, ws="none", timeout_graceful_shutdown=5)
    server = uvicorn.Server(config)
    ready = threading.Event()
    startup = server.startup

    async def started(sockets: object = None) -> None:
        await startup()
        ready.set()

    server.startup = started  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run)
    thread.start()
    assert ready.wait(20)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    app.state.streams.stop()
    server.should_exit = True
    thread.join(20)
    assert not thread.is_alive()


def test_fifty_readers_see_a_vote_and_other_pages_answer_meanwhile(
    session: Session, here: Stage, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "PER_ADDRESS", READERS)
    question, qa = here.ask("Is it <i>free</i>?"), here.qa(opened=True)
    session.commit()
    slug = here.campaign.slug
    room = f"{address}/c/{slug}/voices"
    heard: dict[int, list[str]] = {}
    refused: list[int] = []

    async def read(client: httpx.AsyncClient, number: int) -> None:
        language = "fr" if number % 2 else "en"
        async with client.stream("GET", f"{room}/live/{qa.pid}/stream?lang={language}") as answer:
            assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
            assert "content-encoding" not in answer.headers
            text = ""
            async for piece in answer.aiter_text():
                text += piece
                heard[number] = [one for one in text.split("\n\n") if one.startswith("id:")]
                if len(heard[number]) == 2:
                    return

    async def scene() -> None:
        limits = httpx.Limits(max_connections=READERS + 5)
        async with (
            asyncio.timeout(60),
            httpx.AsyncClient(timeout=60, limits=limits) as client,
            asyncio.TaskGroup() as group,
        ):
            for number in range(READERS):
                group.create_task(read(client, number))
            while len([one for one in heard.values() if one]) < READERS:
                await _tick()
            late = await client.get(f"{room}/live/{qa.pid}/stream")
            refused.append(late.status_code)
            page = await client.get(f"{room}/questions")
            assert page.status_code == 200
            voted = await client.post(
                f"{room}/questions/{question.pid}/vote", data={"vote": "yes"}, headers={"Origin": address}
            )
            assert voted.status_code == 303

    asyncio.run(scene())
    assert refused == [429]
    for number, (first, second) in heard.items():
        assert first.splitlines()[0] != second.splitlines()[0]
        assert "Is it &lt;i&gt;free&lt;/i&gt;?" in second
        assert '<span class="num">2</span>' in second
        assert ("Suivantes" in second or "suivantes" in second) is (number % 2 == 1)
