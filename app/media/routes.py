"""Serve media files to members, and by signed addresses to platforms; the public face decides what all may see."""

from fastapi import APIRouter
from starlette.responses import FileResponse

from app.core.deps import Db
from app.core.errors import NotFound
from app.media import queries, service
from app.media.serving import BY_ONE_PERSON, sent
from app.people.access import Member

router = APIRouter()


@router.api_route("/media/signed/{pid}/{variant}", methods=["GET", "HEAD"], name="media:signed")
def show_signed(pid: str, variant: str, session: Db, until: str = "", sig: str = "") -> FileResponse:
    """For platforms that fetch what they publish: the address says for how long, and proves that we made it."""
    media = service.signed(session, pid, variant, until=until, signature=sig)
    answer = sent(media, variant, kept=BY_ONE_PERSON)
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@router.api_route("/studio/media/{pid}/{variant}", methods=["GET", "HEAD"], name="media:own")
def show_own(pid: str, variant: str, session: Db, actor: Member) -> FileResponse:
    """A file of the member's organisation, whether the public may see it or not."""
    media = queries.own_media(session, actor, pid)
    if media is None:
        raise NotFound
    return sent(media, variant, kept=BY_ONE_PERSON)
