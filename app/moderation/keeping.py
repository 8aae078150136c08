"""What an organisation keeps for its inbox: its own words to watch for and its own reasons."""

from sqlmodel import Session, col, select

from app.core import clock
from app.core.errors import Conflict, NotFound
from app.core.i18n import mark
from app.intake import lexicon
from app.intake.models import LexiconWord
from app.intake.queries import lexicon_words
from app.intake.rules import Watch
from app.moderation.models import Reason
from app.moderation.rules import Verb
from app.people import audit
from app.people.rules import Actor

MOST_WORDS, MOST_REASONS = 500, 40


def add_word(session: Session, actor: Actor, *, word: str, watch: Watch) -> LexiconWord:
    """Watch for a word, or let it pass. Raises Conflict for one that is kept already, or too many."""
    kept = lexicon_words(session, actor.organisation_id)
    if lexicon.plain(word).strip("* ") == "":
        raise Conflict(mark("Write a word with letters in it."))
    if lexicon.plain(word) in {lexicon.plain(one.word) for one in kept}:
        raise Conflict(mark("This word is in your list already."))
    if len(kept) >= MOST_WORDS:
        raise Conflict(mark("The list is full. Take out words you no longer need."))
    row = LexiconWord(organisation_id=actor.organisation_id, word=word, watch=watch, added_by=actor.person_id)
    session.add(row)
    session.flush()
    audit.record(session, actor, "lexicon.added", subject=word, subject_pid=row.pid)
    return row


def remove_word(session: Session, actor: Actor, *, pid: str) -> None:
    """Take a word out of the list. Raises NotFound."""
    row = session.exec(
        select(LexiconWord).where(
            LexiconWord.pid == pid, LexiconWord.organisation_id == actor.organisation_id
        )
    ).first()
    if row is None:
        raise NotFound
    session.delete(row)
    audit.record(session, actor, "lexicon.removed", subject=row.word, subject_pid=row.pid)


def add_reason(
    session: Session, actor: Actor, *, verb: Verb, title: str, text_fr: str, text_en: str
) -> Reason:
    """A reason of the organisation's own. Raises Conflict when there are too many to choose from."""
    if len(own_reasons(session, actor)) >= MOST_REASONS:
        raise Conflict(mark("The list is full. Take out reasons you no longer need."))
    row = Reason(
        organisation_id=actor.organisation_id,
        verb=verb,
        title=title,
        text_fr=text_fr,
        text_en=text_en,
        created_by=actor.person_id,
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, "lexicon.reason_added", subject=title, subject_pid=row.pid)
    return row


def retire_reason(session: Session, actor: Actor, *, pid: str) -> None:
    """Offer a reason no longer; what was decided with it keeps its words. Raises NotFound."""
    row = next((one for one in own_reasons(session, actor) if one.pid == pid), None)
    if row is None:
        raise NotFound
    row.retired_at = clock.now()
    session.add(row)
    audit.record(session, actor, "lexicon.reason_removed", subject=row.title, subject_pid=row.pid)


def own_reasons(session: Session, actor: Actor) -> list[Reason]:
    """The reasons the organisation wrote and still offers."""
    rows = session.exec(
        select(Reason).where(Reason.organisation_id == actor.organisation_id).order_by(col(Reason.id))
    )
    return [row for row in rows if row.retired_at is None]
