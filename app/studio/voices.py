"""What people told, for the team: chosen, drawn as cards, put into the week; what ended, data for the report."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns import queries as campaigns
from app.campaigns.access import OwnCampaign
from app.campaigns.models import Campaign
from app.campaigns.rules import day_date, day_number
from app.core import clock, i18n
from app.core.db import reading, transaction
from app.core.deps import Db
from app.core.errors import Conflict, NotFound
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.i18n import mark
from app.core.pages import page, redirect
from app.core.spreadsheet import line
from app.media import service as media
from app.people.access import Member, may, member_of
from app.people.rules import Actor, Permission
from app.print import cards
from app.print.typesetting import LETTERS, Unprintable
from app.stories import queries as stories
from app.testimonials import queries, rules, service, wording
from app.testimonials.forms import FeatureForm, RelayForm
from app.testimonials.models import Testimonial

router = APIRouter()
ROOM = "/studio/campaigns/{pid}/voices"


def _editor(request: Request, form: FormData) -> Actor:
    with reading() as session:
        actor = member_of(request, session, form)
    actor.require(Permission.EDIT)
    return actor


Editor = Annotated[Actor, Depends(_editor)]
"""A member who may edit, with no transaction held open: cards take a second to draw."""


@router.get(ROOM, name="studio:voices")
def voices(request: Request, session: Db, campaign: OwnCampaign, number: int = 1) -> Response:
    """The accepted ones, and the log of what ended."""
    return _page(request, session, campaign, number=number)


@router.get(ROOM + ".csv", name="studio:voices-report", dependencies=[may(Permission.EDIT)])
def report(session: Db, campaign: OwnCampaign) -> Response:
    """What may be quoted in the report, as its authors agreed: UTF-8 with a mark, for spreadsheets (RFC 4180)."""
    lines = [line(("received", "language", "name", "text", "transcript", "testimonial"))]
    for row, _ in queries.for_report(session, campaign):
        name = "" if row.naming is rules.Naming.ANONYMOUS else row.name
        lines.append(
            line((row.created_at.date().isoformat(), row.language, name, row.text, row.transcript, row.pid))
        )
    return Response(
        "\ufeff" + "".join(lines),
        media_type="text/csv; charset=utf-8",
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{campaign.slug}-testimonials.csv"',
        },
    )


@router.post(ROOM + "/{tid}/feature", name="studio:feature-voice", dependencies=[may(Permission.EDIT)])
def feature(
    tid: str, request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    """Show it first and on the campaign's own page, or no longer."""
    row = _own(session, campaign, tid)
    parsed = form.parse(FeatureForm)
    if parsed.data is None:
        return _page(request, session, campaign, wrong=(tid, parsed), status=422)
    service.feature(session, actor, campaign, row, on=parsed.data.on)
    return redirect(request, f"{_base(campaign)}#voice-{tid}", ok="saved")


@router.post(ROOM + "/{tid}/relay", name="studio:relay-voice")
def relay(pid: str, tid: str, request: Request, actor: Editor, form: FormData) -> Response:
    """Draw its card in a day's colour; with `do=week`, put it into that day in the same gesture."""
    with reading() as session:
        campaign = campaigns.own_campaign(session, actor, pid)
        if campaign is None:
            raise NotFound
        row = _own(session, campaign, tid)
        parsed = form.parse(RelayForm)
        if parsed.data is None:
            return _page(request, session, campaign, wrong=(tid, parsed), status=422)
    try:
        frame = _relayed(actor, campaign, row, parsed.data)
    except (Conflict, media.Refused) as refused:
        with reading() as session:
            wrong = (tid, parsed.with_error("day", refused.message))
            return _page(request, session, campaign, wrong=wrong, status=refused.status)
    if frame:
        return redirect(request, f"/studio/campaigns/{pid}/frames/{frame}", ok="created")
    return redirect(request, f"{_base(campaign)}#voice-{tid}", ok="created")


def _relayed(actor: Actor, campaign: Campaign, row: Testimonial, data: RelayForm) -> str:
    """The public id of the first story made; empty for a card alone. Raises Conflict, media.Refused, NotFound."""
    weekday = day_date(campaign.starts_on, data.day).weekday()
    with reading() as session:
        as_it_is = service.fits(session, row, weekday=weekday, language=data.language)
        drawn = service.drawing(session, actor, campaign, row, weekday=weekday, language=data.language)
    pictures = [] if as_it_is else _drawn(drawn)
    with transaction() as session:
        here, told = session.merge(campaign), session.merge(row)
        session.refresh(told)
        if pictures:
            service.keep_cards(session, actor, here, told, drawn, pictures)
        if data.do == "card":
            return ""
        day = stories.day(session, here.id, data.day)
        if day is None:
            raise Conflict(mark("This day has no column yet. Choose another one."))
        return service.into_week(session, actor, here, told, day)[0].pid


def _drawn(drawn: service.Drawing) -> list[tuple[media.Prepared, str]]:
    try:
        return [(media.prepare(one.png), one.text) for one in cards.draw(drawn.quotation)]
    except Unprintable as error:
        raise Conflict(LETTERS) from error


def _own(session: Session, campaign: Campaign, tid: str) -> Testimonial:
    row = queries.own(session, campaign, tid)
    if row is None:
        raise NotFound
    return row


def _base(campaign: Campaign) -> str:
    return f"/studio/campaigns/{campaign.pid}/voices"


def _days(request: Request, session: Session, campaign: Campaign) -> list[tuple[int, str]]:
    """The days a story can join, by number and name; the day it is comes first."""
    with i18n.speaking(request.state.language):
        found = [
            (one.number, i18n.day(day_date(campaign.starts_on, one.number), "EEEE d MMMM"))
            for one in stories.days(session, campaign.id)
        ]
    today = day_number(campaign.starts_on, campaign.length, clock.today(campaign.timezone)) or 1
    return sorted(found, key=lambda one: (one[0] < today, one[0]))


def _page(
    request: Request,
    session: Session,
    campaign: Campaign,
    *,
    number: int = 1,
    wrong: tuple[str, FormState] | None = None,
    status: int = 200,
) -> Response:
    number = max(1, number)
    found, total = queries.accepted(session, campaign, number)
    count = max(1, -(-total // rules.PER_PAGE))
    base = _base(campaign)
    context = {
        "campaign": campaign,
        "room": "voices",
        "base": base,
        "found": found,
        "total": total,
        "waiting": queries.waiting(session, campaign),
        "days": _days(request, session, campaign),
        "ended": queries.ended(session, campaign),
        "say": wording,
        "rules": rules,
        "wrong": wrong,
        "number": number,
        "count": count,
        "before": f"{base}?number={number - 1}" if number > 1 else None,
        "after": f"{base}?number={number + 1}" if number < count else None,
    }
    return page(request, "studio/voices.html", context, status=status)
