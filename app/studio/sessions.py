"""The host's desk: a session planned, opened, led question by question, paused, closed."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.campaigns.access import OwnCampaign
from app.campaigns.forms import zones
from app.campaigns.models import Campaign
from app.campaigns.service import Stale
from app.core import clock
from app.core.deps import Db
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.pages import page, redirect
from app.influencers import queries as influencers
from app.people.access import Member, may
from app.people.rules import Permission
from app.questions import desk, forms, hosting, queries, rules, sessions
from app.questions.answering import Said, Unproven
from app.questions.hosting import Plan
from app.questions.models import QaSession
from app.studio.questions import base_of

router = APIRouter()
ROOM = "/studio/campaigns/{pid}/sessions"
ONE = ROOM + "/{sid}"
EDIT = [may(Permission.EDIT)]
QUEUE = 50
MINUTES = 60


def desk_of(campaign: Campaign, qa: QaSession) -> str:
    return f"/studio/campaigns/{campaign.pid}/sessions/{qa.pid}"


@router.get(ROOM + "/new", name="studio:new-session", dependencies=EDIT)
def new(request: Request, session: Db, campaign: OwnCampaign) -> Response:
    """Plan a session."""
    start = max(clock.today(campaign.timezone), campaign.starts_on)
    values = {
        "version": 0,
        "on_date": start.isoformat(),
        "at_time": "18:30",
        "zone": campaign.timezone,
        "minutes": MINUTES,
    }
    return _form(request, session, campaign, None, FormState(values))


def _form(
    request: Request,
    session: Db,
    campaign: Campaign,
    qa: QaSession | None,
    form: FormState,
    status: int = 200,
) -> Response:
    hosts = [(one.pid, one.name) for one in influencers.of_campaign(session, campaign)]
    context = {
        "campaign": campaign,
        "room": "questions",
        "base": base_of(campaign),
        "qa": qa,
        "form": form,
        "zones": [(zone, zone.replace("_", " ")) for zone in zones()],
        "hosts": hosts,
    }
    return page(request, "studio/session_form.html", context, status=status)


@router.post(ROOM, name="studio:plan-session", dependencies=EDIT)
def plan(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    """Announce it."""
    return _plan(request, session, actor, campaign, None, form)


@router.get(ONE + "/edit", name="studio:session-form", dependencies=EDIT)
def edit(request: Request, session: Db, campaign: OwnCampaign, sid: str) -> Response:
    """What is announced, to change before the session opens."""
    qa = hosting.get(session, campaign, sid)
    held = sessions.find(session, campaign.id, sid)
    host = held.host.pid if held and held.host else ""
    return _form(request, session, campaign, qa, forms.filled_session(qa, host))


@router.post(ONE + "/edit", name="studio:change-session", dependencies=EDIT)
def change(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, sid: str, form: FormData
) -> Response:
    """Announce it differently."""
    return _plan(request, session, actor, campaign, hosting.get(session, campaign, sid), form)


def _plan(
    request: Request, session: Db, actor: Member, campaign: Campaign, qa: QaSession | None, form: FormData
) -> Response:
    parsed = form.parse(forms.SessionForm)
    if parsed.data is None:
        return _form(request, session, campaign, qa, parsed, 422)
    announced = Plan(**parsed.data.model_dump(exclude={"version"}))
    try:
        kept = hosting.plan(session, actor, campaign, qa, version=parsed.data.version, announced=announced)
    except Stale as stale:
        state = FormState({**parsed.values, "version": stale.version}, {"form": stale.message})
        return _form(request, session, campaign, qa, state, 409)
    return redirect(request, desk_of(campaign, kept), ok="saved")


@router.get(ONE, name="studio:session")
def console(request: Request, session: Db, campaign: OwnCampaign, sid: str) -> Response:
    """What is on air, what comes next by votes, what was answered; the queue refreshes by itself."""
    return _console(request, session, campaign, sid)


def _console(
    request: Request,
    session: Db,
    campaign: Campaign,
    sid: str,
    form: FormState | None = None,
    status: int = 200,
) -> Response:
    qa = hosting.get(session, campaign, sid)
    held = sessions.find(session, campaign.id, sid)
    on_air = hosting.on_air(session, qa)
    waiting = queries.shown(session, campaign.id, answered=False, limit=QUEUE)
    host = held.host if held else None
    draft = queries.answer_of(session, on_air.id) if on_air else None
    context = {
        "campaign": campaign,
        "room": "questions",
        "base": base_of(campaign),
        "here": desk_of(campaign, qa),
        "qa": qa,
        "host": host,
        "stands": rules.stage(qa.course, clock.now()).value,
        "on_air": on_air,
        "waiting": [one for one in waiting.rows if on_air is None or one.question.id != on_air.id],
        "unread": desk.unread(session, campaign.id),
        "answered": queries.answered_in(session, qa),
        "draft": draft,
        "form": form
        or forms.filled_live(
            draft,
            by_name=host.name if host else "",
            by_role=host.public_role[:160] if host else "",
        ),
    }
    return page(request, "studio/session.html", context, block="queue", status=status)


@router.post(ONE + "/open", name="studio:open-session", dependencies=EDIT)
def open_it(request: Request, session: Db, actor: Member, campaign: OwnCampaign, sid: str) -> Response:
    """Go live."""
    qa = hosting.get(session, campaign, sid)
    hosting.open_session(session, actor, campaign, qa)
    return redirect(request, desk_of(campaign, qa))


@router.post(ONE + "/break", name="studio:pause-session", dependencies=EDIT)
def take_break(request: Request, session: Db, actor: Member, campaign: OwnCampaign, sid: str) -> Response:
    """Ask for a moment."""
    qa = hosting.get(session, campaign, sid)
    hosting.pause(session, actor, qa, on=True)
    return redirect(request, desk_of(campaign, qa))


@router.post(ONE + "/go-on", name="studio:resume-session", dependencies=EDIT)
def go_on(request: Request, session: Db, actor: Member, campaign: OwnCampaign, sid: str) -> Response:
    """Come back from the break."""
    qa = hosting.get(session, campaign, sid)
    hosting.pause(session, actor, qa, on=False)
    return redirect(request, desk_of(campaign, qa))


@router.post(ONE + "/close", name="studio:close-session", dependencies=EDIT)
def close(request: Request, session: Db, actor: Member, campaign: OwnCampaign, sid: str) -> Response:
    """End it: its page becomes the archive."""
    qa = hosting.get(session, campaign, sid)
    hosting.close(session, actor, qa)
    return redirect(request, desk_of(campaign, qa), ok="saved")


@router.post(ONE + "/cancel", name="studio:cancel-session", dependencies=EDIT)
def call_off(request: Request, session: Db, actor: Member, campaign: OwnCampaign, sid: str) -> Response:
    """Call it off before it opens."""
    hosting.call_off(session, actor, hosting.get(session, campaign, sid))
    return redirect(request, base_of(campaign), ok="saved")


@router.post(ONE + "/on-air", name="studio:put-on-air", dependencies=EDIT)
def put_on_air(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, sid: str, form: FormData
) -> Response:
    """Show a question as the one being answered; without one, none."""
    qa = hosting.get(session, campaign, sid)
    parsed = form.parse(forms.OnAirForm)
    if parsed.data is None:
        return _console(request, session, campaign, sid, parsed, 422)
    hosting.put_on_air(session, actor, campaign, qa, pid=parsed.data.question)
    return redirect(request, desk_of(campaign, qa))


@router.post(ONE + "/answer", name="studio:answer-on-air", dependencies=EDIT)
def answer(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, sid: str, form: FormData
) -> Response:
    """Publish what was typed, or that it was answered aloud."""
    qa = hosting.get(session, campaign, sid)
    parsed = form.parse(forms.LiveForm)
    if parsed.data is None:
        return _console(request, session, campaign, sid, parsed, 422)
    data = parsed.data
    said = Said(data.text, data.by_name, data.by_role, data.source())
    try:
        hosting.answer_on_air(session, actor, campaign, qa, pid=data.question, said=said)
    except Unproven as refusal:
        return _console(request, session, campaign, sid, parsed.with_error("text", refusal.message), 409)
    return redirect(request, desk_of(campaign, qa))
