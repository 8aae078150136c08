"""The inbox at its services: claims, decisions, own words, repeats, escalation, edits, looks, taking back, mails."""

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.core import clock
from app.core.errors import Conflict, NotFound
from app.intake import screening
from app.intake import service as intake
from app.intake.rules import ItemState, Signal
from app.intake.service import signals
from app.mail.models import OutgoingMail
from app.moderation import jobs, keeping, queries, service, view
from app.moderation.rules import LEASE, UNDO, Filters, Verb
from app.moderation.service import Ruling, Taken
from app.people.models import AuditEntry
from app.people.rules import Actor
from app.supporters import service as supporters
from tests import factories
from tests.conftest import NOW
from tests.moderation.conftest import Notebook, arrive

ACCEPT = Ruling(Verb.ACCEPT)
HATEFUL = Ruling(Verb.REJECT, "hateful")


def audits(session: Session) -> list[str]:
    session.flush()
    return [row.action for row in session.exec(select(AuditEntry).order_by(AuditEntry.id))]  # type: ignore[arg-type]


def test_one_reads_at_a_time(
    session: Session, campaign: Campaign, notebook: Notebook, nora: Actor, yann: Actor
) -> None:
    item = arrive(session, campaign, notebook, "Où va l’argent de la collecte ?")
    assert service.claim(session, nora, item)
    assert not service.claim(session, yann, item)
    assert queries.line(session, yann, item.pid).reader == "Nora"
    with pytest.raises(Taken):
        service.decide(session, yann, item, ACCEPT, version=item.version)
    assert item.state is ItemState.PENDING
    with clock.frozen(NOW + LEASE + timedelta(seconds=1)):
        assert service.claim(session, yann, item), "a lease ends by itself"
        service.decide(session, yann, item, ACCEPT, version=item.version)
    assert (item.state, item.public, item.claimed_by) == (ItemState.ACCEPTED, True, None)
    assert notebook.seen == [(1, ItemState.ACCEPTED)]
    assert audits(session) == ["item.accepted"]


def test_reading_another_puts_the_first_back(
    session: Session, campaign: Campaign, notebook: Notebook, nora: Actor, yann: Actor
) -> None:
    first = arrive(session, campaign, notebook, "Où va l’argent de la collecte ?")
    second = arrive(session, campaign, notebook, "Qui tient les comptes de l’atelier ?")
    assert service.claim(session, nora, first)
    assert service.claim(session, nora, second)
    assert service.claim(session, yann, first)
    service.release(session, nora, second)
    assert queries.line(session, yann, second.pid).reader == ""


def test_what_changed_since_it_was_shown_is_not_decided(
    session: Session, campaign: Campaign, notebook: Notebook, nora: Actor, yann: Actor
) -> None:
    item = arrive(session, campaign, notebook, "Où va l’argent de la collecte ?")
    with pytest.raises(Taken):
        service.decide(session, nora, item, ACCEPT, version=item.version - 1)
    service.decide(session, nora, item, HATEFUL, version=item.version)
    with pytest.raises(Taken):
        service.decide(session, yann, item, ACCEPT, version=item.version)


def test_nobody_decides_their_own(
    session: Session, campaign: Campaign, notebook: Notebook, nora: Actor, yann: Actor
) -> None:
    item = arrive(session, campaign, notebook, "Où va l’argent de la collecte ?")
    assert nora.person_id
    notebook.wrote[1] = nora.person_id
    assert not service.claim(session, nora, item)
    with pytest.raises(Conflict, match="own words"):
        service.decide(session, nora, item, ACCEPT, version=item.version)
    with pytest.raises(Conflict, match="own words"):
        service.edit(session, nora, item, version=item.version, words={"text": "x"})
    outcome = service.decide_many(session, nora, [(item.pid, item.version)], ACCEPT)
    assert (outcome.done, len(outcome.left)) == ([], 1)
    service.decide(session, yann, item, ACCEPT, version=item.version)


def test_a_refusal_has_a_reason_in_its_authors_language(
    session: Session, campaign: Campaign, notebook: Notebook, nora: Actor
) -> None:
    author = supporters.begin(
        session, organisation_id=campaign.organisation_id, language="en", email="l@x.org"
    )
    item = arrive(session, campaign, notebook, "Où va l’argent de tout ça ?", supporter_id=author.id)
    for wrong in (Ruling(Verb.REJECT), Ruling(Verb.REJECT, "unclear"), Ruling(None, "nope")):
        with pytest.raises(Conflict, match="Choose the reason"):
            service.decide(session, nora, item, wrong, version=item.version)
    ruling = Ruling(Verb.RETURN, "unclear", "Which year?")
    service.decide(session, nora, item, ruling, version=item.version)
    assert (item.state, item.reason) == (ItemState.RETURNED, "unclear")
    assert item.reason_text.startswith("We would like to show your words")
    assert item.reason_text.endswith("Which year?")


def test_the_author_is_told_once_the_decision_stands(
    session: Session, campaign: Campaign, notebook: Notebook, nora: Actor
) -> None:
    author = supporters.begin(
        session, organisation_id=campaign.organisation_id, language="fr", email="l@x.org"
    )
    kept = arrive(session, campaign, notebook, "Où va l’argent de tout ça ?", supporter_id=author.id)
    back = arrive(session, campaign, notebook, "Qui tient donc les comptes ?", supporter_id=author.id)
    with clock.frozen(NOW + timedelta(minutes=1)):
        service.decide(session, nora, kept, HATEFUL, version=kept.version)
    service.decide(session, nora, back, HATEFUL, version=back.version)
    assert back.decided_at
    assert service.undo(session, nora, at=back.decided_at) == 1
    assert (back.state, back.tell_at, back.public) == (ItemState.PENDING, None, False)
    session.commit()
    assert jobs.tell_authors() == 0, "too early: it may still be taken back"
    with clock.frozen(NOW + UNDO + timedelta(minutes=2)):
        assert jobs.tell_authors() == 1
        assert jobs.tell_authors() == 0
    mails = session.exec(select(OutgoingMail).where(OutgoingMail.kind == "item-decided")).all()
    assert [one.recipient for one in mails] == ["l@x.org"]
    assert "La semaine de Maïa" in mails[0].subject
    assert "/mine/" in mails[0].text


def test_a_decision_is_taken_back_for_ten_minutes(
    session: Session, campaign: Campaign, notebook: Notebook, nora: Actor, yann: Actor
) -> None:
    item = arrive(session, campaign, notebook, "Où va l’argent de la collecte ?")
    service.decide(session, nora, item, ACCEPT, version=item.version)
    at = item.decided_at
    assert at
    assert service.undo(session, yann, at=at) == 0, "only one's own"
    [mine] = queries.undoable(session, nora)
    assert (mine.at, mine.count) == (at, 1)
    with clock.frozen(NOW + UNDO), pytest.raises(Conflict, match="no longer"):
        service.undo(session, nora, at=at)
    assert service.undo(session, nora, at=at) == 1
    assert notebook.seen == [(1, ItemState.ACCEPTED), (1, ItemState.PENDING)]
    assert audits(session) == ["item.accepted", "item.undone"]


def test_many_at_once_leave_what_a_colleague_reads(
    session: Session, campaign: Campaign, notebook: Notebook, nora: Actor, yann: Actor
) -> None:
    items = [arrive(session, campaign, notebook, f"Une question tout autre, la {n}") for n in range(6)]
    service.claim(session, yann, items[0])
    notebook.refuses_subjects.add(2)
    service.decide(session, yann, items[2], ACCEPT, version=items[2].version)
    shown = [(item.pid, 1) for item in items]
    service.claim(session, yann, items[0])
    outcome = service.decide_many(session, nora, [*shown, ("nothing", 1)], ACCEPT)
    assert outcome.done == [item.pid for item in items[3:]]
    assert [item.id for item, _ in outcome.left] == [items[0].id, items[1].id, items[2].id]
    session.refresh(items[1])
    assert items[1].state is ItemState.PENDING, "its room refused: it stays"
    assert service.undo(session, nora, at=clock.now()) == 3, "taken back together"


def test_repeats_are_one_line_and_go_together(
    session: Session, campaign: Campaign, notebook: Notebook, nora: Actor, yann: Actor
) -> None:
    other = arrive(session, campaign, notebook, "Qui tient les comptes de l’atelier ?")
    first = arrive(session, campaign, notebook, "Arnaque, ne donnez rien du tout")
    again = [arrive(session, campaign, notebook, "ARNAQUE, ne donnez rien du tout !") for _ in range(4)]
    lines, _ = queries.lines(session, nora, Filters(), page=1)
    assert [(line.item.id, line.alike) for line in lines] == [(other.id, 0), (first.id, 4)]
    service.claim(session, yann, again[1])
    outcome = service.decide(session, nora, first, HATEFUL, version=first.version, alike=True)
    assert (len(outcome.done), len(outcome.left)) == (4, 1)
    lines, _ = queries.lines(session, nora, Filters(), page=1)
    assert [line.item.id for line in lines] == [other.id, again[1].id], "the next of them is the first now"


def test_an_owner_decides_what_was_passed_on(
    session: Session, campaign: Campaign, notebook: Notebook, nora: Actor, owner: Actor
) -> None:
    item = arrive(session, campaign, notebook, "Je vais porter plainte contre vous")
    service.escalate(session, nora, item, version=item.version, note="Une menace de procès.")
    assert queries.counts(session, nora).waiting == 0
    assert queries.counts(session, nora).escalated == 1
    with pytest.raises(Conflict, match="owner"):
        service.decide(session, nora, item, ACCEPT, version=item.version)
    assert not service.claim(session, nora, item), "reading it keeps it from nobody"
    assert item.claimed_by is None
    mails = session.exec(select(OutgoingMail)).all()
    assert [one.kind for one in mails] == ["item-escalated"]
    service.decide(session, owner, item, ACCEPT, version=item.version)
    assert item.escalated_at is None
    with pytest.raises(Taken):
        service.escalate(session, nora, item, version=item.version, note="Encore.")


def test_a_correction_is_read_by_the_machine_again_and_shown_as_a_difference(
    session: Session, campaign: Campaign, notebook: Notebook, nora: Actor
) -> None:
    item = arrive(session, campaign, notebook, "Appelez-moi au 06 12 34 56 78, je vous explique")
    assert Signal.PHONE in signals(item)
    service.edit(session, nora, item, version=item.version, words={"text": "Écrivez-moi, je vous explique"})
    assert signals(item) == []
    assert (item.urgency, item.version) == (2, 2)
    opened = view.opened(session, nora, queries.line(session, nora, item.pid))
    pieces = {piece.change: piece.text for piece in opened.changes[0].pieces}
    assert "Appelez" in pieces["out"] or "Appelez" in str(opened.changes)
    notebook.consents = False
    with pytest.raises(Conflict, match="agree"):
        service.edit(session, nora, item, version=item.version, words={"text": "x"})


def test_what_its_author_changes_comes_back_as_a_difference(
    session: Session, campaign: Campaign, notebook: Notebook, nora: Actor
) -> None:
    item = arrive(session, campaign, notebook, "Où va l’argent de la collecte ?")
    service.decide_many(session, nora, [(item.pid, 1)], Ruling(Verb.RETURN, "unclear"))
    assert item.decided_words == "Où va l’argent de la collecte ?"

    def changes() -> list[tuple[str, str]]:
        opened = view.opened(session, nora, queries.line(session, nora, item.pid))
        return [(piece.change, piece.text) for change in opened.changes for piece in change.pieces]

    assert changes() == [], "nothing changed yet"
    notebook.words[1] = "Où va l’argent de la collecte de mars ?"
    intake.file_again(session, campaign, item, screening.screen_words(session, campaign, notebook.words[1]))
    assert ("in", " de mars") in changes() or ("in", "de mars ") in changes()
    intake.withdraw(session, item)
    assert item.decided_words == ""


def test_personal_data_is_masked_until_somebody_looks(
    session: Session, campaign: Campaign, notebook: Notebook, nora: Actor, yann: Actor
) -> None:
    item = arrive(session, campaign, notebook, "Appelez-moi au 06 12 34 56 78, je vous explique")
    assert "06 12" not in item.excerpt

    def text(actor: Actor) -> str:
        return view.opened(session, actor, queries.line(session, actor, item.pid)).text

    assert "06 12" not in text(nora)
    service.look(session, nora, item)
    service.look(session, nora, item)
    assert "06 12 34 56 78" in text(nora)
    assert "06 12" not in text(yann)
    assert audits(session) == ["item.looked"]


def test_what_may_hurt_comes_first_then_the_oldest(
    session: Session, campaign: Campaign, notebook: Notebook, nora: Actor
) -> None:
    old = arrive(session, campaign, notebook, "Qui tient les comptes de l’atelier ?")
    noise = arrive(session, campaign, notebook, "Qui tient les comptes de l'atelier")
    plain = arrive(
        session, campaign, notebook, "Une question venue sans aucun script", proven=False, agent="Lynx"
    )
    young = arrive(session, campaign, notebook, "Combien de personnes ont appris à lire ?")
    bad = arrive(session, campaign, notebook, "Bande de connards, rentrez chez vous")
    noise.likeness = ""
    session.add(noise)
    session.flush()
    lines, _ = queries.lines(session, nora, Filters(), page=1)
    assert [line.item.id for line in lines] == [bad.id, old.id, young.id, plain.id, noise.id]
    order = [line.item for line in lines]
    for before, after in pairwise(order):
        assert queries.neighbour(session, nora, Filters(), before, before=False) == after.pid
        assert queries.neighbour(session, nora, Filters(), after, before=True) == before.pid


def test_the_filters(
    session: Session, campaign: Campaign, notebook: Notebook, nora: Actor, yann: Actor
) -> None:
    with clock.frozen(NOW - timedelta(hours=25)):
        late = arrive(session, campaign, notebook, "Qui tient les comptes de l’atelier ?")
    bad = arrive(session, campaign, notebook, "Thank you for nothing you absolute motherfuckers")
    service.claim(session, nora, bad)

    def ids(actor: Actor = nora, **values: object) -> list[int]:
        lines, _ = queries.lines(session, actor, Filters(**values), page=1)  # type: ignore[arg-type]
        return [line.item.id for line in lines]

    assert ids(age="4") == ids(age="24") == [late.id]
    assert ids(signal=Signal.HOSTILE) == ids(language="en") == ids(whose="mine") == [bad.id]
    assert ids(yann, whose="mine") == ids(campaign="unknown") == []
    assert ids(campaign=campaign.pid) == [bad.id, late.id]
    found = queries.counts(session, nora)
    assert (found.waiting, found.urgent, found.late) == (2, 1, 1)
    stranger = factories.member(session, factories.organisation(session, "Les Autres"))
    assert ids(stranger) == []
    with pytest.raises(NotFound):
        queries.line(session, stranger, bad.pid)


def test_own_words_and_reasons(session: Session, campaign: Campaign, notebook: Notebook, nora: Actor) -> None:
    reason = keeping.add_reason(
        session, nora, verb=Verb.REJECT, title="Hors délai", text_fr="C’est fini.", text_en="It is over."
    )
    item = arrive(session, campaign, notebook, "Où va l’argent de la collecte ?")
    service.decide(session, nora, item, Ruling(None, reason.pid), version=item.version)
    assert item.reason_text == "C’est fini."
    keeping.retire_reason(session, nora, pid=reason.pid)
    assert keeping.own_reasons(session, nora) == []
    with pytest.raises(NotFound):
        keeping.retire_reason(session, nora, pid=reason.pid)
