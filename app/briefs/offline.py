"""What makes the brief an app on the phone: its manifest, its background helper, and the door for a pasted link.

A browser lets a helper see only what lies under its own address, or what a header allows: so it is served
here and not with the other scripts (W3C Service Workers, Service-Worker-Allowed).
"""

import re

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.briefs.pages import PRIVATE
from app.core import homescreen, i18n
from app.core.fields import FormModel, FormState, Line
from app.core.forms import FormData
from app.core.i18n import mark
from app.core.pages import page, redirect
from app.core.ratelimit import limited

router = APIRouter()

SCOPE = "/brief"
_LINK = re.compile(r"/brief/([A-Za-z0-9_-]{20,80})/?(?:[?#]|$)")


@router.get("/brief/sw.js", name="briefs:helper")
def helper() -> Response:
    """The script that works in the background: checked for changes at each visit."""
    return Response(
        homescreen.helper("brief.js"),
        media_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache", "Service-Worker-Allowed": SCOPE},
    )


@router.get("/brief/manifest.webmanifest", name="briefs:manifest")
def manifest(request: Request) -> Response:
    """How the brief looks on a home screen. It names no link: the phone's cookie opens the page."""
    with i18n.speaking(request.state.language):
        name = i18n.gettext("Your brief")
    told = {
        "id": SCOPE,
        "name": f"Septaine – {name}",
        "short_name": "Septaine",
        "lang": request.state.language,
        "start_url": SCOPE,
        "scope": SCOPE,
    }
    return homescreen.manifest(told, vary="Accept-Language")


class LinkForm(FormModel):
    """A personal link, pasted."""

    link: Line


@router.get("/brief/enter", name="briefs:enter")
def enter(request: Request) -> Response:
    """Where an app on the home screen, which has no address bar, takes the personal link."""
    return page(request, "briefs/enter.html", {"form": None}, headers=PRIVATE)


@router.post(
    "/brief/enter", name="briefs:entered", dependencies=[limited("brief-enter", times=20, seconds=3600)]
)
def entered(request: Request, form: FormData) -> Response:
    """Lead to the personal link that was pasted; whether it opens anything is seen there."""
    parsed = form.parse(LinkForm)
    found = _LINK.search(parsed.data.link) if parsed.data is not None else None
    if found is None:
        wrong = FormState(parsed.values, {"link": mark("Paste the whole link that the team gave you.")})
        return page(request, "briefs/enter.html", {"form": wrong}, status=422, headers=PRIVATE)
    return redirect(request, f"/brief/{found.group(1)}")
