"""Gifts by giver within a group, for tables that hide small groups. Forgets the givers once it has counted them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Label, func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from app.campaigns.models import Campaign
from app.donations.models import Gift, LedgerEntry
from app.donations.rules import EntryKind
from app.insights.hiding import Cell
from app.links.models import TrackedLink


def groups(session: Session, campaign: Campaign) -> Mapping[str, list[Cell]]:
    """Gifts by "day", "channel" and "language". Gifts without an address count as those of one person."""
    found: dict[str, dict[str, dict[str, list[int]]]] = {
        by: defaultdict(lambda: defaultdict(lambda: [0, 0])) for by in ("day", "channel", "language")
    }
    for on, channel, language, giver, number, amount in _rows(session, campaign):
        day = (on - campaign.starts_on).days + 1
        place = str(day) if 1 <= day <= campaign.length else "before" if day < 1 else "after"
        for by, key in (("day", place), ("channel", channel), ("language", language)):
            sums = found[by][key][giver]
            sums[0] += int(number)
            sums[1] += int(amount)
    return {by: [_cell(key, givers) for key, givers in keys.items()] for by, keys in found.items()}


def _cell(key: str, givers: Mapping[str, list[int]]) -> Cell:
    real = [one for one in givers.values() if one[0] > 0]
    return Cell(
        key=key,
        number=sum(one[0] for one in givers.values()),
        people=len(real),
        amount_minor=sum(one[1] for one in givers.values()),
        largest_minor=max((one[1] for one in real), default=0),
    )


def _rows(session: Session, campaign: Campaign) -> Iterable[Any]:
    """Day, way, language, giver, number and amount of the gifts as they stand, with what corrects them."""
    fixes = (
        sql_select(
            col(LedgerEntry.corrects_id).label("of"),
            func.sum(col(LedgerEntry.amount_minor)).label("amount"),
            func.count().label("times"),
        )
        .where(col(LedgerEntry.campaign_id) == campaign.id, col(LedgerEntry.corrects_id).is_not(None))
        .group_by(col(LedgerEntry.corrects_id))
        .subquery()
    )
    group: Sequence[Label[Any]] = (
        col(LedgerEntry.on_date).label("k_day"),
        func.coalesce(col(TrackedLink.channel), "").label("k_channel"),
        func.coalesce(col(Gift.language), "").label("k_language"),
        func.lower(func.coalesce(col(Gift.donor_email), "")).label("k_giver"),
    )
    amount = col(LedgerEntry.amount_minor) + func.coalesce(fixes.c.amount, 0)
    whole = 1 - func.coalesce(fixes.c.times, 0)
    return session.execute(
        sql_select(*group, func.sum(whole), func.sum(amount))
        .select_from(LedgerEntry)
        .outerjoin(fixes, fixes.c.of == col(LedgerEntry.id))
        .outerjoin(Gift, col(Gift.id) == col(LedgerEntry.gift_id))
        .outerjoin(TrackedLink, col(TrackedLink.id) == col(Gift.link_id))
        .where(col(LedgerEntry.campaign_id) == campaign.id, col(LedgerEntry.kind) == EntryKind.GIFT)
        .group_by(*(one.name for one in group))
    )
