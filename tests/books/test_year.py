"""A year of gifts with every kind of trouble closes to 0.00, and to what Stripe itself has."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine

from app.books import figures
from app.books.rules import Place
from app.books.service import closing
from app.core import clock, db
from app.core.db import reading
from tests import factories
from tests.books.year import Year
from tests.donations import stage


def test_a_year_closes_to_nothing_unexplained(engine: Engine, tmp_path: Path) -> None:
    with db.open_session(write=True) as session:
        first = stage.drive(session)
        from app.people.models import Organisation

        org = session.get(Organisation, first.organisation_id)
        assert org is not None
        second = factories.campaign(session, org, state=first.state, suggested_minor=[1500])
        session.commit()
    with stage.till(tmp_path) as stripe:
        year = Year(stripe, [first, second], clock.now())
        year.play(60)
        with clock.frozen(year.ended + timedelta(days=40)):
            done = closing.close(stripe.gateway)
            assert done.open == ()
            with reading() as session:
                (whole,) = figures.statements(session, first.organisation_id, [first, second])
                parts = [
                    figures.statements(session, first.organisation_id, [one], whole=False)[0]
                    for one in (first, second)
                ]
    assert whole.unexplained == 0
    assert whole.waiting == 0
    assert whole.outside == 0
    assert whole.totals.remaining_minor == whole.placed
    assert whole.places[Place.BANK] == year.at_bank()
    assert whole.places[Place.STRIPE] == year.at_stripe()
    assert [part.unexplained for part in parts] == [0, 0]
    assert sum(part.placed for part in parts) == whole.placed
    assert year.lost > 10
    assert year.payouts > 20
