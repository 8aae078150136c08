"""The followers of a campaign in numbers, and what they were told. No list of addresses to look through."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.campaigns.access import OwnCampaign
from app.core import i18n
from app.core.deps import Db
from app.core.errors import NotFound
from app.core.pages import page, redirect
from app.core.settings import get_settings
from app.core.spreadsheet import line
from app.followers import queries, service
from app.followers.queries import Growth
from app.followers.rules import (
    RHYTHM_WORDS,
    TOPIC_WORDS,
    DeliveryState,
    DispatchState,
    Rhythm,
    Topic,
    topics_of,
)
from app.people.access import Member, may
from app.people.rules import Permission

router = APIRouter()
ROOM = "/studio/campaigns/{pid}/followers"


@router.get(ROOM, name="studio:followers")
def followers(request: Request, session: Db, campaign: OwnCampaign) -> Response:
    """How many follow, what and how; how that grew; what they were told and what came back."""
    settings = get_settings()
    context = {
        "campaign": campaign,
        "room": "followers",
        "base": f"/studio/campaigns/{campaign.pid}/followers",
        "standing": queries.standing(session, campaign),
        "devices": queries.devices(session, campaign.id),
        "bars": [_bar(one) for one in queries.growth(session, campaign)],
        "courses": queries.courses(session, campaign),
        "topics": [(one, TOPIC_WORDS[one][0]) for one in Topic],
        "topic_words": lambda mask: [TOPIC_WORDS[one][0] for one in topics_of(mask)],
        "rhythms": [(one, RHYTHM_WORDS[one][0]) for one in Rhythm],
        "states": DeliveryState,
        "running": (DispatchState.FILLING, DispatchState.SENDING),
        "leaves": bool(settings.smtp_url.get_secret_value()) or settings.development,
    }
    return page(request, "studio/followers.html", context)


def _bar(one: Growth) -> dict[str, object]:
    return {
        "weekday": one.on.weekday(),
        "short": i18n.day(one.on, "d"),
        "label": i18n.day(one.on, "EEEE d MMMM"),
        "value": one.came,
        "text": i18n.number(one.came),
    }


@router.post(ROOM + "/export", name="studio:export-followers", dependencies=[may(Permission.ADMIN)])
def take_out(session: Db, actor: Member, campaign: OwnCampaign) -> Response:
    """The addresses that follow now, as a spreadsheet. By POST: it is written into the journal."""
    rows = queries.addresses(session, campaign)
    service.exported(session, actor, campaign, len(rows))
    lines = [line(("address", "language", "topics", "rhythm", "since"))]
    for row in rows:
        topics = " ".join(one.value for one in topics_of(row.topics))
        since = row.confirmed_at.date().isoformat() if row.confirmed_at else ""
        lines.append(line((row.email, row.language, topics, row.rhythm.value, since)))
    return Response(
        "\ufeff" + "".join(lines),
        media_type="text/csv; charset=utf-8",
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{campaign.slug}-followers.csv"',
        },
    )


@router.post(ROOM + "/told/{did}/stop", name="studio:stop-dispatch", dependencies=[may(Permission.PUBLISH)])
def stop(request: Request, session: Db, actor: Member, campaign: OwnCampaign, did: str) -> Response:
    """Send this to nobody more."""
    found = queries.dispatch(session, campaign, did)
    if found is None:
        raise NotFound
    service.stop(session, actor, campaign, found)
    return redirect(request, f"/studio/campaigns/{campaign.pid}/followers#told", ok="saved")
