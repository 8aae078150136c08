"""What an organisation says of its own books: its chart of accounts and when its year of account begins."""

from collections.abc import Mapping

from sqlmodel import Session

from app.books import queries
from app.books.chart import Account, Use
from app.books.models import AccountPlan
from app.people import audit
from app.people.rules import Actor, Permission


def keep(
    session: Session,
    actor: Actor,
    *,
    company_number: str,
    first_month: int,
    accounts: Mapping[Use, Account],
) -> AccountPlan:
    """Write the chart down in place of the former one."""
    actor.require(Permission.MONEY)
    row = queries.plan_of(session, actor.organisation_id) or AccountPlan(
        organisation_id=actor.organisation_id
    )
    row.company_number, row.first_month = company_number, first_month
    row.accounts = {
        use.value: {"number": one.number, "label": one.label} for use, one in accounts.items() if one.number
    }
    session.add(row)
    session.flush()
    audit.record(session, actor, "books.accounts")
    return row
