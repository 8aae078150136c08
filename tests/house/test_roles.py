"""Each role reaches what its permissions say and nothing more: a matrix of role × studio route.

NEEDS says, by the beginning of a path, which permission a request takes; the longest beginning counts. A new
route that changes something fails here until a line covers it.
"""

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.main import routers
from app.people.rules import Permission, Role, allows
from tests import factories
from tests.house.test_tenants import Case, form_of, send
from tests.house.world import World

CAMPAIGN = "/studio/campaigns/{pid}"

# None: the request only touches the person's own account, whatever their role.
NEEDS: dict[str, Permission | None] = {
    "GET /studio": Permission.VIEW,
    "GET /studio/account": None,
    "GET /studio/agreements": Permission.MONEY,
    "GET /studio/audit": Permission.ADMIN,
    "GET /studio/channels/": Permission.ADMIN,
    "GET /studio/organisation": Permission.ADMIN,
    "GET /studio/privacy": Permission.ADMIN,
    "GET /studio/settings/payments": Permission.ADMIN,
    "POST /studio/settings/payments": Permission.ADMIN,
    "POST /studio/privacy/": Permission.ADMIN,
    "GET /studio/organisations": None,
    "GET /studio/campaigns/new": Permission.EDIT,
    "GET /studio/campaigns/import": Permission.EDIT,
    "GET /studio/notices": Permission.MODERATE,
    "GET /studio/money": Permission.MONEY,
    "POST /studio/money": Permission.MONEY,
    f"GET {CAMPAIGN}/money": Permission.MONEY,
    "GET /studio/receipts": Permission.MONEY,
    "POST /studio/receipts": Permission.MONEY,
    "GET /studio/receipts/settings": Permission.ADMIN,
    "POST /studio/receipts/settings": Permission.ADMIN,
    f"GET {CAMPAIGN}/copy": Permission.EDIT,
    f"GET {CAMPAIGN}/kept.zip": Permission.EDIT,
    f"GET {CAMPAIGN}/settings": Permission.EDIT,
    f"GET {CAMPAIGN}/crisis/protocol": Permission.EDIT,
    f"GET {CAMPAIGN}/posts/new": Permission.EDIT,
    f"GET {CAMPAIGN}/challenges/": Permission.EDIT,
    f"GET {CAMPAIGN}/influencers/new": Permission.EDIT,
    f"GET {CAMPAIGN}/impact/promises/": Permission.EDIT,
    f"GET {CAMPAIGN}/impact/plan/": Permission.EDIT,
    f"GET {CAMPAIGN}/impact/evidence/": Permission.MONEY,
    f"GET {CAMPAIGN}/impact/updates/": Permission.PUBLISH,
    "GET /studio/settings/spending": Permission.ADMIN,
    "POST /studio/settings/spending": Permission.ADMIN,
    "POST /studio/account": None,
    "POST /studio/channels/": Permission.ADMIN,
    "POST /studio/notices/": Permission.MODERATE,
    "POST /studio/sign-out": None,
    "POST /studio/subscribe/": None,
    "POST /studio/invitations/": Permission.ADMIN,
    "POST /studio/members/": Permission.ADMIN,
    "POST /studio/organisation": Permission.ADMIN,
    "POST /studio/organisations": Permission.ADMIN,
    "POST /studio/organisations/{pid}/enter": None,
    "POST /studio/campaigns/new": Permission.EDIT,
    "POST /studio/campaigns/import": Permission.EDIT,
    f"POST {CAMPAIGN}/copy": Permission.EDIT,
    f"POST {CAMPAIGN}/settings": Permission.EDIT,
    f"POST {CAMPAIGN}/advance": Permission.PUBLISH,
    f"POST {CAMPAIGN}/pause": Permission.VIEW,
    f"POST {CAMPAIGN}/resume": Permission.PUBLISH,
    f"POST {CAMPAIGN}/crisis": Permission.PUBLISH,
    f"POST {CAMPAIGN}/crisis/open": Permission.VIEW,
    f"POST {CAMPAIGN}/crisis/alert": Permission.VIEW,
    f"POST {CAMPAIGN}/crisis/log": Permission.VIEW,
    f"POST {CAMPAIGN}/crisis/pause": Permission.VIEW,
    f"POST {CAMPAIGN}/crisis/protocol": Permission.EDIT,
    f"POST {CAMPAIGN}/days": Permission.EDIT,
    f"POST {CAMPAIGN}/week": Permission.EDIT,
    f"POST {CAMPAIGN}/calendar": Permission.EDIT,
    f"POST {CAMPAIGN}/frames": Permission.EDIT,
    f"POST {CAMPAIGN}/posts": Permission.EDIT,
    f"POST {CAMPAIGN}/posts/{{post}}/review/approve": Permission.PUBLISH,
    f"POST {CAMPAIGN}/posts/{{post}}/review/changes": Permission.PUBLISH,
    f"POST {CAMPAIGN}/review/submit": Permission.EDIT,
    f"POST {CAMPAIGN}/review/approve": Permission.PUBLISH,
    f"POST {CAMPAIGN}/challenges": Permission.EDIT,
    f"POST {CAMPAIGN}/influencers": Permission.EDIT,
    f"POST {CAMPAIGN}/links": Permission.EDIT,
    f"GET {CAMPAIGN}/drive/matches/": Permission.MONEY,
    f"POST {CAMPAIGN}/drive": Permission.MONEY,
    f"POST {CAMPAIGN}/drive/goals": Permission.EDIT,
    f"GET {CAMPAIGN}/offline": Permission.MONEY,
    f"POST {CAMPAIGN}/offline": Permission.MONEY,
    f"GET {CAMPAIGN}/gifts/{{gid}}": Permission.MONEY,
    f"POST {CAMPAIGN}/gifts/{{gid}}": Permission.MONEY,
    "GET /studio/defence": Permission.MONEY,
    "POST /studio/defence": Permission.MONEY,
    "GET /studio/disputes": Permission.MONEY,
    "POST /studio/disputes": Permission.MONEY,
    "GET /studio/transfers": Permission.MONEY,
    "POST /studio/transfers/": Permission.MONEY,
    "POST /studio/transfers/account": Permission.ADMIN,
    f"POST {CAMPAIGN}/impact/promises": Permission.EDIT,
    f"POST {CAMPAIGN}/impact/plan/": Permission.EDIT,
    f"POST {CAMPAIGN}/impact/plan/unspent": Permission.MONEY,
    f"POST {CAMPAIGN}/impact/spends": Permission.MONEY,
    f"POST {CAMPAIGN}/impact/spending": Permission.MONEY,
    f"POST {CAMPAIGN}/impact/evidence": Permission.MONEY,
    f"POST {CAMPAIGN}/impact/updates": Permission.PUBLISH,
    f"POST {CAMPAIGN}/insights/count": Permission.VIEW,
    f"POST {CAMPAIGN}/insights/reach": Permission.EDIT,
    f"GET {CAMPAIGN}/insights/costs": Permission.MONEY,
    f"POST {CAMPAIGN}/insights/costs": Permission.MONEY,
    f"POST {CAMPAIGN}/insights/open": Permission.PUBLISH,
    f"POST {CAMPAIGN}/followers/export": Permission.ADMIN,
    f"POST {CAMPAIGN}/followers/told": Permission.PUBLISH,
    f"POST {CAMPAIGN}/impact/updates/{{uid}}/withdraw": Permission.ADMIN,
    f"GET {CAMPAIGN}/sessions/new": Permission.EDIT,
    f"GET {CAMPAIGN}/sessions/{{sid}}/edit": Permission.EDIT,
    f"POST {CAMPAIGN}/sessions": Permission.EDIT,
    f"POST {CAMPAIGN}/questions/{{qid}}/answer": Permission.EDIT,
    f"POST {CAMPAIGN}/questions/{{qid}}/unpublish": Permission.EDIT,
    f"POST {CAMPAIGN}/questions/{{qid}}/merge": Permission.MODERATE,
    f"POST {CAMPAIGN}/questions/{{qid}}/separate": Permission.MODERATE,
    f"GET {CAMPAIGN}/facts/new": Permission.EDIT,
    f"POST {CAMPAIGN}/facts": Permission.EDIT,
    f"POST {CAMPAIGN}/facts/{{fact}}/check": Permission.MODERATE,
    f"POST {CAMPAIGN}/facts/{{fact}}/correct": Permission.PUBLISH,
    f"POST {CAMPAIGN}/participation": Permission.MODERATE,
    f"POST {CAMPAIGN}/after/": Permission.EDIT,
    f"GET {CAMPAIGN}/alerts": Permission.MODERATE,
    f"POST {CAMPAIGN}/alerts": Permission.MODERATE,
    "GET /studio/inbox": Permission.MODERATE,
    "POST /studio/inbox": Permission.MODERATE,
    f"GET {CAMPAIGN}/voices.csv": Permission.EDIT,
    f"POST {CAMPAIGN}/voices": Permission.EDIT,
}

# Before anyone is signed in, the kit, which shows no data, and the calendar, whose address is the key.
OPEN = ("/studio/sign-in", "/studio/kit", "/studio/calendar/")


def _cases() -> list[Case]:
    return [
        Case(method, route.path)
        for router in routers()
        for route in router.routes
        if isinstance(route, APIRoute)
        and route.path.startswith("/studio")
        and not route.path.startswith(OPEN)
        for method in sorted(route.methods - {"HEAD", "OPTIONS"})
    ]


def _need(case: Case) -> Permission | None:
    beginnings = [known for known in NEEDS if str(case).startswith(known)]
    assert beginnings, f"say in NEEDS which permission {case} takes"
    return NEEDS[max(beginnings, key=len)]


@pytest.mark.parametrize("case", _cases(), ids=str)
def test_each_role_reaches_what_it_may(session: Session, visit: TestClient, case: Case) -> None:
    need = _need(case)
    world = World(session, "Les Lanternes")
    url = case.url(world) if "{" in case.path else case.path
    form = form_of(case, world)
    # Those who are refused come first: what the others do may use the object up.
    for role in sorted(Role, key=lambda role: need is None or allows(role, need)):
        actor = factories.member(session, world.organisation, role, "Someone")
        visit.cookies.clear()
        csrf = factories.sign_in(session, visit, actor)
        status = send(visit, case, url, csrf, form)
        assert (status == 403) is (need is not None and not allows(role, need)), f"{role}: {status}"
        assert status < 500
