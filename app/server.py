"""The serving process around the application: socket, uvicorn, and the links printed once it answers."""

import signal
import socket
from collections.abc import Callable

import uvicorn

from app.core import logs
from app.core.settings import Settings
from app.main import create_app

GRACE = 15  # seconds open answers get after SIGTERM; the worker's own limit comes after


class PortTaken(RuntimeError):
    """Something else listens there, or the address is not ours."""


def listen(settings: Settings) -> socket.socket:
    """Take the port before anything else is done. Raises PortTaken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as error:
        raise PortTaken(
            f"{settings.host}:{settings.port} cannot be listened on ({error.strerror}). "
            "Stop what listens there or set SEPTAINE_PORT."
        ) from error


class _Server(uvicorn.Server):
    def __init__(
        self, config: uvicorn.Config, when_ready: Callable[[], None], before_stop: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._when_ready = when_ready
        self._before_stop = before_stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._when_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._before_stop()  # a stream never ends by itself: the grace would pass in vain
        await super().shutdown(sockets)


def serve(settings: Settings, listening: socket.socket, when_ready: Callable[[], None]) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit code of the process."""
    logs.configure(settings)
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        http="httptools",
        loop="auto",  # uvloop where it exists
        ws="none",
        access_log=False,  # the edge writes one line a request, without paths
        log_config=None,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=GRACE,
    )
    # uvicorn raises the signal anew once it has shut down in order: a stop that was asked for is no failure.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    server = _Server(config, when_ready, lambda: app.state.streams.stop())
    server.run(sockets=[listening])
    return 0 if server.started else 3
