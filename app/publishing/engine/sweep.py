"""What dead processes left: claims are freed, broken-off tries looked up, and nothing stays "being sent" for ever."""

from sqlalchemy import not_, update

from app.core import clock
from app.core.db import transaction
from app.publishing.engine import claim
from app.publishing.engine.claim import connected, post
from app.publishing.rules import PostState

UNREACHED = "its account was disconnected before anyone could ask whether it is public"


def sweep() -> int:
    """Free what is held by nobody; returns how many posts it touched. Quick when there is nothing."""
    return claim.release_expired() + _ask_a_person()


def _ask_a_person() -> int:
    """Tries that broke off on an account that can no longer be asked."""
    now = clock.now()
    with transaction() as session:
        found = session.connection().execute(
            update(post)
            .where(post.c.state == PostState.SENDING, post.c.claimed_until <= now, not_(connected()))
            .values(
                state=PostState.UNCONFIRMED,
                hold_note=UNREACHED,
                claimed_by="",
                claimed_until=None,
                version=post.c.version + 1,
            )
        )
        return found.rowcount
