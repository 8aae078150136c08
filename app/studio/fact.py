"""One claim: its words, its sources with their archived copies, its check, its corrections."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns import queries as campaigns
from app.campaigns.access import OwnCampaign
from app.campaigns.models import Campaign
from app.claims import correcting, fetching, forms, queries, rules, service
from app.claims.models import Claim, Source
from app.claims.queries import ClaimView
from app.core import clock
from app.core.db import reading, transaction
from app.core.deps import Db
from app.core.errors import Conflict, NotFound
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.i18n import Message, mark
from app.core.pages import page, redirect
from app.core.ratelimit import limited
from app.people.access import Member, may, member_of
from app.people.rules import Actor, Permission

HOME = "/studio/campaigns/{pid}/facts/{fact}"
router = APIRouter()
EDIT = [may(Permission.EDIT)]


def _claim(fact: str, campaign: OwnCampaign, session: Db) -> Claim:
    return service.get(session, campaign, fact)


def _source(source: str, claim: Annotated[Claim, Depends(_claim)], session: Db) -> Source:
    return service.get_source(session, claim, source)


OwnClaim = Annotated[Claim, Depends(_claim)]
OwnSource = Annotated[Source, Depends(_source)]


@router.get(HOME, name="studio:fact")
def show(request: Request, session: Db, actor: Member, campaign: OwnCampaign, claim: OwnClaim) -> Response:
    """A claim with everything that is known of it."""
    return _page(request, session, actor, campaign, claim)


@router.post(HOME + "/words", name="studio:reword-fact", dependencies=EDIT)
def reword(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, claim: OwnClaim, form: FormData
) -> Response:
    """Claim other words; the check ends."""
    parsed = form.parse(forms.WordsForm)
    if parsed.data is None:
        return _page(request, session, actor, campaign, claim, words=parsed, status=422)
    try:
        service.reword(session, actor, campaign, claim, words=parsed.data.words)
    except Conflict as conflict:
        wrong = parsed.with_error("words", conflict.message)
        return _page(request, session, actor, campaign, claim, words=wrong, status=422)
    return _back(request, campaign, claim)


@router.post(HOME + "/remove", name="studio:remove-fact", dependencies=EDIT)
def remove(request: Request, session: Db, actor: Member, campaign: OwnCampaign, claim: OwnClaim) -> Response:
    """Take a claim back."""
    service.remove(session, actor, claim)
    return redirect(request, f"/studio/campaigns/{campaign.pid}/facts", ok="removed")


@router.post(HOME + "/sources", name="studio:add-source", dependencies=EDIT)
def add_source(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, claim: OwnClaim, form: FormData
) -> Response:
    """Say where the claim comes from."""
    parsed = form.parse(forms.SourceForm)
    if parsed.data is None:
        return _page(request, session, actor, campaign, claim, added=parsed, status=422)
    service.save_source(session, actor, claim, None, **parsed.data.model_dump())
    return _back(request, campaign, claim, "#sources")


@router.post(HOME + "/sources/{source}", name="studio:change-source", dependencies=EDIT)
def change_source(
    request: Request,
    session: Db,
    actor: Member,
    campaign: OwnCampaign,
    claim: OwnClaim,
    row: OwnSource,
    form: FormData,
) -> Response:
    """Change a source; the check ends when it reads otherwise."""
    parsed = form.parse(forms.SourceForm)
    if parsed.data is None:
        return _page(request, session, actor, campaign, claim, changed={row.pid: parsed}, status=422)
    service.save_source(session, actor, claim, row, **parsed.data.model_dump())
    return _back(request, campaign, claim, "#sources")


@router.post(HOME + "/sources/{source}/remove", name="studio:remove-source", dependencies=EDIT)
def remove_source(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, claim: OwnClaim, row: OwnSource
) -> Response:
    """Take a source away."""
    service.remove_source(session, actor, claim, row)
    return _back(request, campaign, claim, "#sources")


def _editor(request: Request, form: FormData) -> Actor:
    with reading() as session:
        actor = member_of(request, session, form)
    actor.require(Permission.EDIT)
    return actor


@router.post(
    HOME + "/sources/{source}/fetch",
    name="studio:fetch-source",
    dependencies=[limited("fetch-source", times=40, seconds=600)],
)
def fetch(
    pid: str, fact: str, source: str, request: Request, actor: Annotated[Actor, Depends(_editor)]
) -> Response:
    """Read the page at the source's address and keep its text. Another server is asked: no transaction is open."""
    with reading() as session:
        campaign, claim, row = _own_source(session, actor, pid, fact, source)
        address = row.url
    try:
        text = fetching.read_page(address)
    except fetching.Unreadable as error:
        with reading() as session:
            campaign, claim, row = _own_source(session, actor, pid, fact, source)
            wrong = {source: FormState(_stored(row), {"archive": error.said})}
            return _page(request, session, actor, campaign, claim, changed=wrong, status=422)
    with transaction() as session:
        campaign, claim, row = _own_source(session, actor, pid, fact, source)
        if row.url != address:
            raise Conflict(mark("The address was changed meanwhile. Ask for the page again."))
        service.keep_fetched(session, actor, claim, row, text=text)
        return _back(request, campaign, claim, "#sources")


def _own_source(
    session: Session, actor: Actor, pid: str, fact: str, source: str
) -> tuple[Campaign, Claim, Source]:
    campaign = campaigns.own_campaign(session, actor, pid)
    if campaign is None:
        raise NotFound
    claim = service.get(session, campaign, fact)
    return campaign, claim, service.get_source(session, claim, source)


@router.post(HOME + "/check", name="studio:check-fact", dependencies=[may(Permission.MODERATE)])
def check(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, claim: OwnClaim, form: FormData
) -> Response:
    """What a claim is worth, by somebody who did not write it. Editors and moderators may."""
    parsed = form.parse(forms.CheckForm)
    if parsed.data is None:
        return _page(request, session, actor, campaign, claim, checking=parsed, status=422)
    try:
        service.check(session, actor, campaign, claim, **parsed.data.model_dump())
    except Conflict as conflict:
        wrong = FormState(parsed.values, {"form": conflict.message})
        return _page(request, session, actor, campaign, claim, checking=wrong, status=409)
    return _back(request, campaign, claim)


@router.post(HOME + "/correct", name="studio:correct-fact", dependencies=[may(Permission.PUBLISH)])
def correct(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, claim: OwnClaim, form: FormData
) -> Response:
    """Correct in public what was said."""
    parsed = form.parse(forms.CorrectForm)
    if parsed.data is None:
        return _page(request, session, actor, campaign, claim, correcting=parsed, status=422)
    try:
        correcting.correct(session, actor, campaign, claim, **parsed.data.model_dump())
    except Conflict as conflict:
        wrong = FormState(parsed.values, {"form": conflict.message})
        return _page(request, session, actor, campaign, claim, correcting=wrong, status=409)
    return _back(request, campaign, claim, "#corrections")


def _back(request: Request, campaign: Campaign, claim: Claim, anchor: str = "") -> Response:
    return redirect(request, f"/studio/campaigns/{campaign.pid}/facts/{claim.pid}{anchor}", ok="saved")


def _stored(row: Source) -> dict[str, Any]:
    on = row.published_on.isoformat() if row.published_on else ""
    return {**{name: getattr(row, name) for name in _FIELDS}, "published_on": on}


_FIELDS = ("title", "publisher", "url", "quote", "archive")


def _why_not(session: Session, actor: Actor, campaign: Campaign, view: ClaimView) -> Message | str | None:
    """Why this member cannot check the claim now; None when they can."""
    if not service.may_check(session, actor, campaign, view.claim):
        if actor.may(Permission.MODERATE):
            return service.OwnClaim().message
        return mark("Someone who may edit or moderate checks it.")
    if view.subject is None or not rules.context(view.subject.text, view.claim.words):
        return mark("The text no longer says these words: change the claim first, or remove it.")
    return None


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    campaign: Campaign,
    claim: Claim,
    *,
    status: int = 200,
    **states: Any,
) -> Response:
    """The claim with the forms that were refused: `words`, `added`, `changed`, `checking`, `correcting`."""
    view = queries.view(session, campaign, claim.pid)
    if view is None:
        raise NotFound
    context = {
        "campaign": campaign,
        "room": "facts",
        "view": view,
        "claim": view.claim,
        "sentence": rules.context(view.subject.text, view.claim.words) if view.subject else "",
        "stored": {one.pid: FormState(_stored(one)) for one in view.sources},
        "captions": {one.pid: correcting.caption(campaign, one) for one in view.corrections},
        "standing_words": rules.STANDING_WORDS,
        "verdict_words": rules.VERDICT_WORDS,
        "editable": actor.may(Permission.EDIT),
        "publisher": actor.may(Permission.PUBLISH),
        "me": actor.name,
        "why_not": _why_not(session, actor, campaign, view),
        "today": clock.today(campaign.timezone),
        "words": None,
        "added": None,
        "changed": {},
        "checking": None,
        "correcting": None,
        **states,
    }
    return page(request, "studio/fact.html", context, status=status)
