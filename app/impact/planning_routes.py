"""`…/impact/plan`: budget, promised accounts, what becomes of the remainder. Once fixed, each change is public."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns.access import OwnCampaign
from app.campaigns.models import Campaign
from app.core.deps import Db
from app.core.errors import Conflict, NotFound
from app.core.fields import FormState
from app.core.forms import FormData, Submitted
from app.core.money import decimal_string
from app.core.pages import page
from app.impact import money_forms, plan_queries, planning
from app.impact.desk import back, studio_page
from app.impact.money_rules import CATEGORY_WORDS
from app.impact.plan_models import BudgetLine, Commitment
from app.impact.planning import ReasonMissing
from app.people.access import Member, may
from app.people.rules import Actor, Permission

router = APIRouter()
PLAN = "/studio/campaigns/{pid}/impact/plan"
EDIT, MONEY = [may(Permission.EDIT)], [may(Permission.MONEY)]
AT = "#plan"


def _line(lid: str, campaign: OwnCampaign, session: Db) -> BudgetLine:
    found = plan_queries.line(session, campaign, lid)
    if found is None:
        raise NotFound
    return found


def _commitment(cid: str, campaign: OwnCampaign, session: Db) -> Commitment:
    found = plan_queries.commitment(session, campaign, cid)
    if found is None:
        raise NotFound
    return found


OwnLine = Annotated[BudgetLine, Depends(_line)]
OwnCommitment = Annotated[Commitment, Depends(_commitment)]


@router.post(PLAN + "/lines", name="impact:add-line", dependencies=EDIT)
def add_line(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    """Add a line to the budget."""
    wrong = _save_line(session, actor, campaign, None, form)
    if wrong:
        return studio_page(request, session, actor, campaign, line_form=wrong, status=422)
    return back(request, campaign, "created", AT)


def _save_line(
    session: Session, actor: Actor, campaign: Campaign, line: BudgetLine | None, form: Submitted
) -> FormState | None:
    """Keep what was sent; the form with what is wrong in it when that cannot be."""
    parsed = form.parse(money_forms.LineForm)
    state, amount = money_forms.with_amount(parsed, campaign.currency)
    if parsed.data is None or amount is None:
        return state
    told = parsed.data.model_dump(exclude={"amount"})
    try:
        planning.save_line(session, actor, campaign, line, amount_minor=amount, **told)
    except ReasonMissing as missing:
        session.rollback()
        return state.with_error("reason", missing.message)
    return None


def _line_page(
    request: Request, campaign: Campaign, line: BudgetLine, form: FormState, status: int = 200
) -> Response:
    context = {
        "campaign": campaign,
        "room": "impact",
        "line": line,
        "form": form,
        "categories": CATEGORY_WORDS,
        "fixed": planning.is_fixed(campaign),
    }
    return page(request, "impact/plan_line.html", context, status=status)


@router.get(PLAN + "/lines/{lid}", name="impact:line", dependencies=EDIT)
def line_page(request: Request, campaign: OwnCampaign, line: OwnLine) -> Response:
    """A line of the budget, to change or to take out."""
    amount = decimal_string(line.amount_minor, campaign.currency)
    values = {"category": line.category.value, "label": line.label, "amount": amount}
    return _line_page(request, campaign, line, FormState(values))


@router.post(PLAN + "/lines/{lid}", name="impact:change-line", dependencies=EDIT)
def change_line(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, line: OwnLine, form: FormData
) -> Response:
    wrong = _save_line(session, actor, campaign, line, form)
    if wrong:
        return _line_page(request, campaign, line, wrong, 422)
    return back(request, campaign, "saved", AT)


@router.post(PLAN + "/lines/{lid}/remove", name="impact:remove-line", dependencies=EDIT)
def remove_line(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, line: OwnLine, form: FormData
) -> Response:
    parsed = form.parse(money_forms.RemovalForm)
    try:
        planning.remove_line(session, actor, campaign, line, reason=parsed.data.reason if parsed.data else "")
    except ReasonMissing as missing:
        session.rollback()
        return _line_page(request, campaign, line, FormState(errors={"gone-reason": missing.message}), 422)
    return back(request, campaign, "removed", AT)


@router.post(PLAN + "/accounts", name="impact:add-commitment", dependencies=EDIT)
def add_commitment(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    """Promise an account by a day."""
    wrong = _save_commitment(session, actor, campaign, None, form)
    if wrong:
        return studio_page(request, session, actor, campaign, commitment_form=wrong, status=422)
    return back(request, campaign, "created", AT)


def _save_commitment(
    session: Session, actor: Actor, campaign: Campaign, commitment: Commitment | None, form: Submitted
) -> FormState | None:
    """Keep what was sent; the form with what is wrong in it when that cannot be."""
    parsed = form.parse(money_forms.CommitmentForm)
    if parsed.data is None:
        return parsed
    try:
        planning.save_commitment(session, actor, campaign, commitment, **parsed.data.model_dump())
    except ReasonMissing as missing:
        session.rollback()
        return parsed.with_error("reason", missing.message)
    return None


def _commitment_page(
    request: Request, campaign: Campaign, commitment: Commitment, form: FormState, status: int = 200
) -> Response:
    context = {
        "campaign": campaign,
        "room": "impact",
        "commitment": commitment,
        "form": form,
        "fixed": planning.is_fixed(campaign),
    }
    return page(request, "impact/plan_account.html", context, status=status)


@router.get(PLAN + "/accounts/{cid}", name="impact:commitment", dependencies=EDIT)
def commitment_page(request: Request, campaign: OwnCampaign, commitment: OwnCommitment) -> Response:
    """A promised account, to move or to take back."""
    values = {"title": commitment.title, "due_on": commitment.due_on.isoformat()}
    return _commitment_page(request, campaign, commitment, FormState(values))


@router.post(PLAN + "/accounts/{cid}", name="impact:change-commitment", dependencies=EDIT)
def change_commitment(
    request: Request,
    session: Db,
    actor: Member,
    campaign: OwnCampaign,
    commitment: OwnCommitment,
    form: FormData,
) -> Response:
    wrong = _save_commitment(session, actor, campaign, commitment, form)
    if wrong:
        return _commitment_page(request, campaign, commitment, wrong, 422)
    return back(request, campaign, "saved", AT)


@router.post(PLAN + "/accounts/{cid}/remove", name="impact:remove-commitment", dependencies=EDIT)
def remove_commitment(
    request: Request,
    session: Db,
    actor: Member,
    campaign: OwnCampaign,
    commitment: OwnCommitment,
    form: FormData,
) -> Response:
    parsed = form.parse(money_forms.RemovalForm)
    reason = parsed.data.reason if parsed.data else ""
    try:
        planning.remove_commitment(session, actor, campaign, commitment, reason=reason)
    except ReasonMissing as missing:
        session.rollback()
        wrong = FormState(errors={"gone-reason": missing.message})
        return _commitment_page(request, campaign, commitment, wrong, 422)
    return back(request, campaign, "removed", AT)


@router.post(PLAN + "/unspent", name="impact:say-unspent", dependencies=MONEY)
def say_unspent(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    """Say in public what becomes of the money that remains."""
    parsed = form.parse(money_forms.UnspentForm)
    if parsed.data is None:
        return studio_page(request, session, actor, campaign, unspent_form=parsed, status=422)
    try:
        planning.say_unspent(session, actor, campaign, **parsed.data.model_dump())
    except Conflict as refusal:
        session.rollback()
        wrong = parsed.with_error("words", refusal.message)
        return studio_page(request, session, actor, campaign, unspent_form=wrong, status=refusal.status)
    return back(request, campaign, "saved", "#unspent")
