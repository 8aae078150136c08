"""`/studio/inbox`: everything the public sends, in one list; many decided at once; decisions taken back."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns import queries as campaigns
from app.core.deps import Db
from app.core.errors import Conflict
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.i18n import Message, mark
from app.core.pages import page, redirect
from app.moderation import forms, queries, service, view
from app.moderation.desks import DESKS
from app.moderation.service import Outcome, Ruling
from app.people.access import Member, may
from app.people.rules import Actor, Permission

router = APIRouter(prefix="/studio/inbox", dependencies=[may(Permission.MODERATE)])


@router.get("", name="moderation:inbox")
def inbox(
    request: Request,
    session: Db,
    actor: Member,
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> Response:
    """What waits, the urgent first and then the oldest."""
    return _list(request, session, actor, number=number)


@router.post("", name="moderation:decide-many")
def decide_many(request: Request, session: Db, actor: Member, form: FormData) -> Response:
    """Decide what is ticked, as it was shown; what somebody else reads or decided stays and is named."""
    parsed = form.parse(forms.BulkForm)
    data = parsed.data
    if data is None:
        said = mark("Tick at least one, and choose what to do with it.")
        return _list(request, session, actor, form=parsed, said=said, status=422)
    ruling = Ruling(data.verb, data.reason)
    try:
        outcome = service.decide_many(session, actor, data.shown, ruling, alike=True)
    except Conflict as refused:
        return _list(request, session, actor, form=parsed, said=refused.message, status=422)
    if outcome.left or outcome.more:
        return _list(request, session, actor, outcome=outcome, status=409 if outcome.left else 200)
    filters = forms.read_filters(request.query_params)
    return redirect(request, view.address("/studio/inbox", filters), ok="decided")


@router.post("/undo", name="moderation:undo")
def undo(request: Request, session: Db, actor: Member, form: FormData) -> Response:
    """Take back what was decided at one instant."""
    parsed = form.parse(forms.UndoForm)
    if parsed.data is None:
        return _list(request, session, actor, said=mark("There is nothing to take back."), status=422)
    try:
        count = service.undo(session, actor, at=parsed.data.at)
    except Conflict as refused:
        return _list(request, session, actor, said=refused.message, status=409)
    if not count:
        return _list(request, session, actor, said=mark("There is nothing to take back."), status=409)
    filters = forms.read_filters(request.query_params)
    return redirect(request, view.address("/studio/inbox", filters), ok="undone")


def _list(
    request: Request,
    session: Session,
    actor: Actor,
    *,
    number: int = 1,
    form: FormState | None = None,
    said: Message | str | None = None,
    outcome: Outcome | None = None,
    status: int = 200,
) -> Response:
    filters = forms.read_filters(request.query_params)
    lines, count = queries.lines(session, actor, filters, page=number)
    context: dict[str, Any] = {
        "filters": filters,
        "chosen": forms.query_of(filters),
        "choices": view.choices(campaigns.own_campaigns(session, actor)),
        "states": view.STATES,
        "lines": lines,
        "page_number": number,
        "page_count": count,
        "counts": queries.counts(session, actor),
        "undoable": queries.undoable(session, actor),
        "alerts": queries.open_alerts(session, actor),
        "reasons": view.reason_choices(session, actor, request.state.language),
        "address": view.address,
        "signal_words": view.signal_words,
        "kind_words": {kind: desk.name for kind, desk in DESKS.items()},
        "alert_words": view.ALERT_WORDS,
        "form": form,
        "said": said,
        "outcome": outcome,
    }
    return page(request, "moderation/inbox.html", context, status=status)
