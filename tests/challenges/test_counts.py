"""Whatever people and the team do, in any order, the counters say what a slow recount says."""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from app.challenges import comparing, queries, writing
from app.challenges.models import ChallengeAct
from app.challenges.rules import UNIT
from app.core import clock
from app.influencers.models import Influencer
from app.influencers.rules import Stage as Step
from app.intake import queries as intake
from app.intake import service as inbox
from app.intake.rules import ItemState, Kind
from app.people.rules import Actor
from tests import factories
from tests.challenges.stage import NOW, Stage, stage, take

PEOPLE, DAYS = "abc", (1, 3)
ACTIONS = st.one_of(
    st.tuples(
        st.just("take"),
        st.sampled_from(PEOPLE),
        st.sampled_from(DAYS),
        st.integers(0, 2),
        st.sampled_from([1, 2, 6]),
        st.sampled_from(["", "Un mot"]),
        st.booleans(),
    ),
    st.tuples(
        st.sampled_from(
            ["accepted", "returned", "rejected", "pending", "restricted", "withdraw", "remove", "restore"]
        ),
        st.sampled_from(PEOPLE),
        st.sampled_from(DAYS),
    ),
)


def recount(
    session: Session, made: Stage
) -> tuple[int, int, dict[tuple[int, int], int], dict[int, int], int]:
    """One row after the other: acts and quantity in all, acts by challenge and level, waiting, the team's."""
    acts = units = team = 0
    levels: dict[tuple[int, int], int] = {}
    waiting: dict[int, int] = {}
    for act in session.exec(select(ChallengeAct).where(ChallengeAct.campaign_id == made.campaign.id)):
        item = intake.of_subject(session, Kind.ACT, act.id) if act.filed else None
        if act.removed_at is not None:
            continue
        if item is not None and item.state is ItemState.PENDING:
            waiting[act.challenge_id] = waiting.get(act.challenge_id, 0) + 1
        if item is None or item.state is ItemState.ACCEPTED:
            acts, units = acts + 1, units + act.quantity
            key = (act.challenge_id, act.level)
            levels[key] = levels.get(key, 0) + 1
            team += act.team_id is not None
    return acts, units, levels, waiting, team


def do(session: Session, made: Stage, actor: Actor, team: int, rows: dict[Any, int], action: Any) -> None:
    name, who, day, *rest = action
    if name == "take":
        level, quantity, text, with_team = rest
        taken = take(
            session,
            made,
            who,
            day,
            level=level,
            quantity=quantity * UNIT,
            text=text,
            team_id=team if with_team else None,
        )
        if taken.fresh:
            rows[who, day] = session.exec(
                select(ChallengeAct.id).where(ChallengeAct.pid == taken.fresh)
            ).one()
        return
    act = session.get(ChallengeAct, rows[who, day]) if (who, day) in rows else None
    if act is None:
        return
    if name == "withdraw":
        writing.withdraw(session, act)
        del rows[who, day]
    elif name in ("remove", "restore"):
        verb = writing.remove if name == "remove" else writing.restore
        verb(session, actor, campaign=made.campaign, pid=act.pid)
    else:
        item = intake.of_subject(session, Kind.ACT, act.id)
        if item is not None:
            inbox.move(session, item, ItemState(name))


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(ACTIONS, max_size=20))
def test_counters_equal_a_slow_recount(session: Session, actions: list[Any]) -> None:
    made = stage(session)
    actor = factories.member(session, made.organisation)
    people = [
        Influencer(
            organisation_id=made.organisation.id,
            campaign_id=made.campaign.id,
            name=name,
            stage=Step.CONFIRMED,
        )
        for name in ("Maïa", "Dev")
    ]
    session.add_all(people)
    for challenge in made.challenges.values():
        challenge.usual, challenge.most, challenge.teams = 5 * UNIT, 100 * UNIT, True
    session.flush()
    rows: dict[Any, int] = {}
    for place, action in enumerate(actions):
        with clock.frozen(NOW + timedelta(hours=3 * place % 72)):
            do(session, made, actor, people[0].id, rows, action)
            session.flush()
    counts = queries.counts(session, made.campaign.id)
    acts, units, levels, waiting, team = recount(session, made)
    assert counts.total == queries.total(session, made.campaign.id) == acts
    assert sum(part.quantity for part in counts.by_challenge.values()) == units
    assert sum(sum(part.levels) for part in counts.by_challenge.values()) == acts
    for (challenge_id, level), number in levels.items():
        assert counts.of(challenge_id).levels[level] == number
    assert {key: part.waiting for key, part in counts.by_challenge.items() if part.waiting} == waiting
    assert queries.totals(session, [made.campaign.id]).get(made.campaign.id, 0) == acts
    for number, challenge in made.challenges.items():
        shown = queries.shown(session, campaign_id=made.campaign.id, day_id=made.days[number].id)
        assert shown is not None
        part = counts.of(challenge.id)
        assert (shown.acts, shown.quantity, shown.campaign_acts) == (part.total, part.quantity, acts)
    lines = comparing.teams(session, made.campaign, people)
    assert sum(line.team.acts for line in lines) == team
