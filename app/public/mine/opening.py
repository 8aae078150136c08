"""How a private page is opened: a link exchanged for a cookie, links mailed sparingly. Says nothing of who is known."""

from typing import Any

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from app.core.db import reading, transaction
from app.core.errors import Gone
from app.core.i18n import mark
from app.core.ratelimit import check, client_address, limited
from app.supporters import queries, service
from app.supporters.access import set_cookie

UNKNOWN_LINKS_AN_HOUR = 20
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
MAILS_AN_HOUR = 3  # to one address, whoever asks


def sparing(name: str) -> list[Any]:
    """Mails are asked for in small numbers, by one visitor and to one address; known or not makes no difference."""
    return [
        limited(name, times=10, seconds=3600),
        limited(f"{name}-to", times=MAILS_AN_HOUR, seconds=3600, field="email"),
    ]


def opened(request: Request, token: str, path: str) -> Response:
    """The answer to a private link: a cookie, and the clean address of its page. Raises Gone."""
    with reading() as session:
        found = queries.link(session, token)
    if found is None:
        check("mine-guess", client_address(request), times=UNKNOWN_LINKS_AN_HOUR, seconds=3600)
        raise Gone(
            mark("This private link no longer opens anything. Ask for a new one on the campaign’s page.")
        )
    link, supporter = found
    with transaction() as session:
        cookie = service.open_visit(session, session.merge(supporter), mailed=link.mailed)
    answer = RedirectResponse(path, status_code=303, headers=PRIVATE)
    set_cookie(answer, cookie)
    return answer
