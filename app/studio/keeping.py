"""`/studio/campaigns/{pid}/kept.zip`: a finished campaign as files that need no server. Refuses one that still runs."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import StreamingResponse

from app.archive import service, writing
from app.archive.service import Subject
from app.campaigns.access import OwnCampaign
from app.core.deps import Db
from app.core.ratelimit import limited
from app.people.access import may
from app.people.rules import Permission

router = APIRouter(prefix="/studio/campaigns/{pid}")


def _subject(session: Db, campaign: OwnCampaign) -> Subject:
    return service.subject(session, campaign)


@router.get(
    "/kept.zip",
    name="studio:keep",
    dependencies=[limited("keep", times=6, seconds=600), may(Permission.EDIT)],
)
async def keep(request: Request, kept: Annotated[Subject, Depends(_subject)]) -> StreamingResponse:
    """The archive as a ZIP, sent while it is made: page after page, each asked as any visitor would.

    Async because it awaits the application's own answers; it holds no session while it does.
    """
    files = service.files(request.app, kept, request.app.state.paths)
    headers = {
        "Content-Disposition": f'attachment; filename="{kept.site.slug}-archive.zip"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(writing.as_zip(kept, files), media_type="application/zip", headers=headers)
