"""The team's list, the answer's form, merging, the card, the host's desk and the inbox's view of a question."""

import io
import zipfile

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.core import db
from app.core.errors import Conflict
from app.intake.models import Item
from app.intake.rules import Kind
from app.moderation.desks import DESKS
from app.people.models import Person
from app.questions import hosting
from app.questions.models import Answer, QaSession, Question
from tests import factories
from tests.questions.stage import SAID, Stage


def base(here: Stage) -> str:
    return f"/studio/campaigns/{here.campaign.pid}"


def answered() -> Answer:
    with db.reading() as session:
        return session.exec(select(Answer)).one()


def form(csrf: str, **fields: str | list[str]) -> dict[str, str | list[str]]:
    return {"csrf": csrf, "version": "0", "text": "Yes.", "by_name": "Nora", **fields}


def test_an_answer_from_draft_to_correction(session: Session, client: TestClient, here: Stage) -> None:
    question = here.ask("Is it free?")
    csrf = factories.sign_in(session, client, here.owner)
    where = f"{base(here)}/questions/{question.pid}"
    assert "Is it free?" in client.get(f"{base(here)}/questions").text
    sources = {"title": ["Hours", ""], "publisher": ["Us", ""], "url": ["", ""], "date": ["", ""]}
    assert client.post(f"{where}/answer", data=form(csrf, **sources)).status_code == 303
    assert answered().published_at is None
    assert [one["title"] for one in answered().sources] == ["Hours"]
    assert "draft of an answer" in client.get(f"{base(here)}/questions").text
    assert client.post(f"{where}/answer", data=form(csrf, publish="1")).status_code == 409  # saved meanwhile
    assert client.post(f"{where}/answer", data=form(csrf, publish="1", version="1")).status_code == 303
    assert answered().published_at is not None
    fixed = form(csrf, publish="1", version="2", text="Yes, on Tuesdays.", correction="The day.")
    assert client.post(f"{where}/answer", data=fixed).status_code == 303
    assert answered().corrected_at is not None
    assert "Is it free?" in client.get(f"{base(here)}/questions?show=answered").text
    assert client.post(f"{where}/unpublish", data={"csrf": csrf}).status_code == 303
    assert answered().published_at is None


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"text": "", "publish": "1"}, "has its text, and the name"),
        ({"url": ["javascript:alert(1)"], "title": ["x"]}, "starts with https://"),
        ({"url": ["https://example.org"]}, "Give each source a title."),
        ({"text": "x" * 4001}, "too long"),
    ],
)
def test_a_refused_answer_keeps_what_was_typed(
    session: Session, client: TestClient, here: Stage, fields: dict[str, str | list[str]], message: str
) -> None:
    question = here.ask("Is it free?")
    csrf = factories.sign_in(session, client, here.owner)
    page = client.post(f"{base(here)}/questions/{question.pid}/answer", data=form(csrf, **fields))
    assert page.status_code == 422
    assert message in page.text
    assert 'value="Nora"' in page.text


def test_merge_and_separate(session: Session, client: TestClient, here: Stage) -> None:
    head, twin = here.ask("Do I have to pay for it?"), here.ask("Does it cost anything?")
    csrf = factories.sign_in(session, client, here.owner)
    where = f"{base(here)}/questions/{twin.pid}"
    assert "Do I have to pay for it?" in client.get(where).text
    assert client.post(f"{where}/merge", data={"csrf": csrf}).status_code == 422
    merged = client.post(f"{where}/merge", data={"csrf": csrf, "question": head.pid})
    assert merged.headers["location"].startswith(f"{base(here)}/questions/{head.pid}")
    assert "Does it cost anything?" in client.get(f"{base(here)}/questions/{head.pid}").text
    assert "It counts for another question." in client.get(where).text
    assert client.post(f"{where}/separate", data={"csrf": csrf}).status_code == 303
    with db.reading() as fresh:
        assert fresh.exec(select(Question.merged_into_id)).all() == [None, None]


def test_the_card_is_drawn_of_a_published_answer_only(
    session: Session, client: TestClient, here: Stage
) -> None:
    question = here.ask("Is it free? #panic() $x$ *y* \\n")
    factories.sign_in(session, client, here.owner)
    where = f"{base(here)}/questions/{question.pid}/card.png"
    assert client.get(where).status_code == 404
    here.answer(question)
    session.commit()
    answer = client.get(where)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content[16:24] == (1080).to_bytes(4) + (1920).to_bytes(4)


def test_all_answers_of_a_session_are_one_file_of_cards(
    session: Session, client: TestClient, here: Stage
) -> None:
    first, second, strange = here.ask("Is it free?"), here.ask("Where is it?"), here.ask("日本語で？")
    here.ask("Nobody answered this")
    qa = here.qa(opened=True)
    where = f"{base(here)}/sessions/{qa.pid}"
    factories.sign_in(session, client, here.owner)
    session.commit()
    assert client.get(f"{where}/cards.zip").status_code == 409
    for question in (first, second, strange):
        hosting.put_on_air(session, here.owner, here.campaign, qa, pid=question.pid)
        hosting.answer_on_air(session, here.owner, here.campaign, qa, pid=question.pid, said=SAID)
    session.commit()
    assert f"{where}/cards.zip" in client.get(where).text
    answer = client.get(f"{where}/cards.zip?lang=fr")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "no-store"
    slug = here.campaign.slug
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        told = archive.read(f"{slug}.txt").decode()
        pictures = {name: archive.read(name) for name in archive.namelist() if name.endswith(".png")}
    assert list(pictures) == [f"{slug}-01-{first.pid}.png", f"{slug}-02-{second.pid}.png"]
    assert {one[16:24] for one in pictures.values()} == {(1080).to_bytes(4) + (1920).to_bytes(4)}
    assert "n’ont pas pu être dessinées" in told
    assert strange.text in told
    stranger = factories.member(session, factories.organisation(session, "Les Phares"), name="Stranger")
    factories.sign_in(session, client, stranger)
    assert client.get(f"{where}/cards.zip").status_code == 404


def test_a_session_from_plan_to_archive(session: Session, client: TestClient, here: Stage) -> None:
    question, host = here.ask("Is it free?"), here.host()
    csrf = factories.sign_in(session, client, here.owner)
    planned = {
        "csrf": csrf,
        "version": "0",
        "title": "Ask Maïa",
        "on_date": "2027-03-03",
        "at_time": "13:00",
        "zone": "Europe/Paris",
        "minutes": "60",
        "host": host.pid,
    }
    assert client.post(f"{base(here)}/sessions", data={**planned, "zone": "Mars/Olympus"}).status_code == 422
    made = client.post(f"{base(here)}/sessions", data=planned)
    desk = made.headers["location"].partition("?")[0]
    assert client.get(desk).status_code == client.get(f"{desk}/edit").status_code == 200
    changed = {**planned, "version": "1", "title": "Ask Maïa anything"}
    assert client.post(f"{desk}/edit", data=changed).status_code == 303
    assert client.post(f"{desk}/edit", data=changed).status_code == 409

    def step(verb: str, **fields: str) -> int:
        return client.post(f"{desk}/{verb}", data={"csrf": csrf, **fields}).status_code

    assert step("close") == 409
    assert step("open") == 303
    assert step("on-air", question=question.pid) == 303
    assert 'name="by_name"' in client.get(desk).text
    assert step("break") == step("go-on") == 303
    assert step("answer", question=question.pid) == 422  # nobody's name
    assert step("answer", question="another", by_name="Maïa") == 409
    assert step("answer", question=question.pid, by_name="Maïa") == 303
    assert answered().text == ""
    assert "answered aloud: write it down" in client.get(desk).text
    assert step("close") == 303
    part = client.get(desk, headers={"HX-Request": "true", "HX-Request-Type": "partial"}).text
    assert part.lstrip().startswith('<div id="queue"')
    assert "every 5s" not in part  # over: nothing to ask for any more
    with db.reading() as fresh:
        assert fresh.exec(select(QaSession)).one().closed_at is not None


def test_the_inbox_shows_and_corrects_as_the_author_allowed(session: Session, here: Stage) -> None:
    desk = DESKS[Kind.QUESTION]
    free = here.ask("Is it fre?", accept=False, may_edit=True, name="Ana")
    strict = here.ask("As I wrote it", accept=False)
    own = here.ask("My own question", accept=False, supporter=here.supporter(_email(session, here)))
    items = [here.item(one) for one in (free, strict, own)]
    gone = Item(id=99, organisation_id=1, campaign_id=1, kind=Kind.QUESTION, subject_id=10**6)
    shown = desk.show(session, [*items, gone])
    assert (shown[items[0].id].text, shown[items[0].id].author) == ("Is it fre?", "Ana")
    assert shown[99].text == ""
    desk.edit(session, here.owner, items[0], {"text": "Is it free?"})
    assert (free.text, free.original) == ("Is it free?", "Is it fre?")
    assert desk.show(session, items)[items[0].id].before == {"text": "Is it fre?"}
    with pytest.raises(Conflict):
        desk.edit(session, here.owner, items[1], {"text": "Something else"})
    with pytest.raises(Conflict):
        desk.edit(session, here.owner, items[0], {"text": " "})
    assert desk.authors(session, items) == {items[2].id: here.owner.person_id}


def _email(session: Session, here: Stage) -> str:
    return session.get_one(Person, here.owner.person_id).email
