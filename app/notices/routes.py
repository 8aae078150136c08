"""`/notice`: report a content without an account, follow what became of it, contest it, and the figures of a year."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.core import clock
from app.core.counting import count
from app.core.deps import Db
from app.core.errors import Gone, NotFound
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.i18n import mark
from app.core.pages import page, redirect, speak
from app.core.ratelimit import client_address, limited
from app.intake.screening import source_of
from app.notices import counting, deciding, queries, rules, service, subjects
from app.notices.forms import AppealForm, NoticeForm
from app.notices.queries import Known
from app.notices.rules import Category
from app.people import queries as people
from app.people.models import Organisation

router = APIRouter()
NO_TRACE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}
# A phone network puts thousands behind one address, and a notice may not be refused lightly.
LIMITS = [limited("notice", times=20, seconds=600), limited("notice-day", times=200, seconds=86_400)]
MAILS_A_DAY = 5  # receipts to one address: it may be a stranger's


def _may_mail(form: FormData) -> bool:
    """Whether one more receipt may go to the address typed; counted before the request holds a session."""
    email = form.get("email").strip().lower()
    return not email or count("notice-mail", email, seconds=86_400)[0] <= MAILS_A_DAY


@router.get("/notice", name="notices:form")
def show(request: Request, session: Db, about: str = "", org: str = "") -> Response:
    """The form; a link beside each thing fills in what it is about."""
    return _form_page(request, session, FormState({"about": about[:500], "org": org[:16]}), shown=True)


def _form_page(request: Request, session: Db, form: FormState, *, shown: bool = False) -> Response:
    about = str(form.values.get("about", ""))
    item = subjects.find_item(session, about)
    campaign = queries.campaign_of(session, rules.slug_in(about))
    organisation = _whose(session, str(form.values.get("org", "")), campaign)
    context = {
        "form": form,
        "categories": [(one.value, words) for one, words in rules.CATEGORY_WORDS.items()],
        "organisation": organisation,
        "quoted": subjects.words_of(session, item)[:300] if item is not None and item.public else "",
    }
    return page(request, "notices/form.html", context, status=200 if shown else 422)


def _whose(session: Db, org: str, campaign: Any) -> Organisation | None:
    if campaign is not None:
        return queries.organisation_by_id(session, campaign.organisation_id)
    found = people.organisation_by_pid(session, org) if org else None
    return found or queries.first_organisation(session)


@router.post("/notice", name="notices:send", dependencies=LIMITS)
def send(
    request: Request, may_mail: Annotated[bool, Depends(_may_mail)], session: Db, form: FormData
) -> Response:
    """Take a notice in; its private page is the receipt."""
    parsed = form.parse(NoticeForm)
    if parsed.data is None:
        return _form_page(request, session, parsed)
    data = parsed.data
    report = service.Report(
        address=data.about,
        category=data.category,
        reason=data.reason,
        name=data.name,
        email=data.email,
        language=request.state.language,
        org=data.org,
        stamp=data.stamp,
        trap=data.website,
        source=source_of(client_address(request), request.headers.get("user-agent", "")),
    )
    _, token = service.file(session, report, may_mail=may_mail)
    return redirect(request, f"/notice/{token}")


@router.get("/notice/figures", name="notices:figures")
def figures(request: Request, session: Db, org: str = "", year: int = 0) -> Response:
    """What was reported to an organisation in a year, and what it decided: counts only."""
    every = people.all_organisations(session)
    organisation = (
        people.organisation_by_pid(session, org) if org else (every[0] if len(every) == 1 else None)
    )
    if org and organisation is None:
        raise NotFound
    context: dict[str, Any] = {"organisation": organisation, "choices": every}
    if organisation is not None:
        years = counting.years(session, organisation.id, now=clock.now())
        chosen = year if year in years else years[0]
        found = counting.figures(session, organisation.id, chosen)
        context |= {
            "years": years,
            "year": chosen,
            "found": found,
            "hours": None if found.median is None else max(1, round(found.median / timedelta(hours=1))),
            "category_words": rules.CATEGORY_WORDS,
            "outcome_words": rules.OUTCOME_WORDS,
        }
    return page(request, "notices/figures.html", context)


def _known(token: str, request: Request, session: Db) -> Known:
    known = queries.by_token(session, token)
    if known is None:
        raise Gone(mark("This address leads to no notice. Check that it was copied whole."))
    speak(request, known.notice.language)
    return known


KnownNotice = Annotated[Known, Depends(_known)]
"""The notice a private address leads to; 410 for any other."""


@router.get(
    "/notice/{token}", name="notices:status", dependencies=[limited("notice-page", times=60, seconds=60)]
)
def status(request: Request, session: Db, token: str, known: KnownNotice) -> Response:
    """Where a notice stands: receipt, decision, reasons, what one can do."""
    return _status_page(request, session, token, known, FormState())


def _status_page(
    request: Request, session: Db, token: str, known: Known, form: FormState, status: int = 200
) -> Response:
    notice = known.notice
    organisation = queries.organisation_by_id(session, notice.organisation_id)
    context = {
        "notice": notice,
        "side": known.side.value,
        "organisation": organisation,
        "decisions": queries.decisions(session, notice.id),
        "appeals": {one.decision_id: one for one in queries.appeals(session, notice.id)},
        "may_appeal": deciding.may_appeal(session, notice, known.side),
        "category": rules.CATEGORY_WORDS[notice.category],
        "threat": notice.category is Category.THREAT,
        "decide_by": rules.decide_by(notice.category, notice.created_at),
        "outcome_words": rules.OUTCOME_WORDS,
        "ground_words": rules.GROUND_WORDS,
        "appeal_until": lambda one: one.at + rules.APPEAL_WITHIN,
        "form": form,
        "here": f"/notice/{token}",
    }
    return page(request, "notices/status.html", context, status=status, headers=NO_TRACE)


@router.post(
    "/notice/{token}/appeal",
    name="notices:appeal",
    dependencies=[limited("notice-appeal", times=10, seconds=600)],
)
def appeal(request: Request, session: Db, token: str, known: KnownNotice, form: FormData) -> Response:
    """Contest the last decision."""
    parsed = form.parse(AppealForm)
    if parsed.data is None:
        return _status_page(request, session, token, known, parsed, 422)
    deciding.appeal(session, known.notice, known.side, parsed.data.text)
    return redirect(request, f"/notice/{token}", ok="sent")
