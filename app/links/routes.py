"""`/r/{code}`: a short link, on to the page of its campaign. Leads nowhere else, whoever asks."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.core.deps import Db
from app.core.errors import NotFound
from app.core.i18n import mark
from app.core.templating import VIA
from app.links import laying, queries, rules
from app.links.rules import Target

router = APIRouter()


class Unknown(NotFound):
    """No link has this code."""

    def __init__(self) -> None:
        super().__init__(
            mark(
                "This link leads nowhere: no campaign has it. If you typed it from a poster, look at it once more:"
                " there are no zeros and no ones in it."
            )
        )


@router.api_route("/r/{code}", methods=["GET", "HEAD"], name="links:follow")
def follow(request: Request, session: Db, code: str) -> Response:
    """To the page the link is for, with what other tools measure by. Retired, to the campaign. Raises NotFound."""
    read = rules.read_code(code)
    found = queries.followed(session, read) if read else None
    if found is None:
        raise Unknown
    link, slug, frame = found
    retired = link.retired_at is not None
    place, number = (Target.CAMPAIGN, 0) if retired else laying.leads_to(link, frame, slug)
    path = rules.path_of(place, number, slug)
    base, mark_sign, anchor = path.partition("#")
    asked = request.query_params
    query = {**link.utm, **rules.utm_of(asked), VIA: link.code}
    if request.state.language_asked:
        query["lang"] = request.state.language
    return RedirectResponse(
        f"{base}?{urlencode(query)}{mark_sign}{anchor}",
        status_code=302,
        headers={"Cache-Control": "no-store", "X-Robots-Tag": "noindex"},
    )
