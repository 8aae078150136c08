"""Someone who used every room is erased: no table, no file and no page holds a trace, but what the law keeps."""

import io
import zipfile
from pathlib import Path

from sqlalchemy import JSON, Text
from sqlmodel import AutoString, Session, select

from app.core import db
from app.core.settings import get_settings
from app.intake.models import Item
from app.privacy import register, schedule, service
from app.privacy.elsewhere import ELSEWHERE
from app.privacy.holders import HOLDERS
from app.questions.models import Question, QuestionVote
from app.tables import metadata
from tests.privacy import stage
from tests.privacy.rooms import Rooms
from tests.privacy.stage import EMAIL, NAME

TRACES = (EMAIL, NAME.lower(), "lucie", "marchand")


def traces() -> dict[str, list[str]]:
    """The tables that hold a trace, and which."""
    found = {name: [one for one in TRACES if one in rows.lower()] for name, rows in stage.dumped().items()}
    return {name: some for name, some in found.items() if some}


def files() -> set[Path]:
    return {one for one in (get_settings().data_dir / "media").rglob("*") if one.is_file()}


def test_nothing_is_left_of_someone_who_used_every_room(session: Session) -> None:
    of_others = files()  # of tests before this one
    rooms = Rooms(session)
    session.commit()
    before = traces()
    told = {
        "testimonial",
        "testimonial_card",
        "question",
        "question_answer",
        "challenge_act",
        "challenge_miss",
    }
    kept = {"gift", "notice", "supporter", "consent", "intake_item", "outgoing_mail", "follower"}
    made = {"frame", "post", "claim", "claim_dismissal", "audit_entry"}
    assert told | kept | made <= set(before), "the stage would prove nothing"
    assert len(files() - of_others) > 8
    done = service.erase(
        session, service.of_address(session, rooms.owner.organisation_id, EMAIL), rooms.owner
    )
    session.commit()
    assert traces() == {}
    assert files() - of_others == set()
    assert [one["what"].split(":")[0] for one in done.kept] == [
        "Notices",
        "Gifts",
        "That a consent was given and withdrawn, and in which words; not by whom",
    ]


def test_what_others_did_stays(session: Session) -> None:
    rooms = Rooms(session)
    service.erase(session, service.of_address(session, rooms.owner.organisation_id, EMAIL))
    session.commit()
    with db.reading() as fresh:
        assert fresh.exec(select(Question.text).where(Question.text != "")).all() == ["Où va l’argent ?"]
        assert len(fresh.exec(select(QuestionVote)).all()) == 1
        items = fresh.exec(select(Item).where(Item.supporter_id.is_(None))).all()
        assert items
        assert all(one.forgotten_at is not None and not one.excerpt for one in items)


def test_what_a_notice_quotes_stays_and_is_listed(session: Session) -> None:
    rooms = Rooms(session)
    rooms.reported()
    session.commit()
    done = service.erase(session, service.of_address(session, rooms.owner.organisation_id, EMAIL))
    session.commit()
    assert set(traces()) == {"notice"}
    assert {one["what"]: one["count"] for one in done.kept}[
        "Words of theirs that a notice is about, as they stood then"
    ] == 1


def test_the_copy_holds_every_room(session: Session) -> None:
    rooms = Rooms(session)
    session.commit()
    data = service.copy(session, service.of_visit(rooms.visit))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
    about = {"testimonials", "gifts", "mails", "challenges", "obstacles", "questions", "notices", "supporter"}
    about |= {"follows"}
    assert {f"{name}.json" for name in about} <= names
    assert {name.rsplit(".", 1)[1] for name in names if name.startswith("files/")} == {"jpg", "m4a"}


def test_every_table_with_words_has_its_place() -> None:
    """A new table says whose data it holds and until when, or why it holds nobody's."""
    worded = {
        table.name
        for table in metadata.sorted_tables
        if any(isinstance(column.type, AutoString | Text | JSON) for column in table.columns)
    }
    placed = set(register.HOLDS) | set(register.NOBODY)
    assert worded - placed == set(), "name it in app/privacy/register.py"
    assert placed - set(metadata.tables) == set(), "no such table"
    assert set(register.HOLDS) & set(register.NOBODY) == set()


def test_every_term_is_one_of_the_schedule() -> None:
    rules = {rule.name for rule in schedule.RULES}
    named = {term for terms in register.HOLDS.values() for term in terms}
    assert named - rules - set(ELSEWHERE) == {register.ERASED}
    assert rules - named == {"looks"}, "a rule that no table names; looks hold numbers only"
    assert set(ELSEWHERE) <= named
    assert all(set(terms) != {register.ERASED} for terms in register.HOLDS.values()), "a term without a wish"


def test_holders_have_names_of_their_own() -> None:
    assert len({one.name for one in HOLDERS}) == len(HOLDERS)
