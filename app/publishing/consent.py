"""Whose word a post still needs, who may give it, and what changed since. Pure decisions; never guesses a yes."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from app.campaigns.rules import Approval
from app.core.i18n import Message, mark
from app.publishing.rules import HAND, PostState

Content = Mapping[str, Any]
"""What a post says, as JSON: who carries it, where, its own text, its frames, and (`when`) its hour."""

REMINDERS = 2
REMIND_EVERY = timedelta(hours=24)
QUIET = timedelta(minutes=2)
"""How long the team's approvals must rest before the influencer is written to: many in a row make one mail."""


class Waits(StrEnum):
    """Whose word is missing."""

    TEAM = "team"
    INFLUENCER = "influencer"


@dataclass(frozen=True)
class Given:
    """The words a post has. `kept`: it was planned before approval was asked, and has not changed since."""

    approved: bool = False
    agreed: bool = False
    kept: bool = False


def missing(mode: Approval, given: Given, *, influencer: bool) -> Waits | None:
    """Whose word comes next; None when the post may go out. `influencer`: one of them carries it."""
    if mode is Approval.NONE or given.kept:
        return None
    if not given.approved:
        return Waits.TEAM
    if mode is Approval.BOTH and influencer and not given.agreed:
        return Waits.INFLUENCER
    return None


def may_approve(approver: int | None, author: int | None, able: int) -> bool:
    """Whether a member may approve what `author` sent: another's eyes, unless only one could look at all.

    `able` counts the members who may both edit and publish; `author` None is nobody of the team.
    """
    return able <= 1 or author is None or approver != author


def state_of(waits: Waits | None, *, asked: bool, ahead: bool) -> PostState:
    """The state of a post by the words it has; `ahead`: its hour is to come."""
    if waits is not None:
        return PostState.IN_REVIEW if asked else PostState.DRAFT
    return PostState.SCHEDULED if ahead else PostState.APPROVED


def reminder_due(since: datetime, sent: int, now: datetime) -> bool:
    """Whether to remind again: a day after the question, once more a day later, then never."""
    return sent < REMINDERS and now >= since + REMIND_EVERY * (sent + 1)


def substance(content: Content) -> dict[str, Any]:
    """What an approval is about: everything but the hour."""
    return {name: value for name, value in content.items() if name != "when"}


def same(old: Content, new: Content) -> bool:
    """Whether two contents say the same, whatever the hour."""
    return substance(old) == substance(new)


def digest(content: Content) -> str:
    """A short name of exactly this content and hour, for a form to say what was on the screen."""
    written = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Change:
    """One thing that reads otherwise. `part` numbers the story from 1; 0 speaks of the whole post."""

    field: str
    before: str
    now: str
    part: int = 0

    @property
    def name(self) -> Message:
        return FIELD_NAMES[self.field]

    @property
    def hours(self) -> tuple[datetime, datetime] | None:
        """Both wall times, where it is the hour that changed."""
        if self.field != "when":
            return None
        before, now = (datetime.fromisoformat(text.rsplit(" ", 1)[0]) for text in (self.before, self.now))
        return before, now

    @property
    def words(self) -> tuple[Message | str, Message | str]:
        """Both values in words: what has a name of its own is given it."""
        return _VALUES.get(self.before, self.before), _VALUES.get(self.now, self.now)


FIELD_NAMES: dict[str, Message] = {
    "when": mark("Hour"),
    "carrier": mark("Carried by"),
    "channel": mark("Channel"),
    "account": mark("Account"),
    "shape": mark("Shape"),
    "text": mark("Text"),
    "hashtags": mark("Hashtags"),
    "frame": mark("Story"),
    "kind": mark("What it is"),
    "caption": mark("Text"),
    "media": mark("Picture or video"),
    "alt": mark("Description of the picture"),
    "label": mark("Label"),
    "link": mark("Link"),
    "sticker": mark("Sticker"),
}
_VALUES: dict[str, Message | str] = {
    HAND: mark("By hand"),
    "story": mark("Story"),
    "post": mark("Post"),
    "image": mark("Picture"),
    "video": mark("Video"),
}
_HIDDEN = frozenset({"carrier_pid", "account_pid", "pid"})


def difference(old: Content, new: Content) -> list[Change]:
    """What reads otherwise, the post first, then its stories in their order."""
    found = [
        Change(name, str(old.get(name, "")), str(new.get(name, "")))
        for name in FIELD_NAMES
        if str(old.get(name, "")) != str(new.get(name, ""))
    ]
    before = {one["pid"]: one for one in old.get("frames", [])}
    now = {one["pid"]: one for one in new.get("frames", [])}
    order = [*now, *(pid for pid in before if pid not in now)]
    for part, pid in enumerate(order, start=1):
        found += _of_frame(part, before.get(pid), now.get(pid))
    return found


def _of_frame(part: int, old: Content | None, new: Content | None) -> list[Change]:
    if old is None or new is None:
        return [Change("frame", _said(old), _said(new), part)]
    names = [name for name in {**old, **new} if name not in _HIDDEN and old.get(name) != new.get(name)]
    return [Change(name, str(old.get(name, "")), str(new.get(name, "")), part) for name in names]


def _said(frame: Content | None) -> str:
    """A whole story in few words, where one came or went."""
    if frame is None:
        return ""
    return str(frame["caption"] or frame["alt"] or frame["media"])
