"""The pages of the brief: a day, the invitation. They are one person's: nobody else may keep or find them."""

from datetime import date

from fastapi import Request
from sqlmodel import Session
from starlette.responses import Response

from app.briefs import queries
from app.campaigns.drawers import DrawerState, drawers
from app.core import clock, i18n
from app.core.fields import FormState
from app.core.pages import page, redirect
from app.crisis import queries as crises
from app.crisis import service as crisis
from app.influencers import service
from app.influencers.queries import Carrier
from app.influencers.rules import AGREEMENT_WORDS
from app.publishing.models import Post
from app.publishing.review import waiting
from app.questions import rules, sessions
from app.questions.models import QaSession

PRIVATE = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex", "Cache-Control": "no-store"}


def number_of(phone: Carrier, post: Post) -> int:
    """The day of the campaign on which a post stands."""
    return (post.on_date - phone.campaign.starts_on).days + 1


def shown(request: Request, phone: Carrier, post: Post) -> Response:
    """Back to the post on its day."""
    number = number_of(phone, post)
    here = queries.today_number(phone.campaign)
    path = "/brief" if number == here else f"/brief?day={number}"
    return redirect(request, f"{path}#post-{post.pid}")


def day_page(
    request: Request,
    session: Session,
    phone: Carrier,
    number: int | None,
    *,
    wrong: tuple[str, FormState] | None = None,
    status: int = 200,
) -> Response:
    """A day, today's unless `number` says another; `wrong` is a post's id and its refused form."""
    campaign, influencer = phone.campaign, phone.influencer
    now_number = queries.today_number(campaign)
    shown = number if number is not None and 1 <= number <= campaign.length else now_number
    day = queries.brief_day(session, campaign, influencer, shown)
    per_day = queries.states_of_days(session, campaign, influencer)
    with i18n.speaking(request.state.language):
        week = drawers(
            campaign,
            href=lambda n: "/brief" if n == now_number else f"/brief?day={n}",
            states=_drawer_states(per_day, now_number),
        )
    context = {
        "campaign": campaign,
        "influencer": influencer,
        "week": week,
        "day": day,
        "is_today": shown == now_number and day.on == clock.today(campaign.timezone),
        "before": clock.today(campaign.timezone) < campaign.starts_on,
        "ended": queries.ended(campaign, clock.now()),
        "weekday": day.on.weekday(),
        "yesterday": queries.yesterday(session, campaign, shown),
        "tomorrow": per_day.get(shown + 1, (0, 0, 0))[2],
        "calendar_path": f"/brief/calendar/{service.calendar_key(phone.link)}.ics",
        "told": crises.word_for(session, influencer),
        "statement": crisis.said_in(campaign, request.state.language),
        "to_agree": waiting.count_for_influencer(session, campaign, influencer),
        "corrections": queries.corrections(session, campaign, influencer),
        "wrong": wrong,
        "sessions": _sessions(session, phone, day.on),
        "cards": queries.cards(session, campaign),
    }
    return page(request, "briefs/day.html", context, block="day", status=status, headers=PRIVATE)


def _sessions(session: Session, phone: Carrier, on: date) -> list[QaSession]:
    """The live sessions they hold on a day; on today's page those to come as well."""
    held = [
        qa
        for qa in sessions.of_host(session, phone.influencer.id)
        if rules.stage(qa.course, clock.now()) in (rules.Stage.COLLECTING, *rules.RUNNING)
    ]
    is_today = on == clock.today(phone.campaign.timezone)
    return [qa for qa in held if qa.on_date == on or (is_today and qa.on_date > on)]


def _drawer_states(per_day: dict[int, tuple[int, int, int]], today: int) -> dict[int, DrawerState]:
    """Past days are posted or missed; the calendar decides the others."""
    states: dict[int, DrawerState] = {}
    for number, (late, posted_count, total) in per_day.items():
        if number >= today or total == 0:
            continue
        states[number] = "missed" if late else "posted" if posted_count else "done"
    return states


def invitation_page(
    request: Request, session: Session, phone: Carrier, form: FormState | None = None, status: int = 200
) -> Response:
    """The invitation, with the form that was refused."""
    context = {
        "campaign": phone.campaign,
        "influencer": phone.influencer,
        "outline": queries.week_outline(session, phone.campaign),
        "terms": AGREEMENT_WORDS.get(phone.influencer.agreement) if phone.influencer.agreement else None,
        "form": form,
    }
    return page(request, "briefs/invitation.html", context, status=status, headers=PRIVATE)
