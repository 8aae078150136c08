"""Where the public asks, votes and reads answers: no account, one vote a person, nothing shown too early."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.campaigns.access import PublicCampaign
from app.campaigns.around import around_of
from app.campaigns.models import Campaign
from app.campaigns.sharing import sharing
from app.core import i18n
from app.core.deps import Db
from app.core.errors import Conflict, NotFound
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.pages import is_partial, page, redirect, via
from app.core.ratelimit import limited
from app.intake import screening
from app.intake.gate import sparing
from app.links import queries as links
from app.public import asking
from app.questions import claimed, queries, service
from app.questions.forms import AskForm, VoteForm
from app.questions.models import Question
from app.questions.queries import PER_PAGE, Asked
from app.questions.service import Words
from app.supporters import service as supporters
from app.supporters.access import Known, set_cookie
from app.supporters.models import Supporter
from app.supporters.queries import Visit

router = APIRouter()
ROOM = "/c/{slug}/voices/questions"


@router.get(ROOM, name="public:questions")
def questions_page(
    request: Request,
    session: Db,
    campaign: PublicCampaign,
    known: Known,
    show: str = "",
    number: int = 1,
) -> Response:
    """Ask, vote for what waits, read what was answered (`?show=answered`)."""
    return _page(request, session, campaign, known, answered=show == "answered", number=max(1, number))


def _page(
    request: Request,
    session: Db,
    campaign: Campaign,
    known: Visit | None,
    *,
    answered: bool = False,
    number: int = 1,
    form: FormState | None = None,
    near: list[Asked] | None = None,
    status: int = 200,
) -> Response:
    voter = asking.voter_of(request, session, campaign, known)
    found = queries.shown(
        session, campaign.id, answered=answered, voter=voter, offset=(number - 1) * PER_PAGE
    )
    other = queries.shown(session, campaign.id, answered=not answered, limit=1)
    context = {
        **_around(request, session, campaign, "", i18n.mark("Questions and answers")),
        "answered": answered,
        "found": found,
        "other": other,
        "number_of_page": number,
        "count": -(-found.total // PER_PAGE),
        "own": asking.own_waiting(session, campaign, known),
        "coming": asking.coming(session, campaign),
        "past": asking.past(session, campaign) if answered else [],
        "closed": asking.closed_words(campaign),
        "form": form,
        "near": near or [],
        "corrected": claimed.corrected(session, campaign) if answered else {},
        "page_use": asking.PAGE_USE,
        "edit_use": asking.EDIT_USE,
        "voting": not asking.closed_words(campaign),
        "live": "",
    }
    return page(request, "public/questions/list.html", context, status=status)


def _around(
    request: Request, session: Db, campaign: Campaign, tail: str, title: i18n.Message | str
) -> dict[str, Any]:
    around = around_of(request, session, campaign)
    with i18n.speaking(request.state.language):
        head = sharing(request, around, f"/voices/questions{tail}", title=str(title))
    return {"campaign": campaign, "around": around, "sharing": head}


@router.post(ROOM, name="public:ask", dependencies=[sparing("question", times=30, seconds=600)])
def ask(request: Request, session: Db, campaign: PublicCampaign, known: Known, form: FormData) -> Response:
    """Send a question; those like it are shown first, and `sure` sends it all the same."""
    service.check_open(campaign)
    parsed = form.parse(AskForm)
    if parsed.data is None:
        return _page(request, session, campaign, known, form=parsed, status=422)
    asked = parsed.data
    found = screening.screen(session, campaign, asking.sent(request, asked))
    if not found.robot and not asked.sure:
        voter = asking.voter_of(request, session, campaign, known)
        near = service.similar(session, campaign, asked.text, voter=voter)
        if near:
            return _page(request, session, campaign, known, form=parsed, near=list(near))
    if found.robot:  # thanked as anyone, and kept nowhere
        return redirect(request, _back(campaign, asked.live), ok="asked")
    question, token = _file(request, session, campaign, known, asked, found)
    shown = queries.one(session, campaign.id, question.pid) is not None
    answer = redirect(request, _back(campaign, asked.live), ok="asked-shown" if shown else "asked")
    if token:
        set_cookie(answer, token)
    return answer


def _back(campaign: Campaign, live: str) -> str:
    room = f"/c/{campaign.slug}/voices"
    return f"{room}/live/{live}#ask" if live.isalnum() else f"{room}/questions#yours"


def _file(
    request: Request,
    session: Db,
    campaign: Campaign,
    known: Visit | None,
    asked: AskForm,
    found: screening.Screening,
) -> tuple[Question, str]:
    """The question, and the token of a cookie for who sends something for the first time."""
    supporter, token = _author(request, session, campaign, known, asked.email)
    with i18n.speaking(request.state.language):
        uses = asking.uses() | (asking.corrections() if asked.may_edit else {})
    voter = service.recognise(
        session,
        campaign,
        address=asking.address_of(request),
        agent=asking.agent_of(request),
        supporters=[supporter.id],
    )
    question = service.ask(
        session,
        campaign,
        supporter,
        words=Words(asked.text, asked.name, may_edit=bool(asked.may_edit)),
        screening=found,
        uses=uses,
        participant=voter.participant,
        link_id=links.link_id(session, campaign.id, via(request)),
    )
    return question, token


def _author(
    request: Request, session: Db, campaign: Campaign, known: Visit | None, email: str
) -> tuple[Supporter, str]:
    if known is not None and asking.supporters_of(campaign, known):
        if email and not known.supporter.email:
            supporters.give_address(session, known, email)
        return known.supporter, ""
    supporter = supporters.begin(
        session,
        organisation_id=campaign.organisation_id,
        language=request.state.language,
        email=email,
    )
    supporters.mail_link(session, supporter)
    return supporter, supporters.open_visit(session, supporter)


@router.get(ROOM + "/{qid}", name="public:question")
def question_page(
    request: Request, session: Db, campaign: PublicCampaign, known: Known, qid: str
) -> Response:
    """One question with its answer and its sources."""
    one = queries.one(session, campaign.id, qid, voter=asking.voter_of(request, session, campaign, known))
    if one is None:
        raise NotFound
    context = {
        **_around(request, session, campaign, f"/{one.question.pid}", one.question.text[:80]),
        "one": one,
        "corrected": claimed.corrected(session, campaign),
        "voting": not asking.closed_words(campaign),
        "live": "",
    }
    return page(request, "public/questions/one.html", context)


@router.post(
    ROOM + "/{qid}/vote", name="public:vote", dependencies=[limited("question-vote", times=150, seconds=600)]
)
def vote(
    request: Request, session: Db, campaign: PublicCampaign, known: Known, qid: str, form: FormData
) -> Response:
    """Say that one wants to know this too, or no longer."""
    parsed = form.parse(VoteForm)
    if parsed.data is None:
        raise Conflict(i18n.mark("The vote did not arrive whole. Reload the page and try again."))
    voter = service.recognise(
        session,
        campaign,
        address=asking.address_of(request),
        agent=asking.agent_of(request),
        supporters=asking.supporters_of(campaign, known),
    )
    shown = service.vote(session, campaign, qid, voter=voter, wants=parsed.data.vote == "yes")
    live = parsed.data.live if parsed.data.live.isalnum() else ""
    if is_partial(request):
        context = {"campaign": campaign, "one": shown, "voting": True, "live": live}
        return page(request, "public/questions/_vote.html", context, headers={"Cache-Control": "no-store"})
    where = f"live/{live}" if live else "questions"
    return redirect(request, f"/c/{campaign.slug}/voices/{where}#q-{shown.question.pid}")
