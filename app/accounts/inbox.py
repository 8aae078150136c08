"""The inbox of the demo: takes what this server's own webhook sends, as any receiver should. Refuses bad signatures.

A delivery is one file, named after its id: the same delivery twice is kept once.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, ValidationError

from app.accounts import queries, service
from app.channels import webhook
from app.core import clock, vault
from app.core.crypto import same
from app.core.db import reading
from app.core.settings import get_settings

PATH = "/sandbox/webhook"
SHOWN = 30
# A signed delivery that was overheard must not be of use for long.
FRESH = timedelta(minutes=5)


class Medium(BaseModel):
    """A picture or a video of a delivery."""

    url: str
    type: str
    alt: str = ""
    width: int = 0
    height: int = 0


class Content(BaseModel):
    """What a delivery says; fields we do not show are let go."""

    type: str
    text: str = ""
    language: str = ""
    media: list[Medium] = []


class Delivery(BaseModel):
    """A delivery as it was taken."""

    id: str
    at: datetime
    content: Content


class NotSigned(Exception):
    """Nobody we know has signed this, or too long ago."""


def address() -> str:
    """Where this server's own inbox is, as the server itself reaches it."""
    return get_settings().local_url + PATH


def take(delivery: str, timestamp: str, signature: str, body: bytes) -> str:
    """Keep a delivery, once, and let a ping go; returns the name of its file.

    Raises NotSigned, ValueError (no content we know).
    """
    if not timestamp.isdigit() or abs(clock.now().timestamp() - int(timestamp)) > FRESH.total_seconds():
        raise NotSigned
    if not any(same(signature, webhook.sign(secret, int(timestamp), body)) for secret in _secrets()):
        raise NotSigned
    try:
        content = Content.model_validate_json(body)
    except ValidationError as error:
        raise ValueError("not a delivery") from error
    name = hashlib.sha256(delivery.encode()).hexdigest()[:16]
    if content.type == "ping":
        return name
    kept = Delivery(id=name, at=clock.now(), content=content)
    _folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with (_folder() / f"{name}.json").open("x", encoding="utf-8") as file:
            file.write(kept.model_dump_json())
    except FileExistsError:
        pass  # delivered before: a receiver answers the same and acts once
    return name


def latest() -> Sequence[Delivery]:
    """The deliveries, the last first."""
    files = sorted(_folder().glob("*.json"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    return [Delivery.model_validate_json(file.read_text(encoding="utf-8")) for file in files[:SHOWN]]


def _secrets() -> list[str]:
    """The signing secrets of all accounts that deliver here."""
    found = []
    with reading() as session:
        rows = queries.connected(session, "webhook")
    for row in rows:
        try:
            secrets = service.opened(row).secrets
        except vault.CannotOpen:
            continue
        if secrets.get("address", "").endswith(PATH):
            found.append(secrets["secret"])
    return found


def _folder() -> Path:
    return get_settings().data_dir / "webhook-inbox"
