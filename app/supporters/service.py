"""Use cases of supporters: beginning one, private links and cookies, consents. Keeps an address only if given."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, delete, func, select, update

from app.core import clock
from app.core.db import UtcDateTime
from app.core.ids import new_token, token_hash
from app.core.templating import absolute
from app.mail import service as mail
from app.people.models import Organisation
from app.supporters.models import Consent, Subject, Supporter, SupporterLink, SupporterVisit
from app.supporters.queries import Visit
from app.supporters.rules import LINK_LIFE, VISIT_LIFE


def begin(session: Session, *, organisation_id: int, language: str, email: str = "") -> Supporter:
    """A new supporter: one browser that sends something for the first time."""
    supporter = Supporter(organisation_id=organisation_id, language=language, email=email.strip().lower())
    session.add(supporter)
    session.flush()
    return supporter


def open_visit(session: Session, supporter: Supporter, *, mailed: bool = False) -> str:
    """A cookie's token by which a browser is known as this supporter."""
    token = new_token()
    supporter.seen_at = clock.now()
    if mailed:
        supporter.confirmed_at = supporter.confirmed_at or clock.now()
    session.add(supporter)
    session.add(
        SupporterVisit(
            token_hash=token_hash(token),
            supporter_id=supporter.id,
            mailed=mailed,
            expires_at=clock.now() + VISIT_LIFE,
        )
    )
    return token


def of_mailbox(session: Session, *, organisation_id: int, email: str, language: str) -> Supporter:
    """The supporter an organisation knows by an address, a new one if there is none.

    Proves nothing about anybody: only a link mailed to the address does.
    """
    address = email.strip().lower()
    known = session.exec(
        select(Supporter)
        .where(Supporter.organisation_id == organisation_id, Supporter.email == address)
        .order_by(col(Supporter.id).desc())
    ).first()
    return known or begin(session, organisation_id=organisation_id, language=language, email=address)


def new_link(session: Session, supporter: Supporter, *, mailed: bool = False, page: str = "mine") -> str:
    """A private link to `/mine` or `/gift`, as an absolute address; earlier ones stay good."""
    token = new_token()
    session.add(
        SupporterLink(
            supporter_id=supporter.id,
            token_hash=token_hash(token),
            mailed=mailed,
            expires_at=clock.now() + LINK_LIFE,
        )
    )
    return absolute(f"/{page}/{token}")


def mail_link(session: Session, supporter: Supporter, *, page: str = "mine", kind: str = "mine-link") -> None:
    """Mail the supporter a private link to everything of theirs. Without an address nothing happens."""
    if not supporter.email:
        return
    organisation = session.get_one(Organisation, supporter.organisation_id)
    mail.queue(
        session,
        kind=kind,
        to=supporter.email,
        language=supporter.language,
        context={"organisation": organisation, "url": new_link(session, supporter, mailed=True, page=page)},
    )


def mail_known(session: Session, *, organisation_id: int, email: str) -> None:
    """Mail a link to an address some supporter gave; nothing happens for any other, and nobody is told."""
    supporter = session.exec(
        select(Supporter)
        .where(Supporter.organisation_id == organisation_id, Supporter.email == email)
        .order_by(col(Supporter.id).desc())
    ).first()
    if supporter is not None:
        mail_link(session, supporter)


def give_address(session: Session, visit: Visit, email: str) -> None:
    """Keep another address. Links and cookies from before prove nothing about it."""
    supporter = visit.supporter
    if supporter.email == email:
        return
    supporter.email, supporter.confirmed_at = email, None
    session.add(supporter)
    for table in (SupporterLink, SupporterVisit):
        session.execute(update(table).where(col(table.supporter_id) == supporter.id).values(mailed=False))


def close_visit(session: Session, token: str) -> None:
    """Forget a browser."""
    session.execute(delete(SupporterVisit).where(col(SupporterVisit.token_hash) == token_hash(token)))


def agree(
    session: Session,
    supporter: Supporter,
    *,
    subject: Subject,
    subject_pid: str,
    uses: Mapping[str, str],
    guardian: str = "",
) -> None:
    """Log the uses someone agreed to, each with the sentence that stood beside it."""
    for use, wording in uses.items():
        session.add(
            Consent(
                organisation_id=supporter.organisation_id,
                supporter_id=supporter.id,
                subject=subject,
                subject_pid=subject_pid,
                use=use,
                wording=wording,
                language=supporter.language,
                guardian=guardian,
            )
        )


def take_back(
    session: Session, *, subject: Subject, subject_pid: str, uses: Collection[str] | None = None
) -> datetime:
    """Close the open consents about a thing, all of them or those of some uses; returns the instant."""
    now = clock.now()
    statement = (
        update(Consent)
        .where(
            col(Consent.subject) == subject,
            col(Consent.subject_pid) == subject_pid,
            col(Consent.withdrawn_at).is_(None),
        )
        .values(withdrawn_at=now)
    )
    if uses is not None:
        statement = statement.where(col(Consent.use).in_(uses))
    session.execute(statement)
    return now


def forget(session: Session, supporter_ids: Collection[int]) -> int:
    """Delete supporters with their links and cookies; their consents stay, closed and without a name.

    Returns how many consents stay.
    """
    theirs = col(Consent.supporter_id).in_(supporter_ids)
    closed = session.execute(
        update(Consent)
        .where(theirs)
        .values(
            supporter_id=None,
            guardian="",
            withdrawn_at=func.coalesce(
                col(Consent.withdrawn_at), bindparam("now", clock.now(), UtcDateTime())
            ),
        )
        .returning(col(Consent.id))
    ).all()
    session.execute(delete(SupporterLink).where(col(SupporterLink.supporter_id).in_(supporter_ids)))
    session.execute(delete(SupporterVisit).where(col(SupporterVisit.supporter_id).in_(supporter_ids)))
    session.execute(delete(Supporter).where(col(Supporter.id).in_(supporter_ids)))
    return len(closed)
