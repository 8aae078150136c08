"""What an answer claims is checked before anyone reads it, and corrected where it was said."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from app.claims import correcting, queries, service
from app.claims.models import Dismissal, Source
from app.claims.rules import Standing, SubjectKind, Verdict
from app.core import clock, db
from app.core.errors import Conflict
from app.impact.models import Update
from app.intake.rules import ItemState
from app.people.rules import Role
from app.print import answer_card
from app.questions import answering, claimed, hosting, sessions
from app.questions.answering import CheckedWords, Said, Unproven
from app.questions.models import Answer
from tests import factories
from tests.questions.stage import Stage

TEXT = "Yes. We have taught 214 people since 2019."
WORDS = "We have taught 214 people since 2019."
SAID = Said(
    TEXT,
    "Nora",
    "teacher",
    [
        {"title": "The books", "publisher": "Us", "url": "https://example.org/books", "date": "2026-03-01"},
        {"title": "The wall", "publisher": "", "url": "", "date": "this spring"},
    ],
)


class Checked:
    """A question whose answer is drafted and claims something, and a second member who may check it."""

    def __init__(self, here: Stage) -> None:
        self.here = here
        self.checker = factories.member(here.session, here.organisation, Role.EDITOR, "Bastien")
        self.question = here.ask("Does it work?")
        self.answer = here.answer(self.question, SAID, publish=False)
        subject = service.subject_of(here.session, here.campaign, SubjectKind.ANSWER, self.answer.pid)
        self.claim = service.add(here.session, here.owner, here.campaign, subject, words=WORDS)

    @property
    def view(self) -> queries.ClaimView:
        found = queries.view(self.here.session, self.here.campaign, self.claim.pid)
        assert found is not None
        return found

    def check(self, verdict: Verdict = Verdict.TRUE) -> None:
        service.check(
            self.here.session,
            self.checker,
            self.here.campaign,
            self.claim,
            shown=self.view.shown,
            verdict=verdict,
        )

    def write(self, said: Said = SAID, *, publish: bool = True) -> Answer:
        return self.here.answer(self.question, said, version=self.answer.version, publish=publish)

    def publish(self) -> None:
        self.check()
        self.write()

    def correct(self, right: str = "We have taught 241 people since 2019.") -> None:
        correcting.correct(
            self.here.session,
            self.here.owner,
            self.here.campaign,
            self.claim,
            right=right,
            why="Two figures changed places.",
            since=clock.today(self.here.campaign.timezone),
            source_title="The books",
            source_url="",
        )


@pytest.fixture
def told(here: Stage) -> Checked:
    return Checked(here)


def test_a_claim_has_the_sources_its_answer_names(session: Session, told: Checked) -> None:
    rows = session.exec(select(Source).order_by(col(Source.id))).all()
    assert [(one.title, str(one.published_on)) for one in rows] == [
        ("The books", "2026-03-01"),
        ("The wall", "None"),
    ]
    assert told.view.standing is Standing.UNCHECKED


@pytest.mark.parametrize("verdict", [None, Verdict.MISLEADING, Verdict.FALSE])
def test_an_answer_stays_a_draft_until_its_facts_hold(told: Checked, verdict: Verdict | None) -> None:
    if verdict is not None:
        told.check(verdict)
    with pytest.raises(Unproven):
        told.write()
    assert told.answer.published_at is None
    told.check()
    assert told.write().published_at is not None


def test_another_sentence_is_another_fact(told: Checked) -> None:
    told.check()
    told.write(Said("No. We have taught 214 people since 2019, or nearly.", "Nora"), publish=False)
    assert told.view.standing is Standing.CHANGED
    with pytest.raises(Unproven):
        told.write(Said(told.answer.text, "Nora"))


def test_checked_words_of_a_published_answer_are_corrected_in_the_open(told: Checked) -> None:
    told.publish()
    without = Said("Yes. It does.", "Nora")
    with pytest.raises(CheckedWords):
        told.write(without)
    assert told.answer.text == TEXT
    told.write(Said(f"{TEXT} Come and see.", "Nora"))  # the sentence that was checked still stands
    told.correct()
    told.write(without)  # open already: it may be put right
    assert told.view.standing is Standing.SETTLED


def test_nothing_is_told_of_what_nobody_may_read(told: Checked, session: Session) -> None:
    assert told.view.is_public is False
    told.publish()
    assert told.view.is_public is True
    told.here.item(told.question).state = ItemState.RESTRICTED
    told.here.item(told.question).public = False
    session.flush()
    assert told.view.is_public is False
    with pytest.raises(Conflict):
        told.correct()


def test_the_correction_stands_beside_the_answer_everywhere(
    session: Session, client: TestClient, told: Checked
) -> None:
    here = told.here
    qa = here.qa(opened=True)
    hosting.put_on_air(session, here.owner, here.campaign, qa, pid=told.question.pid)
    told.check()
    hosting.answer_on_air(
        session, here.owner, here.campaign, qa, pid=told.question.pid, said=Said(TEXT, "Nora")
    )
    session.commit()
    room = f"/c/{here.campaign.slug}/voices"
    pages = [
        f"{room}/questions?show=answered",
        f"{room}/questions/{told.question.pid}",
        f"{room}/live/{qa.pid}",
    ]
    for path in (*pages, f"{room}/live/{qa.pid}/state"):
        assert "241" not in client.get(path).text
    assert "214 people" in client.get(f"/c/{here.campaign.slug}/sources").text
    before = sessions.pulse(session, qa.pid)
    told.correct()
    session.commit()
    assert sessions.pulse(session, qa.pid) != before  # whoever follows live sees it
    for path in (*pages, f"{room}/live/{qa.pid}/state", f"/c/{here.campaign.slug}/sources"):
        text = client.get(path).text
        assert "We have taught 241 people since 2019." in text, path
        assert "Two figures changed places." in text, path
    assert "241 people" in client.get(f"/c/{here.campaign.slug}/feed.atom").text
    hosting.close(session, here.owner, qa)
    session.commit()
    assert "241 people" in client.get(f"{room}/live/{qa.pid}").text


def test_the_card_says_what_is_right(
    session: Session, client: TestClient, told: Checked, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[answer_card.AnswerCard] = []
    monkeypatch.setattr("app.studio.answer_cards.draw", lambda card: drawn.append(card) or b"png")
    told.publish()
    told.correct()
    factories.sign_in(session, client, told.here.owner)
    base = f"/studio/campaigns/{told.here.campaign.pid}/questions/{told.question.pid}"
    assert client.get(f"{base}/card.png").status_code == 200
    assert [list(one.corrected) for one in drawn] == [["We have taught 241 people since 2019."]]
    assert answer_card.draw(drawn[0]).startswith(b"\x89PNG")


def _answer(client: TestClient, told: Checked, csrf: str, **fields: str) -> tuple[int, str]:
    url = f"/studio/campaigns/{told.here.campaign.pid}/questions/{told.question.pid}/answer"
    data = {"csrf": csrf, "version": "1", "text": TEXT, "by_name": "Nora", "publish": "1", **fields}
    answer = client.post(url, data=data)
    return answer.status_code, answer.text


def test_the_page_says_why_an_answer_is_not_published(
    session: Session, client: TestClient, told: Checked
) -> None:
    csrf = factories.sign_in(session, client, told.here.owner)
    status, text = _answer(client, told, csrf, text=f"{TEXT} Typed.")
    assert status == 409
    assert "A fact in this answer is not checked." in text
    assert f"{TEXT} Typed." in text  # what was typed is kept in the field
    told.check()
    session.commit()
    assert _answer(client, told, csrf)[0] == 303
    status, text = _answer(client, told, csrf, version="2", text="No.")
    assert status == 409
    assert "This changes words that were checked." in text
    with db.reading() as looking:
        assert looking.exec(select(Answer.text)).one() == TEXT


def test_the_page_of_a_question_shows_the_facts_of_its_answer(
    session: Session, client: TestClient, told: Checked
) -> None:
    told.write(Said(f"{TEXT} Half of them came back.", "Nora"), publish=False)
    csrf = factories.sign_in(session, client, told.here.owner)
    page = f"/studio/campaigns/{told.here.campaign.pid}/questions/{told.question.pid}"
    text = client.get(page).text
    assert f"/facts/{told.claim.pid}" in text
    assert "Half of them came back." in text
    data = {"csrf": csrf, "sentence": "Half of them came back.", "kind": "answer", "subject": told.answer.pid}
    answer = client.post(f"/studio/campaigns/{told.here.campaign.pid}/facts/dismiss", data=data)
    assert answer.headers["location"].startswith(page)
    with db.reading() as looking:
        assert [one.sentence for one in looking.exec(select(Dismissal))] == ["Half of them came back."]


def test_the_desk_keeps_a_draft_and_refuses_an_unchecked_fact(
    session: Session, client: TestClient, told: Checked
) -> None:
    here = told.here
    qa = here.qa(opened=True)
    hosting.put_on_air(session, here.owner, here.campaign, qa, pid=told.question.pid)
    csrf = factories.sign_in(session, client, here.owner)
    desk = f"/studio/campaigns/{here.campaign.pid}/sessions/{qa.pid}"
    text = client.get(desk).text
    assert TEXT in text  # the draft stands ready
    assert "The books" in text
    data = {"csrf": csrf, "question": told.question.pid, "text": TEXT, "by_name": "Nora"}
    refused = client.post(f"{desk}/answer", data=data)
    assert refused.status_code == 409
    assert "A fact in this answer is not checked." in refused.text
    bad = client.post(f"{desk}/answer", data={**data, "source_url": "https://example.org/"})
    assert bad.status_code == 422
    told.check()
    session.commit()
    more = {"source_title": "The door", "source_url": "https://example.org/door"}
    assert client.post(f"{desk}/answer", data={**data, **more}).status_code == 303
    with db.reading() as looking:
        kept = looking.exec(select(Answer)).one()
    assert [one["title"] for one in kept.sources] == ["The books", "The wall", "The door"]


def test_a_claim_goes_with_its_answer_and_stays_in_its_campaign(session: Session, told: Checked) -> None:
    other = factories.campaign(session, told.here.organisation, slug="other")
    assert claimed.corrected(session, other) == {}
    found = service.subject_of(session, told.here.campaign, SubjectKind.ANSWER, told.answer.pid)
    assert (found.desk, found.path) == (
        f"/questions/{told.question.pid}",
        f"/voices/questions/{told.question.pid}",
    )
    session.delete(told.answer)
    session.flush()
    assert told.view.standing is Standing.GONE


def test_a_second_text_of_a_published_answer_is_open_when_its_check_ended(told: Checked) -> None:
    told.publish()
    told.claim.valid_until = clock.today("Europe/Paris") - timedelta(days=1)
    told.here.session.flush()
    assert told.view.standing is Standing.EXPIRED
    told.write(Said("It does.", "Nora"))  # it was open before: nothing gets worse
    assert told.answer.text == "It does."


def test_taken_back_it_is_a_draft_like_any_other(told: Checked) -> None:
    told.publish()
    answering.take_back(told.here.session, told.here.owner, told.question)
    told.write(Said("We have taught 214 people since 2019, counted twice.", "Nora"), publish=False)
    with pytest.raises(Unproven):
        told.write(Said(told.answer.text, "Nora"))


def test_the_page_of_facts_lists_what_answers_and_accounts_say_without_a_source(
    session: Session, client: TestClient, here: Stage
) -> None:
    here.answer(here.ask("Does it work?"), Said("Yes. We have taught 214 people.", "Nora"), publish=False)
    session.add(
        Update(campaign_id=here.campaign.id, title="Spring", body="We lent 63 helmets. It was sunny.")
    )
    csrf = factories.sign_in(session, client, here.owner)
    session.commit()
    where = f"/studio/campaigns/{here.campaign.pid}/facts"
    page = BeautifulSoup(client.get(where).text, "html.parser")
    listed = page.select_one("section[aria-labelledby=unsourced]")
    assert listed is not None
    told = {one.get_text() for one in listed.select(".checks p")}
    assert told == {"We lent 63 helmets.", "We have taught 214 people."}
    assert "Impact update" in listed.get_text()
    assert "Answer to a question" in listed.get_text()
    for link in listed.select("a[href*='/facts/new?']"):
        assert client.get(str(link["href"])).status_code == 200
    shown = page.select_one("form[action$='/facts/nothing'] [name=shown]")
    assert shown is not None
    said = client.post(f"{where}/nothing", data={"csrf": csrf, "shown": str(shown["value"])})
    assert said.status_code == 303
    assert "helmets" not in client.get(where).text
