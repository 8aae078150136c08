"""The books of a year: thousands of gifts with every kind of trouble, told with losses, closed to the cent.

    make bench-books

Stripe is the sandbox, asked through its own API. A twentieth of its notifications is lost; money goes to the bank each
week, and some of it comes back. Every four weeks, and at the end, the books are closed as `septaine reconcile` does.
Ends with 1 unless, on SQLite and on PostgreSQL, nothing remains unexplained, what Stripe itself has at the end and
what arrived at the bank are what the ledger says, and the files for the accountant say the same.
"""

import argparse
import logging
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing as closed
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

os.environ.update(
    {
        "SEPTAINE_ENVIRONMENT": "development",
        "SEPTAINE_SECRET_KEY": "a-key-for-measuring-only-0123456789abcdef",
        "SEPTAINE_DATA_DIR": tempfile.mkdtemp(prefix="septaine-bench-"),
        "SEPTAINE_SCHEDULER": "off",
    }
)

import structlog

from app.books import chart, fec, figures, recorded
from app.books.chart import DEFAULTS, Use
from app.books.figures import Statement
from app.books.rules import Place
from app.books.service import closing
from app.campaigns.models import Campaign
from app.core import clock, db
from app.core.settings import get_settings
from app.people.models import Organisation
from app.tables import metadata
from tests import factories
from tests.books.year import Year
from tests.conftest import new_postgres_database, start_postgres
from tests.donations import stage

BEGIN = datetime(2026, 1, 5, 9, tzinfo=UTC)
ZONE = "Europe/Paris"


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


@contextmanager
def places(names: Sequence[str]) -> Iterator[dict[str, str]]:
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


def campaigns() -> list[Campaign]:
    """Three drives of one organisation, through one account."""
    with db.open_session(write=True) as session:
        first = stage.drive(session)
        body = session.get_one(Organisation, first.organisation_id)
        others = [factories.campaign(session, body, state=first.state) for _ in range(2)]
        session.commit()
        return [first, *others]


def accounting(organisation_id: int) -> dict[str, int]:
    """What the accounting files of all years say each account holds, in cents."""
    with db.reading() as session:
        found = fec.booked(
            recorded.entries(session, organisation_id), recorded.sent(session, organisation_id, ZONE)
        )
    balances: dict[str, int] = {}
    for year in range(BEGIN.year, BEGIN.year + 3):
        for line in list(fec.lines(found, chart.accounts({}), chart.bounds(year, 1), ZONE))[1:]:
            cells = line.split("\t")
            moved = int(cells[11].replace(",", "")) - int(cells[12].replace(",", ""))
            balances[cells[4]] = balances.get(cells[4], 0) + moved
    return balances


def agrees(year: Year, whole: Statement, left: int, organisation_id: int) -> bool:
    """Say each figure beside the one it must equal."""
    booked = accounting(organisation_id)
    pairs = (
        ("not explained", whole.unexplained, 0),
        ("differences left", left, 0),
        ("the ledger's remaining, and what is placed", whole.totals.remaining_minor, whole.placed),
        ("at Stripe, and by Stripe's own balance", whole.places[Place.STRIPE], year.at_stripe()),
        ("at the bank, and by Stripe's own payouts", whole.places[Place.BANK], year.at_bank()),
        ("at Stripe, by the accounting file", booked[DEFAULTS[Use.STRIPE].number], year.at_stripe()),
        ("at the bank, by the accounting file", booked[DEFAULTS[Use.BANK].number], year.at_bank()),
    )
    for words, ours, theirs in pairs:
        say(
            f"  {words:<46} {ours / 100:>14,.2f} {theirs / 100:>14,.2f} {'' if ours == theirs else 'DIFFERS'}"
        )
    return all(ours == theirs for _, ours, theirs in pairs)


def run(name: str, url: str, gifts: int) -> bool:
    os.environ["SEPTAINE_DATABASE_URL"] = url
    get_settings.cache_clear()
    db.get_engine.cache_clear()
    metadata.create_all(db.get_engine())
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    folder = Path(tempfile.mkdtemp(prefix="septaine-bench-"))
    with (
        clock.frozen(BEGIN),
        stage.till(folder) as stripe,
        closed(sqlite3.connect(folder / "stripe.db")) as kept,
    ):
        kept.execute(
            "SELECT count(*) FROM objects"
        )  # one open connection spares the sandbox its clean-up each time
        own = campaigns()
        year, begun = Year(stripe, own, BEGIN), time.perf_counter()
        year.play(gifts)
        played, begun = time.perf_counter() - begun, time.perf_counter()
        with clock.frozen(year.ended + timedelta(days=40)):
            left = len(closing.close(stripe.gateway).open)
            last, begun = time.perf_counter() - begun, time.perf_counter()
            with db.reading() as session:
                (whole,) = figures.statements(session, own[0].organisation_id, own)
            read = time.perf_counter() - begun
            say(
                f"\n{name}: {year.gifts} begun, {year.deeds} deeds, {year.lost} notifications lost, "
                f"{year.payouts} payouts; {whole.totals.gifts} payments arrived"
            )
            say(
                f"  played in {played:.0f} s; the last closing {last:.1f} s; the page's sums {1000 * read:.0f} ms"
            )
            return agrees(year, whole, left, own[0].organisation_id)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--gifts", type=int, default=5_000)
    options.add_argument("--on", nargs="+", default=["sqlite", "postgres"])
    given = options.parse_args()
    with places(given.on) as found:
        held = [run(name, url, given.gifts) for name, url in found.items()]
    sys.exit(0 if all(held) else 1)


if __name__ == "__main__":
    main()
