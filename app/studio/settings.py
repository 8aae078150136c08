"""`/studio/campaigns/{pid}/settings`: what a campaign says, when it runs, its address, drive, care and end."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.blueprints import calendar, templates
from app.campaigns import forms, queries, service
from app.campaigns.access import OwnCampaign
from app.campaigns.models import Campaign
from app.core.deps import Db
from app.core.errors import Conflict
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.money import typed_amount
from app.core.pages import page, redirect
from app.intake import service as intake
from app.people.access import Member, may
from app.people.rules import Permission
from app.publishing.review import team, waiting

router = APIRouter(prefix="/studio/campaigns/{pid}/settings")
EDIT = [may(Permission.EDIT)]
States = Mapping[str, FormState]


def _states(campaign: Campaign) -> dict[str, FormState]:
    """Every form of the page, filled in with what is kept."""
    version = {"version": campaign.version}

    def kept(*names: str) -> FormState:
        return FormState({**version, **{name: getattr(campaign, name) for name in names}})

    details = kept("title", "cause", "headline", "summary", "objective", "language")
    drive = kept("currency", "drive_day", "drive_close_days", "drive_title", "drive_ask")
    return {
        "details": FormState(
            {**details.values, "hashtags": " ".join(f"#{tag}" for tag in campaign.hashtags)}
        ),
        "calendar": kept("starts_on", "length", "timezone"),
        "address": kept("slug"),
        "drive": FormState(
            {
                **drive.values,
                "drive_opens": campaign.drive_opens.strftime("%H:%M"),
                "goal": typed_amount(campaign.goal_minor, campaign.currency),
                "suggested": [typed_amount(minor, campaign.currency) for minor in campaign.suggested_minor],
                "use_label": [use["label"] for use in campaign.money_use],
                "use_percent": [str(use["percent"]) for use in campaign.money_use],
            }
        ),
        "care": kept("contact_name", "contact_phone", "contact_email", "hold_statement"),
        "approval": kept("approval"),
        "moderation": kept("moderation"),
        "closing": kept("closing_note"),
    }


def _show(
    request: Request, session: Session, campaign: Campaign, given: States | None = None, status: int = 200
) -> Response:
    made_from = templates.template(campaign.template, request.state.language)
    states = _states(campaign)
    for part, typed in (given or {}).items():
        # What was typed wins; what the request left out, the version among it, is what is kept.
        states[part] = FormState({**states[part].values, **typed.values}, typed.errors)
    context: dict[str, Any] = {
        "campaign": campaign,
        "room": "settings",
        "forms": states,
        "help": made_from.document if made_from else None,
        "zones": [(zone, zone.replace("_", " ")) for zone in forms.zones()],
        "currencies": [(code, code) for code in forms.CURRENCIES],
        "uses": forms.USES_SHOWN,
        "approving": waiting.counts(session, campaign),
        "past_slugs": queries.past_slugs(session, campaign.id),
    }
    return page(request, "studio/settings.html", context, status=status)


@router.get("", name="studio:settings", dependencies=EDIT)
def settings(request: Request, session: Db, campaign: OwnCampaign) -> Response:
    """All settings on one page, each part saved by itself."""
    return _show(request, session, campaign)


def _save(
    request: Request,
    session: Session,
    campaign: Campaign,
    part: str,
    form: FormState,
    act: Callable[[], None],
) -> Response:
    """Do it, or show the page again with what was typed and why it was refused."""
    try:
        act()
    except service.Stale as stale:
        kept = FormState({**form.values, "version": stale.version}, {"form": stale.message})
        return _show(request, session, campaign, {part: kept}, status=409)
    except Conflict as refused:
        field = {"address": "slug", "calendar": "length"}.get(part, "form")
        return _show(request, session, campaign, {part: form.with_error(field, refused.message)}, status=409)
    return redirect(request, f"/studio/campaigns/{campaign.pid}/settings#{part}", ok="saved")


@router.post("/details", name="studio:save-details", dependencies=EDIT)
def details(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    parsed = form.parse(forms.DetailsForm)
    data = parsed.data
    if data is None:
        return _show(request, session, campaign, {"details": parsed}, 422)

    def act() -> None:
        service.change_details(session, actor, campaign, version=data.version, **data.columns())

    return _save(request, session, campaign, "details", parsed, act)


@router.post("/calendar", name="studio:save-calendar", dependencies=EDIT)
def dates(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    parsed = form.parse(forms.CalendarForm)
    data = parsed.data
    if data is None:
        return _show(request, session, campaign, {"calendar": parsed}, 422)

    def act() -> None:
        calendar.change_calendar(session, actor, campaign, **data.model_dump())

    return _save(request, session, campaign, "calendar", parsed, act)


@router.post("/address", name="studio:save-address", dependencies=EDIT)
def address(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    parsed = form.parse(forms.AddressForm)
    data = parsed.data
    if data is None:
        return _show(request, session, campaign, {"address": parsed}, 422)

    def act() -> None:
        service.change_slug(session, actor, campaign, slug=data.slug)

    return _save(request, session, campaign, "address", parsed, act)


@router.post("/drive", name="studio:save-drive", dependencies=EDIT)
def drive(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    parsed = form.parse(forms.DriveForm)
    data = parsed.data
    if data is None:
        return _show(request, session, campaign, {"drive": parsed}, 422)

    def act() -> None:
        service.change_drive(session, actor, campaign, version=data.version, **data.columns())

    return _save(request, session, campaign, "drive", parsed, act)


@router.post("/care", name="studio:save-care", dependencies=EDIT)
def care(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    parsed = form.parse(forms.CareForm)
    data = parsed.data
    if data is None:
        return _show(request, session, campaign, {"care": parsed}, 422)

    def act() -> None:
        service.change_details(session, actor, campaign, **data.model_dump())

    return _save(request, session, campaign, "care", parsed, act)


@router.post("/approval", name="studio:save-approval", dependencies=EDIT)
def approval(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    parsed = form.parse(forms.ApprovalForm)
    data = parsed.data
    if data is None:
        return _show(request, session, campaign, {"approval": parsed}, 422)

    def act() -> None:
        team.change_mode(session, actor, campaign, version=data.version, approval=data.approval)

    return _save(request, session, campaign, "approval", parsed, act)


@router.post("/moderation", name="studio:save-moderation", dependencies=EDIT)
def moderation(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    parsed = form.parse(forms.ModerationForm)
    data = parsed.data
    if data is None:
        return _show(request, session, campaign, {"moderation": parsed}, 422)

    def act() -> None:
        service.change_details(session, actor, campaign, **data.model_dump())
        intake.close_door(session, campaign)

    return _save(request, session, campaign, "moderation", parsed, act)


@router.post("/closing", name="studio:save-closing", dependencies=EDIT)
def closing(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    parsed = form.parse(forms.ClosingForm)
    data = parsed.data
    if data is None:
        return _show(request, session, campaign, {"closing": parsed}, 422)

    def act() -> None:
        service.change_details(session, actor, campaign, **data.model_dump())

    return _save(request, session, campaign, "closing", parsed, act)
