"""Counts a campaign anew and keeps the sums: only those that changed are written.

A sum is never added to: it is what its rows say now. So a refund, a refused word or a moved day needs no care of its
own, and a count that was lost half way is made good by the next.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.core import clock
from app.core.db import insert_into
from app.insights import pulse, rules, sources
from app.insights.models import CountRun, Tally
from app.insights.sources import Amount, Key

SOON, HOURLY, DAILY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
AT_WORK = 20
"""A campaign is counted for at most a twentieth of the time, however many rows it has."""
BUSY_DAYS = 40
"""So long after the last day, figures are still looked at hourly; later, once a day."""


@dataclass(frozen=True)
class Counted:
    """Every sum of a campaign as its rows stood at an instant."""

    at: datetime
    pulse: str
    seconds: float = 0
    sums: Mapping[Key, tuple[int, int]] = field(default_factory=dict)
    medians: Mapping[str, int] = field(default_factory=dict)


def count(session: Session, campaign: Campaign) -> Counted:
    """Read every row that counts; writes nothing."""
    started, at = perf_counter(), clock.now()
    told = pulse.pulse(session, campaign)  # before the rows: what arrives meanwhile is counted next time
    gifts, amounts = sources.given(session, campaign)
    sums: dict[Key, tuple[int, int]] = {}
    for one in (*gifts, *sources.every(session, campaign)):
        number, amount = sums.get(one.key, (0, 0))
        sums[one.key] = number + one.number, amount + one.amount_minor
    kept = {key: value for key, value in sums.items() if value != (0, 0)}
    return Counted(at, told, perf_counter() - started, kept, _medians(amounts))


def _medians(amounts: list[Amount]) -> Mapping[str, int]:
    by_day: dict[str, Counter[int]] = {}
    for one in amounts:
        for name in ("", one.on.isoformat()):
            by_day.setdefault(name, Counter())[one.amount_minor] += one.times
    found = {name: rules.median(given) for name, given in by_day.items()}
    return {name: middle for name, middle in found.items() if middle is not None}


def keep(session: Session, campaign: Campaign, counted: Counted) -> int:
    """Write the sums that changed; returns how many. An older count never replaces a newer one."""
    run = session.exec(select(CountRun).where(CountRun.campaign_id == campaign.id).with_for_update()).first()
    if run is not None and run.counted_at > counted.at:
        return 0
    stored = {_key(row): row for row in session.exec(select(Tally).where(Tally.campaign_id == campaign.id))}
    changed = [
        _values(campaign.id, key, *value)
        for key, value in counted.sums.items()
        if key not in stored or (stored[key].number, stored[key].amount_minor) != value
    ]
    gone = [row.id for key, row in stored.items() if key not in counted.sums]
    for begin in range(0, len(gone), 500):
        session.execute(delete(Tally).where(col(Tally.id).in_(gone[begin : begin + 500])))
    _write(session, changed)
    session.expire_all()
    _note(session, campaign, counted)
    return len(changed) + len(gone)


def _key(row: Tally) -> Key:
    return Key(
        row.measure, row.on_date, row.influencer_id, row.challenge_id, row.frame_id, row.channel, row.language
    )


def _values(campaign_id: int, key: Key, number: int, amount_minor: int) -> dict[str, Any]:
    return {
        "campaign_id": campaign_id,
        "measure": key.measure,
        "on_date": key.on,
        "influencer_id": key.influencer_id,
        "challenge_id": key.challenge_id,
        "frame_id": key.frame_id,
        "channel": key.channel,
        "language": key.language,
        "number": number,
        "amount_minor": amount_minor,
    }


_SUM = [
    "campaign_id",
    "measure",
    "on_date",
    "influencer_id",
    "challenge_id",
    "frame_id",
    "channel",
    "language",
]


def _write(session: Session, rows: list[dict[str, Any]]) -> None:
    for begin in range(0, len(rows), 500):
        statement = insert_into(session, Tally).values(rows[begin : begin + 500])
        session.execute(
            statement.on_conflict_do_update(
                index_elements=_SUM,
                set_={"number": statement.excluded.number, "amount_minor": statement.excluded.amount_minor},
            )
        )


def _note(session: Session, campaign: Campaign, counted: Counted) -> None:
    values = {
        "counted_at": counted.at,
        "seconds": counted.seconds,
        "pulse": counted.pulse,
        "medians": dict(counted.medians),
    }
    session.execute(
        insert_into(session, CountRun)
        .values(campaign_id=campaign.id, **values)
        .on_conflict_do_update(index_elements=["campaign_id"], set_=values)
    )


def is_due(run: CountRun | None, pulse: str, *, last_day_was: timedelta) -> bool:
    """Whether a campaign is counted now: soon when something moved, else hourly, and daily once it is long over."""
    if run is None:
        return True
    since = clock.now() - run.counted_at
    if since >= (HOURLY if last_day_was <= timedelta(days=BUSY_DAYS) else DAILY):
        return True
    return run.pulse != pulse and since >= max(SOON, timedelta(seconds=AT_WORK * run.seconds))
