"""An hour of answers: planned, opened, led question by question, closed. Refuses what its stage does not allow."""

from dataclasses import dataclass, replace
from datetime import date, time

from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.campaigns.service import Stale, check_open
from app.core import clock
from app.core.errors import Conflict, NotFound
from app.core.i18n import mark
from app.influencers.models import Influencer
from app.people import audit
from app.people.rules import Actor, Permission
from app.questions import answering, queries
from app.questions.answering import Said
from app.questions.models import QaSession, Question
from app.questions.rules import RUNNING, SOURCES, Stage, stage


@dataclass(frozen=True)
class Plan:
    """What is announced: the wall time, its zone, the length in minutes, the host's public id or ""."""

    title: str
    about: str
    on_date: date
    at_time: time
    zone: str
    minutes: int
    host: str = ""


def get(session: Session, campaign: Campaign, pid: str) -> QaSession:
    """A session of the campaign. Raises NotFound."""
    found = session.exec(
        select(QaSession).where(QaSession.pid == pid, QaSession.campaign_id == campaign.id)
    ).first()
    if found is None:
        raise NotFound
    return found


def plan(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    qa: QaSession | None,
    *,
    version: int,
    announced: Plan,
) -> QaSession:
    """Announce a session, or change what was announced before it opened. Raises Stale, Conflict, Forbidden."""
    actor.require(Permission.EDIT)
    check_open(actor, campaign)
    starts_at = clock.resolve_wall(announced.on_date, announced.at_time, announced.zone)
    if qa is None:
        qa = QaSession(
            campaign_id=campaign.id,
            title="",
            on_date=announced.on_date,
            at_time=announced.at_time,
            zone="",
            starts_at=starts_at,
            version=0,
        )
    if qa.version != version:
        raise Stale(qa.version)
    _only(qa, Stage.COLLECTING)
    host = _host(session, campaign, announced.host)
    qa.title, qa.about, qa.host_id = announced.title, announced.about, host.id if host else None
    qa.on_date, qa.at_time, qa.zone = announced.on_date, announced.at_time, announced.zone
    qa.starts_at, qa.minutes = starts_at, announced.minutes
    new = qa.version == 0
    _changed(session, qa)
    audit.record(
        session,
        actor,
        "question.session_planned" if new else "question.session_changed",
        subject=qa.title,
        subject_pid=qa.pid,
    )
    return qa


def _host(session: Session, campaign: Campaign, pid: str) -> Influencer | None:
    if not pid:
        return None
    found = session.exec(
        select(Influencer).where(Influencer.pid == pid, Influencer.campaign_id == campaign.id)
    ).first()
    if found is None:
        raise NotFound
    return found


def open_session(session: Session, actor: Actor, campaign: Campaign, qa: QaSession) -> None:
    """Go live. Raises Conflict while the campaign is paused or not public, or the session is not to come."""
    actor.require(Permission.EDIT)
    if campaign.paused_at is not None:
        raise Conflict(mark("The campaign is paused: resume it first."))
    _only(qa, Stage.COLLECTING)
    qa.opened_at = clock.now()
    _led(session, actor, qa, "question.session_opened")


def pause(session: Session, actor: Actor, qa: QaSession, *, on: bool) -> None:
    """Take a break, or go on. Saying the same twice changes nothing."""
    actor.require(Permission.EDIT)
    _only(qa, *RUNNING)
    if (qa.paused_at is not None) is not on:
        qa.paused_at = clock.now() if on else None
        _changed(session, qa)


def close(session: Session, actor: Actor, qa: QaSession) -> None:
    """End the session: its page becomes the archive of what was answered."""
    actor.require(Permission.EDIT)
    _only(qa, *RUNNING)
    qa.closed_at, qa.paused_at, qa.on_air_id = clock.now(), None, None
    _led(session, actor, qa, "question.session_closed")


def call_off(session: Session, actor: Actor, qa: QaSession) -> None:
    """Cancel a session that has not opened."""
    actor.require(Permission.EDIT)
    _only(qa, Stage.COLLECTING)
    qa.cancelled_at = clock.now()
    _led(session, actor, qa, "question.session_cancelled")


def put_on_air(session: Session, actor: Actor, campaign: Campaign, qa: QaSession, *, pid: str) -> None:
    """Show a public question as the one being answered; "" takes the present one off. Raises NotFound, Conflict."""
    actor.require(Permission.EDIT)
    _only(qa, *RUNNING)
    if not pid:
        qa.on_air_id = None
    else:
        shown = queries.one(session, campaign.id, pid)
        if shown is None:
            raise NotFound
        qa.on_air_id = shown.question.id
    _changed(session, qa)


def answer_on_air(
    session: Session, actor: Actor, campaign: Campaign, qa: QaSession, *, pid: str, said: Said
) -> Question:
    """Publish the answer to the question on air; without a text it was given aloud, and the text follows.

    The sources of a draft stay with it. Raises Conflict when another question is on air by now, or it has its
    answer; Unproven while a fact in the text is not checked.
    """
    _only(qa, *RUNNING)
    question = session.get(Question, qa.on_air_id) if qa.on_air_id is not None else None
    if question is None or question.pid != pid:
        raise Conflict(mark("Another question is on air by now. What you typed was not published."))
    draft = queries.answer_of(session, question.id)
    if draft is not None and draft.published_at is not None:
        raise Conflict(mark("This question already has its answer."))
    version = draft.version if draft else 0
    if draft is not None:
        said = replace(said, sources=[*draft.sources, *said.sources][:SOURCES])
    answering.write(session, actor, campaign, question, version=version, said=said, publish=True, qa=qa)
    qa.on_air_id = None
    _changed(session, qa)
    return question


def _only(qa: QaSession, *allowed: Stage) -> None:
    if stage(qa.course, clock.now()) not in allowed:
        raise Conflict(mark("The session does not stand where this page showed it. Look again, please."))


def _changed(session: Session, qa: QaSession) -> None:
    qa.version += 1
    session.add(qa)
    session.flush()


def _led(session: Session, actor: Actor, qa: QaSession, action: str) -> None:
    _changed(session, qa)
    audit.record(session, actor, action, subject=qa.title, subject_pid=qa.pid)


def on_air(session: Session, qa: QaSession) -> Question | None:
    """The question being answered, in whatever state it is."""
    return session.exec(select(Question).where(col(Question.id) == qa.on_air_id)).first()
