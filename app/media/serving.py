"""Send a file of a medium over HTTP. Refuses variants that do not exist, and lets nothing in it run."""

from starlette.responses import FileResponse

from app.media import service
from app.media.models import Media

# A variant never changes once written: what replaces it is another medium with another address.
BY_ANYONE = "public, max-age=31536000, immutable"
FOR_A_WHILE = "public, max-age=300"  # somebody in it may change their mind
BY_ONE_PERSON = "private, max-age=3600"


def sent(media: Media, variant: str, *, kept: str) -> FileResponse:
    """The file, with who may keep a copy and how long. Raises NotFound."""
    file = service.open_variant(media, variant)
    return FileResponse(
        file.path,
        media_type=file.mime,
        headers={
            "Cache-Control": kept,
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Content-Disposition": f'inline; filename="story-{media.pid[:6]}-{variant}"',
        },
    )
