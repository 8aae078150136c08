"""`…/insights/costs`: what the week cost and how long it took, against what it brought. For who looks after money."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns.access import OwnCampaign
from app.campaigns.models import Campaign
from app.core import clock
from app.core.deps import Db
from app.core.errors import NotFound
from app.core.forms import FormData, FormState
from app.core.ids import new_pid
from app.core.pages import page, redirect
from app.influencers import queries as influencers
from app.insights import forms, queries, service
from app.insights.forms import CostForm
from app.insights.models import Cost
from app.insights.rules import COST_WORDS
from app.insights.spending import spending
from app.insights.view import around, base
from app.people.access import Member, may
from app.people.rules import Actor, Permission

router = APIRouter()
ROOM = "/studio/campaigns/{pid}/insights/costs"
MONEY = [may(Permission.MONEY)]


def _cost(cid: str, campaign: OwnCampaign, session: Db) -> Cost:
    found = queries.cost(session, campaign, cid)
    if found is None:
        raise NotFound
    return found


OwnCost = Annotated[Cost, Depends(_cost)]


@router.get(ROOM, name="insights:costs", dependencies=MONEY)
def costs(request: Request, session: Db, actor: Member, campaign: OwnCampaign) -> Response:
    return _show(request, session, actor, campaign)


def _show(
    request: Request,
    session: Session,
    actor: Actor,
    campaign: Campaign,
    form: FormState | None = None,
    status: int = 200,
) -> Response:
    context = {
        "spending": spending(session, campaign),
        "kinds": [(kind.value, name) for kind, name in COST_WORDS.items()],
        "kind_words": COST_WORDS,
        "carriers": queries.influencer_names(session, campaign),
        "options": [(one.pid, one.name) for one in influencers.confirmed(session, campaign)],
        "form": form or FormState({"on_date": clock.today(campaign.timezone).isoformat()}),
        "open": form is not None,
        "form_key": new_pid(),
    }
    return page(
        request, "insights/costs.html", {**around(campaign, actor, "/costs"), **context}, status=status
    )


@router.post(ROOM, name="insights:add-cost", dependencies=MONEY)
def add(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    parsed = form.parse(CostForm)
    data = parsed.data
    if data is None:
        return _show(request, session, actor, campaign, parsed, status=422)
    minutes, minor, wrong = forms.cost(data, campaign.currency)
    who = influencers.one(session, campaign, data.influencer) if data.influencer else None
    if data.influencer and who is None:
        raise NotFound
    if wrong:
        return _show(request, session, actor, campaign, forms.with_errors(parsed, wrong), status=422)
    service.add_cost(
        session,
        actor,
        campaign,
        kind=data.kind,
        label=data.label,
        on_date=data.on_date,
        minutes=minutes,
        amount_minor=minor,
        influencer=who,
        key=data.form_key,
    )
    return redirect(request, base(campaign) + "/costs", ok="saved")


@router.post(ROOM + "/{cid}/remove", name="insights:remove-cost", dependencies=MONEY)
def remove(request: Request, session: Db, actor: Member, campaign: OwnCampaign, row: OwnCost) -> Response:
    service.remove_cost(session, actor, row)
    return redirect(request, base(campaign) + "/costs", ok="removed")
