"""Who can be recognised in a medium and agreed to it. Without a holding agreement nothing of it is shown any more."""

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import ColumnElement, exists
from sqlmodel import Session, col, or_, select

from app.core import clock
from app.media import rules
from app.media.models import Media, Portrait
from app.media.rules import Agreed, Shows
from app.people import audit
from app.people.rules import Actor, Permission

WARN_DAYS = 14
"""How long before its last day an agreement is called ending: time enough to ask again."""


def today() -> date:
    return clock.today("UTC")


def showable() -> ColumnElement[bool]:
    """The condition that a medium may be shown: nobody to ask, or an agreement that holds."""
    return ~exists().where(
        col(Portrait.media_id) == Media.id,
        col(Portrait.shows) != Shows.NOBODY,
        or_(col(Portrait.withdrawn_at).is_not(None), col(Portrait.expires_on) < today()),
    )


def declared() -> ColumnElement[bool]:
    """Whether somebody said who is in a medium."""
    return exists().where(col(Portrait.media_id) == Media.id)


def of_media(session: Session, ids: Iterable[int]) -> Mapping[int, Portrait]:
    """What was declared of some media, by their row ids."""
    rows = session.exec(select(Portrait).where(col(Portrait.media_id).in_(list(ids))))
    return {row.media_id: row for row in rows}


def may_show(session: Session, media: Media) -> bool:
    """Whether a medium may be shown to anyone now."""
    return session.exec(select(Media.id).where(Media.id == media.id, showable())).first() is not None


def standing(portrait: Portrait) -> Agreed:
    """Where an agreement stands today."""
    return rules.agreement(
        portrait.shows,
        expires_on=portrait.expires_on,
        withdrawn=portrait.withdrawn_at is not None,
        today=today(),
    )


def is_refused_on(portrait: Portrait | None, on: date) -> bool:
    """Whether who is in a medium does not, or on that day no longer will, agree to its being shown."""
    if portrait is None:
        return False
    found = rules.agreement(
        portrait.shows,
        expires_on=portrait.expires_on,
        withdrawn=portrait.withdrawn_at is not None,
        today=on,
    )
    return found in (Agreed.WITHDRAWN, Agreed.ENDED)


def ends_soon(portrait: Portrait) -> bool:
    """Whether an agreement holds, and not for long."""
    if standing(portrait) is not Agreed.HOLDS or portrait.expires_on is None:
        return False
    return (portrait.expires_on - today()).days <= WARN_DAYS


def declare(
    session: Session,
    actor: Actor,
    media: Media,
    *,
    shows: Shows,
    who: str = "",
    guardian: str = "",
    agreed_on: date | None = None,
    expires_on: date | None = None,
    kept_at: str = "",
) -> Portrait:
    """Say who is in a medium of the actor's organisation; a new agreement ends an earlier withdrawal."""
    actor.require(Permission.EDIT)
    found = of_media(session, [media.id]).get(media.id) or Portrait(media_id=media.id, shows=shows)
    nobody = shows is Shows.NOBODY
    found.shows = shows
    found.who, found.kept_at = ("", "") if nobody else (who, kept_at)
    found.guardian = guardian if shows is Shows.CHILD else ""
    found.agreed_on, found.expires_on = (None, None) if nobody else (agreed_on, expires_on)
    found.withdrawn_at = None
    found.declared_by, found.declared_at = actor.person_id, clock.now()
    session.add(found)
    audit.record(session, actor, "frame.portrait_declared", subject_pid=media.pid)
    return found


def withdraw(session: Session, actor: Actor, media: Media) -> None:
    """They no longer agree: from this transaction on nothing shows the medium."""
    actor.require(Permission.EDIT)
    found = of_media(session, [media.id]).get(media.id)
    if found is None or found.withdrawn_at is not None:
        return
    found.withdrawn_at = clock.now()
    session.add(found)
    audit.record(session, actor, "frame.portrait_withdrawn", subject_pid=media.pid)
