"""`…/insights/debrief`: the week on one page, as PDF, and every figure as a file."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.campaigns.access import OwnCampaign
from app.core import clock, i18n
from app.core.deps import Db
from app.core.pages import page
from app.insights import debrief, export
from app.insights.view import around
from app.people.access import Member

router = APIRouter()
ROOM = "/studio/campaigns/{pid}/insights"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get(ROOM + "/debrief", name="insights:debrief")
def show(request: Request, session: Db, actor: Member, campaign: OwnCampaign) -> Response:
    """The page to talk over."""
    told = debrief.debrief(session, actor, campaign, request.state.language)
    return page(request, "insights/debrief.html", {**around(campaign, actor, "/debrief"), "told": told})


@router.get(ROOM + "/debrief.pdf", name="insights:debrief-pdf")
def as_pdf(request: Request, session: Db, actor: Member, campaign: OwnCampaign) -> Response:
    """The same on paper, in the language of the page."""
    language = request.state.language
    told = debrief.debrief(session, actor, campaign, language)
    name = f"{campaign.slug}-debrief-{language}.pdf"
    return _file(debrief.paper(session, told, language), name, "application/pdf")


@router.get(ROOM + "/figures.csv", name="insights:csv")
def as_csv(session: Db, campaign: OwnCampaign) -> Response:
    """Every sum, one a line."""
    name = export.file_name(campaign, "csv", clock.today(campaign.timezone))
    content = "".join(
        export.csv_lines(session, campaign)
    ).encode()  # in one piece: thousands of lines, not millions
    return _file(content, name, "text/csv; charset=utf-8")


@router.get(ROOM + "/figures.xlsx", name="insights:xlsx")
def as_workbook(request: Request, session: Db, campaign: OwnCampaign) -> Response:
    """The figures as a workbook."""
    name = export.file_name(campaign, "xlsx", clock.today(campaign.timezone))
    with i18n.speaking(request.state.language):
        content = export.workbook(session, campaign, request.state.language)
    return _file(content, name, XLSX)


def _file(content: bytes, name: str, kind: str) -> Response:
    return Response(content, media_type=kind, headers=_headers(name))


def _headers(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
