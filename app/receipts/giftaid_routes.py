"""`/studio/receipts/gift-aid`: the declarations, those on paper entered by a member, and the claim's schedule."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response, StreamingResponse

from app.core import clock
from app.core.deps import Db
from app.core.errors import Conflict, NotFound
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.pages import page, redirect
from app.people.access import Member, may
from app.people.rules import Actor, Permission
from app.receipts import giftaid, queries, rules
from app.receipts.forms import PaperGiftAidForm
from app.receipts.models import GiftAid

router = APIRouter(prefix="/studio/receipts/gift-aid")
MONEY = [may(Permission.MONEY)]


def _kept(did: str, session: Db, actor: Member) -> GiftAid:
    found = giftaid.own(session, actor, did)
    if found is None:
        raise NotFound
    return found


@router.get("", name="receipts:gift-aid", dependencies=MONEY)
def show(request: Request, session: Db, actor: Member) -> Response:
    """Who declared, and how much a claim would be for the present tax year."""
    return _page(request, session, actor, FormState())


@router.post("", name="receipts:enter-gift-aid", dependencies=MONEY)
def enter(request: Request, session: Db, actor: Member, form: FormData) -> Response:
    parsed = form.parse(PaperGiftAidForm)
    if parsed.data is None:
        return _page(request, session, actor, parsed, status=422)
    try:
        giftaid.enter(session, actor, parsed.data)
    except Conflict as refusal:
        session.rollback()
        return _page(request, session, actor, parsed.with_error("form", refusal.message), status=409)
    return redirect(request, "/studio/receipts/gift-aid", ok="saved")


@router.get("/schedule.csv", name="receipts:schedule", dependencies=MONEY)
def schedule(session: Db, actor: Member, since: date, until: date) -> Response:
    """The gifts of a period on which Gift Aid may be claimed, in HMRC's columns."""
    lines = list(giftaid.schedule_lines(giftaid.schedule(session, actor, since, until)))
    headers = {
        "Content-Disposition": f'attachment; filename="gift-aid-{since}-{until}.csv"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(iter(lines), media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/{did}/cancel", name="receipts:cancel-gift-aid", dependencies=MONEY)
def cancel(
    request: Request, session: Db, actor: Member, kept: Annotated[GiftAid, Depends(_kept)]
) -> Response:
    """Close a declaration, as its donor asked."""
    giftaid.cancel(session, kept, actor)
    return redirect(request, "/studio/receipts/gift-aid", ok="saved")


def _page(request: Request, session: Db, actor: Actor, form: FormState, status: int = 200) -> Response:
    body = queries.organisation(session, actor.organisation_id)
    today = clock.today(body.timezone)
    since = date(rules.british_tax_year(today), 4, 6)
    claims = giftaid.schedule(session, actor, since, today)
    context = {
        "form": form,
        "claiming": giftaid.claims(session, body.id),
        "declarations": giftaid.declarations(session, actor),
        "wording": giftaid.wording(body),
        "since": since,
        "today": today,
        "claimed": len(claims),
        "given_minor": sum(one.amount_minor for one in claims),
        "zone": body.timezone,
    }
    return page(request, "receipts/giftaid.html", context, status=status)
