"""What a treasurer reads: what came, what it cost, where it is now, and what nobody can explain.

Two accounts of the same money are laid side by side and never mixed: the ledger's sums, and Stripe's movements
wherever they went. What is not explained is what remains when one is taken from the other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlmodel import Session, col, select

from app.books import queries, rules
from app.books.models import Finding, StripePayout
from app.books.rules import Entered, FindingState, Place
from app.campaigns.models import Campaign
from app.core import clock
from app.core.i18n import Message, mark
from app.donations import queries as donations
from app.donations.queries import Totals


@dataclass
class Statement:
    """The money of one currency, in minor units. ``outside`` is what came in without Stripe.

    raised + cover + matched + declared − fees − refunds − disputed − spent − transferred = remaining
    remaining = stripe + coming + bank + outside − spent − transferred
                + waiting − not ours − converted − unexplained
    """

    currency: str
    totals: Totals
    through_stripe: int = 0  # what the ledger tells of Stripe's objects
    waiting: int = 0  # of it, what Stripe has not booked yet
    not_ours: int = 0  # at Stripe and explained: it concerns no campaign
    converted: int = 0  # booked here less entered here, of gifts that Stripe booked in another currency
    places: dict[Place, int] = field(default_factory=lambda: dict.fromkeys(Place, 0))

    @property
    def outside(self) -> int:
        """What came by other ways; what was used or handed on is paid from anywhere and stands apart."""
        sums = self.totals
        return sums.remaining_minor - self.through_stripe + sums.spent_minor + sums.transferred_minor

    def told(self) -> list[tuple[Message, int]]:
        """Every sum with its words, as they add up."""
        sums, places = self.totals, self.places
        return [
            (mark("Given"), sums.raised_minor),
            (mark("Added by donors for the fees"), sums.cover_minor),
            (mark("Paid by sponsors"), sums.matched_minor),
            (mark("Collected elsewhere"), sums.declared_minor),
            (mark("Payment fees"), -sums.fees_minor),
            (mark("Given back"), -sums.refunds_minor),
            (mark("Taken back by banks"), -sums.disputed_minor),
            (mark("Used"), -sums.spent_minor),
            (mark("Handed on"), -sums.transferred_minor),
            (mark("Remaining"), sums.remaining_minor),
            (mark("At Stripe"), places[Place.STRIPE]),
            (mark("On its way to the bank"), places[Place.COMING]),
            (mark("Arrived at the bank"), places[Place.BANK]),
            (mark("By other ways than Stripe"), self.outside),
            (mark("Used"), -sums.spent_minor),
            (mark("Handed on"), -sums.transferred_minor),
            (mark("In the ledger, not booked by Stripe yet"), self.waiting),
            (mark("At Stripe, of no campaign"), -self.not_ours),
            (mark("Between two currencies"), -self.converted),
            (mark("Not explained"), -self.unexplained),
            (mark("In kind, apart"), sums.in_kind_minor),
        ]

    @property
    def placed(self) -> int:
        return sum(self.places.values())

    @property
    def unexplained(self) -> int:
        expected = self.through_stripe - self.waiting + self.not_ours + self.converted
        return self.placed - expected


@dataclass(frozen=True)
class Part:
    """What a payout holds of one campaign; no campaign for what concerns none."""

    campaign: Campaign | None
    net_minor: int
    movements: int


@dataclass(frozen=True)
class Sending:
    """A payout, and what of it is this organisation's."""

    remote_id: str
    status: str
    currency: str
    amount_minor: int  # on an account of several organisations: their part
    arrives_on: date
    before_minor: int  # of it, what came before these books began
    parts: Sequence[Part]
    place: Place  # where it is; at Stripe again when it came back


def statements(
    session: Session, organisation_id: int, campaigns: Sequence[Campaign], *, whole: bool = True
) -> list[Statement]:
    """One statement a currency of some campaigns; ``whole`` when they are all the organisation has.

    Then what concerns no campaign is part of it too.
    """
    found: dict[str, Statement] = {}
    for campaign in campaigns:
        totals = donations.totals(session, campaign.id)
        known = found.get(campaign.currency)
        sums = totals if known is None else _together(known.totals, totals)
        found[campaign.currency] = Statement(campaign.currency, sums)
    only = None if whole else {campaign.id for campaign in campaigns}
    for account in queries.accounts_of(session, organisation_id):
        _lay(session, found, account, organisation_id, only)
    return sorted(found.values(), key=lambda one: one.currency)


def _lay(
    session: Session,
    found: dict[str, Statement],
    account: str,
    organisation_id: int,
    only: set[int] | None,
) -> None:
    """Lay what an account tells beside the ledger's sums."""
    lines = [line for line in queries.lines(session, account, organisation_id) if _in(line.campaign_id, only)]
    told = queries.entries(session, account, organisation_id, only)
    for entry in told:
        _of(found, entry.currency).through_stripe += entry.amount_minor
    things = rules.things((line.movement for line in lines), told)
    for currency, amount in rules.compare(things, clock.now()).waiting.items():
        _of(found, currency).waiting += amount
    for thing in things.values():
        if thing.converted:
            for one in thing.movements:
                _of(found, one.currency).converted += one.net_minor
            _leave(found, thing.entered)
    for finding in _explained(session, account, organisation_id, only):
        _of(found, finding.currency).not_ours += finding.stripe_minor - finding.ledger_minor
    payouts = queries.returns(session, account)
    for line in lines:
        if line.kind not in rules.PAYOUT_KINDS:
            place = rules.place_of(line.payout, payouts)
            _of(found, line.currency).places[place] += line.net_minor
    if only is None and queries.sole_organisation(session, account) == organisation_id:
        _sent_by_hand(session, found, account)


def _leave(found: dict[str, Statement], entered: Iterable[Entered]) -> None:
    for entry in entered:
        _of(found, entry.currency).converted -= entry.amount_minor


def _sent_by_hand(session: Session, found: dict[str, Statement], account: str) -> None:
    """Payouts sent by hand name no movements: their whole amount left the balance."""
    for row in queries.payouts_by_hand(session, account):
        place = rules.place_of(row.remote_id, {row.remote_id: rules.Sent(row.status)})
        if place is not Place.STRIPE:
            _of(found, row.currency).places[Place.STRIPE] -= row.amount_minor
            _of(found, row.currency).places[place] += row.amount_minor


def _in(campaign_id: int | None, only: set[int] | None) -> bool:
    return only is None or campaign_id in only


def _of(found: dict[str, Statement], currency: str) -> Statement:
    """The statement of a currency; one that no campaign uses appears with Stripe's own movements."""
    if currency not in found:
        found[currency] = Statement(currency, no_totals())
    return found[currency]


def no_totals() -> Totals:
    """The sums of a ledger in which nothing stands."""
    return Totals(0, 0, 0, 0, 0, clock.now())


def _together(one: Totals, other: Totals) -> Totals:
    names = [name for name in Totals.__dataclass_fields__ if name != "updated_at"]
    return replace(one, **{name: getattr(one, name) + getattr(other, name) for name in names})


def _explained(session: Session, account: str, organisation_id: int, only: set[int] | None) -> list[Finding]:
    rows = session.exec(
        select(Finding).where(
            Finding.account == account,
            Finding.organisation_id == organisation_id,
            Finding.state == FindingState.EXPLAINED,
        )
    )
    return [row for row in rows if _in(row.campaign_id, only) and row.cause is not rules.Cause.PAYOUT]


def sendings(
    session: Session, organisation_id: int, campaigns: Mapping[int, Campaign], *, most: int = 60
) -> list[Sending]:
    """The payouts that hold money of the organisation, the latest first, at most so many of each account."""
    found: list[Sending] = []
    for account in queries.accounts_of(session, organisation_id):
        sums = queries.sums_of_payouts(session, account, organisation_id)
        is_sole = queries.sole_organisation(session, account) == organisation_id
        rows = session.exec(
            select(StripePayout)
            .where(StripePayout.account == account)
            .order_by(col(StripePayout.made_at).desc(), col(StripePayout.id).desc())
            .limit(most)
        )
        for row in rows:
            held = sums.get(row.remote_id, [])
            if not held and not is_sole:
                continue
            parts = [Part(campaigns.get(campaign or 0), net, count) for campaign, net, count in held]
            found.append(
                Sending(
                    row.remote_id,
                    row.status,
                    row.currency,
                    row.amount_minor if is_sole else sum(part.net_minor for part in parts),
                    row.arrives_on,
                    (row.before_minor or 0) if is_sole else 0,
                    parts,
                    rules.place_of(row.remote_id, {row.remote_id: rules.Sent(row.status)}),
                )
            )
    return sorted(found, key=lambda one: one.arrives_on, reverse=True)
