"""Asking, voting and reading on the public pages, with and without script, and one's own on the private page."""

import re

import pytest
from fastapi.testclient import TestClient
from icalendar import Calendar
from sqlmodel import Session, col, select

from app.campaigns.rules import State
from app.core import db
from app.core.crypto import keyed_hash
from app.core.ids import token_hash
from app.core.stamps import form_stamp
from app.intake.models import Item
from app.intake.rules import ItemState
from app.mail.models import OutgoingMail
from app.questions import hosting
from app.questions.answering import Said
from app.questions.models import Question, QuestionVote
from app.supporters import service as supporters
from app.supporters.access import cookie_name
from tests.questions.stage import Stage

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def room(here: Stage) -> str:
    return f"/c/{here.campaign.slug}/voices/questions"


def asked(**fields: str) -> dict[str, str]:
    return {"text": "Do I have to pay for the workshop?", "stamp": form_stamp(), "website": "", **fields}


def stored() -> list[Question]:
    with db.reading() as session:
        return list(session.exec(select(Question).order_by(col(Question.id))).all())


def test_ask_then_it_waits_for_a_reader_and_only_its_author_sees_it(
    session: Session, client: TestClient, here: Stage
) -> None:
    session.commit()
    answer = client.post(room(here), data=asked(name="Ana", email="Ana@example.org", may_edit="1"))
    assert answer.status_code == 303
    assert "ok=asked" in answer.headers["location"]
    assert cookie_name() in answer.cookies
    (question,) = stored()
    assert (question.name, question.may_edit) == ("Ana", True)
    assert "Do I have to pay" in client.get(room(here)).text
    with db.reading() as fresh:
        assert fresh.exec(select(Item.state)).one() is ItemState.PENDING
        assert fresh.exec(select(OutgoingMail.recipient)).one() == "ana@example.org"
    client.cookies.clear()
    assert "Do I have to pay" not in client.get(room(here)).text
    assert client.get(f"{room(here)}/{question.pid}").status_code == 404


def test_what_is_like_it_is_shown_before_it_is_sent(
    session: Session, client: TestClient, here: Stage
) -> None:
    here.ask("Must people pay to come to the workshop?")
    session.commit()
    page = client.post(room(here), data=asked())
    assert page.status_code == 200
    assert "Is it the same?" in page.text
    assert "Must people pay to come" in page.text
    assert 'name="sure" value="1"' in page.text
    assert "Do I have to pay for the workshop?</textarea>" in page.text
    assert len(stored()) == 1
    assert client.post(room(here), data=asked(sure="1")).status_code == 303
    assert len(stored()) == 2


def test_a_machine_is_thanked_and_nothing_is_kept(session: Session, client: TestClient, here: Stage) -> None:
    session.commit()
    answer = client.post(room(here), data=asked(website="http://spam.example"))
    assert answer.status_code == 303
    assert "ok=asked" in answer.headers["location"]
    assert stored() == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"text": ""}, "Fill this in."),
        ({"text": "Why?"}, "Write the question in a few words."),
        ({"name": "ana@example.org"}, "Only a name here"),
        ({"email": "nobody"}, "Write an e-mail address"),
        ({"colour": "blue"}, "a field that does not belong"),
    ],
)
def test_a_refused_form_keeps_what_was_typed(
    session: Session, client: TestClient, here: Stage, fields: dict[str, str], message: str
) -> None:
    session.commit()
    page = client.post(room(here), data=asked(**fields))
    assert page.status_code == 422
    assert message in page.text
    assert stored() == []


def test_a_paused_or_closed_campaign_takes_nothing_and_says_so(
    session: Session, client: TestClient, here: Stage
) -> None:
    question = here.ask("Is it free?")
    here.campaign.state = State.CLOSED
    session.commit()
    page = client.get(room(here)).text
    assert "no more questions or votes" in page
    assert "<textarea" not in page
    assert client.post(room(here), data=asked()).status_code == 409
    assert client.post(f"{room(here)}/{question.pid}/vote", data={"vote": "yes"}).status_code == 409


def test_vote_without_script_and_with_it(session: Session, client: TestClient, here: Stage) -> None:
    question = here.ask("Is it free?")
    session.commit()
    where = f"{room(here)}/{question.pid}/vote"
    assert 'aria-pressed="false"' in client.get(room(here)).text
    answer = client.post(where, data={"vote": "yes"})
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{room(here)}#q-{question.pid}"
    assert 'aria-pressed="true"' in client.get(room(here)).text
    part = client.post(where, data={"vote": "no"}, headers=HTMX).text
    assert part.lstrip().startswith("<form")
    assert 'aria-pressed="false"' in part
    assert client.post(where, data={"vote": "perhaps"}).status_code == 409
    assert client.post(f"{room(here)}/nowhere/vote", data={"vote": "yes"}).status_code == 404
    with db.reading() as fresh:
        assert len(fresh.exec(select(QuestionVote)).all()) == 1


def test_the_answer_with_its_sources_and_its_correction(
    session: Session, client: TestClient, here: Stage
) -> None:
    question = here.ask("Is it free?", name="<b>Ana</b>")
    here.answer(question)
    here.answer(question, here_said(), version=1, correction="The day was wrong.")
    session.commit()
    page = client.get(f"{room(here)}/{question.pid}").text
    for words in ("Yes, on Wednesdays.", "Yes, on Tuesdays.", "Corrected on", "The day was wrong.", "Nora"):
        assert words in page
    assert '<a href="https://example.org/a?b=1&amp;c=2" rel="noopener nofollow">Hours</a>' in page
    assert "<b>Ana</b>" not in page
    assert "Yes, on Wednesdays." in client.get(f"{room(here)}?show=answered").text


def here_said() -> Said:
    source = {"title": "Hours", "publisher": "Us", "url": "https://example.org/a?b=1&c=2", "date": "2027"}
    return Said("Yes, on Wednesdays.", "Nora", "teacher", [source])


def test_pages_of_a_long_list(session: Session, client: TestClient, here: Stage) -> None:
    for number in range(23):
        here.ask(f"Question with number {number:02}")
    session.commit()
    first, second = client.get(room(here)).text, client.get(f"{room(here)}?number=2").text
    assert len(re.findall(r'<li class="asked"', first)) == 20
    assert len(re.findall(r'<li class="asked"', second)) == 3
    assert client.get(f"{room(here)}?number=99").status_code == 200


def test_the_live_page_needs_no_script(session: Session, client: TestClient, here: Stage) -> None:
    question = here.ask("Is it free?")
    qa = here.qa(opened=True)
    hosting.put_on_air(session, here.owner, here.campaign, qa, pid=question.pid)
    session.commit()
    where = f"/c/{here.campaign.slug}/voices/live/{qa.pid}"
    page = client.get(where).text
    assert "Being answered now" in page
    assert "Is it free?" in page
    assert f'href="{where}"' in page  # see what is new
    assert client.get(f"/c/{here.campaign.slug}/voices/live/nowhere").status_code == 404


def test_asking_again_costs_nothing_while_nothing_changed(
    session: Session, client: TestClient, here: Stage
) -> None:
    question, qa = here.ask("Is it free?"), here.qa()
    session.commit()
    where = f"/c/{here.campaign.slug}/voices/live/{qa.pid}/state"
    first = client.get(where)
    etag = {"If-None-Match": first.headers["etag"]}
    assert client.get(where, headers=etag).status_code == 304
    client.post(f"{room(here)}/{question.pid}/vote", data={"vote": "yes"})
    assert client.get(where, headers=etag).status_code == 200


def test_the_session_as_an_event_and_in_the_campaigns_calendar(
    session: Session, client: TestClient, here: Stage
) -> None:
    qa = here.qa()
    session.commit()
    for path in (f"voices/live/{qa.pid}/session.ics", "calendar.ics"):
        found = Calendar.from_ical(client.get(f"/c/{here.campaign.slug}/{path}").text)
        (event,) = [one for one in found.walk("VEVENT") if str(one["uid"]).startswith("session-")]
        assert event["dtstart"].dt == qa.starts_at
        assert str(event["status"]) == "CONFIRMED"
    assert "Ask Maïa" in client.get(f"/c/{here.campaign.slug}").text


def test_ones_own_questions_are_changed_and_taken_back(
    session: Session, client: TestClient, here: Stage
) -> None:
    someone = here.supporter()
    question = here.ask("Is it fre?", supporter=someone)
    token = supporters.open_visit(session, someone)
    session.commit()
    client.cookies.set(cookie_name(), token)
    csrf = {"csrf": keyed_hash("csrf-mine", token_hash(token))}
    assert "Is it fre?" in client.get("/mine").text
    where = f"/mine/questions/{question.pid}"
    assert "Is it fre?" in client.get(where).text
    assert client.post(where, data={**csrf, "text": "Why"}).status_code == 422
    answer = client.post(where, data={**csrf, "text": "Is it free?", "name": "Ana", "stamp": form_stamp()})
    assert answer.status_code == 303
    assert [one.text for one in stored()] == ["Is it free?"]
    assert client.post(f"{where}/withdraw", data=csrf).status_code == 303
    assert [one.text for one in stored()] == [""]
    assert client.get(where).status_code == 404
    assert "Your questions" not in client.get("/mine").text
