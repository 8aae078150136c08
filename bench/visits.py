"""What counting visits costs a page, and how long a second's looks take to write: `python -m bench.visits`."""

import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core.db import make_engine
from app.links.counting import Counter, look_of
from app.links.noting import note
from app.links.sorting import kind_of_agent
from app.people.models import Organisation
from app.tables import metadata
from tests.links.replay import evening

AT = datetime(2027, 3, 3, 17, tzinfo=UTC)
SCOPE = {
    "type": "http",
    "method": "GET",
    "path": "/c/maia",
    "query_string": b"via=k83s5a&utm_source=instagram",
    "client": ("203.0.113.9", 40000),
    "path_params": {"slug": "maia"},
    "route": type("Route", (), {"path": "/c/{slug}"}),
    "state": {"language": "fr"},
    "headers": [
        (b"host", b"septaine.example"),
        (
            b"user-agent",
            b"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1",
        ),
        (b"referer", b"https://l.instagram.com/"),
    ],
}


def per_page(times: int = 20_000) -> float:
    """Microseconds of the processor for taking a look."""
    counter = Counter()
    began = time.process_time()
    for _ in range(times):
        look = look_of(SCOPE)
        assert look is not None
        counter.add(look)
    return (time.process_time() - began) / times * 1e6


def per_second(looks: int) -> float:
    """Milliseconds of the processor for writing so many looks in one transaction on SQLite."""
    told = evening(1, AT, people=looks, machines=looks, movers=0.005).looks
    with TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'bench.db'}")
        metadata.create_all(engine)
        with Session(engine.execution_options(writing=True)) as session:
            house = Organisation(name="Bench")
            session.add(house)
            session.flush()
            session.add(
                Campaign(
                    organisation_id=house.id, slug="maia", title="Maïa", starts_on=AT.date(), state=State.LIVE
                )
            )
            session.commit()
            for look in told:  # as the counter does before it opens a transaction
                kind_of_agent(look.agent)
            note(session, told[:looks])
            session.commit()
            began = time.process_time()
            note(session, told[looks : 2 * looks])
            session.commit()
            took = (time.process_time() - began) * 1e3
        engine.dispose()
    return took


if __name__ == "__main__":
    print(f"a look taken:       {per_page():8.1f} µs a page")
    for number in (50, 200, 500):
        print(f"{number:5} looks written: {per_second(number):8.1f} ms in one transaction")
