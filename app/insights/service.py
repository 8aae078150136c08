"""Writes what people enter: a platform's figures by frame, and costs. Keeps what was seen, refuses to guess."""

from collections.abc import Mapping
from datetime import date

from sqlmodel import Session

from app.campaigns import once
from app.campaigns.models import Campaign
from app.core import clock
from app.core.errors import NotFound
from app.influencers.models import Influencer
from app.insights import queries, rules
from app.insights.models import Cost, Reach
from app.insights.rules import METRICS, CostKind
from app.people import audit
from app.people.rules import Actor
from app.stories.models import Day, Frame


def keep_reach(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    *,
    day: Day,
    frames: Mapping[str, Frame],
    account: Influencer | None,
    channel: str,
    told: Mapping[str, Mapping[str, int | None]],
) -> int:
    """Keep the figures of some frames of one account, by the frame's public id; returns how many changed.

    What is left empty is not known: a row without any figure is removed. Raises NotFound for another day's frame.
    """
    if not set(told) <= set(frames):
        raise NotFound
    who = account.id if account else 0
    stored = queries.reach_rows(session, campaign, [one.id for one in frames.values()], who, channel)
    changed = 0
    for pid, values in told.items():
        own = frames[pid].id
        row = stored.get(own) or Reach(
            campaign_id=campaign.id, frame_id=own, influencer_id=who, channel=channel
        )
        changed += _keep_frame(session, actor, row, values, known=own in stored)
    if changed:
        audit.record(
            session,
            actor,
            "insight.reach_typed",
            subject=account.name if account else "",
            subject_pid=campaign.pid,
            day=day.number,
        )
    return changed


def _keep_frame(
    session: Session, actor: Actor, row: Reach, values: Mapping[str, int | None], *, known: bool
) -> bool:
    before = {name: getattr(row, name) for name in METRICS}
    after = {**before, **values}
    if after == before:
        return False
    if known and not rules.known(list(after.values())):
        session.delete(row)
        return True
    for name, value in after.items():
        setattr(row, name, value)
    row.typed_by, row.typed_at = actor.person_id, clock.now()
    session.add(row)
    return True


def add_cost(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    *,
    kind: CostKind,
    label: str,
    on_date: date,
    minutes: int,
    amount_minor: int,
    influencer: Influencer | None,
    key: str = "",
) -> Cost:
    """Write down a cost, or hours with or without a price; the same press of the form with ``key`` finds it."""
    once.take_turns(session, campaign)
    who = influencer.pid if influencer else ""
    pid = once.name(key, campaign.pid, kind, label, on_date, minutes, amount_minor, who)
    if (before := queries.cost(session, campaign, pid)) is not None:
        return before
    row = Cost(
        pid=pid,
        campaign_id=campaign.id,
        kind=kind,
        label=label,
        on_date=on_date,
        minutes=minutes,
        amount_minor=amount_minor,
        influencer_id=influencer.id if influencer else None,
        created_by=actor.person_id,
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, "insight.cost_added", subject=label, subject_pid=row.pid)
    return row


def remove_cost(session: Session, actor: Actor, row: Cost) -> None:
    """Take a cost out again."""
    audit.record(session, actor, "insight.cost_removed", subject=row.label, subject_pid=row.pid)
    session.delete(row)
