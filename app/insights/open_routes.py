"""The open data: looked at and published in the studio, read by anyone at `/c/{slug}/data` and as files."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import JSONResponse, Response

from app.campaigns.access import OwnCampaign, PublicCampaign
from app.campaigns.around import around_of
from app.campaigns.models import Campaign
from app.campaigns.rules import MAX_DAYS
from app.campaigns.sharing import sharing
from app.core import i18n
from app.core.db import reading, transaction
from app.core.deps import Db
from app.core.errors import NotFound
from app.core.money import minor_of
from app.core.pages import page, redirect
from app.core.ratelimit import limited
from app.core.templating import absolute
from app.insights import open_data, publishing, queries, words
from app.insights.access import Seated
from app.insights.hiding import THRESHOLD
from app.insights.models import OpenData
from app.insights.rules import Measure
from app.insights.view import around, base
from app.people.access import Member, may
from app.people.rules import Permission

router = APIRouter()
ROOM = "/studio/campaigns/{pid}/insights/open"
OPEN_TO_ALL = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=300"}


@router.get(ROOM, name="insights:open")
def studio(request: Request, session: Db, actor: Member, campaign: OwnCampaign) -> Response:
    """What was prepared or published."""
    row = queries.open_data(session, campaign)
    context = {
        "row": row,
        "lists": _lists(row.document, request.state.language) if row else [],
        "threshold": THRESHOLD,
        "can_publish": publishing.can_publish(campaign),
        "address": absolute(f"/c/{campaign.slug}/data"),
        "currency": campaign.currency,
        "minor": minor_of,
    }
    return page(request, "insights/open.html", {**around(campaign, actor, "/open"), **context})


@router.post(
    ROOM + "/prepare",
    name="insights:prepare-open",
    dependencies=[limited("open-data", times=6, seconds=60)],
)
def prepare(request: Request, seat: Seated) -> Response:
    """Count every group and hide what is small, without holding up anybody who writes."""
    seat.actor.require(Permission.PUBLISH)
    with reading() as session:
        document = open_data.build(session, seat.campaign)
    with transaction() as session:
        publishing.prepare(session, seat.actor, seat.campaign, document)
    return redirect(request, base(seat.campaign) + "/open", ok="counted")


@router.post(ROOM, name="insights:publish-open", dependencies=[may(Permission.PUBLISH)])
def publish(request: Request, session: Db, actor: Member, campaign: OwnCampaign) -> Response:
    publishing.publish(session, actor, campaign)
    return redirect(request, base(campaign) + "/open", ok="published")


@router.post(ROOM + "/withdraw", name="insights:withdraw-open", dependencies=[may(Permission.PUBLISH)])
def withdraw(request: Request, session: Db, actor: Member, campaign: OwnCampaign) -> Response:
    publishing.withdraw(session, actor, campaign)
    return redirect(request, base(campaign) + "/open", ok="withdrawn")


def _published(session: Session, campaign: Campaign) -> OpenData:
    row = queries.open_data(session, campaign)
    if row is None or row.withdrawn_at is not None:
        raise NotFound
    return row


@router.get("/c/{slug}/data", name="insights:data")
def data(request: Request, session: Db, campaign: PublicCampaign) -> Response:
    """The lists for people, with what is hidden and why."""
    row = _published(session, campaign)
    surroundings = around_of(request, session, campaign)
    context = {
        "campaign": campaign,
        "around": surroundings,
        "sharing": sharing(request, surroundings, "/data"),
        "lists": _lists(row.document, request.state.language),
        "document": row.document,
        "published_at": row.published_at,
        "threshold": row.document["threshold"],
        "currency": row.document["campaign"]["currency"],
        "minor": minor_of,
    }
    return page(request, "insights/data.html", context)


@router.get("/c/{slug}/data.json", name="insights:data-json")
def as_json(session: Db, campaign: PublicCampaign) -> Response:
    """The lists as JSON; `/c/{slug}/data.schema.json` says what stands where."""
    return JSONResponse(_published(session, campaign).document, headers=OPEN_TO_ALL)


@router.get("/c/{slug}/data.csv", name="insights:data-csv")
def as_csv(session: Db, campaign: PublicCampaign) -> Response:
    """The lists as CSV."""
    lines = "".join(open_data.csv_lines(_published(session, campaign).document))
    name = {"Content-Disposition": f'attachment; filename="{campaign.slug}-data.csv"'}
    return Response(lines, media_type="text/csv; charset=utf-8", headers={**OPEN_TO_ALL, **name})


@router.get("/c/{slug}/data.schema.json", name="insights:data-schema")
def schema(session: Db, campaign: PublicCampaign) -> Response:
    """The JSON Schema of the data."""
    _published(session, campaign)
    told = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **open_data.Document.model_json_schema(),
    }
    return JSONResponse(told, headers=OPEN_TO_ALL, media_type="application/schema+json")


def _lists(document: Mapping[str, Any], language: str) -> list[dict[str, Any]]:
    """The lists with their words: what they count, by what, and what each group is called."""
    with i18n.speaking(language):
        days = {
            str(number): i18n.gettext("Day %(number)s") % {"number": number}
            for number in range(1, MAX_DAYS + 1)
        }
        names = {
            "day": {**days, "before": str(words.BEFORE), "after": str(words.AFTER)},
            "challenge": days,
            "channel": {key: str(name) for key, name in words.CHANNELS.items()},
            "language": {**i18n.language_names(), "": str(words.UNKNOWN)},
        }
        return [
            {
                **one,
                "title": words.MEASURES[Measure(_MEASURES.get(one["measure"], one["measure"]))],
                "way": words.OPEN_WAYS[one["by"]],
                "names": names[one["by"]],
            }
            for one in document["lists"]
            if one["groups"]
        ]


_MEASURES = {"testimonials": "testimonials_sent", "questions": "questions_sent"}
