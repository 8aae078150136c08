"""`/after/{token}`: one answer, 30 or 90 days later; `/c/{slug}/after`: what they say together; the team's page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns.access import OwnCampaign, PublicCampaign
from app.campaigns.around import around_of
from app.campaigns.models import Campaign
from app.campaigns.rules import last_date
from app.campaigns.sharing import sharing
from app.core import clock
from app.core.deps import Db
from app.core.errors import Gone
from app.core.fields import FormState
from app.core.forms import FormData, Submitted
from app.core.i18n import mark
from app.core.pages import page, redirect, speak
from app.core.ratelimit import limited
from app.followups import queries, rules, service
from app.followups.forms import GaveForm, RoundForm, TookPartForm
from app.followups.models import FollowUp, FollowUpAsked
from app.people.access import Member, may
from app.people.models import Organisation
from app.people.rules import Actor, Permission

router = APIRouter()
NO_TRACE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}
STUDIO = "/studio/campaigns/{pid}/after"
CHOICES = [(one.value, words) for one, words in rules.LASTED_WORDS.items()]


@dataclass(frozen=True)
class Link:
    """A private address, and whom it asks about what."""

    token: str
    asked: FollowUpAsked
    round: FollowUp
    campaign: Campaign


def _link(token: str, request: Request, session: Db) -> Link:
    found = queries.by_token(session, token)
    if found is None:
        raise Gone(mark("The time to answer is over. Thank you for having opened it."))
    speak(request, found[0].language)
    return Link(token, *found)


Asked = Annotated[Link, Depends(_link)]
SPARING = [limited("after-page", times=60, seconds=60)]


@router.get("/after/{token}", name="followups:ask", dependencies=SPARING)
def show(request: Request, session: Db, link: Asked, said: str = "") -> Response:
    """The question. A link of the mail may bring the answer with it: it is only chosen, never sent."""
    chosen = said if said in list(rules.Lasted) else ""
    before = link.asked.lasted.value if link.asked.lasted else ""
    shown = FormState({"lasted": chosen or before, "changed": link.asked.changed})
    return _page(request, session, link, shown)


@router.post("/after/{token}", name="followups:answer", dependencies=SPARING)
def answer(request: Request, session: Db, link: Asked, form: FormData) -> Response:
    """Keep the answer, in place of one given before."""
    if link.asked.took_part:
        told = form.parse(TookPartForm)
        if told.data is None:
            return _page(request, session, link, told, 422)
        service.answer(session, link.asked, lasted=told.data.lasted, changed=told.data.changed)
    else:
        words = form.parse(GaveForm)
        if words.data is None:
            return _page(request, session, link, words, 422)
        service.answer(session, link.asked, lasted=None, changed=words.data.changed)
    return redirect(request, f"/after/{link.token}", ok="saved")


@router.post("/after/{token}/stop", name="followups:refuse", dependencies=SPARING)
def refuse(request: Request, session: Db, link: Asked) -> Response:
    """No such mail any more."""
    service.refuse(session, link.asked, link.campaign)
    return redirect(request, f"/after/{link.token}", ok="saved")


def _page(request: Request, session: Session, link: Link, form: FormState, status: int = 200) -> Response:
    asked, campaign = link.asked, link.campaign
    unwilling = queries.refused(session, campaign.organisation_id, [asked.address_hash or ""])
    context = {
        "asked": asked,
        "round": link.round,
        "campaign": campaign,
        "organisation": session.get_one(Organisation, campaign.organisation_id),
        "form": form,
        "choices": CHOICES,
        "next_act": queries.next_act(session, campaign),
        "refused": bool(unwilling),
        "here": f"/after/{link.token}",
    }
    return page(request, "followups/ask.html", context, status=status, headers=NO_TRACE)


@router.get("/c/{slug}/after", name="followups:public")
def public(request: Request, session: Db, campaign: PublicCampaign) -> Response:
    """What those who were asked say together, with how many of them answered."""
    around = around_of(request, session, campaign)
    context = {
        "campaign": campaign,
        "around": around,
        "sharing": sharing(request, around, "/after", title=str(mark("What lasted"))),
        "lines": _lines(session, campaign),
        "lasted_words": rules.LASTED_WORDS,
        "least": rules.LEAST,
    }
    return page(request, "followups/public.html", context)


def _lines(session: Session, campaign: Campaign) -> list[dict[str, Any]]:
    """Each round with its day, its state and what it brought."""
    last, now = last_date(campaign.starts_on, campaign.length), clock.now()
    found, brought = queries.rounds(session, campaign.id), queries.figures(session, campaign.id)
    return [
        {
            "days": days,
            "at": rules.asks_at(last, days, campaign.timezone),
            "to_come": rules.asks_at(last, days, campaign.timezone) > now,
            "row": found.get(days),
            "figures": brought.get(days),
        }
        for days in rules.ROUNDS
    ]


@router.get(STUDIO, name="followups:studio")
def studio(request: Request, session: Db, campaign: OwnCampaign) -> Response:
    """The rounds, their figures, and what people wrote, for the team."""
    return _studio(request, session, campaign)


def _studio(request: Request, session: Session, campaign: Campaign, status: int = 200) -> Response:
    context = {
        "campaign": campaign,
        "room": "after",
        "lines": _lines(session, campaign),
        "words": queries.words(session, campaign.id),
        "lasted_words": rules.LASTED_WORDS,
    }
    return page(request, "followups/studio.html", context, status=status)


@router.post(STUDIO + "/off", name="followups:call-off", dependencies=[may(Permission.EDIT)])
def call_off(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    """Do not ask in a round to come."""
    return _change(request, session, actor, campaign, form, service.call_off)


@router.post(STUDIO + "/on", name="followups:call-on", dependencies=[may(Permission.EDIT)])
def call_on(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    """Ask after all."""
    return _change(request, session, actor, campaign, form, service.call_on)


def _change(
    request: Request,
    session: Session,
    actor: Actor,
    campaign: Campaign,
    form: Submitted,
    verb: Callable[[Session, Actor, Campaign, int], None],
) -> Response:
    parsed = form.parse(RoundForm)
    if parsed.data is None:
        return _studio(request, session, campaign, 422)
    verb(session, actor, campaign, int(parsed.data.days))
    return redirect(request, f"/studio/campaigns/{campaign.pid}/after", ok="saved")
