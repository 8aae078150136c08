"""Pages of updates in the studio: drafted from the ledger, written, pictured, published, corrected in the open."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns import once
from app.campaigns.access import OwnCampaign
from app.campaigns.models import Campaign
from app.claims import lacking
from app.claims.rules import STANDING_WORDS
from app.core.deps import Db
from app.core.errors import Conflict, DomainError, NotFound
from app.core.fields import FormState
from app.core.forms import FormData, Submitted
from app.core.i18n import mark
from app.core.ids import new_pid
from app.core.pages import page, redirect
from app.donations import queries as donations
from app.impact import accounts, claimed, drafting, forms, queries, updating
from app.impact.accounts import PictureView, UpdateView
from app.impact.models import Promise, Update
from app.media import portraits
from app.media import service as media_service
from app.media.models import Media
from app.people.access import Member, may
from app.people.rules import Actor, Permission

router = APIRouter(prefix="/studio/campaigns/{pid}/impact/updates")
PUBLISH, ADMIN = [may(Permission.PUBLISH)], [may(Permission.ADMIN)]


def _update(uid: str, campaign: OwnCampaign, session: Db) -> UpdateView:
    found = accounts.update(session, campaign, uid)
    if found is None:
        raise NotFound
    return found


OwnUpdate = Annotated[UpdateView, Depends(_update)]


def _picture(kid: str, update: OwnUpdate) -> PictureView:
    for one in update.pictures:
        if one.picture.pid == kid:
            return one
    raise NotFound


OwnPicture = Annotated[PictureView, Depends(_picture)]


@dataclass(frozen=True)
class Refused:
    """What the page shows again of a form that was refused: which one, and what was typed."""

    name: str  # text, picture, a picture's public id, correct, withdraw
    form: FormState
    status: int = 422


@router.get("/new", name="impact:new-update", dependencies=PUBLISH)
def new_update(request: Request, session: Db, campaign: OwnCampaign) -> Response:
    return _page(request, session, campaign, None)


@router.post("/new", name="impact:write-update", dependencies=PUBLISH)
def write_update(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    """A new one; the form sent once more, by a second press or the way back, is about the one it made."""
    once.take_turns(session, campaign)
    made = accounts.update(session, campaign, _pid_of(campaign, form.get("form_key")))
    return _save(request, session, actor, campaign, made, form)


@router.post("/draft", name="impact:draft-update", dependencies=PUBLISH)
def draft_update(request: Request, session: Db, actor: Member, campaign: OwnCampaign) -> Response:
    """A draft made from the ledger and its pictures since the last update."""
    remaining = donations.totals(session, campaign.id).remaining_minor
    row = drafting.draft(session, actor, campaign, remaining_minor=remaining)
    return _to(request, campaign, row.pid, "created")


@router.get("/{uid}", name="impact:update", dependencies=PUBLISH)
def update_page(request: Request, session: Db, campaign: OwnCampaign, update: OwnUpdate) -> Response:
    return _page(request, session, campaign, update)


@router.post("/{uid}", name="impact:rewrite-update", dependencies=PUBLISH)
def rewrite_update(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, update: OwnUpdate, form: FormData
) -> Response:
    return _save(request, session, actor, campaign, update, form)


@router.post("/{uid}/remove", name="impact:remove-update", dependencies=PUBLISH)
def remove_update(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, update: OwnUpdate
) -> Response:
    updating.remove_draft(session, actor, update.update)
    return redirect(request, f"/studio/campaigns/{campaign.pid}/impact#updates", ok="removed")


@router.post("/{uid}/pictures", name="impact:add-picture", dependencies=PUBLISH)
def add_picture(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, update: OwnUpdate, form: FormData
) -> Response:
    """Add a picture to a draft, with who in it agreed."""
    parsed = form.parse(forms.PictureForm)
    state: FormState = parsed
    file = form.files.get("picture")
    if file is None:
        state = state.with_error("picture", mark("Choose a picture."))
    if parsed.data is None or file is None:
        return _page(request, session, campaign, update, Refused("picture", state))
    try:
        media = media_service.store_image(session, actor, file.file.read(), file.filename or "", public=True)
        _describe(session, actor, update, None, media, parsed.data)
    except DomainError as refusal:
        session.rollback()
        wrong = state.with_error("picture", refusal.message)
        return _page(request, session, campaign, update, Refused("picture", wrong, refusal.status))
    return _to(request, campaign, update.update.pid, "saved", "#pictures")


@router.post("/{uid}/pictures/{kid}", name="impact:change-picture", dependencies=PUBLISH)
def change_picture(
    request: Request,
    session: Db,
    actor: Member,
    campaign: OwnCampaign,
    update: OwnUpdate,
    picture: OwnPicture,
    form: FormData,
) -> Response:
    """Say what a picture of a draft shows, where, and who agreed."""
    parsed = form.parse(forms.PictureForm)
    if parsed.data is None:
        return _page(request, session, campaign, update, Refused(picture.picture.pid, parsed))
    media = session.get_one(Media, picture.picture.media_id)
    _describe(session, actor, update, picture, media, parsed.data)
    return _to(request, campaign, update.update.pid, "saved", "#pictures")


@router.post("/{uid}/pictures/{kid}/remove", name="impact:remove-picture", dependencies=PUBLISH)
def remove_picture(
    request: Request,
    session: Db,
    actor: Member,
    campaign: OwnCampaign,
    update: OwnUpdate,
    picture: OwnPicture,
) -> Response:
    updating.remove_picture(session, actor, update.update, picture.picture)
    return _to(request, campaign, update.update.pid, "removed", "#pictures")


@router.post("/{uid}/pictures/{kid}/refuse", name="impact:refuse-picture", dependencies=PUBLISH)
def refuse_picture(
    request: Request,
    session: Db,
    actor: Member,
    campaign: OwnCampaign,
    update: OwnUpdate,
    picture: OwnPicture,
) -> Response:
    """Somebody in a picture no longer agrees: from now on nothing shows it."""
    updating.refuse_picture(session, actor, picture.picture)
    return _to(request, campaign, update.update.pid, "withdrawn", "#pictures")


@router.post("/{uid}/correct", name="impact:correct-update", dependencies=PUBLISH)
def correct_update(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, update: OwnUpdate, form: FormData
) -> Response:
    """Correct a published update: what it said stays in public, with why."""
    parsed = form.parse(forms.RevisionForm, also=_figure_names(session, campaign))
    figures, state = _figures(session, campaign, form, FormState(parsed.values, parsed.errors))
    if parsed.data is None or state.errors:
        return _page(request, session, campaign, update, Refused("correct", state))
    try:
        updating.revise_update(session, actor, update.update, figures=figures, **parsed.data.model_dump())
    except (Conflict, updating.NotItsOwn) as refusal:
        session.rollback()
        wrong = state.with_error(_field_of(refusal), refusal.message)
        return _page(request, session, campaign, update, Refused("correct", wrong, refusal.status))
    return _to(request, campaign, update.update.pid, "saved")


@router.post("/{uid}/withdraw", name="impact:withdraw-update", dependencies=ADMIN)
def withdraw_update(
    request: Request, session: Db, actor: Member, campaign: OwnCampaign, update: OwnUpdate, form: FormData
) -> Response:
    """Erase the words of a published update because somebody has a right to it."""
    parsed = form.parse(forms.WithdrawForm)
    if parsed.data is None:
        return _page(request, session, campaign, update, Refused("withdraw", parsed))
    updating.withdraw_update(session, actor, update.update, why=parsed.data.why)
    return _to(request, campaign, update.update.pid, "withdrawn")


def _field_of(refusal: DomainError) -> str:
    """The field a refusal is told beside."""
    return "video_picture" if isinstance(refusal, updating.NotItsOwn) else "body"


def _describe(
    session: Session,
    actor: Actor,
    update: UpdateView,
    picture: PictureView | None,
    media: Media,
    data: forms.PictureForm,
) -> None:
    said = {"alt_text": data.alt_text, "place": data.place}
    if picture is None:
        updating.add_picture(session, actor, update.update, media, **said)
    else:
        updating.change_picture(session, actor, update.update, picture.picture, **said)
    portraits.declare(session, actor, media, **data.model_dump(exclude={"alt_text", "place"}))


def _to(request: Request, campaign: Campaign, uid: str, ok: str, anchor: str = "") -> Response:
    return redirect(request, f"/studio/campaigns/{campaign.pid}/impact/updates/{uid}{anchor}", ok=ok)


def _figure_names(session: Session, campaign: Campaign) -> list[str]:
    return [f"figure-{one.pid}" for one in queries.promises(session, campaign)]


def _figures(
    session: Session, campaign: Campaign, form: Submitted, state: FormState
) -> tuple[dict[int, Decimal], FormState]:
    """The figures as typed, by promise id; and the form with a message beside each that is no number."""
    found: dict[int, Decimal] = {}
    promises: list[Promise] = list(queries.promises(session, campaign))
    typed = {f"figure-{one.pid}": form.get(f"figure-{one.pid}") for one in promises}
    state = FormState({**state.values, **typed}, state.errors)
    for one in promises:
        try:
            value = forms.read_figure(typed[f"figure-{one.pid}"])
        except ValueError:
            state = state.with_error(f"figure-{one.pid}", mark("Write a number, such as 20 or 12.5."))
            continue
        if value is not None:
            found[one.id] = value
    return found, state


def _save(
    request: Request,
    session: Session,
    actor: Actor,
    campaign: Campaign,
    update: UpdateView | None,
    form: Submitted,
) -> Response:
    parsed = form.parse(forms.UpdateForm, also=_figure_names(session, campaign))
    figures, state = _figures(session, campaign, form, FormState(parsed.values, parsed.errors))
    if parsed.data is None or state.errors:
        return _page(request, session, campaign, update, Refused("text", state))
    data = parsed.data
    pid = _pid_of(campaign, data.form_key)
    if update and update.update.published_at and data.form_key:
        if _says(update.update, data):
            return _to(request, campaign, update.update.pid, "published")  # pressed twice
        update, pid = None, ""  # other words: another account
    ids = {view.entry.pid: view.entry.id for view in queries.spending(session, campaign)}
    try:
        row = updating.write_update(
            session,
            actor,
            campaign,
            update=update.update if update else None,
            figures=figures,
            spends=[ids[pid] for pid in data.spends if pid in ids],
            pid=pid,
            **data.model_dump(exclude={"spends", "then", "form_key"}),
        )
        if data.then == "publish":
            updating.publish_update(session, actor, campaign, row)
    except DomainError as refusal:
        session.rollback()
        wrong = state.with_error(_field_of(refusal), refusal.message)
        return _page(request, session, campaign, update, Refused("text", wrong, refusal.status))
    return _to(request, campaign, row.pid, "published" if data.then == "publish" else "saved")


def _pid_of(campaign: Campaign, key: str) -> str:
    """What the account of a form is called, whatever it says: a draft may be written on from the page before."""
    return once.name(key, campaign.pid)


def _says(row: Update, data: forms.UpdateForm) -> bool:
    """Whether an update says what a form says."""
    return (row.title, row.body) == (data.title, data.body)


def _page(
    request: Request,
    session: Session,
    campaign: Campaign,
    update: UpdateView | None,
    refused: Refused | None = None,
) -> Response:
    forms_ = {refused.name: refused.form} if refused else {}
    context = {
        "campaign": campaign,
        "room": "impact",
        "update": update,
        "forms": {
            "text": FormState(values=_stored(update)),
            "correct": FormState(values=_stored(update)),
            **forms_,
        },
        "open": refused.name if refused else "",
        "promises": queries.promises(session, campaign),
        "spending": [view for view in queries.spending(session, campaign) if not view.undone],
        "about": lacking.about(session, campaign, claimed.subject_of(update.update)) if update else None,
        "standing_words": STANDING_WORDS,
        "form_key": "" if update else new_pid(),
        "agreed": {
            one.picture.pid: portraits.standing(one.portrait).value if one.portrait else ""
            for one in update.pictures
        }
        if update
        else {},
    }
    return page(request, "impact/update.html", context, status=refused.status if refused else 200)


def _stored(update: UpdateView | None) -> dict[str, Any]:
    if update is None:
        return {}
    row = update.update
    figures = {f"figure-{one.promise.pid}": forms.plain_number(one.value) for one in update.figures}
    chosen = [view.entry.pid for view in update.spends]
    texts = {name: getattr(row, name) for name in ("title", "body", "video_url", "video_title")}
    still = {"video_picture": update.still.picture.pid if update.still else ""}
    return {**texts, **still, "spends": chosen, **figures}
