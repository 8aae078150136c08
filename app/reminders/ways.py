"""One door to every way of reminding: what was sealed goes in, and whether it arrived comes out."""

import json
from enum import StrEnum

import structlog

from app.core import vault
from app.push import door
from app.push.rules import Notice, Refused
from app.reminders import addresses
from app.reminders.models import ReminderTarget, Way

log = structlog.get_logger("reminders")


class Told(StrEnum):
    """What became of one message."""

    YES = "yes"
    NO = "no"  # not this time
    NEVER = "never"  # this way has ended: its owner must set it up anew


def tell(target: ReminderTarget, influencer_pid: str, notice: Notice) -> Told:
    """Send a notice by a way somebody chose. Never raises for what a service does; acts outside transactions."""
    try:
        secret = vault.unseal(target.sealed, bound_to=place(influencer_pid, target.pid))
        if target.way is Way.PUSH:
            door.send(json.loads(secret), notice)
            return Told.YES
        return Told.YES if addresses.send(secret, notice) else Told.NO
    except (door.Ended, vault.CannotOpen):
        return Told.NEVER
    except (door.Failed, Refused) as error:
        log.info("reminder not taken", way=target.way.value, target=target.pid, problem=type(error).__name__)
        return Told.NO


def place(influencer_pid: str, target_pid: str) -> tuple[str, ...]:
    """What the secret of a target is bound to."""
    return ("reminder", influencer_pid, target_pid)
