"""What yesterday set off, for the influencer: accepted acts alone, with what they come to."""

from datetime import timedelta

from sqlmodel import Session

from app.briefs import queries
from app.challenges.rules import UNIT
from app.core import clock
from tests.challenges.stage import NOW, stage, take


def test_yesterday_counts_accepted_acts_and_their_quantity(session: Session) -> None:
    week = stage(session)
    week.challenges[2].usual, week.challenges[2].most = 5 * UNIT, 50 * UNIT
    week.challenges[2].unit_one = week.challenges[2].unit_many = "kg"
    assert queries.yesterday(session, week.campaign, 3) is None
    with clock.frozen(NOW - timedelta(days=1)):
        take(session, week, "a", number=2, quantity=2500)
        take(session, week, "b", number=2, quantity=5 * UNIT)
        take(session, week, "c", number=2, quantity=50 * UNIT)  # waits to be read
    found = queries.yesterday(session, week.campaign, 3)
    assert found is not None
    assert (found.people, found.sum) == (2, "7,5 kg")
    assert queries.yesterday(session, week.campaign, 1) is None


def test_without_quantities_people_are_enough(session: Session) -> None:
    week = stage(session)
    with clock.frozen(NOW - timedelta(days=1)):
        take(session, week, "a", number=2)
    found = queries.yesterday(session, week.campaign, 3)
    assert found is not None
    assert (found.people, found.sum) == (1, "")
