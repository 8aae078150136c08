"""A gift becomes true once, whoever tells of it, however often, in whatever order, whatever dies."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.core import clock, db
from app.core.db import reading, transaction
from app.donations import jobs, queries
from app.donations.models import Gift, PaymentEvent
from app.donations.rules import GiftState, Visibility
from app.donations.service import fulfilment, giving, inbox, news, reconciling
from app.payments.base import PaymentError
from tests.donations import stage
from tests.donations.stage import Till, give, lines, now, take_in, tell_all

WHOLE = [("gift", 4000), ("fee", -85)]


def test_a_paid_gift_stands_in_the_ledger_with_its_fee(stripe: Till, campaign: Campaign) -> None:
    gift = give(stripe, campaign)
    assert (gift.state, lines(campaign)) == (GiftState.CHECKOUT, [])
    stripe.does(gift.checkout_id or "", "pay")
    tell_all(stripe)
    paid = now(gift)
    assert (paid.state, paid.paid_at, paid.donor_email) == (GiftState.PAID, clock.now(), "lea@example.org")
    assert lines(campaign) == WHOLE
    with reading() as session:
        totals = queries.totals(session, campaign.id)
        assert (totals.raised_minor, totals.fees_minor, totals.gifts) == (4000, 85, 1)
        assert queries.event_health(session).waiting == 0


@pytest.mark.parametrize(
    "deeds", [["decline"], ["decline", "decline"], ["abandon"], ["delay"], ["delay", "fail"], []]
)
def test_what_is_not_paid_leaves_no_trace_in_the_sums(
    stripe: Till, campaign: Campaign, deeds: list[str]
) -> None:
    gift = give(stripe, campaign)
    for deed in deeds:
        stripe.does(gift.checkout_id or "", deed)
    tell_all(stripe)
    with clock.frozen(clock.now() + timedelta(hours=3)):
        reconciling.reconcile(stripe.gateway)
    assert lines(campaign) == []
    expected = {"delay": GiftState.PENDING, "fail": GiftState.FAILED}
    assert now(gift).state is expected.get((deeds or [""])[-1], GiftState.EXPIRED)


def test_late_money_counts_when_it_arrives(stripe: Till, campaign: Campaign) -> None:
    gift = give(stripe, campaign)
    stripe.does(gift.checkout_id or "", "delay")
    tell_all(stripe)
    assert (now(gift).state, lines(campaign)) == (GiftState.PENDING, [])
    stripe.does(gift.checkout_id or "", "arrive")
    tell_all(stripe)
    assert (now(gift).state, lines(campaign)) == (GiftState.PAID, WHOLE)


def test_refunds_lower_the_sums_in_the_open(stripe: Till, campaign: Campaign) -> None:
    gift = give(stripe, campaign)
    stripe.does(gift.checkout_id or "", "pay")
    stripe.does(gift.checkout_id or "", "refund", amount="10")
    tell_all(stripe)
    stripe.does(gift.checkout_id or "", "refund", amount="30")
    tell_all(stripe)
    assert lines(campaign) == [*WHOLE, ("refund", -1000), ("refund", -3000)]
    with reading() as session:
        views, pages = queries.gifts(session, campaign)
        assert ([view.refunded_minor for view in views], pages) == ([4000], 1)
        assert queries.totals(session, campaign.id).net_minor == 0


def test_the_day_is_the_day_where_the_campaign_lives(stripe: Till, session: Session) -> None:
    campaign = stage.drive(session, timezone="Pacific/Auckland")
    with clock.frozen(clock.now().replace(hour=23)):
        gift = give(stripe, campaign)
        stripe.does(gift.checkout_id or "", "pay")
        tell_all(stripe)
    with reading() as reader:
        days = {entry.on_date.isoformat() for entry in queries.ledger_entries(reader, campaign.id)}
    assert days == {"2027-03-04"}


def test_a_fee_that_is_booked_later_enters_later(stripe: Till, campaign: Campaign) -> None:
    gift = give(stripe, campaign)
    stripe.does(gift.checkout_id or "", "pay")
    page = stage.page_of(stripe, gift)
    facts = stripe.gateway.get_payment(page.payment_intent or "")
    with transaction() as session:
        fulfilment.apply_checkout(session, page, replace(facts, fee_minor=None))
    assert lines(campaign) == WHOLE[:1]
    with clock.frozen(clock.now() + timedelta(minutes=6)):
        assert reconciling.look_again(stripe.gateway) == 1
    assert lines(campaign) == WHOLE


def test_who_asks_not_to_be_named_is_not(stripe: Till, campaign: Campaign) -> None:
    gift = give(stripe, campaign, visibility=Visibility.NOBODY)
    stripe.does(gift.checkout_id or "", "pay")
    tell_all(stripe)
    assert (now(gift).donor_name, now(gift).donor_email) == ("", "")


def test_a_page_that_does_not_agree_changes_nothing(stripe: Till, campaign: Campaign) -> None:
    gift = give(stripe, campaign)
    stripe.does(gift.checkout_id or "", "pay")
    with transaction() as session:
        row = queries.gift_to_change(session, gift.pid)
        assert row is not None
        row.amount_minor = 1
        session.add(row)
    tell_all(stripe)
    assert (now(gift).state, lines(campaign)) == (GiftState.CHECKOUT, [])
    with reading() as session:
        health = queries.event_health(session)
    assert (health.waiting, health.failed) == (0, 4)


def test_a_payment_of_somebody_else_on_the_same_account_is_let_be(stripe: Till, campaign: Campaign) -> None:
    gift = give(stripe, campaign)
    stripe.does(gift.checkout_id or "", "pay")
    with transaction() as session:
        session.delete(session.exec(select(Gift)).one())
    tell_all(stripe)
    assert lines(campaign) == []
    with reading() as session:
        assert queries.event_health(session).failed == 0


def test_the_database_itself_refuses_to_change_the_ledger(stripe: Till, campaign: Campaign) -> None:
    gift = give(stripe, campaign)
    stripe.does(gift.checkout_id or "", "pay")
    tell_all(stripe)
    for statement in ("UPDATE ledger_entry SET amount_minor = 1", "DELETE FROM ledger_entry"):
        with pytest.raises(DBAPIError, match="only added to"), transaction() as session:
            session.exec(text(statement))  # type: ignore[call-overload]
    assert lines(campaign) == WHOLE


def test_twenty_deliveries_and_the_thanks_page_at_once_make_one_gift(
    stripe: Till, campaign: Campaign, client: TestClient
) -> None:
    gift = give(stripe, campaign)
    stripe.does(gift.checkout_id or "", "pay")
    completed = stripe.news()[-1]

    def deliver(_: int) -> int:
        return stage.post_webhook(client, completed)

    def come_back(_: int) -> int:
        return client.get(f"/c/{campaign.slug}/thanks?session={gift.checkout_id}").status_code

    with ThreadPoolExecutor(24) as pool:
        statuses = [*pool.map(deliver, range(20)), *pool.map(come_back, range(4))]
    assert set(statuses) == {200}
    assert lines(campaign) == WHOLE
    assert now(gift).state is GiftState.PAID
    with reading() as session:
        assert len(session.exec(select(PaymentEvent)).all()) == 1


def test_different_news_of_one_gift_at_once_make_one_gift(
    stripe: Till, campaign: Campaign, client: TestClient
) -> None:
    gift = give(stripe, campaign)
    stripe.does(gift.checkout_id or "", "pay")
    stripe.does(gift.checkout_id or "", "refund", amount="10")
    bodies = stripe.news() * 3
    with ThreadPoolExecutor(len(bodies)) as pool:
        assert set(pool.map(lambda body: stage.post_webhook(client, body), bodies)) == {200}
    assert sorted(lines(campaign)) == sorted([*WHOLE, ("refund", -1000)])


class Killed(BaseException):
    """kill -9: nothing below catches it, and nothing after it runs."""


def _kill(*_: Any, **__: Any) -> None:
    raise Killed


def _dies(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, act: Callable[[], object]) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(owner, name, _kill)
        with pytest.raises(Killed):
            act()


@pytest.mark.parametrize("point", ["create_checkout", "note_page"])
def test_killed_while_the_page_opens(
    stripe: Till, campaign: Campaign, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    """The donor never got an address, so nobody can have paid; the gift is found or given up."""
    owner: object = stripe.gateway if point == "create_checkout" else giving
    _dies(monkeypatch, owner, point, lambda: give(stripe, campaign))
    with reading() as session:
        gift = session.exec(select(Gift)).one()
    assert gift.state is GiftState.INTENT
    with clock.frozen(clock.now() + timedelta(minutes=5)):
        reconciling.reconcile(stripe.gateway)
    found = point == "note_page"
    assert now(gift).state is (GiftState.CHECKOUT if found else GiftState.INTENT)
    with clock.frozen(clock.now() + timedelta(hours=3)):
        reconciling.reconcile(stripe.gateway)
    assert now(gift).state is GiftState.EXPIRED
    assert len(stripe.all("checkout.session")) == int(found)


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (inbox, "receive"),
        (inbox, "handle"),
        (news, "read"),
        (news, "apply_checkout"),
        (fulfilment, "_record"),
        (inbox, "_settle"),
    ],
)
@pytest.mark.parametrize("told_again", [False, True])
def test_killed_while_the_news_is_read(
    stripe: Till,
    campaign: Campaign,
    monkeypatch: pytest.MonkeyPatch,
    owner: object,
    name: str,
    told_again: bool,  # noqa: FBT001
) -> None:
    gift = give(stripe, campaign)
    stripe.does(gift.checkout_id or "", "pay")
    completed = stripe.events()[-1]
    _dies(monkeypatch, owner, name, lambda: take_in(stripe, completed))
    assert lines(campaign) == []
    if told_again:
        take_in(stripe, completed)
    jobs.reconcile()
    assert (now(gift).state, lines(campaign)) == (GiftState.PAID, WHOLE)
    with reading() as session:
        assert queries.event_health(session).waiting == 0


def test_killed_in_the_middle_of_reconciling(
    stripe: Till, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    gift = give(stripe, campaign)
    stripe.does(gift.checkout_id or "", "pay")
    _dies(monkeypatch, inbox, "handle_waiting", jobs.reconcile)
    assert jobs.handle_waiting_events() == 4
    assert (now(gift).state, lines(campaign)) == (GiftState.PAID, WHOLE)


def test_stripe_out_of_reach_only_delays(
    stripe: Till, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stripe.HTTPClient.INITIAL_DELAY", 0)
    gift = give(stripe, campaign)
    stripe.does(gift.checkout_id or "", "pay")
    completed = stripe.events()[-1]
    stripe.line.down = True
    assert not take_in(stripe, completed)
    with pytest.raises(PaymentError):
        jobs.reconcile()
    stripe.line.down = False
    assert jobs.handle_waiting_events() == 0  # its pause is not over
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        assert jobs.handle_waiting_events() == 1
    assert (now(gift).state, lines(campaign)) == (GiftState.PAID, WHOLE)


def test_the_same_wish_again_opens_the_same_page(
    stripe: Till, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stripe made the page but its answer was lost; the donor presses again."""

    def lost(*args: Any) -> Any:
        real(*args)
        raise PaymentError("no answer", retryable=True)

    real = stripe.gateway.create_checkout
    places = giving.Places("https://x.test/thanks", "https://x.test/donate")
    common = {"organisation": "Les Lanternes", "places": places}
    with monkeypatch.context() as patched:
        patched.setattr(stripe.gateway, "create_checkout", lost)
        with pytest.raises(giving.PageNotOpened) as failure:
            giving.give(stripe.gateway, campaign, stage.wish(), **common)
    url = giving.give(stripe.gateway, campaign, stage.wish(), retry=failure.value.retry, **common)
    assert [page["url"] for page in stripe.all("checkout.session")] == [url]
    with reading() as session:
        assert len(session.exec(select(Gift)).all()) == 1
    other = giving.give(stripe.gateway, campaign, stage.wish(1500), retry=failure.value.retry, **common)
    assert other != url


def test_what_is_stored_before_the_call_is_committed(
    stripe: Till, campaign: Campaign, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: list[tuple[str, GiftState]] = []
    real = stripe.gateway.create_checkout

    def look(request: Any) -> Any:
        with db.open_session(write=True) as other:  # would wait for ever if a transaction were held
            seen.extend((gift.idempotency_key, gift.state) for gift in other.exec(select(Gift)))
        assert request.idempotency_key == seen[0][0]
        return real(request)

    monkeypatch.setattr(stripe.gateway, "create_checkout", look)
    give(stripe, campaign)
    assert [state for _, state in seen] == [GiftState.INTENT]
