"""Telling two visitors apart without knowing either: a keyed hash of network and browser. Keeps no address."""

import base64
import hmac
from ipaddress import IPv4Address, ip_address, ip_network

# CNIL's guidance on audience measurement: the last byte of an IPv4 address goes; of an IPv6 address
# the first 48 bits stay, which name a site and no household.
KEPT_BITS_V4, KEPT_BITS_V6 = 24, 48
AGENT_LENGTH = 400


def network(address: str) -> str:
    """An address with its end cut off: /24 for IPv4, /48 for IPv6. Anything else counts as one network."""
    try:
        ip = ip_address(address.split("%")[0])
    except ValueError:
        return "unknown"
    mapped = getattr(ip, "ipv4_mapped", None)
    ip = mapped or ip
    bits = KEPT_BITS_V4 if isinstance(ip, IPv4Address) else KEPT_BITS_V6
    return str(ip_network((ip, bits), strict=False))


def participant(key: str, address: str, agent: str) -> str:
    """Who somebody is, as far as counting once needs it: an HMAC of network and browser, 43 characters.

    `key` is random, belongs to one campaign and is deleted when it closes; from then on nobody, we
    included, can tell whether two marks came from one phone.
    """
    message = f"{network(address)}\n{agent[:AGENT_LENGTH]}".encode()
    digest = hmac.digest(key.encode(), message, "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
