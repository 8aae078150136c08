"""A year of gifts at Stripe, with every kind of trouble, told to us with losses; used by the tests and by the bench.

Everything is drawn from a seed. Stripe is the sandbox, asked through its own API; notifications are lost now and
then, as they are in the world, and found again by the round that closes the books.
"""

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from app.books.service import closing
from app.campaigns.models import Campaign
from app.core import clock
from app.payments.base import PaymentError
from app.payments.sandbox import payouts
from app.payments.sandbox.bank import Bank
from app.payments.sandbox.errors import ApiError
from tests.donations import stage
from tests.donations.stage import Till, take_in

# How often each story happens in a hundred, and its deeds with the days between them.
STORIES: tuple[tuple[int, bool, tuple[str, ...]], ...] = (
    (55, False, ("pay",)),
    (4, False, ("decline", "pay")),
    (4, False, ("abandon",)),
    (4, False, ("delay", "arrive")),
    (3, False, ("delay", "fail")),
    (3, False, ("pay", "refund 10", "refund 2,50")),
    (3, False, ("pay", "refund all")),
    (2, False, ("pay", "refund 10", "return", "refund 5")),
    (2, False, ("delay", "arrive", "refund all")),
    (2, False, ("pay", "dispute", "win")),
    (2, False, ("pay", "refund 5,01", "dispute", "lose")),
    (1, False, ("pay", "inquire", "escalate", "lose")),
    (1, False, ("pay", "inquire", "win")),
    (1, False, ("delay", "arrive", "dispute", "lose")),
    (1, False, ("pay", "warn", "refund all")),
    (6, True, ("pay", *["month"] * 5, "end")),
    (2, True, ("pay", "month-refused", "month-arrives", "month")),
    (2, True, ("delay", "arrive", "month-slow", "month-arrives", "end")),
    (2, True, ("pay", "month", "refund 10", "month", "dispute", "win")),
)
_NEEDS = {"return": "refund", "escalate": "dispute", "win": "dispute", "lose": "dispute"}


@dataclass
class Year:
    """What happens, in the order of time."""

    stripe: Till
    campaigns: list[Campaign]
    began: datetime
    seed: int = 1
    days: int = 364
    deeds: int = 0
    lost: int = 0
    payouts: int = 0
    gifts: int = 0
    _due: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _told: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311
        self._order = count()

    def play(self, gifts: int, *, close_every: timedelta = timedelta(days=28)) -> None:
        """The whole year; the books are closed every four weeks and at the end."""
        for number in range(gifts):
            self._at(self.began + timedelta(days=self.days) * number / gifts, self._begin)
        for week in range(1, self.days // 7):
            self._at(self.began + timedelta(days=7 * week), self._pay_out)
        for days in range(close_every.days, self.days + 150, close_every.days):
            self._at(self.began + timedelta(days=days), self._close)
        while self._due:
            moment, _, deed = heapq.heappop(self._due)
            with clock.frozen(moment):
                deed()
        self.ended = moment

    def _at(self, moment: datetime, deed: Callable[[], None]) -> None:
        heapq.heappush(self._due, (moment, next(self._order), deed))

    def _begin(self) -> None:
        weights = [story[0] for story in STORIES]
        _, monthly, deeds = self._random.choices(STORIES, weights)[0]
        amount = self._random.choice((1500, 2500, 4000, 12000, 50000)) + self._random.randrange(100)
        cover = self._random.choice((0, 0, 0, 85, 123))
        campaign = self._random.choice(self.campaigns)
        page = stage.open_page(
            self.stripe, campaign, amount_minor=amount, cover_minor=cover, monthly=monthly, message=""
        )
        self.gifts += 1
        moment = clock.now()
        for deed in deeds:
            moment += timedelta(minutes=3) if deed in ("pay", "delay", "decline") else self._pause(deed)
            self._at(moment, lambda deed=deed: self._do(page, deed, amount + cover))  # type: ignore[misc]

    def _pause(self, deed: str) -> timedelta:
        days = 30.4 if deed.startswith("month") else self._random.uniform(1, 12)
        return timedelta(days=days)

    def _do(self, page: str, deed: str, whole: int) -> None:
        """One deed of a donor, a bank or a member at Stripe's own page; and the news of it, or not."""
        do, _, amount = deed.partition(" ")
        amount = f"{whole / 100:.2f}" if amount == "all" else amount
        kind = _NEEDS.get(do, "charge")
        found = self._newest(page, kind)
        self.stripe.does(page, do, amount=amount, **({kind: found} if found else {}))
        self.deeds += 1
        self._tell()

    def _newest(self, page: str, kind: str) -> str:
        with self.stripe.sandbox.store.transaction() as book:
            found = book.newest(kind, {"_page": page}, limit=20)[0]
        paid = [item for item in found if kind != "charge" or item["paid"]]
        return str(paid[0]["id"]) if paid else ""

    def _tell(self) -> None:
        self.stripe.sandbox.courier.deliver_due()
        fresh, self.stripe.sent[:] = list(self.stripe.sent), []
        for body, header in fresh:
            if self._random.random() < 0.05:
                self.lost += 1
                continue
            event = self.stripe.gateway.read_event(body, header, [stage.WEBHOOK_SECRET], clock.now())
            take_in(self.stripe, event)

    def _pay_out(self) -> None:
        try:
            with self.stripe.sandbox.store.transaction() as book:
                made = payouts.send(Bank(book, int(clock.now().timestamp()), ""), "eur")
        except ApiError:
            return  # refunds took it all this week
        self.payouts += 1
        fate = self._random.random()
        now = clock.now()
        if fate < 0.9:
            self._at(now + timedelta(days=2), lambda: self._settle(made["id"], payouts.arrive))
        if fate > 0.85:
            self._at(now + timedelta(days=4), lambda: self._settle(made["id"], payouts.fail))

    def _settle(self, payout: str, step: Callable[[Bank, str], object]) -> None:
        with self.stripe.sandbox.store.transaction() as book:
            step(Bank(book, int(clock.now().timestamp()), ""), payout)

    def _close(self) -> None:
        try:
            closing.close(self.stripe.gateway)
        except PaymentError as error:
            raise AssertionError from error

    def at_stripe(self) -> int:
        """What the sandbox's own balance says, counted from its movements."""
        return sum(line["net"] for line in self.stripe.every("balance_transaction"))

    def at_bank(self) -> int:
        """What arrived at the bank and stayed there, by the sandbox's own payouts."""
        return sum(item["amount"] for item in self.stripe.every("payout") if item["status"] == "paid")
