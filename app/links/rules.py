"""Where a short link leads, how a visit is sorted, which letters a code has. Pure decisions; keeps nothing."""

import re
import secrets
from collections.abc import Mapping
from enum import StrEnum

from app.core.i18n import Message, mark

CODE_LETTERS = "23456789abcdefghjkmnpqrstvwxyz"
"""No 0 and o, no 1, i and l, no u: a code is read from a poster and typed with a thumb."""
CODE_LENGTH = 6
CODE = re.compile(rf"[{CODE_LETTERS}]{{4,12}}")

UTM_NAMES = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id")
UTM_LENGTH = 100


class Target(StrEnum):
    """The page below `/c/{slug}` that a link opens."""

    CAMPAIGN = "campaign"
    DAY = "day"
    CHALLENGE = "challenge"
    DONATE = "donate"
    VOICES = "voices"
    IMPACT = "impact"
    SOURCES = "sources"


TARGET_WORDS: Mapping[Target, Message] = {
    Target.CAMPAIGN: mark("The campaign’s page"),
    Target.DAY: mark("A day’s page"),
    Target.CHALLENGE: mark("A day’s challenge"),
    Target.DONATE: mark("The donation page"),
    Target.VOICES: mark("The voices"),
    Target.IMPACT: mark("What the money did"),
    Target.SOURCES: mark("The sources"),
}
OF_A_DAY = frozenset({Target.DAY, Target.CHALLENGE})


class Place(StrEnum):
    """The page somebody looked at, as the counts tell it apart."""

    CAMPAIGN = "campaign"
    DAY = "day"
    DONATE = "donate"
    VOICES = "voices"
    IMPACT = "impact"
    SOURCES = "sources"
    OTHER = "other"


TARGET_PLACES: Mapping[Target, Place] = {
    Target.CAMPAIGN: Place.CAMPAIGN,
    Target.DAY: Place.DAY,
    Target.CHALLENGE: Place.DAY,
    Target.DONATE: Place.DONATE,
    Target.VOICES: Place.VOICES,
    Target.IMPACT: Place.IMPACT,
    Target.SOURCES: Place.SOURCES,
}

PLACE_BITS: Mapping[Place, int] = {place: 1 << number for number, place in enumerate(Place)}
"""Which places a person saw today, as one number."""


class Channel(StrEnum):
    """The way somebody came: what the link says, else what the browser tells of the page before."""

    INSTAGRAM = "instagram"
    FACEBOOK = "facebook"
    THREADS = "threads"
    TIKTOK = "tiktok"
    YOUTUBE = "youtube"
    X = "x"
    MASTODON = "mastodon"
    BLUESKY = "bluesky"
    TELEGRAM = "telegram"
    WHATSAPP = "whatsapp"
    MAIL = "mail"
    PAPER = "paper"
    SEARCH = "search"
    DIRECT = "direct"
    OTHER = "other"


CHANNEL_WORDS: Mapping[Channel, Message] = {
    Channel.INSTAGRAM: mark("Instagram"),
    Channel.FACEBOOK: mark("Facebook"),
    Channel.THREADS: mark("Threads"),
    Channel.TIKTOK: mark("TikTok"),
    Channel.YOUTUBE: mark("YouTube"),
    Channel.X: mark("X"),
    Channel.MASTODON: mark("Mastodon"),
    Channel.BLUESKY: mark("Bluesky"),
    Channel.TELEGRAM: mark("Telegram"),
    Channel.WHATSAPP: mark("WhatsApp"),
    Channel.MAIL: mark("E-mails and newsletters"),
    Channel.PAPER: mark("Posters and cards"),
    Channel.SEARCH: mark("Search engines"),
    Channel.DIRECT: mark("Typed, scanned, or not told"),
    Channel.OTHER: mark("Other sites"),
}
UNSAID = frozenset({Channel.DIRECT, Channel.OTHER})
"""What no link says of itself."""

PLACE_WORDS: Mapping[Place, Message] = {
    Place.CAMPAIGN: mark("The campaign’s page"),
    Place.DAY: mark("The days"),
    Place.DONATE: mark("The donation page"),
    Place.VOICES: mark("Voices and questions"),
    Place.IMPACT: mark("What the money did"),
    Place.SOURCES: mark("The sources"),
    Place.OTHER: mark("Other pages"),
}
SCAN_WORDS: Mapping[Target, Message] = {
    Target.CAMPAIGN: mark("Scan to follow the story"),
    Target.DAY: mark("Scan to read the story"),
    Target.CHALLENGE: mark("Scan to take part"),
    Target.DONATE: mark("Scan to give"),
    Target.VOICES: mark("Scan to tell and to ask"),
    Target.IMPACT: mark("Scan to see what the money did"),
    Target.SOURCES: mark("Scan to check the facts"),
}


def new_code() -> str:
    """A code nobody can guess from another: 30 letters in 6 places are 729 million."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def read_code(typed: str) -> str:
    """A code as somebody typed it, or "" when it cannot be one. Capitals are the same letters."""
    code = typed.strip().lower()
    return code if CODE.fullmatch(code) else ""


def path_of(place: Target, day_number: int, slug: str) -> str:
    """The page a link opens."""
    base = f"/c/{slug}"
    if place in OF_A_DAY:
        return f"{base}/days/{day_number}" + ("#challenge" if place is Target.CHALLENGE else "")
    return base if place is Target.CAMPAIGN else f"{base}/{place.value}"


def target_in(path: str, slug: str) -> tuple[Target, int] | None:
    """Which target a path of the campaign is, with its day; None for a path of anything else."""
    base = f"/c/{slug}"
    if path.rstrip("/") == base:
        return Target.CAMPAIGN, 0
    if not path.startswith(f"{base}/"):
        return None
    parts = path.removeprefix(f"{base}/").strip("/").split("/")
    if parts[0] == "days" and len(parts) > 1 and parts[1].isascii() and parts[1].isdecimal():
        return Target.DAY, int(parts[1][:3])
    known = {one.value: one for one in Target if one not in OF_A_DAY}
    return (known[parts[0]], 0) if parts[0] in known else None


def utm_of(query: Mapping[str, str]) -> dict[str, str]:
    """The parameters of other measuring tools in an address, cut to a sensible length."""
    return {name: query[name][:UTM_LENGTH] for name in UTM_NAMES if query.get(name)}
