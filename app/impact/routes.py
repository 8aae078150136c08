"""Pages of impact: in the studio promise, spend and report; in public the proof."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns.access import OwnCampaign, PublicCampaign
from app.campaigns.around import around_of
from app.campaigns.models import Campaign
from app.campaigns.sharing import sharing
from app.claims import queries as claims
from app.claims.rules import SubjectKind
from app.core import i18n
from app.core.deps import Db
from app.core.errors import Conflict, DomainError, NotFound
from app.core.fields import FormState
from app.core.forms import FormData, Submitted
from app.core.i18n import mark
from app.core.money import NotAnAmount, parse_amount
from app.core.pages import page, redirect
from app.donations import queries as donations
from app.drive.telling import drive_view, match_words
from app.impact import accounts, due, forms, queries, rules, service
from app.impact.bar import bar_of
from app.impact.models import Promise
from app.impact.queries import SpendView
from app.impact.sums import sum_of
from app.media import service as media
from app.media.models import Media
from app.people.access import Member, may
from app.people.rules import Actor, Permission

router = APIRouter()
due.offer()
STUDIO = "/studio/campaigns/{pid}/impact"
EDIT, MONEY = [may(Permission.EDIT)], [may(Permission.MONEY)]


def _promise(prid: str, campaign: OwnCampaign, session: Db) -> Promise:
    found = queries.promise(session, campaign, prid)
    if found is None:
        raise NotFound
    return found


def _spend(eid: str, campaign: OwnCampaign, session: Db) -> SpendView:
    for view in queries.spending(session, campaign):
        if view.entry.pid == eid:
            return view
    raise NotFound


OwnPromise = Annotated[Promise, Depends(_promise)]
OwnSpend = Annotated[SpendView, Depends(_spend)]


@router.get(STUDIO, name="impact:studio")
def studio(request: Request, session: Db, campaign: OwnCampaign) -> Response:
    """Promises, money used, updates: everything that proves the drive."""
    return _studio_page(request, session, campaign)


@router.post(STUDIO + "/promises", name="impact:add-promise", dependencies=EDIT)
def add_promise(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    parsed = form.parse(forms.PromiseForm)
    if parsed.data is None:
        return _studio_page(request, session, campaign, promise_form=parsed, status=422)
    service.add_promise(session, actor, campaign, **parsed.data.model_dump())
    return _back(request, campaign, "created")


@router.get(STUDIO + "/promises/{prid}", name="impact:promise", dependencies=EDIT)
def promise_page(request: Request, campaign: OwnCampaign, promise: OwnPromise) -> Response:
    values = {name: getattr(promise, name) for name in forms.PromiseForm.model_fields}
    shown = {
        **values,
        "baseline": forms.plain_number(promise.baseline),
        "target": forms.plain_number(promise.target),
    }
    return _promise_page(request, campaign, promise, FormState(values=shown))


@router.post(STUDIO + "/promises/{prid}", name="impact:change-promise", dependencies=EDIT)
def change_promise(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, promise: OwnPromise, form: FormData
) -> Response:
    parsed = form.parse(forms.PromiseForm)
    if parsed.data is None:
        return _promise_page(request, campaign, promise, parsed, status=422)
    service.change_promise(session, actor, campaign, promise, **parsed.data.model_dump())
    return _back(request, campaign, "saved")


@router.post(STUDIO + "/promises/{prid}/remove", name="impact:remove-promise", dependencies=EDIT)
def remove_promise(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, promise: OwnPromise
) -> Response:
    service.remove_promise(session, actor, campaign, promise)
    return _back(request, campaign, "removed")


@router.post(STUDIO + "/spends", name="impact:spend", dependencies=MONEY)
def spend(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    """Enter money used, with a picture of the invoice or receipt when there is one."""
    parsed = form.parse(forms.SpendForm)
    state: FormState = parsed
    try:
        amount = parse_amount(form.get("amount"), campaign.currency)
    except NotAnAmount:
        amount = 0
    if amount <= 0 and "amount" not in state.errors:
        state = state.with_error("amount", mark("Write an amount, such as 250 or 250.50."))
    if parsed.data is None or state.errors:
        return _studio_page(request, session, campaign, spend_form=state, status=422)
    data = parsed.data
    try:
        evidence = _picture(session, actor, form, "evidence", public=data.evidence_public)
        service.record_spend(
            session,
            actor,
            campaign,
            amount_minor=amount,
            category=data.category,
            note=data.note,
            on_date=data.on_date,
            evidence=evidence,
            evidence_note=data.evidence_note,
        )
    except DomainError as refusal:
        session.rollback()
        name = "on_date" if isinstance(refusal, Conflict) else "evidence"
        wrong = parsed.with_error(name, refusal.message)
        return _studio_page(request, session, campaign, spend_form=wrong, status=refusal.status)
    return _back(request, campaign, "saved", "#spending")


@router.post(STUDIO + "/spends/{eid}/cancel", name="impact:cancel-spend", dependencies=MONEY)
def cancel_spend(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, spend_view: OwnSpend, form: FormData
) -> Response:
    parsed = form.parse(forms.CorrectForm)
    if parsed.data is None:
        return _studio_page(
            request, session, campaign, cancel_form=(spend_view.entry.pid, parsed), status=422
        )
    service.undo_spend(session, actor, campaign, spend_view.entry, reason=parsed.data.reason)
    return _back(request, campaign, "saved", "#spending")


@router.get("/c/{slug}/impact", name="impact:public")
def public(request: Request, session: Db, campaign: PublicCampaign) -> Response:
    """The proof: one sum that adds up, promises with their lateness, dated updates with evidence."""
    drive = drive_view(session, campaign)
    balance = sum_of(drive.totals)
    around = around_of(request, session, campaign, open_day=(campaign.length + 1) // 2)
    with i18n.speaking(request.state.language):
        bar = bar_of(balance, campaign.currency)
        title = i18n.gettext("The proof")
        said = i18n.gettext("%(title)s: what was promised, what was given, where each euro went.")
    said %= {"title": campaign.title}
    updates = accounts.updates(session, campaign, published_only=True)
    context = {
        "campaign": campaign,
        "around": around,
        "headline": next((one.update.title for one in updates if one.update.title), ""),
        "sharing": sharing(request, around, "/impact", title=title, description=said),
        "totals": drive.totals,
        "drive": drive,
        "match_words": match_words,
        "sum": balance,
        "bar": bar,
        "promises": queries.standings(session, campaign),
        "updates": updates,
        "corrected": claims.corrections_by_subject(session, campaign, SubjectKind.UPDATE),
    }
    return page(request, "impact/public.html", context)


def _back(request: Request, campaign: Campaign, ok: str, anchor: str = "") -> Response:
    return redirect(request, f"/studio/campaigns/{campaign.pid}/impact{anchor}", ok=ok)


def _picture(session: Session, actor: Actor, form: Submitted, name: str, *, public: bool) -> Media | None:
    file = form.files.get(name)
    if file is None:
        return None
    return media.store_image(session, actor, file.file.read(), file.filename or "", public=public)


def _studio_page(
    request: Request, session: Db, campaign: Campaign, *, status: int = 200, **given: Any
) -> Response:
    totals = donations.totals(session, campaign.id)
    context = {
        "campaign": campaign,
        "room": "impact",
        "totals": totals,
        "sum": sum_of(totals),
        "promises": queries.standings(session, campaign),
        "spending": queries.spending(session, campaign),
        "updates": accounts.updates(session, campaign, published_only=False),
        "categories": rules.CATEGORIES,
        "fixed": campaign.drive_opened_at is not None,
        "promise_form": given.get("promise_form"),
        "spend_form": given.get("spend_form"),
        "cancel_form": given.get("cancel_form"),
    }
    return page(request, "impact/studio.html", context, status=status)


def _promise_page(
    request: Request, campaign: Campaign, promise: Promise, form: FormState, status: int = 200
) -> Response:
    context = {"campaign": campaign, "room": "impact", "promise": promise, "promise_form": form}
    return page(request, "impact/promise.html", context, status=status)
