"""The log: sealed once and in any order, checked to the byte, words taken back by right leave their digest."""

import json
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core import clock
from app.core.db import reading, transaction
from app.donations import ledger
from app.donations.models import LedgerEntry
from app.donations.rules import EntryKind
from app.impact import updating
from app.people.rules import Actor
from app.transparency import files, jobs, queries, rules, service, verifying
from app.transparency.models import LogContent, LogEntry
from app.transparency.rules import Kind
from tests import factories
from tests.impact.stage import promise_adults
from tests.transparency import stage


def _stage(session: Session, **values: Any) -> tuple[Actor, Campaign]:
    org = factories.organisation(session)
    owner = factories.member(session, org)
    return owner, factories.campaign(session, org, **{"state": State.REPORTING, **values})


def _gift(session: Session, campaign: Campaign, number: int, amount: int = 2500) -> LedgerEntry:
    return ledger.record(
        session,
        campaign,
        kind=EntryKind.GIFT,
        amount_minor=amount,
        source=f"g:{campaign.pid}:{number}",
        on_date=campaign.starts_on,
        note=f"don n° {number}",
    )


def _history(session: Session, gifts: int = 6) -> Campaign:
    """A promise, gifts, spending with its opposite, and an update with a figure: all of it sealed."""
    owner, campaign = _stage(session)
    promise = promise_adults(session, owner, campaign, campaign.starts_on + timedelta(days=30))
    for number in range(gifts):
        _gift(session, campaign, number)
    entry = stage.spend_and_undo(session, owner, campaign, 1250, "Manuels")
    stage.tell(session, owner, campaign, promise, [entry.id])
    return campaign


def _file(session: Session, campaign: Campaign) -> bytes:
    head = queries.head(session, campaign)
    header = files.Header(campaign.pid, 0, rules.genesis(campaign.pid), head.seq, head.hash)
    return "".join(files.lines(header, queries.entries(session, campaign.id))).encode()


def _rows(raw: bytes) -> list[bytes]:
    return raw.splitlines(keepends=True)


def test_everything_public_is_sealed_once_and_holds(session: Session) -> None:
    campaign = _history(session)
    kinds = [one.kind for one in queries.entries(session, campaign.id)]
    assert sorted(set(kinds)) == ["figure", "ledger", "promise", "update"]
    assert kinds.count("ledger") == 8
    assert service.seal_now(session, campaign) == 0
    verdict = verifying.verify(session, campaign)
    assert (verdict.seq, verdict.broken) == (11, None)
    assert files.verify_file(_rows(_file(session, campaign))).broken is None


def test_drafts_are_no_facts(session: Session) -> None:
    owner, campaign = _stage(session)
    updating.write_update(
        session, owner, campaign, update=None, title="Brouillon", body="x" * 30, figures={}, spends=[]
    )
    _, hidden = _stage(session, state=State.DRAFT)
    _gift(session, hidden, 1)
    session.commit()
    assert jobs.seal_what_is_public() == 0


def test_an_entry_that_lands_late_is_sealed_late(session: Session) -> None:
    _, campaign = _stage(session)
    first, second = _gift(session, campaign, 1), _gift(session, campaign, 2)
    service.seal(session, campaign, _ledger_source(), [second.pid])
    session.commit()
    assert jobs.seal_what_is_public() == 1
    with reading() as seen:
        assert [one.subject for one in queries.entries(seen, campaign.id)] == [second.pid, first.pid]
        assert verifying.verify(seen, campaign).broken is None


def test_a_row_under_an_id_that_was_passed_is_met_by_the_next_whole_look(session: Session) -> None:
    _, campaign = _stage(session)
    late = _gift(session, campaign, 1)
    session.commit()
    jobs._look.newest, jobs._look.whole_at = {Kind.LEDGER: late.id}, time.monotonic()
    assert jobs.seal_what_is_public() == 0
    jobs._look.whole_at = time.monotonic() - jobs.WHOLE_EVERY
    assert jobs.seal_what_is_public() == 1


def _ledger_source() -> Any:
    return next(one for one in queries.SOURCES if one.kind is Kind.LEDGER)


def test_several_processes_seal_each_fact_once(session: Session) -> None:
    _, campaign = _stage(session)
    for number in range(60):
        _gift(session, campaign, number)
    session.commit()
    counts: list[int] = []
    moment = clock.now()

    def work() -> None:
        with clock.frozen(moment):
            jobs.forget_looks()  # as a process of its own
            counts.append(jobs.seal_what_is_public())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sum(counts) == 60
    with reading() as seen:
        assert verifying.verify(seen, campaign).broken is None
        assert queries.head(seen, campaign).seq == 60


def test_the_database_refuses_to_change_what_is_sealed(session: Session) -> None:
    _history(session)
    for statement in (
        "UPDATE log_entry SET digest = 'x'",
        "DELETE FROM log_entry",
        "UPDATE log_content SET body = '{}'",
    ):
        with pytest.raises(DatabaseError, match="only added to"), transaction() as own:
            own.execute(text(statement))


def _under_the_triggers(engine: Engine, *statements: str) -> None:
    """What somebody does who owns the machine."""
    with engine.execution_options(writing=True).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            for one in statements:
                connection.execute(text(one))
            return
        kept = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        for name, _ in kept:
            connection.execute(text(f"DROP TRIGGER {name}"))
        for one in statements:
            connection.execute(text(one))
        for _, sql in kept:
            connection.execute(text(sql))


_TAMPERED: dict[str, tuple[int, tuple[str, ...]]] = {
    "amount": (3, ("UPDATE ledger_entry SET amount_minor = 2600 WHERE pid = '{3}'",)),
    "note": (4, ("UPDATE ledger_entry SET note = note || '.' WHERE pid = '{4}'",)),
    "kind": (4, ("UPDATE ledger_entry SET kind = 'present' WHERE pid = '{4}'",)),
    "row removed": (5, ("DELETE FROM ledger_entry WHERE pid = '{5}'",)),
    "promise": (1, ("UPDATE promise SET target = 10",)),
    "update": (11, ("UPDATE impact_update SET body = 'Trente adultes.'",)),
    "figure": (10, ("UPDATE impact_figure SET value = 30",)),
    "digest": (6, ("UPDATE log_entry SET digest = 'g' || substr(digest, 2) WHERE seq = 6",)),
    "hash": (6, ("UPDATE log_entry SET hash = 'g' || substr(hash, 2) WHERE seq = 6",)),
    "time": (6, ("UPDATE log_entry SET at = '2027-03-03T10:00:01Z' WHERE seq = 6",)),
    "subject": (6, ("UPDATE log_entry SET subject = 'x' WHERE seq = 6",)),
    "words": (7, ("UPDATE log_content SET body = replace(body, '25.00', '26.00') WHERE {content7}",)),
    "words gone": (7, ("DELETE FROM log_content WHERE {content7}",)),
    "removed": (
        4,
        (
            "DELETE FROM log_content WHERE {content4}",
            "DELETE FROM log_entry WHERE seq = 4",
        ),
    ),
    "removed and closed up": (
        4,
        (
            "DELETE FROM log_content WHERE {content4}",
            "DELETE FROM log_entry WHERE seq = 4",
            "UPDATE log_entry SET seq = -seq WHERE seq > 4",
            "UPDATE log_entry SET seq = -seq - 1 WHERE seq < 0",
        ),
    ),
    "end cut off": (
        11,
        ("DELETE FROM log_content WHERE {content11}", "DELETE FROM log_entry WHERE seq = 11"),
    ),
    "swapped": (
        5,
        (
            "UPDATE log_entry SET seq = -1 WHERE seq = 5",
            "UPDATE log_entry SET seq = 5 WHERE seq = 6",
            "UPDATE log_entry SET seq = 6 WHERE seq = -1",
        ),
    ),
    "inserted": (
        5,
        (
            "UPDATE log_entry SET seq = -seq WHERE seq > 4",
            "UPDATE log_entry SET seq = -seq + 1 WHERE seq < 0",
            (
                "INSERT INTO log_entry (id, campaign_id, seq, at, kind, subject, digest, hash) "
                "SELECT 999999, campaign_id, 5, at, kind, 'invented', digest, hash FROM log_entry WHERE seq = 4"
            ),
            (
                "INSERT INTO log_content (entry_id, salt, body) SELECT 999999, salt, body FROM log_content "
                "WHERE {content4}"
            ),
        ),
    ),
}


@pytest.mark.parametrize("what", _TAMPERED)
def test_whatever_is_changed_under_the_triggers_names_its_entry(
    session: Session, engine: Engine, what: str
) -> None:
    campaign = _history(session)
    named, statements = _TAMPERED[what]
    entries = list(queries.entries(session, campaign.id))
    subjects = {str(one.seq): one.subject for one in entries}
    contents = {
        f"content{seq}": f"entry_id = {id_}"
        for seq, id_ in session.exec(select(LogEntry.seq, LogEntry.id)).all()
    }
    kinds = {one.kind: one.seq for one in entries}
    expected = {"update": kinds["update"], "figure": kinds["figure"]}.get(what, named)
    session.commit()
    filled = [_filled(one, {**subjects, **contents}) for one in statements]
    if engine.dialect.name == "sqlite":
        filled = ["PRAGMA foreign_keys=OFF", *filled]
    _under_the_triggers(engine, *filled)
    with reading() as seen:
        verdict = verifying.verify(seen, seen.get_one(Campaign, campaign.id))
    assert verdict.broken is not None
    assert verdict.broken.seq == expected


def _filled(statement: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        statement = statement.replace("{" + name + "}", value)
    return statement


def _changed_entry(raw: bytes, place: int) -> int:
    """The number of the entry whose line holds a byte; 0 for the first line."""
    return raw[:place].count(b"\n")


@pytest.fixture
def published(session: Session) -> tuple[Campaign, bytes]:
    campaign = _history(session, gifts=3)
    return campaign, _file(session, campaign)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_changed_byte_of_a_file_names_its_entry(
    published: tuple[Campaign, bytes], data: st.DataObject
) -> None:
    _, raw = published
    place = data.draw(st.integers(0, len(raw) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda one: one != raw[place]))
    named = _named(raw[:place] + bytes([byte]) + raw[place + 1 :])
    last = raw.count(b"\n") - 2
    line = _changed_entry(raw, place)
    # The first line says which entry is the newest, and its hash: changed, it accuses that one.
    assert named == min(line, last) if line else named in range(100)


def _named(raw: bytes) -> int:
    try:
        broken = files.verify_file(_rows(raw)).broken
    except files.NotALog:
        return 0
    assert broken is not None
    return broken.seq


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_line_removed_swapped_or_inserted_names_its_entry(
    published: tuple[Campaign, bytes], data: st.DataObject
) -> None:
    _, raw = published
    lines = _rows(raw)
    last = len(lines) - 2
    one = data.draw(st.integers(1, last))
    other = data.draw(st.integers(1, last).filter(lambda place: place != one))
    how = data.draw(st.sampled_from(["removed", "swapped", "doubled"]))
    changed, named = list(lines), one
    if how == "removed":
        del changed[one]
    elif how == "swapped":
        changed[one], changed[other] = changed[other], changed[one]
        named = min(one, other)
    else:
        changed.insert(one, changed[other])
    found = _named(b"".join(changed))
    # The last line ends without a comma: moved, it shows already where it was.
    assert found in (named, named + 1, last)
    assert found >= named


@settings(max_examples=60, deadline=None)
@given(
    notes=st.lists(
        st.text(alphabet=st.characters(blacklist_categories=["Cs"]), max_size=40), min_size=1, max_size=8
    )
)
def test_any_words_survive_the_file_and_its_check(notes: list[str]) -> None:
    prev, entries = rules.genesis("c"), []
    for seq, note in enumerate(notes, 1):
        body = rules.canonical({"note": note})
        made = rules.digest("00", body)
        prev = rules.link(prev, seq, "2027-03-03T10:00:00Z", "ledger", f"s{seq}", made)
        entries.append(rules.Entry(seq, "2027-03-03T10:00:00Z", "ledger", f"s{seq}", made, prev, "00", body))
    header = files.Header("c", 0, rules.genesis("c"), len(notes), prev)
    raw = "".join(files.lines(header, entries)).encode()
    assert [one["content"]["note"] for one in json.loads(raw)["entries"]] == notes
    # As a file is read: by line feeds alone.
    assert files.verify_file([one + b"\n" for one in raw.split(b"\n")[:-1]]).broken is None


def test_a_file_and_an_instance_that_differ_name_the_first_difference(
    session: Session, published: tuple[Campaign, bytes], engine: Engine
) -> None:
    campaign, raw = published
    verdict = files.verify_file(_rows(raw))
    assert verdict.broken is None
    last = verdict.header.through
    id_ = session.exec(select(LogEntry.id).where(LogEntry.seq == last)).one()
    session.commit()
    _under_the_triggers(
        engine,
        *(
            _filled(one, {"id": str(id_), "last": str(last), "before": str(last - 1)})
            for one in (
                "DELETE FROM log_content WHERE entry_id = {id}",
                "DELETE FROM log_entry WHERE seq = {last}",
                (
                    "UPDATE log_head SET seq = {before}, hash = "
                    "(SELECT hash FROM log_entry WHERE seq = {before})"
                ),
            )
        ),
    )
    with reading() as seen:
        own = seen.get_one(Campaign, campaign.id)
        assert verifying.verify(seen, own).broken is None  # nothing here remembers it
        broken = verifying.compare(seen, own, verdict)
    assert broken is not None
    assert broken.seq == last


def test_words_taken_back_leave_their_digest_and_an_entry_that_says_so(
    session: Session, published: tuple[Campaign, bytes]
) -> None:
    campaign, raw = published
    entry = session.exec(select(LogEntry).where(col(LogEntry.kind) == "update")).one()
    service.take_back(session, campaign, {entry.id: "erasure"})
    session.commit()
    assert session.get(LogContent, entry.id) is None
    assert verifying.verify(session, campaign).broken is None
    now = _file(session, campaign)
    assert b"Vingt-quatre" not in now
    found = files.verify_file(_rows(now))
    assert found.broken is None
    assert verifying.compare(session, campaign, files.verify_file(_rows(raw))) is None
    silent = [line for line in _rows(now) if b'"kind":"withdrawn"' not in line]
    assert _named(b"".join(silent)) == entry.seq  # without the entry that says by what right


def test_the_daily_check_remembers_what_it_found(
    session: Session, published: tuple[Campaign, bytes], engine: Engine
) -> None:
    campaign, _ = published
    session.commit()
    assert jobs.check_logs() == 1
    assert jobs.check_logs() == 0
    with reading() as seen:
        assert not queries.any_broken(seen)
    _under_the_triggers(engine, "UPDATE promise SET indicator = 'autre chose'")
    with clock.frozen(clock.now() + timedelta(hours=25)):
        assert jobs.check_logs() == 1
    with reading() as seen:
        assert queries.any_broken(seen)
        kept = queries.kept_head(seen, campaign.id)
        assert kept is not None
        assert kept.broken_seq == 1
