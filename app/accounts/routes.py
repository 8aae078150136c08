"""`/studio/channels`: the accounts an organisation publishes with, and the ways to connect one.

Whatever asks a platform takes `Connector`, which holds no transaction; the callback's address, which holds a
code, is left at once for a clean one, and its errors are shown with no referrer and kept nowhere.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.accounts import agreeing, confirming, proving, queries, rules, service
from app.accounts.access import Connector
from app.accounts.agreeing import Answer
from app.accounts.forms import FORMS, ChoiceForm, CodeForm, NameForm, ServerForm
from app.accounts.proving import CannotConnect, Made
from app.accounts.rules import AccountState, Kind, Way
from app.channels import registry
from app.core.deps import Db
from app.core.errors import NotFound
from app.core.fields import FormState, Parsed
from app.core.forms import FormData
from app.core.pages import page, redirect
from app.core.ratelimit import limited
from app.core.settings import get_settings
from app.people import queries as people
from app.people.access import Member, may
from app.people.rules import Actor, Permission

router = APIRouter()

HOME = "/studio/channels"
NO_TRACE = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
ASKS = limited("connect", times=30, seconds=600)


def _kind(to: str) -> Kind:
    found = next((kind for kind in rules.offered(registry.CHANNELS) if kind.code == to), None)
    if found is None:
        raise NotFound
    return found


@router.get(HOME, name="accounts:list")
def show_accounts(request: Request, session: Db, actor: Member) -> Response:
    return _list(request, session, actor)


def _list(
    request: Request,
    session: Db,
    actor: Actor,
    *,
    form: FormState | None = None,
    about: str = "",
    status: int = 200,
) -> Response:
    """The page of accounts; `form` is the refused form of the account `about`."""
    context = {
        "accounts": queries.accounts(session, actor.organisation_id, with_disconnected=True),
        "kinds": rules.offered(registry.CHANNELS),
        "missing": [kind.code for kind in rules.offered(registry.CHANNELS) if not _is_set_up(kind)],
        "name_of": rules.name_of,
        "states": AccountState,
        "zone": people.organisation(session, actor).timezone,
        "form": form,
        "about": about,
    }
    return page(request, "accounts/list.html", context, status=status)


@router.get(f"{HOME}/connect", name="accounts:connect", dependencies=[may(Permission.ADMIN)])
def show_connect(request: Request, session: Db, actor: Member, to: str = "", again: str = "") -> Response:
    """How to connect a platform; `again` is the account whose server and handle are already known."""
    kind = _kind(to)
    known = queries.account(session, actor.organisation_id, again) if again else None
    values = (
        {"server": known.server, "handle": known.handle, "email": known.handle} if known is not None else {}
    )
    return _connect(request, kind, FormState(values=values))


def _connect(request: Request, kind: Kind, form: FormState, *, status: int = 200) -> Response:
    settings = get_settings()
    context = {
        "kind": kind,
        "form": form,
        "set_up": _is_set_up(kind),
        "callback": f"{settings.base_url}{agreeing.CALLBACK}",
        "default_server": proving.BLUESKY,
        "unsent": _keeps_mails(),
    }
    return page(request, "accounts/connect.html", context, status=status, headers=NO_TRACE)


@router.post(f"{HOME}/connect", dependencies=[ASKS])
def connect(request: Request, actor: Connector, form: FormData, to: str = "") -> Response:
    """Connect by what was pasted, or lead to the platform where the person agrees.

    A form may not be redirected to another site (`form-action`): a page with the link stands between.
    """
    kind = _kind(to)
    parsed: Parsed[Any] = form.parse(FORMS[kind.way])
    if parsed.data is None:
        return _connect(request, kind, parsed, status=422)
    try:
        if kind.way in _PROOFS:
            made = _PROOFS[kind.way](actor, kind, parsed.data)
        elif kind.way is Way.MAIL:
            confirming.begin(actor, kind, parsed.data)
            return redirect(request, confirming.CONFIRM)
        else:
            server = parsed.data.server if isinstance(parsed.data, ServerForm) else ""
            url = agreeing.begin(actor, kind, server=server)
            return page(
                request, "accounts/leave.html", {"kind": kind, "url": url, "server": server}, headers=NO_TRACE
            )
    except CannotConnect as error:
        return _connect(request, kind, parsed.with_error("form", error.message), status=422)
    if made.secret:
        return page(request, "accounts/secret.html", {"kind": kind, "made": made}, headers=NO_TRACE)
    return redirect(request, HOME, ok="connected")


_PROOFS: Mapping[Way, Callable[[Actor, Kind, Any], Made]] = {
    Way.APP_PASSWORD: proving.with_app_password,
    Way.BOT: proving.with_bot,
    Way.ADDRESS: proving.with_address,
}


@router.get(agreeing.CALLBACK, name="accounts:callback", dependencies=[ASKS])
def come_back(
    request: Request,
    actor: Connector,
    state: str = "",
    code: str = "",
    error: str = "",
    said: Annotated[str, Query(alias="error_description")] = "",
) -> Response:
    """Back from the platform's page, once, with the person who left for it."""
    try:
        made = agreeing.finish(actor, Answer(state, code, error, said))
    except agreeing.NotAgreed as refused:
        return _connect(request, refused.kind, FormState(errors={"form": refused.message}), status=422)
    return (
        redirect(request, HOME, ok="connected") if made is not None else redirect(request, f"{HOME}/choose")
    )


@router.get(f"{HOME}/choose", name="accounts:choose", dependencies=[ASKS])
def show_choice(request: Request, actor: Connector) -> Response:
    return _choice(request, actor)


@router.post(f"{HOME}/choose", dependencies=[ASKS])
def choose(request: Request, actor: Connector, form: FormData) -> Response:
    parsed = form.parse(ChoiceForm)
    if parsed.data is None:
        return _choice(request, actor, parsed, status=422)
    try:
        agreeing.choose(actor, parsed.data.account)
    except CannotConnect as error:
        return _choice(request, actor, parsed.with_error("account", error.message), status=422)
    return redirect(request, HOME, ok="connected")


def _choice(request: Request, actor: Actor, form: FormState | None = None, *, status: int = 200) -> Response:
    kind, offers = agreeing.to_choose(actor)
    return page(
        request, "accounts/choose.html", {"kind": kind, "offers": offers, "form": form}, status=status
    )


@router.get(confirming.CONFIRM, name="accounts:confirm", dependencies=[ASKS])
def show_confirmation(request: Request, actor: Connector) -> Response:
    """Where the code that was mailed is typed."""
    return _confirmation(request, actor)


@router.post(confirming.CONFIRM, dependencies=[ASKS])
def confirm(request: Request, actor: Connector, form: FormData) -> Response:
    parsed = form.parse(CodeForm)
    if parsed.data is None:
        return _confirmation(request, actor, parsed, status=422)
    try:
        confirming.finish(actor, parsed.data)
    except CannotConnect as error:
        return _confirmation(request, actor, parsed.with_error("code", error.message), status=422)
    return redirect(request, HOME, ok="connected")


def _confirmation(
    request: Request, actor: Actor, form: FormState | None = None, *, status: int = 200
) -> Response:
    context = {
        "address": confirming.waiting_address(actor),
        "form": form,
        "unsent": _keeps_mails(),
        "mailbox": _has_mailbox(),
    }
    return page(request, "accounts/confirm.html", context, status=status, headers=NO_TRACE)


@router.post(f"{HOME}/{{aid}}/check", dependencies=[ASKS])
def check(request: Request, actor: Connector, aid: str) -> Response:
    """Ask the platform now; an account it no longer accepts shows so in the list."""
    row = proving.check(actor, aid)
    return redirect(request, HOME, ok="holds" if row.state is AccountState.CONNECTED else None)


@router.post(f"{HOME}/{{aid}}/rename", dependencies=[may(Permission.ADMIN)])
def rename(request: Request, session: Db, actor: Member, aid: str, form: FormData) -> Response:
    if queries.account(session, actor.organisation_id, aid) is None:
        raise NotFound
    parsed = form.parse(NameForm)
    if parsed.data is None:
        return _list(request, session, actor, form=parsed, about=aid, status=422)
    service.rename(session, actor, aid, name=parsed.data.name)
    return redirect(request, HOME, ok="saved")


@router.post(f"{HOME}/{{aid}}/disconnect", dependencies=[may(Permission.ADMIN)])
def disconnect(request: Request, session: Db, actor: Member, aid: str) -> Response:
    service.disconnect(session, actor, aid)
    return redirect(request, HOME, ok="disconnected")


def _is_set_up(kind: Kind) -> bool:
    """Whether this instance may ask: Meta wants an application of the administrator's own."""
    return kind.way not in (Way.LOGIN, Way.PAGES) or agreeing.app_given(kind) is not None


def _keeps_mails() -> bool:
    """Whether mails wait here for want of a mail server."""
    settings = get_settings()
    return not settings.smtp_url.get_secret_value() and not settings.development


def _has_mailbox() -> bool:
    """Whether mails are shown instead of sent, as the demo does."""
    settings = get_settings()
    return not settings.smtp_url.get_secret_value() and settings.development
