"""Where Stripe's notifications arrive: kept before they are answered, many in one commit; all else is refused."""

import asyncio
import json
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
from app.donations.letterbox import LARGEST
from app.donations.models import PaymentEvent
from app.donations.service import inbox, together
from app.donations.service.together import FLOOD, Together
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


@pytest.mark.parametrize(("crowd", "commits"), [(FLOOD, [1, FLOOD, 3]), (FLOOD - 1, [1, FLOOD - 1, 1])])
def test_in_a_flood_the_next_commit_waits_for_company(
    stripe: Till, campaign: Campaign, monkeypatch: pytest.MonkeyPatch, crowd: int, commits: list[int]
) -> None:
    """During the first commit a crowd comes, during the crowd's one more, and two in the moment after that."""
    told(stripe, campaign)
    event = stripe.events()[-1]
    sizes: list[int] = []

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

        monkeypatch.setattr(together, "_keep", keep)
        line = Together(pause=lambda _: from_thread(2))
        await come(1)
        while len(all_kept) < sum(commits):
            await asyncio.sleep(0)
        await asyncio.gather(*all_kept)

    asyncio.run(flood())
    assert sizes == commits
