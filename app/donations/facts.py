"""What Stripe's facts mean for the ledger: the same facts give the same lines, whatever was looked at before.

Pure decisions. Each line is named by the object of Stripe's that it tells, so that it enters once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from app.donations.rules import EntryKind
from app.payments.base import DisputeFacts, DisputeMove, PaymentFacts, RefundFacts


@dataclass(frozen=True)
class Fact:
    """One line for the ledger, named by the thing at Stripe that it tells. Signed as it moves the balance."""

    kind: EntryKind
    amount_minor: int
    source: str
    at: datetime
    corrects: str = ""


@dataclass(frozen=True)
class _Taken:
    """Money that left a payment, split between the gift and what was added for the fees."""

    of_gift: int
    of_cover: int


def ledger_facts(facts: PaymentFacts, *, cover_minor: int = 0) -> list[Fact]:
    """The lines a payment puts in the ledger; ``cover_minor`` of it was added for the fees.

    What leaves it, by refunds and disputes, is split pro rata between the gift and the cover. Shares are
    rounded on the running sum, in the order in which things happened and those that failed later included:
    so a line never changes once it is entered, and a whole payment given back gives exactly both back. A
    refund that failed, or a dispute that was won, is lines out and back. The fee is absent until Stripe has
    booked it.
    """
    if facts.status != "succeeded" or facts.charge_id is None or facts.paid_at is None:
        return []
    charge, cover = facts.charge_id, min(cover_minor, facts.amount_minor)
    lines = [Fact(EntryKind.GIFT, facts.amount_minor - cover, f"stripe:charge:{charge}", facts.paid_at)]
    if cover:
        lines.append(Fact(EntryKind.COVER, cover, f"stripe:cover:{charge}", facts.paid_at))
    if facts.fee_minor:
        lines.append(Fact(EntryKind.FEE, -facts.fee_minor, f"stripe:fee:{charge}", facts.paid_at))
    shares = _shares(facts, cover)
    # Stripe lists the newest first: turned round, things of one second keep the order they happened in.
    refunds, disputes = facts.refunds[::-1], facts.disputes[::-1]
    for refund in sorted(refunds, key=lambda one: one.created):
        lines += _refund(refund, shares[refund.id])
    for dispute in sorted(disputes, key=lambda one: one.created):
        lines += _dispute(dispute, shares)
    return [line for line in lines if line.amount_minor]


def _shares(facts: PaymentFacts, cover: int) -> dict[str, _Taken]:
    """How each thing that left the payment is split, by its id."""
    left = [(one.created, one.id, one.amount_minor) for one in reversed(facts.refunds)]
    for dispute in reversed(facts.disputes):
        left += [(one.created, one.id, one.amount_minor) for one in dispute.moves if one.amount_minor > 0]
    shares, whole, so_far = {}, facts.amount_minor, 0
    for _, name, amount in sorted(left, key=lambda one: one[0]):
        before, so_far = so_far * (whole - cover) // whole, so_far + amount
        of_gift = so_far * (whole - cover) // whole - before
        shares[name] = _Taken(of_gift, amount - of_gift)
    return shares


def _refund(refund: RefundFacts, share: _Taken) -> Iterator[Fact]:
    names = (f"stripe:refund:{refund.id}", f"stripe:refund-cover:{refund.id}")
    yield from _out(EntryKind.REFUND, share, names, refund.created)
    if not refund.counts:
        backs = (f"stripe:refund-returned:{refund.id}", f"stripe:refund-cover-returned:{refund.id}")
        yield from _back(share, backs, names, refund.created)


def _dispute(dispute: DisputeFacts, shares: dict[str, _Taken]) -> Iterator[Fact]:
    """Each movement of a dispute: taken, and given back once it is won. An inquiry has none."""
    taken: DisputeMove | None = None
    for move in sorted(dispute.moves, key=lambda one: (one.created, one.amount_minor < 0)):
        if move.amount_minor > 0:
            taken = move
            yield from _out(EntryKind.DISPUTE, shares[move.id], _dispute_names(move), move.created)
        elif move.amount_minor and taken is not None:
            share = _returned(shares[taken.id], -move.amount_minor)
            backs = (f"stripe:dispute-returned:{move.id}", f"stripe:dispute-cover-returned:{move.id}")
            yield from _back(share, backs, _dispute_names(taken), move.created)
        if move.fee_minor > 0:
            yield Fact(EntryKind.FEE, -move.fee_minor, f"stripe:dispute-fee:{move.id}", move.created)
        elif move.fee_minor and taken is not None:
            name, fee = f"stripe:dispute-fee-returned:{move.id}", f"stripe:dispute-fee:{taken.id}"
            yield Fact(EntryKind.CORRECTION, -move.fee_minor, name, move.created, corrects=fee)


def _dispute_names(move: DisputeMove) -> tuple[str, str]:
    return f"stripe:dispute:{move.id}", f"stripe:dispute-cover:{move.id}"


def _returned(share: _Taken, amount: int) -> _Taken:
    """The part of what was taken that came back: all of it, as a rule."""
    whole = share.of_gift + share.of_cover
    of_gift = share.of_gift if amount == whole else share.of_gift * amount // whole
    return _Taken(of_gift, amount - of_gift)


def _out(kind: EntryKind, share: _Taken, names: tuple[str, str], at: datetime) -> Iterator[Fact]:
    yield Fact(kind, -share.of_gift, names[0], at)
    yield Fact(EntryKind.COVER, -share.of_cover, names[1], at)


def _back(share: _Taken, names: tuple[str, str], of: tuple[str, str], at: datetime) -> Iterator[Fact]:
    yield Fact(EntryKind.CORRECTION, share.of_gift, names[0], at, corrects=of[0])
    yield Fact(EntryKind.CORRECTION, share.of_cover, names[1], at, corrects=of[1])
