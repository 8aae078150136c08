"""Whether this process lives and whether the instance can work; tells strangers codes, never details."""

import secrets
import shutil
from collections.abc import Callable
from datetime import timedelta

import structlog
from fastapi import APIRouter, Request
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session
from starlette.responses import JSONResponse, PlainTextResponse, Response

from app.core import clock, leases, metrics, migrations
from app.core.crypto import same
from app.core.db import reading
from app.core.errors import NotFound
from app.core.settings import Settings, get_settings

log = structlog.get_logger("health")
router = APIRouter()

HEARTBEAT = timedelta(seconds=90)
FREE_DISK = 0.10

_watched: dict[str, Callable[[Session], bool]] = {}
_bearable: set[str] = set()


def watch(code: str, ask: Callable[[Session], bool], *, bearable: bool = False) -> None:
    """Offer a trouble that a room can tell of; `ask` answers True while it lasts. Offered again, it is replaced.

    A bearable one is told and leaves the instance ready: a person must look, and followers are served meanwhile.
    """
    _watched[code] = ask
    (_bearable.add if bearable else _bearable.discard)(code)


def troubles(settings: Settings) -> list[str]:
    """Codes of what keeps the instance from its work: database, migrations, scheduler, disk, and what rooms watch."""
    found = []
    try:
        leases.hold("readiness probe", secrets.token_hex(4), ttl=timedelta(0))
        if not migrations.at_head():
            found.append("migrations")
        with reading() as session:
            lease = leases.find(session, "scheduler")
            told = [code for code, ask in _watched.items() if ask(session)]
        if lease is None or clock.now() - lease.beat_at > HEARTBEAT:
            found.append("scheduler")
        found += told
    except SQLAlchemyError:
        log.warning("the database failed the readiness probe", exc_info=True)
        found.append("database")
    if free_disk(settings) < FREE_DISK:
        found.append("disk")
    return found


def free_disk(settings: Settings) -> float:
    """The free share (0…1) of the disk that holds the data folder."""
    usage = shutil.disk_usage(settings.data_dir if settings.data_dir.exists() else settings.data_dir.parent)
    return usage.free / usage.total


@router.get("/healthz", name="core:health")
def health() -> Response:
    """The process answers; nothing else is asked, so that a slow database never gets it killed."""
    return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})


@router.get("/readyz", name="core:ready")
def ready() -> Response:
    found = troubles(get_settings())
    is_ready = _bearable.issuperset(found)
    return JSONResponse(
        {"ready": is_ready, "troubles": found},
        status_code=200 if is_ready else 503,
        headers={"Cache-Control": "no-store"},
    )


@router.get("/metrics", name="core:metrics")
def figures(request: Request) -> Response:
    """Prometheus' page; it does not exist for whoever lacks the token. Raises NotFound."""
    token = get_settings().metrics_token.get_secret_value()
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not token or not same(given, token):
        raise NotFound
    return Response(
        metrics.text(),
        media_type="text/plain; version=0.0.4; charset=utf-8",
        headers={"Cache-Control": "no-store"},
    )
