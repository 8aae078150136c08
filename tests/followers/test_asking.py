"""Following by the pages: asked, confirmed, changed, paused, ended; nobody learns who follows."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.core import clock, db
from app.core.settings import get_settings
from app.followers import queries, service, tokens
from app.followers.models import Follower
from app.followers.rules import Ending, FollowState, Rhythm, Topic, topics_of
from app.links.models import TrackedLink
from app.supporters.models import Consent
from tests import factories
from tests.conftest import BASE_URL, NOW
from tests.followers.stage import Stage, letters, stage


@pytest.fixture
def here(session: Session) -> Stage:
    made = stage(session)
    session.commit()
    return made


def row(email: str = "nora@example.org") -> Follower | None:
    with db.reading() as session:
        return session.exec(select(Follower).where(Follower.email == email)).first()


def known(email: str = "nora@example.org") -> Follower:
    found = row(email)
    assert found is not None
    return found


def link(text: str, kind: str) -> str:
    found = re.search(rf"{BASE_URL}(/follow/{kind}[A-Za-z0-9_-]+)", text)
    assert found is not None
    return found[1]


def confirmed(client: TestClient, email: str = "nora@example.org") -> Follower:
    client.post("/c/lanternes/follow", data={"email": email})
    path = link(letters("follow-confirm")[-1].text, "confirm/")
    assert client.post(path).status_code == 200
    return known(email)


def test_an_address_follows_only_once_its_owner_has_pressed_the_button(
    here: Stage, client: TestClient
) -> None:
    answer = client.post("/c/lanternes/follow", data={"email": "Nora@Example.org"})
    assert answer.status_code == 200
    assert "Look into your mail." in answer.text
    assert known().state is FollowState.ASKED
    [mail] = letters("follow-confirm")
    path = link(mail.text, "confirm/")
    for _ in range(3):  # programs that open every link confirm nobody
        assert client.get(path).status_code == 200
        assert client.head(path).status_code in (200, 405)
    assert known().state is FollowState.ASKED
    assert "You follow the campaign." in client.post(path).text
    assert (known().state, known().confirmed_at) == (FollowState.ACTIVE, NOW)
    assert client.post(path).status_code == 200  # pressed twice: nothing more
    with db.reading() as session:
        [consent] = session.exec(select(Consent)).all()
    assert "Les Lanternes" in consent.wording
    assert consent.withdrawn_at is None


def short_link(here: Stage, campaign_id: int, code: str) -> int:
    made = TrackedLink(campaign_id=campaign_id, code=code)
    here.session.add(made)
    here.session.flush()
    kept = made.id
    here.session.commit()
    return kept


def test_a_follow_keeps_the_link_it_came_by(here: Stage, client: TestClient) -> None:
    own = here.campaign.id
    first, other = (short_link(here, own, code) for code in ("k7m2xq", "p3n4rt"))
    client.post("/c/lanternes/follow?via=k7m2xq", data={"email": "nora@example.org"})
    assert known().link_id == first
    with clock.frozen(NOW + timedelta(hours=1)):  # asked again from elsewhere: still by the first one
        confirmed(client)
    assert (known().state, known().link_id) == (FollowState.ACTIVE, first)
    with clock.frozen(NOW + timedelta(days=2)):  # whoever follows already came by no other
        client.post("/c/lanternes/follow?via=p3n4rt", data={"email": "nora@example.org"})
    assert known().link_id == first
    service.end(here.session, here.session.get_one(Follower, known().id), Ending.LEFT)
    here.session.commit()
    with clock.frozen(NOW + timedelta(days=4)):
        client.post("/c/lanternes/follow?via=p3n4rt", data={"email": "nora@example.org"})
    assert known().link_id == other
    here.session.expire_all()
    service.end(here.session, here.session.get_one(Follower, known().id), Ending.LEFT)
    here.session.commit()
    with clock.frozen(NOW + timedelta(days=6)):
        client.post("/c/lanternes/follow", data={"email": "nora@example.org"})
    assert known().link_id is None


def test_a_link_of_another_campaign_or_of_none_is_not_kept(here: Stage, client: TestClient) -> None:
    elsewhere = factories.campaign(here.session, here.organisation, slug="ailleurs")
    short_link(here, elsewhere.id, "h2j4kw")
    for code in ("h2j4kw", "nothing", "%3Cb%3E"):
        email = f"{code.strip('%')[:5].lower()}@example.org"
        client.post(f"/c/lanternes/follow?via={code}", data={"email": email})
        assert known(email).link_id is None


def test_the_form_carries_the_link_on(here: Stage, client: TestClient) -> None:
    short_link(here, here.campaign.id, "k7m2xq")
    for path in ("/c/lanternes", "/c/lanternes/follow"):
        page = client.get(f"{path}?via=k7m2xq").text
        assert re.search(r'action="/c/lanternes/follow[^"]*via=k7m2xq', page), path


def test_the_answer_is_the_same_for_every_address(here: Stage, client: TestClient) -> None:
    confirmed(client, "known@example.org")
    here.follower("gone@example.org", state=FollowState.ENDED, ending=Ending.COMPLAINED)
    here.session.commit()
    answers = {
        client.post("/c/lanternes/follow", data={"email": email}).text.replace(email, "x")
        for email in ("known@example.org", "gone@example.org", "never@example.org")
    }
    assert len({re.sub(r'name="stamp" value="[^"]*"', "", one) for one in answers}) == 1
    assert [one.recipient for one in letters("follow-confirm")] == ["known@example.org", "never@example.org"]
    assert known("gone@example.org").state is FollowState.ENDED  # whoever complained hears nothing, ever


def test_who_follows_already_is_told_so_once_a_day(here: Stage, client: TestClient) -> None:
    confirmed(client)
    with clock.frozen(NOW + timedelta(days=1, minutes=1)):
        for _ in range(3):
            client.post("/c/lanternes/follow", data={"email": "nora@example.org", "rhythm": "weekly"})
        [mail] = letters("follow-known")
    assert known().rhythm is Rhythm.EACH, "nobody changes another's choice by typing an address"
    assert client.get(link(mail.text, "")).status_code == 200


def test_letters_about_asking_are_few(here: Stage, client: TestClient) -> None:
    for _ in range(2):
        client.post("/c/lanternes/follow", data={"email": "nora@example.org"})
    assert len(letters("follow-confirm")) == 1, "twice within ten minutes: one letter"
    client.post("/c/lanternes/follow", data={"email": "nora@example.org"})
    refused = client.post("/c/lanternes/follow", data={"email": "nora@example.org"})
    assert refused.status_code == 429


def test_a_machine_is_thanked_and_writes_to_nobody(here: Stage, client: TestClient) -> None:
    answer = client.post("/c/lanternes/follow", data={"email": "a@example.org", "website": "http://x"})
    assert answer.status_code == 200
    assert row("a@example.org") is None


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"email": "nora"}, "Write an e-mail address"),
        ({"email": "nora@example.org", "chosen": "1"}, "Choose at least one."),
        ({"email": "nora@example.org", "topics": "money"}, "Choose one of the options."),
        ({"email": "nora@example.org", "rhythm": "hourly"}, "Choose one of the options."),
        ({"email": "nora@example.org", "extra": "1"}, "does not belong"),
        ({}, "Fill this in."),
    ],
)
def test_what_cannot_be_followed_is_said_beside_the_field(
    here: Stage, client: TestClient, data: dict[str, str], said: str
) -> None:
    answer = client.post("/c/lanternes/follow", data=data)
    assert answer.status_code == 422
    assert said in answer.text
    assert row() is None


def test_the_long_form_chooses(here: Stage, client: TestClient) -> None:
    data = {
        "email": "nora@example.org",
        "chosen": "1",
        "topics": ["accounts", "log"],
        "rhythm": "weekly",
        "language": "fr",
    }
    client.post("/c/lanternes/follow", data=data)
    found = known()
    assert topics_of(found.topics) == [Topic.ACCOUNTS, Topic.LOG]
    assert (found.rhythm, found.language) == (Rhythm.WEEKLY, "fr")
    assert "Confirmez" in letters("follow-confirm")[0].subject


def test_a_confirmation_holds_seven_days_and_no_forged_one_ever(here: Stage, client: TestClient) -> None:
    client.post("/c/lanternes/follow", data={"email": "nora@example.org"})
    path = link(letters("follow-confirm")[0].text, "confirm/")
    other = path[:-1] + ("A" if path[-1] != "A" else "B")
    assert client.post(other).status_code == 410
    found = known()
    page = f"/follow/confirm/{tokens.token(tokens.PAGE, found.pid)}"
    assert client.post(page).status_code == 410, "each link opens one thing"
    with clock.frozen(NOW + timedelta(days=7, minutes=1)):
        assert client.get(path).status_code == 410
        assert client.post(path).status_code == 410
    assert known().state is FollowState.ASKED


def test_who_asks_again_after_a_week_gets_a_link_that_holds(here: Stage, client: TestClient) -> None:
    here.ask("late@example.org")
    here.session.commit()
    with clock.frozen(NOW + timedelta(days=7, hours=1)):
        here.ask("late@example.org")
        here.session.commit()
        path = link(letters("follow-confirm")[-1].text, "confirm/")
        assert client.get(path).status_code == 200


def test_an_old_confirmation_does_not_undo_an_ending(here: Stage, client: TestClient) -> None:
    found = confirmed(client)
    path = link(letters("follow-confirm")[0].text, "confirm/")
    client.post(f"/follow/stop/{tokens.token(tokens.STOP, found.pid)}")
    assert client.post(path).status_code == 410
    with clock.frozen(NOW + timedelta(hours=1)):
        client.post("/c/lanternes/follow", data={"email": "nora@example.org"})
        assert client.post(path).status_code == 410, "a new asking has a new link"
        assert client.post(link(letters("follow-confirm")[-1].text, "confirm/")).status_code == 200
    assert known().state is FollowState.ACTIVE


def test_one_click_ends_it_without_cookie_origin_or_question(here: Stage, client: TestClient) -> None:
    found = confirmed(client)
    path = f"/follow/stop/{tokens.token(tokens.STOP, found.pid)}"
    assert client.get(path).status_code == 200
    assert known().state is FollowState.ACTIVE, "looking ends nothing"
    client.cookies.clear()
    answer = client.post(
        path,
        data={"List-Unsubscribe": "One-Click"},
        headers={"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 200
    assert (known().state, known().ending, known().ended_at) == (FollowState.ENDED, Ending.LEFT, NOW)
    assert client.post(path).status_code == 200
    with db.reading() as session:
        assert all(one.withdrawn_at == NOW for one in session.exec(select(Consent)))


def test_only_ending_is_open_to_other_sites(here: Stage, client: TestClient) -> None:
    """The exemption from the defence against forms of other sites is one path, whose address is the proof."""
    found = confirmed(client)
    elsewhere = {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}
    own = f"/follow/{tokens.token(tokens.PAGE, found.pid)}"
    for path in (own, f"{own}/forget", "/follow/confirm/x", "/c/lanternes/follow"):
        assert client.post(path, data={"topics": "log"}, headers=elsewhere).status_code == 403
    assert known().state is FollowState.ACTIVE
    assert client.post("/follow/stop/forged", headers=elsewhere).status_code == 410


def test_a_link_of_someone_forgotten_still_answers(here: Stage, client: TestClient) -> None:
    found = confirmed(client)
    service.forget(here.session, [found.id])
    here.session.commit()
    answer = client.post(f"/follow/stop/{tokens.token(tokens.STOP, found.pid)}")
    assert answer.status_code == 200
    assert "Nothing more is sent." in answer.text


def test_the_own_page_changes_what_is_told(here: Stage, client: TestClient) -> None:
    found = confirmed(client)
    path = f"/follow/{tokens.token(tokens.PAGE, found.pid)}"
    shown = client.get(path)
    assert "n…\u2060@example.org" in shown.text
    assert "nora@example.org" not in shown.text, "whoever is forwarded a letter does not learn the address"
    data = {"topics": ["drive", "accounts"], "rhythm": "daily", "language": "fr", "pause": "2027-03-20"}
    assert client.post(path, data=data).status_code == 303
    now = known()
    assert topics_of(now.topics) == [Topic.DRIVE, Topic.ACCOUNTS]
    assert (now.rhythm, now.language, str(now.paused_until)) == (Rhythm.DAILY, "fr", "2027-03-20")
    assert "20 mars 2027" in client.get(path).text
    assert client.post(path, data={**data, "pause": ""}).status_code == 303
    assert known().paused_until is None


@pytest.mark.parametrize(
    "data",
    [{}, {"topics": "all"}, {"topics": "drive", "pause": "2029-01-01"}, {"topics": "drive", "pause": "soon"}],
)
def test_a_refused_change_changes_nothing(here: Stage, client: TestClient, data: dict[str, str]) -> None:
    found = confirmed(client)
    path = f"/follow/{tokens.token(tokens.PAGE, found.pid)}"
    assert client.post(path, data=data).status_code == 422
    assert known().model_dump() == found.model_dump()


def test_the_address_can_be_deleted_by_its_own_page(here: Stage, client: TestClient) -> None:
    found = confirmed(client)
    path = f"/follow/{tokens.token(tokens.PAGE, found.pid)}"
    assert "The address is forgotten." in client.post(f"{path}/forget").text
    assert row() is None
    assert client.get(path).status_code == 410


def test_links_stay_good_when_the_key_is_replaced(
    here: Stage, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = confirmed(client)
    path = f"/follow/stop/{tokens.token(tokens.STOP, found.pid)}"
    settings = get_settings()
    before = settings.secret_key
    monkeypatch.setattr(settings, "secret_key", type(before)("another-key-for-tests-0123456789abcdef"))
    assert client.get(path).status_code == 410
    monkeypatch.setattr(settings, "old_secret_keys", before)
    assert client.get(path).status_code == 200


def test_the_private_page_shows_it_to_who_reads_the_mailbox(here: Stage, client: TestClient) -> None:
    confirmed(client)
    client.post("/c/lanternes/mine", data={"email": "nora@example.org"})
    found = re.search(rf"{BASE_URL}(/mine/\S+)", letters("mine-link")[0].text)
    assert found is not None
    assert client.get(found[1]).status_code == 303
    assert "La semaine de Maïa" in client.get("/mine").text
    assert "What you follow" in client.get("/mine").text


def test_forms_stand_where_people_are(here: Stage, client: TestClient) -> None:
    for path in ("/c/lanternes", "/c/lanternes/days/3", "/c/lanternes/impact", "/c/lanternes/follow"):
        assert 'action="/c/lanternes/follow"' in client.get(path).text


def test_letters_come_in_the_language_that_was_read(here: Stage, client: TestClient) -> None:
    assert 'action="/c/lanternes/follow?lang=fr"' in client.get("/c/lanternes/days/3?lang=fr").text
    client.post("/c/lanternes/follow?lang=fr", data={"email": "nora@example.org"})
    assert known().language == "fr"


def test_a_draft_and_a_stranger_have_no_form(here: Stage, client: TestClient) -> None:
    assert client.get("/c/nowhere/follow").status_code == 404
    assert client.post("/c/nowhere/follow", data={"email": "a@example.org"}).status_code == 404


def test_addresses_of_another_campaign_are_not_known(here: Stage, client: TestClient) -> None:
    found = confirmed(client)
    assert queries.with_emails(here.session, here.organisation.id + 1, [found.email]) == []
