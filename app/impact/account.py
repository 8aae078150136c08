"""The account of a campaign's money as its public page and the studio show it: every figure from the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.donations.queries import Totals
from app.impact import money_rules, plan_queries, queries, rules, spend_queries
from app.impact.money_rules import Measured
from app.impact.plan_queries import Plan
from app.impact.queries import SpendView


@dataclass(frozen=True)
class Account:
    """What came in and where it is, budget against actual, each expense. All in minor units."""

    sum: rules.Sum
    plan: Plan
    measured: Sequence[Measured]
    handed_on: int  # to another campaign or organisation: used, and of no category
    expenses: Sequence[SpendView]  # the latest first, cancelled ones too

    @property
    def standing(self) -> list[SpendView]:
        """The expenses that were not cancelled: together what was used, without what was handed on."""
        return [one for one in self.expenses if not one.undone]

    @property
    def used(self) -> int:
        """The whole column “used” of budget against actual."""
        return sum(one.used for one in self.measured) + self.handed_on


def account_of(session: Session, campaign: Campaign, totals: Totals, *, studio: bool = False) -> Account:
    """The account from what the caller has summed from the ledger in this transaction."""
    plan = plan_queries.plan_of(session, campaign)
    return Account(
        sum=sum_of(totals),
        plan=plan,
        measured=money_rules.measured(
            plan.planned, spend_queries.by_category(session, campaign.id), totals.fees_minor
        ),
        handed_on=totals.transferred_minor,
        expenses=queries.spending(session, campaign, studio=studio),
    )


def sum_of(totals: Totals) -> rules.Sum:
    """What came in, from gifts, sponsors and elsewhere, and where it is."""
    return rules.Sum(
        raised=totals.raised_minor + totals.cover_minor + totals.matched_minor + totals.declared_minor,
        fees=totals.fees_minor,
        refunds=totals.refunds_minor + totals.disputed_minor,
        spent=totals.spent_minor + totals.transferred_minor,
    )
