"""How the demo's challenges were taken: one tap by most, with words, teams and quantities by some; what was missed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import time, timedelta
from typing import TYPE_CHECKING

from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.challenges import keeping, quantities, writing
from app.challenges.models import Challenge, ChallengeAct, ChallengeMiss, Streak
from app.challenges.rules import UNIT, Obstacle, date_in
from app.challenges.telling import Told
from app.core import clock, i18n
from app.core.ids import token_hash
from app.core.stamps import form_stamp
from app.influencers.models import Influencer
from app.intake import queries as items
from app.intake import screening
from app.intake import service as intake
from app.intake.rules import ItemState, Kind
from app.intake.screening import Sent
from app.people.rules import Actor
from app.stories import queries as stories
from app.supporters import service as supporters
from app.supporters.models import Subject, Supporter

if TYPE_CHECKING:
    from seed import schema
    from seed.load import Stage

FAITHFUL = 120
"""The first so many people come back each day; the second team is made of some of them."""


def tell(stage: Stage, told: schema.Acts) -> None:
    """As many rows as people who took the day's challenge, spread over the day; the late ones the day after."""
    challenge = _challenge(stage, told.day)
    first, last = stage.at(told.day, "07:30"), min(stage.at(told.day, "23:30"), clock.now())
    if challenge is None or last <= first:
        return
    dice = random.Random(told.day)  # noqa: S311 - spreads the demo's acts over the day; guards nothing
    teams = _teams(stage, told.teams)
    waiting = {level: [one for one in told.words if one.level == level + 1] for level in range(3)}
    who = 0
    for level, count in enumerate(told.levels):
        for number in range(count):
            at = first + (last - first) * dice.random()
            is_late = number < told.late and level == 0
            words = waiting[level].pop(0) if waiting[level] else None
            act = ChallengeAct(
                campaign_id=stage.campaign.id,
                challenge_id=challenge.id,
                participant=token_hash(f"demo:{stage.campaign.pid}:{who}")[:43],
                level=level,
                team_id=_team_of(who, teams),
                quantity=dice.randint(1, 4) * UNIT if challenge.most else UNIT,
                late=is_late,
                at=min(at + timedelta(days=1), clock.now()) if is_late else at,
                done_on=date_in(at, stage.campaign.timezone),
            )
            stage.session.add(act)
            if words is not None:
                _say(stage, act, words)
            who += 1


def _teams(stage: Stage, keys: Sequence[str]) -> Sequence[int]:
    people: Mapping[str, str] = {one.key: one.name for one in stage.told.influencers}
    return [
        stage.session.exec(
            select(Influencer.id).where(
                Influencer.campaign_id == stage.campaign.id, Influencer.name == people[key]
            )
        ).one()
        for key in keys
    ]


def _team_of(who: int, teams: Sequence[int]) -> int | None:
    """Half of the people follow the first; a third of the faithful the second; the others nobody in particular."""
    if len(teams) > 1 and who < FAITHFUL and who % 3 == 0:
        return teams[1]
    return teams[0] if teams and who % 2 == 0 else None


def _challenge(stage: Stage, day: int) -> Challenge | None:
    row = stories.day(stage.session, stage.campaign.id, day)
    if row is None:
        return None
    return stage.session.exec(select(Challenge).where(Challenge.day_id == row.id)).first()


def _say(stage: Stage, act: ChallengeAct, words: schema.Words) -> None:
    """An act with words passes the team."""
    act.text, act.pseudonym, act.group_name = words.text, words.pseudonym, words.group
    act.place, act.link, act.quantity = words.place, words.link, quantities.scaled(words.quantity)
    _file(stage.session, stage.campaign, act)
    if words.stands != "pending":
        _decide(stage.session, stage.actor, act, ItemState(words.stands), words.reason)


def _file(session: Session, campaign: Campaign, act: ChallengeAct) -> None:
    act.filed = True
    session.add(act)
    session.flush()
    told = Told(**{name: getattr(act, name) for name in writing.FIELDS})
    with clock.frozen(act.at - timedelta(minutes=2), everywhere=False):
        stamp = form_stamp()
    with clock.frozen(act.at, everywhere=False):
        sent = Sent(told.words(), address="192.0.2.1", agent=act.participant, stamp=stamp)
        looked = screening.screen(session, campaign, sent)
        intake.file(
            session,
            campaign,
            kind=Kind.ACT,
            subject_id=act.id,
            screening=looked,
            supporter_id=act.supporter_id,
        )


def _decide(session: Session, actor: Actor, act: ChallengeAct, state: ItemState, reason: str = "") -> None:
    item = items.of_subject(session, Kind.ACT, act.id)
    if item is None:
        return
    with clock.frozen(min(act.at + timedelta(minutes=35), clock.now()), everywhere=False):
        intake.move(session, item, state, person_id=actor.person_id, reason_text=reason)


def miss(stage: Stage) -> None:
    """What stood in people's way."""
    for told in stage.told.missed:
        challenge = _challenge(stage, told.day)
        at = stage.at(told.day + 1, "08:15")
        if challenge is None or at > clock.now():
            continue
        for number in range(told.count):
            stage.session.add(
                ChallengeMiss(
                    campaign_id=stage.campaign.id,
                    challenge_id=challenge.id,
                    obstacle=Obstacle(told.obstacle),
                    text=told.text if number == 0 else "",
                    at=at + timedelta(minutes=3 * number),
                )
            )


def keep_days(session: Session, actor: Actor, campaign: Campaign, someone: Supporter) -> None:
    """She did the first day, missed the second, and the team asks her to look again at the third."""
    days = {day.id: day for day in stories.days(session, campaign.id)}
    rows = session.exec(select(Challenge).where(Challenge.campaign_id == campaign.id)).all()
    asked = {days[one.day_id].number: one for one in rows}
    streak = Streak(supporter_id=someone.id, campaign_id=campaign.id)
    session.add(streak)
    session.flush()
    with i18n.speaking(someone.language):
        wording = str(keeping.WORDING)
    supporters.agree(
        session, someone, subject=Subject.STREAK, subject_pid=streak.pid, uses={keeping.USE: wording}
    )
    _own(session, campaign, someone, asked[1], days[asked[1].day_id].number)
    act = _own(session, campaign, someone, asked[3], 3)
    act.text, act.pseudonym = "Le prospectus du plombier à mon voisin, M. Ferrand, au 12.", "Lucie"
    _file(session, campaign, act)
    _decide(
        session, actor, act, ItemState.RETURNED, "Merci. Pouvez-vous retirer le nom et le numéro du voisin ?"
    )


def _own(
    session: Session, campaign: Campaign, someone: Supporter, challenge: Challenge, number: int
) -> ChallengeAct:
    on = campaign.starts_on + timedelta(days=number - 1)
    at = min(clock.resolve_wall(on, time(7, 50), campaign.timezone), clock.now())
    act = ChallengeAct(
        campaign_id=campaign.id,
        challenge_id=challenge.id,
        participant=token_hash(f"demo:{campaign.pid}:lucie")[:43],
        supporter_id=someone.id,
        done_on=date_in(at, campaign.timezone),
        at=at,
    )
    session.add(act)
    session.flush()
    return act
