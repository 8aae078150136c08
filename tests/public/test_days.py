"""Challenges in full through the pages: how much, proof, teams; keeping one's days; the private page, three ways."""

import io
import re
from typing import Any

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from PIL import Image
from sqlmodel import Session, select

from app.campaigns.rules import State
from app.challenges.models import ChallengeAct, ChallengeMiss, ParticipantSalt, Streak
from app.challenges.rules import UNIT, ProofWish
from app.core import db
from app.influencers.models import Influencer
from app.influencers.rules import Stage as Step
from app.intake import queries as intake
from app.intake import service as inbox
from app.intake.models import Item
from app.intake.rules import ItemState, Kind
from app.mail.models import OutgoingMail
from app.media.models import Media
from app.media.storage import get_storage
from app.supporters.access import cookie_name
from tests.challenges.stage import Stage
from tests.public.stage import full_stage

URL = "/c/hope/days/3/challenge"
KEEP = "/c/hope/days/3/keep"
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def week(session: Session) -> Stage:
    made = full_stage(session, slug="hope")
    session.commit()
    return made


def ask(session: Session, made: Stage, **values: Any) -> None:
    for name, value in values.items():
        setattr(made.challenges[3], name, value)
    session.add(made.challenges[3])
    session.commit()


def rows(table: type[Any]) -> list[Any]:
    with db.reading() as session:
        return list(session.exec(select(table)).all())


def decide(session: Session, state: ItemState, reason: str = "") -> None:
    with db.transaction() as own:
        act = own.exec(select(ChallengeAct).where(ChallengeAct.filed)).one()
        item = intake.of_subject(own, Kind.ACT, act.id)
        assert item is not None
        inbox.move(own, item, state, reason_text=reason)


def photo(size: tuple[int, int] = (60, 40), form: str = "JPEG") -> bytes:
    made, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = "12 rue des Forges"
    Image.new("RGB", size, "#7136cf").save(made, form, exif=exif)
    return made.getvalue()


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_how_much_is_asked_summed_and_shown_with_its_unit(
    session: Session, client: TestClient, week: Stage
) -> None:
    ask(session, week, unit_one="kg", unit_many="kg", decimals=1, usual=10 * UNIT, most=50 * UNIT)
    assert 'name="quantity"' in client.get("/c/hope/days/3").text
    for agent, amount in (("one", "2,5"), ("two", "10")):
        client.post(URL, data={"level": "0", "quantity": amount}, headers={"User-Agent": agent})
    page = client.post(URL, data={"level": "0", "quantity": "40"}, headers={"User-Agent": "three"} | PARTIAL)
    assert "C’est noté" in page.text  # more than usual: the team looks first
    assert "12,5 kg" in page.text
    decide(session, ItemState.ACCEPTED)
    assert "52,5 kg" in client.get("/c/hope/days/3").text


@pytest.mark.parametrize("amount", ["0", "-2", "51", "2,55", "beaucoup", "1e9", "1" * 21])
def test_an_impossible_quantity_is_refused_beside_its_field(
    session: Session, client: TestClient, week: Stage, amount: str
) -> None:
    ask(session, week, decimals=1, usual=10 * UNIT, most=50 * UNIT)
    answer = client.post(URL, data={"level": "0", "quantity": amount}, headers=PARTIAL)
    assert answer.status_code == 422
    field = BeautifulSoup(answer.text, "html.parser").select_one("#f-quantity")
    assert field is not None
    assert (field["aria-invalid"], field["value"]) == ("true", amount)
    assert rows(ChallengeAct) == []


def test_a_photo_is_written_anew_for_the_team_alone(
    session: Session, client: TestClient, week: Stage
) -> None:
    ask(session, week, proof=ProofWish.REQUIRED)
    bare = client.post(URL, data={"level": "0"})
    assert bare.status_code == 422
    assert "Ce défi demande une photo ou un lien." in bare.text
    files = {"photo": ("chez-moi.jpg", photo(), "image/jpeg")}
    answer = client.post(URL, data={"level": "0"}, files=files)
    assert answer.headers["location"].startswith("/c/hope?")
    assert "ok=challenge-waiting" in answer.headers["location"]
    (act,) = rows(ChallengeAct)
    medium = next(one for one in rows(Media) if one.id == act.proof_media_id)
    assert not medium.is_public
    path = get_storage().locate(medium.pid, "share.jpg")
    assert path is not None
    assert b"rue des Forges" not in path.read_bytes()
    assert client.get(f"/media/{medium.pid}/share.jpg").status_code == 404
    decide(session, ItemState.ACCEPTED)
    assert client.get(f"/media/{medium.pid}/share.jpg").status_code == 404
    assert medium.pid not in client.get("/c/hope/days/3").text


@pytest.mark.parametrize("data", [b"not a picture", b"<svg onload=alert(1)>", photo(form="GIF")])
def test_what_is_no_picture_is_refused(
    session: Session, client: TestClient, week: Stage, data: bytes
) -> None:
    ask(session, week, proof=ProofWish.OPTIONAL)
    answer = client.post(
        URL, data={"level": "0", "text": "Mes mots"}, files={"photo": ("x.jpg", data, "image/jpeg")}
    )
    assert answer.status_code == 422
    assert "Mes mots" in answer.text
    assert rows(ChallengeAct) == []


def test_a_link_opens_nothing_but_the_web(session: Session, client: TestClient, week: Stage) -> None:
    ask(session, week, proof=ProofWish.REQUIRED)
    for link in ("javascript:alert(1)", "data:text/html,x", "ftp://x.example/", "https://x"):
        assert client.post(URL, data={"level": "0", "link": link}).status_code == 422
    assert client.post(URL, data={"level": "0", "link": "https://photos.example/1"}).status_code == 303
    assert rows(ChallengeAct)[0].link == "https://photos.example/1"


def test_names_and_places_are_public_once_accepted_and_words_never(
    session: Session, client: TestClient, week: Stage
) -> None:
    data = {
        "level": "0",
        "text": "Pour vous seuls",
        "pseudonym": "Lou",
        "place": "Roubaix",
        "group": "Les <b>CM2</b>",
    }
    client.post(URL, data=data)
    assert "Roubaix" not in client.get("/c/hope/days/3").text
    decide(session, ItemState.ACCEPTED)
    page = client.get("/c/hope/days/3").text
    assert "Lou" in page
    assert "Roubaix" in page
    assert "Les &lt;b&gt;CM2&lt;/b&gt;" in page
    assert "Pour vous seuls" not in page
    decide(session, ItemState.RESTRICTED)
    assert "Roubaix" not in client.get("/c/hope/days/3").text


def test_teams_are_chosen_come_by_a_link_and_are_compared_per_person(
    session: Session, client: TestClient, week: Stage
) -> None:
    ask(session, week, teams=True)
    assert "Avec qui" not in client.get("/c/hope/days/3").text  # one influencer is no choice
    awa = Influencer(
        organisation_id=week.organisation.id, campaign_id=week.campaign.id, name="Awa", stage=Step.CONFIRMED
    )
    session.add(awa)
    session.commit()
    page = BeautifulSoup(client.get(f"/c/hope/days/3?with={awa.pid}").text, "html.parser")
    chosen = page.select_one("#f-team option[selected]")
    assert chosen is not None
    assert chosen.text == "Awa"
    for number in range(5):
        client.post(URL, data={"level": "0", "team": awa.pid}, headers={"User-Agent": f"agent {number}"})
    assert {act.team_id for act in rows(ChallengeAct)} == {awa.id}
    table = BeautifulSoup(client.get("/c/hope/days/3").text, "html.parser").select_one(
        "[aria-labelledby=teams]"
    )
    assert table is not None
    said = table.get_text(" ", strip=True)
    assert "1. Awa 5 participants 1" in said
    assert "Maïa Moins de cinq participants : trop peu pour comparer" in said.replace("\xa0", " ")
    assert client.post(URL, data={"level": "0", "team": "someone"}).status_code == 422


def test_told_late_with_the_day_it_was_done(client: TestClient, week: Stage) -> None:
    first = week.campaign.starts_on.isoformat()
    assert client.post("/c/hope/days/1/challenge", data={"level": "0", "done_on": first}).status_code == 303
    (act,) = rows(ChallengeAct)
    assert (act.late, act.done_on) == (True, week.campaign.starts_on)
    for day in ("2020-01-01", "2030-01-01", "hier"):
        refused = client.post(
            "/c/hope/days/1/challenge", data={"level": "0", "done_on": day}, headers={"User-Agent": day}
        )
        assert refused.status_code == 422


def kept(client: TestClient, **data: str) -> str:
    """Tell the day's challenge, ask to keep the days; returns the token of the forms of `/mine`."""
    told = client.post(URL, data={"level": "0"})
    page = BeautifulSoup(client.get(told.headers["location"]).text, "html.parser")
    token = page.select_one("input[name=told]")
    assert token is not None
    answer = client.post(KEEP, data={"told": str(token["value"]), "agree": "1", **data})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/mine?")
    return csrf_of(client.get("/mine").text)


def test_days_are_kept_with_consent_alone(client: TestClient, week: Stage) -> None:
    assert client.post(KEEP, data={"told": ""}).status_code == 422
    assert client.post(KEEP, data={"agree": "1", "email": "nobody"}).status_code == 422
    assert client.post(KEEP, data={"agree": "1", "website": "x"}).status_code == 303
    assert rows(Streak) == []
    assert cookie_name() not in client.cookies
    kept(client)
    assert cookie_name() in client.cookies
    assert len(rows(Streak)) == 1
    page = client.get("/mine").text
    assert "Challenge 3" in page
    assert "Challenge 4" not in page  # a day to come says nothing
    assert "1 jour fait" in page


def test_nobody_is_recognised_once_the_campaign_is_closed(
    session: Session, client: TestClient, week: Stage
) -> None:
    week.campaign.state = State.CLOSED
    session.add(week.campaign)
    session.commit()
    assert client.post(KEEP, data={"agree": "1"}).status_code == 409
    assert rows(Streak) == rows(ParticipantSalt) == []


def test_the_link_is_mailed_to_few(client: TestClient, week: Stage) -> None:
    for number in range(4):
        client.cookies.clear()
        data = {"agree": "1", "email": "lucie@example.org"}
        answer = client.post(KEEP, data=data, headers={"User-Agent": str(number)})
    assert answer.status_code == 429
    assert len(rows(OutgoingMail)) == 3
    client.cookies.clear()
    assert client.post(KEEP, data={"agree": "1"}).status_code == 303  # without an address nothing is mailed


def test_the_private_page_changes_and_takes_back(session: Session, client: TestClient, week: Stage) -> None:
    csrf = kept(client)
    (act,) = rows(ChallengeAct)
    url = f"/mine/challenges/acts/{act.pid}"
    assert client.get(url).status_code == 200
    assert client.post(url, data={"csrf": csrf, "level": "7"}).status_code == 422
    assert client.post(url, data={"csrf": csrf, "level": "1", "text": "Des mots"}).status_code == 303
    decide(session, ItemState.RETURNED, "Plus court, s’il vous plaît.")
    assert "Plus court, s’il vous plaît." in client.get("/mine").text
    assert "Plus court, s’il vous plaît." in client.get(url).text
    client.post(url, data={"csrf": csrf, "level": "1", "text": "Mots"})
    assert [one.state for one in rows(Item)] == [ItemState.PENDING]
    assert client.post(f"{url}/withdraw", data={"csrf": csrf}).status_code == 303
    assert [one.state for one in rows(Item)] == [ItemState.WITHDRAWN]
    assert [one.text for one in rows(ChallengeAct)] == [""]
    assert client.get(url).status_code == 404


def test_a_closed_campaign_only_lets_take_back(session: Session, client: TestClient, week: Stage) -> None:
    csrf = kept(client)
    (act,) = rows(ChallengeAct)
    week.campaign.state = State.CLOSED
    session.add(week.campaign)
    session.commit()
    url = f"/mine/challenges/acts/{act.pid}"
    assert client.post(url, data={"csrf": csrf, "level": "1"}).status_code == 409
    assert client.post(f"{url}/withdraw", data={"csrf": csrf}).status_code == 303
    assert rows(ChallengeAct) == []


def test_what_stood_in_the_way(client: TestClient, week: Stage) -> None:
    csrf = kept(client)
    url = f"/mine/challenges/missed/{week.challenges[1].pid}"
    assert url in client.get("/mine").text
    assert client.post(url, data={"csrf": csrf, "obstacle": "laziness"}).status_code == 422
    assert (
        client.post(url, data={"csrf": csrf, "obstacle": "time", "text": "Deux services"}).status_code == 303
    )
    (miss,) = rows(ChallengeMiss)
    assert (miss.obstacle.value, miss.text) == ("time", "Deux services")
    assert "Deux services" in client.get(url).text
    assert client.get(f"/mine/challenges/missed/{week.challenges[4].pid}").status_code == 404  # to come


def test_days_end_when_someone_says_so(client: TestClient, week: Stage) -> None:
    csrf = kept(client)
    (streak,) = rows(Streak)
    assert client.post(f"/mine/challenges/days/{streak.pid}/stop", data={"csrf": csrf}).status_code == 303
    assert rows(Streak) == []
    (act,) = rows(ChallengeAct)
    assert act.supporter_id is None
    assert "Challenge 3" not in client.get("/mine").text


def test_another_person_finds_nothing_and_a_form_without_its_token_does_nothing(
    session: Session, client: TestClient, week: Stage
) -> None:
    kept(client)
    (act,), (streak,) = rows(ChallengeAct), rows(Streak)
    paths = [
        f"/mine/challenges/acts/{act.pid}",
        f"/mine/challenges/acts/{act.pid}/withdraw",
        f"/mine/challenges/days/{streak.pid}/stop",
        f"/mine/challenges/missed/{week.challenges[1].pid}",
    ]
    for path in paths:
        assert client.post(path, data={"level": "0", "obstacle": "time"}).status_code == 403
    client.cookies.clear()
    for path in paths:
        assert client.post(path, data={"level": "0", "obstacle": "time"}).status_code == 410
    other = full_stage(session, slug="other")
    session.commit()
    client.post("/c/other/days/3/keep", data={"agree": "1"})
    csrf = csrf_of(client.get("/mine").text)
    for path in paths:
        assert client.post(path, data={"csrf": csrf, "level": "0", "obstacle": "time"}).status_code == 404
    assert other.campaign.id
    assert len(rows(ChallengeAct)) == 1
