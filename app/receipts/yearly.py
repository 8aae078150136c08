"""The yearly run: one tax receipt for each donor's gifts of a year that stand on none, the months of plans above all.

The preview and the run read the same groups; a run that is cut short goes on where it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from app.core import clock
from app.core.errors import Conflict
from app.core.i18n import mark
from app.donations.models import Gift, LedgerEntry
from app.donations.rules import EntryKind, GiftState
from app.people import audit
from app.people.rules import Actor, Permission
from app.receipts import issuing, queries
from app.receipts.models import Receipt, ReceiptGift, ReceiptRun
from app.receipts.queries import Standing
from app.receipts.rules import Donor, Lack, Series

_TOO_EARLY = mark("The summary of a year is issued once the year is over.")
_RUNNING = mark("A yearly run is under way.")


@dataclass(frozen=True)
class Group:
    """A donor's gifts of a year in one currency, what they lack for a receipt, and those a member took back."""

    donor: Donor
    gifts: Sequence[Gift]
    amount_minor: int
    currency: str
    lacks: Sequence[Lack]
    taken_back: Sequence[str]  # the numbers of receipts: whoever voided one may not want another


def groups(session: Session, organisation_id: int, year: int, *, live: bool) -> list[Group]:
    """What a run of a year would issue, and what it could not, the largest first."""
    gifts = _waiting(session, organisation_id, year, live=live)
    standings = queries.standings(session, [gift.id for gift in gifts])
    before = queries.taken_back(session, [gift.id for gift in gifts])
    around = issuing.ground(session, organisation_id)
    sorted_by: dict[tuple[str, ...], list[Gift]] = {}
    for gift in gifts:
        if gift.id in standings and standings[gift.id].amount_minor > 0:
            sorted_by.setdefault(_whose(gift), []).append(gift)
    return sorted(
        (_group(around, one, standings, before) for one in sorted_by.values()),
        key=lambda one: -one.amount_minor,
    )


def _group(
    around: issuing.Ground, gifts: list[Gift], standings: dict[int, Standing], before: dict[int, Receipt]
) -> Group:
    donor = issuing.donor_of(gifts[-1])
    amount = sum(standings[gift.id].amount_minor for gift in gifts)
    found = [lack for gift in gifts for lack in issuing.lacks(around, gift, standings[gift.id], donor)]
    taken = sorted({before[gift.id].label for gift in gifts if gift.id in before})
    return Group(donor, gifts, amount, gifts[0].currency, list(dict.fromkeys(found)), taken)


def _whose(gift: Gift) -> tuple[str, ...]:
    """Gifts of one donor: the same mailbox, or plan, the same names, the same address, currency and way of being real.

    In kind stands alone: its receipt describes what was given.
    """
    donor = issuing.donor_of(gift)
    same = donor.email or (f"plan {gift.plan_id}" if gift.plan_id is not None else f"gift {gift.id}")
    kept = (donor.shown, donor.line, donor.postcode, donor.city, donor.company_number, donor.form)
    return (same, gift.currency, str(gift.livemode), str(gift.way == "in_kind" and gift.id), *kept)


def _waiting(session: Session, organisation_id: int, year: int, *, live: bool) -> Sequence[Gift]:
    """Paid gifts whose money came in a year, and that stand on no living tax receipt."""
    came = (
        select(LedgerEntry.gift_id)
        .where(
            LedgerEntry.organisation_id == organisation_id,
            col(LedgerEntry.kind).in_([EntryKind.GIFT, EntryKind.IN_KIND]),
            col(LedgerEntry.on_date) >= date(year, 1, 1),
            col(LedgerEntry.on_date) <= date(year, 12, 31),
            col(LedgerEntry.gift_id).is_not(None),
        )
        .distinct()
    )
    proven = select(ReceiptGift.gift_id).where(
        col(ReceiptGift.live), col(ReceiptGift.series).in_([Series.TAX, Series.TEST_TAX])
    )
    found = session.exec(
        select(Gift)
        .where(
            Gift.organisation_id == organisation_id,
            Gift.state == GiftState.PAID,
            col(Gift.id).in_(came),
            col(Gift.id).not_in(proven),
        )
        .order_by(col(Gift.id))
    ).all()
    return [gift for gift in found if issuing.is_live(gift) is live]


def begin(session: Session, actor: Actor, year: int) -> ReceiptRun:
    """Begin a run; the job issues. Raises Conflict before the year is over or while another runs."""
    actor.require(Permission.MONEY)
    zone = queries.organisation(session, actor.organisation_id).timezone
    if year >= clock.today(zone).year:
        raise Conflict(_TOO_EARLY)
    if running(session, actor.organisation_id) is not None:
        raise Conflict(_RUNNING)
    run = ReceiptRun(organisation_id=actor.organisation_id, year=year, begun_by=actor.person_id)
    session.add(run)
    audit.record(session, actor, "receipt.yearly", subject=str(year))
    session.flush()
    return run


def running(session: Session, organisation_id: int) -> ReceiptRun | None:
    """The run under way, if one is."""
    return session.exec(
        select(ReceiptRun).where(
            ReceiptRun.organisation_id == organisation_id, col(ReceiptRun.ended_at).is_(None)
        )
    ).first()


def last(session: Session, organisation_id: int, year: int) -> ReceiptRun | None:
    """The latest run of a year that has ended."""
    return session.exec(
        select(ReceiptRun)
        .where(
            ReceiptRun.organisation_id == organisation_id,
            ReceiptRun.year == year,
            col(ReceiptRun.ended_at).is_not(None),
        )
        .order_by(col(ReceiptRun.id).desc())
    ).first()


def waiting_runs(session: Session) -> Sequence[ReceiptRun]:
    """Runs with something left to do, the oldest first."""
    return session.exec(
        select(ReceiptRun).where(col(ReceiptRun.ended_at).is_(None)).order_by(col(ReceiptRun.id))
    ).all()


def carry_on(session: Session, run_id: int, *, live: bool, most: int) -> int:
    """Issue up to `most` receipts of a run, and end it when none is left; returns how many were issued."""
    run = session.exec(select(ReceiptRun).where(ReceiptRun.id == run_id).with_for_update()).one()
    if run.ended_at is not None:
        return 0
    ready = [one for one in groups(session, run.organisation_id, run.year, live=live) if not one.lacks]
    # All of them before the first number is taken, as `issuing.settle` does: neither waits for the other for ever.
    queries.locked_gifts(session, [gift.id for one in ready[:most] for gift in one.gifts])
    for one in ready[:most]:
        issuing.issue_tax(session, None, one.gifts, one.donor, summary=len(one.gifts) > 1)
    run.issued += len(ready[:most])
    if len(ready) <= most:
        run.ended_at = clock.now()
    session.add(run)
    return len(ready[:most])
