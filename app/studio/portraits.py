"""Who is in a frame's picture, and that they agreed: declared, renewed, withdrawn from the frame's page."""

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns.access import OwnCampaign
from app.campaigns.models import Campaign
from app.core.deps import Db
from app.core.errors import NotFound
from app.core.forms import FormData
from app.core.pages import redirect
from app.media import portraits
from app.media.forms import PortraitForm
from app.media.models import Media
from app.people.access import Member, may
from app.people.rules import Permission
from app.stories import service
from app.stories.models import Frame
from app.studio.frames import editor

router = APIRouter(prefix="/studio/campaigns/{pid}/frames/{fid}/portrait")
EDIT = [may(Permission.EDIT)]


@router.post("", name="studio:portrait", dependencies=EDIT)
def declare(
    fid: str, request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    """Say who can be recognised and that they agreed."""
    frame, media = _pictured(session, campaign, fid)
    parsed = form.parse(PortraitForm)
    if parsed.data is None:
        return editor(request, session, actor, campaign, frame, portrait_form=parsed, status=422)
    portraits.declare(session, actor, media, **parsed.data.model_dump())
    return redirect(request, f"/studio/campaigns/{campaign.pid}/frames/{fid}#portrait", ok="saved")


@router.post("/withdraw", name="studio:portrait-withdraw", dependencies=EDIT)
def withdraw(fid: str, request: Request, session: Db, actor: Member, campaign: OwnCampaign) -> Response:
    """They no longer agree."""
    _, media = _pictured(session, campaign, fid)
    portraits.withdraw(session, actor, media)
    return redirect(request, f"/studio/campaigns/{campaign.pid}/frames/{fid}#portrait", ok="removed")


def _pictured(session: Session, campaign: Campaign, fid: str) -> tuple[Frame, Media]:
    frame = service.get_frame(session, campaign, fid)
    media = session.get(Media, frame.media_id) if frame.media_id is not None else None
    if media is None:
        raise NotFound
    return frame, media
