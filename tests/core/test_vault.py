"""Sealed secrets open only in their place, with a key that is still known."""

from collections.abc import Callable

import pytest
from pydantic import SecretStr

from app.core import settings, vault

PLACE = ("account", "org", "acc")


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Set the instance's key and its former ones."""

    def put(key: str, old: str = "") -> None:
        made = settings.Settings(secret_key=SecretStr(key), old_secret_keys=SecretStr(old))
        monkeypatch.setattr(vault, "get_settings", lambda: made)

    return put


def test_a_seal_opens_in_its_place_only(keys: Callable[..., None]) -> None:
    keys("a" * 40)
    sealed = vault.seal("token-1234", bound_to=PLACE)
    assert "token-1234" not in sealed
    assert vault.unseal(sealed, bound_to=PLACE) == "token-1234"
    assert vault.seal("token-1234", bound_to=PLACE) != sealed, "the nonce is new each time"
    for other in (("account", "org", "other"), ("account", "orga", "cc"), ("account", "org")):
        with pytest.raises(vault.CannotOpen):
            vault.unseal(sealed, bound_to=other)


@pytest.mark.parametrize("broken", ["", "v1", "v1.00000000.AAAA", "v2.x.y", "not base64 at all"])
def test_what_is_not_a_seal_is_refused(keys: Callable[..., None], broken: str) -> None:
    keys("a" * 40)
    with pytest.raises(vault.CannotOpen):
        vault.unseal(broken, bound_to=PLACE)


def test_a_changed_seal_is_refused(keys: Callable[..., None]) -> None:
    keys("a" * 40)
    sealed = vault.seal("token", bound_to=PLACE)
    changed = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]
    with pytest.raises(vault.CannotOpen):
        vault.unseal(changed, bound_to=PLACE)


def test_a_new_key_seals_and_the_old_one_still_opens(keys: Callable[..., None]) -> None:
    keys("a" * 40)
    old = vault.seal("token", bound_to=PLACE)
    keys("b" * 40, old="c" * 40 + ", " + "a" * 40)
    assert vault.unseal(old, bound_to=PLACE) == "token"
    assert not vault.is_current(old)
    new = vault.seal("token", bound_to=PLACE)
    assert vault.is_current(new)
    keys("a" * 40)
    with pytest.raises(vault.CannotOpen):
        vault.unseal(new, bound_to=PLACE)
