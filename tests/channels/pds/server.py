"""The AT Protocol's own server on loopback, and accounts on it. `make test-channels` installs what it needs."""

import itertools
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from app.channels import registry
from app.channels.base import Account
from app.core import clock
from tests.channels.bench import PID, Bench
from tests.channels.fakes.relay import relay

FOLDER = Path(__file__).parents[3] / ".cache" / "pds"
MISSING = "no Bluesky server is installed: `make test-channels` installs one"


def is_installed() -> bool:
    """Whether the server can be started."""
    return (FOLDER / "ready").exists()


@dataclass
class Pds:
    """A running server."""

    url: str
    _names: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def call(self, method: str, token: str = "", **given: Any) -> dict[str, Any]:
        """One procedure of the protocol, asked directly."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = httpx.post(f"{self.url}/xrpc/{method}", json=given, headers=headers, trust_env=False)
        answer.raise_for_status()
        made: dict[str, Any] = answer.json() if answer.content else {}
        return made

    def account(self) -> tuple[dict[str, Any], str]:
        """A new account's session, and an app password of its own."""
        name = f"ecole{next(self._names)}"
        session = self.call(
            "com.atproto.server.createAccount",
            handle=f"{name}.test",
            email=f"{name}@example.com",
            password="a-main-password-of-a-test",
        )
        made = self.call("com.atproto.server.createAppPassword", session["accessJwt"], name="septaine")
        return session, str(made["password"])

    def posts(self, did: str) -> Sequence[dict[str, Any]]:
        """What anybody can read of an account, newest first."""
        params = {"repo": did, "collection": "app.bsky.feed.post"}
        answer = httpx.get(f"{self.url}/xrpc/com.atproto.repo.listRecords", params=params, trust_env=False)
        records: Sequence[dict[str, Any]] = answer.json()["records"]
        return records


@contextmanager
def running() -> Iterator[Pds]:
    """Start the server, about six seconds; it stops with the block, or with this process."""
    with (
        tempfile.TemporaryDirectory(prefix="septaine-pds-") as folder,
        subprocess.Popen(
            ["node", "serve.cjs"],  # noqa: S607 – whichever node the machine has
            cwd=FOLDER,
            env={**os.environ, "TMPDIR": folder},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process,
    ):
        assert process.stdout is not None
        assert process.stdin is not None
        line = process.stdout.readline()
        assert line, "the Bluesky server did not start"
        yield Pds(json.loads(line)["pds"])
        process.stdin.close()


@contextmanager
def bench(pds: Pds) -> Iterator[Bench]:
    """A fresh account on the server, behind a line that can be cut."""
    session, password = pds.account()

    def seen() -> Sequence[dict[str, Any]]:
        return [
            {
                "text": record["value"]["text"],
                "alts": [one["alt"] for one in record["value"].get("embed", {}).get("images", [])],
                "record": record,
            }
            for record in pds.posts(session["did"])
        ]

    def revoke() -> None:
        pds.call("com.atproto.server.revokeAppPassword", session["accessJwt"], name="septaine")

    with relay(pds.url) as wire, clock.frozen(datetime.now(UTC)):
        secrets = {"identifier": session["handle"], "password": password}
        kept: list[dict[str, str]] = []
        account = Account(
            PID, wire.url, session["did"], session["handle"], secrets, lambda new: kept.append(dict(new))
        )
        yield Bench(
            registry.get("bluesky"),
            wire,
            account,
            seen,
            revoke,
            "POST /xrpc/com.atproto.repo.putRecord",
            "POST /xrpc/com.atproto.repo.uploadBlob",
            kept=kept,
        )
