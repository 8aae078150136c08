"""Where time acts on people: browsers, links and invitations that are over are forgotten."""

from datetime import timedelta

from sqlmodel import col, delete, or_

from app.core import clock
from app.core.db import transaction
from app.people.models import Invitation, OneTimeLink, SignInSession
from app.people.sessions import IDLE

# Long enough to answer "the link does not work" with what happened to it.
KEEP_LINKS = timedelta(days=1)
KEEP_INVITATIONS = timedelta(days=30)


def forget_what_is_over() -> int:
    """Delete ended sessions, links a day and invitations a month after their end; returns how many rows."""
    moment = clock.now()
    with transaction() as session:
        gone = [
            session.exec(statement).rowcount
            for statement in (
                delete(SignInSession).where(
                    or_(
                        col(SignInSession.expires_at) <= moment,
                        col(SignInSession.seen_at) <= moment - IDLE,
                    )
                ),
                delete(OneTimeLink).where(col(OneTimeLink.expires_at) <= moment - KEEP_LINKS),
                delete(Invitation).where(
                    or_(
                        col(Invitation.expires_at) <= moment - KEEP_INVITATIONS,
                        col(Invitation.accepted_at) <= moment - KEEP_INVITATIONS,
                        col(Invitation.revoked_at) <= moment - KEEP_INVITATIONS,
                    )
                ),
            )
        ]
        return sum(gone)
