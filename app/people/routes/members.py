"""`/studio/members` and `/join/{token}`: who belongs to the organisation, and how they come in."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core import clock
from app.core.deps import Db
from app.core.errors import Conflict, Gone
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.pages import page, redirect
from app.core.ratelimit import limited
from app.people import queries, service
from app.people.access import Member, Visitor, check_csrf, cookie_name, may, set_cookie
from app.people.forms import InvitationForm, JoinForm, RoleForm
from app.people.passwords import WeakPassword
from app.people.routes.choices import LANGUAGES, SECRET_PAGE, role_choices
from app.people.rules import Permission, Role, device_label
from app.people.service.members import CLOSED
from app.people.wording import ROLE_DUTIES, ROLE_NAMES

router = APIRouter()


def _members(
    request: Request, session: Db, actor: Member, form: FormState | None = None, status: int = 200
) -> Response:
    context = {
        "members": queries.members(session, actor),
        "invitations": queries.pending_invitations(session, actor),
        "zone": queries.organisation(session, actor).timezone,
        "role_names": ROLE_NAMES,
        "roles": role_choices(),
        "form": form,
        "moment": clock.now(),
    }
    return page(request, "people/members.html", context, status=status)


@router.get("/studio/members", name="people:members")
def show_members(request: Request, session: Db, actor: Member) -> Response:
    return _members(request, session, actor)


@router.post(
    "/studio/members/invite",
    dependencies=[limited("invite", times=30, seconds=3600), may(Permission.ADMIN)],
)
def invite(request: Request, session: Db, actor: Member, form: FormData) -> Response:
    parsed = form.parse(InvitationForm)
    if parsed.data is None:
        return _members(request, session, actor, parsed, 422)
    try:
        service.invite(session, actor, parsed.data, language=request.state.language)
    except Conflict as error:
        return _members(request, session, actor, parsed.with_error("email", error.message), 422)
    return redirect(request, "/studio/members#invitations", ok="invited")


@router.post(
    "/studio/invitations/{pid}/again",
    dependencies=[limited("invite", times=30, seconds=3600), may(Permission.ADMIN)],
)
def send_again(request: Request, session: Db, actor: Member, pid: str) -> Response:
    service.send_invitation_again(session, actor, pid, language=request.state.language)
    return redirect(request, "/studio/members#invitations", ok="invited")


@router.post("/studio/invitations/{pid}/revoke", dependencies=[may(Permission.ADMIN)])
def revoke(request: Request, session: Db, actor: Member, pid: str) -> Response:
    service.revoke_invitation(session, actor, pid)
    return redirect(request, "/studio/members#invitations", ok="revoked")


@router.post("/studio/members/{pid}/role", dependencies=[may(Permission.ADMIN)])
def change_role(request: Request, session: Db, actor: Member, pid: str, form: FormData) -> Response:
    queries.membership(session, actor, pid)
    parsed = form.parse(RoleForm)
    if parsed.data is None:
        return _members(request, session, actor, FormState(errors=parsed.errors), 422)
    service.change_role(session, actor, pid, Role(parsed.data.role))
    return redirect(request, "/studio/members", ok="saved")


@router.post("/studio/members/{pid}/remove")
def remove(request: Request, session: Db, actor: Member, pid: str) -> Response:
    left = service.remove_member(session, actor, pid)
    return redirect(request, "/studio/organisations" if left else "/studio/members", ok="removed")


def _join_page(
    request: Request, session: Db, me: Visitor, token: str, form: FormState | None = None, status: int = 200
) -> Response:
    found = queries.open_invitation(session, token)
    if found is None:
        raise Gone(CLOSED)
    invitation, organisation = found
    context = {
        "token": token,
        "invitation": invitation,
        "organisation": organisation,
        "role": ROLE_NAMES[invitation.role],
        "duty": ROLE_DUTIES[invitation.role],
        "me": me,
        "is_mine": me is not None and me.person.email == invitation.email,
        "has_account": queries.person_by_email(session, invitation.email) is not None,
        "sign_in": f"/studio/sign-in?{urlencode({'next': f'/join/{token}'})}",
        "languages": LANGUAGES,
        "form": form or FormState(values={"language": request.state.language}),
    }
    return page(request, "people/join.html", context, block="join", status=status, headers=SECRET_PAGE)


@router.get("/join/{token}", name="people:join", dependencies=[limited("open-link", times=20, seconds=3600)])
def show_invitation(request: Request, session: Db, me: Visitor, token: str) -> Response:
    return _join_page(request, session, me, token)


@router.post("/join/{token}", dependencies=[limited("open-link", times=20, seconds=3600)])
def accept(request: Request, session: Db, me: Visitor, token: str, form: FormData) -> Response:
    if me is not None:
        check_csrf(request, form, me.csrf_token)
        service.accept_invitation(session, me, token)
        return redirect(request, "/studio")
    parsed = form.parse(JoinForm)
    if parsed.data is None:
        return _join_page(request, session, me, token, parsed, 422)
    try:
        browser = service.accept_with_new_account(
            session,
            token,
            parsed.data,
            device=device_label(request.headers.get("user-agent", "")),
            replaces=request.cookies.get(cookie_name(), ""),
        )
    except WeakPassword as error:
        return _join_page(request, session, me, token, parsed.with_error("password", error.message), 422)
    answer = redirect(request, "/studio")
    set_cookie(answer, browser)
    return answer
