"""`…/impact/evidence/{vid}`: cover what names people on a page, look at it, publish the covered copy, take it back."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns.access import OwnCampaign
from app.campaigns.models import Campaign
from app.core.deps import Db
from app.core.errors import Conflict, NotFound
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.i18n import mark
from app.core.pages import page
from app.impact import evidencing, money_forms, spend_queries
from app.impact.desk import back
from app.impact.evidencing import NothingCovered
from app.impact.money_rules import SpendState
from app.impact.spend_models import Evidence, Spend
from app.media import queries as media
from app.media.covering import Box
from app.people.access import Member, may
from app.people.rules import Permission

router = APIRouter()
PAGE = "/studio/campaigns/{pid}/impact/evidence/{vid}"
MONEY = [may(Permission.MONEY)]
ROWS = 4  # empty ones offered beside those filled in


def _own(vid: str, campaign: OwnCampaign, session: Db) -> tuple[Evidence, Spend]:
    found = spend_queries.evidence(session, campaign, vid)
    if found is None:
        raise NotFound
    return found


OwnEvidence = Annotated[tuple[Evidence, Spend], Depends(_own)]


def _rows(form: FormState) -> list[tuple[str, str, str, str]]:
    """What stands in the rows: each box typed, then some empty ones."""
    columns = [list(form.values.get(name) or []) for name in ("left", "top", "width", "height")]
    most = max(map(len, columns))
    filled = [
        (_cell(columns[0], n), _cell(columns[1], n), _cell(columns[2], n), _cell(columns[3], n))
        for n in range(most)
    ]
    typed = [row for row in filled if any(one.strip() for one in row)]
    empty = min(ROWS, money_forms.MOST_BOXES - len(typed))
    return [*typed, *[("", "", "", "")] * empty]


def _cell(column: list[str], number: int) -> str:
    """A cell of a column that may be shorter than its neighbours."""
    return column[number] if number < len(column) else ""


def _stored(evidence: Evidence) -> FormState:
    names = ("left", "top", "width", "height")
    values = {name: [f"{box[n] / 10:g}" for box in evidence.boxes] for n, name in enumerate(names)}
    return FormState(values)


def _show(
    request: Request,
    session: Session,
    campaign: Campaign,
    own: tuple[Evidence, Spend],
    form: FormState,
    boxes: list[Box],
    status: int = 200,
) -> Response:
    evidence, spend = own
    files = media.urls(session, [evidence.original_id, evidence.copy_id], studio=True)
    siblings = spend_queries.pages(session, [spend.id], studio=True).get(spend.id, [])
    context = {
        "campaign": campaign,
        "room": "impact",
        "evidence": evidence,
        "spend": spend,
        "counts": spend.state is SpendState.COUNTED,
        "original": files[evidence.original_id],
        "copy": files.get(evidence.copy_id or 0),
        "pages": siblings,
        "form": form,
        "rows": _rows(form),
        "boxes": boxes,
    }
    return page(request, "impact/evidence.html", context, status=status)


@router.get(PAGE, name="impact:evidence", dependencies=MONEY)
def show(request: Request, session: Db, campaign: OwnCampaign, own: OwnEvidence) -> Response:
    """A page of evidence with its boxes."""
    boxes = [(box[0], box[1], box[2], box[3]) for box in own[0].boxes]
    return _show(request, session, campaign, own, _stored(own[0]), boxes)


@router.post(PAGE, name="impact:cover-evidence", dependencies=MONEY)
def cover(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, own: OwnEvidence, form: FormData
) -> Response:
    """Look at the boxes, or publish the copy in which they are covered."""
    parsed = form.parse(money_forms.CoverForm)
    if parsed.data is None:
        return _show(request, session, campaign, own, parsed, [], 422)
    try:
        boxes = money_forms.read_boxes(parsed.data)
    except ValueError:
        wrong = parsed.with_error("left", mark("Each box needs four numbers from 0 to 100."))
        return _show(request, session, campaign, own, wrong, [], 422)
    if parsed.data.then == "look":
        return _show(request, session, campaign, own, parsed, boxes)
    try:
        evidencing.publish(session, actor, own[1], own[0], boxes=boxes, names_nobody=parsed.data.names_nobody)
    except (NothingCovered, Conflict) as refusal:
        wrong = parsed.with_error("names_nobody", refusal.message)
        return _show(request, session, campaign, own, wrong, boxes, refusal.status)
    return back(request, campaign, "saved", f"#spend-{own[1].pid}")


@router.post(PAGE + "/withdraw", name="impact:withdraw-evidence", dependencies=MONEY)
def withdraw(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, own: OwnEvidence
) -> Response:
    """Take the published copy back."""
    evidencing.withdraw(session, actor, own[1], own[0])
    return back(request, campaign, "removed", f"#spend-{own[1].pid}")
