"""Use cases of following on a device: begun, renewed, ended, forgotten. Tied to no account and to no address.

Knows a browser again by a keyed hash of where it is called, of one campaign each: two campaigns have nothing to
compare. Refuses to follow what is over.
"""

import json
from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col, delete, select, update

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core import clock, vault
from app.core.crypto import keyed_hash, keyed_hashes
from app.core.db import insert_into
from app.core.errors import Conflict
from app.core.i18n import mark
from app.core.ids import new_pid
from app.followers.models import DeviceNotice, FollowDevice
from app.followers.rules import MOST_FAILURES, Topic, mask_of

_PURPOSE = "follow-device"


def follow(
    session: Session,
    campaign: Campaign,
    *,
    subscription: Mapping[str, str],
    topics: Collection[Topic],
    language: str,
    link_id: int | None = None,
) -> FollowDevice:
    """Keep a browser that `push.door.checked` has let through; the same again renews itself.

    `link_id`: the short link by which it came first.
    Raises Conflict when the campaign is closed: nothing more would be told.
    """
    if campaign.state is State.CLOSED:
        raise Conflict(mark("This campaign is over: there is nothing more to tell."))
    row = _of(session, campaign, subscription["endpoint"], link_id)
    row.endpoint_hash = keyed_hash(_PURPOSE, campaign.pid, subscription["endpoint"])
    row.sealed = vault.seal(json.dumps(dict(subscription)), bound_to=place(row.pid))
    row.topics, row.language = mask_of(topics), language
    row.failures, row.failed_at = 0, None
    session.add(row)
    session.flush()
    return row


def _of(session: Session, campaign: Campaign, endpoint: str, link_id: int | None) -> FollowDevice:
    """The row of a browser, locked; two requests of one browser at once get one row."""
    found = find(session, campaign, endpoint)
    if found is not None:
        return found
    new = FollowDevice(
        pid=new_pid(),
        organisation_id=campaign.organisation_id,
        campaign_id=campaign.id,
        endpoint_hash=keyed_hash(_PURPOSE, campaign.pid, endpoint),
        sealed="",
        language=campaign.language,
        topics=0,
        link_id=link_id,
    )
    session.execute(
        insert_into(session, FollowDevice)
        .values(**new.model_dump(exclude={"id"}))
        .on_conflict_do_nothing(index_elements=["campaign_id", "endpoint_hash"])
    )
    return session.exec(
        select(FollowDevice).where(_by(campaign, [new.endpoint_hash])).with_for_update()
    ).one()


def find(session: Session, campaign: Campaign, endpoint: str) -> FollowDevice | None:
    """The device that is called there, whichever secret key it was kept under."""
    hashes = keyed_hashes(_PURPOSE, campaign.pid, endpoint)
    return session.exec(select(FollowDevice).where(_by(campaign, hashes)).with_for_update()).first()


def _by(campaign: Campaign, hashes: Collection[str]) -> ColumnElement[bool]:
    return and_(col(FollowDevice.campaign_id) == campaign.id, col(FollowDevice.endpoint_hash).in_(hashes))


def stop(session: Session, campaign: Campaign, endpoint: str) -> None:
    """Tell a device nothing more, and forget it with what waits for it. Says nothing of whether it was known."""
    found = find(session, campaign, endpoint)
    if found is not None:
        forget(session, [found.id])


def refused(session: Session, device_id: int) -> None:
    """The push service did not take a notice for it; after too many in a row it is forgotten."""
    failures = session.execute(
        update(FollowDevice)
        .where(col(FollowDevice.id) == device_id)
        .values(failures=col(FollowDevice.failures) + 1, failed_at=clock.now())
        .returning(col(FollowDevice.failures))
    ).scalar_one_or_none()
    if failures is not None and failures >= MOST_FAILURES:
        forget(session, [device_id])


def reached(session: Session, device_ids: Collection[int]) -> None:
    """They took a notice: what failed before counts no more."""
    session.execute(
        update(FollowDevice)
        .where(col(FollowDevice.id).in_(device_ids), col(FollowDevice.failures) > 0)
        .values(failures=0, failed_at=None)
    )


def gone(session: Session, device_id: int, *, sealed: str) -> None:
    """The browser took its permission back, or is no more; unless it has asked anew since it was read."""
    same = (col(FollowDevice.id) == device_id) & (col(FollowDevice.sealed) == sealed)
    forget(session, session.exec(select(FollowDevice.id).where(same)).all())


def forget(session: Session, ids: Collection[int]) -> int:
    """Delete devices with what they were told; returns how many."""
    session.execute(delete(DeviceNotice).where(col(DeviceNotice.device_id).in_(ids)))
    done = session.execute(
        delete(FollowDevice).where(col(FollowDevice.id).in_(ids)).returning(col(FollowDevice.id))
    )
    return len(done.all())


def replace_seal(session: Session, device_id: int, *, before: str, after: str) -> bool:
    """Put a new seal in place of the one that was read; False when another came in between."""
    done = session.execute(
        update(FollowDevice)
        .where(col(FollowDevice.id) == device_id, col(FollowDevice.sealed) == before)
        .values(sealed=after)
        .returning(col(FollowDevice.id))
    )
    return done.first() is not None


def place(pid: str) -> tuple[str, ...]:
    """What the secret of a device is bound to."""
    return ("follow-device", pid)
