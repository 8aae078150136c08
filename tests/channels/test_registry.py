"""Channels by their codes; a vendor's library is imported when its channel is asked for, not before."""

import subprocess
import sys

import pytest

from app.channels import registry


@pytest.mark.parametrize("code", registry.CHANNELS)
def test_a_channel_is_found_by_its_code(code: str) -> None:
    channel = registry.get(code)
    assert channel.code == code
    assert channel.name
    assert registry.get(code) is channel


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(registry.UnknownChannel):
        registry.get("carrier-pigeon")


def test_the_application_starts_without_the_vendors_libraries() -> None:
    asks = "import sys, app.main, app.worker; print([n for n in ('mastodon', 'atproto') if n in sys.modules])"
    told = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True)  # noqa: S603
    assert told.stdout.strip() == "[]"
