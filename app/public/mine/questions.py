"""One's own questions on the private page: where each stands, to put in other words or take back."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from sqlmodel import Session, col, select
from starlette.responses import Response

from app.campaigns.models import Campaign
from app.core.deps import Db
from app.core.errors import NotFound
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.pages import page, redirect
from app.core.ratelimit import limited
from app.intake import queries as intake
from app.intake import screening
from app.intake.models import Item
from app.intake.rules import ItemState, Kind
from app.intake.screening import Sent
from app.people.models import Organisation
from app.public import asking
from app.public.mine.base import Part
from app.questions import queries, service
from app.questions.forms import ChangeForm
from app.questions.models import Answer, Question
from app.questions.service import Words
from app.supporters.access import Mine
from app.supporters.queries import Visit

router = APIRouter()
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
OPEN = (ItemState.PENDING, ItemState.ACCEPTED, ItemState.RETURNED)


@dataclass(frozen=True)
class Own:
    """A question of theirs, its campaign, where it stands, and its published answer."""

    question: Question
    campaign: Campaign
    item: Item
    answer: Answer | None

    @property
    def may_change(self) -> bool:
        return self.item.state in OPEN and self.answer is None


def load(session: Session, visit: Visit) -> Sequence[Own]:
    """Everything of theirs that was not taken back, the latest first."""
    rows = queries.of_supporters(session, visit.ids)
    items = intake.of_subjects(session, Kind.QUESTION, [row.id for row in rows])
    campaigns = {
        one.id: one
        for one in session.exec(
            select(Campaign).where(col(Campaign.id).in_({row.campaign_id for row in rows}))
        )
    }
    answers = queries.answers_of(session, [row.merged_into_id or row.id for row in rows])
    return [
        Own(row, campaigns[row.campaign_id], items[row.id], answers.get(row.merged_into_id or row.id))
        for row in rows
        if row.id in items and items[row.id].state is not ItemState.WITHDRAWN
    ]


PART = Part("public/mine/_questions.html", load)


def _own(session: Session, visit: Visit, qid: str) -> Own:
    found = next((one for one in load(session, visit) if one.question.pid == qid), None)
    if found is None:
        raise NotFound
    return found


@router.get("/mine/questions/{qid}", name="public:mine-question")
def change_page(request: Request, session: Db, visit: Mine, qid: str) -> Response:
    """Put it in other words."""
    own = _own(session, visit, qid)
    form = FormState({"text": own.question.text, "name": own.question.name})
    return _change_page(request, session, visit, own, form)


def _change_page(
    request: Request, session: Session, visit: Visit, own: Own, form: FormState, status: int = 200
) -> Response:
    context = {
        "organisation": session.get_one(Organisation, visit.supporter.organisation_id),
        "own": own,
        "form": form,
    }
    return page(request, "public/mine/question.html", context, status=status, headers=PRIVATE)


@router.post(
    "/mine/questions/{qid}",
    name="public:mine-change-question",
    dependencies=[limited("mine-question", times=30, seconds=600)],
)
def change(request: Request, session: Db, visit: Mine, qid: str, form: FormData) -> Response:
    """It is read again before anyone sees it."""
    own = _own(session, visit, qid)
    parsed = form.parse(ChangeForm)
    if parsed.data is None:
        return _change_page(request, session, visit, own, parsed, 422)
    words = Words(parsed.data.text, parsed.data.name)
    sent = Sent(
        text=f"{words.text}\n{words.name}" if words.name else words.text,
        address=asking.address_of(request),
        agent=asking.agent_of(request),
        stamp=parsed.data.stamp,
        trap=parsed.data.website,
        proof=parsed.data.proof,
    )
    found = screening.screen(session, own.campaign, sent)
    if not found.robot:
        service.change(session, own.campaign, own.question, words=words, screening=found)
    return redirect(request, "/mine#questions", ok="saved")


@router.post("/mine/questions/{qid}/withdraw", name="public:mine-withdraw-question")
def withdraw(request: Request, session: Db, visit: Mine, qid: str) -> Response:
    """Take it back: its words and its votes are deleted."""
    service.withdraw(session, _own(session, visit, qid).question)
    return redirect(request, "/mine", ok="withdrawn")
