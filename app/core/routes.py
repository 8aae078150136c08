"""Serve the browser's files from memory, for ever cacheable; refuses an address whose content changed."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core.assets import FOREVER, PREFIX, assets
from app.core.errors import NotFound

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
