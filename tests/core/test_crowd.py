"""A crowd is let in a few at a time; streams make way; nobody's place is lost or given back twice."""

import asyncio
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from app.core.crowd import AT_ONCE, Crowd
from app.core.db import OVERFLOW, POOL

HTTP: dict[str, Any] = {"type": "http"}


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


async def _drop(message: Message) -> None:
    pass


class Counting:
    """An application that holds every request until told, and counts those inside."""

    def __init__(self, content_type: bytes = b"text/html") -> None:
        self.content_type = content_type
        self.inside = self.most = self.served = 0
        self.go = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.inside += 1
        self.most = max(self.most, self.inside)
        headers = [(b"content-type", self.content_type)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await self.go.wait()
        self.inside -= 1
        self.served += 1


async def _settle() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


def test_fewer_requests_than_connections() -> None:
    assert AT_ONCE < POOL + OVERFLOW


def test_a_crowd_waits_its_turn_and_everyone_is_served() -> None:
    async def visit() -> Counting:
        app = Counting()
        crowd = Crowd(app, at_once=3)
        asked = [asyncio.create_task(crowd(HTTP, _nothing, _drop)) for _ in range(20)]
        await _settle()
        assert app.inside == 3
        app.go.set()
        await asyncio.gather(*asked)
        return app

    app = asyncio.run(visit())
    assert (app.most, app.served) == (3, 20)


@pytest.mark.parametrize("kind", [b"text/event-stream; charset=utf-8", b"application/zip"])
def test_a_stream_makes_way_once_it_has_begun(kind: bytes) -> None:
    async def visit() -> Counting:
        app = Counting(kind)
        crowd = Crowd(app, at_once=2)
        asked = [asyncio.create_task(crowd(HTTP, _nothing, _drop)) for _ in range(10)]
        await _settle()
        assert app.inside == 10
        app.go.set()
        await asyncio.gather(*asked)
        again = Counting()
        crowd.app = again
        asked = [asyncio.create_task(crowd(HTTP, _nothing, _drop)) for _ in range(10)]
        await _settle()
        assert again.inside == 2, "no place was given back twice"
        again.go.set()
        await asyncio.gather(*asked)
        return again

    assert asyncio.run(visit()).served == 10


def test_a_failure_and_a_visitor_who_leaves_give_their_place_back() -> None:
    async def visit() -> None:
        async def broken(scope: Scope, receive: Receive, send: Send) -> None:
            raise RuntimeError("broken")

        crowd = Crowd(broken, at_once=1)
        for _ in range(3):
            with pytest.raises(RuntimeError):
                await crowd(HTTP, _nothing, _drop)
        waiting = Counting()
        crowd.app = waiting
        first = asyncio.create_task(crowd(HTTP, _nothing, _drop))
        second = asyncio.create_task(crowd(HTTP, _nothing, _drop))
        await _settle()
        second.cancel()
        first.cancel()
        await asyncio.gather(first, second, return_exceptions=True)
        waiting.go.set()
        await asyncio.wait_for(crowd(HTTP, _nothing, _drop), timeout=5)

    asyncio.run(visit())
