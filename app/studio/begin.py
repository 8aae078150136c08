"""Begin a campaign: choose a template and its first details, copy one, or bring one in from a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.blueprints import archive, rules, service, templates
from app.blueprints.forms import CopyForm, ImportForm, NewCampaignForm
from app.blueprints.templates import Template
from app.campaigns.access import OwnCampaign
from app.campaigns.forms import zones
from app.core import clock
from app.core.deps import Db
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.i18n import Message, mark
from app.core.i18n import day as say_day
from app.core.pages import page, redirect
from app.core.ratelimit import limited
from app.media.service import Refused
from app.people import queries as people
from app.people.access import Member, may
from app.people.rules import Actor, Permission

router = APIRouter(prefix="/studio/campaigns")
EDIT = [may(Permission.EDIT)]


@dataclass(frozen=True)
class Beat:
    """One day of a template's preview."""

    number: int
    weekday: int
    name: str
    beat: str


@dataclass(frozen=True)
class Offer:
    """A template as the chooser shows it."""

    template: Template
    beats: Sequence[Beat]
    more: int  # days beyond those shown


def next_monday(today: date) -> date:
    """The first Monday that leaves a week to prepare."""
    soonest = today + timedelta(days=7)
    return soonest + timedelta(days=-soonest.weekday() % 7)


def _beats(template: Template, starts_on: date) -> list[Beat]:
    laid = rules.laid(template.document.days, template.length, repeat=template.repeat)
    beats = []
    for number, day in enumerate(laid, start=1):
        on = starts_on + timedelta(days=number - 1)
        beats.append(Beat(number, on.weekday(), say_day(on, "EEEE"), day.beat if day else ""))
    return beats


@router.get("/new", name="studio:new", dependencies=EDIT)
def choose(request: Request, session: Db, actor: Member) -> Response:
    """The templates with their beats; with `?template=`, the first details."""
    key = request.query_params.get("template", "")
    if templates.template(key, request.state.language) is not None:
        return _details(request, session, actor, key, None)
    start = next_monday(clock.today(people.organisation(session, actor).timezone))
    offers = []
    for one in templates.templates(request.state.language):
        beats = _beats(one, start)
        offers.append(Offer(one, beats[:7], max(0, len(beats) - 7)))
    return page(request, "studio/templates.html", {"offers": offers, "first": templates.FIRST})


@router.post("/new", name="studio:create", dependencies=EDIT)
def create(request: Request, session: Db, actor: Member, form: FormData) -> Response:
    """Lay the template down and open the week."""
    parsed = form.parse(NewCampaignForm)
    found = templates.template(form.get("template"), form.get("language") or request.state.language)
    if parsed.data is None or found is None:
        state: FormState = parsed if found else parsed.with_error("template", mark("Choose a template."))
        return _details(request, session, actor, form.get("template"), state, status=422)
    data = parsed.data
    campaign = service.create_from_template(
        session,
        actor,
        found,
        title=data.title,
        starts_on=data.starts_on,
        length=data.length,
        timezone=data.timezone,
        carrier=data.carrier,
    )
    return redirect(request, f"/studio/campaigns/{campaign.pid}/week", ok="created")


def _details(
    request: Request, session: Session, actor: Actor, key: str, form: FormState | None, *, status: int = 200
) -> Response:
    organisation = people.organisation(session, actor)
    shown = templates.template(key, request.state.language) or templates.templates(request.state.language)[0]
    if form is None:
        start = next_monday(clock.today(organisation.timezone))
        form = FormState(
            {
                "template": shown.key,
                "title": "",
                "language": request.state.language,
                "starts_on": start.isoformat(),
                "length": shown.length,
                "timezone": organisation.timezone,
                "carrier": "",
            }
        )
    context: dict[str, Any] = {
        "form": form,
        "template": shown,
        "beats": _beats(shown, next_monday(clock.today(organisation.timezone))),
        "zones": [(zone, zone.replace("_", " ")) for zone in zones()],
    }
    return page(request, "studio/new.html", context, block="new_form", status=status)


@router.get("/import", name="studio:import", dependencies=EDIT)
def import_form(request: Request) -> Response:
    """Where an exported campaign comes in."""
    return page(request, "studio/import.html", {"form": FormState()})


@router.post(
    "/import", name="studio:bring-in", dependencies=[limited("import", times=10, seconds=600), *EDIT]
)
def bring_in(request: Request, session: Db, actor: Member, form: FormData) -> Response:
    """Read, check and rewrite before the transaction, then lay the campaign down in one go."""
    parsed = form.parse(ImportForm)
    file = form.files.get("archive")
    if file is None or parsed.data is None:
        return _refused(request, parsed, mark("Choose the file that an export gave you."))
    data = file.file.read(archive.TOTAL_LIMIT + 1)
    session.rollback()  # nothing is written yet: others may write while the pictures are decoded
    try:
        unpacked = archive.unpack(data)
        prepared = service.prepare_media(unpacked)
        campaign = service.import_document(session, actor, unpacked.document, prepared)
    except archive.BadArchive as bad:
        return _refused(request, parsed, bad.said)
    except Refused as bad:
        session.rollback()
        return _refused(request, parsed, bad.message)
    return redirect(request, f"/studio/campaigns/{campaign.pid}/week", ok="created")


def _refused(request: Request, form: FormState, said: Message | str) -> Response:
    state = form.with_error("archive", said)
    return page(request, "studio/import.html", {"form": state}, block="import_form", status=422)


@router.get("/{pid}/export", name="studio:export")
def export(session: Db, actor: Member, campaign: OwnCampaign) -> Response:
    """The campaign as one file."""
    data = service.export_archive(session, actor, campaign)
    headers = {
        "Content-Disposition": f'attachment; filename="{campaign.slug}.zip"',
        "Cache-Control": "no-store",
    }
    return Response(data, media_type="application/zip", headers=headers)


@router.get("/{pid}/copy", name="studio:copy-form", dependencies=EDIT)
def copy_form(request: Request, campaign: OwnCampaign) -> Response:
    """Name and date of a copy."""
    start = next_monday(clock.today(campaign.timezone))
    form = FormState({"title": campaign.title, "starts_on": start.isoformat()})
    return page(request, "studio/copy.html", {"campaign": campaign, "room": "settings", "form": form})


@router.post("/{pid}/copy", name="studio:copy", dependencies=EDIT)
def copy(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    """Everything the campaign says, on other dates."""
    parsed = form.parse(CopyForm)
    if parsed.data is None:
        context = {"campaign": campaign, "room": "settings", "form": parsed}
        return page(request, "studio/copy.html", context, block="copy_form", status=422)
    made = service.clone(session, actor, campaign, title=parsed.data.title, starts_on=parsed.data.starts_on)
    return redirect(request, f"/studio/campaigns/{made.pid}/week", ok="created")


@router.get("/{pid}", name="studio:campaign")
def campaign_home(request: Request, campaign: OwnCampaign) -> Response:
    """A campaign opens on its week."""
    return redirect(request, f"/studio/campaigns/{campaign.pid}/week")
