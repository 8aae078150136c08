"""Stolen cards tried on a donation page: 10 000 tries from 200 addresses while 50 people give.

    make bench-cards

The whole application on an injected clock, Stripe played by the sandbox: half of the tries bring a proof of work, one
donor in five has no script. Prints how many cards reached a bank, who gave, how long people waited, how long nobody
could give, and what the server kept. Ends with an error when a donor could not give.
"""

import argparse
import logging
import os
import sys
import tempfile
import time
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
from sqlmodel import Session, col, func, select

from app.core import clock, db
from app.core.db import reading
from app.defence.models import GivingMinute, Shield
from app.main import create_app
from app.tables import metadata
from tests.donations.card_testing import Drill, Person, browsers
from tests.donations.stage import drive, till

TRIES, ADDRESSES, DONORS, SECONDS = 10_000, 200, 50, 600


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def quiet() -> None:
    """Measuring is no place for a log of each request."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def told(drill: Drill, people: list[Person], took: float) -> None:
    waits = sorted(one.gave_at - one.came for one in people if one.gave_at is not None)
    with reading() as session:
        shield = session.exec(select(Shield)).first()
        held = session.exec(select(func.sum(col(GivingMinute.held)))).one()
    rest = (
        (shield.paused_until - shield.tripped_at)
        if shield and shield.paused_until and shield.tripped_at
        else None
    )
    say(f"tries answered        {sum(drill.statuses.values())} in {took:.0f} s of this machine")
    say(f"answers               {dict(drill.statuses)}, {len(drill.said)} different sentence(s)")
    say(f"cards that were tried {drill.cards}")
    say(f"asked to wait         {held}")
    say(f"people who gave       {len(waits)} of {len(people)}")
    say(f"they waited           {waits[len(waits) // 2]} s (median), {waits[-1]} s (the slowest)")
    say(f"the page rested       {rest.total_seconds() if rest else 0:.0f} s at a stretch")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of it")
    part = 10 if parser.parse_args().quick else 1
    quiet()
    metadata.create_all(db.get_engine())
    with clock.frozen(clock.now()), till(Path(tempfile.mkdtemp())) as stripe:
        with Session(db.get_engine().execution_options(writing=True)) as session:
            campaign = drive(session)
            session.refresh(campaign)
            session.expunge(campaign)
        drill = Drill(stripe, campaign, browsers(create_app()))
        began = time.perf_counter()
        people = drill.run(
            attempts=TRIES // part,
            addresses=ADDRESSES // part,
            donors=DONORS // part,
            seconds=SECONDS // part,
        )
        told(drill, people, time.perf_counter() - began)
    return 0 if all(one.gave_at is not None for one in people) and len(drill.said) <= 1 else 1


if __name__ == "__main__":
    sys.exit(main())
