"""Serve the browser's files from memory and, in development, the living page of the UI kit; refuse an address
whose content changed, and the kit in production."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core.assets import FOREVER, PREFIX, assets
from app.core.errors import NotFound
from app.core.pages import page
from app.core.settings import get_settings

router = APIRouter()


@router.api_route(f"{PREFIX}/{{digest}}/{{name:path}}", methods=["GET", "HEAD"], name="core:asset")
async def asset_file(request: Request, digest: str, name: str) -> Response:
    """One file; async because it touches memory only and needs no thread. Raises NotFound."""
    found = assets().find(digest, name)
    if found is None:
        raise NotFound
    body, encoding = found.encoded(request.headers.get("accept-encoding", ""))
    headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
    if encoding is not None:
        headers["Content-Encoding"] = encoding
    return Response(body, media_type=found.media_type, headers=headers)


@router.get("/studio/kit", name="core:kit")
def kit(request: Request) -> Response:
    """Every macro with an example, to look at and to test. Raises NotFound in production."""
    if not get_settings().development:
        raise NotFound
    return page(request, "studio/kit.html")
