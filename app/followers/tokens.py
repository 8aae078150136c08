"""The capabilities of a follower's links: derived from the secret key, kept nowhere, good as long as a key is known.

Each opens one thing: a link that ends the letters opens no page, and a page's link confirms nothing.
"""

import hashlib
import re
from datetime import datetime

from app.core.crypto import keyed_hash, keyed_hashes, same
from app.core.settings import get_settings

PID = 16  # characters a public id has
STOP, PAGE, CONFIRM, RETURN = "follow-stop", "follow-page", "follow-confirm", "follow-return"


def token(purpose: str, pid: str, *parts: str) -> str:
    """The secret part of a link."""
    return pid + keyed_hash(purpose, pid, *parts)


def pid_of(purpose: str, given: str, *parts: str) -> str | None:
    """Whose link it is; None when we never made it."""
    pid, mac = given[:PID], given[PID:]
    good = any(same(mac, one) for one in keyed_hashes(purpose, pid, *parts))
    return pid if good else None


def round_of(asked_at: datetime) -> str:
    """What ties a confirmation to the asking it answers: an older one confirms nothing."""
    return str(int(asked_at.timestamp()))


def return_path(pid: str) -> str | None:
    """Where a letter comes back to when it cannot be delivered (VERP); None without a bounce address.

    Mail servers may fold case: the proof is in small hexadecimal digits.
    """
    name, _, domain = get_settings().bounce_address.rpartition("@")
    return f"{name}+{pid}-{_proof(keyed_hash(RETURN, pid))}@{domain}" if name else None


def returned_to(address: str) -> str | None:
    """Whose letter came back to an address of ours; None when the address is not one we made."""
    found = re.search(r"\+([0-9a-z]{16})-([0-9a-f]{20})@", address.lower())
    if found is None:
        return None
    pid, proof = found.groups()
    good = any(same(proof, _proof(one)) for one in keyed_hashes(RETURN, pid))
    return pid if good else None


def _proof(mac: str) -> str:
    return hashlib.sha256(mac.encode()).hexdigest()[:20]
