"""`/studio/disputes`: what banks ask about, until when, and the answer, which is final once submitted."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core.db import reading, transaction
from app.core.errors import DomainError, NotFound
from app.core.forms import FormData, FormState
from app.core.i18n import mark
from app.core.pages import page, redirect
from app.donations.access import Treasurer
from app.donations.aftermath import disputing, evidence, queries, rules
from app.donations.aftermath.forms import AnswerForm
from app.donations.aftermath.queries import DisputeView
from app.people.rules import Actor

router = APIRouter(prefix="/studio/disputes")
PRIVATE = {"Cache-Control": "no-store"}


def _find(actor: Actor, pid: str) -> DisputeView:
    with reading() as session:
        found = queries.dispute(session, actor, pid)
    if found is None:
        raise NotFound
    return found


@router.get("", name="donations:disputes")
def disputes(request: Request, actor: Treasurer) -> Response:
    """Those that wait for an answer first, and the gifts banks warn of."""
    with reading() as session:
        context = {
            "disputes": queries.disputes(session, actor),
            "warnings": queries.warnings(session, actor),
            "words": rules,
        }
    return page(request, "donations/disputes.html", context, headers=PRIVATE)


@router.get("/{did}", name="donations:dispute")
def dispute(request: Request, actor: Treasurer, did: str) -> Response:
    return _show(request, _find(actor, did), None)


@router.post("/{did}", name="donations:answer")
def answer(request: Request, actor: Treasurer, did: str, form: FormData) -> Response:
    """Keep the draft, or lay it before the bank for good."""
    found, parsed = _find(actor, did), form.parse(AnswerForm)
    if parsed.data is None:
        return _show(request, found, parsed, status=422)
    data = parsed.data
    if data.do == "submit" and not data.sure:
        unsure = mark("Tick that you have read it: it cannot be changed afterwards.")
        return _show(request, found, parsed.with_error("sure", unsure), status=422)
    try:
        if data.do == "submit":
            disputing.submit(actor, did, data.answers)
        else:
            with transaction() as session:
                disputing.draft(session, actor, did, data.answers)
    except NotFound:
        raise
    except DomainError as refused:
        again = parsed.with_error("form", refused.message)
        return _show(request, _find(actor, did), again, status=refused.status)
    return redirect(request, f"/studio/disputes/{did}", ok="sent" if data.do == "submit" else "saved")


def _show(request: Request, found: DisputeView, form: FormState | None, *, status: int = 200) -> Response:
    row = found.dispute
    with reading() as session:
        known = evidence.known(session, found.gift, found.campaign) if row.drafted_at is None else {}
    open_now = row.status in rules.ANSWERABLE and row.submitted_at is None
    context = {
        "view": found,
        "dispute": row,
        "wanted": rules.wanted(row.cause),
        "words": rules,
        "open": open_now,
        "fee": rules.dispute_fee(row.currency),
        "form": form or FormState({**known, **row.draft}),
    }
    return page(request, "donations/dispute.html", context, status=status, headers=PRIVATE)
