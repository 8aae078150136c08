"""Serve media files to members; what the public may see of them, the public face decides."""

from fastapi import APIRouter
from starlette.responses import FileResponse

from app.core.deps import Db
from app.core.errors import NotFound
from app.media import queries
from app.media.serving import BY_ONE_PERSON, sent
from app.people.access import Member

router = APIRouter()


@router.api_route("/studio/media/{pid}/{variant}", methods=["GET", "HEAD"], name="media:own")
def show_own(pid: str, variant: str, session: Db, actor: Member) -> FileResponse:
    """A file of the member's organisation, whether the public may see it or not."""
    media = queries.own_media(session, actor, pid)
    if media is None:
        raise NotFound
    return sent(media, variant, kept=BY_ONE_PERSON)
