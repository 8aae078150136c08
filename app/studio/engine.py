"""The page of the engine: whether posts go out, what waits, and what asks for a person."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core import clock
from app.core.deps import Db
from app.core.pages import page
from app.people.access import Member
from app.people.models import Organisation
from app.publishing import rules, watch

router = APIRouter()


@router.get("/studio/publishing", name="studio:engine")
def show(request: Request, session: Db, actor: Member) -> Response:
    """How publishing stands in the whole organisation."""
    found = watch.watch(session, actor.organisation_id)
    now = clock.now()
    standings = {one.post.pid: rules.standing(one.post.state, one.post.due_at, now) for one in found.asking}
    zone = session.get_one(Organisation, actor.organisation_id).timezone
    return page(request, "studio/engine.html", {"watch": found, "standings": standings, "zone": zone})
