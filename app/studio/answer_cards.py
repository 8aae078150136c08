"""Answers as story cards, one or all of a session, drawn when they are asked for. Keeps none of them."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.campaigns.access import OwnCampaign
from app.campaigns.card import house
from app.campaigns.models import Campaign
from app.core import clock, i18n
from app.core.deps import Db
from app.core.errors import Conflict, NotFound
from app.core.i18n import gettext, mark
from app.print.answer_card import AnswerCard, draw
from app.print.typesetting import LETTERS, Unprintable
from app.questions import claimed, hosting, queries
from app.questions.models import Answer, Question

router = APIRouter()
NONE_YET = mark("No answer of this session is published yet.")
NOT_DRAWN = mark("These answers could not be drawn: our typeface lacks the letters of their language.")


@router.get("/studio/campaigns/{pid}/questions/{qid}/card.png", name="studio:answer-card")
def one(request: Request, session: Db, campaign: OwnCampaign, qid: str) -> Response:
    """One published answer."""
    shown = queries.one(session, campaign.id, qid)
    if shown is None or shown.answer is None or not shown.answer.text:
        raise NotFound
    [(question, card)] = _cards(session, campaign, [(shown.question, shown.answer)], request.state.language)
    try:
        made = draw(card)
    except Unprintable as error:
        raise Conflict(LETTERS) from error
    return _file(made, "image/png", f"{campaign.slug}-{question.pid}.png")


@router.get("/studio/campaigns/{pid}/sessions/{sid}/cards.zip", name="studio:session-cards")
def all_of_a_session(request: Request, session: Db, campaign: OwnCampaign, sid: str) -> Response:
    """Every published answer of a session in the order they were given; what cannot be drawn is named beside."""
    qa = hosting.get(session, campaign, sid)
    given = [
        (found.question, found.answer)
        for found in reversed(queries.answered_in(session, qa))
        if found.answer is not None and found.answer.text
    ]
    if not given:
        raise Conflict(NONE_YET)
    with i18n.speaking(request.state.language):
        packed = _packed(campaign.slug, _cards(session, campaign, given, request.state.language))
    return _file(packed, "application/zip", f"{campaign.slug}-{qa.pid}.zip")


def _packed(name: str, cards: Iterable[tuple[Question, AnswerCard]]) -> bytes:
    out, left = io.BytesIO(), []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:  # pictures are packed already
        for place, (question, card) in enumerate(cards, 1):
            try:
                archive.writestr(f"{name}-{place:02}-{question.pid}.png", draw(card))
            except Unprintable:
                left.append(question.text)
        if left:
            archive.writestr(f"{name}.txt", "\n".join([str(NOT_DRAWN), "", *left, ""]))
    return out.getvalue()


def _file(content: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=kind, headers=headers)


def _cards(
    session: Db, campaign: Campaign, given: Sequence[tuple[Question, Answer]], language: str
) -> list[tuple[Question, AnswerCard]]:
    """What each card says, in the colour of the day of its answer."""
    around = house(session, campaign, kicker=mark("You asked"), weekday=0, language=language)
    corrected = claimed.corrected(session, campaign)
    zone = ZoneInfo(campaign.timezone)
    with i18n.speaking(language):
        aside = gettext("Sources on the page")
    return [
        (
            question,
            AnswerCard(
                question=question.text,
                asked_by=question.name,
                asked_language=question.language,
                answer=answer.text,
                answered_by=", ".join(part for part in (answer.by_name, answer.by_role) if part),
                house=replace(
                    around, weekday=(answer.published_at or clock.now()).astimezone(zone).weekday()
                ),
                aside=aside if answer.sources else "",
                corrected=[found.right for found in corrected.get(answer.pid, [])],
            ),
        )
        for question, answer in given
    ]
