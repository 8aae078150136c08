"""How many requests are worked at once in a process; the others wait their turn, in the order they came.

A request keeps its database connection from its first query to its answer, and goes through a thread several times
meanwhile. Were there as many requests as connections, each could wait for a thread while every thread waits for a
connection, and a crowd would stand still until the pool gives up. Fewer requests than connections cannot.
"""

from asyncio import Semaphore

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.db import OVERFLOW, POOL

AT_ONCE = (POOL + OVERFLOW) * 4 // 5
_STREAMS = (b"text/event-stream", b"application/zip")


class Crowd:
    """Lets `AT_ONCE` requests in. A stream makes way as soon as it has begun: it keeps no connection.

    So does a ZIP: a campaign's archive is sent while the application asks itself for the pages (`app.archive`), and
    those requests need turns of their own.
    """

    def __init__(self, app: ASGIApp, *, at_once: int = AT_ONCE) -> None:
        self.app = app
        self._free = Semaphore(at_once)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        turn = _Turn(self._free)
        await turn.begin()

        async def send_and_see(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_stream(message):
                turn.end()
            await send(message)

        try:
            await self.app(scope, receive, send_and_see)
        finally:
            turn.end()


class _Turn:
    """One place among the requests at work, given back once."""

    def __init__(self, free: Semaphore) -> None:
        self._free = free
        self._held = False

    async def begin(self) -> None:
        await self._free.acquire()
        self._held = True

    def end(self) -> None:
        if self._held:
            self._held = False
            self._free.release()


def _is_stream(message: Message) -> bool:
    return any(
        name.lower() == b"content-type" and value.startswith(_STREAMS) for name, value in message["headers"]
    )
