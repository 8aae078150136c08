"""`/privacy`, `/legal`, `/accessibility`: statements filled in from an organisation's settings."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core.deps import Db
from app.core.errors import NotFound
from app.core.pages import page
from app.people import queries
from app.people.identity import KIND_NAMES, written
from app.people.models import Organisation
from app.people.rules import INVITATION_LIFE, SIGN_IN_LINK_LIFE
from app.people.sessions import ABSOLUTE, IDLE

router = APIRouter()


def _whose(session: Db, pid: str) -> tuple[Organisation | None, list[Organisation]]:
    """The organisation asked for, or the only one there is; else those to choose from."""
    if pid:
        found = queries.organisation_by_pid(session, pid)
        if found is None:
            raise NotFound
        return found, []
    every = list(queries.all_organisations(session))
    return (every[0], []) if len(every) == 1 else (None, every)


def _statement(request: Request, session: Db, name: str, org: str) -> Response:
    organisation, choices = _whose(session, org)
    number, register = "", None
    if organisation and organisation.legal_kind and organisation.legal_number:
        register = KIND_NAMES[organisation.legal_kind]
        number = written(organisation.legal_kind, organisation.legal_number)
    context = {
        "organisation": organisation,
        "choices": choices,
        "register": register,
        "number": number,
        "link_minutes": int(SIGN_IN_LINK_LIFE.total_seconds() // 60),
        "invitation_days": INVITATION_LIFE.days,
        "idle_hours": int(IDLE.total_seconds() // 3600),
        "session_days": ABSOLUTE.days,
        "zone": organisation.timezone if organisation else "UTC",
    }
    return page(request, f"legal/{name}.html", context)


@router.get("/privacy", name="people:privacy")
def privacy(request: Request, session: Db, org: str = "") -> Response:
    return _statement(request, session, "privacy", org)


@router.get("/legal", name="people:legal")
def legal(request: Request, session: Db, org: str = "") -> Response:
    return _statement(request, session, "legal", org)


@router.get("/accessibility", name="people:accessibility")
def accessibility(request: Request, session: Db, org: str = "") -> Response:
    return _statement(request, session, "accessibility", org)
