"""Following a campaign by e-mail: asked on its pages, confirmed by a button, changed and ended by mailed links.

A link that only looks changes nothing: programs that open every link confirm nobody and end nothing. Ending it is
one POST without cookie or form token (RFC 8058): the address of the link is the capability.
"""

from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns import queries as campaigns
from app.campaigns.access import PublicCampaign
from app.campaigns.around import around_of
from app.campaigns.models import Campaign
from app.campaigns.sharing import sharing
from app.core import clock, i18n
from app.core.deps import Db
from app.core.errors import Conflict, Gone
from app.core.fields import FormState, Parsed
from app.core.forms import FormData, Submitted
from app.core.i18n import mark
from app.core.pages import page, redirect, speak, via
from app.core.ratelimit import limited
from app.followers import queries, service, tokens
from app.followers.forms import FollowForm, OwnForm
from app.followers.models import Follower
from app.followers.rules import (
    RHYTHM_WORDS,
    TOPIC_WORDS,
    USUAL,
    Ending,
    FollowState,
    Rhythm,
    Topic,
    masked,
    topics_of,
)
from app.links import queries as links
from app.public import on_device

router = APIRouter()
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
SPARING = [
    limited("follow", times=120, seconds=3600),  # a phone network or a school shares one address
    limited("follow-to", times=3, seconds=3600, field="email"),
    limited("follow-day", times=6, seconds=86_400, field="email"),
]
GUESSING = [limited("follow-link", times=120, seconds=600)]
_UNKNOWN = mark("This link no longer opens anything. The campaign’s page has a form to follow it.")


def choices() -> dict[str, Any]:
    """What the forms offer."""
    return {
        "topics": [(one.value, *TOPIC_WORDS[one]) for one in Topic],
        "rhythms": [(one.value, *RHYTHM_WORDS[one]) for one in Rhythm],
    }


@router.get("/c/{slug}/follow", name="public:follow")
def follow(request: Request, session: Db, campaign: PublicCampaign) -> Response:
    """What can be followed, how often, and by what else than e-mail."""
    return _follow_page(request, session, campaign)


@router.post("/c/{slug}/follow", name="public:ask-to-follow", dependencies=SPARING)
def ask(request: Request, session: Db, campaign: PublicCampaign, form: FormData) -> Response:
    """Ask the owner of the address. The answer is the same whether it follows, followed or was never seen."""
    parsed = _checked(form)
    if parsed.data is None or parsed.errors:
        return _follow_page(request, session, campaign, form=parsed, status=422)
    if not parsed.data.website:
        wish = parsed.data.wish(request.state.language)
        link_id = links.link_id(session, campaign.id, via(request))
        service.ask(session, campaign, email=parsed.data.email, wish=wish, link_id=link_id)
    return _follow_page(request, session, campaign, sent_to=parsed.data.email)


def _checked(form: Submitted) -> Parsed[FollowForm]:
    """The long form without a tick asks for nothing; the short one, which shows none, for what is usual."""
    parsed = form.parse(FollowForm)
    if form.get("chosen") and not form.fields.get("topics") and "topics" not in parsed.errors:
        errors = {**parsed.errors, "topics": mark("Choose at least one. To receive nothing, stop following.")}
        return Parsed({**parsed.values, "topics": []}, errors, parsed.data)
    return parsed


def _follow_page(
    request: Request,
    session: Session,
    campaign: Campaign,
    *,
    form: FormState | None = None,
    sent_to: str = "",
    status: int = 200,
) -> Response:
    around = around_of(request, session, campaign)
    with i18n.speaking(request.state.language):
        title = i18n.gettext("Follow")
    usual = {"topics": [one.value for one in Topic if one in USUAL], "rhythm": Rhythm.EACH.value}
    shown = {**usual, "language": request.state.language, **(form.values if form else {})}
    context = {
        "campaign": campaign,
        "around": around,
        "sharing": sharing(request, around, "/follow", title=title),
        "form": FormState(shown, form.errors if form else {}),
        "sent_to": sent_to,
        "wording": service.WORDING.with_values(organisation=around.organisation.name),
        **choices(),
        **on_device.offered(campaign),
    }
    headers = {"Cache-Control": "no-store"} if sent_to else None
    return page(request, "followers/follow.html", context, status=status, headers=headers)


# Links from letters


@router.get("/follow/confirm/{token}", name="public:follow-confirm", dependencies=GUESSING)
def to_confirm(token: str, request: Request, session: Db) -> Response:
    """What will be told, with the button that confirms it. Looking confirms nothing."""
    row, campaign = _to_confirm(session, token)
    speak(request, row.language)
    return _own_page(request, session, row, campaign, "followers/confirm.html", {"token": token})


@router.post("/follow/confirm/{token}", name="public:follow-confirmed", dependencies=GUESSING)
def confirmed(token: str, request: Request, session: Db) -> Response:
    """Whoever reads the mailbox said yes."""
    row, campaign = _to_confirm(session, token)
    service.confirm(session, campaign, row)
    speak(request, row.language)
    return _own_page(request, session, row, campaign, "followers/confirmed.html", {})


@router.get("/follow/stop/{token}", name="public:follow-stop", dependencies=GUESSING)
def to_stop(token: str, request: Request, session: Db) -> Response:
    """The button that ends it. Looking ends nothing."""
    row, campaign = _to_stop(session, token)
    if row is not None:
        speak(request, row.language)
    context = {"row": row, "campaign": campaign, "token": token, "over": _over(row)}
    return page(request, "followers/stop.html", {**context, **_house(session, campaign)}, headers=PRIVATE)


@router.post("/follow/stop/{token}", name="public:follow-stopped", dependencies=GUESSING)
def stopped(token: str, request: Request, session: Db) -> Response:
    """End it at once, by the button or by a mail program's own (RFC 8058): no cookie, no form token, no question."""
    row, campaign = _to_stop(session, token)
    if row is not None:
        speak(request, row.language)
        service.end(session, row, Ending.LEFT)
    context = {"row": row, "campaign": campaign, "token": token, "over": True}
    return page(request, "followers/stop.html", {**context, **_house(session, campaign)}, headers=PRIVATE)


@router.get("/follow/{token}", name="public:follow-own", dependencies=GUESSING)
def own(token: str, request: Request, session: Db) -> Response:
    """One following: what is told, how often, in which language, and from when on."""
    row, campaign = _own(session, token)
    speak(request, row.language)
    return _settings_page(request, session, row, campaign, token)


@router.post("/follow/{token}", name="public:follow-change", dependencies=GUESSING)
def change(token: str, request: Request, session: Db, form: FormData) -> Response:
    """Follow otherwise."""
    row, campaign = _own(session, token)
    speak(request, row.language)
    parsed = form.parse(OwnForm)
    if parsed.data is None:
        values = {**parsed.values, "topics": form.fields.get("topics", [])}
        refused = FormState(values, parsed.errors)
        return _settings_page(request, session, row, campaign, token, refused, 422)
    try:
        wish = parsed.data.wish(row.language)
        service.change(session, campaign, row, wish, pause=parsed.data.pause or None)
    except Conflict as conflict:
        refused = parsed.with_error("pause", conflict.message)
        return _settings_page(request, session, row, campaign, token, refused, 422)
    return redirect(request, f"/follow/{token}", ok="saved")


@router.post("/follow/{token}/forget", name="public:follow-forget", dependencies=GUESSING)
def forget(token: str, request: Request, session: Db) -> Response:
    """End it and delete the address."""
    row, campaign = _own(session, token)
    speak(request, row.language)
    service.forget(session, [row.id])
    context = {"row": None, "campaign": campaign, "token": "", "over": True}
    return page(request, "followers/stop.html", {**context, **_house(session, campaign)}, headers=PRIVATE)


def _to_confirm(session: Session, token: str) -> tuple[Follower, Campaign]:
    found = service.to_confirm(session, token)
    if found is None:
        raise Gone(_UNKNOWN)
    return found


def _to_stop(session: Session, token: str) -> tuple[Follower | None, Campaign | None]:
    """Whose letters end; nothing for a link of ours whose follower is forgotten. Raises Gone for any other."""
    pid = tokens.pid_of(tokens.STOP, token)
    if pid is None:
        raise Gone(_UNKNOWN)
    return queries.by_pid(session, pid) or (None, None)


def _own(session: Session, token: str) -> tuple[Follower, Campaign]:
    """The follower of a page's link who has confirmed once. Raises Gone."""
    pid = tokens.pid_of(tokens.PAGE, token)
    found = queries.by_pid(session, pid) if pid else None
    if found is None or found[0].state is not FollowState.ACTIVE:
        raise Gone(_UNKNOWN)
    return found


def _over(row: Follower | None) -> bool:
    return row is None or row.state is FollowState.ENDED


def _house(session: Session, campaign: Campaign | None) -> dict[str, Any]:
    return {"organisation": campaigns.organisation(session, campaign) if campaign else None}


def _own_page(
    request: Request,
    session: Session,
    row: Follower,
    campaign: Campaign,
    template: str,
    more: dict[str, Any],
    status: int = 200,
) -> Response:
    context = {
        "campaign": campaign,
        "row": row,
        "address": masked(row.email),
        "chosen": [TOPIC_WORDS[one][0] for one in topics_of(row.topics)],
        "rhythm_words": RHYTHM_WORDS[row.rhythm][0],
        "page_path": service.page_path(row),
        "stop_path": service.stop_path(row),
        **_house(session, campaign),
        **more,
    }
    return page(request, template, context, status=status, headers=PRIVATE)


def _settings_page(
    request: Request,
    session: Session,
    row: Follower,
    campaign: Campaign,
    token: str,
    form: FormState | None = None,
    status: int = 200,
) -> Response:
    today = clock.today(campaign.timezone)
    paused = row.paused_until if row.paused_until and row.paused_until > today else None
    shown = FormState(
        {
            "topics": [one.value for one in topics_of(row.topics)],
            "rhythm": row.rhythm.value,
            "language": row.language,
            "pause": paused.isoformat() if paused else "",
        }
    )
    more = {"token": token, "form": form or shown, "paused": paused, **choices()}
    return _own_page(request, session, row, campaign, "followers/own.html", more, status)
