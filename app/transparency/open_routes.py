"""The account to take away: a report on paper, and the same facts for other programs with their schema."""

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from app.campaigns.access import PublicCampaign
from app.core import i18n
from app.core.deps import Db
from app.core.ratelimit import limited
from app.transparency import opendata, report
from app.transparency.schema import SCHEMA

router = APIRouter()
OPEN = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


@router.get(
    "/c/{slug}/report.pdf",
    name="transparency:report",
    dependencies=[limited("report", times=20, seconds=60)],
)
def report_pdf(request: Request, session: Db, campaign: PublicCampaign) -> Response:
    """The whole account as a tagged PDF, in the reader's language."""
    language = request.state.language
    with i18n.speaking(language):
        body = report.report(session, campaign)
    headers = {
        "Content-Disposition": f'inline; filename="{campaign.slug}-report-{language}.pdf"',
        "Cache-Control": "public, max-age=60",
        "Vary": "Accept-Language",
        "Content-Language": language,
    }
    return Response(body, media_type="application/pdf", headers=headers)


@router.get(
    "/c/{slug}/open-data.json",
    name="transparency:open-json",
    dependencies=[limited("open-data", times=30, seconds=60)],
)
def open_json(session: Db, campaign: PublicCampaign) -> Response:
    """Planned and actual as JSON, as `/open-data.schema.json` says."""
    headers = {**OPEN, "Cache-Control": "public, max-age=60"}
    return JSONResponse(opendata.document(session, campaign), headers=headers)


@router.get(
    "/c/{slug}/open-data.csv",
    name="transparency:open-csv",
    dependencies=[limited("open-data", times=30, seconds=60)],
)
def open_csv(session: Db, campaign: PublicCampaign) -> Response:
    """The same as one table."""
    headers = {
        **OPEN,
        "Cache-Control": "public, max-age=60",
        "Content-Disposition": f'attachment; filename="{campaign.slug}-open-data.csv"',
    }
    lines = list(opendata.csv_lines(session, campaign))
    return StreamingResponse(iter(lines), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/open-data.schema.json", name="transparency:schema")
def schema() -> Response:
    """What `open-data.json` holds, as a JSON Schema."""
    headers = {**OPEN, "Cache-Control": "public, max-age=86400"}
    return JSONResponse(dict(SCHEMA), media_type="application/schema+json", headers=headers)
