"""`/studio/defence`: how the donation pages are guarded at this moment, and a rehearsal of what would happen."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.core import clock
from app.core.deps import Db
from app.core.forms import FormData, FormState
from app.core.pages import page, redirect
from app.core.ratelimit import limited
from app.defence import drill, queries, rules, service
from app.defence.drill import Attack, Outcome
from app.defence.forms import DrillForm, WatchForm
from app.people import queries as people
from app.people.access import Member, may
from app.people.rules import Actor, Permission

router = APIRouter()
HOME = "/studio/defence"
MONEY = may(Permission.MONEY)


@router.get(HOME, name="defence:studio", dependencies=[MONEY])
def studio(request: Request, session: Db, actor: Member) -> Response:
    """The mood of the pages, the last hour, a rehearsal."""
    return _show(request, session, actor)


@router.post(HOME + "/watch", name="defence:watch", dependencies=[MONEY])
def watch(request: Request, session: Db, actor: Member, form: FormData) -> Response:
    """See what donors see, or be ready for something announced; or end a watch."""
    parsed = form.parse(WatchForm)
    if parsed.data is None:
        return _show(request, session, actor, status=422)
    service.watch(session, actor, on=parsed.data.do == "begin")
    return redirect(request, HOME, ok="saved")


@router.post(
    HOME + "/drill", name="defence:drill", dependencies=[limited("drill", times=20, seconds=60), MONEY]
)
def rehearse(request: Request, session: Db, actor: Member, form: FormData) -> Response:
    """Play an attack through in memory: nothing real is touched."""
    parsed = form.parse(DrillForm)
    if parsed.data is None:
        return _show(request, session, actor, form=parsed, status=422)
    outcome = drill.play(parsed.data.attack)
    return _show(request, session, actor, form=parsed, outcome=outcome)


def _show(
    request: Request,
    session: Session,
    actor: Actor,
    *,
    form: FormState | None = None,
    outcome: Outcome | None = None,
    status: int = 200,
) -> Response:
    now, state = clock.now(), queries.state(session, actor.organisation_id)
    minutes = queries.minutes(session, actor.organisation_id, now - timedelta(hours=1))
    context = {
        "mood": state.mood(now).value,
        "state": state,
        "minutes": minutes,
        "moments": [datetime.fromtimestamp(one.minute * 60, UTC) for one in minutes],
        "zone": people.organisation(session, actor).timezone,
        "wait": int(rules.WAIT.total_seconds()),
        "rest": int(rules.PAUSE.total_seconds()),
        "form": form or FormState(asdict(Attack())),
        "outcome": outcome,
        "asked": int(str(form.values.get("donors", 0))) if form and outcome else 0,
    }
    return page(request, "defence/studio.html", context, status=status)
