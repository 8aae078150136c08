"""What dead processes left and no group can look up: nothing stays "being sent" for ever."""

from sqlalchemy import not_, update

from app.core import clock
from app.core.db import transaction
from app.publishing.engine.claim import connected, post
from app.publishing.rules import PostState

UNREACHED = "its account was disconnected before anyone could ask whether it is public"


def sweep() -> int:
    """Put to a person what nobody can ask for; returns how many posts it touched. Quick when there is nothing.

    These are tries that broke off on an account that can no longer be asked.
    """
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
