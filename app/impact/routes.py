"""Pages of impact: in the studio promise, spend and report; in public the proof."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.campaigns.access import OwnCampaign, PublicCampaign
from app.campaigns.around import around_of
from app.campaigns.models import Campaign
from app.campaigns.sharing import sharing
from app.claims import queries as claims
from app.claims.rules import SubjectKind
from app.core import i18n
from app.core.deps import Db
from app.core.errors import NotFound
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.pages import page
from app.drive.telling import drive_view, match_words
from app.impact import accounts, due, forms, queries, service
from app.impact.account import account_of
from app.impact.bar import bar_of
from app.impact.desk import back, studio_page
from app.impact.models import Promise
from app.impact.money_rules import CATEGORY_WORDS
from app.people.access import Member, may
from app.people.rules import Permission

router = APIRouter()
due.offer()
STUDIO = "/studio/campaigns/{pid}/impact"
EDIT = [may(Permission.EDIT)]


def _promise(prid: str, campaign: OwnCampaign, session: Db) -> Promise:
    found = queries.promise(session, campaign, prid)
    if found is None:
        raise NotFound
    return found


OwnPromise = Annotated[Promise, Depends(_promise)]


@router.get(STUDIO, name="impact:studio")
def studio(request: Request, session: Db, actor: Member, campaign: OwnCampaign) -> Response:
    """Promises, plan, money used, updates: everything that proves the drive."""
    return studio_page(request, session, actor, campaign)


@router.post(STUDIO + "/promises", name="impact:add-promise", dependencies=EDIT)
def add_promise(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    parsed = form.parse(forms.PromiseForm)
    if parsed.data is None:
        return studio_page(request, session, actor, campaign, promise_form=parsed, status=422)
    service.add_promise(session, actor, campaign, **parsed.data.model_dump())
    return back(request, campaign, "created")


@router.get(STUDIO + "/promises/{prid}", name="impact:promise", dependencies=EDIT)
def promise_page(request: Request, campaign: OwnCampaign, promise: OwnPromise) -> Response:
    values = {name: getattr(promise, name) for name in forms.PromiseForm.model_fields}
    shown = {
        **values,
        "baseline": forms.plain_number(promise.baseline),
        "target": forms.plain_number(promise.target),
    }
    return _promise_page(request, campaign, promise, FormState(values=shown))


@router.post(STUDIO + "/promises/{prid}", name="impact:change-promise", dependencies=EDIT)
def change_promise(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, promise: OwnPromise, form: FormData
) -> Response:
    parsed = form.parse(forms.PromiseForm)
    if parsed.data is None:
        return _promise_page(request, campaign, promise, parsed, status=422)
    service.change_promise(session, actor, campaign, promise, **parsed.data.model_dump())
    return back(request, campaign, "saved")


@router.post(STUDIO + "/promises/{prid}/remove", name="impact:remove-promise", dependencies=EDIT)
def remove_promise(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, promise: OwnPromise
) -> Response:
    service.remove_promise(session, actor, campaign, promise)
    return back(request, campaign, "removed")


@router.get("/c/{slug}/impact", name="impact:public")
def public(request: Request, session: Db, campaign: PublicCampaign) -> Response:
    """The proof: one sum that adds up, promises with their lateness, dated updates with evidence."""
    drive = drive_view(session, campaign)
    account = account_of(session, campaign, drive.totals)
    around = around_of(request, session, campaign, open_day=(campaign.length + 1) // 2)
    with i18n.speaking(request.state.language):
        bar = bar_of(account.sum, campaign.currency)
        title = i18n.gettext("The proof")
        said = i18n.gettext("%(title)s: what was promised, what was given, where each euro went.")
    said %= {"title": campaign.title}
    updates = accounts.updates(session, campaign, published_only=True)
    context = {
        "campaign": campaign,
        "around": around,
        "headline": next((one.update.title for one in updates if one.update.title), ""),
        "sharing": sharing(request, around, "/impact", title=title, description=said),
        "totals": drive.totals,
        "drive": drive,
        "match_words": match_words,
        "sum": account.sum,
        "account": account,
        "category_words": CATEGORY_WORDS,
        "bar": bar,
        "promises": queries.standings(session, campaign),
        "updates": updates,
        "corrected": claims.corrections_by_subject(session, campaign, SubjectKind.UPDATE),
    }
    return page(request, "impact/public.html", context)


def _promise_page(
    request: Request, campaign: Campaign, promise: Promise, form: FormState, status: int = 200
) -> Response:
    context = {"campaign": campaign, "room": "impact", "promise": promise, "promise_form": form}
    return page(request, "impact/promise.html", context, status=status)
