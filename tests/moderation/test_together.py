"""Two moderators, one inbox: nothing is decided twice, whatever the order and however close; and a flood."""

import threading
from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.core.db import reading, transaction
from app.core.errors import Conflict
from app.intake import service as intake
from app.intake.models import Item
from app.intake.rules import ItemState, Kind
from app.intake.screening import Screening
from app.moderation import queries, service
from app.moderation.rules import Filters, Verb
from app.moderation.service import Ruling
from app.people.models import AuditEntry
from app.people.rules import Actor
from tests.moderation.conftest import Notebook, arrive

SCREENED = Screening(robot=False, excerpt="x", language="", source="", likeness="", urgency=2)
RULINGS = [Ruling(Verb.ACCEPT), Ruling(Verb.REJECT, "off-topic"), Ruling(Verb.RETURN, "unclear")]


def filled(session: Session, campaign: Campaign, notebook: Notebook, count: int) -> list[str]:
    pids = []
    for _ in range(count):
        subject = len(notebook.words) + 1
        notebook.words[subject] = "x"
        item = intake.file(session, campaign, kind=Kind.QUESTION, subject_id=subject, screening=SCREENED)
        pids.append(item.pid)
    session.commit()
    return pids


def work(actor: Actor, pids: list[str], ruling: Ruling, gate: threading.Barrier, done: list[str]) -> None:
    gate.wait()
    for pid in pids:
        with transaction() as own:
            line = queries.line(own, actor, pid)
            try:
                if service.claim(own, actor, line.item):
                    service.decide(own, actor, line.item, ruling, version=1)
                    done.append(pid)
            except Conflict:
                continue


def test_two_moderators_never_decide_the_same_item(
    session: Session, campaign: Campaign, notebook: Notebook, nora: Actor, yann: Actor
) -> None:
    pids = filled(session, campaign, notebook, 30)
    gate = threading.Barrier(4)
    done: dict[int, list[str]] = {number: [] for number in range(4)}
    threads = [
        threading.Thread(
            target=work, args=((nora, yann)[number % 2], pids, RULINGS[number % 3], gate, done[number])
        )
        for number in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    decided = Counter(pid for one in done.values() for pid in one)
    assert sorted(decided) == sorted(pids)
    assert set(decided.values()) == {1}
    assert Counter(subject for subject, _ in notebook.seen) == dict.fromkeys(range(1, 31), 1)
    with reading() as seen:
        assert {item.version for item in seen.exec(select(Item))} == {2}


def test_two_who_swap_what_they_read_wait_for_each_other(
    session: Session, campaign: Campaign, notebook: Notebook, nora: Actor, yann: Actor
) -> None:
    """Each goes to what the other reads, over and over, one of them in two tabs: nobody is thrown out."""
    pids = filled(session, campaign, notebook, 2)
    gate = threading.Barrier(3)
    thrown: list[BaseException] = []

    def swap(actor: Actor, first: int) -> None:
        gate.wait()
        for turn in range(first, first + 100):
            try:
                with transaction() as own:
                    line = queries.line(own, actor, pids[turn % 2])
                    service.claim(own, actor, line.item)
            except OperationalError as error:
                thrown.append(error)

    threads = [threading.Thread(target=swap, args=one) for one in ((nora, 0), (yann, 1), (nora, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert thrown == []


def sweep(
    actor: Actor, pids: list[str], ruling: Ruling, gate: threading.Barrier, done: list[str], left: list[int]
) -> None:
    gate.wait()
    for some in (pids[:20], pids[10:], pids):
        with transaction() as own:
            outcome = service.decide_many(own, actor, [(pid, 1) for pid in some], ruling)
        done += outcome.done
        left.append(len(outcome.left))


def test_two_who_decide_many_at_once_share_them(
    session: Session, campaign: Campaign, notebook: Notebook, nora: Actor, yann: Actor
) -> None:
    """From both ends of one list, at the same time: each thing is decided once, and each is told what was left."""
    pids = filled(session, campaign, notebook, 30)
    gate = threading.Barrier(2)
    done: list[list[str]] = [[], []]
    left: list[list[int]] = [[], []]
    threads = [
        threading.Thread(target=sweep, args=(actor, order, ruling, gate, done[number], left[number]))
        for number, (actor, order, ruling) in enumerate(
            [(nora, pids, RULINGS[0]), (yann, pids[::-1], RULINGS[1])]
        )
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done[0] + done[1]) == sorted(pids)
    assert sum(left[0]) + sum(left[1]) == 2 * (20 + 20 + 30) - 30
    assert Counter(subject for subject, _ in notebook.seen) == dict.fromkeys(range(1, 31), 1)
    with reading() as seen:
        decided = {item.pid: (item.version, item.decided_by) for item in seen.exec(select(Item))}
        noted = [row.details for row in seen.exec(select(AuditEntry))]
    assert decided == dict.fromkeys(done[0], (2, nora.person_id)) | dict.fromkeys(
        done[1], (2, yann.person_id)
    )
    assert sorted(pid for one in noted for pid in one["items"]) == sorted(pids)
    assert all(one["count"] == len(one["items"]) for one in noted)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["nora", "yann"]),
        st.sampled_from(["claim", "decide", "stale", "undo", "release", "again", "escalate"]),
        st.integers(0, 2),
        st.integers(0, 2),
    ),
    max_size=25,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_no_order_of_steps_shows_what_was_not_accepted(
    session: Session,
    campaign: Campaign,
    notebook: Notebook,
    nora: Actor,
    yann: Actor,
    steps: list[tuple[str, str, int, int]],
) -> None:
    actors = {"nora": nora, "yann": yann}
    items = [
        intake.file(session, campaign, kind=Kind.QUESTION, subject_id=_next(notebook), screening=SCREENED)
        for _ in range(3)
    ]
    for who, what, which, how in steps:
        _step(session, actors[who], items[which], what, how)
        session.flush()
        for item in items:
            session.refresh(item)
            assert item.public is (item.state is ItemState.ACCEPTED)
            assert item.state is not ItemState.PENDING or item.decided_by is None


def _next(notebook: Notebook) -> int:
    subject = len(notebook.words) + 1
    notebook.words[subject] = "x"
    return subject


def _step(own: Session, actor: Actor, item: Item, what: str, how: int) -> None:
    """One thing somebody does; a refusal must leave everything as it was."""
    before = (item.state, item.version)
    try:
        if what == "claim":
            service.claim(own, actor, item)
        elif what == "release":
            service.release(own, actor, item)
        elif what == "decide":
            service.decide(own, actor, item, RULINGS[how], version=item.version)
        elif what == "stale":
            service.decide(own, actor, item, RULINGS[how], version=item.version - 1)
        elif what == "escalate":
            service.escalate(own, actor, item, version=item.version, note="Qui décide ?")
        elif what == "again" and item.state is ItemState.RETURNED:
            intake.file_again(own, own.get_one(Campaign, item.campaign_id), item, SCREENED)
        elif what == "undo" and item.decided_at is not None:
            service.undo(own, actor, at=item.decided_at)
    except Conflict:
        own.refresh(item)
        assert (item.state, item.version) == before


def test_a_flood_does_not_bury_the_honest_one(
    session: Session, campaign: Campaign, notebook: Notebook, nora: Actor
) -> None:
    """2 000 from 50 addresses, half of them with a browser's proof; `bench/inbox.py` sends 10 000."""
    for number in range(2_000):
        sender = number % 50
        arrive(
            session,
            campaign,
            notebook,
            f"Gagnez {number} euros en cliquant, offre numéro {number * 7} pour vous",
            address=f"198.51.100.{sender}",
            agent=f"Bot {number % 3}" if sender % 2 else "Bot",
            proven=sender % 2 == 0 and number < 1_000,
        )
        if number == 1_200:
            honest = arrive(
                session,
                campaign,
                notebook,
                "J’ai appris à lire à trente ans grâce à vous.",
                address="198.51.100.1",
                agent="Firefox on her telephone",
            )
    session.flush()
    lines, pages = queries.lines(session, nora, Filters(), page=1)
    assert honest.id in {line.item.id for line in lines}
    assert pages > 30
    assert honest.state is ItemState.PENDING
    assert not session.exec(select(Item.id).where(col(Item.public).is_(True))).all()
    assert len(session.exec(select(Item.id)).all()) == 2_001, "nobody was refused"
