"""`/studio/notices`: what was reported as illegal, read by one at a time, decided with reasons; the register."""

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response, StreamingResponse

from app.campaigns import queries as campaigns
from app.core import clock
from app.core.deps import Db
from app.core.errors import Conflict, NotFound
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.pages import page, redirect
from app.intake.models import Item
from app.intake.rules import STATE_WORDS as ITEM_WORDS
from app.notices import counting, deciding, queries, register, rules, subjects
from app.notices.forms import DecideForm, DoneForm, NoteForm
from app.notices.models import Notice
from app.notices.queries import Asked, Line
from app.notices.rules import Category, NoticeState, Outcome
from app.people import queries as people
from app.people.access import Member, may
from app.people.rules import Actor, Permission

router = APIRouter(prefix="/studio/notices", dependencies=[may(Permission.MODERATE)])
VIEWS = {
    "open": NoticeState.RECEIVED,
    "contested": NoticeState.APPEALED,
    "tasks": None,
    "all": None,
}


def _asked(view: str, category: str, campaign: str, year: int) -> Asked:
    return Asked(
        category=Category(category) if category in set(Category) else None,
        state=VIEWS[view],
        campaign=campaign[:16],
        year=year or None,
        tasks=view == "tasks",
    )


@router.get("", name="studio:notices")
def show(
    request: Request,
    session: Db,
    actor: Member,
    view: str = "open",
    category: str = "",
    campaign: str = "",
    year: int = 0,
    at: int = 1,
) -> Response:
    """The notices that wait, those contested, what is left to do, and the whole register."""
    view = view if view in VIEWS else "open"
    asked = _asked(view, category, campaign, year)
    total = queries.count(session, actor, asked)
    pages = max(1, -(-total // rules.REGISTER_PAGE))
    at = min(max(1, at), pages)
    lines = queries.register(
        session, actor, asked, limit=rules.REGISTER_PAGE, offset=(at - 1) * rules.REGISTER_PAGE
    )
    filters = {"category": category, "campaign": campaign, "year": str(year) if year else ""}

    def address(**more: str | int) -> str:
        kept = {name: value for name, value in {**filters, "view": view, **more}.items() if value}
        return f"/studio/notices?{urlencode(kept)}"

    context: dict[str, Any] = {
        "view": view,
        "views": {name: (address(view=name, at=0), _count(session, actor, name)) for name in VIEWS},
        "lines": [_shown(one) for one in lines],
        "total": total,
        "filters": filters,
        "categories": list(rules.CATEGORY_WORDS.items()),
        "campaigns": campaigns.own_campaigns(session, actor),
        "years": counting.years(session, actor.organisation_id, now=clock.now()),
        "at": at,
        "pages": pages,
        "before": address(at=at - 1) if at > 1 else None,
        "after": address(at=at + 1) if at < pages else None,
        "export": f"/studio/notices/register.csv?{urlencode({k: v for k, v in filters.items() if v})}",
        "organisation": people.organisation(session, actor),
        "names": queries.names(session, [one.notice.claimed_by for one in lines]),
    }
    return page(request, "studio/notices.html", context)


def _count(session: Session, actor: Actor, view: str) -> int:
    return queries.count(session, actor, Asked(state=VIEWS[view], tasks=view == "tasks"))


def _shown(line: Line) -> dict[str, Any]:
    notice, decision = line.notice, line.decision
    due = rules.decide_by(notice.category, notice.created_at)
    waits = notice.state is not NoticeState.DECIDED
    return {
        "notice": notice,
        "campaign": line.campaign,
        "category": rules.CATEGORY_WORDS[notice.category],
        "grave": notice.category in rules.GRAVE,
        "state": rules.STATE_WORDS[notice.state],
        "outcome": rules.OUTCOME_WORDS[decision.outcome] if decision else None,
        "task_by": decision.task_by if decision and not decision.done_at else None,
        "due": due if notice.state is NoticeState.RECEIVED else None,
        "late": notice.state is NoticeState.RECEIVED and due < clock.now(),
        "claimed_by": notice.claimed_by if waits and (notice.claimed_until or due) > clock.now() else None,
    }


@router.get("/register.csv", name="studio:notices-register")
def export(session: Db, actor: Member, category: str = "", campaign: str = "", year: int = 0) -> Response:
    """The register as a file, with the filters of the page."""
    lines = queries.register(session, actor, _asked("all", category, campaign, year))
    headers = {
        "Content-Disposition": 'attachment; filename="notices.csv"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(
        iter(list(register.register_lines(lines))), media_type="text/csv; charset=utf-8", headers=headers
    )


def _own(session: Session, actor: Actor, nid: str) -> Notice:
    notice = queries.by_pid(session, actor, nid)
    if notice is None:
        raise NotFound
    return notice


@router.get("/{nid}", name="studio:notice")
def one(request: Request, session: Db, actor: Member, nid: str) -> Response:
    """One notice: what it says, what stands there, who may decide, what was decided."""
    return _notice_page(request, session, actor, _own(session, actor, nid), FormState())


def _notice_page(
    request: Request, session: Session, actor: Actor, notice: Notice, form: FormState, status: int = 200
) -> Response:
    decisions = queries.decisions(session, notice.id)
    item = session.get(Item, notice.item_id) if notice.item_id else None
    campaign = queries.campaign_by_id(session, notice.campaign_id)
    moment = clock.now()
    held = notice.claimed_by is not None and (notice.claimed_until or moment) > moment
    context: dict[str, Any] = {
        "notice": notice,
        "form": form,
        "organisation": people.organisation(session, actor),
        "campaign_of": campaign,
        "category": rules.CATEGORY_WORDS[notice.category],
        "state": rules.STATE_WORDS[notice.state],
        "due": rules.decide_by(notice.category, notice.created_at),
        "item": item,
        "item_state": ITEM_WORDS[item.state] if item else None,
        "kind": subjects.KIND_WORDS[item.kind] if item else None,
        "words_now": subjects.words_of(session, item) if item else "",
        "reachable": bool(subjects.author_of(session, item).email) if item else True,
        "piece": None if item else subjects.piece_at(session, campaign, notice.address),
        "alike": queries.alike(session, notice),
        "unfounded_before": queries.unfounded_before(session, notice),
        "decisions": decisions,
        "appeals": {one.decision_id: one for one in queries.appeals(session, notice.id)},
        "names": queries.names(session, [notice.claimed_by, *(one.person_id for one in decisions)]),
        "mine": held and notice.claimed_by == actor.person_id,
        "others": held and notice.claimed_by != actor.person_id,
        "hindrance": deciding.hindrance(session, actor, notice),
        "outcomes": [(one.value, rules.OUTCOME_WORDS[one]) for one in Outcome],
        "grounds": [(one.value, words) for one, words in rules.GROUND_WORDS.items()],
        "outcome_words": rules.OUTCOME_WORDS,
        "ground_words": rules.GROUND_WORDS,
        "threat": notice.category is Category.THREAT,
    }
    return page(request, "studio/notice.html", context, status=status)


@router.post("/{nid}/claim", name="studio:claim-notice")
def claim(request: Request, session: Db, actor: Member, nid: str) -> Response:
    """Read it alone for half an hour."""
    deciding.claim(session, actor, _own(session, actor, nid))
    return redirect(request, f"/studio/notices/{nid}#decide")


@router.post("/{nid}/release", name="studio:release-notice")
def release(request: Request, session: Db, actor: Member, nid: str) -> Response:
    """Leave it to others."""
    deciding.let_go(session, actor, _own(session, actor, nid))
    return redirect(request, "/studio/notices")


@router.post("/{nid}/decide", name="studio:decide-notice")
def decide(request: Request, session: Db, actor: Member, nid: str, form: FormData) -> Response:
    """Decide, with reasons that both sides will read."""
    notice = _own(session, actor, nid)
    parsed = form.parse(DecideForm)
    if parsed.data is None:
        return _notice_page(request, session, actor, notice, parsed, 422)
    data = parsed.data
    judgement = deciding.Judgement(
        outcome=data.outcome,
        facts=data.facts,
        ground=data.ground,
        basis=data.basis,
        done=data.done,
        unfounded=data.unfounded,
    )
    try:
        deciding.decide(session, actor, notice, judgement, version=data.version, alike=data.alike)
    except Conflict as refusal:
        session.refresh(notice)
        return _notice_page(
            request, session, actor, notice, parsed.with_error("form", refusal.message), refusal.status
        )
    return redirect(request, f"/studio/notices/{nid}", ok="saved")


@router.post("/{nid}/done", name="studio:notice-done")
def done(request: Request, session: Db, actor: Member, nid: str, form: FormData) -> Response:
    """Note what was changed on a page of the organisation's own."""
    notice = _own(session, actor, nid)
    parsed = form.parse(DoneForm)
    if parsed.data is None:
        return _notice_page(request, session, actor, notice, parsed, 422)
    deciding.done(session, actor, notice, parsed.data.decision, parsed.data.note)
    return redirect(request, f"/studio/notices/{nid}", ok="saved")


@router.post("/{nid}/authority", name="studio:notice-authority")
def authority(request: Request, session: Db, actor: Member, nid: str, form: FormData) -> Response:
    """Note which authority was told of a danger to life."""
    notice = _own(session, actor, nid)
    parsed = form.parse(NoteForm)
    if parsed.data is None:
        return _notice_page(request, session, actor, notice, parsed, 422)
    deciding.tell_authority(session, actor, notice, parsed.data.note)
    return redirect(request, f"/studio/notices/{nid}", ok="saved")
