"""A copy of everything, and erasure, asked for by the person themselves on their private page."""

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.core.deps import Db
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.pages import page
from app.core.ratelimit import limited
from app.donations import own
from app.people.models import Organisation
from app.privacy import service
from app.public.forms import EraseForm
from app.public.mine.opening import PRIVATE
from app.supporters.access import Mine, cookie_name
from app.supporters.queries import Visit

router = APIRouter()


@router.post(
    "/mine/copy", name="public:mine-copy", dependencies=[limited("mine-copy", times=20, seconds=3600)]
)
def copy(session: Db, visit: Mine) -> Response:
    """Everything kept about them, as one file."""
    return Response(
        service.copy(session, service.of_visit(visit)),
        media_type="application/zip",
        headers={**PRIVATE, "Content-Disposition": 'attachment; filename="septaine-data.zip"'},
    )


@router.get("/mine/erase", name="public:mine-erase")
def ask(request: Request, session: Db, visit: Mine) -> Response:
    """What would be erased, and what the law keeps."""
    return _asked(request, session, visit, FormState())


@router.post("/mine/erase", name="public:mine-erase-now")
def erase(request: Request, session: Db, visit: Mine, form: FormData) -> Response:
    """Erase them: their browser and links too."""
    parsed = form.parse(EraseForm)
    if parsed.data is None:
        return _asked(request, session, visit, parsed, status=422)
    if _still_gives(session, visit):
        return _asked(request, session, visit, parsed, status=409)
    organisation = session.get_one(Organisation, visit.supporter.organisation_id)
    done = service.erase(session, service.of_visit(visit))
    answer = page(
        request, "public/mine/erased.html", {"organisation": organisation, "done": done}, headers=PRIVATE
    )
    answer.delete_cookie(cookie_name(), path="/", httponly=True, samesite="lax")
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def _still_gives(session: Session, visit: Visit) -> bool:
    """Whoever erased themselves could no longer end a monthly gift here: that comes first."""
    whose = service.of_visit(visit)
    return own.running(session, whose.organisation_id, whose.emails, whose.supporter_ids) > 0


def _asked(request: Request, session: Db, visit: Mine, form: FormState, status: int = 200) -> Response:
    context = {
        "organisation": session.get_one(Organisation, visit.supporter.organisation_id),
        "visit": visit,
        "held": service.held(session, service.of_visit(visit)),
        "form": form,
        "still_gives": _still_gives(session, visit),
    }
    return page(request, "public/mine/erase.html", context, status=status, headers=PRIVATE)
