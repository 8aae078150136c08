"""Nobody reaches what is another organisation's: a matrix over every studio and brief route with an object.

It walks the routers of the house, so a new route is in it at once; a route with a new kind of object fails
until OBJECTS says how to make one, and a form that must be filled in to get as far as the object until FORMS does.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.briefs import access as briefs
from app.core.crypto import keyed_hash
from app.core.ids import token_hash
from app.main import routers
from app.media.rules import IMAGE_VARIANTS
from app.supporters import access as supporters_access
from app.supporters import service as supporters
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
    "/studio/channels/{aid}": lambda world: world.account.pid,
    "/studio/media/{pid}": lambda world: world.medium.pid,
    "/studio/media/{pid}/{variant}": _a_variant,
    "/studio/campaigns/{pid}": lambda world: world.campaign.pid,
    "/studio/campaigns/{pid}/links/{lid}": lambda world: world.link.pid,
    "/studio/campaigns/{pid}/influencers/{iid}": lambda world: world.influencer.pid,
    "/studio/campaigns/{pid}/influencers/{iid}/agreements/{eid}": lambda world: world.agreement.pid,
    "/studio/campaigns/{pid}/impact/promises/{prid}": lambda world: world.promise.pid,
    "/studio/campaigns/{pid}/impact/spends/{eid}": lambda world: world.spend.pid,
    "/studio/campaigns/{pid}/impact/updates/{uid}": lambda world: world.update.pid,
    "/studio/campaigns/{pid}/drive/matches/{mid}": lambda world: world.match.pid,
    "/studio/campaigns/{pid}/drive/matches/{mid}/payments/{eid}": lambda world: world.match_payment.pid,
    "/studio/campaigns/{pid}/drive/declared/{eid}": lambda world: world.declared.pid,
    "/studio/campaigns/{pid}/offline/{gid}": lambda world: world.offline_gift.pid,
    "/studio/campaigns/{pid}/gifts/{gid}": lambda world: world.gift.pid,
    "/studio/campaigns/{pid}/gifts/{gid}/warnings/{wid}": lambda world: world.fraud_warning.pid,
    "/studio/disputes/{did}": lambda world: world.dispute.pid,
    "/studio/transfers/lines/{lid}": lambda world: world.bank_line.pid,
    "/studio/campaigns/{pid}/days/{did}": lambda world: world.day.pid,
    "/studio/campaigns/{pid}/days/{number:int}": lambda world: str(world.day.number),
    "/studio/campaigns/{pid}/frames/{fid}": lambda world: world.frame.pid,
    "/studio/campaigns/{pid}/posts/{post}": lambda world: world.post.pid,
    "/studio/campaigns/{pid}/challenges/{cid}": lambda world: world.challenge.pid,
    "/studio/campaigns/{pid}/crisis/incidents/{iid}": lambda world: world.incident.pid,
    "/studio/campaigns/{pid}/facts/{fact}": lambda world: world.claim.pid,
    "/studio/campaigns/{pid}/facts/{fact}/sources/{source}": lambda world: world.source.pid,
    "/studio/campaigns/{pid}/facts/corrections/{correction}": lambda world: world.correction.pid,
    "/studio/campaigns/{pid}/participation/{act_pid}": lambda world: world.act.pid,
    "/studio/campaigns/{pid}/alerts/{alert}": lambda world: world.alert.pid,
    "/studio/inbox/{iid}": lambda world: world.item.pid,
    "/studio/inbox/settings/words/{wid}": lambda world: world.lexicon_word.pid,
    "/studio/inbox/settings/reasons/{rid}": lambda world: world.reason.pid,
    "/mine/challenges/acts/{act_pid}": lambda world: world.own_act.pid,
    "/mine/challenges/missed/{challenge_pid}": lambda world: world.kept_challenge.pid,
    "/mine/challenges/days/{streak_pid}": lambda world: world.streak.pid,
    "/brief/crisis/{wid}": lambda world: world.crisis_word.pid,
    "/studio/campaigns/{pid}/questions/{qid}": lambda world: world.question.pid,
    "/studio/campaigns/{pid}/sessions/{sid}": lambda world: world.qa_session.pid,
    "/mine/questions/{qid}": lambda world: world.question.pid,
    "/studio/campaigns/{pid}/voices/{tid}": lambda world: world.testimonial.pid,
    "/mine/testimonials/{pid}": lambda world: world.testimonial.pid,
    "/mine/testimonials/{pid}/{file}": lambda _world: "picture",
    "/studio/notices/{nid}": lambda world: world.notice.pid,
    "/studio/money/differences/{fid}": lambda world: world.finding.pid,
    "/studio/receipts/{rid}": lambda world: world.receipt.pid,
    "/studio/receipts/gifts/{gid}": lambda world: world.gift.pid,
    "/studio/receipts/gift-aid/{did}": lambda world: world.gift_aid.pid,
    "/mine/notices/{pid}": lambda world: world.own_decision.pid,
    "/gift/gifts/{pid}": lambda world: world.own_gift.pid,
    "/gift/plans/{pid}": lambda world: world.own_plan.pid,
    "/gift/receipts/{pid}": lambda world: world.own_gift.pid,
    "/gift/receipts/{pid}.pdf": lambda world: f"{world.own_receipt.pid}.pdf",
    "/gift/gift-aid/{pid}": lambda world: world.own_gift_aid.pid,
    "/brief/posts/{pid}": lambda world: world.post.pid,
    "/brief/reminders/{pid}": lambda world: world.reminder_target.pid,
    "/brief/media/{pid}": lambda world: world.medium.pid,
    "/brief/media/{pid}/{variant}": _a_variant,
}

# The parameter is itself the secret that opens the page: whoever holds it may.
SECRETS = {
    "/studio/sign-in/{token}",
    "/brief/{token}",
    "/mine/{token}",
    "/gift/{token}",
    "/brief/calendar/{key}.ics",
    "/studio/calendar/{key}.ics",
}

# Opened by an address of its own too: whoever has neither is not told that it is there.
UNSAID = {"/gift/receipts/{pid}.pdf"}

# Fields without which a form is refused before its object is looked for.
FORMS: dict[str, Callable[[World], dict[str, str]]] = {
    "POST /studio/notices/{nid}/done": lambda world: {"decision": world.decision.pid, "note": "Taken out."},
    "POST /studio/campaigns/{pid}/advance": lambda _world: {"after": "ready"},
    "POST /studio/campaigns/{pid}/facts/new": lambda world: {
        "kind": "frame",
        "subject": world.frame.pid,
        "words": "Le premier mot",
    },
    "POST /studio/campaigns/{pid}/links/{lid}": lambda _world: {"label": "Vitrine"},
    "POST /studio/campaigns/{pid}/week/undo": lambda world: {"step": world.step.pid},
    "POST /studio/campaigns/{pid}/calendar/undo": lambda world: {"step": world.step.pid},
    "POST /studio/campaigns/{pid}/posts/{post}/undo": lambda world: {"step": world.step.pid},
    "POST /studio/campaigns/{pid}/frames/{fid}/undo": lambda world: {"step": world.step.pid},
}


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

    @property
    def is_nested(self) -> bool:
        return len([prefix for prefix in self.prefixes() if not prefix.endswith("{variant}")]) > 1

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


STUDIO, BRIEF, MINE = _cases("/studio"), _cases("/brief"), [*_cases("/mine"), *_cases("/gift")]


@pytest.fixture
def ours(session: Session) -> World:
    return World(session, "Les Lanternes")


@pytest.fixture
def theirs(session: Session) -> World:
    return World(session, "Les Phares")


def send(client: TestClient, case: Case, url: str, csrf: str, form: dict[str, str]) -> int:
    """The status of a request; what it changed stays, what the test has read is let go."""
    data = {"csrf": csrf, **form} if case.method != "GET" else None
    return client.request(case.method, url, data=data).status_code


def form_of(case: Case, world: World) -> dict[str, str]:
    maker = FORMS.get(str(case))
    return maker(world) if maker else {}


def _open_phone(session: Session, client: TestClient, world: World) -> str:
    token = world.phone
    session.commit()
    client.cookies.clear()
    client.cookies.set(briefs.cookie_name(), token)
    return keyed_hash("csrf-brief", token_hash(token))


def _open_mine(session: Session, client: TestClient, world: World) -> str:
    token = supporters.open_visit(session, world.supporter, mailed=True)
    session.commit()
    client.cookies.clear()
    client.cookies.set(supporters_access.cookie_name(), token)
    return keyed_hash("csrf-mine", token_hash(token))


def _sign_in(session: Session, client: TestClient, world: World) -> str:
    client.cookies.clear()
    return factories.sign_in(session, client, world.owner)


@pytest.mark.parametrize("case", [*STUDIO, *BRIEF, *MINE], ids=str)
def test_every_object_has_a_maker(case: Case) -> None:
    missing = [prefix for prefix in case.prefixes() if prefix not in OBJECTS]
    assert not missing, f"say in OBJECTS how to make {', '.join(missing)}"


def test_the_table_holds_nothing_that_is_gone() -> None:
    known = {prefix for case in [*STUDIO, *BRIEF, *MINE] for prefix in case.prefixes()}
    assert set(OBJECTS) <= known
    assert set(FORMS) <= {str(case) for case in [*STUDIO, *BRIEF, *MINE]}


@pytest.mark.parametrize("case", STUDIO, ids=str)
def test_a_studio_object_is_its_organisations_alone(
    session: Session, visit: TestClient, ours: World, theirs: World, case: Case
) -> None:
    url, form = case.url(ours), form_of(case, ours)
    session.commit()
    assert send(visit, case, url, "", form) == 303, "someone who is not signed in is led to the door"
    _open_phone(session, visit, ours)
    assert send(visit, case, url, "", form) == 303, "an influencer is led to the door"
    csrf = _sign_in(session, visit, theirs)
    assert send(visit, case, url, csrf, form) == 404, "the owner of another organisation finds nothing"
    if case.is_nested or form:
        through_theirs = case.url(theirs, ours) if case.is_nested else case.url(theirs)
        session.commit()
        refused = (
            (404, 409) if form else (404,)
        )  # a form that names it may be told that it is no longer there
        assert send(visit, case, through_theirs, csrf, form) in refused, "nor through a campaign of their own"
    csrf = _sign_in(session, visit, ours)
    reached = send(visit, case, url, csrf, form)
    assert reached not in (401, 403, 404, 410, 500), (
        "the owner gets there, or a 404 above would prove nothing"
    )


@pytest.mark.parametrize("case", BRIEF, ids=str)
def test_a_brief_is_its_influencers_alone(
    session: Session, visit: TestClient, ours: World, theirs: World, case: Case
) -> None:
    assert ours.post
    url, form = case.url(ours), form_of(case, ours)
    csrf = _open_phone(session, visit, theirs)
    assert send(visit, case, url, csrf, form) == 404, "another influencer finds nothing"
    _sign_in(session, visit, theirs)
    assert send(visit, case, url, "", form) == 410, "nor does an organiser"
    csrf = _open_phone(session, visit, ours)
    assert send(visit, case, url, csrf, form) not in (401, 403, 404, 410, 500), "the influencer gets there"


@pytest.mark.parametrize("case", MINE, ids=str)
def test_what_a_supporter_sent_is_theirs_alone(
    session: Session, visit: TestClient, ours: World, theirs: World, case: Case
) -> None:
    url, form = case.url(ours), form_of(case, ours)
    csrf = _open_mine(session, visit, theirs)
    assert send(visit, case, url, csrf, form) == 404, "another supporter finds nothing"
    _sign_in(session, visit, ours)
    assert send(visit, case, url, "", form) == (404 if case.path in UNSAID else 410), "nor does an organiser"
    csrf = _open_mine(session, visit, ours)
    assert send(visit, case, url, csrf, form) not in (401, 403, 404, 410, 500), "the supporter gets there"
