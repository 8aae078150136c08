"""The studio's campaign pages, each three ways: it works, a lesser role, a stranger."""

import io
import re
import zipfile
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.challenges import queries as challenges
from app.challenges.models import Challenge
from app.core.db import reading
from app.people.rules import Actor, Role
from tests import factories
from tests.launch import stage
from tests.watching import statements

PAGES = ("/readiness", "/settings", "/pause", "/copy", "/export")
NEW = {
    "template": "hope-week",
    "title": "La semaine de Maïa",
    "language": "fr",
    "starts_on": "2027-03-15",
    "length": "7",
    "timezone": "Europe/Paris",
    "carrier": "Maïa",
}


class Cast:
    """An owner signed in, and a campaign laid down."""

    def __init__(self, session: Session, client: TestClient, *, role: Role = Role.OWNER) -> None:
        self.client = client
        self.org = factories.organisation(session)
        owner = factories.member(session, self.org)
        self.campaign = stage.whole(session, owner)
        self.base = f"/studio/campaigns/{self.campaign.pid}"
        self.actor: Actor = owner if role is Role.OWNER else factories.member(session, self.org, role, "Bob")
        self.csrf = factories.sign_in(session, client, self.actor)

    def get(self, path: str) -> Any:
        return self.client.get(path if path.startswith("/studio") else self.base + path)

    def post(self, path: str, **fields: Any) -> Any:
        url = path if path.startswith("/studio") else self.base + path
        return self.client.post(url, data={"csrf": self.csrf, **fields})

    def fresh(self) -> Campaign:
        with reading() as session:
            found = session.get(Campaign, self.campaign.id)
            assert found is not None
            return found


def _owner(session: Session, client: TestClient) -> Cast:
    return Cast(session, client)


def test_the_empty_studio_teaches(session: Session, client: TestClient) -> None:
    actor = factories.member(session, factories.organisation(session))
    factories.sign_in(session, client, actor)
    answer = client.get("/studio")
    assert answer.status_code == 200
    assert "Start with the hope week" in answer.text
    assert 'href="/studio/campaigns/new"' in answer.text


def test_home_shows_own_campaigns_only(session: Session, client: TestClient) -> None:
    other = factories.organisation(session, "Autre")
    factories.campaign(session, other, title="Campagne étrangère")
    cast = _owner(session, client)
    page = cast.get("/studio").text
    assert cast.campaign.title in page
    assert "Campagne étrangère" not in page
    assert "in order" in page


def test_home_asks_as_much_for_ten_campaigns_as_for_one(session: Session, client: TestClient) -> None:
    cast = _owner(session, client)
    cast.get("/studio")
    with statements() as for_one:
        cast.get("/studio")
    for number in range(9):
        factories.campaign(session, cast.org, title=f"Semaine {number}")
    session.commit()
    with statements() as for_ten:
        page = cast.get("/studio").text
    assert page.count("Semaine ") >= 9
    assert len(for_ten) == len(for_one) <= 17, for_ten


@pytest.mark.parametrize(("language", "heading"), [("fr", "Terminées"), ("en", "Finished")])
def test_home_keeps_what_is_finished_apart(
    session: Session, client: TestClient, language: str, heading: str
) -> None:
    cast = _owner(session, client)
    factories.campaign(session, cast.org, title="La semaine d’avant", state=State.CLOSED)
    session.commit()
    page = cast.get(f"/studio?lang={language}").text
    assert f'<h2 id="over">{heading}</h2>' in page
    assert page.index(cast.campaign.title) < page.index('id="over"') < page.index("La semaine d’avant")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_templates_show_their_beats(session: Session, client: TestClient, language: str) -> None:
    cast = _owner(session, client)
    page = cast.get(f"/studio/campaigns/new?lang={language}").text
    assert ("Son histoire" in page) == (language == "fr")
    assert page.count('class="card offer"') == 3
    details = cast.get(f"/studio/campaigns/new?template=hope-week&lang={language}").text
    assert 'name="starts_on" type="date" value="2027-03-15"' in details


def test_a_campaign_is_laid_down_and_opens_on_its_week(session: Session, client: TestClient) -> None:
    cast = _owner(session, client)
    answer = cast.post("/studio/campaigns/new", **NEW)
    assert answer.status_code == 303
    assert re.fullmatch(r"/studio/campaigns/\w+/week\?ok=created", answer.headers["location"])
    with reading() as reader:
        made = reader.exec(select(Campaign).order_by(Campaign.id.desc())).first()  # type: ignore[attr-defined]
    assert made is not None
    assert (made.starts_on, made.length, made.language) == (date(2027, 3, 15), 7, "fr")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("length", "2"),
        ("length", "32"),
        ("starts_on", "demain"),
        ("timezone", "Mars/Olympus"),
        ("template", "nothing"),
        ("surprise", "1"),
    ],
)
def test_bad_details_keep_what_was_typed(
    session: Session, client: TestClient, field: str, value: str
) -> None:
    cast = _owner(session, client)
    answer = cast.post("/studio/campaigns/new", **{**NEW, field: value})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    if field != "title":
        assert "La semaine de Maïa" in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_finds_nothing(session: Session, client: TestClient, path: str) -> None:
    cast = _owner(session, client)
    stranger = factories.member(session, factories.organisation(session, "Autre"), name="Charlie")
    factories.sign_in(session, client, stranger)
    assert cast.get(path).status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_nobody_signed_in_is_sent_to_the_door(session: Session, client: TestClient, path: str) -> None:
    cast = _owner(session, client)
    client.cookies.clear()
    answer = cast.get(path)
    assert answer.status_code == 303
    assert "/studio/sign-in" in answer.headers["location"]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/settings", False),
        ("/copy", False),
        ("/readiness", True),
        ("/pause", True),
        ("/export", True),
        ("/studio/campaigns/new", False),
        ("/studio/campaigns/import", False),
        ("/studio", True),
    ],
)
def test_a_moderator_sees_but_does_not_edit(
    session: Session, client: TestClient, path: str, *, allowed: bool
) -> None:
    cast = Cast(session, client, role=Role.MODERATOR)
    assert cast.get(path).status_code == (200 if allowed else 403)


@pytest.mark.parametrize("part", ["details", "calendar", "address", "drive", "care", "closing"])
def test_each_part_of_the_settings_refuses_a_lesser_role(
    session: Session, client: TestClient, part: str
) -> None:
    cast = Cast(session, client, role=Role.FINANCE)
    assert cast.post(f"/settings/{part}", version=1).status_code == 403


def test_settings_are_saved_part_by_part(session: Session, client: TestClient) -> None:
    cast = _owner(session, client)
    version = cast.fresh().version
    saved = [
        cast.post(
            "/settings/details", version=version, title="Un autre titre", language="fr", hashtags="#Lire"
        ),
        cast.post("/settings/care", version=version + 1, contact_name="Ada", contact_phone="+33 1"),
        cast.post("/settings/closing", version=version + 2, closing_note="Il reste 2 €."),
        cast.post("/settings/address", slug="une-autre-adresse"),
        cast.post(
            "/settings/calendar",
            version=version + 4,
            starts_on="2027-04-01",
            length="8",
            timezone="Europe/London",
        ),
        cast.post(
            "/settings/drive",
            version=version + 5,
            currency="GBP",
            drive_day="8",
            drive_opens="09:30",
            drive_close_days="3",
            goal="1000",
            suggested=["10", "", "5,50"],
            use_label=["Tout"],
            use_percent=["100"],
        ),
    ]
    assert [answer.status_code for answer in saved] == [303] * 6
    now = cast.fresh()
    assert (now.title, now.contact_name, now.closing_note) == ("Un autre titre", "Ada", "Il reste 2 €.")
    assert (now.slug, now.starts_on, now.length) == ("une-autre-adresse", date(2027, 4, 1), 8)
    assert (now.currency, now.goal_minor, now.suggested_minor) == ("GBP", 100_000, [550, 1000])
    assert cast.get("/settings").text.count("une-autre-adresse") >= 1


def test_a_stale_form_keeps_what_was_typed_and_can_be_sent_again(
    session: Session, client: TestClient
) -> None:
    cast = _owner(session, client)
    version = cast.fresh().version
    cast.post("/settings/closing", version=version, closing_note="d’abord")
    refused = cast.post("/settings/closing", version=version, closing_note="ma version")
    assert refused.status_code == 409
    assert "ma version" in refused.text
    assert cast.fresh().closing_note == "d’abord"
    assert cast.post("/settings/closing", version=version + 1, closing_note="ma version").status_code == 303


def test_a_shorter_campaign_says_which_days_are_held(session: Session, client: TestClient) -> None:
    cast = _owner(session, client)
    answer = cast.post(
        "/settings/calendar",
        version=cast.fresh().version,
        starts_on="2027-03-15",
        length="5",
        timezone="Europe/Paris",
    )
    assert answer.status_code == 409
    assert "6 and 7" in answer.text
    assert cast.fresh().length == 7


def test_readiness_leads_to_what_is_missing_and_on(session: Session, client: TestClient) -> None:
    cast = _owner(session, client)
    page = cast.get("/readiness").text
    assert "15 of 15 in order" in page
    assert 'name="after" value="ready"' in page
    cast.post("/settings/care", version=cast.fresh().version, hold_statement="x")
    page = cast.get("/readiness").text
    assert "14 of 15 in order" in page
    assert f'href="{cast.base}/settings#care"' in page
    assert 'name="after" value="ready"' not in page
    refused = cast.post("/advance", after="ready")
    assert refused.status_code == 409
    assert "Name who answers" in refused.text
    assert cast.fresh().state is State.DRAFT


def test_the_button_takes_the_step(session: Session, client: TestClient) -> None:
    cast = _owner(session, client)
    assert cast.post("/advance", after="ready").status_code == 303
    assert cast.fresh().state is State.READY
    assert "Goes live by itself on" in cast.get("/readiness").text
    assert cast.post("/advance", after="closed").status_code == 409
    assert cast.post("/advance", after="nowhere").status_code == 422
    assert cast.fresh().state is State.READY


def test_a_moderator_takes_no_step(session: Session, client: TestClient) -> None:
    cast = Cast(session, client, role=Role.MODERATOR)
    assert cast.post("/advance", after="ready").status_code == 403


def test_pause_and_resume(session: Session, client: TestClient) -> None:
    cast = Cast(session, client, role=Role.MODERATOR)
    session.get(Campaign, cast.campaign.id).state = State.LIVE  # type: ignore[union-attr]
    session.commit()
    assert cast.post("/pause", reason="").status_code == 422
    assert cast.post("/pause", reason="rumeur", statement="Nous vérifions.").status_code == 303
    assert cast.fresh().paused_at is not None
    assert "Everything is paused" in cast.get("/pause").text
    assert cast.post("/resume").status_code == 403
    owner = factories.member(session, cast.org, name="Alice2")
    cast.csrf = factories.sign_in(session, client, owner)
    refused = cast.post("/resume", settled="1")
    assert refused.status_code == 422, "both promises are asked"
    assert cast.fresh().paused_at is not None
    early = cast.post("/resume", settled="1", told="1")
    assert early.status_code == 409, "the protocol's own condition does not hold yet"
    assert "Ce qui était faux est corrigé." in early.text
    assert cast.post("/crisis/checks", holds="0").status_code == 303
    assert cast.post("/resume", settled="1", told="1").status_code == 303
    assert cast.fresh().paused_at is None


def test_a_campaign_travels_through_the_browser(session: Session, client: TestClient) -> None:
    cast = _owner(session, client)
    exported = cast.get("/export")
    assert exported.headers["content-type"] == "application/zip"
    assert zipfile.ZipFile(io.BytesIO(exported.content)).namelist() == ["campaign.json"]
    files = {"archive": ("week.zip", exported.content, "application/zip")}
    answer = client.post("/studio/campaigns/import", data={"csrf": cast.csrf}, files=files)
    assert answer.status_code == 303
    pid = answer.headers["location"].split("/")[3]
    again = client.get(f"/studio/campaigns/{pid}/export")
    assert again.content == exported.content


def test_a_bad_file_is_refused_beside_the_field(session: Session, client: TestClient) -> None:
    cast = _owner(session, client)
    files = {"archive": ("week.zip", b"nothing", "application/zip")}
    answer = client.post("/studio/campaigns/import", data={"csrf": cast.csrf}, files=files)
    assert answer.status_code == 422
    assert "no campaign archive" in answer.text
    assert cast.post("/studio/campaigns/import").status_code == 422


def test_a_copy_is_another_draft(session: Session, client: TestClient) -> None:
    cast = _owner(session, client)
    answer = cast.post("/copy", title="Encore", starts_on="2027-09-06")
    assert answer.status_code == 303
    with reading() as reader:
        copy = reader.exec(select(Campaign).where(Campaign.title == "Encore")).one()
    assert copy.state is State.DRAFT
    assert copy.contact_name == cast.campaign.contact_name


def _challenge(cast: Cast) -> Challenge:
    with reading() as session:
        return challenges.of_campaign(session, cast.campaign.id)[0]


CHALLENGE = {
    "title": "Lire à voix haute",
    "unit_one": "page",
    "unit_many": "pages",
    "how_to": "Ce soir.",
    "window_days": "1",
    "level_1_title": "Une page",
    "level_2_title": "Une histoire",
    "level_3_title": "Un rendez-vous",
    "level_3_detail": "chaque mardi",
}


def test_a_challenge_is_edited_in_place(session: Session, client: TestClient) -> None:
    cast = _owner(session, client)
    act = _challenge(cast)
    path = f"/challenges/{act.pid}"
    assert cast.get(path).status_code == 200
    assert cast.post(path, version=act.version, **CHALLENGE).status_code == 303
    saved = _challenge(cast)
    assert saved.title == "Lire à voix haute"
    assert saved.levels[2] == {"title": "Un rendez-vous", "detail": "chaque mardi"}
    stale = cast.post(path, version=act.version, **{**CHALLENGE, "title": "Autre"})
    assert stale.status_code == 409
    assert "Autre" in stale.text
    assert cast.post(path, version=saved.version, **{**CHALLENGE, "title": "x" * 121}).status_code == 422


def test_a_challenge_belongs_to_its_campaign(session: Session, client: TestClient) -> None:
    cast = _owner(session, client)
    act = _challenge(cast)
    other = stage.from_template(session, cast.actor)
    session.commit()
    assert cast.get(f"/studio/campaigns/{other.pid}/challenges/{act.pid}").status_code == 404
    stranger = factories.member(session, factories.organisation(session, "Autre"), name="Charlie")
    factories.sign_in(session, client, stranger)
    assert cast.get(f"/challenges/{act.pid}").status_code == 404


def test_a_day_without_challenge_gets_one(session: Session, client: TestClient) -> None:
    cast = _owner(session, client)
    version = cast.fresh().version
    cast.post(
        "/settings/calendar", version=version, starts_on="2027-03-15", length="8", timezone="Europe/Paris"
    )
    first = cast.post("/days/8/challenge")
    assert first.status_code == 303
    assert cast.post("/days/8/challenge").headers["location"] == first.headers["location"]
    assert cast.post("/days/9/challenge").status_code == 404


def test_a_block_is_enough_for_htmx(session: Session, client: TestClient) -> None:
    cast = _owner(session, client)
    answer = client.get(f"{cast.base}/readiness", headers={"HX-Request-Type": "partial"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "15 of 15" in answer.text


@pytest.mark.parametrize("path", ["/studio", "/readiness", "/settings", "/pause", "/copy"])
def test_every_page_speaks_french(session: Session, client: TestClient, path: str) -> None:
    cast = _owner(session, client)
    page = cast.get(f"{path}?lang=fr")
    assert page.status_code == 200
    assert '<html lang="fr">' in page.text
    assert "style=" not in page.text


@pytest.mark.parametrize("part", ["details", "calendar", "drive", "care", "closing"])
def test_a_form_without_its_version_is_refused_in_words(
    session: Session, client: TestClient, part: str
) -> None:
    cast = _owner(session, client)
    assert cast.post(f"/settings/{part}").status_code == 422
    assert cast.post(f"/challenges/{_challenge(cast).pid}").status_code == 422
