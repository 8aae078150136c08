"""Readers on the live page of one process: how soon each sees a change, how quick other pages are meanwhile.

    make bench-live             200 readers, 20 changes, on SQLite
    make bench-live readers=500

A real server in a process of its own, real HTTP on the loopback. Readers come from 127.0.0.2 upwards, as many
an address as the server lets in. A change is a vote sent by its form; its delay is measured from the moment the
form was answered to the moment the reader holds the event. Every reader must see the last change.
"""

import argparse
import asyncio
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

os.environ.update(
    {
        "SEPTAINE_ENVIRONMENT": "development",
        "SEPTAINE_SECRET_KEY": "a-key-for-measuring-only-0123456789abcdef",
        "SEPTAINE_DATA_DIR": tempfile.mkdtemp(prefix="septaine-live-"),
        "SEPTAINE_SCHEDULER": "off",
    }
)

import httpx2 as httpx

from app.core import db, migrations
from app.core.streams import PER_ADDRESS
from tests.questions.stage import stage

ROOT = Path(__file__).parents[1]
WITHIN = 2.0  # seconds: what the order of works asks for


@dataclass
class Seen:
    """When each change was seen, by the number of votes it made."""

    at: dict[int, list[float]] = field(default_factory=dict)
    ready: int = 0


def prepare() -> tuple[str, str, str]:
    """Thirty questions and a session on air; returns slug, session and question."""
    migrations.upgrade()
    with db.transaction() as session:
        here = stage(session)
        questions = [
            here.ask(f"Question number {number}: how is it done, and by whom?") for number in range(30)
        ]
        qa = here.qa(opened=True)
        return here.campaign.slug, qa.pid, questions[0].pid


async def read(base: str, path: str, source: str, question: str, seen: Seen, last: int) -> None:
    """One reader until the last change."""
    transport = httpx.AsyncHTTPTransport(local_address=source)
    votes = re.compile(rf'id="b-{question}".*?<span class="num">(\d+)</span>')
    async with (
        httpx.AsyncClient(base_url=base, transport=transport, timeout=120) as client,
        client.stream("GET", path) as answer,
    ):
        assert answer.status_code == 200, answer.status_code
        text, first = "", True
        async for piece in answer.aiter_text():
            text += piece
            *whole, text = text.split("\n\n")
            for event in whole:
                found = votes.search(event)
                if found is None:
                    continue
                seen.ready += first
                first = False
                seen.at.setdefault(int(found[1]), []).append(time.perf_counter())
                if int(found[1]) == last:
                    return


async def measure(base: str, slug: str, qa: str, question: str, *, readers: int, changes: int) -> None:
    seen, sent, pages = Seen(), {}, []
    room, last = f"/c/{slug}/voices", 1 + changes
    async with httpx.AsyncClient(base_url=base, timeout=60) as client, asyncio.TaskGroup() as group:
        for number in range(readers):
            source = f"127.0.0.{2 + number // PER_ADDRESS}"
            group.create_task(read(base, f"{room}/live/{qa}/stream", source, question, seen, last))
        while seen.ready < readers:
            await asyncio.sleep(0.05)
        for number in range(changes):
            headers = {"Origin": base, "User-Agent": f"reader {number}"}
            answer = await client.post(
                f"{room}/questions/{question}/vote", data={"vote": "yes"}, headers=headers
            )
            assert answer.status_code == 303, answer.status_code
            sent[2 + number] = time.perf_counter()
            for _ in range(5):
                began = time.perf_counter()
                assert (await client.get(f"/c/{slug}")).status_code == 200
                pages.append(time.perf_counter() - began)
                await asyncio.sleep(0.25)
    delays = [at - sent[number] for number, times in seen.at.items() if number in sent for at in times]
    missing = readers - len(seen.at[last])
    pages.sort()
    tail = pages[int(len(pages) * 0.95)]
    print(
        f"{readers} readers, {changes} changes, {len(delays)} events received; {missing} readers missed the last"
    )
    print(
        f"a change: median {statistics.median(delays):.2f} s, worst {max(delays):.2f} s (asked for: {WITHIN} s)"
    )
    print(
        f"campaign page meanwhile: median {1000 * statistics.median(pages):.0f} ms, 95 % {1000 * tail:.0f} ms"
    )
    if missing or max(delays) > WITHIN:
        raise SystemExit(1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--changes", type=int, default=20)
    chosen = parser.parse_args()
    slug, qa, question = prepare()
    db.get_engine().dispose()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "SEPTAINE_HOST": "127.0.0.1",
        "SEPTAINE_PORT": str(port),
        "SEPTAINE_PUBLIC_URL": base,
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "serve"],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        asyncio.run(measure(base, slug, qa, question, readers=chosen.readers, changes=chosen.changes))
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


if __name__ == "__main__":
    main()
