"""The inbox of the demo: deliveries of our own webhook over real HTTP, each kept once; nobody else's."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.accounts import inbox, service
from app.accounts.models import ChannelAccount
from app.channels.base import Account, Outcome, Piece, Ticket
from app.channels.webhook import DELIVERY, SIGNATURE, TIMESTAMP, Webhook, sign
from app.core import clock
from app.core.settings import get_settings
from app.people.rules import Actor
from seed import inbox as demo
from tests.conftest import NOW, the_app
from tests.payments.stage import served

SECONDS = int(NOW.timestamp())


@pytest.fixture(autouse=True)
def _empty(data_dir: Path) -> Iterator[None]:
    yield
    shutil.rmtree(data_dir / "webhook-inbox", ignore_errors=True)


@pytest.fixture
def account(session: Session, owner: Actor) -> ChannelAccount:
    row = demo.connect(session, owner)
    session.commit()
    return row


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The application behind a real port; the address of its inbox as the webhook reaches it."""
    with served(lambda _base: the_app()) as base:
        monkeypatch.setattr(get_settings(), "port", urlsplit(base).port)
        yield inbox.address()


def _deliver(client: TestClient, secret: str, content: object, **change: str) -> httpx.Response:
    body = json.dumps(content).encode()
    given = {
        DELIVERY: "a-post-0-1",
        TIMESTAMP: str(SECONDS),
        SIGNATURE: sign(secret, int(change.get(TIMESTAMP, SECONDS)), body),
    }
    headers = {**given, **change}
    return client.post(inbox.PATH, content=body, headers=headers)


def _secret(account: ChannelAccount) -> str:
    return service.opened(account).secrets["secret"]


def test_a_post_goes_out_to_the_inbox_and_is_seen_there(
    reached: str, account: ChannelAccount, client: TestClient
) -> None:
    at = Account("", "", "", "", dict(service.opened(account).secrets) | {"address": reached})
    piece = Piece("Elle a lu son premier mot.", NOW, label="Partenariat", language="fr")
    ticket = Ticket("a-post-0-1", NOW)
    report = Webhook().publish(at, piece, ticket)
    assert report.outcome is Outcome.SENT
    assert report.url.startswith("https://testserver/sandbox/webhook#d-")
    assert Webhook().publish(at, piece, ticket).url == report.url, "the same delivery is kept once"
    Webhook().identify(at)
    page = client.get(inbox.PATH).text
    assert page.count("Elle a lu son premier mot.") == 1
    assert f'id="{report.url.partition("#")[2]}"' in page
    assert page.index("Partenariat") < page.index("Elle a lu"), "the label stands first"
    assert len(inbox.latest()) == 1, "a ping is no post"


@pytest.mark.parametrize(
    "change",
    [
        {SIGNATURE: "v1=0000"},
        {SIGNATURE: ""},
        {TIMESTAMP: str(SECONDS - 301)},
        {TIMESTAMP: str(SECONDS + 301)},
        {TIMESTAMP: "yesterday"} | {SIGNATURE: "v1=0000"},
    ],
)
def test_what_nobody_signed_in_time_is_refused(
    account: ChannelAccount, client: TestClient, change: dict[str, str]
) -> None:
    if not change.get(TIMESTAMP, "0").isdigit():
        answer = client.post(inbox.PATH, content=b"{}", headers={DELIVERY: "x", **change})
    else:
        answer = _deliver(client, _secret(account), {"type": "post.due", "text": "Bonjour"}, **change)
    assert answer.status_code == 401
    assert inbox.latest() == []


def test_a_secret_of_another_receiver_opens_nothing(account: ChannelAccount, client: TestClient) -> None:
    assert _deliver(client, "another-secret", {"type": "post.due"}).status_code == 401
    assert _deliver(client, _secret(account), {"type": "post.due"}).status_code == 200


def test_what_is_no_delivery_is_refused(account: ChannelAccount, client: TestClient) -> None:
    assert _deliver(client, _secret(account), ["a list"]).status_code == 400


def test_words_of_a_delivery_stay_words(account: ChannelAccount, client: TestClient) -> None:
    content = {"type": "post.due", "text": "<script>x</script>"}
    assert _deliver(client, _secret(account), content).status_code == 200
    assert "&lt;script&gt;" in client.get(inbox.PATH).text


def test_in_production_there_is_no_inbox(
    account: ChannelAccount, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_settings(), "environment", "production")
    assert client.get(inbox.PATH).status_code == 404
    assert _deliver(client, _secret(account), {"type": "post.due"}).status_code == 404


def test_the_demo_started_on_another_port_delivers_there(
    session: Session, account: ChannelAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = _secret(account)
    demo.follow_the_server()
    monkeypatch.setattr(get_settings(), "port", 8123)
    with clock.frozen(NOW):
        demo.follow_the_server()
    session.refresh(account)
    assert service.opened(account).secrets == {
        "address": "http://127.0.0.1:8123/sandbox/webhook",
        "secret": secret,
    }
