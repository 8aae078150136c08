"""What a campaign still lacks before its next state, the one button that takes it there, and the history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns.access import OwnCampaign
from app.campaigns.models import Campaign, StateChange
from app.campaigns.rules import STATE_WORDS, DriveStart, State
from app.core.deps import Db
from app.core.errors import Conflict
from app.core.forms import FormData
from app.core.i18n import Message, mark
from app.core.pages import page, redirect
from app.launch import queries, rules, service
from app.launch.queries import Readiness
from app.launch.rules import Finding
from app.people.access import Member
from app.people.rules import Actor
from app.publishing.review import waiting

router = APIRouter(prefix="/studio/campaigns/{pid}")


@dataclass(frozen=True)
class Step:
    """A change of state as the page offers it."""

    after: State
    words: Message
    means: Message
    readiness: Readiness
    allowed: bool  # by role


def fix_path(campaign: Campaign, finding: Finding) -> str:
    """Where a missing thing is put right."""
    fix = finding.check.fix
    return "/studio/organisation" if fix == "organisation" else f"/studio/campaigns/{campaign.pid}{fix}"


def _steps(session: Session, actor: Actor, campaign: Campaign) -> list[Step]:
    """Every road from here, the way forward first."""
    forward = rules.FORWARD.get(campaign.state)
    roads = [after for before, after in rules.REQUIRED if before is campaign.state]
    facts = queries.gather(session, campaign)
    return [
        Step(
            after,
            rules.STEP_WORDS[after],
            rules.STEP_MEANS[after],
            Readiness(after, rules.findings(campaign.state, after, facts)),
            service.may_advance(actor, campaign.state, after),
        )
        for after in sorted(roads, key=lambda one: one is not forward)
    ]


def _by_itself(campaign: Campaign) -> tuple[Message, datetime] | None:
    """What the clock will do next, and when."""
    if campaign.state is State.READY:
        return mark("Goes live by itself on"), service.goes_live_at(campaign)
    if campaign.state is State.LIVE and campaign.drive_start is DriveStart.HAND:
        return None
    if campaign.state is State.LIVE:
        return mark("The drive opens by itself on"), service.drive_opens_at(campaign)
    if campaign.state is State.DRIVE:
        return mark("The drive closes by itself on"), service.drive_closes_at(campaign)
    return None


def _show(
    request: Request,
    session: Session,
    actor: Actor,
    campaign: Campaign,
    *,
    refused: Message | str | None = None,
    status: int = 200,
) -> Response:
    steps = _steps(session, actor, campaign)
    forward = steps[0] if steps and steps[0].after is rules.FORWARD.get(campaign.state) else None
    history: Sequence[StateChange] = service.history(session, campaign)
    context = {
        "campaign": campaign,
        "room": "readiness",
        "step": forward,
        "others": [one for one in steps if one is not forward],
        "by_itself": _by_itself(campaign),
        "fix": lambda finding: fix_path(campaign, finding),
        "state_words": STATE_WORDS,
        "history": history,
        "approving": waiting.counts(session, campaign),
        "refused": refused,
    }
    return page(request, "studio/readiness.html", context, block="readiness", status=status)


@router.get("/readiness", name="studio:readiness")
def readiness(request: Request, session: Db, actor: Member, campaign: OwnCampaign) -> Response:
    """The score, what is missing with its way to it, and the next step."""
    return _show(request, session, actor, campaign)


@router.post("/advance", name="studio:advance")
def advance(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    """Take the campaign to another state, checked again here; by role too: finance moves only the drive."""
    try:
        after = State(form.get("after"))
        service.advance(session, actor, campaign, after)
    except ValueError:
        return _show(request, session, actor, campaign, refused=mark("Choose a step."), status=422)
    except Conflict as refused:
        return _show(request, session, actor, campaign, refused=refused.message, status=refused.status)
    return redirect(request, f"/studio/campaigns/{campaign.pid}/readiness", ok="saved")
