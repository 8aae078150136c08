"""The inbox full: 5 000 things waiting, then a flood of 10 000 from 50 addresses with one honest voice among them.

    make bench-inbox

Prints the server time of the list, of filters, of opening and deciding one, of deciding fifty at once, in milliseconds
(median and worst of twenty), on SQLite and on PostgreSQL. Then the flood comes by the public's own form, through the
whole application, within one hour of an injected clock: what it costs, what was kept, where the honest one is.
"""

import argparse
import logging
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

os.environ.update(
    {
        "SEPTAINE_ENVIRONMENT": "development",
        "SEPTAINE_SECRET_KEY": "a-key-for-measuring-only-0123456789abcdef",
        "SEPTAINE_DATA_DIR": tempfile.mkdtemp(prefix="septaine-bench-"),
        "SEPTAINE_SCHEDULER": "off",
    }
)

import structlog
from fastapi.testclient import TestClient
from sqlmodel import Session, col, func, select, update
from starlette.types import ASGIApp, Receive, Scope, Send

from app.campaigns.models import Campaign
from app.core import clock, db, stamps
from app.core.settings import get_settings
from app.donations.models import Gift
from app.intake import service as intake
from app.intake.models import Item
from app.intake.rules import ItemState, Kind
from app.intake.screening import screen_words
from app.main import create_app
from app.people.rules import Actor, Role
from app.supporters import service as supporters
from app.tables import metadata
from app.testimonials import service as testimonials
from app.testimonials.rules import Naming, Use, Words
from tests import factories
from tests.conftest import new_postgres_database, start_postgres
from tests.intake.proving import solved

WAITING, FLOOD, SENDERS, TRIES = 5_000, 10_000, 50, 20
HONEST = "J’ai appris à lire à trente ans grâce à vous."


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def prepare() -> tuple[Actor, str]:
    """An organisation, a moderator, and five thousand things: words with gifts, and testimonials with an address."""
    metadata.create_all(db.get_engine())
    with db.transaction() as session:
        organisation = factories.organisation(session)
        actor = factories.member(session, organisation, Role.MODERATOR, "Nora")
        campaign = factories.campaign(session, organisation)
        for number in range(WAITING):
            keep = _testimonial if number % 2 else _gift
            keep(session, campaign, number, f"Bravo pour la journée {number}, on continue avec vous.")
        return actor, campaign.slug


def _gift(session: Session, campaign: Campaign, number: int, text: str) -> None:
    gift = Gift(
        organisation_id=campaign.organisation_id,
        campaign_id=campaign.id,
        amount_minor=1_500 + number,
        currency="EUR",
        message=text,
    )
    session.add(gift)
    session.flush()
    seen = screen_words(session, campaign, text)
    intake.file(session, campaign, kind=Kind.GIFT_MESSAGE, subject_id=gift.id, screening=seen)


def _testimonial(session: Session, campaign: Campaign, number: int, text: str) -> None:
    author = supporters.begin(
        session,
        organisation_id=campaign.organisation_id,
        language="fr",
        email=f"n{number}@example.org",
    )
    words = Words(text, naming=Naming.FIRST_NAME, name="Léa", uses=frozenset({Use.PAGE, Use.REPORT}))
    testimonials.send(session, campaign, author, words, screening=screen_words(session, campaign, text))


def measured(name: str, act: Callable[[], object]) -> None:
    taken = []
    for _ in range(TRIES):
        begun = time.perf_counter()
        act()
        taken.append(1000 * (time.perf_counter() - begun))
    say(f"{name:<44} median {statistics.median(taken):6.1f} ms   worst {max(taken):6.1f} ms")


def ok(answer: Any, *statuses: int) -> Any:
    assert answer.status_code in statuses, (answer.status_code, answer.text[:500])
    return answer


def pages(client: TestClient, csrf: str) -> None:
    """What a moderator does all day, with everything waiting."""

    def waiting(count: int) -> list[str]:
        with db.reading() as session:
            rows = session.exec(
                select(Item).where(Item.state == "pending").order_by(col(Item.id)).limit(count)
            )
            return [f"{row.pid}:{row.version}" for row in rows]

    lists(client)
    pids = iter([one.partition(":")[0] for one in waiting(2 * TRIES + 2)])
    ok(client.get(f"/studio/inbox/{next(pids)}"), 200)
    measured("opening one (claims it)", lambda: ok(client.get(f"/studio/inbox/{next(pids)}"), 200))
    accept = {"csrf": csrf, "version": "1", "verb": "accept"}
    measured("deciding one", lambda: ok(client.post(f"/studio/inbox/{next(pids)}", data=accept), 303))
    ok(client.post(f"/studio/inbox/{next(pids)}/release", data={"csrf": csrf}), 303)
    for name, what in (
        ("accepting", {"what": "accept"}),
        ("refusing", {"what": "reason", "reason": "off-topic"}),
    ):
        batches = iter([waiting(50 * (number + 1))[-50:] for number in range(TRIES)])
        measured(
            f"{name} fifty at once",
            lambda what=what, batches=batches: ok(  # type: ignore[misc]
                client.post("/studio/inbox", data={"csrf": csrf, **what, "item": next(batches)}), 303
            ),
        )


def lists(client: TestClient) -> None:
    ok(client.get("/studio/inbox"), 200)
    measured("the list", lambda: ok(client.get("/studio/inbox"), 200))
    measured("its last page", lambda: ok(client.get("/studio/inbox?page=90"), 200))
    measured("filtered", lambda: ok(client.get("/studio/inbox?signal=link&age=4&language=fr"), 200))


class Elsewhere:
    """The application as seen from an address of one's choice."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.address = "192.0.2.1"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["client"] = (self.address, 50_000)
        await self.app(scope, receive, send)


def flood(client: TestClient, elsewhere: Elsewhere, slug: str) -> None:
    """Ten thousand different texts from fifty addresses by the form, and one voice with a proof behind one of them."""
    with db.transaction() as session:  # the team has read everything before
        session.execute(update(Item).values(state=ItemState.REJECTED))
    begun, opened, answers, size = time.perf_counter(), clock.now(), Counter[int](), _size()
    for number in range(FLOOD):
        elsewhere.address = f"198.51.100.{number % SENDERS}"
        with clock.frozen(opened + number * timedelta(hours=1) / FLOOD):
            text = f"Gagnez {number} euros, offre {number * 7} pour vous seulement"
            answers[tell(client, slug, text, f"Bot {number % 3}", "")] += 1
            if number == FLOOD // 2:
                elsewhere.address = "198.51.100.1"
                honest = tell(client, slug, HONEST, "her telephone", solved())
    each = 1000 * (time.perf_counter() - begun) / FLOOD
    grown = (_size() - size) / 2**20
    say(f"one text of the flood: {each:.1f} ms; {answers[200]} kept, {answers[429]} told to wait")
    say(f"the database grew by {grown:.1f} MB; the honest one was answered {honest}")


def tell(client: TestClient, slug: str, text: str, agent: str, proof: str) -> int:
    """What the form of a public page sends; returns the status of the answer."""
    with clock.frozen(clock.now() - timedelta(minutes=1), everywhere=False):
        stamp = stamps.form_stamp()
    given = {
        "text": text,
        "language": "fr",
        "naming": "anonymous",
        "uses": "page",
        "age": "adult",
        "stamp": stamp,
        "website": "",
        "proof": proof,
    }
    answer = client.post(f"/c/{slug}/voices", data=given, headers={"User-Agent": agent})
    return int(ok(answer, 200, 429).status_code)


def _size() -> int:
    with db.reading() as session:
        bind = session.get_bind()
        if bind.dialect.name == "sqlite":
            return sum(one.stat().st_size for one in Path(os.environ["SEPTAINE_DATA_DIR"]).glob("bench.db*"))
        return int(session.execute(select(func.pg_database_size("bench"))).scalar_one())


def after(client: TestClient) -> None:
    """The inbox behind the flood: as quick, the honest one on the first page, nothing of it public."""
    lists(client)
    first = client.get("/studio/inbox").text
    with db.reading() as session:
        shown = session.exec(
            select(func.count(col(Item.id))).where(col(Item.public).is_(True), Item.network != "")
        ).one()
    say(f"the honest one is {'' if HONEST in first else 'NOT '}on the first page; {shown} public")


@contextmanager
def places(names: list[str]) -> Iterator[dict[str, str]]:
    found, server = {}, None
    if "sqlite" in names:
        found["SQLite"] = f"sqlite:///{Path(os.environ['SEPTAINE_DATA_DIR']) / 'bench.db'}"
    if "postgres" in names:
        server = start_postgres()
        found["PostgreSQL"] = new_postgres_database(server.get_uri(), "bench")
    try:
        yield found
    finally:
        db.get_engine().dispose()
        if server is not None:
            server.cleanup()


def run(name: str, url: str) -> None:
    os.environ["SEPTAINE_DATABASE_URL"] = url
    get_settings.cache_clear()
    db.get_engine.cache_clear()
    say(f"\n{name}: {WAITING} things wait")
    actor, slug = prepare()
    base = get_settings().base_url
    elsewhere = Elsewhere(create_app())
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with TestClient(elsewhere, base_url=base, headers={"Origin": base}, follow_redirects=False) as client:
        with db.transaction() as session:
            csrf = factories.sign_in(session, client, actor)
        pages(client, csrf)
        kept = dict(client.cookies)
        client.cookies.clear()
        flood(client, elsewhere, slug)
        client.cookies.update(kept)
        after(client)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--on", nargs="+", default=["sqlite", "postgres"])
    with places(options.parse_args().on) as found:
        for name, url in found.items():
            run(name, url)


if __name__ == "__main__":
    main()
