"""Pages of impact: in the studio promise, spend and report; in public the proof."""

from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns.access import OwnCampaign, PublicCampaign
from app.campaigns.around import around_of
from app.campaigns.models import Campaign
from app.campaigns.sharing import sharing
from app.claims import lacking
from app.claims import queries as claims
from app.claims.rules import STANDING_WORDS, SubjectKind
from app.core import i18n
from app.core.deps import Db
from app.core.errors import Conflict, DomainError, NotFound
from app.core.fields import FormState
from app.core.forms import FormData, Submitted
from app.core.i18n import mark
from app.core.pages import page
from app.drive.telling import drive_view, match_words
from app.impact import claimed, due, forms, queries, service
from app.impact.account import account_of
from app.impact.bar import bar_of
from app.impact.desk import back, studio_page
from app.impact.models import Promise
from app.impact.money_rules import CATEGORY_WORDS
from app.impact.queries import UpdateView
from app.media import service as media
from app.media.models import Media
from app.people.access import Member, may
from app.people.rules import Actor, Permission

router = APIRouter()
due.offer()
STUDIO = "/studio/campaigns/{pid}/impact"
EDIT, MONEY, PUBLISH = [may(Permission.EDIT)], [may(Permission.MONEY)], [may(Permission.PUBLISH)]


def _promise(prid: str, campaign: OwnCampaign, session: Db) -> Promise:
    found = queries.promise(session, campaign, prid)
    if found is None:
        raise NotFound
    return found


def _update(uid: str, campaign: OwnCampaign, session: Db) -> UpdateView:
    found = queries.update(session, campaign, uid)
    if found is None:
        raise NotFound
    return found


OwnPromise = Annotated[Promise, Depends(_promise)]
OwnUpdate = Annotated[UpdateView, Depends(_update)]


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
    shown = {**values, "baseline": plain_number(promise.baseline), "target": plain_number(promise.target)}
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


@router.get(STUDIO + "/updates/new", name="impact:new-update", dependencies=PUBLISH)
def new_update(request: Request, session: Db, campaign: OwnCampaign) -> Response:
    return _update_page(request, session, campaign, None, None)


@router.post(STUDIO + "/updates/new", name="impact:write-update", dependencies=PUBLISH)
def write_update(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    return _save_update(request, session, actor, campaign, None, form)


@router.get(STUDIO + "/updates/{uid}", name="impact:update", dependencies=PUBLISH)
def update_page(request: Request, session: Db, campaign: OwnCampaign, update: OwnUpdate) -> Response:
    return _update_page(request, session, campaign, update, None)


@router.post(STUDIO + "/updates/{uid}", name="impact:rewrite-update", dependencies=PUBLISH)
def rewrite_update(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, update: OwnUpdate, form: FormData
) -> Response:
    return _save_update(request, session, actor, campaign, update, form)


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
    context = {
        "campaign": campaign,
        "around": around,
        "sharing": sharing(request, around, "/impact", title=title, description=said),
        "totals": drive.totals,
        "drive": drive,
        "match_words": match_words,
        "sum": account.sum,
        "account": account,
        "category_words": CATEGORY_WORDS,
        "bar": bar,
        "promises": queries.standings(session, campaign),
        "updates": queries.updates(session, campaign, published_only=True),
        "corrected": claims.corrections_by_subject(session, campaign, SubjectKind.UPDATE),
    }
    return page(request, "impact/public.html", context)


def _field_of(refusal: DomainError) -> str:
    """Beside which field a refusal stands."""
    if isinstance(refusal, service.Unproven):
        return "body"
    return "alt_text" if isinstance(refusal, Conflict) else "picture"


def plain_number(value: Decimal) -> str:
    """A measure as a field shows it: no trailing zeros, a decimal point."""
    return f"{value.normalize():f}"


def _picture(session: Session, actor: Actor, form: Submitted, name: str, *, public: bool) -> Media | None:
    file = form.files.get(name)
    if file is None:
        return None
    return media.store_image(session, actor, file.file.read(), file.filename or "", public=public)


def _promise_page(
    request: Request, campaign: Campaign, promise: Promise, form: FormState, status: int = 200
) -> Response:
    context = {"campaign": campaign, "room": "impact", "promise": promise, "promise_form": form}
    return page(request, "impact/promise.html", context, status=status)


def _update_page(
    request: Request,
    session: Db,
    campaign: Campaign,
    update: UpdateView | None,
    form: FormState | None,
    status: int = 200,
) -> Response:
    context = {
        "campaign": campaign,
        "room": "impact",
        "update": update,
        "form": form or FormState(values=_stored(update)),
        "promises": queries.promises(session, campaign),
        "spending": [view for view in queries.spending(session, campaign) if not view.undone],
        "about": lacking.about(session, campaign, claimed.subject_of(update.update)) if update else None,
        "standing_words": STANDING_WORDS,
    }
    return page(request, "impact/update.html", context, status=status)


def _stored(update: UpdateView | None) -> dict[str, Any]:
    if update is None:
        return {}
    row = update.update
    figures = {f"figure-{one.promise.pid}": plain_number(one.value) for one in update.figures}
    chosen = [view.entry.pid for view in update.spends]
    return {"title": row.title, "body": row.body, "alt_text": row.alt_text, "spends": chosen, **figures}


def _save_update(
    request: Request,
    session: Db,
    actor: Actor,
    campaign: Campaign,
    update: UpdateView | None,
    form: Submitted,
) -> Response:
    promises = queries.promises(session, campaign)
    names = [f"figure-{one.pid}" for one in promises]
    parsed = form.parse(forms.UpdateForm, also=names)
    typed = {**parsed.values, **{name: form.get(name) for name in names}}
    state = FormState(typed, parsed.errors)
    figures: dict[int, Decimal] = {}
    for one in promises:
        try:
            value = forms.read_figure(form.get(f"figure-{one.pid}"))
        except ValueError:
            state = state.with_error(f"figure-{one.pid}", mark("Write a number, such as 20 or 12.5."))
            continue
        if value is not None:
            figures[one.id] = value
    if parsed.data is None or state.errors:
        return _update_page(request, session, campaign, update, state, status=422)
    data = parsed.data
    ids = {view.entry.pid: view.entry.id for view in queries.spending(session, campaign)}
    try:
        row = service.write_update(
            session,
            actor,
            campaign,
            update=update.update if update else None,
            title=data.title,
            body=data.body,
            picture=_picture(session, actor, form, "picture", public=True),
            alt_text=data.alt_text,
            figures=figures,
            spends=[ids[pid] for pid in data.spends if pid in ids],
        )
        if data.then == "publish":
            service.publish_update(session, actor, campaign, row)
    except DomainError as refusal:
        session.rollback()
        wrong = state.with_error(_field_of(refusal), refusal.message)
        return _update_page(request, session, campaign, update, wrong, status=refusal.status)
    return back(request, campaign, "saved", "#updates")
