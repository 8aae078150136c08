"""What the public does with questions: ask, put in other words, take back, vote. One person, one vote."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, delete, select, update

from app.campaigns.models import Campaign
from app.challenges import taking
from app.claims import forgetting as claims
from app.claims.rules import SubjectKind
from app.core import clock
from app.core.db import insert_into
from app.core.errors import Conflict, NotFound
from app.core.i18n import mark
from app.intake import queries as intake
from app.intake import service as items
from app.intake.models import Item
from app.intake.queries import public_only
from app.intake.rules import ItemState, Kind
from app.intake.screening import Screening
from app.people import audit
from app.questions import queries, rules
from app.questions.models import Answer, QaSession, Question, QuestionVote
from app.questions.queries import Asked, Voter
from app.supporters import service as supporters
from app.supporters.models import Subject, Supporter


@dataclass(frozen=True)
class Words:
    """What somebody asks, and under which name."""

    text: str
    name: str = ""
    may_edit: bool = False


def check_open(campaign: Campaign) -> None:
    """Raises Conflict when the campaign takes no questions and votes now."""
    refused = rules.closed(campaign.state, paused=campaign.paused_at is not None)
    if refused is not None:
        raise Conflict(rules.CLOSED_WORDS[refused])


def similar(
    session: Session, campaign: Campaign, text: str, *, voter: Voter | None = None
) -> Sequence[Asked]:
    """The public questions of a campaign most like a text, the likest first."""
    likest = rules.alike(text, queries.texts(session, campaign.id))
    return queries.some(session, campaign.id, likest, voter=voter)


def ask(
    session: Session,
    campaign: Campaign,
    supporter: Supporter,
    *,
    words: Words,
    screening: Screening,
    uses: dict[str, str],
    participant: str,
    link_id: int | None = None,
) -> Question:
    """File a question, log what its author agreed to, and count them as the first who wants to know.

    Raises Conflict when the campaign is paused or closed.
    """
    check_open(campaign)
    question = Question(
        campaign_id=campaign.id,
        supporter_id=supporter.id,
        text=words.text,
        name=words.name,
        may_edit=words.may_edit,
        language=supporter.language,
        link_id=link_id,
    )
    session.add(question)
    session.flush()
    items.file(
        session,
        campaign,
        kind=Kind.QUESTION,
        subject_id=question.id,
        screening=screening,
        supporter_id=supporter.id,
    )
    supporters.agree(session, supporter, subject=Subject.QUESTION, subject_pid=question.pid, uses=uses)
    _insert_vote(session, question, Voter(participant, [supporter.id]))
    return question


def change(
    session: Session, campaign: Campaign, question: Question, *, words: Words, screening: Screening
) -> None:
    """Its author puts it in other words: it is read again before anyone sees it.

    Raises Conflict once it has a published answer, which fits the words it was given to, or was withdrawn.
    """
    item = _item(session, question)
    answer = queries.answer_of(session, question.id)
    if answer is not None and answer.published_at is not None:
        raise Conflict(mark("This question has its answer: ask a new one instead."))
    if item.state not in (ItemState.PENDING, ItemState.ACCEPTED, ItemState.RETURNED):
        raise Conflict(mark("This question can no longer be changed."))
    question.text, question.name, question.original = words.text, words.name, ""
    question.version += 1
    session.add(question)
    items.file_again(session, campaign, item, screening)


def withdraw(session: Session, question: Question) -> None:
    """Its author takes it back: its words, its name and its votes are deleted, and its consents closed.

    People who asked the same keep their question: the oldest duplicate stands for itself from now on, with
    the answer.
    """
    item = _item(session, question)
    _forget_words(session, question)
    items.withdraw(session, item)


def _forget_words(session: Session, question: Question) -> None:
    _hand_over(session, question)
    supporters.take_back(session, subject=Subject.QUESTION, subject_pid=question.pid)
    session.execute(delete(QuestionVote).where(col(QuestionVote.question_id) == question.id))
    session.execute(
        update(QaSession)
        .where(col(QaSession.on_air_id) == question.id)
        .values(on_air_id=None, version=col(QaSession.version) + 1)
    )
    question.text = question.name = question.original = ""
    question.merged_into_id = None
    question.version += 1
    session.add(question)
    audit.forget(session, question.pid)


def lapse(session: Session, question: Question, item: Item) -> None:
    """Its time is over: what has an answer stays with it, without a name; of any other question nothing stays."""
    answer = queries.answer_of(session, question.id)
    if item.state is ItemState.ACCEPTED and answer is not None and answer.published_at is not None:
        question.name = question.original = ""
        session.add(question)
        items.forget(session, item)
    else:
        _forget_words(session, question)
        items.lapse(session, item)


def forget(session: Session, supporter_ids: Sequence[int]) -> None:
    """Take back everything some supporters asked, and delete every vote they gave while they were known."""
    for question in queries.of_supporters(session, supporter_ids):
        item = intake.of_subject(session, Kind.QUESTION, question.id)
        if item is not None and item.state is not ItemState.WITHDRAWN:
            withdraw(session, question)
    session.execute(delete(QuestionVote).where(col(QuestionVote.supporter_id).in_(supporter_ids)))


def _hand_over(session: Session, question: Question) -> None:
    """Let the first public duplicate lead the others, and give it the answer."""
    rest = session.exec(
        select(Question)
        .where(Question.merged_into_id == question.id, public_only(Kind.QUESTION, col(Question.id)))
        .order_by(col(Question.id))
    ).first()
    answer = queries.answer_of(session, question.id)
    if rest is None:
        if answer is not None:
            _forget_answer(session, question, answer)
        return
    rest.merged_into_id = None
    session.add(rest)
    session.flush()
    session.execute(
        update(Question).where(col(Question.merged_into_id) == question.id).values(merged_into_id=rest.id)
    )
    session.execute(update(Answer).where(col(Answer.question_id) == question.id).values(question_id=rest.id))


def _forget_answer(session: Session, question: Question, answer: Answer) -> None:
    """Without its question an answer answers nothing: it goes, and with it what was checked of it."""
    text = answer.text
    session.delete(answer)
    session.flush()
    claims.forget_subject(
        session, question.campaign_id, kind=SubjectKind.ANSWER, subject_pid=answer.pid, text=text
    )


def _item(session: Session, question: Question) -> Item:
    item = intake.of_subject(session, Kind.QUESTION, question.id)
    if item is None or item.state is ItemState.WITHDRAWN:
        raise NotFound
    return item


def recognise(
    session: Session, campaign: Campaign, *, address: str, agent: str, supporters: Sequence[int]
) -> Voter:
    """Who votes: the campaign's own hash of network and browser, and the supporter where one is known."""
    return Voter(taking.recognise(session, campaign, address=address, agent=agent), supporters)


def vote(session: Session, campaign: Campaign, pid: str, *, voter: Voter, wants: bool) -> Asked:
    """Count or take back one person's vote; saying the same twice changes nothing.

    Raises NotFound for a question nobody may see, Conflict when the campaign is paused or closed.
    """
    check_open(campaign)
    shown = queries.one(session, campaign.id, pid, voter=voter)
    if shown is None:
        raise NotFound
    if wants and not shown.mine:
        _insert_vote(session, shown.question, voter)
    elif not wants and shown.mine:
        _delete_votes(session, shown.question, voter)
    return queries.one(session, campaign.id, pid, voter=voter) or shown


def _insert_vote(session: Session, question: Question, voter: Voter) -> None:
    """One row a person, whichever of two taps comes first."""
    session.execute(
        insert_into(session, QuestionVote)
        .values(
            campaign_id=question.campaign_id,
            question_id=question.id,
            participant=voter.participant,
            supporter_id=voter.supporters[0] if voter.supporters else None,
            at=clock.now(),
        )
        .on_conflict_do_nothing()
    )


def _delete_votes(session: Session, question: Question, voter: Voter) -> None:
    family = select(Question.id).where(
        (col(Question.id) == question.id) | (col(Question.merged_into_id) == question.id)
    )
    own = col(QuestionVote.participant) == voter.participant
    if voter.supporters:
        own |= col(QuestionVote.supporter_id).in_(voter.supporters)
    session.execute(delete(QuestionVote).where(col(QuestionVote.question_id).in_(family), own))
