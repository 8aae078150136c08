"""`/studio/money/differences`: what Stripe and the ledger do not agree about, why, and the click that mends it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.books import queries
from app.books.access import Treasurer
from app.books.forms import BookForm, ExplainForm
from app.books.models import Finding
from app.books.rules import CAUSE_HELP, CAUSE_WORDS, is_askable
from app.books.service import mending
from app.campaigns import queries as campaigns
from app.core.db import reading
from app.core.deps import Db
from app.core.errors import Conflict, DomainError, NotFound
from app.core.forms import FormData
from app.core.i18n import Message, mark
from app.core.pages import page, redirect
from app.core.ratelimit import limited
from app.payments.base import PaymentError
from app.people import queries as people
from app.people.access import Member, may
from app.people.rules import Actor, Permission

router = APIRouter(prefix="/studio/money/differences")
HOME = "/studio/money/differences"
MONEY = [may(Permission.MONEY)]
_SILENT = mark("Stripe does not answer. Nothing was changed; try again in a while.")


def _finding(fid: str, session: Db, actor: Member) -> Finding:
    found = queries.finding(session, actor, fid, lock=True)
    if found is None:
        raise NotFound
    return found


OwnFinding = Annotated[Finding, Depends(_finding)]


@router.get("", name="books:differences", dependencies=MONEY)
def differences(request: Request, session: Db, actor: Member) -> Response:
    return _show(request, session, actor)


@router.post("/{fid}/ask", name="books:ask", dependencies=[limited("compare", times=30, seconds=600)])
def ask(request: Request, fid: str, actor: Treasurer) -> Response:
    """Have Stripe asked about it again."""
    with reading() as session:
        found = queries.finding(session, actor, fid)
        if found is None:
            raise NotFound
        account, key, askable = found.account, found.key, is_askable(found.cause)
    try:
        if not askable:
            raise Conflict(mark("There is nothing to ask Stripe about this."))
        mending.ask(account, key)
    except (PaymentError, DomainError) as error:
        said = error.message if isinstance(error, DomainError) else _SILENT
        with reading() as session:
            return _show(request, session, actor, refused=(fid, said), status=409)
    return redirect(request, HOME, ok="asked-stripe")


@router.post("/{fid}/book", name="books:book", dependencies=MONEY)
def book(request: Request, session: Db, actor: Member, finding: OwnFinding, form: FormData) -> Response:
    """Enter what Stripe took as a fee of a campaign."""
    parsed = form.parse(BookForm)
    campaign = campaigns.own_campaign(session, actor, parsed.data.campaign) if parsed.data else None
    if campaign is None:
        said = mark("Choose one of your campaigns.")
        return _show(request, session, actor, refused=(finding.pid, said), status=422)
    try:
        mending.book_cost(session, actor, finding, campaign)
    except Conflict as error:
        return _refuse(request, session, actor, finding.pid, error)
    return redirect(request, HOME, ok="saved")


@router.post("/{fid}/take-back", name="books:take-back", dependencies=MONEY)
def take_back(request: Request, session: Db, actor: Member, finding: OwnFinding) -> Response:
    """Enter the opposite of what Stripe never had."""
    try:
        mending.take_back(session, actor, finding)
    except Conflict as error:
        return _refuse(request, session, actor, finding.pid, error)
    return redirect(request, HOME, ok="saved")


@router.post("/{fid}/explain", name="books:explain", dependencies=MONEY)
def explain(request: Request, session: Db, actor: Member, finding: OwnFinding, form: FormData) -> Response:
    """Say why it is right."""
    parsed = form.parse(ExplainForm)
    if parsed.data is None:
        said = mark("Say in a few words why it is right.")
        return _show(request, session, actor, refused=(finding.pid, said), status=422)
    try:
        mending.explain(session, actor, finding, parsed.data.note)
    except Conflict as error:
        return _refuse(request, session, actor, finding.pid, error)
    return redirect(request, HOME, ok="saved")


@router.post("/{fid}/reopen", name="books:reopen", dependencies=MONEY)
def reopen(request: Request, session: Db, actor: Member, finding: OwnFinding) -> Response:
    """Take an explanation back."""
    try:
        mending.reopen(session, actor, finding)
    except Conflict as error:
        return _refuse(request, session, actor, finding.pid, error)
    return redirect(request, HOME, ok="undone")


def _refuse(request: Request, session: Session, actor: Actor, pid: str, error: Conflict) -> Response:
    session.rollback()
    return _show(request, session, actor, refused=(pid, error.message), status=error.status)


def _show(
    request: Request,
    session: Session,
    actor: Actor,
    *,
    refused: tuple[str, Message | str] | None = None,
    status: int = 200,
) -> Response:
    own = campaigns.own_campaigns(session, actor)
    found = queries.findings(session, actor)
    context = {
        "open": [one for one in found if one.state.value == "open"],
        "closed": [one for one in found if one.state.value != "open"],
        "causes": CAUSE_WORDS,
        "helps": CAUSE_HELP,
        "askable": is_askable,
        "bookable": mending.BOOKABLE,
        "campaigns": own,
        "titles": {one.id: one.title for one in own},
        "names": queries.names_of_closers(session, found),
        "refused": refused,
        "zone": people.organisation(session, actor).timezone,
    }
    return page(request, "books/differences.html", context, status=status)
