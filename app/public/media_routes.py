"""The pictures and films of public pages, to whoever holds their address; of days to come, to nobody."""

from fastapi import APIRouter
from starlette.responses import FileResponse

from app.core.deps import Db
from app.core.errors import NotFound
from app.media.serving import BY_ANYONE, BY_NOBODY, FOR_A_WHILE, sent
from app.public import queries
from app.testimonials import queries as testimonials

router = APIRouter()


@router.api_route("/media/{pid}/{variant}", methods=["GET", "HEAD"], name="public:media")
def show(pid: str, variant: str, session: Db) -> FileResponse:
    """A file that a public page shows. Until then a 404, which nobody keeps; from then on the file, for ever.

    A picture of somebody who agreed is kept for minutes only: they may change their mind. What people told may be
    taken back at any time: of that nobody keeps a copy without asking again.
    """
    shown = queries.shown_media(session, pid)
    if shown is not None:
        lent = BY_NOBODY if testimonials.is_card(session, shown.media.id) else None
        return sent(shown.media, variant, kept=lent or (FOR_A_WHILE if shown.revocable else BY_ANYONE))
    told = testimonials.shown_media(session, pid)
    if told is None:
        raise NotFound
    return sent(told, variant, kept=BY_NOBODY)
