"""The studio's page of impact: promise, plan, spending, updates, each form with what was typed into it."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns.models import Campaign
from app.core.ids import new_pid
from app.core.money import minor_digits
from app.core.pages import page, redirect
from app.donations import queries as donations
from app.donations.aftermath.queries import treasurers
from app.impact import accounts, queries, spend_queries
from app.impact.account import account_of
from app.impact.money_rules import CATEGORY_WORDS, limit_in
from app.impact.planning import is_fixed
from app.people.rules import Actor


def studio_page(
    request: Request,
    session: Session,
    actor: Actor,
    campaign: Campaign,
    *,
    status: int = 200,
    **forms: Any,
) -> Response:
    """The page with the forms that were refused: `promise_form`, `line_form`, `commitment_form`, `spend_form`,
    `unspent_form`, and by public id `cancel_form`, `refusal_form`, `page_form`.
    """
    totals = donations.totals(session, campaign.id)
    account = account_of(session, campaign, totals, studio=True)
    context: Mapping[str, Any] = {
        "campaign": campaign,
        "room": "impact",
        "totals": totals,
        "account": account,
        "sum": account.sum,
        "promises": queries.standings(session, campaign),
        "spending": account.expenses,
        "not_counted": spend_queries.not_counted(session, campaign),
        "treasurers": treasurers(session, campaign.organisation_id),
        "limit": _limit(session, campaign),
        "me": actor.person_id,
        "updates": accounts.updates(session, campaign, published_only=False),
        "categories": CATEGORY_WORDS,
        "fixed": is_fixed(campaign),
        "form_key": new_pid(),
        **dict.fromkeys(FORMS),
        **forms,
    }
    return page(request, "impact/studio.html", context, status=status)


def _limit(session: Session, campaign: Campaign) -> int | None:
    """The amount above which two must agree, in the campaign's currency."""
    limit = spend_queries.limit(session, campaign.organisation_id)
    return None if limit is None else limit_in(limit, minor_digits(campaign.currency))


FORMS = (
    "promise_form",
    "line_form",
    "commitment_form",
    "spend_form",
    "unspent_form",
    "cancel_form",
    "refusal_form",
    "page_form",
)


def back(request: Request, campaign: Campaign, ok: str, anchor: str = "") -> Response:
    """To the page of impact, at one of its parts."""
    return redirect(request, f"/studio/campaigns/{campaign.pid}/impact{anchor}", ok=ok)
