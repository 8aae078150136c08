"""The log in public: a page that checks it and says what that proves, and the file anyone can check alone."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response, StreamingResponse

from app.campaigns.access import PublicCampaign
from app.campaigns.around import around_of
from app.campaigns.models import Campaign
from app.campaigns.sharing import sharing
from app.core import i18n
from app.core.db import reading
from app.core.deps import Db
from app.core.pages import page
from app.core.ratelimit import limited
from app.impact import queries as impact
from app.transparency import files, queries, verifying, wording
from app.transparency.rules import Entry

router = APIRouter()
SHOWN = 20  # entries on the page
PAGE = 5000  # entries of one part of the file
AT_ONCE = 1500  # entries that are checked while the reader waits; longer logs show the day's check
Number = Annotated[int | None, Query(ge=0, le=2**31)]


@router.get(
    "/c/{slug}/log", name="transparency:log", dependencies=[limited("log-page", times=60, seconds=60)]
)
def log_page(request: Request, session: Db, campaign: PublicCampaign, before: Number = None) -> Response:
    """Checked now, or today: what that proves, what it does not, and the latest entries."""
    head = queries.head(session, campaign)
    kept = queries.kept_head(session, campaign.id)
    verdict = verifying.verify(session, campaign) if head.seq <= AT_ONCE else None
    broken = verdict.broken.seq if verdict and verdict.broken else kept.broken_seq if kept else None
    found = queries.newest(session, campaign.id, before=before, limit=SHOWN + 1)
    around = around_of(request, session, campaign, open_day=(campaign.length + 1) // 2)
    with i18n.speaking(request.state.language):
        title = i18n.gettext("The log")
        said = i18n.gettext(
            "Every figure, every euro and every correction, chained so that no later change hides."
        )
        rows = _lines(session, campaign, found[:SHOWN])
    context = {
        "campaign": campaign,
        "around": around,
        "sharing": sharing(request, around, "/log", title=title, description=said),
        "head": head,
        "kept": kept,
        "now_checked": verdict is not None,
        "broken": broken,
        "broken_why": verdict.broken.why if verdict and verdict.broken else None,
        "lines": rows,
        "older": found[SHOWN - 1].seq if len(found) > SHOWN else None,
        "first_page": before is None,
    }
    return page(request, "transparency/log.html", context)


def _lines(session: Session, campaign: Campaign, found: list[Entry]) -> list[wording.Line]:
    """Entries in words; of those without words, why."""
    silent = any(one.content is None for one in found)
    why = dict(map(wording.why_gone, queries.withdrawn(session, campaign.id))) if silent else {}
    names = {one.pid: one.indicator for one in impact.promises(session, campaign)}
    return [wording.line(one, gone=why.get(f"{one.kind}.{one.subject}", ""), names=names) for one in found]


@router.api_route(
    "/c/{slug}/log.json",
    methods=["GET", "HEAD"],
    name="transparency:log-json",
    dependencies=[limited("log", times=60, seconds=60)],
)
def log_json(request: Request, session: Db, campaign: PublicCampaign, after: Number = None) -> Response:
    """The whole log as one file, or from `after` on at most 5000 entries of it. docs/log.md describes it."""
    head = queries.head(session, campaign)
    through = head.seq if after is None else min(head.seq, after + PAGE)
    start = min(after or 0, through)
    headers = {
        "ETag": f'W/"{head.hash[:32]}-{start}-{through}"',
        "Cache-Control": "public, no-cache",
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Content-Disposition": f'inline; filename="{campaign.slug}-log.json"',
    }
    if through < head.seq:
        headers["Link"] = f'</c/{campaign.slug}/log.json?after={through}>; rel="next"'
    if headers["ETag"] in (request.headers.get("if-none-match") or ""):
        return Response(status_code=304, headers=headers)
    header = files.Header(
        campaign.pid,
        start,
        queries.hash_at(session, campaign, start) or "",
        through,
        queries.hash_at(session, campaign, through) or "",
    )
    body = files.lines(header, _read(campaign.id, start, through)) if request.method == "GET" else iter(())
    return StreamingResponse(body, media_type="application/json", headers=headers)


def _read(campaign_id: int, after: int, through: int) -> Iterator[Entry]:
    """Entries batch by batch, each in a short read of its own: a slow reader holds no connection."""
    while after < through:
        upto = min(through, after + queries.BATCH)
        with reading() as session:
            part = list(queries.entries(session, campaign_id, after=after, through=upto))
        yield from part
        after = upto
