"""The proof of work of public forms (ALTCHA): a small sum that costs a browser half a second and a flood hours.

Keeps which proofs were given, until they lapse; refuses one that is forged, too old or given before. A proof is
never needed: without one a text is only looked at harder.
"""

import base64
import binascii
import json
import secrets
from datetime import timedelta
from typing import Any

import altcha
from sqlmodel import Session, col, delete

from app.core import clock
from app.core.crypto import keyed_hash
from app.core.db import insert_into
from app.intake.models import SpentProof

LIFE = timedelta(hours=2)
"""Someone may take their time with a text; the script asks again when the sum is too old."""

ALGORITHM = "PBKDF2/SHA-256"
ROUNDS = 4_000  # of PBKDF2 in each try: about a millisecond on a phone
FEWEST, MOST = 80, 320  # tries until the sum is found: bounded, so that nobody waits much longer than another


def challenge(*, tries: int | None = None) -> dict[str, Any]:
    """A new sum, signed, as the browser's worker reads it. Costs one round of PBKDF2 and keeps nothing.

    The end of its life is signed inside `data`: the house's clock judges it, not the library's.
    """
    made = altcha.create_challenge(
        ALGORITHM,
        ROUNDS,
        counter=tries or FEWEST + secrets.randbelow(MOST - FEWEST),
        data={"until": int((clock.now() + LIFE).timestamp())},
        hmac_secret=_key("challenge"),
        hmac_key_secret=_key("solution"),
    )
    return made.to_dict()


def spend(session: Session, proof: str) -> bool:
    """Whether a proof is ours, solved, in time and given for the first time; it counts once."""
    until = _judged(proof)
    if until is None or until < clock.now().timestamp():
        return False
    kept = session.execute(
        insert_into(session, SpentProof)
        .values(proof=_name(proof), expires_at=clock.now() + LIFE)
        .on_conflict_do_nothing()
        .returning(col(SpentProof.proof))
    ).first()
    return kept is not None


def holds(session: Session, proof: str) -> bool:
    """Whether a proof would count, were it spent now. Costs one round of PBKDF2."""
    until = _judged(proof)
    if until is None or until < clock.now().timestamp():
        return False
    return session.get(SpentProof, _name(proof)) is None


def forget_spent(session: Session) -> int:
    """Forget proofs that would be too old by now; returns how many."""
    gone = session.execute(
        delete(SpentProof).where(col(SpentProof.expires_at) < clock.now()).returning(col(SpentProof.proof))
    )
    return len(gone.all())


def _judged(proof: str) -> float | None:
    """Until when a solved proof of ours holds, in seconds; None for anything else."""
    if not proof or len(proof) > 2_000:
        return None
    given = altcha.verify_solution(proof, _key("challenge"), hmac_key_secret=_key("solution"))
    if not given.verified:
        return None
    until = _challenge_of(proof).get("data", {}).get("until")
    return float(until) if isinstance(until, int) else None


def _name(proof: str) -> str:
    """What tells one sum from another: its nonce and salt, which the signature covers."""
    asked = _challenge_of(proof)
    return keyed_hash("proof-spent", str(asked.get("nonce")), str(asked.get("salt")))


def _challenge_of(proof: str) -> dict[str, Any]:
    try:
        parameters = json.loads(base64.b64decode(proof))["challenge"]["parameters"]
    except (binascii.Error, ValueError, KeyError, TypeError):
        return {}
    return parameters if isinstance(parameters, dict) else {}


def _key(purpose: str) -> str:
    return keyed_hash("proof-of-work", purpose)
