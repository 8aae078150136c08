"""Spending in the studio: enter, agree as a second member, refuse, cancel, and the limit above which two must agree."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns.access import OwnCampaign
from app.core.deps import Db
from app.core.errors import Conflict, NotFound
from app.core.fields import FormState
from app.core.forms import FormData, Submitted
from app.core.money import NotAnAmount, decimal_string, parse_amount
from app.core.pages import page, redirect
from app.donations.aftermath.queries import treasurers
from app.impact import evidencing, forms, money_forms, queries, spend_queries, spending
from app.impact.desk import back, studio_page
from app.impact.queries import SpendView
from app.impact.spend_models import Spend
from app.impact.spending import Used
from app.media.service import Refused
from app.people import queries as people
from app.people.access import Member, may
from app.people.rules import Actor, Permission

router = APIRouter()
STUDIO = "/studio/campaigns/{pid}/impact"
LIMIT = "/studio/settings/spending"
MONEY, ADMIN = [may(Permission.MONEY)], [may(Permission.ADMIN)]
AT = "#spending"


def _entered(eid: str, campaign: OwnCampaign, session: Db) -> SpendView:
    for view in queries.spending(session, campaign, studio=True):
        if view.entry.pid == eid:
            return view
    raise NotFound


def _spend(sid: str, campaign: OwnCampaign, session: Db) -> Spend:
    found = spend_queries.spend(session, campaign, sid)
    if found is None:
        raise NotFound
    return found


OwnEntry = Annotated[SpendView, Depends(_entered)]
OwnSpend = Annotated[Spend, Depends(_spend)]


@router.post(STUDIO + "/spends", name="impact:spend", dependencies=MONEY)
def enter(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    """Enter money used, with a photo or a PDF of the invoice or receipt when there is one."""
    parsed = form.parse(money_forms.SpendForm)
    state, amount = money_forms.with_amount(parsed, campaign.currency)
    if parsed.data is None or amount is None:
        return studio_page(request, session, actor, campaign, spend_form=state, status=422)
    key = parsed.data.form_key
    used = Used(amount_minor=amount, **parsed.data.model_dump(exclude={"amount", "form_key"}))
    if spending.is_entered(session, campaign, used, key):
        return back(request, campaign, "saved", AT)  # pressed twice
    try:
        spend = spending.enter(session, actor, campaign, used, key=key)
        _attach(session, actor, spend, form)
    except (Conflict, Refused) as refusal:
        session.rollback()
        name = "on_date" if isinstance(refusal, Conflict) else "evidence"
        wrong = parsed.with_error(name, refusal.message)
        return studio_page(request, session, actor, campaign, spend_form=wrong, status=refusal.status)
    return back(request, campaign, "saved", AT)


def _attach(session: Session, actor: Actor, spend: Spend, form: Submitted) -> None:
    file = form.files.get("evidence")
    if file is not None:
        evidencing.attach(session, actor, spend, file.file.read(), file.filename or "")


@router.post(STUDIO + "/spends/{eid}/cancel", name="impact:cancel-spend", dependencies=MONEY)
def cancel(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, view: OwnEntry, form: FormData
) -> Response:
    """Cancel a spending by an opposite line."""
    parsed = form.parse(forms.CorrectForm)
    if parsed.data is None:
        wrong = (view.entry.pid, parsed)
        return studio_page(request, session, actor, campaign, cancel_form=wrong, status=422)
    spending.undo(session, actor, campaign, view.entry, reason=parsed.data.reason)
    return back(request, campaign, "saved", AT)


@router.post(STUDIO + "/spending/{sid}/agree", name="impact:agree-spend", dependencies=MONEY)
def agree(request: Request, session: Db, actor: Member, campaign: OwnCampaign, spend: OwnSpend) -> Response:
    """A second member agrees."""
    spending.agree(session, actor, campaign, spend)
    return back(request, campaign, "saved", AT)


@router.post(STUDIO + "/spending/{sid}/refuse", name="impact:refuse-spend", dependencies=MONEY)
def refuse(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, spend: OwnSpend, form: FormData
) -> Response:
    """A second member refuses, with a reason."""
    parsed = form.parse(money_forms.RefusalForm)
    if parsed.data is None:
        wrong = (spend.pid, parsed)
        return studio_page(request, session, actor, campaign, refusal_form=wrong, status=422)
    spending.refuse(session, actor, campaign, spend, reason=parsed.data.reason)
    return back(request, campaign, "saved", AT)


@router.post(STUDIO + "/spending/{sid}/withdraw", name="impact:withdraw-spend", dependencies=MONEY)
def withdraw(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, spend: OwnSpend
) -> Response:
    """Whoever entered it takes it back."""
    spending.withdraw(session, actor, spend)
    return back(request, campaign, "removed", AT)


@router.post(STUDIO + "/spending/{sid}/pages", name="impact:add-evidence", dependencies=MONEY)
def add_pages(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, spend: OwnSpend, form: FormData
) -> Response:
    """Add a photo or a PDF to a spending."""
    file = form.files.get("evidence")
    if file is None:
        return back(request, campaign, "saved", AT)
    try:
        evidencing.attach(session, actor, spend, file.file.read(), file.filename or "")
    except (Conflict, Refused) as refusal:
        pid = spend.pid
        session.rollback()
        wrong = (pid, FormState(errors={"evidence": refusal.message}))
        return studio_page(request, session, actor, campaign, page_form=wrong, status=refusal.status)
    return back(request, campaign, "saved", f"#spend-{spend.pid}")


def _limit_page(
    request: Request, session: Session, actor: Actor, form: FormState | None, status: int = 200
) -> Response:
    organisation = people.organisation(session, actor)
    limit = spend_queries.limit(session, actor.organisation_id)
    shown = FormState({"limit": decimal_string(limit, "EUR") if limit is not None else ""})
    context = {
        "form": form or shown,
        "limit": limit,
        "currency": organisation.currency,
        "treasurers": treasurers(session, actor.organisation_id),
    }
    return page(request, "impact/limit.html", context, status=status)


@router.get(LIMIT, name="impact:limit", dependencies=ADMIN)
def limit_page(request: Request, session: Db, actor: Member) -> Response:
    """The amount above which two must agree."""
    return _limit_page(request, session, actor, None)


@router.post(LIMIT, name="impact:set-limit", dependencies=ADMIN)
def set_limit(request: Request, session: Db, actor: Member, form: FormData) -> Response:
    """Set it, or lift it by leaving it empty."""
    parsed = form.parse(money_forms.LimitForm)
    if parsed.data is None:
        return _limit_page(request, session, actor, parsed, 422)
    try:
        limit = parse_amount(parsed.data.limit, "EUR") if parsed.data.limit else None
    except NotAnAmount:
        return _limit_page(
            request, session, actor, parsed.with_error("limit", money_forms.NOT_AN_AMOUNT), 422
        )
    spending.set_limit(session, actor, limit)
    return redirect(request, LIMIT, ok="saved")
