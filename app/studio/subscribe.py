"""The organisation's posts in a member's own calendar: a private address, shown to be copied, renewed on demand."""

from collections.abc import Sequence
from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.campaigns import queries as campaigns
from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core.deps import Db
from app.core.errors import NotFound
from app.core.i18n import gettext, speaking
from app.core.pages import page, redirect
from app.core.templating import absolute
from app.people import calendars
from app.people.access import Member
from app.publishing import ics, queries
from app.publishing.gone import removed
from app.publishing.queries import PlannedPost
from app.publishing.rules import PostState
from app.publishing.wording import STANDING_WORDS
from app.questions import sessions
from app.questions.ics import session_event

router = APIRouter()

SHOWN = (State.READY, State.LIVE, State.DRIVE, State.REPORTING)


@router.get("/studio/subscribe", name="studio:subscribe")
def show(request: Request, session: Db, actor: Member) -> Response:
    """The address, and how to use it."""
    membership = calendars.own_membership(session, actor)
    address = absolute(f"/studio/calendar/{calendars.calendar_key(membership)}.ics")
    headers = {"Referrer-Policy": "no-referrer"}
    return page(request, "studio/subscribe.html", {"address": address}, headers=headers)


@router.post("/studio/subscribe/renew", name="studio:subscribe-renew")
def renew(request: Request, session: Db, actor: Member) -> Response:
    """A new address; the one before shows nothing any more."""
    calendars.renew(session, actor)
    return redirect(request, "/studio/subscribe", ok="saved")


@router.get("/studio/calendar/{key}.ics", name="studio:calendar-feed")
def feed(key: str, session: Db) -> Response:
    """All posts and live sessions of the campaigns that run or are about to, with how they stand."""
    found = calendars.member_by_key(session, key)
    if found is None:
        raise NotFound
    membership, person = found
    shown = campaigns.of_organisation(session, membership.organisation_id, SHOWN)
    with speaking(person.language):
        entries = [_entry(campaign, one) for campaign in shown for one in queries.posts(session, campaign)]
    entries += _cancelled(session, shown)
    held = [
        session_event(campaign, one.session)
        for campaign in shown
        for one in sessions.of_campaign(session, campaign.id)
    ]
    name = campaigns.organisation_by_id(session, membership.organisation_id).name
    return Response(
        ics.calendar(f"Septaine – {name}", "Studio", entries, every=timedelta(hours=1), more=held),
        media_type="text/calendar; charset=utf-8",
        headers={"Cache-Control": "private, max-age=300", "X-Robots-Tag": "noindex"},
    )


def _entry(campaign: Campaign, one: PlannedPost) -> ics.Entry:
    post, frame = one.post, one.frame
    who = one.influencer.name if one.influencer else gettext("the organisation")
    title = frame.title or campaign.title
    waits = post.state in (PostState.DRAFT, PostState.IN_REVIEW, PostState.HELD)
    return ics.Entry(
        pid=post.pid,
        sequence=ics.sequence(post, frame, campaign),
        due_at=post.due_at,
        summary=f"{title} – {who} ({STANDING_WORDS[one.standing]})",
        text=post.text or frame.caption,
        url=absolute(f"/studio/campaigns/{campaign.pid}/posts/{post.pid}"),
        cancelled=post.state is PostState.DECLINED,
        tentative=waits or campaign.paused_at is not None or campaign.state is State.READY,
    )


def _cancelled(session: Db, shown: Sequence[Campaign]) -> list[ics.Entry]:
    by_id = {campaign.id: campaign for campaign in shown}
    return [
        ics.cancelled(
            one,
            by_id[one.campaign_id],
            absolute(f"/studio/campaigns/{by_id[one.campaign_id].pid}/week"),
        )
        for one in removed(session, list(by_id))
    ]
