"""kill -9 at every step of a gift and of a plan's months: nothing lost, nothing double, receipts without a gap.

A real process dies by SIGKILL before each write, before and after each commit, before and after each call to
Stripe; then donors try again, Stripe tells again or not, and the worker's next rounds put everything right.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import count

import pytest
from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.core import clock
from app.core.db import reading
from app.donations.models import Gift, GivingPlan, LedgerEntry
from app.donations.rules import GiftState
from app.donations.service import reconciling
from app.receipts import jobs as receipts
from app.receipts.models import Receipt, ReceiptGift, ReceiptSeries
from tests.donations import stage
from tests.donations.crashing import Mortals
from tests.donations.stage import Till
from tests.payments.stage import served

APART = timedelta(hours=3)
WHOLE = [("cover", 123), ("fee", -87), ("gift", 4000)]


@pytest.fixture
def mortals(stripe: Till) -> Iterator[Mortals]:
    with served(lambda _: stripe.sandbox) as base:
        made = Mortals(base)
        yield made
        made.close()


class Cell:
    """One donor, whose gift or plan is lived through; at one step of it the process dies."""

    def __init__(
        self, stripe: Till, campaign: Campaign, mortals: Mortals, number: int, *, monthly: bool
    ) -> None:
        self.stripe, self.campaign, self.mortals, self.monthly = stripe, campaign, mortals, monthly
        self.name, self.dice = f"Donor {number}", random.Random(number)  # noqa: S311 - a seed
        self.seen = len(stripe.news())

    def live_through(self, dies: str, at: int) -> bool:
        """From the form to the receipts; False when a process was killed on the way."""
        steps = dict.fromkeys(("give", "told", "receipted", "month"), 0) | {dies: at}
        survived = self._give(steps["give"])
        self.stripe.does(self._page(), "pay")
        survived &= self._told(steps["told"])
        if self.monthly:
            self.stripe.befalls(self._page(), "month")
            survived &= self._told(steps["month"])
            self.stripe.befalls(self._page(), "end")
        survived &= self.mortals.live("receipted", steps["receipted"]) is not None
        self._next_rounds(minutes=10)
        return survived

    def begun(self) -> list[Gift | GivingPlan]:
        """What this donor began by the form: gifts, plans."""
        with reading() as session:
            alone = (Gift.donor_name == self.name, col(Gift.plan_id).is_(None))
            gifts = session.exec(select(Gift).where(*alone).order_by(col(Gift.id))).all()
            plan = GivingPlan.donor_name == self.name
            plans = session.exec(select(GivingPlan).where(plan).order_by(col(GivingPlan.id))).all()
            return [*gifts, *plans]

    def paid(self) -> Sequence[Gift]:
        wanted = (Gift.donor_name == self.name, Gift.state == GiftState.PAID)
        with reading() as session:
            return session.exec(select(Gift).where(*wanted)).all()

    def _page(self) -> str:
        """The page the donor was led to last."""
        return str(self.begun()[-1].checkout_id)

    def _give(self, step: int) -> bool:
        if self._send_form(step):
            return True
        if self.dice.random() < 0.5:
            self._next_rounds(minutes=5)
        # Either the browser still knows what it asked for, or the donor begins again.
        begun = self.begun()
        assert self._send_form(0, retry=begun[-1].pid if begun and self.dice.random() < 0.5 else "")
        return False

    def _send_form(self, step: int, retry: str = "") -> bool:
        lived = self.mortals.live(
            "give",
            step,
            campaign=self.campaign.id,
            retry=retry,
            donor_name=self.name,
            donor_email=f"{self.name.replace(' ', '')}@example.org",
            monthly=self.monthly,
            cover_minor=123,
            address=stage.ADDRESS,
        )
        return lived is not None

    def _told(self, step: int) -> bool:
        """All that Stripe has sent since the last time. Killed, it is told again, or the worker finds out."""
        bodies = [body.decode() for body in self.stripe.news()[self.seen :]]
        self.seen += len(bodies)
        if self.mortals.live("told", step, bodies=bodies) is not None:
            return True
        if self.dice.random() < 0.5:
            assert self.mortals.live("told", bodies=bodies) is not None
        else:
            self._next_rounds(minutes=5)
        return False

    def _next_rounds(self, *, minutes: int) -> None:
        """What the worker does a little later."""
        with clock.frozen(clock.now() + timedelta(minutes=minutes)):
            reconciling.reconcile(self.stripe.gateway)
            receipts.settle_all_receipts()


@pytest.mark.parametrize("monthly", [False, True], ids=["gift", "plan"])
def test_a_process_killed_at_any_step_loses_nothing_and_doubles_nothing(
    stripe: Till,
    session: Session,
    campaign: Campaign,
    mortals: Mortals,
    monthly: bool,  # noqa: FBT001 - a parameter of pytest
    *,
    exhaustive: bool,
    record_property: Callable[[str, object], None],
) -> None:
    stage.declare(session, campaign)
    began, crashes, stride = clock.now(), 0, 1 if exhaustive else 13
    for dies in ("give", "told", "receipted", *(["month"] if monthly else [])):
        for step in count(1, stride):
            with clock.frozen(began + APART * (crashes + 1)):
                cell = Cell(stripe, campaign, mortals, crashes, monthly=monthly)
                survived = cell.live_through(dies, step)
                _check(cell)
            crashes += 1
            if survived:
                break  # it has fewer steps: every one of them was the last
    _no_gap()
    assert crashes > (100 if monthly else 40) / stride
    record_property("crashes", crashes)  # in the JUnit report


def _check(cell: Cell) -> None:
    """One page at Stripe for each intention; for each payment a gift, its lines and its receipts."""
    begun = {row.pid for row in cell.begun()}
    pages = Counter(page["client_reference_id"] for page in cell.stripe.all("checkout.session"))
    assert max(pages[pid] for pid in begun) == 1
    paid = cell.paid()
    assert len(paid) == (2 if cell.monthly else 1)
    with reading() as session:
        for gift in paid:
            lines = session.exec(select(LedgerEntry).where(LedgerEntry.gift_id == gift.id)).all()
            assert sorted((line.kind.value, line.amount_minor) for line in lines) == WHOLE
            given = session.exec(select(ReceiptGift).where(ReceiptGift.gift_id == gift.id)).all()
            # The months of a plan wait for the tax receipt of their year.
            series = ["test_plain"] if cell.monthly else ["test_plain", "test_tax"]
            assert sorted(one.series.value for one in given) == series


def _no_gap() -> None:
    with reading() as session:
        for series in session.exec(select(ReceiptSeries)).all():
            numbers = session.exec(
                select(Receipt.number).where(
                    Receipt.organisation_id == series.organisation_id,
                    Receipt.series == series.series,
                    Receipt.year == series.year,
                )
            ).all()
            assert sorted(numbers) == list(range(1, series.last + 1))
