"""`/studio/privacy`: what is kept about someone, a copy of it, its erasure; and how long anything is kept."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core.deps import Db
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.pages import page
from app.core.ratelimit import limited
from app.people.access import Member, may
from app.people.rules import Permission
from app.privacy import queries, service
from app.privacy.elsewhere import ELSEWHERE
from app.privacy.forms import EraseForm, FindForm

router = APIRouter()
ADMIN = may(Permission.ADMIN)
SPARING = limited("privacy", times=60, seconds=3600)


@router.get("/studio/privacy", name="privacy:studio", dependencies=[ADMIN])
def show(request: Request, session: Db, actor: Member) -> Response:
    """The schedule, past erasures, and the form that finds someone."""
    return _page(request, session, actor)


@router.post("/studio/privacy/find", name="privacy:find", dependencies=[SPARING, ADMIN])
def find(request: Request, session: Db, actor: Member, form: FormData) -> Response:
    """What is kept about an address. By POST: an address belongs in no URL and no log."""
    parsed = form.parse(FindForm)
    if parsed.data is None:
        return _page(request, session, actor, parsed, status=422)
    return _found(request, session, actor, parsed.data.email)


@router.post("/studio/privacy/copy", name="privacy:copy", dependencies=[SPARING, ADMIN])
def copy(request: Request, session: Db, actor: Member, form: FormData) -> Response:
    """A copy for the person, to be sent to them."""
    parsed = form.parse(FindForm)
    if parsed.data is None:
        return _page(request, session, actor, parsed, status=422)
    subject = service.of_address(session, actor.organisation_id, parsed.data.email)
    return archive(service.copy(session, subject))


@router.post("/studio/privacy/erase", name="privacy:erase", dependencies=[SPARING, ADMIN])
def erase(request: Request, session: Db, actor: Member, form: FormData) -> Response:
    """Erase someone at their wish."""
    parsed = form.parse(EraseForm)
    if parsed.data is None:
        asked = form.parse(FindForm, also=["sure"])
        if asked.data is None:
            return _page(request, session, actor, parsed, status=422)
        return _found(request, session, actor, asked.data.email, parsed, status=422)
    subject = service.of_address(session, actor.organisation_id, parsed.data.email)
    done = service.erase(session, subject, actor)
    return page(request, "privacy/erased.html", {"done": done})


def archive(data: bytes) -> Response:
    """A zip to keep, that no cache keeps."""
    return Response(
        data,
        media_type="application/zip",
        headers={
            "Content-Disposition": 'attachment; filename="septaine-data.zip"',
            "Cache-Control": "no-store",
        },
    )


def _found(
    request: Request, session: Db, actor: Member, email: str, form: FormState | None = None, status: int = 200
) -> Response:
    subject = service.of_address(session, actor.organisation_id, email)
    context = {"email": email, "held": service.held(session, subject), "form": form or FormState()}
    return page(request, "privacy/found.html", context, status=status)


def _page(
    request: Request, session: Db, actor: Member, form: FormState | None = None, status: int = 200
) -> Response:
    context = {
        "form": form or FormState(),
        "schedule": queries.schedule(session),
        "elsewhere": ELSEWHERE,
        "last": queries.last_run(session),
        "erasures": queries.erasures(session, actor),
        "zone": "UTC",
    }
    return page(request, "privacy/studio.html", context, status=status)
