"""`/studio/campaigns/{pid}/drive`: how the drive opens, its further goals, sponsors, sums collected elsewhere."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns import service as campaigns
from app.campaigns.access import OwnCampaign
from app.campaigns.models import Campaign
from app.campaigns.rules import DriveStart, day_date
from app.core import clock
from app.core.deps import Db
from app.core.errors import Conflict, NotFound
from app.core.forms import FormData, FormState
from app.core.i18n import Message, mark
from app.core.ids import new_pid
from app.core.money import typed_amount
from app.core.pages import page, redirect, wall
from app.core.templating import absolute
from app.donations.models import LedgerEntry
from app.donations.rules import EntryKind
from app.drive import forms, queries, telling
from app.drive.forms import MatchForm, with_errors
from app.drive.models import SponsorMatch
from app.drive.service import matching, offline
from app.people.access import Member, may
from app.people.rules import Permission

router = APIRouter()
ROOM = "/studio/campaigns/{pid}/drive"
EDIT, MONEY = [may(Permission.EDIT)], [may(Permission.MONEY)]

STARTS = (
    (DriveStart.HOUR.value, mark("By itself, at its day and hour"), mark("They stand in the settings.")),
    (DriveStart.HAND.value, mark("By hand"), mark("Somebody of the team opens it, never the clock.")),
    (
        DriveStart.EMERGENCY.value,
        mark("In an emergency: with the first minute"),
        mark(
            "For a cause that cannot wait for the end of the week. What the drive needs is asked for before."
        ),
    ),
)


def _match(mid: str, campaign: OwnCampaign, session: Db) -> SponsorMatch:
    found = queries.match(session, campaign, mid)
    if found is None:
        raise NotFound
    return found


def _payment(eid: str, campaign: OwnCampaign, session: Db) -> LedgerEntry:
    found = queries.entry(session, campaign, eid, EntryKind.MATCH)
    if found is None:
        raise NotFound
    return found


def _sum(eid: str, campaign: OwnCampaign, session: Db) -> LedgerEntry:
    found = queries.entry(session, campaign, eid, EntryKind.DECLARED)
    if found is None:
        raise NotFound
    return found


OwnMatch = Annotated[SponsorMatch, Depends(_match)]
OwnPayment = Annotated[LedgerEntry, Depends(_payment)]
OwnSum = Annotated[LedgerEntry, Depends(_sum)]


def _goals_state(campaign: Campaign) -> FormState:
    minis = campaign.mini_goals
    return FormState(
        {
            "version": campaign.version,
            "drive_start": campaign.drive_start.value,
            "stretch": typed_amount(campaign.stretch_minor, campaign.currency),
            "mini_day": [str(one["day"]) for one in minis],
            "mini_amount": [typed_amount(one["amount_minor"], campaign.currency) for one in minis],
            "mini_title": [one["title"] for one in minis],
            "external_url": campaign.external_url,
            "external_name": campaign.external_name,
        }
    )


def _show(
    request: Request,
    session: Session,
    campaign: Campaign,
    *,
    goals: FormState | None = None,
    match: FormState | None = None,
    declared: FormState | None = None,
    cancel: tuple[str, FormState] | None = None,
    status: int = 200,
) -> Response:
    drive = telling.drive_view(session, campaign)
    state = _goals_state(campaign)
    if goals:
        state = FormState({**state.values, **goals.values}, goals.errors)
    context: dict[str, Any] = {
        "campaign": campaign,
        "room": "drive",
        "totals": drive.totals,
        "drive": drive,
        "match_words": telling.match_words,
        "goals": state,
        "starts": STARTS,
        "days": [(number, day_date(campaign.starts_on, number)) for number in range(1, campaign.length + 1)],
        "minis": forms.MINIS_SHOWN,
        "minis_open": forms.minis_open(state.values),
        "match_form": match,
        "declared": queries.declared(session, campaign),
        "declared_form": declared,
        "cancel_form": cancel,
        "form_key": new_pid(),
        "widget": absolute(f"/c/{campaign.slug}/widget"),
        "overlay": absolute(f"/c/{campaign.slug}/overlay"),
    }
    return page(request, "drive/studio.html", context, status=status)


def _back(request: Request, campaign: Campaign, where: str, ok: str = "saved") -> Response:
    return redirect(request, f"/studio/campaigns/{campaign.pid}/drive{where}", ok=ok)


@router.get(ROOM, name="drive:studio")
def studio(request: Request, session: Db, campaign: OwnCampaign) -> Response:
    """The drive beyond its question: everything on one page, each part saved by itself."""
    return _show(request, session, campaign)


@router.post(ROOM + "/goals", name="drive:save-goals", dependencies=EDIT)
def save_goals(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    parsed = form.parse(forms.GoalsForm)
    if parsed.data is None:
        return _show(request, session, campaign, goals=parsed, status=422)
    columns, wrong = forms.goals(parsed.data, campaign)
    if wrong:
        return _show(request, session, campaign, goals=with_errors(parsed, wrong), status=422)
    try:
        campaigns.change_details(session, actor, campaign, version=parsed.data.version, **columns)
    except campaigns.Stale as stale:
        again = FormState({**parsed.values, "version": stale.version}, {"form": stale.message})
        return _show(request, session, campaign, goals=again, status=409)
    except Conflict as refused:
        return _show(request, session, campaign, goals=parsed.with_error("form", refused.message), status=409)
    return _back(request, campaign, "#goals")


def _terms(form: MatchForm, campaign: Campaign) -> tuple[dict[str, Any], dict[str, Message]]:
    wrong: dict[str, Message] = {}
    cap = forms.amount(form.cap, campaign.currency)
    if isinstance(cap, Message):
        wrong["cap"] = cap
    starts_at, ends_at = form.instants(campaign.timezone)
    if ends_at <= starts_at:
        wrong["ends_on"] = mark("The end lies after the start.")
    terms = {
        "sponsor": form.sponsor,
        "percent": form.percent,
        "cap_minor": cap,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "rest_given": form.rest_given,
    }
    return terms, wrong


@router.post(ROOM + "/matches", name="drive:add-match", dependencies=MONEY)
def add_match(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    parsed = form.parse(MatchForm)
    if parsed.data is None:
        return _show(request, session, campaign, match=parsed, status=422)
    terms, wrong = _terms(parsed.data, campaign)
    if not wrong and terms["ends_at"] <= clock.now():
        wrong["ends_on"] = mark("This end has passed.")
    if wrong:
        return _show(request, session, campaign, match=with_errors(parsed, wrong), status=422)
    matching.add_match(session, actor, campaign, **terms, key=parsed.data.form_key)
    return _back(request, campaign, "#matches", "created")


def _match_page(
    request: Request,
    session: Session,
    campaign: Campaign,
    match: SponsorMatch,
    *,
    form: FormState | None = None,
    payment: FormState | None = None,
    cancel: tuple[str, FormState] | None = None,
    status: int = 200,
) -> Response:
    entries = queries.payments(session, campaign, match)
    starts, ends = wall(match.starts_at, campaign.timezone), wall(match.ends_at, campaign.timezone)
    kept = FormState(
        {
            "sponsor": match.sponsor,
            "percent": match.percent,
            "cap": typed_amount(match.cap_minor, campaign.currency),
            "starts_on": starts.date(),
            "starts_time": f"{starts:%H:%M}",
            "ends_on": ends.date(),
            "ends_time": f"{ends:%H:%M}",
            "rest_given": match.rest_given,
        }
    )
    context = {
        "campaign": campaign,
        "room": "drive",
        "view": queries.match_view(session, campaign, match),
        "match_words": telling.match_words,
        "form": form or kept,
        "begun": match.starts_at <= clock.now(),
        "payments": [one for one in entries if one.kind is EntryKind.MATCH],
        "undone": {one.corrects_id for one in entries},
        "payment_form": payment,
        "cancel_form": cancel,
        "form_key": new_pid(),
    }
    return page(request, "drive/match.html", context, status=status)


@router.get(ROOM + "/matches/{mid}", name="drive:match", dependencies=MONEY)
def match_page(request: Request, session: Db, campaign: OwnCampaign, match: OwnMatch) -> Response:
    """One sponsor: the terms, what they come to now, what was paid."""
    return _match_page(request, session, campaign, match)


@router.post(ROOM + "/matches/{mid}", name="drive:change-match", dependencies=MONEY)
def change_match(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, match: OwnMatch, form: FormData
) -> Response:
    parsed = form.parse(MatchForm)
    if parsed.data is None:
        return _match_page(request, session, campaign, match, form=parsed, status=422)
    terms, wrong = _terms(parsed.data, campaign)
    if wrong:
        return _match_page(request, session, campaign, match, form=with_errors(parsed, wrong), status=422)
    try:
        matching.change_match(session, actor, match, **terms)
    except Conflict as refused:
        again = parsed.with_error("form", refused.message)
        return _match_page(request, session, campaign, match, form=again, status=409)
    return _back(request, campaign, "#matches")


@router.post(ROOM + "/matches/{mid}/end", name="drive:end-match", dependencies=MONEY)
def end_match(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, match: OwnMatch
) -> Response:
    matching.end_match(session, actor, campaign, match)
    return _back(request, campaign, "#matches")


@router.post(ROOM + "/matches/{mid}/payments", name="drive:match-paid", dependencies=MONEY)
def match_paid(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, match: OwnMatch, form: FormData
) -> Response:
    """The sponsor's money is there: it enters the ledger."""
    parsed = form.parse(forms.SumForm)
    if parsed.data is None:
        return _match_page(request, session, campaign, match, payment=parsed, status=422)
    minor = forms.amount(parsed.data.amount, campaign.currency)
    if isinstance(minor, Message):
        again = parsed.with_error("amount", minor)
        return _match_page(request, session, campaign, match, payment=again, status=422)
    try:
        matching.book_payment(
            session,
            actor,
            campaign,
            match,
            amount_minor=minor,
            on_date=parsed.data.on_date,
            note=parsed.data.note,
            key=parsed.data.form_key,
        )
    except Conflict as refused:
        again = parsed.with_error("amount", refused.message)
        return _match_page(request, session, campaign, match, payment=again, status=409)
    return _back(request, campaign, f"/matches/{match.pid}")


@router.post(ROOM + "/matches/{mid}/payments/{eid}/cancel", name="drive:match-unpaid", dependencies=MONEY)
def match_unpaid(
    request: Request,
    session: Db,
    actor: Member,
    campaign: OwnCampaign,
    match: OwnMatch,
    entry: OwnPayment,
    form: FormData,
) -> Response:
    if entry.id not in {one.id for one in queries.payments(session, campaign, match)}:
        raise NotFound
    parsed = form.parse(forms.ReasonForm)
    if parsed.data is None:
        return _match_page(request, session, campaign, match, cancel=(entry.pid, parsed), status=422)
    matching.undo_payment(session, actor, campaign, match, entry, reason=parsed.data.reason)
    return _back(request, campaign, f"/matches/{match.pid}")


@router.post(ROOM + "/declared", name="drive:declare", dependencies=MONEY)
def declare(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    """A sum collected elsewhere since the last one."""
    parsed = form.parse(forms.SumForm)
    if parsed.data is None:
        return _show(request, session, campaign, declared=parsed, status=422)
    minor = forms.amount(parsed.data.amount, campaign.currency)
    if isinstance(minor, Message):
        again = parsed.with_error("amount", minor)
        return _show(request, session, campaign, declared=again, status=422)
    try:
        offline.declare(
            session,
            actor,
            campaign,
            amount_minor=minor,
            on_date=parsed.data.on_date,
            origin=parsed.data.note,
            key=parsed.data.form_key,
        )
    except Conflict as refused:
        again = parsed.with_error("on_date", refused.message)
        return _show(request, session, campaign, declared=again, status=409)
    return _back(request, campaign, "#elsewhere")


@router.post(ROOM + "/declared/{eid}/cancel", name="drive:undeclare", dependencies=MONEY)
def undeclare(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, entry: OwnSum, form: FormData
) -> Response:
    parsed = form.parse(forms.ReasonForm)
    if parsed.data is None:
        return _show(request, session, campaign, cancel=(entry.pid, parsed), status=422)
    offline.undeclare(session, actor, campaign, entry, reason=parsed.data.reason)
    return _back(request, campaign, "#elsewhere")
