"""Those who follow a campaign of the demo: addresses asked, confirmed, paused or gone, devices, what they were told.

Letters of the past stand in no mailbox, but those to the one follower whose mails the demo shows. Devices are
called at a port of this machine where nobody listens: no service of a browser ever hears of the demo.
"""

from __future__ import annotations

import base64
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlmodel import col, select, update

from app.core import clock, i18n
from app.followers import announcing, devices, published, queries, service, writing
from app.followers.models import Delivery, DeviceNotice, Dispatch, Follower
from app.followers.rules import (
    NOTICED,
    SETTLED,
    USUAL,
    Bounce,
    DeliveryState,
    Ending,
    NoticeState,
    Rhythm,
    Topic,
    Wish,
)
from app.followers.writing import Desk
from app.mail import service as mail
from app.push import door
from seed import visiting

if TYPE_CHECKING:
    from seed import schema
    from seed.load import Stage

CONFIRMED_AFTER = timedelta(minutes=9)
MORNING = "08:00"
NOWHERE = "http://127.0.0.1:9/push"


def ask(stage: Stage) -> None:
    """Everyone who asked by now, each at their moment."""
    for told in stage.told.followers:
        at = stage.at(told.day, told.hour)
        if at <= clock.now():
            with clock.frozen(at, everywhere=False):
                _asked(stage, told)
    for some in stage.told.devices:
        at = stage.at(some.day, some.hour)
        if at <= clock.now():
            with clock.frozen(at, everywhere=False):
                _allowed(stage, some)
    stage.session.flush()


def _allowed(stage: Stage, some: schema.OnDevice) -> None:
    """Browsers, each with keys of its own, that have just allowed notices."""
    for _ in range(some.many):
        key = ec.generate_private_key(ec.SECP256R1()).public_key()
        subscription = {
            "endpoint": f"{NOWHERE}/{secrets.token_urlsafe(16)}",
            "p256dh": _b64(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)),
            "auth": _b64(secrets.token_bytes(16)),
            "server": door.public_key(),
        }
        devices.follow(
            stage.session,
            stage.campaign,
            subscription=subscription,
            topics=[Topic(one) for one in some.topics] or USUAL,
            language=some.language or stage.campaign.language,
        )


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _asked(stage: Stage, told: schema.Follower) -> None:
    session, campaign = stage.session, stage.campaign
    topics = frozenset(Topic(one) for one in told.topics) or USUAL
    wish = Wish(topics, Rhythm(told.rhythm), told.language or campaign.language)
    link_id = visiting.link_of(stage, told.influencer, told.day) if told.influencer else None
    service.ask(session, campaign, email=told.email, wish=wish, link_id=link_id)
    if told.state == "asked":
        return
    mail.forget_recipients(session, [told.email], unsent=True)  # it has served, and the mailbox stays short
    row = _row(stage, told)
    with clock.frozen(clock.now() + CONFIRMED_AFTER, everywhere=False):
        service.confirm(session, campaign, row)


def _row(stage: Stage, told: schema.Follower) -> Follower:
    return stage.session.exec(
        select(Follower).where(Follower.campaign_id == stage.campaign.id, Follower.email == told.email)
    ).one()


def tell_days(stage: Stage) -> None:
    """What each morning so far told."""
    for number in range(1, stage.campaign.length + 1):
        at = stage.at(number, MORNING)
        if at <= clock.now():
            with clock.frozen(at, everywhere=False):
                tell(stage)


def tell(stage: Stage) -> None:
    """What is published at this moment, to whoever follows by then; letters at once, digests in their evening."""
    session, campaign = stage.session, stage.campaign
    with i18n.speaking(campaign.language):
        found = published.publications(session, campaign)
    for one in found:
        announcing.begin(session, campaign.id, one)
    for row in session.exec(
        select(Dispatch).where(Dispatch.campaign_id == campaign.id, Dispatch.cursor == 0)
    ):
        announcing.fill_one(session, row.id)
    session.flush()
    _leave(stage)


def _leave(stage: Stage) -> None:
    """Settle what was due by the demo's own clock, and show what its one reader received."""
    session = stage.session
    shown = [one.email for one in stage.told.followers if one.shown]
    desk = Desk(session)
    due = session.exec(
        select(Delivery, Follower, Dispatch)
        .join(Follower, col(Follower.id) == Delivery.follower_id)
        .join(Dispatch, col(Dispatch.id) == Delivery.dispatch_id)
        .where(
            Dispatch.campaign_id == stage.campaign.id,
            Delivery.state == DeliveryState.WAITING,
            Delivery.due_at <= clock.now(),
        )
    ).all()
    for delivery, follower, dispatch in due:
        letter = desk.letter(follower, [dispatch]) if follower.email in shown else None
        if letter is not None:
            made = writing.addressed(letter, follower)
            made.pid = f"{delivery.id:016d}"
            mail.keep_in_the_mailbox(session, made)
    session.execute(
        update(Delivery)
        .where(col(Delivery.id).in_([one.id for one, _, _ in due]))
        .values(state=DeliveryState.SENT, settled_at=clock.now(), attempts=1)
    )
    session.execute(
        update(DeviceNotice)
        .where(
            col(DeviceNotice.dispatch_id).in_(_dispatches(stage)),
            col(DeviceNotice.state) == NoticeState.WAITING,
            col(DeviceNotice.due_at) <= clock.now(),
        )
        .values(state=NoticeState.TOLD, settled_at=clock.now())
    )
    session.flush()


def end(stage: Stage) -> None:
    """Those who left, paused or whose mailbox is gone by now; and counts of what is over."""
    session, campaign = stage.session, stage.campaign
    _leave(stage)
    for told in stage.told.followers:
        if stage.at(told.day, told.hour) > clock.now() or told.state in ("asked", "active"):
            continue
        row = _row(stage, told)
        if told.state == "left":
            service.end(session, row, Ending.LEFT)
        elif told.state == "bounced":
            service.bounced(session, row, Bounce.HARD)
        else:
            row.paused_until = clock.today(campaign.timezone) + timedelta(days=12)
            session.add(row)
    session.flush()
    noticed = queries.notices(session, _dispatches(stage))
    for dispatch_id, states in queries.counts(session, _dispatches(stage)).items():
        if set(states) <= set(SETTLED) and set(noticed.get(dispatch_id, {})) <= set(NOTICED):
            announcing.close(session, dispatch_id)


def _dispatches(stage: Stage) -> list[int]:
    return list(stage.session.exec(select(Dispatch.id).where(Dispatch.campaign_id == stage.campaign.id)))
