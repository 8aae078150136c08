"""The order of frames in a day, the blanks still to fill and what a frame lacks. Pure decisions."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Direction = Literal["up", "down"]

# « [prénom] »: a gap a template leaves for the writer, on one line, without brackets inside.
_BLANK = re.compile(r"\[[^\[\]\n]{1,120}\]")

STEPS_KEPT = 200
"""How many steps of a campaign's storyboard can be undone; older ones are forgotten."""

MERGE_SECONDS = 120
"""Autosaves of one frame by one person within this time are one step to undo, not one per keystroke."""


class Gap(StrEnum):
    """What keeps a frame from being ready."""

    EMPTY = "empty"  # neither words nor a picture
    BLANKS = "blanks"
    MEDIA = "media"  # announced as a picture or a video, but there is none
    ALT = "alt"  # a picture nobody describes
    TITLE = "title"


def blanks_in(*texts: str) -> list[str]:
    """The blanks left in some texts, each once, in reading order."""
    return list(dict.fromkeys(blank for text in texts for blank in _BLANK.findall(text)))


@dataclass(frozen=True)
class FrameFacts:
    """What the rules need to know of a frame."""

    kind: str
    title: str
    caption: str
    alt_text: str
    sticker: str
    has_media: bool

    @property
    def blanks(self) -> list[str]:
        return blanks_in(self.title, self.caption, self.alt_text, self.sticker)


def gaps(frame: FrameFacts) -> list[Gap]:
    """What a frame lacks, the gravest first; nothing when it is ready."""
    found: list[Gap] = []
    if frame.kind == "text" and not frame.caption.strip():
        found.append(Gap.EMPTY)
    if frame.kind != "text" and not frame.has_media:
        found.append(Gap.MEDIA)
    if frame.blanks:
        found.append(Gap.BLANKS)
    if frame.has_media and not frame.alt_text.strip():
        found.append(Gap.ALT)
    if not frame.title.strip():
        found.append(Gap.TITLE)
    return found


def inserted(order: Sequence[str], item: str, position: int | None) -> list[str]:
    """The order with an item put at a position counted from 0 (None: last), within bounds."""
    rest = [one for one in order if one != item]
    at = len(rest) if position is None else max(0, min(position, len(rest)))
    return [*rest[:at], item, *rest[at:]]


def without(order: Iterable[str], item: str) -> list[str]:
    """The order after an item left."""
    return [one for one in order if one != item]


def stepped(order: Sequence[str], item: str, direction: Direction) -> int:
    """The position one step up or down, staying within the day."""
    at = order.index(item)
    return max(0, at - 1) if direction == "up" else min(len(order) - 1, at + 1)
