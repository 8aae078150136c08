"""The mailbox of the demo: what would have been sent, so that each link can be followed at once.

It exists only in development without a mail server: anywhere else it would hand out sign-in links.
"""

import re

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import Response

from app.core.deps import Db
from app.core.errors import NotFound
from app.core.pages import page
from app.core.settings import get_settings
from app.mail import queries

router = APIRouter(prefix="/sandbox/mail")


def _only_in_the_sandbox() -> None:
    settings = get_settings()
    if not settings.development or settings.smtp_url.get_secret_value():
        raise NotFound


def with_links(text: str) -> Markup:
    """Plain text with its web addresses made into links; everything else stays text."""
    parts = re.split(r"(https?://[^\s<>\"']+)", text)
    return Markup("").join(
        Markup('<a href="{0}">{0}</a>').format(part) if odd else part
        for part, odd in zip(parts, (False, True) * (len(parts) // 2 + 1), strict=False)
    )


@router.get("", name="mail:mailbox")
def mailbox(request: Request, session: Db) -> Response:
    _only_in_the_sandbox()
    return page(request, "mail/mailbox.html", {"mails": queries.latest(session)})


@router.get("/{pid}", name="mail:read")
def read(request: Request, session: Db, pid: str) -> Response:
    _only_in_the_sandbox()
    mail = queries.by_pid(session, pid)
    if mail is None:
        raise NotFound
    return page(request, "mail/read.html", {"mail": mail, "body": with_links(mail.text)})


@router.get("/{pid}/attached", name="mail:attached")
def attached(session: Db, pid: str) -> Response:
    """The file that goes with a mail."""
    _only_in_the_sandbox()
    mail = queries.by_pid(session, pid)
    if mail is None or not mail.attachment:
        raise NotFound
    return Response(
        mail.attachment,
        media_type=mail.attachment_type,
        headers={"Content-Disposition": f'attachment; filename="{mail.attachment_name}"'},
    )
