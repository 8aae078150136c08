"""The influencer says that they have read what the team asked in a crisis. Nothing else is asked of them."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.briefs.access import Phone
from app.core.deps import Db
from app.core.pages import redirect
from app.crisis import service

router = APIRouter()


@router.post("/brief/crisis/{wid}/seen", name="briefs:crisis-seen")
def seen(request: Request, session: Db, phone: Phone, wid: str) -> Response:
    """Note it, once; the team sees it on the crisis page."""
    service.see(session, phone.influencer, wid)
    return redirect(request, "/brief", ok="saved")
