"""Asking, voting, answering, merging, taking back: one person one vote, and nothing public before its time."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlmodel import Session, select

from app.campaigns.rules import Policy, State
from app.campaigns.service import Stale
from app.core import db
from app.core.errors import Conflict, Forbidden, NotFound
from app.intake import screening
from app.intake import service as items
from app.intake.rules import ItemState
from app.mail.models import OutgoingMail
from app.people.rules import Role
from app.questions import answering, queries, service
from app.questions.answering import Said
from app.questions.models import Answer, QuestionVote
from app.questions.queries import Voter
from app.questions.service import Words
from app.supporters.models import Consent
from tests import factories
from tests.questions.stage import SAID, Stage


def waiting(here: Stage, **more: Any) -> list[tuple[str, int]]:
    return [
        (one.question.text, one.votes)
        for one in queries.shown(here.session, here.campaign.id, answered=False, **more).rows
    ]


def answered(here: Stage) -> list[str]:
    return [one.question.text for one in queries.shown(here.session, here.campaign.id, answered=True).rows]


def test_a_question_is_public_once_it_is_accepted(session: Session, here: Stage) -> None:
    question = here.ask("Is it free?", accept=False)
    assert waiting(here) == []
    assert queries.one(session, here.campaign.id, question.pid) is None
    assert items.move(session, here.item(question), ItemState.ACCEPTED)
    assert waiting(here) == [("Is it free?", 1)]
    (consent,) = session.exec(select(Consent)).all()
    assert (consent.subject_pid, consent.use, consent.withdrawn_at) == (question.pid, "page", None)


def test_afterwards_moderation_shows_it_at_once_unless_something_is_odd(
    session: Session, here: Stage
) -> None:
    here.campaign.moderation = Policy.POST
    here.ask("Is it free?", accept=False)  # without a stamp it came in haste
    assert waiting(here) == []


@pytest.mark.parametrize("state", [State.CLOSED, State.DRAFT])
def test_a_campaign_that_is_over_takes_nothing(session: Session, here: Stage, state: State) -> None:
    question = here.ask("Is it free?")
    here.campaign.state = state
    with pytest.raises(Conflict):
        here.ask("And now?")
    with pytest.raises(Conflict):
        here.vote(question, "b")


def test_votes_count_once_a_person_and_order_the_list(here: Stage) -> None:
    first, second = here.ask("Is it free?"), here.ask("Where is it?")
    assert [here.vote(first, who) for who in ("a", "b", "a")] == [2, 3, 3]
    assert waiting(here) == [("Is it free?", 3), ("Where is it?", 1)]
    assert [here.vote(first, "a", wants=False) for _ in range(2)] == [2, 2]
    here.vote(second, "a")
    here.vote(second, "b")
    assert waiting(here)[0] == ("Where is it?", 3)


def test_a_known_supporter_votes_once_from_two_networks(here: Stage) -> None:
    question, known = here.ask("Is it free?"), here.supporter()
    assert here.vote(question, "at home", supporters=(known.id,)) == 2
    assert here.vote(question, "on the train", supporters=(known.id,)) == 2
    assert here.vote(question, "on the train", supporters=(known.id,), wants=False) == 1


def test_nobody_votes_for_what_nobody_may_see(here: Stage) -> None:
    with pytest.raises(NotFound):
        here.vote(here.ask("Is it free?", accept=False), "a")


def test_two_taps_at_once_are_one_vote(session: Session, here: Stage) -> None:
    question = here.ask("Is it free?")
    campaign, pid, number = here.campaign, question.pid, question.id
    session.commit()

    def tap(_: int) -> None:
        with db.transaction() as own:
            service.vote(own, campaign, pid, voter=Voter("thumb"), wants=True)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(tap, range(8)))
    with db.reading() as fresh:
        assert len(fresh.exec(select(QuestionVote).where(QuestionVote.question_id == number)).all()) == 2


def test_similar_questions_are_found_among_the_public_ones(session: Session, here: Stage) -> None:
    here.ask("Do I have to pay for the workshop?")
    here.ask("Must people pay at the workshop door?", accept=False)
    found = service.similar(session, here.campaign, "Is there something to pay for this workshop?")
    assert [one.question.text for one in found] == ["Do I have to pay for the workshop?"]
    assert service.similar(session, here.campaign, "Who teaches?") == []


def test_duplicates_count_together_and_once_a_person(session: Session, here: Stage) -> None:
    head, twin = here.ask("Is it free?"), here.ask("Do I have to pay?")
    for question, who in ((head, "a"), (twin, "a"), (twin, "b")):
        here.vote(question, who)
    answering.merge(session, here.owner, here.campaign, twin, into=head.pid)
    assert waiting(here) == [("Is it free?", 4)]  # two authors, a and b
    shown = queries.one(session, here.campaign.id, twin.pid, voter=Voter("b"))
    assert shown is not None
    assert (shown.question.pid, shown.people, shown.mine) == (head.pid, 2, True)
    assert here.vote(twin, "b", wants=False) == 3
    answering.separate(session, here.owner, twin)
    assert sorted(waiting(here)) == [("Do I have to pay?", 2), ("Is it free?", 2)]


def test_merging_is_flat_and_refuses_what_makes_no_sense(session: Session, here: Stage) -> None:
    one, two, three = (here.ask(f"Question number {n}") for n in "123")
    answering.merge(session, here.owner, here.campaign, one, into=two.pid)
    answering.merge(session, here.owner, here.campaign, two, into=three.pid)
    session.refresh(one)
    assert one.merged_into_id == two.merged_into_id == three.id
    with pytest.raises(Conflict):
        answering.merge(session, here.owner, here.campaign, three, into=one.pid)
    with pytest.raises(NotFound):
        answering.merge(session, here.owner, here.campaign, three, into="nowhere")
    with pytest.raises(Conflict):
        here.answer(one)
    four = here.ask("Question number 4")
    here.answer(four)
    with pytest.raises(Conflict):
        answering.merge(session, here.owner, here.campaign, four, into=three.pid)
    finance = factories.member(session, here.organisation, Role.FINANCE)
    with pytest.raises(Forbidden):
        answering.merge(session, finance, here.campaign, three, into=four.pid)


def test_a_draft_is_the_teams_and_a_published_answer_everyones(here: Stage) -> None:
    question = here.ask("Is it free?")
    draft = here.answer(question, publish=False)
    assert answered(here) == []
    assert draft.published_at is None
    with pytest.raises(Stale):
        here.answer(question, version=0)
    here.answer(question, version=1)
    assert answered(here) == ["Is it free?"]
    assert waiting(here) == []


def test_a_correction_says_its_day_and_keeps_what_stood_before(session: Session, here: Stage) -> None:
    question = here.ask("Is it free?")
    here.answer(question)
    same = here.answer(question, version=1)
    assert same.corrected_at is None
    other = Said("Yes, on Wednesdays.", "Nora")
    fixed = here.answer(question, other, version=2, correction="The day was wrong.")
    assert fixed.corrected_at is not None
    assert [one["text"] for one in fixed.before] == ["Yes, on Tuesdays."]
    assert fixed.correction == "The day was wrong."
    answering.take_back(session, here.owner, question)
    assert waiting(here) == [("Is it free?", 1)]


def test_only_who_edits_answers(session: Session, here: Stage) -> None:
    question = here.ask("Is it free?")
    moderator = factories.member(session, here.organisation, Role.MODERATOR)
    with pytest.raises(Forbidden):
        answering.write(session, moderator, here.campaign, question, version=0, said=SAID, publish=True)


def test_who_asked_and_left_an_address_is_told_once(session: Session, here: Stage) -> None:
    head = here.ask("Is it free?", supporter=here.supporter("ana@example.org"))
    twin = here.ask("Do I have to pay?", supporter=here.supporter("bo@example.org"))
    answering.merge(session, here.owner, here.campaign, twin, into=head.pid)
    here.answer(head)
    answering.take_back(session, here.owner, head)
    here.answer(head, version=2)
    mails = session.exec(select(OutgoingMail)).all()
    assert sorted(mail.recipient for mail in mails) == ["ana@example.org", "bo@example.org"]
    assert any("Do I have to pay?" in mail.text for mail in mails)


def test_its_author_changes_it_and_it_is_read_again(session: Session, here: Stage) -> None:
    question = here.ask("Is it fre?")
    sent = screening.Sent(text="Is it free?", address="192.0.2.7", agent="test")
    look = screening.screen(session, here.campaign, sent)
    service.change(session, here.campaign, question, words=Words("Is it free?", "Ana"), screening=look)
    assert waiting(here) == []
    assert here.item(question).state is ItemState.PENDING
    assert items.move(session, here.item(question), ItemState.ACCEPTED)
    here.answer(question)
    with pytest.raises(Conflict):
        service.change(session, here.campaign, question, words=Words("Something else?"), screening=look)


def test_taking_back_leaves_nothing(session: Session, here: Stage) -> None:
    question = here.ask("Is it free?", name="Ana")
    here.vote(question, "b")
    here.answer(question)
    service.withdraw(session, question)
    assert answered(here) == waiting(here) == []
    assert (question.text, question.name) == ("", "")
    assert session.exec(select(QuestionVote)).all() == []
    assert session.exec(select(Answer)).all() == []
    assert all(one.withdrawn_at for one in session.exec(select(Consent)).all())
    with pytest.raises(NotFound):
        service.withdraw(session, question)
    with pytest.raises(NotFound):
        answering.get_question(session, here.campaign, question.pid)


def test_others_who_asked_the_same_keep_question_and_answer(session: Session, here: Stage) -> None:
    head, twin, third = (
        here.ask("Is it free?"),
        here.ask("Do I have to pay?"),
        here.ask("Does it cost money?"),
    )
    for other in (twin, third):
        answering.merge(session, here.owner, here.campaign, other, into=head.pid)
    here.answer(head)
    service.withdraw(session, head)
    session.expire_all()
    assert answered(here) == ["Do I have to pay?"]
    shown = queries.one(session, here.campaign.id, third.pid)
    assert shown is not None
    assert (shown.question.id, shown.people, shown.answer is not None) == (twin.id, 2, True)


def test_what_belongs_to_a_supporter(session: Session, here: Stage) -> None:
    ana, bo = here.supporter(), here.supporter()
    mine, theirs = here.ask("Is it free?", supporter=ana), here.ask("Where is it?", supporter=bo)
    here.vote(theirs, "ana", supporters=(ana.id,))
    assert [one.id for one in queries.of_supporters(session, [ana.id])] == [mine.id]
    assert [text for text, _ in queries.votes_of_supporters(session, [ana.id])] == [
        "Is it free?",
        "Where is it?",
    ]
    service.forget(session, [ana.id])
    assert waiting(here) == [("Where is it?", 1)]
    assert mine.text == ""
    service.forget(session, [ana.id])  # a second time finds nothing
