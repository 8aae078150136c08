"""The round for each account: what was missed is fetched, movements are copied, both sides compared, owners warned."""

from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlmodel import Session, col, select, update

from app.books import queries
from app.books.models import Finding
from app.books.rules import CAUSE_WORDS, Difference, FindingState
from app.books.service import comparing, gathering
from app.core import clock
from app.core.db import reading, transaction
from app.core.templating import absolute
from app.donations.service import doors, reconciling
from app.mail import service as mail
from app.payments.base import PaymentError, PaymentGateway
from app.people import queries as people

log = structlog.get_logger("books")

EVERY = timedelta(hours=20)  # a day, with room for a job that came late yesterday


@dataclass(frozen=True)
class Round:
    """What one round found out about an account; ``failure`` says why it could not be made."""

    account: str
    caught_up: int = 0
    movements: int = 0
    mended: int = 0
    open: tuple[Difference, ...] = ()
    failure: str = ""


def close(gateway: PaymentGateway) -> Round:
    """One round for one account. Raises PaymentError when Stripe does not answer: the next round goes on."""
    caught_up = reconciling.reconcile(gateway)
    movements = gathering.gather(gateway)
    outcome = comparing.compare(gateway)
    with reading() as session:
        explained = _explained(session, gateway.account)
    left = tuple(one for one in outcome.open if one.key not in explained)
    return Round(gateway.account, caught_up, movements, outcome.mended, left)


def close_of(organisation_id: int) -> list[Round]:
    """A round for the accounts that an organisation's gifts came through; a closed one says so."""
    with reading() as session:
        accounts = queries.accounts_of(session, organisation_id)
    rounds = []
    for account in accounts:
        try:
            rounds.append(_guarded(doors.gateway_for(account)))
        except doors.NoDoor as error:
            rounds.append(Round(account, failure=str(error.message)))
    return rounds


def close_all() -> list[Round]:
    """A round for every account; one that Stripe does not answer does not keep the others waiting."""
    rounds = [_guarded(gateway) for gateway in doors.every_gateway()]
    with transaction() as session:
        warn(session)
    return rounds


def is_due(account: str) -> bool:
    """Whether an account has gifts and its last comparison is a day old."""
    with reading() as session:
        run = queries.run_of(session, account)
        if run is None:
            return queries.first_gift(session, account) is not None
    return run.compared_at is None or clock.now() - run.compared_at >= EVERY


def close_due() -> int:
    """A round for the accounts whose last one is a day old; returns how many were compared."""
    due = [gateway for gateway in doors.every_gateway() if is_due(gateway.account)]
    done = sum(not _guarded(gateway).failure for gateway in due)
    if due:
        with transaction() as session:
            warn(session)
    return done


def warn(session: Session) -> int:
    """Write to the owners about what is open and was not told yet; returns to how many organisations."""
    rows = session.exec(
        select(Finding).where(
            Finding.state == FindingState.OPEN,
            col(Finding.told_at).is_(None),
            col(Finding.organisation_id).is_not(None),
        )
    ).all()
    by_organisation: dict[int, list[Finding]] = {}
    for row in rows:
        by_organisation.setdefault(row.organisation_id or 0, []).append(row)
    for organisation_id, found in by_organisation.items():
        _write(session, organisation_id, found)
    told = [row.id for row in rows]
    session.exec(update(Finding).where(col(Finding.id).in_(told)).values(told_at=clock.now()))
    return len(by_organisation)


def _write(session: Session, organisation_id: int, found: list[Finding]) -> None:
    for owner in people.owners(session, organisation_id):
        context = {
            "findings": found[:20],
            "causes": CAUSE_WORDS,
            "count": len(found),
            "url": absolute("/studio/money/differences"),
        }
        mail.queue(session, kind="books-differ", to=owner.email, language=owner.language, context=context)


def _guarded(gateway: PaymentGateway) -> Round:
    try:
        return close(gateway)
    except PaymentError as error:
        log.warning("the books could not be compared", account=gateway.account, reason=str(error))
        return Round(gateway.account, failure=str(error))


def _explained(session: Session, account: str) -> set[str]:
    rows = session.exec(
        select(Finding.key).where(Finding.account == account, Finding.state == FindingState.EXPLAINED)
    )
    return set(rows)
