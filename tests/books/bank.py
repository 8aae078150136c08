"""What Stripe does by itself: takes a fee of its own, sends money to the bank, has it sent back."""

from typing import Any

from app.core import clock
from app.payments.sandbox import payouts
from app.payments.sandbox.bank import Bank
from tests.donations import stage
from tests.donations.stage import Till


def moves(stripe: Till, net: int, kind: str, source: str = "txr_own") -> str:
    """A movement of the balance that no payment explains; its id."""
    with stripe.sandbox.store.transaction() as book:
        made = Bank(book, int(clock.now().timestamp()), "").line(
            {"id": source, "currency": "eur"}, net, 0, kind
        )
        return str(made["id"])


def pays_out(stripe: Till) -> str:
    with stripe.sandbox.store.transaction() as book:
        return str(payouts.send(Bank(book, int(clock.now().timestamp()), ""), "eur")["id"])


def arrives(stripe: Till, payout: str) -> None:
    with stripe.sandbox.store.transaction() as book:
        payouts.arrive(Bank(book, int(clock.now().timestamp()), ""), payout)


def gives(
    stripe: Till, campaign: Any, amount: int, *, deeds: tuple[str, ...] = ("pay",), **values: Any
) -> str:
    """A gift with what happens to it, every word of it told; its page."""
    page = stage.open_page(stripe, campaign, amount_minor=amount, **values)
    for deed in deeds:
        stripe.befalls(page, deed)
    stage.tell_all(stripe)
    return page
