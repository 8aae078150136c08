"""Giving money back: once, whoever tells, wherever a process dies; refused where it would pay twice."""

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.core import clock
from app.core.db import reading
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.ids import new_pid
from app.donations import queries
from app.donations.aftermath import queries as aftermath
from app.donations.aftermath import refunding, rules
from app.donations.aftermath.refunding import RefundWish
from app.donations.aftermath.rules import RefundReason, RefundState, Standing
from app.donations.models import Gift
from app.donations.rules import Way
from app.mail.models import OutgoingMail
from app.people.models import AuditEntry, Organisation
from app.people.rules import Actor, Role
from tests import factories
from tests.donations.stage import Till, give, lines, now, tell_all


@pytest.fixture
def treasurer(session: Session, campaign: Campaign) -> Actor:
    actor = factories.member(session, campaign_org(session, campaign), Role.FINANCE, "Fatou")
    session.commit()
    return actor


def campaign_org(session: Session, campaign: Campaign) -> Organisation:
    return session.get_one(Organisation, campaign.organisation_id)


def wish(amount_minor: int = 4000, **values: Any) -> RefundWish:
    return replace(RefundWish(amount_minor, RefundReason.DONOR, "", new_pid()), **values)


def paid(stripe: Till, campaign: Campaign, **values: Any) -> Gift:
    gift = give(stripe, campaign, **values)
    stripe.does(gift.checkout_id or "", "pay")
    tell_all(stripe)
    return now(gift)


def rows(gift: Gift) -> list[tuple[str, int, str]]:
    with reading() as session:
        return [
            (one.state.value, one.amount_minor, one.reason.value)
            for one in aftermath.refunds(session, gift.id)
        ]


def mails(kind: str) -> list[str]:
    with reading() as session:
        found = session.exec(
            select(OutgoingMail).where(OutgoingMail.kind == kind).order_by(col(OutgoingMail.id))
        )
        return [one.recipient for one in found]


def test_a_whole_gift_goes_back_once_whoever_tells(
    stripe: Till, campaign: Campaign, treasurer: Actor
) -> None:
    gift = paid(stripe, campaign, cover_minor=100)
    row = refunding.refund(treasurer, gift.pid, wish(4100))
    assert row.state is RefundState.DONE
    tell_all(stripe)
    tell_all(stripe)
    assert rows(gift) == [("done", 4100, "donor")]
    assert ("refund", -4000) in lines(campaign)
    assert ("cover", -100) in lines(campaign)
    assert len(stripe.all("refund")) == 1
    assert stripe.all("refund")[0]["metadata"]["refund"] == row.pid
    with reading() as session:
        assert queries.totals(session, campaign.id).net_minor == 0
        assert "money.refunded" in session.exec(select(AuditEntry.action)).all()
    assert mails("gift-refunded") == ["lea@example.org"]


def test_parts_go_back_until_nothing_is_left(stripe: Till, campaign: Campaign, treasurer: Actor) -> None:
    gift = paid(stripe, campaign)
    refunding.refund(treasurer, gift.pid, wish(1000))
    refunding.refund(treasurer, gift.pid, wish(2500, reason=RefundReason.MISTAKE, note="Wrong sum"))
    with pytest.raises(Conflict):
        refunding.refund(treasurer, gift.pid, wish(501))
    refunding.refund(treasurer, gift.pid, wish(500))
    with pytest.raises(Conflict):
        refunding.refund(treasurer, gift.pid, wish(1))
    assert [amount for _, amount, _ in rows(gift)] == [1000, 2500, 500]
    assert stripe.all("charge")[0]["amount_refunded"] == 4000


def test_one_press_is_one_refund(stripe: Till, campaign: Campaign, treasurer: Actor) -> None:
    gift, twice = paid(stripe, campaign), wish(1000)
    first, second = (refunding.refund(treasurer, gift.pid, twice) for _ in range(2))
    assert first.pid == second.pid
    assert len(stripe.all("refund")) == 1


def test_a_refund_made_at_stripe_is_one_row(stripe: Till, campaign: Campaign, treasurer: Actor) -> None:
    gift = paid(stripe, campaign)
    stripe.befalls(gift.checkout_id or "", "refund 10")
    tell_all(stripe)
    refunding.refund(treasurer, gift.pid, wish(1000))
    tell_all(stripe)
    assert rows(gift) == [("done", 1000, "stripe"), ("done", 1000, "donor")]


def test_the_notification_may_come_before_the_answer(
    stripe: Till, campaign: Campaign, treasurer: Actor
) -> None:
    gift = paid(stripe, campaign)
    real = stripe.gateway.refund

    def told_first(*given: Any, **named: Any) -> Any:
        made = real(*given, **named)
        tell_all(stripe)
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stripe.gateway, "refund", told_first)
        refunding.refund(treasurer, gift.pid, wish())
    assert rows(gift) == [("done", 4000, "donor")]


def test_a_refund_that_came_back_counts_no_more(stripe: Till, campaign: Campaign, treasurer: Actor) -> None:
    gift = paid(stripe, campaign)
    refunding.refund(treasurer, gift.pid, wish())
    stripe.befalls(gift.checkout_id or "", "return")
    tell_all(stripe)
    assert rows(gift) == [("failed", 4000, "donor")]
    with reading() as session:
        assert queries.totals(session, campaign.id).net_minor == 4000
    assert len(mails("refund-failed")) == 1
    assert refunding.refund(treasurer, gift.pid, wish()).state is RefundState.DONE


def test_stripe_out_of_reach_leaves_it_to_be_taken_up(
    stripe: Till, campaign: Campaign, treasurer: Actor
) -> None:
    gift = paid(stripe, campaign)
    stripe.line.down = True
    assert refunding.refund(treasurer, gift.pid, wish()).state is RefundState.ASKED
    with pytest.raises(Conflict, match="at this moment"):
        refunding.refund(treasurer, gift.pid, wish(1))
    stripe.line.down = False
    assert refunding.find_lost() == 0  # a call may still be under way
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        assert refunding.find_lost() == 1
    assert rows(gift) == [("done", 4000, "donor")]


class Killed(BaseException):
    """The process dies here."""


STEPS = ("stored", "before the call", "after the call", "noted", "read", "never")


def _die_at(patch: pytest.MonkeyPatch, stripe: Till, step: str) -> None:
    real_refund, real_read, real_carry = (
        stripe.gateway.refund,
        stripe.gateway.get_payment,
        refunding.carry_out,
    )

    def refund(*given: Any, **named: Any) -> Any:
        if step == "before the call":
            raise Killed
        made = real_refund(*given, **named)
        if step == "after the call":
            raise Killed
        return made

    def get_payment(intent: str) -> Any:
        if step == "noted":
            raise Killed
        found = real_read(intent)
        if step == "read":
            raise Killed
        return found

    def carry_out(pid: str) -> bool:
        if step == "stored":
            raise Killed
        return real_carry(pid)

    patch.setattr(stripe.gateway, "refund", refund)
    patch.setattr(stripe.gateway, "get_payment", get_payment)
    patch.setattr(refunding, "carry_out", carry_out)


def test_wherever_the_process_dies_nothing_is_paid_twice(
    stripe: Till, campaign: Campaign, treasurer: Actor
) -> None:
    chance = random.Random(7)  # noqa: S311 - a test's dice
    began = clock.now()
    for turn in range(20):
        with clock.frozen(began + timedelta(hours=turn)):
            gift = paid(stripe, campaign)
            asked = wish(chance.choice([4000, 1500]))
            for death in [*chance.choices(STEPS[:-1], k=chance.randint(1, 3)), "never"]:
                with pytest.MonkeyPatch.context() as patch:
                    _die_at(patch, stripe, death)
                    try:
                        if chance.random() < 0.5:
                            refunding.refund(treasurer, gift.pid, asked)
                        else:
                            tell_all(stripe)
                            with clock.frozen(clock.now() + timedelta(hours=chance.choice([1, 30]))):
                                refunding.find_lost()
                    except Killed:
                        continue
            refunding.refund(treasurer, gift.pid, asked)
            with clock.frozen(clock.now() + timedelta(minutes=5)):
                refunding.find_lost()
            tell_all(stripe)
        (charge,) = [one for one in stripe.all("charge") if one["payment_intent"] == gift.payment_intent]
        assert charge["amount_refunded"] == asked.amount_minor
        assert rows(gift) == [("done", asked.amount_minor, "donor")]
    with reading() as session:
        told = queries.totals(session, campaign.id).refunds_minor
    assert told == sum(one["amount"] for one in stripe.all("refund"))


def test_who_may_not(session: Session, stripe: Till, campaign: Campaign) -> None:
    gift = paid(stripe, campaign)
    org = campaign_org(session, campaign)
    editor = factories.member(session, org, Role.EDITOR, "Eve")
    other = factories.member(session, factories.organisation(session, "Ailleurs"), Role.OWNER, "Oscar")
    session.commit()
    with pytest.raises(Forbidden):
        refunding.refund(editor, gift.pid, wish())
    with pytest.raises(NotFound):
        refunding.refund(other, gift.pid, wish())
    assert stripe.all("refund") == []


def test_a_disputed_gift_is_not_given_back(stripe: Till, campaign: Campaign, treasurer: Actor) -> None:
    gift = paid(stripe, campaign)
    stripe.befalls(gift.checkout_id or "", "dispute")
    tell_all(stripe)
    with pytest.raises(Conflict, match="bank has taken"):
        refunding.refund(treasurer, gift.pid, wish())
    stripe.befalls(gift.checkout_id or "", "win")
    tell_all(stripe)
    assert refunding.refund(treasurer, gift.pid, wish()).state is RefundState.DONE


def test_what_stripe_refuses_is_said(stripe: Till, campaign: Campaign, treasurer: Actor) -> None:
    gift = paid(stripe, campaign)
    stripe.befalls(gift.checkout_id or "", "dispute")  # nobody has told us yet
    row = refunding.refund(treasurer, gift.pid, wish())
    assert (row.state, row.failure) == (RefundState.FAILED, "charge_disputed")


CARD = Standing(
    paid=True,
    way=Way.ONLINE,
    method="card",
    paid_at=None,
    charged_minor=4000,
    back_minor=0,
    disputed=False,
    asking=False,
)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, None),
        ({"paid": False}, "not paid"),
        ({"known_there": False}, "came with the demo"),
        ({"way": Way.CASH}, "did not come through Stripe"),
        ({"disputed": True}, "pay it twice"),
        ({"back_minor": 4000}, "already"),
        ({"back_minor": 3999}, None),
        ({"asking": True}, "at this moment"),
        ({"connected": False}, "not connected"),
        ({"method": "sepa_debit", "paid_at": timedelta(weeks=8) - timedelta(seconds=1)}, "eight weeks"),
        ({"method": "sepa_debit", "paid_at": timedelta(weeks=8)}, None),
    ],
)
def test_why_a_gift_cannot_go_back(change: dict[str, Any], says: str | None) -> None:
    moment = clock.now()
    if "paid_at" in change:
        change = {**change, "paid_at": moment - change["paid_at"]}
    found = rules.hindrance(replace(CARD, **change), moment)
    assert (found is None) if says is None else (says in str(found))


@pytest.mark.parametrize(
    ("before", "news", "after"),
    [
        ("asked", "pending", "pending"),
        ("pending", "done", "done"),
        ("done", "pending", "done"),
        ("done", "failed", "failed"),
        ("failed", "done", "failed"),
    ],
)
def test_a_refund_only_moves_forward(before: str, news: str, after: str) -> None:
    assert rules.advance(RefundState(before), RefundState(news)) is RefundState(after)
