"""The mail that says cards are being tried: once in six hours, to those who look after the money."""

from datetime import datetime

from sqlmodel import Session

from app.core.templating import absolute
from app.defence import queries
from app.mail import service as mail
from app.people.models import Organisation


def attacked(session: Session, organisation_id: int, now: datetime) -> None:
    """Tell the team that the page defends itself."""
    organisation = session.get_one(Organisation, organisation_id)
    part = int(now.timestamp()) // (6 * 3600)
    context = {"organisation": organisation, "when": now, "link": absolute("/studio/defence")}
    for person in queries.treasurers(session, organisation_id):
        mail.queue_once(
            session,
            key=f"cards-tried:{organisation.pid}:{part}:{person.pid}",
            kind="cards-tried",
            to=person.email,
            language=person.language,
            context=context,
        )
