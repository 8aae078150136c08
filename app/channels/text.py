"""Composes what people read: label, text, hashtags, link, in this order. Refuses to cut: too long is a fault.

What was approved goes out as it was approved. A piece that does not fit is told while it is edited
(`Fault.TOO_LONG`), and refused when it comes due; nothing is shortened behind anybody's back.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.channels import graphemes
from app.channels.base import Attachment, Fault, Limits, Piece, Shape

Count = Callable[[str], int]
"""How a platform counts a text."""

LINK = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)\]}'»]", re.IGNORECASE)


@dataclass(frozen=True)
class Parts:
    """What people read of a piece, in its order; "" for what is not there or is said already."""

    label: str
    text: str
    tags: str
    link: str


def parts_of(piece: Piece) -> Parts:
    """The parts of a piece: what its text already says (label, hashtag, link) is not said twice."""
    text = piece.text.strip()
    label = piece.label.strip()
    return Parts(
        label="" if text.casefold().startswith(label.casefold()) else label,
        text=text,
        tags=" ".join(tag for tag in hashtags(piece) if not _has_tag(text, tag)),
        link="" if piece.link in LINK.findall(text) else piece.link,
    )


def compose(piece: Piece) -> str:
    """The whole text of a piece, as `parts_of` takes it apart."""
    parts = parts_of(piece)
    last = "\n".join(filter(None, (parts.tags, parts.link)))
    return "\n\n".join(part for part in (parts.label, parts.text, last) if part)


def hashtags(piece: Piece) -> tuple[str, ...]:
    """The hashtags as they are written: with their sign, without spaces, each once."""
    written = ("#" + re.sub(r"[\s#]+", "", tag) for tag in piece.hashtags)
    return tuple(dict.fromkeys(tag for tag in written if len(tag) > 1))


def _has_tag(text: str, tag: str) -> bool:
    return re.search(re.escape(tag) + r"(?!\w)", text, re.IGNORECASE) is not None


def with_links_as(length: int) -> Count:
    """Counts graphemes, and every link as so many (Mastodon: 23, whatever its length)."""
    return lambda text: graphemes.count(LINK.sub("x" * length, text))


def utf16(text: str) -> int:
    """Counts UTF-16 units, as Telegram's lengths and offsets do."""
    return len(text.encode("utf-16-le")) // 2


def emoji_as_bytes(text: str) -> int:
    """Counts characters, and emoji as their UTF-8 bytes (Threads API, "Limitations")."""
    return sum(
        len(one.encode()) if unicodedata.category(one) in ("So", "Sk") or ord(one) > 0xFFFF else 1
        for one in text
    )


def faults(
    piece: Piece, limits: Limits, count: Count, kinds: Sequence[str], *, mixed: bool = True
) -> list[Fault]:
    """What a platform with these limits would refuse.

    `kinds` are the types of file it takes; without `mixed`, a video stands alone.
    """
    if piece.shape not in limits.shapes:
        return [Fault.NO_STORIES]
    found = _text_faults(piece, limits, count)
    videos = [one for one in piece.media if is_video(one)]
    most = 1 if piece.shape is Shape.STORY or (videos and not mixed) else limits.media
    if len(piece.media) > most:
        found.append(Fault.TOO_MANY_MEDIA)
    if (videos and not limits.video_seconds) or any(one.mime not in kinds for one in piece.media):
        found.append(Fault.MEDIA_KIND)
    if limits.video_seconds and any(video.seconds > limits.video_seconds for video in videos):
        found.append(Fault.VIDEO_TOO_LONG)
    return found


def _text_faults(piece: Piece, limits: Limits, count: Count) -> list[Fault]:
    story = piece.shape is Shape.STORY
    if not piece.media and (limits.needs_media or story):
        return [Fault.NEEDS_MEDIA]
    if story:  # no platform's interface writes on a story: only its picture can
        return [Fault.NO_LABEL] if piece.label.strip() else []
    text = compose(piece)
    if not text and not piece.media:
        return [Fault.EMPTY]
    return [Fault.TOO_LONG] if count(text) > limits.text else []


def is_video(attachment: Attachment) -> bool:
    """Whether an attachment moves."""
    return attachment.mime.startswith("video/")


def fingerprint(text: str) -> str:
    """A text as platforms may give it back: without mark-up's spaces, case or look-alike characters."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"\s+", "", plain)
