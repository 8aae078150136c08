"""A serving process told to stop ends its open streams at once, and does not wait for readers who never leave."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx
import pytest
from sqlmodel import Session

from app.core import db, migrations
from app.core.settings import get_settings
from tests.questions.stage import stage

ROOT = Path(__file__).parents[2]
AT_MOST = 20.0  # seconds: what a container gives before it kills


@pytest.fixture(autouse=True)
def _this_process_goes_back_to_its_own_database() -> Iterator[None]:
    yield
    get_settings.cache_clear()
    db.get_engine.cache_clear()


def _prepared(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database of its own with a session that is announced; returns the path of its stream."""
    monkeypatch.setenv("SEPTAINE_DATA_DIR", str(folder))
    monkeypatch.setenv("SEPTAINE_DATABASE_URL", "")
    get_settings.cache_clear()
    db.get_engine.cache_clear()
    migrations.upgrade()
    with db.transaction() as session:
        path = _announced(session)
    db.get_engine().dispose()
    return path


def _announced(session: Session) -> str:
    here = stage(session)
    return f"/c/{here.campaign.slug}/voices/live/{here.qa().pid}/stream"


def test_sigterm_with_an_open_stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _prepared(tmp_path, monkeypatch)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {**os.environ, "SEPTAINE_HOST": "127.0.0.1", "SEPTAINE_PORT": str(port)}
    environment["SEPTAINE_PUBLIC_URL"] = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "serve"],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _wait_for(port, server)
        with (
            httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client,
            client.stream("GET", path) as answer,
        ):
            pieces = answer.iter_text()
            assert re.match(r"retry: \d+\n\n", next(pieces))
            told = time.monotonic()
            server.send_signal(signal.SIGTERM)
            for _ in pieces:  # until the server ends it
                continue
            _, said = server.communicate(timeout=30)
    finally:
        server.kill()
    assert server.returncode == 0, said
    assert time.monotonic() - told < AT_MOST


def _wait_for(port: int, server: "subprocess.Popen[str]") -> None:
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        assert server.poll() is None
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError("the server did not answer")
