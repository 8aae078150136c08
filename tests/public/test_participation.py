"""The team's page of participation, three ways."""

from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.challenges.models import ChallengeAct, ChallengeMiss
from app.challenges.rules import UNIT, Obstacle
from app.core import db
from app.intake import queries as intake
from app.intake import service as inbox
from app.intake.rules import ItemState, Kind
from app.people.rules import Role
from tests import factories
from tests.challenges.stage import Stage, take
from tests.public.stage import full_stage


def taken(session: Session) -> tuple[Stage, str, str]:
    """A week with three acts; its participation page and the id of the act with words."""
    made = full_stage(session, slug="hope")
    take(session, made, "a", quantity=2 * UNIT, text="<b>Lu</b> & relu", group_name="CM2 Jules-Ferry")
    take(session, made, "b", level=2)
    take(session, made, "c", number=1, level=1)
    session.flush()
    act = session.exec(select(ChallengeAct).where(ChallengeAct.text != "")).one()
    item = intake.of_subject(session, Kind.ACT, act.id)
    assert item is not None
    inbox.move(session, item, ItemState.ACCEPTED)
    return made, f"/studio/campaigns/{made.campaign.pid}/participation", act.pid


def left() -> int:
    with db.reading() as session:
        return len([act for act in session.exec(select(ChallengeAct)).all() if act.removed_at is None])


def test_a_member_sees_counts_and_words(session: Session, client: TestClient) -> None:
    made, url, _ = taken(session)
    factories.sign_in(session, client, factories.member(session, made.organisation, Role.FINANCE))
    answer = client.get(url)
    assert answer.status_code == 200
    assert "&lt;b&gt;Lu&lt;/b&gt; &amp; relu" in answer.text
    assert "Challenge 3" in answer.text
    assert "1 told late" in answer.text
    assert "CM2 Jules-Ferry" in answer.text
    assert "/remove" not in answer.text  # a finance member reads, and does not moderate
    assert client.get(f"{url}?number=99").status_code == 200


def test_a_moderator_removes_and_restores(session: Session, client: TestClient) -> None:
    made, url, pid = taken(session)
    token = factories.sign_in(session, client, factories.member(session, made.organisation, Role.MODERATOR))
    answer = client.post(f"{url}/{pid}/remove", data={"csrf": token})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{url}?ok=removed#removed")
    assert left() == 2
    assert "Count it again" in client.get(url).text
    assert client.post(f"{url}/{pid}/restore", data={"csrf": token}).status_code == 303
    assert left() == 3


def test_a_colleague_without_the_right_and_without_a_token_may_not(
    session: Session, client: TestClient
) -> None:
    made, url, pid = taken(session)
    token = factories.sign_in(session, client, factories.member(session, made.organisation, Role.FINANCE))
    assert client.post(f"{url}/{pid}/remove", data={"csrf": token}).status_code == 403
    factories.sign_in(session, client, factories.member(session, made.organisation, Role.OWNER, "Carol"))
    assert client.post(f"{url}/{pid}/remove").status_code == 403
    assert left() == 3


def test_a_stranger_finds_nothing(session: Session, client: TestClient) -> None:
    _, url, pid = taken(session)
    other = full_stage(session, slug="other")
    stranger = factories.member(session, other.organisation, Role.OWNER, "Eve")
    token = factories.sign_in(session, client, stranger)
    assert client.get(url).status_code == 404
    own = f"/studio/campaigns/{other.campaign.pid}/participation"
    for path in (f"{url}/{pid}/remove", f"{url}/{pid}/restore", f"{own}/{pid}/remove"):
        assert client.post(path, data={"csrf": token}).status_code == 404
    assert left() == 3


def test_nobody_is_led_to_the_sign_in_page(session: Session, client: TestClient) -> None:
    _, url, _ = taken(session)
    session.commit()
    answer = client.get(url)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/studio/sign-in")


def test_an_empty_room_teaches(session: Session, client: TestClient) -> None:
    made = full_stage(session, slug="hope")
    factories.sign_in(session, client, factories.member(session, made.organisation))
    page = client.get(f"/studio/campaigns/{made.campaign.pid}/participation")
    assert "Nobody has taken a challenge yet" in page.text


def test_what_waits_and_what_stood_in_the_way_stand_apart(session: Session, client: TestClient) -> None:
    made, url, _ = taken(session)
    take(session, made, "d", text="À lire d’abord")
    miss = ChallengeMiss(
        campaign_id=made.campaign.id,
        challenge_id=made.challenges[2].id,
        obstacle=Obstacle.TIME,
        text="Deux services de suite.",
    )
    session.add(miss)
    factories.sign_in(session, client, factories.member(session, made.organisation))
    page = client.get(url).text
    assert "1 act waits to be read" in page
    assert "À lire d’abord" not in page
    assert "No time" in page
    assert "Deux services de suite." in page
