"""`/studio/campaigns/{pid}/crisis`: the one page that runs an incident, its protocol, its report to keep."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns.access import OwnCampaign
from app.campaigns.forms import PauseForm
from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core import clock
from app.core.deps import Db
from app.core.errors import Conflict, NotFound
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.pages import page, redirect
from app.crisis import forms, queries, rules, service
from app.crisis.models import CrisisPlan
from app.crisis.rules import CHECKS, CONTACTS_SHOWN, KIND_WORDS, SITUATIONS, Kind
from app.people.access import Member, may
from app.people.rules import Permission

router = APIRouter(prefix="/studio/campaigns/{pid}/crisis")
EDIT, PUBLISH = [may(Permission.EDIT)], [may(Permission.PUBLISH)]


@router.get("", name="crisis:run")
def run(
    request: Request,
    session: Db,
    campaign: OwnCampaign,
    alert: Annotated[str, Query(max_length=1200)] = "",
    words: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Five steps on one page: stop, say, tell, go on, keep. An alert of another room may lead here."""
    return _show(request, session, campaign, alert=alert.strip(), words=words)


@router.post("/open", name="crisis:open")
def open_incident(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    """Open an incident. Any member may."""
    parsed = form.parse(forms.IncidentForm)
    if parsed.data is None:
        return _show(request, session, campaign, status=422, refused={"incident": parsed})
    service.open_incident(session, actor, campaign, title=parsed.data.title, alert=parsed.data.alert)
    return _back(request, campaign, "log")


@router.post("/alert", name="crisis:alert")
def add_alert(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    """Add an alert to the open incident; without one it opens an incident of that name."""
    parsed = form.parse(forms.AlertForm)
    if parsed.data is None:
        return _show(request, session, campaign, status=422, refused={"incident": parsed})
    text = parsed.data.alert
    service.open_incident(session, actor, campaign, title=text.splitlines()[0][:160], alert=text)
    return _back(request, campaign, "log")


@router.post("/log", name="crisis:log")
def log(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    """Add a line by hand. Any member may."""
    parsed = form.parse(forms.NoteForm)
    data = parsed.data
    if data is None:
        return _show(request, session, campaign, status=422, refused={"note": parsed})

    def act() -> None:
        moment = data.at and clock.resolve_wall(data.at.date(), data.at.time(), campaign.timezone)
        service.note(session, actor, campaign, text=data.text, happened_at=moment)

    return _do(request, session, campaign, act, "log", "note", parsed.with_error, field="at")


@router.post("/pause", name="crisis:pause")
def pause(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    """Stop everything without leaving the page. Any member may."""
    parsed = form.parse(PauseForm)
    data = parsed.data
    if data is None:
        return _show(request, session, campaign, status=422, refused={"pause": parsed})

    def act() -> None:
        service.pause(session, actor, campaign, reason=data.reason, statement=data.statement)

    return _do(request, session, campaign, act, "say", "pause", parsed.with_error, field="reason")


@router.post("/statement", name="crisis:statement", dependencies=PUBLISH)
def statement(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    """Publish the statement, or change it."""
    parsed = form.parse(forms.StatementForm)
    data = parsed.data
    if data is None:
        return _show(request, session, campaign, status=422, refused={"statement": parsed})

    def act() -> None:
        service.publish_statement(session, actor, campaign, statement=data.model_dump())

    field = campaign.language
    return _do(request, session, campaign, act, "tell", "statement", parsed.with_error, field=field)


@router.post("/statement/withdraw", name="crisis:withdraw", dependencies=PUBLISH)
def withdraw(request: Request, session: Db, actor: Member, campaign: OwnCampaign) -> Response:
    """Take the statement off every page."""
    service.withdraw_statement(session, actor, campaign)
    return _back(request, campaign, "say")


@router.post("/tell", name="crisis:tell", dependencies=PUBLISH)
def tell(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    """Tell the influencers."""
    parsed = form.parse(forms.TellForm)
    data = parsed.data
    if data is None:
        return _show(request, session, campaign, status=422, refused={"tell": parsed})

    def act() -> None:
        service.tell(session, actor, campaign, text=data.text)

    return _do(request, session, campaign, act, "tell", "tell", parsed.with_error, field="text")


@router.post("/checks", name="crisis:checks", dependencies=PUBLISH)
def checks(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    """Note which conditions to resume hold."""
    parsed = form.parse(forms.ChecksForm)
    if parsed.data is None:
        return _show(request, session, campaign, status=422, refused={"checks": parsed})
    service.tick(session, actor, campaign, parsed.data.holds)
    return _back(request, campaign, "resume")


@router.post("/close", name="crisis:close", dependencies=PUBLISH)
def close(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    """End the incident; leads to its report."""
    parsed = form.parse(forms.CloseForm)
    if parsed.data is None:
        return _show(request, session, campaign, status=422, refused={"close": parsed})
    try:
        incident = service.close(session, actor, campaign, lessons=parsed.data.lessons)
    except Conflict as refused:
        wrong = parsed.with_error("lessons", refused.message)
        return _show(request, session, campaign, status=409, refused={"close": wrong})
    return redirect(request, f"{_base(campaign)}/incidents/{incident.pid}", ok="saved")


@router.get("/protocol", name="crisis:protocol", dependencies=EDIT)
def protocol(request: Request, session: Db, campaign: OwnCampaign) -> Response:
    """The protocol to write; one that is not written yet begins with sound words."""
    plan = queries.plan_of(session, campaign)
    form = FormState(_kept(plan) if plan else _begun(campaign))
    return _protocol_page(request, campaign, plan, form)


@router.post("/protocol", name="crisis:write", dependencies=EDIT)
def write(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    """Keep the protocol."""
    parsed = form.parse(forms.ProtocolForm)
    plan = queries.plan_of(session, campaign)
    if parsed.data is None:
        return _protocol_page(request, campaign, plan, parsed, status=422)
    service.write_plan(session, actor, campaign, **parsed.data.columns())
    return redirect(request, f"{_base(campaign)}/protocol", ok="saved")


@router.get("/incidents/{iid}", name="crisis:report")
def report(request: Request, session: Db, campaign: OwnCampaign, iid: str) -> Response:
    """What happened, by the clock and in figures: to print and to keep."""
    incident = queries.one(session, campaign, iid)
    if incident is None:
        raise NotFound
    entries, told = queries.entries(session, incident), queries.told(session, incident)
    context = {
        "campaign": campaign,
        "room": "crisis",
        "incident": incident,
        "entries": entries,
        "told": told,
        "figures": queries.report(incident, entries, told),
        "kinds": KIND_WORDS,
    }
    return page(request, "crisis/report.html", context)


def _base(campaign: Campaign) -> str:
    return f"/studio/campaigns/{campaign.pid}/crisis"


def _back(request: Request, campaign: Campaign, part: str) -> Response:
    return redirect(request, f"{_base(campaign)}#{part}", ok="saved")


def _do(
    request: Request,
    session: Session,
    campaign: Campaign,
    act: Callable[[], None],
    then: str,
    part: str,
    refuse: Callable[[str, Any], FormState],
    *,
    field: str,
) -> Response:
    """Do it, or show the page again with what was typed and why it was refused."""
    try:
        act()
    except Conflict as refused:
        return _show(request, session, campaign, status=409, refused={part: refuse(field, refused.message)})
    return _back(request, campaign, then)


def _show(
    request: Request,
    session: Session,
    campaign: Campaign,
    *,
    alert: str = "",
    words: str = "",
    status: int = 200,
    refused: Mapping[str, FormState] | None = None,
) -> Response:
    """The page; a refused form keeps what was typed, the others show what stands ready."""
    plan, incident = queries.plan_of(session, campaign), queries.current(session, campaign)
    entries = queries.entries(session, incident) if incident else []
    told = queries.told(session, incident) if incident else []
    resumed = (
        bool(entries) and campaign.paused_at is None and any(one.kind is Kind.RESUMED for one in entries)
    )
    go_on = rules.WORDS_TO_GO_ON if resumed else rules.WORDS_TO_STOP
    context = {
        "campaign": campaign,
        "room": "crisis",
        "running": campaign.state not in (State.DRAFT, State.CLOSED),
        "plan": plan,
        "lacking": rules.lacking(queries.written(plan)),
        "incident": incident,
        "entries": entries,
        "told": told,
        "held": queries.holding(entries),
        "alert": alert,
        "chosen": words,
        "resumed": resumed,
        "situations": [(one.key, one.title) for one in SITUATIONS],
        "kinds": KIND_WORDS,
        "past": [one for one in queries.of_campaign(session, campaign) if one.closed_at is not None],
        "forms": {
            "incident": FormState({"title": alert.splitlines()[0][:160] if alert else ""}),
            "pause": FormState(_to_pause(campaign, plan, incident.title if incident else "")),
            "statement": FormState(_to_say(campaign, plan, words)),
            "tell": FormState({"text": go_on[campaign.language]}),
            "note": None,
            "close": None,
            **(refused or {}),
        },
    }
    return page(request, "crisis/run.html", context, status=status)


def _to_pause(campaign: Campaign, plan: CrisisPlan | None, title: str) -> dict[str, str]:
    """Words that stand ready, so that one press stops everything."""
    kept = campaign.hold_statement or _prepared(plan, SITUATIONS[0].key).get(campaign.language, "")
    return {"reason": title, "statement": kept}


def _to_say(campaign: Campaign, plan: CrisisPlan | None, key: str) -> dict[str, str]:
    """The statement that is published, or the prepared one that was chosen."""
    if key in {one.key for one in SITUATIONS}:
        return _prepared(plan, key)
    return {language: str(text) for language, text in campaign.statement.items()}


def _prepared(plan: CrisisPlan | None, key: str) -> dict[str, str]:
    drafts = next(one.drafts for one in SITUATIONS if one.key == key)
    own = next((one for one in plan.statements if one["key"] == key), {}) if plan else {}
    return {language: str(own.get(language) or drafts[language]) for language in rules.LANGUAGES}


def _kept(plan: CrisisPlan) -> dict[str, Any]:
    said = {f"{one['key']}_{lang}": one.get(lang, "") for one in plan.statements for lang in rules.LANGUAGES}
    columns = {f"contact_{name}": [one[name] for one in plan.contacts] for name in _COLUMNS}
    return {**columns, **said, "decides": plan.decides, "checks": "\n".join(plan.checks)}


_COLUMNS = ("name", "role", "phone", "hours")


def _begun(campaign: Campaign) -> dict[str, Any]:
    """What a protocol begins with: the campaign's contact, the drafts, the usual conditions."""
    said = {f"{one.key}_{lang}": one.drafts[lang] for one in SITUATIONS for lang in rules.LANGUAGES}
    return {
        "contact_name": [campaign.contact_name],
        "contact_role": [""],
        "contact_phone": [campaign.contact_phone],
        "contact_hours": [""],
        "decides": campaign.contact_name,
        "checks": "\n".join(CHECKS[campaign.language]),
        **said,
    }


def _protocol_page(
    request: Request, campaign: Campaign, plan: CrisisPlan | None, form: FormState, status: int = 200
) -> Response:
    context = {
        "campaign": campaign,
        "room": "crisis",
        "plan": plan,
        "form": form,
        "situations": SITUATIONS,
        "contacts": CONTACTS_SHOWN,
        "lacking": rules.lacking(queries.written(plan)),
    }
    return page(request, "crisis/protocol.html", context, status=status)
