"""The team's page of questions: what waits by votes, answers with their sources, duplicates."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.campaigns.access import OwnCampaign
from app.campaigns.models import Campaign
from app.campaigns.service import Stale
from app.claims import lacking
from app.claims.rules import STANDING_WORDS
from app.core import clock
from app.core.deps import Db
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.pages import page, redirect
from app.people.access import Member, may
from app.people.rules import Permission
from app.questions import answering, claimed, desk, forms, queries, rules, service, sessions
from app.questions.answering import CheckedWords, Said, Unproven
from app.questions.models import Answer, Question

router = APIRouter()
ROOM = "/studio/campaigns/{pid}/questions"
ONE = ROOM + "/{qid}"
EDIT = [may(Permission.EDIT)]
MODERATE = [may(Permission.MODERATE)]
PER_PAGE = 50


def base_of(campaign: Campaign) -> str:
    return f"/studio/campaigns/{campaign.pid}/questions"


@router.get(ROOM, name="studio:questions")
def list_page(
    request: Request, session: Db, campaign: OwnCampaign, show: str = "", number: int = 1
) -> Response:
    """What waits by votes, or what was answered; the sessions."""
    answered, number = show == "answered", max(1, number)
    found = desk.desk(session, campaign.id, answered=answered, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    now = clock.now()
    context = {
        "campaign": campaign,
        "room": "questions",
        "base": base_of(campaign),
        "found": found,
        "answered": answered,
        "number_of_page": number,
        "count": -(-found.total // PER_PAGE),
        "held": [
            (one, rules.stage(one.session.course, now)) for one in sessions.of_campaign(session, campaign.id)
        ],
        "stage_words": rules.STAGE_WORDS,
    }
    return page(request, "studio/questions.html", context)


@router.get(ONE, name="studio:question")
def one_page(request: Request, session: Db, campaign: OwnCampaign, qid: str) -> Response:
    """A question, its answer to write, its duplicates, and those it may be one of."""
    return _one(request, session, campaign, qid)


def _one(
    request: Request,
    session: Db,
    campaign: Campaign,
    qid: str,
    form: FormState | None = None,
    status: int = 200,
) -> Response:
    question = answering.get_question(session, campaign, qid)
    answer = queries.answer_of(session, question.id)
    likest = [
        one for one in service.similar(session, campaign, question.text) if one.question.id != question.id
    ]
    known = {one.question.id for one in likest}
    wanted = queries.shown(session, campaign.id, answered=False, limit=PER_PAGE).rows
    others = likest + [one for one in wanted if one.question.id not in known | {question.id}]
    shown = queries.one(session, campaign.id, qid)
    context = {
        "campaign": campaign,
        "room": "questions",
        "base": base_of(campaign),
        "question": question,
        "shown": shown,
        "head": _head(session, question),
        "answer": answer,
        "about": _facts_of(session, campaign, question, answer, shown=shown is not None),
        "standing_words": STANDING_WORDS,
        "corrected": claimed.corrected(session, campaign).get(answer.pid, []) if answer else [],
        "duplicates": queries.duplicates(session, question.id),
        "others": [(one.question.pid, _short(one.question.text)) for one in others],
        "form": form or forms.filled(answer),
        "sources": range(rules.SOURCES),
    }
    return page(request, "studio/question.html", context, status=status)


def _facts_of(
    session: Db, campaign: Campaign, question: Question, answer: Answer | None, *, shown: bool
) -> lacking.About | None:
    """What the answer claims, and what in it looks like a fact; None while nothing is written."""
    if answer is None or not answer.text:
        return None
    return lacking.about(session, campaign, claimed.subject_of(campaign, question, answer, shown=shown))


def _short(text: str) -> str:
    return text if len(text) <= 90 else f"{text[:89].rstrip()}…"


def _head(session: Db, question: Question) -> Question | None:
    return session.get(Question, question.merged_into_id) if question.merged_into_id else None


@router.post(ONE + "/answer", name="studio:answer", dependencies=EDIT)
def answer(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, qid: str, form: FormData
) -> Response:
    """Keep the answer as a draft, publish it, or correct what is published."""
    question = answering.get_question(session, campaign, qid)
    parsed = form.parse(forms.AnswerForm)
    if parsed.data is None:
        return _one(request, session, campaign, qid, parsed, 422)
    data = parsed.data
    try:
        answering.write(
            session,
            actor,
            campaign,
            question,
            version=data.version,
            said=Said(data.text, data.by_name, data.by_role, data.sources()),
            publish=bool(data.publish),
            correction=data.correction,
        )
    except Stale as stale:
        kept = FormState({**parsed.values, "version": stale.version}, {"form": stale.message})
        return _one(request, session, campaign, qid, kept, 409)
    except (Unproven, CheckedWords) as refusal:
        return _one(request, session, campaign, qid, parsed.with_error("text", refusal.message), 409)
    return redirect(request, f"{base_of(campaign)}/{qid}", ok="published" if data.publish else "saved")


@router.post(ONE + "/unpublish", name="studio:unpublish-answer", dependencies=EDIT)
def unpublish(request: Request, session: Db, actor: Member, campaign: OwnCampaign, qid: str) -> Response:
    """Make the answer a draft again."""
    answering.take_back(session, actor, answering.get_question(session, campaign, qid))
    return redirect(request, f"{base_of(campaign)}/{qid}", ok="saved")


@router.post(ONE + "/merge", name="studio:merge-question", dependencies=MODERATE)
def merge(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, qid: str, form: FormData
) -> Response:
    """Let a question count for another."""
    question = answering.get_question(session, campaign, qid)
    parsed = form.parse(forms.ChosenForm)
    if parsed.data is None:
        kept = FormState(forms.filled(queries.answer_of(session, question.id)).values, parsed.errors)
        return _one(request, session, campaign, qid, kept, 422)
    target = answering.merge(session, actor, campaign, question, into=parsed.data.question)
    return redirect(request, f"{base_of(campaign)}/{target.pid}", ok="saved")


@router.post(ONE + "/separate", name="studio:separate-question", dependencies=MODERATE)
def separate(request: Request, session: Db, actor: Member, campaign: OwnCampaign, qid: str) -> Response:
    """Let a duplicate stand for itself again."""
    answering.separate(session, actor, answering.get_question(session, campaign, qid))
    return redirect(request, f"{base_of(campaign)}/{qid}", ok="saved")
