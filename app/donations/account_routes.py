"""`/studio/settings/payments`: the organisation's own Stripe account. Routes that ask Stripe hold no transaction."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.accounts.access import Connector
from app.core.db import reading
from app.core.deps import Db
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.pages import page, redirect
from app.core.ratelimit import limited
from app.core.settings import get_settings
from app.donations import tracing
from app.donations.account_forms import KeyForm, WebhookSecretForm
from app.donations.service import own_account
from app.donations.service.own_account import Heard, Refused
from app.payments.base import EVENT_TYPES
from app.payments.door import SANDBOX_PATH, WEBHOOK_PATH, door
from app.payments.permissions import NAMES
from app.people import queries as people
from app.people.access import Member, may
from app.people.rules import Actor, Permission

router = APIRouter()

HOME = "/studio/settings/payments"
NO_TRACE = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
ASKS = limited("connect", times=30, seconds=600)


@router.get(HOME, name="donations:account", dependencies=[may(Permission.ADMIN)])
def show_account(request: Request, session: Db, actor: Member) -> Response:  # noqa: ARG001 - one read a page
    return _show(request, actor)


def _show(
    request: Request,
    actor: Actor,
    *,
    key: FormState | None = None,
    secret: FormState | None = None,
    heard: Heard | None = None,
    problem: object = None,
    status: int = 200,
) -> Response:
    settings = get_settings()
    with reading() as session:
        organisation = people.organisation(session, actor)
        account = tracing.stripe_account(session, actor.organisation_id)
    context = {
        "account": account,
        "zone": organisation.timezone,
        "webhook": f"{settings.base_url}{WEBHOOK_PATH}/{organisation.pid}",
        "address_tail": organisation.pid,
        "permissions": NAMES,
        "events": EVENT_TYPES,
        "live": door().gateway.livemode,
        "bench": f"{SANDBOX_PATH}/" if settings.sandbox and not settings.stripe_api_base else "",
        "key_form": key,
        "secret_form": secret,
        "heard": heard,
        "problem": problem,
    }
    return page(request, "donations/account.html", context, status=status, headers=NO_TRACE)


@router.post(HOME, dependencies=[ASKS])
def connect(request: Request, actor: Connector, form: FormData) -> Response:
    """Try the key at Stripe, then keep it sealed."""
    parsed = form.parse(KeyForm)
    if parsed.data is None:
        return _show(request, actor, key=parsed, status=422)
    try:
        own_account.connect(actor, parsed.data.key)
    except Refused as error:
        return _show(request, actor, key=parsed.with_error("key", error.message), status=422)
    return redirect(request, HOME, ok="connected")


@router.post(f"{HOME}/secrets", name="donations:webhook-secret")
def add_secret(request: Request, actor: Connector, form: FormData) -> Response:
    """Keep the secret that signs the notifications."""
    parsed = form.parse(WebhookSecretForm)
    if parsed.data is None:
        return _show(request, actor, secret=parsed, status=422)
    own_account.add_secret(actor, parsed.data.secret)
    return redirect(request, HOME, ok="saved")


@router.post(f"{HOME}/secrets/retire", name="donations:webhook-secret-retire")
def retire_secret(request: Request, actor: Connector) -> Response:
    """Let only the newest secret vouch."""
    own_account.retire_secret(actor)
    return redirect(request, HOME, ok="saved")


@router.post(f"{HOME}/check", name="donations:account-check", dependencies=[ASKS])
def check(request: Request, actor: Connector) -> Response:
    """Whether what Stripe made in the last day arrived here."""
    try:
        return _show(request, actor, heard=own_account.listen(actor))
    except Refused as error:
        return _show(request, actor, problem=error.message, status=422)


@router.post(f"{HOME}/remove", name="donations:account-remove")
def remove(request: Request, actor: Connector) -> Response:
    """Forget the account's key and secrets."""
    own_account.remove(actor)
    return redirect(request, HOME, ok="removed")
