"""`/sandbox/webhook`: the inbox of the demo, where automatic posts of a newcomer's first hour can be seen.

It exists in development only; it is called by the server itself, which proves it by its signature.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from app.accounts import inbox
from app.channels.webhook import DELIVERY, SIGNATURE, TIMESTAMP
from app.core.errors import NotFound
from app.core.pages import page
from app.core.settings import get_settings
from app.core.templating import absolute


def _only_in_development() -> None:
    if not get_settings().development:
        raise NotFound


router = APIRouter(dependencies=[Depends(_only_in_development)])


@router.get(inbox.PATH, name="accounts:inbox")
def show_inbox(request: Request) -> Response:
    return page(request, "accounts/inbox.html", {"deliveries": inbox.latest()})


async def _raw_body(request: Request) -> bytes:
    return await request.body()


@router.post(inbox.PATH)
def take(request: Request, body: Annotated[bytes, Depends(_raw_body)]) -> Response:
    """Take a signed delivery and answer where it can be seen."""
    delivery, timestamp, signature = (
        request.headers.get(name, "") for name in (DELIVERY, TIMESTAMP, SIGNATURE)
    )
    try:
        name = inbox.take(delivery, timestamp, signature, body)
    except inbox.NotSigned:
        return JSONResponse({"error": "not signed by a key of ours"}, 401)
    except ValueError:
        return JSONResponse({"error": "not a delivery"}, 400)
    return JSONResponse({"url": absolute(f"{inbox.PATH}#d-{name}")})
