"""The pages of the inbox: what works, who is refused, how many queries they cost."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event
from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.campaigns.rules import Policy
from app.core import db
from app.donations.models import Gift
from app.intake import service as intake
from app.intake.models import Item, LexiconWord
from app.intake.rules import ItemState, Kind
from app.intake.screening import screen_words
from app.moderation.models import Reason
from app.people.models import AuditEntry
from app.people.rules import Actor, Role
from app.supporters import service as supporters
from tests import factories
from tests.moderation.conftest import Notebook, arrive

HELD = "Une question venue de loin"


def state_of(item: Item) -> ItemState:
    with db.reading() as reading:
        return reading.get_one(Item, item.id).state


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_the_list_costs_few_queries(
    session: Session, client: TestClient, campaign: Campaign, notebook: Notebook, nora: Actor, engine: Engine
) -> None:
    factories.sign_in(session, client, nora)
    for number in range(60):
        arrive(session, campaign, notebook, f"Une question tout autre, la {number}", agent=str(number))
    arrive(session, campaign, notebook, "Une question tout autre, la 1", agent="again")
    session.commit()
    with counted(engine) as said:
        answer = client.get("/studio/inbox")
    assert answer.status_code == 200
    assert len(said) <= 10, said
    assert answer.text.count("data-line") == 50
    assert "and one alike" in answer.text
    with counted(engine) as said:
        assert client.get("/studio/inbox?page=2&kind=question&signal=repeated").status_code == 200
    assert len(said) <= 10


def test_one_is_opened_decided_and_taken_back(
    session: Session, client: TestClient, campaign: Campaign, notebook: Notebook, nora: Actor, yann: Actor
) -> None:
    first = arrive(session, campaign, notebook, "Où va l’argent de la collecte ?")
    second = arrive(session, campaign, notebook, "Voir <b>https://example.com/x</b> et javascript:alert(1)")
    csrf = factories.sign_in(session, client, nora)
    opened = client.get(f"/studio/inbox/{first.pid}?kind=question")
    assert "Où va l’argent" in opened.text
    assert "nobody else decides it until 11:10" in opened.text
    answer = client.post(
        f"/studio/inbox/{first.pid}?kind=question", data={"csrf": csrf, "version": "1", "verb": "accept"}
    )
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/studio/inbox/{second.pid}?kind=question&ok=decided",
    )
    assert state_of(first) is ItemState.ACCEPTED
    page = client.get("/studio/inbox").text
    assert "You accepted one" in page
    at = page.split('name="at" value="')[1].split('"')[0].replace("&#43;", "+")
    assert client.post("/studio/inbox/undo", data={"csrf": csrf, "at": at}).status_code == 303
    assert state_of(first) is ItemState.PENDING
    assert client.post("/studio/inbox/undo", data={"csrf": csrf, "at": at}).status_code == 409
    shown = client.get(f"/studio/inbox/{second.pid}").text
    assert "https://example.com/x" in shown
    assert 'href="https://example.com' not in shown
    assert "&lt;b&gt;" in shown


def test_facts_are_in_the_readers_language(
    session: Session, client: TestClient, campaign: Campaign, nora: Actor
) -> None:
    gift = Gift(
        organisation_id=campaign.organisation_id,
        campaign_id=campaign.id,
        amount_minor=150_050,
        currency="EUR",
        message="Bravo à vous",
    )
    session.add(gift)
    session.flush()
    seen = screen_words(session, campaign, gift.message)
    item = intake.file(session, campaign, kind=Kind.GIFT_MESSAGE, subject_id=gift.id, screening=seen)
    factories.sign_in(session, client, nora)
    address = f"/studio/inbox/{item.pid}"
    assert "€1,500.50" in client.get(f"{address}?lang=en").text
    assert "1\u202f500,50" in client.get(f"{address}?lang=fr").text


def test_two_moderators_meet(
    session: Session, client: TestClient, campaign: Campaign, notebook: Notebook, nora: Actor, yann: Actor
) -> None:
    item = arrive(session, campaign, notebook, "Où va l’argent de la collecte ?")
    factories.sign_in(session, client, nora)
    client.get(f"/studio/inbox/{item.pid}")
    csrf = factories.sign_in(session, client, yann)
    page = client.get(f"/studio/inbox/{item.pid}").text
    assert "Nora is reading this." in page
    assert 'value="accept"' not in page
    form = {"csrf": csrf, "version": "1", "verb": "accept"}
    answer = client.post(f"/studio/inbox/{item.pid}", data=form)
    assert answer.status_code == 409
    assert "Nora is reading this." in answer.text
    assert client.post(f"/studio/inbox/{item.pid}/hold", data={"csrf": csrf}).status_code == 409
    csrf = factories.sign_in(session, client, nora)
    assert client.post(f"/studio/inbox/{item.pid}/hold", data={"csrf": csrf}).status_code == 204
    form = {"csrf": csrf, "version": "1", "verb": "reject", "reason": "off-topic"}
    assert client.post(f"/studio/inbox/{item.pid}", data=form).status_code == 303
    csrf = factories.sign_in(session, client, yann)
    answer = client.post(f"/studio/inbox/{item.pid}", data={"csrf": csrf, "version": "1", "verb": "accept"})
    assert answer.status_code == 409
    assert "Refused by Nora" in answer.text
    assert state_of(item) is ItemState.REJECTED


def test_what_is_typed_is_kept_and_said(
    session: Session, client: TestClient, campaign: Campaign, notebook: Notebook, nora: Actor
) -> None:
    item = arrive(session, campaign, notebook, "Où va l’argent de la collecte ?")
    csrf = factories.sign_in(session, client, nora)
    form = {"csrf": csrf, "version": "1", "verb": "return", "reason": "", "more": "En quelle année ?"}
    answer = client.post(f"/studio/inbox/{item.pid}", data=form)
    assert answer.status_code == 422
    assert "En quelle année ?" in answer.text
    assert "Choose the reason" in answer.text
    assert client.post(f"/studio/inbox/{item.pid}", data={**form, "verb": "erase"}).status_code == 422
    short = {"csrf": csrf, "version": "1", "note": "?"}
    answer = client.post(f"/studio/inbox/{item.pid}/escalate", data=short)
    assert answer.status_code == 422
    assert "at least 3" in answer.text
    good = {"csrf": csrf, "version": "1", "note": "Qui décide ?"}
    assert client.post(f"/studio/inbox/{item.pid}/escalate", data=good).status_code == 303


def test_many_are_decided(
    session: Session, client: TestClient, campaign: Campaign, notebook: Notebook, nora: Actor, yann: Actor
) -> None:
    items = [arrive(session, campaign, notebook, f"Une question tout autre, la {n}") for n in range(4)]
    csrf = factories.sign_in(session, client, yann)
    client.get(f"/studio/inbox/{items[3].pid}")
    csrf = factories.sign_in(session, client, nora)
    two = [f"{one.pid}:1" for one in items[:2]]
    assert client.post("/studio/inbox", data={"csrf": csrf, "what": "accept"}).status_code == 422
    answer = client.post("/studio/inbox", data={"csrf": csrf, "what": "reason", "item": two})
    assert answer.status_code == 422
    answer = client.post("/studio/inbox", data={"csrf": csrf, "what": "accept", "item": two})
    assert answer.status_code == 303
    assert [state_of(one) for one in items[:2]] == [ItemState.ACCEPTED] * 2
    rest = [f"{one.pid}:1" for one in items]
    answer = client.post(
        "/studio/inbox", data={"csrf": csrf, "what": "reason", "reason": "hateful", "item": rest}
    )
    assert answer.status_code == 409
    assert "One decided, 3 left as they were" in answer.text
    assert state_of(items[2]) is ItemState.REJECTED
    bad = {"csrf": csrf, "what": "accept", "item": "nothing"}
    assert client.post("/studio/inbox", data=bad).status_code == 422


def test_fifty_cost_as_many_statements_as_five(
    session: Session, client: TestClient, campaign: Campaign, notebook: Notebook, nora: Actor, engine: Engine
) -> None:
    csrf = factories.sign_in(session, client, nora)
    spent = []
    for count in (5, 50):
        author = supporters.begin(session, organisation_id=campaign.organisation_id, language="en")
        some = [
            arrive(session, campaign, notebook, f"{count} : une question tout autre, la {n}", agent=str(n))
            for n in range(count)
        ]
        for item in some[::2]:
            item.supporter_id = author.id
        session.commit()
        item_pairs = [f"{one.pid}:1" for one in some]
        form = {"csrf": csrf, "what": "reason", "reason": "hateful", "item": item_pairs}
        with counted(engine) as said:
            assert client.post("/studio/inbox", data=form).status_code == 303
        spent.append(len(said))
        told = {one.reason_text[:9] for one in some if not session.refresh(one)}  # type: ignore[func-returns-value]
        assert len(told) == 2, "in the author's language, or the campaign's"
        assert [one.tell_at is not None for one in some] == [one.supporter_id is not None for one in some]
    assert spent[0] == spent[1] <= 16, spent


def test_a_correction_and_a_look(
    session: Session, client: TestClient, campaign: Campaign, notebook: Notebook, nora: Actor
) -> None:
    item = arrive(session, campaign, notebook, "Appelez-moi au 06 12 34 56 78, je vous explique")
    csrf = factories.sign_in(session, client, nora)
    assert "06 12" not in client.get("/studio/inbox").text
    assert "06 12" not in client.get(f"/studio/inbox/{item.pid}").text
    assert client.post(f"/studio/inbox/{item.pid}/look", data={"csrf": csrf}).status_code == 303
    assert "06 12 34 56 78" in client.get(f"/studio/inbox/{item.pid}").text
    form = {"csrf": csrf, "version": "1", "words_text": "Écrivez-moi, je vous explique"}
    assert client.post(f"/studio/inbox/{item.pid}/edit", data={**form, "words_other": "x"}).status_code == 422
    assert client.post(f"/studio/inbox/{item.pid}/edit", data=form).status_code == 303
    assert client.post(f"/studio/inbox/{item.pid}/edit", data=form).status_code == 409
    page = client.get(f"/studio/inbox/{item.pid}").text
    assert "<ins>" in page
    assert "<del>" in page
    assert client.post(f"/studio/inbox/{item.pid}/release", data={"csrf": csrf}).status_code == 303
    with db.reading() as reading:
        said = {row.action for row in reading.exec(select(AuditEntry))}
    assert {"item.looked", "item.edited"} <= said


def test_words_and_reasons(session: Session, client: TestClient, nora: Actor) -> None:
    csrf = factories.sign_in(session, client, nora)
    url = "/studio/inbox/settings"
    word = {"csrf": csrf, "word": "Moïse Kandé", "watch": "personal"}
    assert client.post(f"{url}/words", data=word).status_code == 303
    assert client.post(f"{url}/words", data={**word, "word": "moise kande"}).status_code == 409
    assert client.post(f"{url}/words", data={**word, "word": "", "watch": "x"}).status_code == 422
    reason = {
        "csrf": csrf,
        "verb": "return",
        "title": "Une date",
        "text_fr": "Dites quand.",
        "text_en": "When?",
    }
    answer = client.post(f"{url}/reasons", data=reason)
    assert answer.status_code == 422
    assert "Dites quand." in answer.text
    good = {**reason, "text_en": "When was it, please?"}
    assert client.post(f"{url}/reasons", data=good).status_code == 303
    assert client.post(f"{url}/reasons", data={**good, "verb": "accept"}).status_code == 422
    page = client.get(url).text
    assert "Moïse Kandé" in page
    assert "When was it, please?" in page
    with db.reading() as reading:
        kept, given = reading.exec(select(LexiconWord)).one(), reading.exec(select(Reason)).one()
    assert client.post(f"{url}/words/{kept.pid}/remove", data={"csrf": csrf}).status_code == 303
    assert client.post(f"{url}/reasons/{given.pid}/remove", data={"csrf": csrf}).status_code == 303
    assert "Moïse Kandé" not in client.get(url).text


def test_the_policy_of_a_campaign(
    session: Session, client: TestClient, campaign: Campaign, notebook: Notebook, yann: Actor
) -> None:
    campaign.moderation = Policy.POST
    session.add(campaign)
    item = arrive(session, campaign, notebook, "Où va l’argent de la collecte ?")
    assert item.public
    csrf = factories.sign_in(session, client, yann)
    assert "Shows unread" in client.get("/studio/inbox").text
    url = f"/studio/campaigns/{campaign.pid}/settings/moderation"
    wrong = client.post(url, data={"csrf": csrf, "version": "1", "moderation": "never"})
    assert wrong.status_code == 422
    right = client.post(url, data={"csrf": csrf, "version": str(campaign.version), "moderation": "pre"})
    assert right.status_code == 303
    with db.reading() as reading:
        assert not reading.get_one(Item, item.id).public


@pytest.mark.parametrize("path", ["/studio/inbox", "/studio/inbox/settings", "/studio/inbox/{pid}"])
def test_who_may_not_come_in(
    session: Session, client: TestClient, campaign: Campaign, notebook: Notebook, path: str
) -> None:
    item = arrive(session, campaign, notebook, "Où va l’argent de la collecte ?")
    url = path.format(pid=item.pid)
    org = factories.organisation(session, "Les Autres")
    finance = factories.member(session, org, Role.FINANCE, "Fin")
    stranger = factories.member(session, org, Role.OWNER, "Ada")
    assert client.get(url).status_code == 303
    factories.sign_in(session, client, finance)
    assert client.get(url).status_code == 403
    factories.sign_in(session, client, stranger)
    answer = client.get(url)
    assert answer.status_code == (404 if item.pid in url else 200)
    assert "argent" not in answer.text
