"""Where time acts: asking when a round is due, a batch at a time, and cutting the ties when it is over."""

from app.core import clock
from app.core.db import reading, transaction
from app.followups import queries, service


def ask_what_lasted() -> int:
    """Ask the next people of every round that is due; returns how many mails were queued."""
    with reading() as session:
        due = queries.due(session, clock.now())
    asked = 0
    for campaign, days in due:
        with transaction() as session:
            asked += service.ask(session, campaign, days)
    return asked


def close_rounds() -> int:
    """Close the rounds whose time is over; returns how many."""
    with transaction() as session:
        return service.close(session)
