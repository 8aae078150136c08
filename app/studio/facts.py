"""The facts of a campaign: what is claimed, how it stands, what looks like a fact and has no source yet."""

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns.access import OwnCampaign
from app.campaigns.models import Campaign
from app.claims import correcting, forms, lacking, likely, queries, rules, service, subjects
from app.claims.rules import SubjectKind
from app.core.deps import Db
from app.core.errors import Conflict, NotFound
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.i18n import Message
from app.core.pages import page, redirect
from app.people.access import Member, may
from app.people.rules import Actor, Permission

router = APIRouter(prefix="/studio/campaigns/{pid}/facts")
EDIT = [may(Permission.EDIT)]


@router.get("", name="studio:facts")
def show(request: Request, session: Db, actor: Member, campaign: OwnCampaign) -> Response:
    """Every claim by the text that makes it, and what still needs a source or a word."""
    return _facts(request, session, actor, campaign)


@router.post("/dismiss", name="studio:dismiss-fact", dependencies=EDIT)
def dismiss(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    """A sentence is an opinion, or somebody's own story."""
    parsed = form.parse(forms.DismissForm)
    if parsed.data is None:
        return _facts(request, session, actor, campaign, said=parsed.errors.get("sentence"), status=422)
    data = parsed.data
    service.dismiss(session, actor, campaign, sentence=data.sentence)
    if data.kind and data.subject:
        desk = service.subject_of(session, campaign, data.kind, data.subject).desk
        return redirect(request, f"/studio/campaigns/{campaign.pid}{desk}#facts-title", ok="saved")
    return _back(request, campaign, "saved", "#unsourced")


@router.post("/nothing", name="studio:nothing-to-source", dependencies=EDIT)
def nothing(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    """Somebody's word that nothing here needs a source."""
    parsed = form.parse(forms.NothingForm)
    if parsed.data is None:
        return _facts(request, session, actor, campaign, said=parsed.errors.get("shown"), status=422)
    try:
        service.state_nothing(session, actor, campaign, shown=parsed.data.shown)
    except Conflict as conflict:
        return _facts(request, session, actor, campaign, said=conflict.message, status=409)
    return _back(request, campaign, "saved")


@router.get("/new", name="studio:new-fact", dependencies=EDIT)
def new(
    request: Request, session: Db, campaign: OwnCampaign, kind: str = "", subject: str = "", words: str = ""
) -> Response:
    """Claim some words of a text; `words` are suggested."""
    if not (kind and subject):  # nothing was chosen: the list says what may be
        return _back(request, campaign, "")
    found = _subject(session, campaign, kind, subject)
    return _new(request, campaign, found, FormState(values={"words": words[:600]}))


@router.post("/new", name="studio:add-fact", dependencies=EDIT)
def add(request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData) -> Response:
    """Keep the claim; its sources follow on its page."""
    found = _subject(session, campaign, form.get("kind"), form.get("subject"))
    parsed = form.parse(forms.ClaimForm)
    if parsed.data is None:
        return _new(request, campaign, found, parsed, status=422)
    try:
        made = service.add(session, actor, campaign, found, words=parsed.data.words)
    except Conflict as conflict:
        return _new(request, campaign, found, parsed.with_error("words", conflict.message), status=422)
    return redirect(request, f"/studio/campaigns/{campaign.pid}/facts/{made.pid}#sources", ok="saved")


@router.post("/corrections/{correction}/frame", name="studio:corrective-frame", dependencies=EDIT)
def corrective_frame(
    correction: str, request: Request, session: Db, actor: Member, campaign: OwnCampaign
) -> Response:
    """Make the story that corrects, in today's day, and offer it as a post to plan."""
    found = queries.correction(session, campaign, correction)
    if found is None:
        raise NotFound
    frame = correcting.make_frame(session, actor, campaign, found[0])
    return redirect(request, f"/studio/campaigns/{campaign.pid}/frames/{frame.pid}#posts", ok="saved")


def _subject(session: Session, campaign: Campaign, kind: str, pid: str) -> subjects.Subject:
    try:
        return service.subject_of(session, campaign, SubjectKind(kind), pid)
    except ValueError:
        raise NotFound from None


def _back(request: Request, campaign: Campaign, ok: str, anchor: str = "") -> Response:
    return redirect(request, f"/studio/campaigns/{campaign.pid}/facts{anchor}", ok=ok)


def _new(
    request: Request, campaign: Campaign, subject: subjects.Subject, form: FormState, status: int = 200
) -> Response:
    context = {"campaign": campaign, "room": "facts", "subject": subject, "form": form}
    return page(request, "studio/fact_new.html", context, status=status)


def _facts(
    request: Request,
    session: Session,
    actor: Actor,
    campaign: Campaign,
    *,
    said: Message | str | None = None,
    status: int = 200,
) -> Response:
    told = subjects.of_campaign(session, campaign)
    found = queries.views(session, campaign, told)
    left = lacking.unsourced(session, campaign, told)
    context = {
        "campaign": campaign,
        "room": "facts",
        "open": [one for one in found if one.is_open],
        "checked": [one for one in found if not one.is_open],
        "left": left,
        "left_count": sum(len(one.found) for one in left),
        "left_shown": service.digest_of_unsourced(left),
        "why": likely.WHY_WORDS,
        "nothing": lacking.nothing_to_source(session, campaign),
        "corrections": queries.corrections(session, campaign),
        "standing_words": rules.STANDING_WORDS,
        "verdict_words": rules.VERDICT_WORDS,
        "editable": actor.may(Permission.EDIT),
        "said": said,
    }
    return page(request, "studio/facts.html", context, status=status)
