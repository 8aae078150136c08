"""`/studio/account`: one's own name, language, password and browsers."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core.deps import Db
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.pages import page, redirect
from app.core.ratelimit import limited
from app.people import queries, service
from app.people.access import Account
from app.people.forms import PasswordForm, ProfileForm
from app.people.passwords import WeakPassword
from app.people.routes.choices import LANGUAGES
from app.people.service.accounts import WrongPassword, needs_old_password

router = APIRouter()


def _account(
    request: Request,
    session: Db,
    me: Account,
    *,
    profile: FormState | None = None,
    password: FormState | None = None,
    status: int = 200,
) -> Response:
    context = {
        "me": me,
        "languages": LANGUAGES,
        "profile": profile,
        "password": password,
        "needs_old": needs_old_password(me),
        "browsers": queries.sessions_of(session, me.person.id),
        "zone": me.organisation.timezone if me.organisation else "UTC",
    }
    return page(request, "people/account.html", context, status=status)


@router.get("/studio/account", name="people:account")
def show_account(request: Request, session: Db, me: Account) -> Response:
    return _account(request, session, me)


@router.post("/studio/account")
def change_profile(request: Request, session: Db, me: Account, form: FormData) -> Response:
    parsed = form.parse(ProfileForm)
    if parsed.data is None:
        return _account(request, session, me, profile=parsed, status=422)
    service.change_profile(session, me, parsed.data)
    return redirect(request, "/studio/account", ok="saved")


@router.post("/studio/account/password", dependencies=[limited("password", times=10, seconds=900)])
def change_password(request: Request, session: Db, me: Account, form: FormData) -> Response:
    parsed = form.parse(PasswordForm)
    if parsed.data is None:
        return _account(request, session, me, password=parsed, status=422)
    try:
        service.change_password(session, me, parsed.data)
    except WrongPassword as error:
        refused = parsed.with_error("old_password", error.message)
        return _account(request, session, me, password=refused, status=422)
    except WeakPassword as error:
        refused = parsed.with_error("new_password", error.message)
        return _account(request, session, me, password=refused, status=422)
    return redirect(request, "/studio/account", ok="saved")


@router.post("/studio/account/sessions/{pid}/end")
def end_session(request: Request, session: Db, me: Account, pid: str) -> Response:
    service.end_session(session, me, pid)
    return redirect(request, "/studio/account#browsers", ok="removed")


@router.post("/studio/account/sessions/end-others")
def end_other_sessions(request: Request, session: Db, me: Account) -> Response:
    service.end_other_sessions(session, me)
    return redirect(request, "/studio/account#browsers", ok="removed")
