"""Nobody reaches what is another organisation's: a matrix over every studio and brief route with an object.

It walks the routers of the house, so a new route is in it at once; a route with a new kind of object fails
until OBJECTS says how to make one, and a form that must be filled in to get as far as the object until FORMS does.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import Session

from app.briefs import access as briefs
from app.core.crypto import keyed_hash
from app.core.ids import token_hash
from app.main import routers
from app.media.rules import IMAGE_VARIANTS
from tests import factories
from tests.house.world import World

Maker = Callable[[World], str]


def _a_variant(_world: World) -> str:
    return IMAGE_VARIANTS[0].name


# One line a kind of object: the path up to its parameter, and what stands there for a given organisation.
OBJECTS: dict[str, Maker] = {
    "/studio/account/sessions/{pid}": lambda world: world.browser.pid,
    "/studio/organisations/{pid}": lambda world: world.organisation.pid,
    "/studio/invitations/{pid}": lambda world: world.invitation.pid,
    "/studio/members/{pid}": lambda world: world.colleague.pid,
    "/studio/media/{pid}": lambda world: world.medium.pid,
    "/studio/media/{pid}/{variant}": _a_variant,
    "/studio/campaigns/{pid}": lambda world: world.campaign.pid,
    "/studio/campaigns/{pid}/influencers/{iid}": lambda world: world.influencer.pid,
    "/studio/campaigns/{pid}/impact/promises/{prid}": lambda world: world.promise.pid,
    "/studio/campaigns/{pid}/impact/spends/{eid}": lambda world: world.spend.pid,
    "/studio/campaigns/{pid}/impact/updates/{uid}": lambda world: world.update.pid,
    "/studio/campaigns/{pid}/days/{did}": lambda world: world.day.pid,
    "/studio/campaigns/{pid}/days/{number:int}": lambda world: str(world.day.number),
    "/studio/campaigns/{pid}/frames/{fid}": lambda world: world.frame.pid,
    "/studio/campaigns/{pid}/posts/{post}": lambda world: world.post.pid,
    "/studio/campaigns/{pid}/challenges/{cid}": lambda world: world.challenge.pid,
    "/studio/campaigns/{pid}/participation/{act_pid}": lambda world: world.act.pid,
    "/brief/posts/{pid}": lambda world: world.post.pid,
    "/brief/media/{pid}": lambda world: world.medium.pid,
    "/brief/media/{pid}/{variant}": _a_variant,
}

# The parameter is itself the secret that opens the page: whoever holds it may.
SECRETS = {"/studio/sign-in/{token}", "/brief/{token}", "/brief/calendar/{key}.ics"}

# Fields without which a form is refused before its object is looked for.
FORMS: dict[str, dict[str, str]] = {"POST /studio/campaigns/{pid}/advance": {"after": "ready"}}


@dataclass(frozen=True)
class Case:
    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def prefixes(self) -> Iterator[str]:
        """The path up to each of its parameters."""
        parts = self.path.split("/")
        for place, part in enumerate(parts):
            if part.startswith("{"):
                yield "/".join(parts[: place + 1])

    def url(self, *worlds: World) -> str:
        """The address with its objects: the last one of the last world, those above it of the first."""
        url = self.path
        prefixes = list(self.prefixes())
        owned = [prefix for prefix in prefixes if not prefix.endswith("{variant}")]
        for prefix in prefixes:
            world = worlds[-1] if prefix == owned[-1] else worlds[0]
            url = url.replace(prefix.rsplit("/", 1)[1], OBJECTS[prefix](world), 1)
        return url


def _cases(face: str) -> list[Case]:
    return [
        Case(method, route.path)
        for router in routers()
        for route in router.routes
        if isinstance(route, APIRoute)
        and route.path.startswith(face)
        and "{" in route.path
        and route.path not in SECRETS
        for method in sorted(route.methods - {"HEAD", "OPTIONS"})
    ]


STUDIO, BRIEF = _cases("/studio"), _cases("/brief")


@pytest.fixture
def ours(session: Session) -> World:
    return World(session, "Les Lanternes")


@pytest.fixture
def theirs(session: Session) -> World:
    return World(session, "Les Phares")


def _send(client: TestClient, case: Case, url: str, csrf: str) -> Response:
    data = {"csrf": csrf, **FORMS.get(str(case), {})} if case.method != "GET" else None
    return client.request(case.method, url, data=data)


def _open_phone(session: Session, client: TestClient, world: World) -> str:
    token = world.phone
    session.commit()
    client.cookies.set(briefs.cookie_name(), token)
    return keyed_hash("csrf-brief", token_hash(token))


@pytest.mark.parametrize("case", [*STUDIO, *BRIEF], ids=str)
def test_every_object_has_a_maker(case: Case) -> None:
    missing = [prefix for prefix in case.prefixes() if prefix not in OBJECTS]
    assert not missing, f"say in OBJECTS how to make {', '.join(missing)}"


def test_the_table_holds_nothing_that_is_gone() -> None:
    known = {prefix for case in [*STUDIO, *BRIEF] for prefix in case.prefixes()}
    assert set(OBJECTS) <= known
    assert set(FORMS) <= {str(case) for case in [*STUDIO, *BRIEF]}


@pytest.mark.parametrize("case", STUDIO, ids=str)
def test_the_owner_gets_there(session: Session, client: TestClient, ours: World, case: Case) -> None:
    """Without this, a 404 for strangers would prove nothing."""
    url = case.url(ours)
    csrf = factories.sign_in(session, client, ours.owner)
    assert _send(client, case, url, csrf).status_code not in (401, 403, 404, 410, 500)


@pytest.mark.parametrize("case", STUDIO, ids=str)
def test_an_owner_elsewhere_finds_nothing(
    session: Session, client: TestClient, ours: World, theirs: World, case: Case
) -> None:
    url = case.url(ours)
    csrf = factories.sign_in(session, client, theirs.owner)
    assert _send(client, case, url, csrf).status_code == 404


@pytest.mark.parametrize("case", [case for case in STUDIO if len(list(case.prefixes())) > 1], ids=str)
def test_nothing_is_reached_through_ones_own_campaign(
    session: Session, client: TestClient, ours: World, theirs: World, case: Case
) -> None:
    url = case.url(theirs, ours)
    csrf = factories.sign_in(session, client, theirs.owner)
    assert _send(client, case, url, csrf).status_code == 404


@pytest.mark.parametrize("case", STUDIO, ids=str)
def test_strangers_and_influencers_are_led_to_the_door(
    session: Session, client: TestClient, ours: World, case: Case
) -> None:
    url = case.url(ours)
    session.commit()
    for _visit in ("nobody", "an influencer"):
        answer = _send(client, case, url, "")
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/studio/sign-in")
        session.rollback()
        _open_phone(session, client, ours)


@pytest.mark.parametrize("case", BRIEF, ids=str)
def test_another_influencers_phone_finds_nothing(
    session: Session, client: TestClient, ours: World, theirs: World, case: Case
) -> None:
    url = case.url(ours)
    assert ours.post
    csrf = _open_phone(session, client, theirs)
    assert _send(client, case, url, csrf).status_code == 404
    client.cookies.clear()
    factories.sign_in(session, client, theirs.owner)
    assert _send(client, case, url, "").status_code in (303, 403, 404, 410)


@pytest.mark.parametrize("case", BRIEF, ids=str)
def test_ones_own_phone_gets_there(session: Session, client: TestClient, ours: World, case: Case) -> None:
    url = case.url(ours)
    assert ours.post
    csrf = _open_phone(session, client, ours)
    assert _send(client, case, url, csrf).status_code not in (403, 404, 410, 500)
