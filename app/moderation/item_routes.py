"""`/studio/inbox/{iid}`: one thing somebody sent, read by one moderator at a time, decided as it was shown."""

from collections.abc import Callable

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.core import i18n
from app.core.deps import Db, writes
from app.core.errors import Conflict
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.pages import page, redirect
from app.intake.rules import STATE_WORDS
from app.moderation import forms, queries, service, view
from app.moderation.desks import DESKS
from app.moderation.service import Ruling
from app.people.access import Member, may
from app.people.rules import Actor, Permission

router = APIRouter(prefix="/studio/inbox/{iid}", dependencies=[may(Permission.MODERATE)])


@router.get("", name="moderation:item")
@writes
def item(iid: str, request: Request, session: Db, actor: Member) -> Response:
    """One item. Opening it begins to read it: for ten minutes nobody else decides."""
    return _show(request, session, actor, iid)


@router.post("", name="moderation:decide")
def decide(iid: str, request: Request, session: Db, actor: Member, form: FormData) -> Response:
    """Accept, return or refuse what was shown, then go on to the next."""
    parsed = form.parse(forms.DecideForm)
    data = parsed.data
    if data is None:
        return _show(request, session, actor, iid, form=parsed, status=422)
    filters = forms.read_filters(request.query_params)
    line = queries.line(session, actor, iid)
    following = queries.neighbour(session, actor, filters, line.item, before=False)
    ruling = Ruling(data.verb, data.reason, data.more)
    try:
        service.decide(session, actor, line.item, ruling, version=data.version, alike=data.alike)
    except Conflict as refused:
        status = 422 if refused.message is service.NO_REASON else 409
        kept = FormState(parsed.values, {"form": refused.message})
        return _show(request, session, actor, iid, form=kept, status=status)
    path = f"/studio/inbox/{following}" if following else "/studio/inbox"
    return redirect(request, view.address(path, filters), ok="decided")


@router.post("/edit", name="moderation:edit")
def edit(iid: str, request: Request, session: Db, actor: Member, form: FormData) -> Response:
    """Correct the words of somebody who agreed to it."""
    line = queries.line(session, actor, iid)
    fields = view.opened(session, actor, line).fields
    parsed = form.parse(forms.words_form(fields))
    if parsed.data is None:
        return _show(request, session, actor, iid, form=parsed, status=422)
    given = parsed.data.model_dump()
    version = given.pop("version")
    words = {name.removeprefix("words_"): text for name, text in given.items()}

    def act() -> None:
        service.edit(session, actor, line.item, version=version, words=words)

    return _do(request, session, actor, iid, parsed, act)


@router.post("/escalate", name="moderation:escalate")
def escalate(iid: str, request: Request, session: Db, actor: Member, form: FormData) -> Response:
    """Pass it to an owner, with words that say why."""
    parsed = form.parse(forms.EscalateForm)
    data = parsed.data
    if data is None:
        return _show(request, session, actor, iid, form=parsed, status=422)
    line = queries.line(session, actor, iid)

    def act() -> None:
        service.escalate(session, actor, line.item, version=data.version, note=data.note)

    return _do(request, session, actor, iid, parsed, act, path="/studio/inbox", ok="sent")


@router.post("/look", name="moderation:look")
def look(iid: str, request: Request, session: Db, actor: Member) -> Response:
    """Show what is masked; the journal keeps who looked."""
    service.look(session, actor, queries.line(session, actor, iid).item)
    return redirect(request, _back(request, f"/studio/inbox/{iid}"))


@router.post("/hold", name="moderation:hold")
def hold(iid: str, session: Db, actor: Member) -> Response:
    """The page is still open: ten more minutes. Answers 409 once somebody else reads it."""
    held = service.claim(session, actor, queries.line(session, actor, iid).item)
    return Response(status_code=204 if held else 409)


@router.post("/release", name="moderation:release")
def release(iid: str, request: Request, session: Db, actor: Member) -> Response:
    """Put it back for the others."""
    service.release(session, actor, queries.line(session, actor, iid).item)
    return redirect(request, _back(request, "/studio/inbox"))


def _back(request: Request, path: str) -> str:
    return view.address(path, forms.read_filters(request.query_params))


def _do(
    request: Request,
    session: Session,
    actor: Actor,
    iid: str,
    form: FormState,
    act: Callable[[], None],
    *,
    path: str = "",
    ok: str = "saved",
) -> Response:
    """Do it and lead on, or show the item as it now is with what was typed."""
    try:
        with session.begin_nested():
            act()
    except Conflict as refused:
        kept = FormState(form.values, {"form": refused.message})
        return _show(request, session, actor, iid, form=kept, status=409)
    return redirect(request, _back(request, path or f"/studio/inbox/{iid}"), ok=ok)


def _show(
    request: Request,
    session: Session,
    actor: Actor,
    iid: str,
    *,
    form: FormState | None = None,
    status: int = 200,
) -> Response:
    line = queries.line(session, actor, iid)
    service.claim(session, actor, line.item)
    line = queries.line(session, actor, iid)
    filters = forms.read_filters(request.query_params)
    with i18n.speaking(request.state.language):  # desks write dates and amounts
        opened = view.opened(session, actor, line)
    context = {
        "one": opened,
        "filters": filters,
        "chosen": forms.query_of(filters),
        "address": view.address,
        "before": queries.neighbour(session, actor, filters, line.item, before=True),
        "after": queries.neighbour(session, actor, filters, line.item, before=False),
        "reasons": view.reason_choices(session, actor, request.state.language),
        "languages": view.LANGUAGE_WORDS,
        "kind_words": {kind: desk.name for kind, desk in DESKS.items()},
        "state_words": STATE_WORDS,
        "form": form,
    }
    return page(request, "moderation/item.html", context, status=status)
