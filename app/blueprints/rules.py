"""How a document becomes days, and where its links lead. Pure decisions."""

import re
from collections.abc import Sequence
from typing import TypeVar

D = TypeVar("D")


def laid(days: Sequence[D], length: int, *, repeat: bool) -> list[D | None]:
    """Which day of a template each of `length` days takes; None where the organiser fills it in.

    The last day stays last: the drive is there. A shorter campaign keeps the first days; a longer one
    repeats all but the last in turn when the template says so.
    """
    if not days:
        return [None] * length
    *body, last = days
    taken: list[D | None] = []
    for index in range(length - 1):
        if index < len(body):
            taken.append(body[index])
        else:
            taken.append(body[index % len(body)] if repeat and body else None)
    return [*taken, last]


def link_path(kind: str, slug: str, number: int) -> str:
    """The path of a frame's link within the campaign; empty when it has none. `number` is the day's."""
    paths = {
        "campaign": f"/c/{slug}",
        "challenge": f"/c/{slug}/days/{number}",
        "donate": f"/c/{slug}/donate",
        "impact": f"/c/{slug}/impact",
    }
    return paths.get(kind, "")


def link_kind(url: str, *, base: str, slugs: Sequence[str], number: int) -> tuple[str, str]:
    """The kind of a frame's link, and its address when it leads outside the campaign.

    `base` is the instance's address, `slugs` are the campaign's present and past ones.
    """
    if not url:
        return "none", ""
    for slug in slugs:
        for kind in ("campaign", "challenge", "donate", "impact"):
            if url == base + link_path(kind, slug, number):
                return kind, ""
    return "url", url


def one_line(text: str) -> str:
    """A text without line breaks, for fields that hold one line."""
    return re.sub(r"\s*[\r\n]+\s*", " ", text).strip()


def network_key(name: str) -> str:
    """A network's name as a key of the document: « Instagram » becomes `instagram`."""
    key = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]
    return key or "other"
