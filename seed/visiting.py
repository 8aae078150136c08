"""Who came to the demo's pages so far, and by which links: looks as browsers send them, counted as all are."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlmodel import col, select

from app.challenges.models import ChallengeAct
from app.core import clock
from app.donations.models import Gift
from app.influencers.models import Influencer
from app.links import noting, service
from app.links.models import TrackedLink
from app.links.noting import Look
from app.links.rules import TARGET_PLACES, Place, Target
from app.links.service import Wanted
from app.publishing import shortened

if TYPE_CHECKING:
    from seed import schema
    from seed.load import Stage

BROWSERS = (
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/22F76"
        " Instagram 380.0.0.28.75 (iPhone14,5; iOS 18_5; fr_FR; fr; scale=3.00; 1170x2532; 743234567)"
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5"
        " Mobile/15E148 Safari/604.1"
    ),
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/136.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:138.0) Gecko/20100101 Firefox/138.0",
)
MACHINES = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "WhatsApp/2.23.20.0 A",
)
BEFORE = (
    "",
    "",
    "https://l.instagram.com/",
    "https://l.facebook.com/",
    "https://www.google.com/",
    "https://bsky.app/",
)
ON = (Place.DAY, Place.DAY, Place.VOICES, Place.SOURCES)
BY_LINK = 0.55
BACK = 0.4  # of a day's people came on an earlier day


def lay(stage: Stage) -> None:
    """Give each planned post its link."""
    shortened.lay_links_of(stage.session, stage.campaign, most=1000)


def tell(stage: Stage) -> None:
    """Make the team's own links, then let everyone come who came so far."""
    for told in stage.told.links:
        _make(stage, told)
    dice = random.Random(len(stage.told.slug))  # noqa: S311 - spreads the demo's visits over the day; guards nothing
    known: list[tuple[str, str]] = []
    looks: list[Look] = []
    for number, people in enumerate(stage.told.visitors, start=1):
        looks += _day(stage, dice, number, people, known)
    seen = [look for look in looks if look.at <= clock.now()]
    for start in range(0, len(seen), 2000):
        noting.note(stage.session, seen[start : start + 2000])


def _make(stage: Stage, told: schema.Link) -> TrackedLink:
    person = stage.session.exec(
        select(Influencer).where(
            Influencer.campaign_id == stage.campaign.id,
            Influencer.name
            == next((one.name for one in stage.told.influencers if one.key == told.influencer), ""),
        )
    ).first()
    with clock.frozen(min(stage.at(1), clock.now()), everywhere=False):
        wanted = Wanted(told.label, Target(told.place), told.day, person, told.channel)
        return service.make(stage.session, stage.actor, stage.campaign, wanted)


def attribute(stage: Stage) -> None:
    """By which link gifts came: those that an influencer set off by that of their last day until then, some of the
    others by the team's own, and as many by none.
    """
    links = _links(stage)
    rows = stage.session.exec(
        select(Gift).where(Gift.campaign_id == stage.campaign.id).order_by(col(Gift.id))
    ).all()
    theirs = [one for one in links if one.influencer_id is not None]
    own = [one for one in links if one.influencer_id is None and one.channel]
    for place, gift in enumerate(rows):
        if gift.influencer_id is None:
            came = own[place % 3] if place % 5 < 3 and place % 3 < len(own) else None
        else:
            posted = [one for one in theirs if one.influencer_id == gift.influencer_id]
            came = next((one for one in reversed(posted) if gift.created_at >= _opened(stage, one)), None)
        if came is not None and came.id is not None:
            gift.link_id = came.id
            stage.session.add(gift)


def attribute_acts(stage: Stage) -> None:
    """A third of the challenges were taken by somebody who came by a link that an influencer had posted by then."""
    acts = stage.session.exec(
        select(ChallengeAct)
        .where(ChallengeAct.campaign_id == stage.campaign.id, col(ChallengeAct.team_id).is_(None))
        .order_by(col(ChallengeAct.id))
    ).all()
    posted = [one for one in _links(stage) if one.influencer_id is not None and one.laid_key]
    for act in acts[::3]:
        came = next((one for one in reversed(posted) if act.at >= _opened(stage, one)), None)
        if came is not None:
            act.link_id = came.id
            stage.session.add(act)


def _opened(stage: Stage, link: TrackedLink) -> datetime:
    """When the first could come by a link: from the beginning of its day."""
    return stage.at(link.day_number or stage.campaign.drive_day, "00:00")


def link_of(stage: Stage, influencer: str, day: int) -> int | None:
    """The link that an influencer of the file posted last by a day."""
    name = next(one.name for one in stage.told.influencers if one.key == influencer)
    person = stage.session.exec(
        select(Influencer.id).where(Influencer.campaign_id == stage.campaign.id, Influencer.name == name)
    ).one()
    days = [
        (int(one.laid_key.split(":")[1]), one.id)
        for one in _links(stage)
        if one.influencer_id == person and one.laid_key
    ]
    return max((one for one in days if one[0] <= day), default=(0, None))[1]


def _links(stage: Stage) -> list[TrackedLink]:
    rows = stage.session.exec(
        select(TrackedLink).where(TrackedLink.campaign_id == stage.campaign.id).order_by(col(TrackedLink.id))
    )
    return list(rows)


def _day(
    stage: Stage, dice: random.Random, number: int, people: int, known: list[tuple[str, str]]
) -> list[Look]:
    own = [one for one in _links(stage) if one.laid_key is None or one.laid_key.split(":")[1] == str(number)]
    looks: list[Look] = []
    for _ in range(people):
        back = known and dice.random() < BACK
        address, agent = dice.choice(known) if back else (_address(dice), dice.choice(BROWSERS))
        if not back:
            known.append((address, agent))
        link = dice.choice(own) if own and dice.random() < BY_LINK else None
        looks += _visit(stage, dice, number, address, agent, link)
    for _ in range(people // 3):
        at = _moment(stage, dice, number)
        looks.append(_look(stage, at, _address(dice), dice.choice(MACHINES), Place.CAMPAIGN))
    return sorted(looks, key=lambda one: one.at)


def _visit(
    stage: Stage, dice: random.Random, number: int, address: str, agent: str, link: TrackedLink | None
) -> list[Look]:
    at = _moment(stage, dice, number)
    landed = TARGET_PLACES[link.place] if link is not None else Place.CAMPAIGN
    code = link.code if link is not None else ""
    referrer = "" if link is not None else dice.choice(BEFORE)
    looks = [_look(stage, at, address, agent, landed, code=code, referrer=referrer)]
    onward = [dice.choice(ON) for _ in range(dice.choice((0, 0, 1, 1, 2)))]
    if number >= stage.campaign.drive_day and dice.random() < 0.3:
        onward.append(Place.DONATE)
    for place in onward:
        at += timedelta(seconds=dice.randint(8, 200))
        looks.append(_look(stage, at, address, agent, place, code=code, inside=True))
    return looks


def _look(
    stage: Stage,
    at: datetime,
    address: str,
    agent: str,
    place: Place,
    *,
    code: str = "",
    referrer: str = "",
    inside: bool = False,
) -> Look:
    return Look(
        at=at,
        slug=stage.campaign.slug,
        place=place,
        code=code,
        address=address,
        agent=agent,
        referrer=referrer,
        utm_source="",
        language=stage.campaign.language,
        ahead=False,
        inside=inside,
    )


def _moment(stage: Stage, dice: random.Random, number: int) -> datetime:
    """People come in the evening, more than at any other time."""
    hour = dice.choice((7, 8, 12, 12, 13, 17, 18, 18, 19, 19, 19, 20, 20, 20, 21, 21, 22))
    on: date = stage.campaign.starts_on + timedelta(days=number - 1)
    moment = clock.resolve_wall(on, time(0, 0), stage.campaign.timezone)
    return moment + timedelta(hours=hour, minutes=dice.randrange(60), seconds=dice.randrange(60))


def _address(dice: random.Random) -> str:
    return f"2001:db8:{dice.randrange(65536):x}::1"
