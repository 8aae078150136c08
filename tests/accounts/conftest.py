"""The bench: channels that answer what a test says, a platform on loopback, an owner signed in."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlmodel import Session

from app.channels import net, oauth, registry
from app.channels.tries import SaidNo
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
            "facebook": "Channel",
            "telegram": "Channel",
            "webhook": "Channel",
            "instagram": "Lasting",
            "threads": "Lasting",
            "bluesky": "Rotating",
        }.items()
    }
    made["mail"] = "app.channels.mail:Mail"  # its platform is in this house
    monkeypatch.setattr(registry, "CHANNELS", made)
    monkeypatch.setattr(net, "reachable", _reachable)
    for kind in (Channel, Lasting):
        monkeypatch.setattr(kind, "asked", [])
    registry.get.cache_clear()
    yield
    registry.get.cache_clear()


def _reachable(address: str) -> str:
    """No name is looked up in a test: all are public but one."""
    if "inside.example" in address:
        raise SaidNo("the address leads into a private network")
    return "203.0.113.9"


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """A platform that signs in, and this instance as an application of Meta's."""
    opened = Platform()
    monkeypatch.setattr(oauth, "FACEBOOK", replace(oauth.FACEBOOK, api=opened.address))
    logins = {
        channel: replace(
            login, code=f"{opened.address}/oauth/access_token", lasting=f"{opened.address}/access_token"
        )
        for channel, login in oauth.LOGINS.items()
    }
    monkeypatch.setattr(oauth, "LOGINS", logins)
    for name in ("meta", "instagram", "threads"):
        monkeypatch.setattr(get_settings(), f"{name}_app_id", f"{name}-app")
        secret = SecretStr(f"{name}-secret-of-the-app")
        monkeypatch.setattr(get_settings(), f"{name}_app_secret", secret)
    yield opened
    opened.close()


@pytest.fixture
def owner(session: Session) -> Actor:
    return factories.member(session, factories.organisation(session))


@pytest.fixture
def csrf(session: Session, client: TestClient, owner: Actor) -> str:
    """The owner's browser is signed in; the token of its forms."""
    return factories.sign_in(session, client, owner)
