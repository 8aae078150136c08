"""`/setup/{token}`: the first organiser's account and organisation."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core.deps import Db
from app.core.errors import Gone
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.pages import page, redirect
from app.core.ratelimit import limited
from app.people import queries, service
from app.people.access import set_cookie
from app.people.forms import SetupForm
from app.people.models import LinkPurpose
from app.people.routes.choices import SECRET_PAGE, place_choices
from app.people.rules import device_label
from app.people.service.setup import OVER

router = APIRouter()


def _form(request: Request, form: FormState, status: int = 200) -> Response:
    context = {"form": form, **place_choices()}
    return page(request, "people/setup.html", context, block="setup_form", status=status, headers=SECRET_PAGE)


@router.get("/setup/{token}", name="people:setup", dependencies=[limited("setup", times=30, seconds=3600)])
def show_setup(request: Request, session: Db, token: str) -> Response:
    if queries.anyone(session) or queries.open_link(session, token, LinkPurpose.SETUP) is None:
        raise Gone(OVER)
    blank = {"language": request.state.language, "timezone": "Europe/Paris", "currency": "EUR"}
    return _form(request, FormState(values=blank))


@router.post("/setup/{token}", dependencies=[limited("setup", times=30, seconds=3600)])
def found_instance(request: Request, session: Db, token: str, form: FormData) -> Response:
    if queries.anyone(session) or queries.open_link(session, token, LinkPurpose.SETUP) is None:
        raise Gone(OVER)
    parsed = form.parse(SetupForm)
    if parsed.data is None:
        return _form(request, parsed, 422)
    device = device_label(request.headers.get("user-agent", ""))
    browser = service.found_instance(session, token, parsed.data, device=device)
    answer = redirect(request, "/studio")
    set_cookie(answer, browser)
    return answer
