"""The bench: channels that answer what a test says, a platform on loopback, an owner signed in."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlmodel import Session

from app.channels import oauth, registry
from app.channels.oauth import Doors
from app.core.settings import get_settings
from app.people.rules import Actor
from tests import factories
from tests.accounts.fakes import Channel, Lasting, Platform


@pytest.fixture(autouse=True)
def _channels(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every channel stands in for its platform; what a test changed of them is undone."""
    made = {
        code: f"tests.accounts.fakes:{name}"
        for code, name in {
            "mastodon": "Channel",
            "instagram": "Channel",
            "facebook": "Channel",
            "telegram": "Channel",
            "webhook": "Channel",
            "threads": "Lasting",
            "bluesky": "Rotating",
        }.items()
    }
    monkeypatch.setattr(registry, "CHANNELS", made)
    for kind in (Channel, Lasting):
        monkeypatch.setattr(kind, "asked", [])
    registry.get.cache_clear()
    yield
    registry.get.cache_clear()


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """A platform that signs in, and this instance as an application of Meta's."""
    opened = Platform()
    monkeypatch.setattr(oauth, "META", Doors("https://www.facebook.com/dialog/oauth", opened.address))
    monkeypatch.setattr(oauth, "THREADS", Doors("https://threads.net/oauth/authorize", opened.address))
    settings = get_settings()
    monkeypatch.setattr(settings, "meta_app_id", "meta-app")
    monkeypatch.setattr(settings, "meta_app_secret", SecretStr("meta-secret-of-the-app"))
    monkeypatch.setattr(settings, "threads_app_id", "threads-app")
    monkeypatch.setattr(settings, "threads_app_secret", SecretStr("threads-secret-of-the-app"))
    yield opened
    opened.close()


@pytest.fixture
def owner(session: Session) -> Actor:
    return factories.member(session, factories.organisation(session))


@pytest.fixture
def csrf(session: Session, client: TestClient, owner: Actor) -> str:
    """The owner's browser is signed in; the token of its forms."""
    return factories.sign_in(session, client, owner)
