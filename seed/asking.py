"""What the public asked a campaign of the demo, and what was answered: in writing and in live sessions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlmodel import select

from app.claims import correcting
from app.claims import service as claims
from app.claims.queries import ClaimView, of_subject
from app.claims.rules import SubjectKind, Verdict
from app.claims.subjects import Subject
from app.core import clock
from app.core.ids import new_token
from app.influencers.models import Influencer
from app.intake import queries as intake
from app.intake import screening
from app.intake import service as items
from app.intake.rules import ItemState, Kind
from app.questions import answering, hosting, queries, service
from app.questions.answering import Said
from app.questions.hosting import Plan
from app.questions.models import Answer, QaSession, Question, QuestionVote
from app.questions.service import Words
from app.supporters import service as supporters

if TYPE_CHECKING:
    from seed import schema
    from seed.load import Stage

OPENED_BEFORE = timedelta(minutes=20)  # how long a session of today has been on air when the demo begins


def tell(stage: Stage) -> None:
    """Questions at their moments, then duplicates, sessions and answers. What lies in the future is not told."""
    asked: dict[str, Question] = {}
    for told in stage.told.questions:
        question = _ask(stage, told)
        if question is not None:
            asked[told.key] = question
    for told in stage.told.questions:
        if told.same_as in asked and told.key in asked:
            answering.merge(
                stage.session, stage.actor, stage.campaign, asked[told.key], into=asked[told.same_as].pid
            )
    held = {told.key: _session(stage, told) for told in stage.told.sessions}
    for told in stage.told.questions:
        if told.answer is not None and told.key in asked:
            _answer(stage, asked[told.key], told.answer, held.get(told.answer.session))
    for session_told in stage.told.sessions:
        _lead(stage, held[session_told.key], session_told, asked)


def _ask(stage: Stage, told: schema.Asked) -> Question | None:
    session, campaign = stage.session, stage.campaign
    at = stage.at(told.day, told.hour)
    if at > clock.now():
        return None
    question = ask(stage, Words(told.text, told.name, may_edit=True), at)
    if told.state == "accepted":
        with clock.frozen(min(at + timedelta(minutes=25), clock.now()), everywhere=False):
            item = intake.of_subject(session, Kind.QUESTION, question.id)
            if item is not None:
                items.move(session, item, ItemState.ACCEPTED, person_id=stage.second.person_id)
    votes = [
        {
            "campaign_id": campaign.id,
            "question_id": question.id,
            "participant": new_token(),
            "at": at + timedelta(minutes=30),
        }
        for _ in range(told.votes - 1)
    ]
    if votes:
        session.execute(insert(QuestionVote), votes)
    return question


def ask(stage: Stage, words: Words, at: datetime) -> Question:
    """A question that somebody asked at a moment, in the organisation's inbox."""
    session, campaign = stage.session, stage.campaign
    with clock.frozen(at, everywhere=False):
        supporter = supporters.begin(
            session, organisation_id=campaign.organisation_id, language=campaign.language
        )
        sent = screening.Sent(text=words.text, address="192.0.2.1", agent=new_token())
        return service.ask(
            session,
            campaign,
            supporter,
            words=words,
            screening=screening.screen(session, campaign, sent),
            uses={"page": "Shown on the page of questions."},
            participant=new_token(),
        )


def _session(stage: Stage, told: schema.LiveSession) -> QaSession:
    """Announced three days before, or on the campaign's first day. `now`: it began twenty minutes ago."""
    campaign = stage.campaign
    starts_at = clock.now() - OPENED_BEFORE if told.now else stage.at(told.day, told.hour)
    local = starts_at.astimezone(ZoneInfo(campaign.timezone))
    host = stage.session.exec(
        select(Influencer).where(Influencer.campaign_id == campaign.id, Influencer.name == told.host)
    ).first()
    announced = Plan(
        title=told.title,
        about=told.about,
        on_date=local.date(),
        at_time=time(local.hour, local.minute - local.minute % 5),
        zone=campaign.timezone,
        minutes=told.minutes,
        host=host.pid if host else "",
    )
    with clock.frozen(min(starts_at - timedelta(days=3), clock.now()), everywhere=False):
        return hosting.plan(stage.session, stage.actor, campaign, None, version=0, announced=announced)


def _answer(stage: Stage, question: Question, told: schema.Reply, qa: QaSession | None) -> None:
    at = stage.at(told.day, told.hour)
    if at > clock.now():
        return
    said = Said(told.text, told.by_name, told.by_role, [one.model_dump() for one in told.sources])
    first = Said(told.before, said.by_name, said.by_role, said.sources) if told.before else said
    with clock.frozen(at, everywhere=False):
        if told.claims and not told.before:
            _write(stage, question, first, version=0, publish=False)
            _check(stage, question, told.claims)
        _write(stage, question, first, version=_version(stage, question), qa=qa)
    if told.before:
        with clock.frozen(min(at + timedelta(hours=5), clock.now()), everywhere=False):
            _write(stage, question, said, version=1, correction=told.correction)
            _check(stage, question, told.claims)
    if told.put_right is not None:
        _put_right(stage, question, said, told.put_right)


def _version(stage: Stage, question: Question) -> int:
    answer = queries.answer_of(stage.session, question.id)
    return answer.version if answer else 0


def _check(stage: Stage, question: Question, words: Iterable[str]) -> None:
    """Claim some words of the answer; the second member checks them."""
    for view in [_claim(stage, question, one) for one in words]:
        claims.check(
            stage.session,
            stage.second,
            stage.campaign,
            view.claim,
            shown=view.shown,
            verdict=Verdict.TRUE,
            checked_as=stage.second.name,
        )


def _claim(stage: Stage, question: Question, words: str) -> ClaimView:
    subject = _subject(stage, question)
    claim = claims.add(stage.session, stage.actor, stage.campaign, subject, words=words)
    found = of_subject(stage.session, stage.campaign, subject)
    return next(one for one in found if one.claim.pid == claim.pid)


def _subject(stage: Stage, question: Question) -> Subject:
    answer = queries.answer_of(stage.session, question.id)
    return claims.subject_of(stage.session, stage.campaign, SubjectKind.ANSWER, answer.pid if answer else "")


def _put_right(stage: Stage, question: Question, said: Said, told: schema.PutRight) -> None:
    """Correct the first claim in public, then write the answer anew, with the right words claimed and checked."""
    at = stage.at(told.day, told.hour)
    if at > clock.now():
        return
    subject = _subject(stage, question)
    wrong = of_subject(stage.session, stage.campaign, subject)[0].claim
    source = said.sources[0] if said.sources else {}
    with clock.frozen(at, everywhere=False):
        correcting.correct(
            stage.session,
            stage.actor,
            stage.campaign,
            wrong,
            right=told.right,
            why=told.why,
            since=subject.public_since or at.date(),
            source_title=str(source.get("title", "")),
            source_url=str(source.get("url", "")),
        )
        _write(stage, question, replace(said, text=told.text), version=_version(stage, question))
        _check(stage, question, [told.claims_now])


def _write(
    stage: Stage,
    question: Question,
    said: Said,
    *,
    version: int,
    publish: bool = True,
    correction: str = "",
    qa: QaSession | None = None,
) -> Answer:
    return answering.write(
        stage.session,
        stage.actor,
        stage.campaign,
        question,
        version=version,
        said=said,
        publish=publish,
        correction=correction,
        qa=qa,
    )


def _lead(stage: Stage, qa: QaSession, told: schema.LiveSession, asked: dict[str, Question]) -> None:
    """Open what has begun and close what is over."""
    if told.now:
        with clock.frozen(clock.now() - OPENED_BEFORE, everywhere=False):
            hosting.open_session(stage.session, stage.actor, stage.campaign, qa)
        if told.on_air in asked:
            hosting.put_on_air(stage.session, stage.actor, stage.campaign, qa, pid=asked[told.on_air].pid)
    elif qa.course.ends_at < clock.now():
        with clock.frozen(qa.starts_at, everywhere=False):
            hosting.open_session(stage.session, stage.actor, stage.campaign, qa)
        with clock.frozen(qa.course.ends_at, everywhere=False):
            hosting.close(stage.session, stage.actor, qa)
