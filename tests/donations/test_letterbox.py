"""Where Stripe's notifications arrive: kept before they are answered, many in one commit; all else is refused."""

import asyncio
import json
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.core import clock, metrics
from app.core.db import reading
from app.donations import jobs
from app.donations import queries as donations
from app.donations.letterbox import LARGEST
from app.donations.models import Gift, PaymentEvent
from app.donations.rules import GiftState
from app.donations.service import inbox, news, reconciling, together
from app.donations.service.together import COMPANY, FLOOD, Together
from app.payments import signature
from app.payments.door import standing_in
from tests.donations import stage
from tests.donations.stage import WEBHOOK_SECRET, Till, edited, post_webhook

ADDRESS = "/webhooks/stripe"


def told(stripe: Till, campaign: Campaign) -> bytes:
    """A gift is paid; the last thing Stripe says of it."""
    gift = stage.give(stripe, campaign)
    stripe.does(gift.checkout_id or "", "pay")
    return stripe.news()[-1]


def kept() -> list[str]:
    with reading() as session:
        return [event.id for event in session.exec(select(PaymentEvent)).all()]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS"])
def test_only_what_is_posted_is_taken(stripe: Till, client: TestClient, method: str) -> None:
    answer = client.request(method, ADDRESS)
    assert (answer.status_code, answer.headers["cache-control"]) == (405, "no-store")
    assert not answer.cookies


@pytest.mark.parametrize("path", [f"{ADDRESS}/", f"{ADDRESS}/a/b", f"{ADDRESS}x", f"{ADDRESS}/nobodys"])
def test_no_other_address_is_there(stripe: Till, client: TestClient, path: str) -> None:
    assert client.post(path, content=b"{}").status_code == 404


def test_what_is_too_large_is_not_read(stripe: Till, client: TestClient) -> None:
    assert post_webhook(client, b" " * (LARGEST + 1)) == 413


def test_a_stamp_of_the_future_is_as_bad_as_an_old_one(
    stripe: Till, campaign: Campaign, client: TestClient
) -> None:
    body = told(stripe, campaign)
    for late, status in (
        (timedelta(minutes=6), 400),
        (-timedelta(minutes=6), 400),
        (timedelta(minutes=4), 200),
    ):
        stamp = int((clock.now() + late).timestamp())
        assert post_webhook(client, body, header=signature.sign(body, WEBHOOK_SECRET, stamp)) == status


def test_an_unknown_kind_is_kept_and_not_acted_on(
    stripe: Till, campaign: Campaign, client: TestClient
) -> None:
    body = edited(told(stripe, campaign), type="climate.order.created", id="evt_new_kind")
    assert post_webhook(client, body) == 200
    with reading() as session:
        event = session.get_one(PaymentEvent, "evt_new_kind")
    assert (event.type, event.handled_at, event.attempts) == ("climate.order.created", event.received_at, 0)
    assert set(event.payload) == {"checkout", "payment_intent", "object"}


def test_real_news_to_a_test_instance_is_refused(
    stripe: Till, campaign: Campaign, client: TestClient
) -> None:
    assert post_webhook(client, edited(told(stripe, campaign), livemode=True)) == 400
    assert kept() == []


def test_without_a_secret_there_is_no_address(stripe: Till, campaign: Campaign, client: TestClient) -> None:
    body = told(stripe, campaign)
    with standing_in(stripe.gateway, ["", " "]):
        header = signature.sign(body, "", int(clock.now().timestamp()))
        assert post_webhook(client, body, header=header) == 404


def test_what_cannot_be_kept_is_not_answered_as_kept(
    stripe: Till, campaign: Campaign, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = told(stripe, campaign)

    def full(*_: object) -> set[str]:
        raise OSError("no space left")

    with monkeypatch.context() as broken:
        broken.setattr(inbox, "keep", full)
        assert post_webhook(client, body) == 500
    assert kept() == []
    assert post_webhook(client, body) == 200
    assert kept() == [json.loads(body)["id"]]
    assert 'route="/webhooks/stripe",status="500"' in metrics.text().decode()


def test_those_who_come_at_once_share_a_commit(
    stripe: Till, campaign: Campaign, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of forty events twice, eighty at once: every one answered, each kept once, in few commits."""
    body = told(stripe, campaign)
    bodies = [edited(body, id=f"evt_{n}", type="climate.order.created") for n in range(40)] * 2
    commits = 0
    real = together.transaction

    @contextmanager
    def counted() -> Iterator[Session]:
        nonlocal commits
        commits += 1
        with real() as session:
            yield session

    monkeypatch.setattr(together, "transaction", counted)
    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(lambda body: post_webhook(client, body), bodies)) == {200}
    assert sorted(kept()) == sorted(f"evt_{n}" for n in range(40))
    assert commits < 80


def test_what_another_product_does_at_the_same_account_stops_nothing(
    stripe: Till, campaign: Campaign, client: TestClient
) -> None:
    """A page on which another product only keeps a card has neither amount nor currency."""
    paid = told(stripe, campaign)
    with stripe.sandbox.store.transaction() as book:
        page = book.newest("checkout.session", limit=1)[0][0]
        nothing = {"amount_total": None, "currency": None, "payment_intent": None, "metadata": {}}
        book.put({**page, **nothing, "id": "cs_test_card", "mode": "setup", "client_reference_id": None})
    subject = {"object": {"object": "checkout.session", "id": "cs_test_card"}}
    foreign = edited(paid, id="evt_card", type="checkout.session.completed", data=subject)
    assert [post_webhook(client, body) for body in (foreign, paid)] == [200, 200]
    assert errors() == {"evt_card": "", json.loads(paid)["id"]: ""}
    with clock.frozen(clock.now() + timedelta(hours=1)):
        reconciling.reconcile(stripe.gateway)


def test_an_event_nobody_understands_waits_and_lets_the_others_pass(
    stripe: Till, campaign: Campaign, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = told(stripe, campaign)
    odd = edited(body, id="evt_odd", type="customer.subscription.updated")
    monkeypatch.setattr(news.monthly, "read_plan", lambda *_: {}["no such word"])
    assert [post_webhook(client, one) for one in (odd, body)] == [200, 200]
    assert errors() == {"evt_odd": "not understood: KeyError", json.loads(body)["id"]: ""}
    with reading() as session:
        assert session.exec(select(Gift.state)).one() is GiftState.PAID
    for day in range(20):  # given up in the end, and said so
        with clock.frozen(clock.now() + timedelta(days=day)):
            jobs.handle_waiting_events()
    with reading() as session:
        assert donations.event_health(session).waiting == 0
        assert donations.event_health(session).failed == 1


def errors() -> dict[str, str]:
    with reading() as session:
        return dict(session.exec(select(PaymentEvent.id, PaymentEvent.error)).all())


@pytest.mark.parametrize(
    ("crowd", "commits", "waits"),
    [(FLOOD, [1, FLOOD, FLOOD + 1], [True, False]), (FLOOD - 1, [1, FLOOD - 1, 1], [])],
)
def test_in_a_flood_the_next_commit_waits_for_those_who_were_answered(
    stripe: Till,
    campaign: Campaign,
    monkeypatch: pytest.MonkeyPatch,
    crowd: int,
    commits: list[int],
    waits: list[bool],
) -> None:
    """During the first commit a crowd comes, during the crowd's one more; the crowd comes again, and then nobody."""
    told(stripe, campaign)
    event = stripe.events()[-1]
    sizes: list[int] = []
    complete: list[bool] = []

    async def flood() -> None:
        loop, all_kept = asyncio.get_running_loop(), []

        async def come(count: int) -> None:
            all_kept.extend(line.keep(event, stripe.gateway) for _ in range(count))

        def from_thread(count: int) -> None:
            asyncio.run_coroutine_threadsafe(come(count), loop).result()

        def keep(places: Sequence[together._Place]) -> list[together._Outcome]:
            sizes.append(len(places))
            from_thread({1: crowd, 2: 1}.get(len(sizes), 0))
            return [(place, True) for place in places]

        class Moment(threading.Event):
            def wait(self, timeout: float | None = None) -> bool:
                assert timeout == COMPANY
                if not complete:
                    from_thread(crowd - 1)
                    assert not self.is_set()
                    from_thread(1)
                complete.append(self.is_set())
                return self.is_set()

        monkeypatch.setattr(together, "_keep", keep)
        line = Together()
        monkeypatch.setattr(line, "_complete", Moment())
        await come(1)
        while len(all_kept) < sum(commits):
            await asyncio.sleep(0)
        await asyncio.gather(*all_kept)
        line._writer.shutdown()

    asyncio.run(flood())
    assert (sizes, complete) == (commits, waits)
