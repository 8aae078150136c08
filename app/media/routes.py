"""Serve media files: public ones to anyone who holds the address, the others to members only."""

from fastapi import APIRouter
from starlette.responses import FileResponse

from app.core.deps import Db
from app.core.errors import NotFound
from app.media import queries, service
from app.media.models import Media
from app.people.access import Member

router = APIRouter()


@router.api_route("/media/{pid}/{variant}", methods=["GET", "HEAD"], name="media:public")
def show_public(pid: str, variant: str, session: Db) -> FileResponse:
    return _sent(queries.public_media(session, pid), variant)


@router.api_route("/media/signed/{pid}/{variant}", methods=["GET", "HEAD"], name="media:signed")
def show_signed(pid: str, variant: str, session: Db, until: str = "", sig: str = "") -> FileResponse:
    """For platforms that fetch what they publish: the address says for how long, and proves that we made it."""
    file = service.signed(session, pid, variant, until=until, signature=sig)
    headers = {**_as_file(pid, variant, keep="private, max-age=3600"), "X-Robots-Tag": "noindex"}
    return FileResponse(file.path, media_type=file.mime, headers=headers)


@router.api_route("/studio/media/{pid}/{variant}", methods=["GET", "HEAD"], name="media:own")
def show_own(pid: str, variant: str, session: Db, actor: Member) -> FileResponse:
    return _sent(queries.own_media(session, actor, pid), variant, private=True)


def _sent(media: Media | None, variant: str, *, private: bool = False) -> FileResponse:
    if media is None:
        raise NotFound
    file = service.open_variant(media, variant)
    # A variant never changes once written: what replaces it is another medium with another address.
    keep = "private, max-age=3600" if private else "public, max-age=31536000, immutable"
    return FileResponse(file.path, media_type=file.mime, headers=_as_file(media.pid, variant, keep=keep))


def _as_file(pid: str, variant: str, *, keep: str) -> dict[str, str]:
    return {
        "Cache-Control": keep,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Disposition": f'inline; filename="story-{pid[:6]}-{variant}"',
    }
