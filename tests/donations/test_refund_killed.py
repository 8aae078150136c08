"""kill -9 over refunds, a hundred seeds: one refund for each intention, whoever dies where and whoever tells.

A real process dies by SIGKILL at a random step of the press, of Stripe's news or of the worker's look for lost
answers; then somebody presses again or nobody does, and hours may pass, so that Stripe has forgotten its keys.
"""

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.core import clock
from app.core.db import reading
from app.core.ids import new_pid
from app.donations import queries
from app.donations.aftermath.models import Refund
from app.donations.models import Gift, LedgerEntry
from app.people.models import Organisation
from app.people.rules import Actor, Role
from app.receipts import jobs as receipts
from app.receipts import queries as papers
from tests import factories
from tests.donations import stage
from tests.donations.crashing import Mortals
from tests.donations.stage import Till, give, now, tell_all
from tests.payments.stage import served

SEEDS, APART = 100, timedelta(hours=48)
FEWEST_STEPS = 8  # of a press, wherever it gets: the first one of each seed dies
MOST_STEPS = {"refunded": 22, "told": 16, "found": 20}
"""A few more than each makes: a step beyond the last is a life to its end."""


@pytest.fixture
def mortals(stripe: Till) -> Iterator[Mortals]:
    with served(lambda _: stripe.sandbox) as base:
        made = Mortals(base)
        yield made
        made.close()


class Intention:
    """One gift and one press of the button, lived through with deaths on the way."""

    def __init__(self, stripe: Till, campaign: Campaign, mortals: Mortals, actor: Actor, seed: int) -> None:
        self.stripe, self.mortals, self.actor = stripe, mortals, actor
        self.dice = random.Random(seed)  # noqa: S311 - a seed
        gift = give(stripe, campaign, cover_minor=100, address=stage.ADDRESS)
        stripe.does(gift.checkout_id or "", "pay")
        tell_all(stripe)
        receipts.settle_receipts()
        self.gift = now(gift)
        self.amount, self.form_key = self.dice.choice([4100, 1500, 1]), new_pid()
        self.told = len(stripe.news())
        self.deaths = 0

    def live_through(self) -> None:
        self._life("refunded", step=self.dice.randint(1, FEWEST_STEPS))
        for _ in range(self.dice.randint(0, 2)):
            life = self.dice.choice(["refunded", "told", "found"])
            self._life(life, step=self.dice.randint(1, MOST_STEPS[life]))
        if self.dice.random() < 0.5 or not self.rows():
            self._life("refunded")  # the browser sends the same press again
        with clock.frozen(clock.now() + timedelta(hours=self.dice.choice([1, 30]))):
            self._life("found")
            self._life("told")
            receipts.settle_all_receipts()

    def rows(self) -> list[tuple[str, int]]:
        with reading() as session:
            found = session.exec(select(Refund).where(Refund.gift_id == self.gift.id)).all()
            return [(one.state.value, one.amount_minor) for one in found]

    def _life(self, life: str, *, step: int = 0) -> None:
        values = {
            "refunded": {
                "person": self.actor.person_id,
                "organisation": self.actor.organisation_id,
                "gift": self.gift.pid,
                "amount": self.amount,
                "form_key": self.form_key,
            },
            "told": {"bodies": [body.decode() for body in self.stripe.news()[self.told :]]},
            "found": {},
        }[life]
        minutes = self.dice.choice([0, 2]) if life == "found" else 0
        with clock.frozen(clock.now() + timedelta(minutes=minutes)):
            self.deaths += self.mortals.live(life, step, **values) is None


def test_wherever_a_process_is_killed_each_intention_is_one_refund(
    session: Session,
    stripe: Till,
    campaign: Campaign,
    mortals: Mortals,
    *,
    exhaustive: bool,
) -> None:
    stage.declare(session, campaign)
    org = session.get_one(Organisation, campaign.organisation_id)
    actor = factories.member(session, org, Role.FINANCE, "Fatou")
    session.commit()
    began, deaths, given_back = clock.now(), 0, 0
    seeds = SEEDS if exhaustive else SEEDS // 10
    for seed in range(seeds):
        with clock.frozen(began + APART * seed):
            one = Intention(stripe, campaign, mortals, actor, seed)
            one.live_through()
            _check(one)
        deaths, given_back = deaths + one.deaths, given_back + one.amount
    assert deaths >= seeds
    with reading() as reads:
        totals = queries.totals(reads, campaign.id)
    assert totals.raised_minor - totals.refunds_minor + totals.cover_minor == seeds * 4100 - given_back


def _check(one: Intention) -> None:
    """One refund at Stripe, one row, its lines once; the tax receipt gone exactly when money went back."""
    (charge,) = [row for row in one.stripe.all("charge") if row["payment_intent"] == one.gift.payment_intent]
    assert charge["amount_refunded"] == one.amount
    assert one.rows() == [("done", one.amount)]
    with reading() as session:
        lines = session.exec(select(LedgerEntry).where(LedgerEntry.gift_id == one.gift.id)).all()
        kept = {line.kind.value: 0 for line in lines}
        for line in lines:
            kept[line.kind.value] += line.amount_minor
        assert kept["gift"] + kept.get("refund", 0) + kept["cover"] == 4100 - one.amount
        standing = papers.living(session, [one.gift.id], tax=True)
        gone = session.get_one(Gift, one.gift.id).amount_minor + kept.get("refund", 0) == 0
    assert (len(standing) == 0) is gone
