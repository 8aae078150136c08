"""Early warning: compares each running campaign's last hour with what it is used to, and rings once a wave.

Keeps one alert a wave with its worst hour; refuses to ring for one voice, or again before somebody answered.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import Session, col, select

from app.campaigns import queries as campaigns
from app.campaigns.models import Campaign
from app.campaigns.rules import Policy, State
from app.core import clock
from app.core.errors import NotFound
from app.core.templating import absolute
from app.intake import service as intake
from app.intake.models import Item
from app.intake.rules import Signal
from app.mail import service as mail
from app.moderation import queries, rules
from app.moderation.models import Alert
from app.moderation.rules import AlertKind, Hour, Reading, Step
from app.people import audit
from app.people.rules import Actor

RUNNING = (State.LIVE, State.DRIVE, State.REPORTING)
CALM = timedelta(hours=2)
"""A wave is over when the rule has not held for so long."""

EXAMPLES = 3
HOUR = timedelta(hours=1)


def watch(session: Session) -> int:
    """Judge every running campaign; returns how many alerts were opened or ended."""
    return sum(watch_campaign(session, campaign_id) for campaign_id in campaigns.ids_in(session, *RUNNING))


def watch_campaign(session: Session, campaign_id: int) -> int:
    """Judge one campaign's last hour; returns how many alerts were opened or ended."""
    items = _lately(session, campaign_id)
    now, *before = _hours(items)
    readings = {
        AlertKind.HOSTILE: rules.read_hostile(now, before),
        AlertKind.FLOOD: rules.read_flood(now, before),
    }
    return sum(_follow(session, campaign_id, kind, reading, items) for kind, reading in readings.items())


def _lately(session: Session, campaign_id: int) -> Sequence[Item]:
    since = clock.now() - HOUR * (rules.BASE_HOURS + 1)
    return session.exec(
        select(Item)
        .where(Item.campaign_id == campaign_id, col(Item.created_at) > since)
        .order_by(col(Item.created_at).desc())
    ).all()


def _is_troubled(item: Item) -> bool:
    return rules.troubled(intake.signals(item), item.reason)


def _hours(items: Sequence[Item]) -> list[Hour]:
    """What each hour brought, the present one first, then those the campaign has known, at most three days."""
    now = clock.now()
    totals = [[0, 0, 0] for _ in range(rules.BASE_HOURS + 1)]
    for item in items:
        counted = totals[min(int((now - item.created_at) / HOUR), rules.BASE_HOURS)]
        counted[0] += 1
        counted[1] += _is_troubled(item)
        counted[2] += Signal.FLOOD in intake.signals(item)
    return [Hour(*counted) for counted in totals]


def _follow(
    session: Session, campaign_id: int, kind: AlertKind, reading: Reading, items: Sequence[Item]
) -> int:
    """Open the wave's alert, keep its worst hour, or end it."""
    key = f"{campaign_id}:{kind.value}"
    alert = session.exec(select(Alert).where(Alert.running == key).with_for_update()).first()
    now = clock.now()
    if alert is None:
        return _open(session, campaign_id, kind, reading, items) if reading.alert else 0
    if reading.alert:
        alert.seen_at = now
        if reading.count > alert.count:
            alert.count, alert.total = reading.count, reading.total
        session.add(alert)
        return 0
    if now - alert.seen_at < CALM:
        return 0
    alert.running, alert.calm_at = None, now
    session.add(alert)
    return 1


def _open(
    session: Session, campaign_id: int, kind: AlertKind, reading: Reading, items: Sequence[Item]
) -> int:
    campaign = session.get_one(Campaign, campaign_id)
    alert = Alert(
        organisation_id=campaign.organisation_id,
        campaign_id=campaign_id,
        kind=kind,
        running=f"{campaign_id}:{kind.value}",
        count=reading.count,
        total=reading.total,
        usual=reading.usual,
        examples=_examples(kind, items),
    )
    session.add(alert)
    campaign.alert_at = clock.now()
    session.add(campaign)
    session.flush()
    for address, language in queries.moderators(session, campaign.organisation_id):
        mail.queue(
            session,
            kind="moderation-alert",
            to=address,
            language=language,
            context={
                "campaign": campaign,
                "alert": alert,
                "step": rules.STEP_WORDS[step_of(alert, campaign)],
                "url": absolute(f"/studio/campaigns/{campaign.pid}/alerts"),
            },
        )
    return 1


def _examples(kind: AlertKind, items: Sequence[Item]) -> list[dict[str, str]]:
    """Some of the last hour, each text once; their words stay on the items, which their authors may take back."""
    since = clock.now() - HOUR
    found: dict[str, str] = {}
    for item in items:
        counts = _is_troubled(item) if kind is AlertKind.HOSTILE else Signal.FLOOD in intake.signals(item)
        if counts and item.created_at > since and item.excerpt:
            found.setdefault(item.likeness or item.pid, item.pid)
        if len(found) == EXAMPLES:
            break
    return [{"pid": pid} for pid in found.values()]


def step_of(alert: Alert, campaign: Campaign) -> Step:
    """What an alert suggests to do next."""
    return rules.suggested(alert.count, alert.total, shown_unread=campaign.moderation is Policy.POST)


def answer(session: Session, actor: Actor, campaign: Campaign, *, pid: str, note: str) -> None:
    """Somebody has seen an alert and says what they do about it. Answering twice changes nothing. Raises NotFound."""
    alert = session.exec(
        select(Alert).where(Alert.pid == pid, Alert.campaign_id == campaign.id).with_for_update()
    ).first()
    if alert is None:
        raise NotFound
    if alert.acknowledged_at is not None:
        return
    alert.acknowledged_at, alert.acknowledged_by, alert.note = clock.now(), actor.person_id, note
    session.add(alert)
    session.flush()
    if not any(one.acknowledged_at is None for one, _ in queries.alerts_of(session, campaign)):
        campaign.alert_at = None
        session.add(campaign)
    audit.record(session, actor, "alert.answered", subject=campaign.title, subject_pid=campaign.pid)
