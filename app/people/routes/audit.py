"""`/studio/audit`: who did what of consequence, in sentences."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core.deps import Db
from app.core.pages import page
from app.people import queries
from app.people.access import Member, may
from app.people.rules import Permission
from app.people.wording import KINDS, audit_sentence

router = APIRouter()


@router.get("/studio/audit", name="people:audit", dependencies=[may(Permission.ADMIN)])
def show_audit(
    request: Request, session: Db, actor: Member, who: str = "", kind: str = "", at: int = 1
) -> Response:
    kind = kind if kind in KINDS else ""
    found = queries.audit_page(session, actor, who=who, kind=kind, page=at)

    def address(number: int) -> str:
        return f"/studio/audit?{urlencode({'who': who, 'kind': kind, 'at': number})}"

    context = {
        "found": found,
        "sentence": audit_sentence,
        "people": queries.audit_people(session, actor),
        "kinds": list(KINDS.items()),
        "who": who,
        "kind": kind,
        "zone": queries.organisation(session, actor).timezone,
        "before": address(found.page - 1) if found.page > 1 else None,
        "after": address(found.page + 1) if found.page < found.pages else None,
    }
    return page(request, "people/audit.html", context, block="audit_log")
