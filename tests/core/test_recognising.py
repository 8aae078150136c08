"""Addresses lose their end; a mark is one network and browser under one key."""

import pytest

from app.core.recognising import network, participant

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 20_1 like Mac OS X)"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("testclient", "unknown"),
        ("", "unknown"),
    ],
)
def test_addresses_lose_their_end(address: str, expected: str) -> None:
    assert network(address) == expected


def test_a_participant_is_one_network_and_browser_under_one_key() -> None:
    one = participant("salt", "192.0.2.77", PHONE)
    assert len(one) == 43
    assert one == participant("salt", "192.0.2.12", PHONE)
    assert one != participant("salt", "192.0.3.77", PHONE)
    assert one != participant("salt", "192.0.2.77", "another browser")
    assert one != participant("other", "192.0.2.77", PHONE)
