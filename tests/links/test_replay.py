"""A replayed evening: a thousand people, some behind shared addresses, are counted within two per cent among five
thousand machines."""

import pytest

from app.core.db import reading, transaction
from app.links import noting, queries
from tests.conftest import NOW
from tests.links.conftest import House
from tests.links.replay import Evening, evening

AT = NOW.replace(hour=17)


def _replayed(told: Evening, campaign_id: int) -> tuple[queries.Figures, int]:
    with transaction() as session:
        for start in range(0, len(told.looks), 400):  # a second's worth at a time
            noting.note(session, told.looks[start : start + 400])
    with reading() as session:
        return queries.totals(session, campaign_id)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_thousand_people_among_five_thousand_machines(house: House, seed: int) -> None:
    told = evening(seed, AT, people=1000, machines=5000, movers=0.005)
    figures, different = _replayed(told, house.campaign.id)
    assert figures.people == different
    assert abs(figures.people - told.people) <= told.people * 0.02, figures
    ahead = sum(one.ahead for one in told.looks)
    assert figures.bots + figures.previews == told.machines + ahead
    assert figures.visits == len(told.looks) - told.machines - ahead


def test_what_the_two_errors_come_to(house: House) -> None:
    """Alike phones behind one shared address count as one: too few. A second network counts twice: too many."""
    still = evening(4, AT, people=1000, machines=0, movers=0)
    figures, _ = _replayed(still, house.campaign.id)
    assert 970 <= figures.people < 1000
    restless = evening(5, AT.replace(day=4), people=1000, machines=0, movers=0.2)
    more, _ = _replayed(restless, house.campaign.id)
    assert more.people - figures.people > 1100
