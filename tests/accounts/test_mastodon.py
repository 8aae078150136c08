"""A Mastodon server of mastodon-mock, through our pages and the real channel: agree, publish, lose, come back."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient
from mastodon_mock.testing import MockServer
from sqlmodel import select

from app.accounts import service
from app.accounts.models import ChannelAccount
from app.accounts.rules import AccountState
from app.channels import registry
from app.channels.base import Outcome, Piece, Ticket
from app.core import clock
from app.core.db import reading

CONNECT = "/studio/channels/connect?to=mastodon"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MockServer]:
    monkeypatch.setattr(registry, "CHANNELS", {"mastodon": "app.channels.mastodon:Mastodon"})
    registry.get.cache_clear()
    with MockServer() as opened:
        yield opened


def _agree(client: TestClient, csrf: str, server: MockServer) -> httpx.Response:
    """As Alice does in her browser: name the server, agree on its page, be led back."""
    leave = client.post(CONNECT, data={"csrf": csrf, "server": server.base_url})
    found = re.search(r'href="(http[^"]+/oauth/authorize\?[^"]+)"', leave.text)
    assert found is not None
    asked = {name: values[0] for name, values in parse_qs(urlsplit(html.unescape(found[1])).query).items()}
    with httpx.Client(trust_env=False) as browser:
        agreed = browser.post(f"{server.base_url}/oauth/authorize", data=asked | {"username": "alice"})
    assert agreed.status_code == 302
    back = urlsplit(agreed.headers["location"])
    return client.get(back.path, params=dict(parse_qsl(back.query)))


def _account() -> ChannelAccount:
    with reading() as session:
        return session.exec(select(ChannelAccount)).one()


def test_from_agreeing_to_a_post_and_back_after_the_token_was_withdrawn(
    client: TestClient, csrf: str, server: MockServer
) -> None:
    assert _agree(client, csrf, server).headers["location"] == "/studio/channels?ok=connected"
    row = _account()
    assert row.handle.startswith("@alice@")
    opened = service.opened(row)
    with clock.frozen(datetime.now(UTC)):
        piece = Piece("Elle a lu son premier mot.", clock.now())
        report = registry.get("mastodon").publish(opened, piece, Ticket("a-key", clock.now()))
    assert report.outcome is Outcome.SENT

    with httpx.Client(trust_env=False) as alice:
        alice.post(f"{server.base_url}/oauth/revoke", data={"token": opened.secrets["token"]})
    client.post(f"/studio/channels/{row.pid}/check", data={"csrf": csrf})
    assert _account().state is AccountState.RECONNECT
    assert "Its posts wait." in client.get("/studio/channels").text

    assert _agree(client, csrf, server).status_code == 303
    again = _account()
    assert (again.id, again.state) == (row.id, AccountState.CONNECTED)
    assert service.opened(again).secrets != opened.secrets
