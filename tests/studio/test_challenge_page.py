"""The challenge's page: what it asks of people, refused beside its fields, and carried by copies and archives."""

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.blueprints import queries as blueprints
from app.blueprints import service
from app.challenges import queries
from app.challenges.models import Challenge
from app.challenges.rules import UNIT, ProofWish
from app.core import db
from app.people.rules import Role
from tests import factories
from tests.challenges.stage import Stage, stage

LEVELS = {f"level_{n}_title": f"Level {n}" for n in (1, 2, 3)}


@pytest.fixture
def week(session: Session) -> Stage:
    return stage(session)


def opened(
    session: Session, client: TestClient, week: Stage, role: Role = Role.EDITOR
) -> tuple[str, dict[str, str]]:
    csrf = factories.sign_in(session, client, factories.member(session, week.organisation, role))
    url = f"/studio/campaigns/{week.campaign.pid}/challenges/{week.challenges[4].pid}"
    return url, {
        "csrf": csrf,
        "version": "1",
        "title": "Ramasser",
        "unit_one": "kg",
        "unit_many": "kg",
        **LEVELS,
    }


def stored(week: Stage) -> Challenge:
    with db.reading() as session:
        return session.get_one(Challenge, week.challenges[4].id)


def test_quantities_proof_and_teams_are_kept(session: Session, client: TestClient, week: Stage) -> None:
    url, form = opened(session, client, week)
    form |= {
        "asks": "many",
        "decimals": "1",
        "usual": "12.5",
        "most": "40",
        "proof": "optional",
        "teams": "1",
    }
    assert client.post(url, data=form).status_code == 303
    kept = stored(week)
    assert (kept.decimals, kept.usual, kept.most) == (1, 12_500, 40_000)
    assert (kept.proof, kept.teams) == (ProofWish.OPTIONAL, True)
    page = BeautifulSoup(client.get(url).text, "html.parser")
    assert page.select_one("#f-usual")["value"] == "12.5"  # type: ignore[index]
    assert page.select_one("#f-teams[checked]") is not None
    assert page.select_one("input[name=asks][value=many][checked]") is not None
    form |= {"version": "2", "asks": "one"}
    del form["teams"]
    assert client.post(url, data=form).status_code == 303
    assert (stored(week).most, stored(week).teams) == (0, False)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"usual": "", "most": "40"}, "usual"),
        ({"usual": "50", "most": "40"}, "usual"),
        ({"usual": "0", "most": "40"}, "usual"),
        ({"usual": "1,25", "most": "40"}, "usual"),
        ({"usual": "1", "most": "9" * 9}, "most"),
        ({"usual": "1", "most": "x"}, "most"),
        ({"usual": "1", "most": "2", "decimals": "9"}, "decimals"),
    ],
)
def test_what_cannot_be_is_refused_and_kept(
    session: Session, client: TestClient, week: Stage, values: dict[str, str], field: str
) -> None:
    url, form = opened(session, client, week)
    answer = client.post(url, data={**form, "asks": "many", "decimals": "1", **values})
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    wrong = page.select_one(f"#f-{field}")
    assert wrong is not None
    assert wrong["aria-invalid"] == "true"
    assert page.select_one("#f-title")["value"] == "Ramasser"  # type: ignore[index]
    assert stored(week).version == 1


def test_lesser_roles_and_strangers_may_not(session: Session, client: TestClient, week: Stage) -> None:
    url, form = opened(session, client, week, Role.MODERATOR)
    assert client.post(url, data=form).status_code == 403
    other = stage(session, slug="other")
    form["csrf"] = factories.sign_in(
        session, client, factories.member(session, other.organisation, name="Eve")
    )
    assert client.post(url, data=form).status_code == 404


def test_a_copy_asks_the_same(session: Session, week: Stage) -> None:
    challenge = week.challenges[4]
    challenge.decimals, challenge.usual, challenge.most = 1, 12_500, 40 * UNIT
    challenge.proof, challenge.teams = ProofWish.REQUIRED, True
    session.flush()
    actor = factories.member(session, week.organisation)
    document = blueprints.whole(session, week.campaign).document
    arrived = service.import_document(session, actor, document, {})
    copied = queries.of_campaign(session, arrived.id)[3]
    names = ("decimals", "usual", "most", "proof", "teams")
    assert [getattr(copied, name) for name in names] == [1, 12_500, 40_000, ProofWish.REQUIRED, True]
    assert queries.of_campaign(session, arrived.id)[2].most == 0
