"""A year of gifts with every kind of trouble closes to 0.00, and to what Stripe itself has."""

from datetime import timedelta

from sqlmodel import Session

from app.books import figures
from app.books.rules import Place
from app.books.service import closing
from app.campaigns.models import Campaign
from app.core import clock
from app.core.db import reading
from app.people.models import Organisation
from tests import factories
from tests.books.year import Year
from tests.donations.stage import Till


def test_a_year_closes_to_nothing_unexplained(session: Session, stripe: Till, campaign: Campaign) -> None:
    body = session.get_one(Organisation, campaign.organisation_id)
    second = factories.campaign(session, body, state=campaign.state, suggested_minor=[1500])
    session.commit()
    own = [campaign, second]
    year = Year(stripe, own, clock.now())
    year.play(60)
    with clock.frozen(year.ended + timedelta(days=40)):
        done = closing.close(stripe.gateway)
        assert done.open == ()
        with reading() as read:
            (whole,) = figures.statements(read, campaign.organisation_id, own)
            parts = [figures.statements(read, campaign.organisation_id, [one], whole=False)[0] for one in own]
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
