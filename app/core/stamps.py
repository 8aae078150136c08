"""The hidden mark of a public form: when this instance showed it, signed. Refuses marks that others made."""

from datetime import UTC, datetime, timedelta

from app.core import clock
from app.core.crypto import keyed_hash, same

LIFE = timedelta(hours=24)
"""A phone may keep a page open over night; after that the form is shown again with what was typed."""


def form_stamp(kept: str = "") -> str:
    """What a form carries: the instant in seconds and its signature. `kept`, while good, is shown again."""
    if kept and age(kept) is not None:
        return kept
    shown = str(int(clock.now().timestamp()))
    return f"{shown}.{keyed_hash('form-stamp', shown)[:22]}"


def age(stamp: str) -> timedelta | None:
    """How long ago the form was shown; None for a mark that is not ours, or older than a day."""
    shown, _, signature = stamp.partition(".")
    if not shown.isdigit() or len(shown) > 12 or not same(signature, keyed_hash("form-stamp", shown)[:22]):
        return None
    passed = clock.now() - datetime.fromtimestamp(int(shown), UTC)
    return passed if timedelta(0) <= passed <= LIFE else None
