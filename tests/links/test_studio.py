"""The team's pages of links, the codes and papers: what works, who may, and that what is printed leads there."""

import io

import pytest
import segno
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from PIL import Image
from sqlmodel import select

from app.core.db import reading
from app.links import service
from app.links.counting import Counter
from app.links.models import TrackedLink
from app.links.rules import Target
from app.links.service import Wanted
from app.people.rules import Role
from app.publishing.shortened import short
from tests import factories
from tests.conftest import BASE_URL
from tests.links.conftest import House

FORM = {"label": "Vitrine du boulanger", "place": "donate", "day": "", "channel": "paper"}


@pytest.fixture
def csrf(house: House, client: TestClient) -> str:
    return factories.sign_in(house.session, client, house.owner)


def _room(house: House, tail: str = "") -> str:
    return f"/studio/campaigns/{house.campaign.pid}/links{tail}"


def _link(house: House, label: str = "Affiche") -> TrackedLink:
    made = service.make(house.session, house.owner, house.campaign, Wanted(label, Target.DAY, 3))
    house.session.commit()
    return made


def _fresh(pid: str) -> TrackedLink:
    with reading() as session:
        return session.exec(select(TrackedLink).where(TrackedLink.pid == pid)).one()


def test_a_link_is_made_named_retired_and_let_lead_again(house: House, client: TestClient, csrf: str) -> None:
    sent = {**FORM, "influencer": house.influencer.pid, "utm_campaign": "mai", "csrf": csrf}
    answer = client.post(_room(house), data=sent)
    assert answer.status_code == 303
    pid = answer.headers["location"].split("/links/")[1].split("?")[0]
    made = _fresh(pid)
    assert (made.label, made.place, made.channel) == ("Vitrine du boulanger", Target.DONATE, "paper")
    assert (made.influencer_id, made.utm) == (house.influencer.id, {"utm_campaign": "mai"})
    shown = client.get(_room(house, f"/{pid}")).text
    assert f"{BASE_URL}/r/{made.code}" in shown
    client.post(_room(house, f"/{pid}"), data={"label": "Boulangerie", "csrf": csrf})
    client.post(_room(house, f"/{pid}/retire"), data={"csrf": csrf})
    assert _fresh(pid).label == "Boulangerie"
    assert _fresh(pid).retired_at is not None
    client.post(_room(house, f"/{pid}/restore"), data={"csrf": csrf})
    assert _fresh(pid).retired_at is None
    assert "Boulangerie" in client.get(_room(house)).text


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"label": ""}, "Fill this in."),
        ({"place": "day", "day": ""}, "Choose the day"),
        ({"place": "day", "day": "9"}, "no such day"),
        ({"influencer": "nobody"}, "Choose an influencer of this campaign."),
        ({"channel": "pigeon"}, "Choose one of the options."),
    ],
)
def test_a_refused_form_says_why_and_keeps_what_was_typed(
    house: House, client: TestClient, csrf: str, values: dict[str, str], message: str
) -> None:
    answer = client.post(_room(house), data={**FORM, "csrf": csrf, **values})
    assert answer.status_code == 422
    assert message in answer.text
    if "label" not in values:
        assert 'value="Vitrine du boulanger"' in answer.text


def test_what_came_by_a_link_stands_beside_it(house: House, client: TestClient, visits: Counter) -> None:
    link = _link(house)
    client.get(client.get(f"/r/{link.code}").headers["location"])
    visits.flush()
    factories.sign_in(house.session, client, house.owner)
    soup = BeautifulSoup(client.get(_room(house)).text, "html.parser")
    cells = soup.select_one(f"#link-{link.pid}")
    assert cells is not None
    by_name = {one["data-label"]: one.get_text(strip=True) for one in cells.select("td")}
    assert (by_name["People"], by_name["Looks"], by_name["Gifts"]) == ("1", "1", "0")
    assert "1 person came by this link" in " ".join(
        BeautifulSoup(client.get(_room(house, f"/{link.pid}")).text, "html.parser").get_text(" ").split()
    )


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.FINANCE])
def test_a_lesser_role_reads_and_changes_nothing(house: House, client: TestClient, role: Role) -> None:
    link = _link(house)
    token = factories.sign_in(
        house.session, client, factories.member(house.session, house.organisation, role, "Sam")
    )
    assert client.get(_room(house)).status_code == 200
    for tail in ("", f"/{link.pid}", f"/{link.pid}/retire", f"/{link.pid}/restore"):
        assert client.post(_room(house, tail), data={**FORM, "csrf": token}).status_code == 403


def test_another_organisation_finds_nothing(house: House, client: TestClient) -> None:
    link = _link(house)
    stranger = factories.member(house.session, factories.organisation(house.session, "Autre"))
    factories.sign_in(house.session, client, stranger)
    for tail in ("", f"/{link.pid}", f"/{link.pid}/qr.svg", f"/{link.pid}/poster.pdf"):
        assert client.get(_room(house, tail)).status_code == 404


def test_the_code_that_is_drawn_is_that_of_the_address(house: House, client: TestClient, csrf: str) -> None:
    """Read back module by module: a picture that equals what the norm draws for the address says the address."""
    link = _link(house)
    picture = Image.open(io.BytesIO(client.get(_room(house, f"/{link.pid}/qr.png")).content)).convert("1")
    expected = segno.make(short(link.code), error="m", micro=False)
    side = len(expected.matrix) + 8
    step = picture.width // side
    assert picture.width == picture.height == side * step
    read = [
        [
            picture.getpixel(((4 + x) * step + step // 2, (4 + y) * step + step // 2)) == 0
            for x in range(side - 8)
        ]
        for y in range(side - 8)
    ]
    assert read == [[bool(module) for module in row] for row in expected.matrix]
    drawn = client.get(_room(house, f"/{link.pid}/qr.svg"))
    assert drawn.headers["content-type"] == "image/svg+xml"
    assert drawn.content.startswith(b"<?xml")


@pytest.mark.parametrize("paper", ["a4", "a3", "a6", "a6x4"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_papers(house: House, client: TestClient, csrf: str, paper: str, language: str) -> None:
    link = _link(house)
    answer = client.get(_room(house, f"/{link.pid}/poster.pdf?paper={paper}&lang={language}"))
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF-1.")
    assert b"/StructTreeRoot" in answer.content or b"/ObjStm" in answer.content  # tagged
    assert client.get(_room(house, f"/{link.pid}/poster.pdf?paper=a5")).status_code == 404
