"""The sandbox as one ASGI application: the API, the test payment page and the courier around one data file.

It answers on threads of its own. Mounted in the server it stands in for Stripe, a request of the product
waits for it on one of the server's threads; sharing those would let forty donors wait for each other.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from app.core import clock
from app.payments.sandbox.api import Api, Ask
from app.payments.sandbox.buttons import Leave
from app.payments.sandbox.courier import Courier, Deliver
from app.payments.sandbox.pages import Pages
from app.payments.sandbox.store import Store

T = TypeVar("T")

THREADS = 4
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def create_sandbox(
    data_file: Path,
    *,
    secret_key: str,
    webhook_secret: str,
    webhook_url: str,
    public_base: str,
    deliver: Deliver | None = None,
    now: Callable[[], float] = lambda: clock.now().timestamp(),
) -> "Sandbox":
    """A local Stripe over ``data_file``.

    ``secret_key`` is the only key it answers to; ``public_base`` is its own address as browsers and the kit
    reach it (``http://127.0.0.1:8000/sandbox/stripe``); webhooks go to ``webhook_url``, through ``deliver``
    when given. Mounted under another application, call ``start`` and ``stop`` around its life; served by
    itself, its own lifespan does.
    """
    if not secret_key.startswith("sk_test_"):
        raise ValueError("the sandbox only answers to test keys (sk_test_…)")
    return Sandbox(Store(data_file), secret_key, webhook_secret, webhook_url, public_base, deliver, now)


class Sandbox:
    """An ASGI application with a courier that has to be started and stopped."""

    def __init__(
        self,
        store: Store,
        secret_key: str,
        webhook_secret: str,
        webhook_url: str,
        public_base: str,
        deliver: Deliver | None,
        now: Callable[[], float],
    ) -> None:
        base = public_base.rstrip("/")
        self.store = store
        self.courier = Courier(store, webhook_url, webhook_secret, now, deliver)
        self._api = Api(store, secret_key, base, now)
        self._pages = Pages(store, base, secret_key, webhook_url, now)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="sandbox")
        self._app = Starlette(
            routes=[
                Route("/v1/{path:path}", self._call, methods=METHODS),
                Route("/pay/{session}", self._show, methods=["GET"]),
                Route("/pay/{session}", self._act, methods=["POST"]),
                Route("/portal/{portal}", self._show_portal, methods=["GET"]),
                Route("/portal/{portal}", self._act_portal, methods=["POST"]),
                Route("/", self._index, methods=["GET"]),
                Route("/", self._act_desk, methods=["POST"]),
            ],
            lifespan=self._lifespan,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    def start(self) -> None:
        """Begin to deliver webhooks, those that an earlier process left behind first."""
        self.courier.start()

    def stop(self) -> None:
        """Stop delivering; what is undelivered stays in the data file."""
        self.courier.stop()

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        self.start()
        yield
        await asyncio.to_thread(self.stop)
        self._threads.shutdown()

    async def _call(self, request: Request) -> Response:
        body = (await request.body()).decode("utf-8", "replace")
        ask = Ask(
            request.method,
            f"v1/{request.path_params['path']}",
            request.headers.get("authorization", ""),
            request.headers.get("idempotency-key", ""),
            request.url.query if request.method in ("GET", "DELETE") else body,
        )
        answer = await self._work(lambda: self._api.answer(ask))
        self.courier.wake()
        return Response(answer.body, answer.status, dict(answer.headers), "application/json")

    async def _index(self, request: Request) -> Response:
        language = request.headers.get("accept-language", "")
        said = request.query_params.get("said", "")
        return await self._work(lambda: self._pages.index(language, said))

    async def _show(self, request: Request) -> Response:
        session, said = request.path_params["session"], request.query_params.get("said", "")
        language = request.headers.get("accept-language", "")
        return await self._work(lambda: self._pages.show(session, language, said))

    async def _act(self, request: Request) -> Response:
        session = request.path_params["session"]
        return await self._pressed(request, lambda fields: self._pages.act(session, fields))

    async def _show_portal(self, request: Request) -> Response:
        portal, said = request.path_params["portal"], request.query_params.get("said", "")
        language = request.headers.get("accept-language", "")
        return await self._work(lambda: self._pages.portal(portal, language, said))

    async def _act_portal(self, request: Request) -> Response:
        portal = request.path_params["portal"]
        return await self._pressed(request, lambda fields: self._pages.act_portal(portal, fields))

    async def _act_desk(self, request: Request) -> Response:
        return await self._pressed(request, self._pages.act_desk)

    async def _pressed(self, request: Request, act: Callable[[Mapping[str, str]], Leave]) -> Response:
        fields = {name: str(value) for name, value in (await request.form()).items()}
        target = await self._work(lambda: act(fields))
        self.courier.wake()
        return RedirectResponse(target.url, 303)

    def _work(self, job: Callable[[], T]) -> Awaitable[T]:
        return asyncio.get_running_loop().run_in_executor(self._threads, job)
