"""`/studio/inbox/settings` and a campaign's alerts: words to watch for, reasons to give, what the early warning saw."""

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns.access import OwnCampaign
from app.core.deps import Db
from app.core.errors import Conflict
from app.core.fields import FormState
from app.core.forms import FormData
from app.core.pages import page, redirect
from app.intake import lexicon
from app.intake.queries import lexicon_words
from app.intake.rules import Watch
from app.moderation import forms, keeping, queries, reasons, rules, view, warning
from app.people.access import Member, may
from app.people.rules import Actor, Permission

MODERATE = [may(Permission.MODERATE)]
router = APIRouter(prefix="/studio/inbox/settings", dependencies=MODERATE)
alerts_router = APIRouter(prefix="/studio/campaigns/{pid}/alerts", dependencies=MODERATE)


@router.get("", name="moderation:settings")
def settings(request: Request, session: Db, actor: Member) -> Response:
    """The organisation's own words and reasons, beside the house's."""
    return _settings(request, session, actor)


@router.post("/words", name="moderation:add-word")
def add_word(request: Request, session: Db, actor: Member, form: FormData) -> Response:
    """Watch for one more word."""
    parsed = form.parse(forms.WordForm)
    if parsed.data is None:
        return _settings(request, session, actor, word=parsed, status=422)
    try:
        keeping.add_word(session, actor, word=parsed.data.word, watch=parsed.data.watch)
    except Conflict as refused:
        return _settings(request, session, actor, word=parsed.with_error("word", refused.message), status=409)
    return redirect(request, "/studio/inbox/settings#words", ok="saved")


@router.post("/words/{wid}/remove", name="moderation:remove-word")
def remove_word(wid: str, request: Request, session: Db, actor: Member) -> Response:
    """Take a word out."""
    keeping.remove_word(session, actor, pid=wid)
    return redirect(request, "/studio/inbox/settings#words", ok="removed")


@router.post("/reasons", name="moderation:add-reason")
def add_reason(request: Request, session: Db, actor: Member, form: FormData) -> Response:
    """One more reason, in both languages."""
    parsed = form.parse(forms.ReasonForm)
    if parsed.data is None:
        return _settings(request, session, actor, reason=parsed, status=422)
    try:
        keeping.add_reason(session, actor, **parsed.data.model_dump())
    except Conflict as refused:
        return _settings(
            request, session, actor, reason=parsed.with_error("form", refused.message), status=409
        )
    return redirect(request, "/studio/inbox/settings#reasons", ok="saved")


@router.post("/reasons/{rid}/remove", name="moderation:remove-reason")
def remove_reason(rid: str, request: Request, session: Db, actor: Member) -> Response:
    """Offer a reason no longer."""
    keeping.retire_reason(session, actor, pid=rid)
    return redirect(request, "/studio/inbox/settings#reasons", ok="removed")


def _settings(
    request: Request,
    session: Session,
    actor: Actor,
    *,
    word: FormState | None = None,
    reason: FormState | None = None,
    status: int = 200,
) -> Response:
    words = lexicon_words(session, actor.organisation_id)
    context = {
        "words": {watch: [one for one in words if one.watch is watch] for watch in Watch},
        "watch_words": view.WATCH_WORDS,
        "house_words": lexicon.house(),
        "own": keeping.own_reasons(session, actor),
        "house_reasons": reasons.HOUSE,
        "word_form": word,
        "reason_form": reason,
    }
    return page(request, "moderation/settings.html", context, status=status)


@alerts_router.get("", name="moderation:alerts")
def alerts(request: Request, session: Db, campaign: OwnCampaign) -> Response:
    """What the early warning saw in a campaign, what it suggests, and who answered."""
    found = queries.alerts_of(session, campaign)
    context = {
        "campaign": campaign,
        "room": "alerts",
        "alerts": found,
        "examples": queries.examples_of(session, [alert for alert, _ in found]),
        "alert_words": view.ALERT_WORDS,
        "step_words": rules.STEP_WORDS,
        "step_of": warning.step_of,
    }
    return page(request, "moderation/alerts.html", context)


@alerts_router.post("/{alert}/answer", name="moderation:answer-alert")
def answer(
    alert: str, request: Request, session: Db, actor: Member, campaign: OwnCampaign, form: FormData
) -> Response:
    """Say that an alert was seen and what is done about it."""
    parsed = form.parse(forms.AnswerForm)
    note = parsed.data.note if parsed.data else ""
    warning.answer(session, actor, campaign, pid=alert, note=note)
    return redirect(request, f"/studio/campaigns/{campaign.pid}/alerts", ok="saved")
