"""`/studio/sign-in`: by password, or by an e-mailed link whose page must be confirmed; and signing out."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core.counting import forgive
from app.core.deps import Db
from app.core.errors import Gone
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.i18n import mark
from app.core.pages import page, redirect, safe_next
from app.core.ratelimit import client_address, limited
from app.people import queries, service
from app.people.access import Account, clear_cookie, cookie_name, set_cookie
from app.people.forms import LinkForm, SignInForm
from app.people.models import LinkPurpose
from app.people.routes.choices import SECRET_PAGE
from app.people.rules import device_label
from app.people.service.sign_in import SPENT

router = APIRouter()

QUARTER = 900
HOUR = 3600
WRONG = mark("The address or the password is not right. You can also have a link sent to you.")


def _door(request: Request, form: FormState | None, goal: str, status: int = 200) -> Response:
    context = {"form": form, "goal": goal}
    return page(request, "people/sign_in.html", context, block="sign_in", status=status)


@router.get("/studio/sign-in", name="people:sign-in")
def show_sign_in(request: Request) -> Response:
    return _door(request, None, safe_next(request.query_params.get("next", ""), "/studio"))


@router.post(
    "/studio/sign-in",
    dependencies=[
        limited("sign-in", times=20, seconds=QUARTER),
        limited("sign-in-account", times=5, seconds=QUARTER, field="email"),
    ],
)
def sign_in(request: Request, session: Db, form: FormData) -> Response:
    goal = safe_next(form.get("next"), "/studio")
    parsed = form.parse(SignInForm, also=["next"])
    if parsed.data is None:
        return _door(request, parsed, goal, 422)
    proof = service.prove_password(email=parsed.data.email, password=parsed.data.password)
    if proof is None:
        return _door(request, parsed.with_error("password", WRONG), goal, 422)
    token = service.sign_in(session, proof, **_browser(request))
    # Only failures count: a person who signs in often is not locked out.
    forgive(session, "sign-in", client_address(request), seconds=QUARTER)
    forgive(session, "sign-in-account", form.get("email").strip().lower(), seconds=QUARTER)
    answer = redirect(request, goal)
    set_cookie(answer, token)
    return answer


@router.post(
    "/studio/sign-in/link",
    dependencies=[
        limited("sign-in-link", times=10, seconds=HOUR),
        limited("sign-in-link-account", times=3, seconds=HOUR, field="email"),
    ],
)
def send_link(request: Request, session: Db, form: FormData) -> Response:
    parsed = form.parse(LinkForm, also=["next"])
    if parsed.data is None:
        goal = safe_next(form.get("next"), "/studio")
        return page(
            request, "people/sign_in.html", {"form": None, "link_form": parsed, "goal": goal}, status=422
        )
    service.send_sign_in_link(session, email=parsed.data.email, language=request.state.language)
    return page(request, "people/link_sent.html", {"email": parsed.data.email})


@router.get(
    "/studio/sign-in/{token}",
    name="people:sign-in-link",
    dependencies=[limited("open-link", times=20, seconds=HOUR)],
)
def show_link(request: Request, session: Db, token: str) -> Response:
    """Only shows a button: programs that visit the links of mails must not spend them."""
    if queries.open_link(session, token, LinkPurpose.SIGN_IN) is None:
        raise Gone(SPENT)
    return page(request, "people/link.html", {"token": token}, headers=SECRET_PAGE)


@router.post("/studio/sign-in/{token}", dependencies=[limited("open-link", times=20, seconds=HOUR)])
def use_link(request: Request, session: Db, token: str) -> Response:
    browser = service.sign_in_by_link(session, token, **_browser(request))
    answer = redirect(request, "/studio")
    set_cookie(answer, browser)
    return answer


@router.post("/studio/sign-out")
def sign_out(request: Request, session: Db, me: Account) -> Response:
    service.sign_out(session, me)
    request.state.csrf_token = ""
    answer = redirect(request, "/studio/sign-in", ok="signed-out")
    clear_cookie(answer)
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def _browser(request: Request) -> dict[str, str]:
    return {
        "device": device_label(request.headers.get("user-agent", "")),
        "replaces": request.cookies.get(cookie_name(), ""),
    }
