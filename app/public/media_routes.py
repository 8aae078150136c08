"""The pictures and films of public pages, to whoever holds their address; of days to come, to nobody."""

from fastapi import APIRouter
from starlette.responses import FileResponse

from app.core.deps import Db
from app.core.errors import NotFound
from app.media.serving import BY_ANYONE, FOR_A_WHILE, sent
from app.public import queries

router = APIRouter()


@router.api_route("/media/{pid}/{variant}", methods=["GET", "HEAD"], name="public:media")
def show(pid: str, variant: str, session: Db) -> FileResponse:
    """A file that a public page shows. Until then a 404, which nobody keeps; from then on the file, for ever.

    A picture of somebody who agreed is kept for minutes only: they may change their mind.
    """
    shown = queries.shown_media(session, pid)
    if shown is None:
        raise NotFound
    return sent(shown.media, variant, kept=FOR_A_WHILE if shown.revocable else BY_ANYONE)
