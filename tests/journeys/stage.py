"""A real instance in a process of its own, as `make run` starts it, for browsers to visit."""

import fcntl
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine

from app.core.tables import RateCount

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_WITHIN = 240  # seconds, demo data and a busy machine included


def chromium() -> str | None:
    """The browser to drive: the one `make test` found, or one in the path."""
    names = (os.environ.get("SEPTAINE_TEST_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if name and (found := shutil.which(name))), None)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Instance:
    """A running server: where it is, where it keeps its data, and the links it printed by their labels."""

    url: str
    data_dir: Path
    process: subprocess.Popen[bytes]
    environment: Mapping[str, str]
    log: Path
    links: dict[str, str] = field(default_factory=dict)

    def said(self) -> str:
        return self.log.read_text("utf-8", errors="replace")

    def kill(self) -> None:
        """As the power does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)

    def stop(self) -> int:
        """As an operator does; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(40)

    def start(self) -> None:
        """Start, or start again on the same data."""
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "app.cli", self.environment["COMMAND"]],
                cwd=ROOT,
                env=dict(self.environment),
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        self._wait()

    def forget_tries(self) -> None:
        """Forget how often each address and each person tried what: people come hours apart, journeys do not."""
        engine = create_engine(
            self.environment["SEPTAINE_DATABASE_URL"] or f"sqlite:///{self.data_dir / 'septaine.db'}"
        )
        with engine.begin() as connection:
            connection.execute(RateCount.__table__.delete())
        engine.dispose()

    def troubles(self) -> list[str]:
        """What `/readyz` complains of, once the worker had ten seconds to take its lease."""
        for _ in range(100):
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:  # noqa: S310
                    return list(json.load(answer)["troubles"])
            except urllib.error.HTTPError as error:
                left = list(json.load(error)["troubles"])
            time.sleep(0.1)
        return left

    def _wait(self) -> None:
        before = time.monotonic()
        while time.monotonic() - before < START_WITHIN:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}:\n{self.said()}")
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=2):  # noqa: S310
                    break
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        else:
            raise RuntimeError(f"the server did not answer within {START_WITHIN} s:\n{self.said()}")
        while "Ctrl+C" not in self.said():
            time.sleep(0.05)
        self.links = dict(re.findall(r"^  (\S.*?)  +(http\S+)$", self.said(), flags=re.MULTILINE))


def _clean() -> dict[str, str]:
    """This process's environment without a word about an instance."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SEPTAINE_")}


def demo_data(kept: Path) -> Path:
    """A data folder with today's demo in `kept`, made by whoever comes first; to be copied, never served."""
    kept.mkdir(parents=True, exist_ok=True)
    made = kept / f"demo-{datetime.now(UTC):%Y-%m-%d}"
    with (kept / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the workers of one run share it
        if not made.exists():
            unfinished = Path(tempfile.mkdtemp(dir=kept))
            settings = {"SEPTAINE_DATA_DIR": str(unfinished), "SEPTAINE_ENVIRONMENT": "development"}
            command = [sys.executable, "-m", "app.cli", "demo"]
            subprocess.run(command, cwd=ROOT, env=_clean() | settings, check=True, capture_output=True)  # noqa: S603
            unfinished.rename(made)
    return made


@contextmanager
def instance(
    database_url: str = "", *, command: str = "run", data: Path | None = None, **settings: str
) -> Iterator[Instance]:
    """Start a server on a free port with a data folder of its own, or with a copy of `data`.

    Stopped and removed at the end.
    """
    folder = Path(tempfile.mkdtemp(prefix="septaine-journey-"))
    if data is not None:
        shutil.copytree(data, folder / "data")
    port = free_port()
    environment = {
        **_clean(),
        "COMMAND": command,
        "PYTHONUNBUFFERED": "1",
        "SEPTAINE_DATA_DIR": str(folder / "data"),
        "SEPTAINE_PORT": str(port),
        "SEPTAINE_DATABASE_URL": database_url,
        **{f"SEPTAINE_{name.upper()}": value for name, value in settings.items()},
    }
    # A placeholder process until start(): nothing runs yet.
    made = Instance(
        f"http://127.0.0.1:{port}",
        folder / "data",
        subprocess.Popen([sys.executable, "-c", ""]),
        environment,
        folder / "log",
    )
    made.process.wait()
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)
