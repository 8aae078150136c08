"""One look at the database a second for any number of listeners: a change is drawn once a language and sent to all.

Server-sent events of one process (WHATWG HTML, 9.2). Keeps only what was last drawn, while somebody listens;
refuses an address more than its share, and ends every stream at once when the process stops.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Send

log = structlog.get_logger("streams")

EVERY = 1.0  # seconds between two looks
HEARTBEAT = 15.0  # seconds of silence after which a comment is sent, so that no proxy hangs up
RETRY = 3000  # milliseconds a browser waits before it comes back
PER_ADDRESS = 40
"""Streams for one address: a school or a phone network shares one. Whoever comes later asks every few seconds."""
TOTAL = 2000


@dataclass(frozen=True)
class Source:
    """Something to follow. Both functions run in a thread and open sessions of their own.

    `version` returns a short text that changes with what is shown, "" when there is nothing to follow;
    `draw` makes the event's data in a language.
    """

    key: str
    version: Callable[[], str]
    draw: Callable[[str], str]


class _Topic:
    """What one source last showed, and who waits for its next change."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.version = ""
        self.drawn: dict[str, bytes] = {}
        self.languages: Counter[str] = Counter()
        self.changed = asyncio.Event()
        self.looked = asyncio.Event()  # at least once
        self.drawing = asyncio.Lock()
        self.watching: asyncio.Task[None] | None = None
        self.lost = False  # said once in the log, not every second

    def wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()

    async def look(self) -> None:
        """Ask for the version; draw anew what somebody listens to when it is another."""
        version = await run_in_threadpool(self.source.version)
        if version != self.version:
            async with self.drawing:
                heard = [one for one, count in self.languages.items() if count > 0]
                drawn = {language: await self._event(language, version) for language in heard}
                self.version, self.drawn = version, drawn  # a drawing that failed is tried at the next look
            self.wake()
        self.looked.set()

    async def event(self, language: str) -> tuple[bytes, str]:
        """The present event in a language, drawn by the first who asks, and the version it shows."""
        async with self.drawing:
            if language not in self.drawn:
                self.drawn[language] = await self._event(language, self.version)
            return self.drawn[language], self.version

    async def _event(self, language: str, version: str) -> bytes:
        return encoded(await run_in_threadpool(self.source.draw, language), version)


class Streams:
    """Every open stream of a process."""

    def __init__(self, *, every: float = EVERY, heartbeat: float = HEARTBEAT) -> None:
        self.every, self.heartbeat = every, heartbeat
        self._topics: dict[str, _Topic] = {}
        self._addresses: Counter[str] = Counter()
        self._stopping = False

    def has_room(self, address: str) -> bool:
        """Whether one more stream may be opened for an address."""
        if self._stopping or self._addresses.total() >= TOTAL:
            return False
        return self._addresses[address] < PER_ADDRESS

    @property
    def open(self) -> int:
        """How many streams are open."""
        return self._addresses.total()

    def stop(self) -> None:
        """End every stream; the browsers come back to whichever process answers next."""
        self._stopping = True
        for topic in self._topics.values():
            topic.looked.set()
            topic.wake()

    async def follow(
        self, source: Source, language: str, *, address: str, seen: str = ""
    ) -> AsyncGenerator[bytes]:
        """The events of a source, from its present state unless `seen` is its version already."""
        topic = self._join(source, language, address)
        try:
            yield f"retry: {RETRY}\n\n".encode()
            while not self._stopping:
                changed = topic.changed if topic.looked.is_set() else topic.looked
                if topic.looked.is_set() and not topic.version:
                    return
                if topic.version and topic.version != seen:
                    event, seen = await topic.event(language)
                    yield event
                elif not await self._wait(changed):
                    yield b": still here\n\n"
        finally:
            self._leave(topic, language, address)

    async def _wait(self, event: asyncio.Event) -> bool:
        """Whether it happened before a heartbeat is due."""
        try:
            await asyncio.wait_for(event.wait(), self.heartbeat)
        except TimeoutError:
            return False
        return True

    def _join(self, source: Source, language: str, address: str) -> _Topic:
        topic = self._topics.get(source.key)
        if topic is None:
            topic = self._topics[source.key] = _Topic(source)
            topic.watching = asyncio.create_task(self._watch(topic))
        topic.languages[language] += 1
        self._addresses[address] += 1
        return topic

    def _leave(self, topic: _Topic, language: str, address: str) -> None:
        topic.languages[language] -= 1
        self._addresses[address] -= 1
        if self._addresses[address] <= 0:
            del self._addresses[address]
        if topic.languages.total() <= 0:
            self._topics.pop(topic.source.key, None)
            if topic.watching is not None:
                topic.watching.cancel()

    async def _watch(self, topic: _Topic) -> None:
        """Look every second. A look that fails is said in the log once, and the next one follows."""
        until = asyncio.Event()  # never set: a timer that a cancelled task leaves at once
        while not self._stopping:
            try:
                await topic.look()
                topic.lost = False
            except Exception:  # the streams outlive a database that restarts
                if not topic.lost:
                    log.exception("a stream cannot look: trying again every second")
                topic.lost = True
            try:
                await asyncio.wait_for(until.wait(), self.every)
            except TimeoutError:
                continue


def encoded(data: str, version: str) -> bytes:
    """One event; each line of the data has its own field, so that no content can end the event."""
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"id: {version}\nevent: state\n{lines}\n".encode()


class EventStream(StreamingResponse):
    """The answer that carries a stream; its generator ends with the connection, not when memory is swept."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[bytes], headers: Mapping[str, str] | None = None) -> None:
        kept = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", **(headers or {})}
        super().__init__(events, headers=kept)
        self._events = events

    async def stream_response(self, send: Send) -> None:
        async with aclosing(self._events):
            await super().stream_response(send)
