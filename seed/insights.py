"""What the demo's teams typed of reach and wrote down of costs; then everything is counted, as the worker would."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.campaigns.rules import PUBLIC_STATES, State
from app.core import clock
from app.influencers.models import Influencer
from app.insights import counting, open_data, service
from app.insights import publishing as publishing_open
from app.insights.rules import CostKind
from app.publishing import queries as publishing
from app.publishing.rules import OUT
from app.stories import queries as stories

if TYPE_CHECKING:
    from app.publishing.models import Post
    from app.stories.models import Day
    from seed.load import Stage

CHANNEL = "instagram"
# Of the views of a frame, in thousandths: as stories of small accounts commonly fare.
_OF_VIEWS = {
    "reached": 931,
    "forward": 704,
    "back": 58,
    "exits": 47,
    "replies": 3,
    "link_taps": 13,
    "shares": 5,
}


def tell(stage: Stage) -> None:
    """What was typed the morning after each day, and the costs of the days that have come."""
    days = {day.id: day for day in stories.days(stage.session, stage.campaign.id)}
    posts = [one for one in publishing.of_campaign(stage.session, stage.campaign.id) if _seen(one)]
    people = {
        one.id: one
        for one in stage.session.exec(select(Influencer).where(Influencer.campaign_id == stage.campaign.id))
    }
    for day in days.values():
        at = stage.at(day.number + 1, "08:40")
        if at > clock.now():
            continue
        with clock.frozen(at, everywhere=False):
            for who in people.values():
                _type(stage, day, who, [one for one in posts if one.influencer_id == who.id])
    _spend(stage, {one.name: one for one in people.values()})


def _seen(post: Post) -> bool:
    return post.state in OUT and post.influencer_id is not None


def _type(stage: Stage, day: Day, who: Influencer, posts: list[Post]) -> None:
    """The figures of the frames of one day that somebody's posts began with."""
    audience = next((one["audience"] for one in who.handles if one["network"].lower() == CHANNEL), 0)
    frames = {one.pid: one for one in stories.frames_of_day(stage.session, day.id)}
    firsts = {post.frame_id for post in posts}
    dice = random.Random(day.number * 1000 + audience)  # noqa: S311 - figures of a demo; guards nothing
    told: dict[str, dict[str, int | None]] = {}
    views = int(audience * dice.uniform(0.17, 0.26))
    for pid, frame in frames.items():
        if frame.id in firsts and views:
            told[pid] = {
                "views": views,
                **{name: views * share // 1000 + dice.randrange(3) for name, share in _OF_VIEWS.items()},
            }
            told[pid]["reached"] = views * _OF_VIEWS["reached"] // 1000
        views = int(views * dice.uniform(0.9, 0.96))
    service.keep_reach(
        stage.session,
        stage.second,
        stage.campaign,
        day=day,
        frames=frames,
        account=who,
        channel=CHANNEL,
        told=told,
    )


def _spend(stage: Stage, people: dict[str, Influencer]) -> None:
    names = {one.key: one.name for one in stage.told.influencers}
    for one in stage.told.costs:
        at = stage.at(one.day, "18:30")
        if at > clock.now():
            continue
        with clock.frozen(at, everywhere=False):
            service.add_cost(
                stage.session,
                stage.finance,
                stage.campaign,
                kind=CostKind(one.kind),
                label=one.label,
                on_date=stage.campaign.starts_on + timedelta(days=one.day - 1),
                minutes=one.minutes,
                amount_minor=one.amount_minor,
                influencer=people[names[one.influencer]] if one.influencer else None,
            )


def publish(stage: Stage) -> None:
    """The open data of a week that is over and told to the end."""
    if stage.campaign.state is State.CLOSED:
        stage.session.flush()
        counting.keep(stage.session, stage.campaign, counting.count(stage.session, stage.campaign))
        document = open_data.build(stage.session, stage.campaign)
        publishing_open.prepare(stage.session, stage.actor, stage.campaign, document)
        publishing_open.publish(stage.session, stage.actor, stage.campaign)


def count(session: Session) -> None:
    """Count every campaign that is public."""
    session.flush()
    for campaign in session.exec(select(Campaign)).all():
        if campaign.state in PUBLIC_STATES:
            counting.keep(session, campaign, counting.count(session, campaign))
