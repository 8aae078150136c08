"""What the team does with questions: answer with sources, correct in the open, merge the same ones."""

from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, update

from app.campaigns import queries as campaigns
from app.campaigns.models import Campaign
from app.campaigns.service import Stale
from app.core import clock
from app.core.errors import Conflict, NotFound
from app.core.i18n import mark
from app.core.templating import absolute
from app.mail import service as mail
from app.people import audit
from app.people.rules import Actor, Permission
from app.questions import claimed, queries
from app.questions.models import Answer, QaSession, Question
from app.supporters.models import Supporter


@dataclass(frozen=True)
class Said:
    """What an answer says, who gives it, where it comes from."""

    text: str
    by_name: str
    by_role: str = ""
    sources: list[dict[str, Any]] = field(default_factory=list)


class Unproven(Conflict):
    """A fact in an answer is not checked."""

    def __init__(self) -> None:
        super().__init__(mark("A fact in this answer is not checked. Keep it as a draft until it is."))


class CheckedWords(Conflict):
    """A published answer would no longer say what was checked."""

    def __init__(self) -> None:
        super().__init__(
            mark(
                "This changes words that were checked. If they were wrong, correct the fact first, under “Facts”; "
                "if they were right, take the answer off the page until the new words are checked."
            )
        )


def get_question(session: Session, campaign: Campaign, pid: str) -> Question:
    """A question of the campaign that was not withdrawn. Raises NotFound."""
    found = queries.of_campaign(session, campaign.id, pid)
    if found is None or not found.text:
        raise NotFound
    return found


def write(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    question: Question,
    *,
    version: int,
    said: Said,
    publish: bool,
    correction: str = "",
    qa: QaSession | None = None,
) -> Answer:
    """Keep an answer as a draft, publish it, or correct one that is published, which it then says.

    Raises Stale when somebody saved meanwhile, Forbidden, Conflict for a duplicate, Unproven or CheckedWords while
    what anyone would read holds a fact that is not checked.
    """
    actor.require(Permission.EDIT)
    if question.merged_into_id is not None:
        raise Conflict(mark("This question was merged into another. Answer that one."))
    answer = queries.answer_of(session, question.id)
    if answer is None:
        answer = Answer(question_id=question.id, version=0)
    if answer.version != version:
        raise Stale(answer.version)
    first = publish and answer.published_at is None
    _check_claims(session, answer, said, first=first)
    if answer.published_at is not None:
        _correct(answer, said, correction)
    _put(answer, said, actor)
    if first:
        answer.published_at = clock.now()
        answer.session_id = qa.id if qa else None
    session.add(answer)
    session.flush()
    _touch(session, question)
    _note(session, actor, answer, question, first=first)
    if first:
        _tell(session, campaign, question)
    return answer


def _check_claims(session: Session, answer: Answer, said: Said, *, first: bool) -> None:
    """A draft says what it likes; what is public and open already may change, to be put right."""
    changes = answer.published_at is not None and answer.text != said.text
    if not (first or changes) or not claimed.has_open(session, answer, said.text):
        return
    if first:
        raise Unproven
    if not claimed.has_open(session, answer, answer.text):
        raise CheckedWords


def _put(answer: Answer, said: Said, actor: Actor) -> None:
    answer.text, answer.by_name, answer.by_role = said.text, said.by_name, said.by_role
    answer.sources = list(said.sources)
    answer.person_id = actor.person_id
    answer.version += 1


def _correct(answer: Answer, said: Said, correction: str) -> None:
    """A published text that changes keeps what it said before, and the day. One told aloud gets its first text."""
    if answer.text == said.text and answer.sources == said.sources:
        return
    if answer.text:
        now = clock.now()
        if answer.text != said.text:
            answer.before = [*answer.before, {"text": answer.text, "until": now.isoformat()}]
        answer.corrected_at, answer.correction = now, correction


def _note(session: Session, actor: Actor, answer: Answer, question: Question, *, first: bool) -> None:
    if first:
        action = "question.answered"
    else:
        action = "question.answer_corrected" if answer.published_at else "question.answer_drafted"
    audit.record(session, actor, action, subject=question.text, subject_pid=question.pid)


def take_back(session: Session, actor: Actor, question: Question) -> None:
    """Make a published answer a draft again: the question waits once more. Raises Conflict, Forbidden."""
    actor.require(Permission.EDIT)
    answer = queries.answer_of(session, question.id)
    if answer is None or answer.published_at is None:
        raise Conflict(mark("There is no published answer to take off the page."))
    answer.published_at = answer.session_id = None
    answer.version += 1
    session.add(answer)
    _touch(session, question)
    audit.record(
        session, actor, "question.answer_taken_back", subject=question.text, subject_pid=question.pid
    )


def _tell(session: Session, campaign: Campaign, question: Question) -> None:
    """Mail everyone who asked it and left an address; asking twice brings one mail."""
    asked = [question, *queries.duplicates(session, question.id)]
    for supporter_id in {one.supporter_id for one in asked if one.supporter_id is not None}:
        supporter = session.get(Supporter, supporter_id)
        if supporter is None or not supporter.email:
            continue
        own = next(one for one in asked if one.supporter_id == supporter_id)
        mail.queue_once(
            session,
            key=f"question-answered:{question.pid}:{supporter.pid}",
            kind="question-answered",
            to=supporter.email,
            language=supporter.language,
            context={
                "campaign": campaign,
                "organisation": campaigns.organisation(session, campaign),
                "question": own,
                "url": absolute(f"/c/{campaign.slug}/voices/questions/{question.pid}"),
            },
        )


def merge(session: Session, actor: Actor, campaign: Campaign, question: Question, *, into: str) -> Question:
    """Let a question and its duplicates count for another. Raises NotFound, Forbidden, Conflict.

    Nothing is lost: votes stay with the words they were given to, and count once a person for both.
    """
    actor.require(Permission.MODERATE)
    target = get_question(session, campaign, into)
    if target.merged_into_id is not None:
        target = session.get_one(Question, target.merged_into_id)
    if target.id == question.id:
        raise Conflict(mark("A question cannot be merged into itself."))
    if queries.answer_of(session, question.id) is not None:
        raise Conflict(mark("This question has an answer of its own. Merge the other one into it."))
    session.execute(
        update(Question)
        .where((col(Question.id) == question.id) | (col(Question.merged_into_id) == question.id))
        .values(merged_into_id=target.id)
    )
    session.execute(
        update(QaSession).where(col(QaSession.on_air_id) == question.id).values(on_air_id=target.id)
    )
    _touch(session, question)
    _touch(session, target)
    audit.record(session, actor, "question.merged", subject=question.text, subject_pid=question.pid)
    return target


def separate(session: Session, actor: Actor, question: Question) -> None:
    """Let a duplicate stand for itself again. Raises Conflict, Forbidden."""
    actor.require(Permission.MODERATE)
    if question.merged_into_id is None:
        raise Conflict(mark("This question stands for itself already."))
    question.merged_into_id = None
    _touch(session, question)
    audit.record(session, actor, "question.separated", subject=question.text, subject_pid=question.pid)


def _touch(session: Session, question: Question) -> None:
    """Whoever follows live sees that something changed."""
    question.version += 1
    session.add(question)
    session.flush()
