"""On the private page: the decisions about what one wrote, with their reasons, and the way to contest them."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.core.deps import Db
from app.core.errors import NotFound
from app.core.i18n import Message
from app.core.pages import redirect
from app.notices import queries, rules
from app.notices import service as notices
from app.notices.models import Notice, NoticeDecision
from app.notices.rules import Side
from app.public.mine.base import Part
from app.supporters.access import Mine
from app.supporters.queries import Visit

router = APIRouter()


@dataclass(frozen=True)
class Line:
    """The last decision about one thing the supporter wrote."""

    notice: Notice
    decision: NoticeDecision
    outcome: Message
    zone: str


def _load(session: Session, visit: Visit) -> list[Line]:
    last: dict[int, Line] = {}
    for notice, decision in queries.of_supporters(session, visit.ids):
        concerned = decision.outcome is not rules.Outcome.KEEP or decision.round > 1
        if concerned and notice.id not in last:
            zone = queries.organisation_by_id(session, notice.organisation_id).timezone
            last[notice.id] = Line(notice, decision, rules.OUTCOME_WORDS[decision.outcome], zone)
    return list(last.values())


PART = Part("public/mine/_notices.html", _load)


@router.post("/mine/notices/{pid}", name="mine:notice")
def read(request: Request, session: Db, visit: Mine, pid: str) -> Response:
    """Open the private page of a decision about what one wrote: reasons, and the form to contest it."""
    found = queries.of_supporters(session, visit.ids)
    notice = next((notice for notice, decision in found if decision.pid == pid), None)
    if notice is None:
        raise NotFound
    return redirect(request, f"/notice/{notices.open_link(session, notice, Side.AUTHOR)}")
