"""Somebody tells something on the campaign's page: what is kept, what is refused, who reads it, what is shown."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from app.core import clock, db, stamps
from app.intake import service as intake
from app.intake.models import Item
from app.intake.rules import ItemState, Signal
from app.intake.service import signals
from app.mail.models import OutgoingMail
from app.media.models import Media, MediaKind
from app.supporters.access import cookie_name
from app.supporters.models import Consent, Supporter
from app.testimonials import models
from tests import factories
from tests.intake.proving import solved
from tests.testimonials.scenes import Scene, picture, recording

HERE = "/c/maia/voices?lang=en"


def form(**values: str | list[str]) -> dict[str, str | list[str]]:
    with clock.frozen(clock.now().replace(minute=0), everywhere=False):
        stamp = stamps.form_stamp()
    return {
        "text": "J’ai lu le nom de ma rue.",
        "language": "fr",
        "naming": "first_name",
        "name": "Leïla",
        "age": "adult",
        "uses": ["page", "story"],
        "may_correct": "1",
        "stamp": stamp,
        **values,
    }


@pytest.fixture
def scene(session: Session) -> Scene:
    made = Scene(session)
    session.commit()
    return made


def rows() -> list[models.Testimonial]:
    with db.reading() as session:
        return list(session.exec(select(models.Testimonial)).all())


def test_what_is_told_is_kept_with_its_consents_and_waits(scene: Scene, client: TestClient) -> None:
    answer = client.post(HERE, data=form(email="leila@example.org"))
    assert answer.status_code == 200
    assert re.search(r'value="https://testserver/mine/[\w-]{43}"', answer.text)
    assert client.cookies.get(cookie_name())
    with db.reading() as session:
        row = session.exec(select(models.Testimonial)).one()
        item = session.exec(select(Item)).one()
        assert (item.subject_id, item.state, item.public) == (row.id, ItemState.PENDING, False)
        assert (row.for_page, row.for_story, row.for_report, row.name) == (True, True, False, "Leïla")
        consents = {one.use: one.wording for one in session.exec(select(Consent)).all()}
        assert set(consents) == {"page", "story", "name", "correction"}
        assert "public pages" in consents["page"]
        mail = session.exec(select(OutgoingMail)).one()
        assert (mail.kind, mail.recipient) == ("mine-link", "leila@example.org")
    assert "nom de ma rue" not in client.get("/c/maia/voices").text


def test_a_machine_behind_the_same_address_uses_up_its_own_turns(scene: Scene, client: TestClient) -> None:
    said = [client.post(HERE, data=form(text=f"Gagnez {n} euros ici")).status_code for n in range(22)]
    assert said == [200] * 20 + [429] * 2
    given = solved()
    assert client.post(HERE, data=form(proof=given)).status_code == 200
    assert client.post(HERE, data=form(proof=given)).status_code == 429, "a proof is one turn"
    with db.reading() as session:
        kept = session.exec(select(Item).order_by(col(Item.id).desc())).first()
        assert kept is not None
        assert Signal.UNPROVEN not in signals(kept)


def test_files_are_written_anew_and_shown_once_accepted(
    session: Session, scene: Scene, client: TestClient
) -> None:
    files = {
        "picture": ("leila-chez-elle.jpg", picture(), "image/jpeg"),
        "voice": ("voice.webm", recording(kind="webm"), "audio/webm"),
    }
    sent = form(alt_text="Une plaque", transcript="Bonjour, c’est Leïla.")
    assert client.post(HERE, data=sent, files=files).status_code == 200
    with db.reading() as fresh:
        media = fresh.exec(select(Media)).all()
        assert {one.kind for one in media} == {MediaKind.IMAGE, MediaKind.VOICE}
        assert {one.original_name for one in media} == {""}
        voice = next(one for one in media if one.kind is MediaKind.VOICE)
        assert voice.mime == "audio/mp4"
        assert voice.seconds == pytest.approx(2, abs=0.1)
    address = f"/media/{voice.pid}/voice.m4a"
    assert client.get(address).status_code == 404
    scene.accept(session.exec(select(models.Testimonial)).one())
    session.commit()
    heard = client.get(address)
    assert (heard.status_code, heard.headers["cache-control"]) == (200, "no-cache")
    page = client.get("/c/maia/voices").text
    assert "<audio controls" in page
    assert "Bonjour, c’est Leïla." in page
    assert 'alt="Une plaque"' in page


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"text": ""}, "text"),
        ({"name": ""}, "name"),
        ({"uses": []}, "uses"),
        ({"age": "minor"}, "guardian"),
        ({"age": ""}, "age"),
        ({"naming": ""}, "naming"),
        ({"text": "é" * 2001}, "text"),
        ({"email": "not an address"}, "email"),
        ({"language": "xx"}, "language"),
    ],
)
def test_what_lacks_is_said_beside_its_field(
    scene: Scene, client: TestClient, values: dict[str, str | list[str]], field: str
) -> None:
    answer = client.post(HERE, data=form(**values))
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text
    assert "J’ai lu le nom" in answer.text or field == "text"
    assert rows() == []


@pytest.mark.parametrize("kind", ["picture", "voice"])
def test_a_file_needs_words_beside_it(scene: Scene, client: TestClient, kind: str) -> None:
    data = picture() if kind == "picture" else recording()
    answer = client.post(HERE, data=form(), files={kind: ("file", data, "application/octet-stream")})
    assert answer.status_code == 422
    assert f'id="f-{"alt_text" if kind == "picture" else "transcript"}-error"' in answer.text
    assert "Choose it again" in answer.text


def test_a_recording_that_is_none_is_refused(scene: Scene, client: TestClient) -> None:
    files = {"voice": ("voice.mp3", b"no sound at all", "audio/mpeg")}
    answer = client.post(HERE, data=form(transcript="Bonjour"), files=files)
    assert answer.status_code == 422
    assert "This file is not a sound we can read" in answer.text


def test_a_machine_is_thanked_and_kept_nowhere(scene: Scene, client: TestClient) -> None:
    answer = client.post(HERE, data=form(website="https://spam.example"))
    assert answer.status_code == 200
    assert "Thank you." in answer.text
    assert rows() == []


def test_a_field_nobody_asked_for_is_refused(scene: Scene, client: TestClient) -> None:
    assert client.post(HERE, data=form(featured_at="2027-01-01")).status_code == 422


@pytest.mark.parametrize("field", ["text", "name", "alt_text"])
def test_what_is_told_stays_text(session: Session, scene: Scene, client: TestClient, field: str) -> None:
    bad = '"><img src=x onerror=alert(1)>'
    row = scene.accept(scene.told(files=field == "alt_text"))
    setattr(row, field, bad)
    session.commit()
    assert "<img src=x" not in client.get("/c/maia/voices").text


def test_a_browser_that_is_known_stays_one_supporter(scene: Scene, client: TestClient) -> None:
    client.post(HERE, data=form())
    client.post(HERE, data=form(text="Et aujourd’hui, le panneau de la gare."))
    assert len({one.supporter_id for one in rows()}) == 1
    client.post(HERE, data=form(text="Et la mienne, avec une adresse.", email="leila@example.net"))
    client.post(HERE, data=form(text="Moi aussi, dit ma sœur, hier.", email="sister@example.org"))
    with db.reading() as session:
        sister = session.exec(select(Supporter).where(Supporter.email == "sister@example.org")).one()
    assert [one.supporter_id for one in rows()].count(sister.id) == 1


def test_a_member_who_tells_is_remembered_as_its_author(
    session: Session, scene: Scene, client: TestClient
) -> None:
    factories.sign_in(session, client, scene.owner)
    client.post(HERE, data=form())
    assert rows()[0].person_id == scene.owner.person_id


def test_the_chosen_come_first_then_the_latest(session: Session, scene: Scene, client: TestClient) -> None:
    for number in range(14):
        scene.accept(scene.told(text=f"Récit numéro {number} de la semaine."))
    first = session.exec(select(models.Testimonial).order_by(col(models.Testimonial.id))).all()[0]
    first.featured_at = clock.now()
    session.commit()
    page = client.get("/c/maia/voices").text
    assert re.findall(r"Récit numéro (\d+)", page)[:3] == ["0", "13", "12"]
    assert re.findall(r"Récit numéro (\d+)", client.get("/c/maia/voices?number=2").text) == ["2", "1"]
    assert client.get("/c/maia/voices?number=3").status_code == 404
    assert "Récit numéro 0" in client.get("/c/maia").text


@pytest.mark.parametrize("state", [ItemState.REJECTED, ItemState.RETURNED, ItemState.RESTRICTED])
def test_what_is_not_accepted_is_shown_nowhere(
    session: Session, scene: Scene, client: TestClient, state: ItemState
) -> None:
    row = scene.told()
    item = scene.item(row)
    if state is ItemState.RESTRICTED:
        scene.accept(row)
    assert intake.move(session, item, state)
    session.commit()
    for path in ("/c/maia/voices", "/c/maia", "/c/maia/feed.atom"):
        assert "Kestrel" not in client.get(path).text


def test_nothing_is_taken_while_paused(session: Session, scene: Scene, client: TestClient) -> None:
    scene.campaign.paused_at = clock.now()
    session.add(scene.campaign)
    session.commit()
    assert "nothing can be sent for the moment" in client.get(HERE).text
    assert client.post(HERE, data=form()).status_code == 409
