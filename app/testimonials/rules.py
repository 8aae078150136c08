"""What a testimonial may be used for, under which name, where uses are seen and how they end. Pure decisions."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.core.i18n import Message, mark

TEXT, TRANSCRIPT, ALT, NAME = 2000, 3000, 600, 60
"""The longest words, in characters."""

PER_PAGE = 12
ADULT = 18
"""Below this age an adult answers for what is shown of someone. French law lets a minor of 15 agree alone to
the use of data (loi 78-17, art. 45), but a picture or a voice made public still takes a parent's word."""


class Naming(StrEnum):
    """Under which name it is shown."""

    FIRST_NAME = "first_name"
    PSEUDONYM = "pseudonym"
    ANONYMOUS = "anonymous"


class Use(StrEnum):
    """What its author may agree to, each by itself."""

    PAGE = "page"
    STORY = "story"
    REPORT = "report"


class Place(StrEnum):
    """Where a use was seen."""

    PAGE = "page"  # the page of testimonials
    CAMPAIGN = "campaign"  # the campaign's own page
    FEED = "feed"
    REPORT = "report"
    CARD = "card"
    FRAME = "frame"
    POST = "post"


class Fate(StrEnum):
    """What became of a use when it ended."""

    REMOVED = "removed"
    HELD = "held"  # a post that had not gone out, and will not
    NOT_RECALLED = "not_recalled"  # public on a platform, or in somebody's hands


class Why(StrEnum):
    """Why uses ended."""

    WITHDRAWN = "withdrawn"  # the author took all of it back
    CONSENT = "consent"  # the author no longer agrees to this use
    CHANGED = "changed"  # the author changed the words: what shows the former ones ends
    DECIDED = "decided"  # a moderator refused or hid it
    LAPSED = "lapsed"  # the time for which it is kept is over


@dataclass(frozen=True)
class Words:
    """A testimonial as its author puts it."""

    text: str = ""
    language: str = "fr"
    alt_text: str = ""
    transcript: str = ""
    naming: Naming = Naming.ANONYMOUS
    name: str = ""
    guardian: str = ""
    uses: frozenset[Use] = frozenset()
    may_correct: bool = False

    @property
    def shown(self) -> str:
        """Everything that others would read, for the screening."""
        return "\n\n".join(part for part in (self.text, self.transcript, self.alt_text, self.name) if part)


USE_NAMES: Mapping[Use, Message] = {
    Use.PAGE: mark("On the campaign’s pages"),
    Use.STORY: mark("As a story"),
    Use.REPORT: mark("In the report"),
}

USE_WORDS: Mapping[Use, Message] = {
    Use.PAGE: mark("It may be shown on the campaign’s public pages and in its news feed."),
    Use.STORY: mark(
        "It may be made into a picture with my words, which the organisation and the people who carry "
        "the campaign share on their accounts."
    ),
    Use.REPORT: mark("It may be quoted in the campaign’s report to donors and partners."),
}

NAMING_WORDS: Mapping[Naming, Message] = {
    Naming.FIRST_NAME: mark("With my first name"),
    Naming.PSEUDONYM: mark("With a name I choose"),
    Naming.ANONYMOUS: mark("Without a name"),
}

AGE_WORDS: Mapping[str, Message] = {
    "adult": mark("I am 18 or older."),
    "minor": mark("I am under 18, and an adult who answers for me agrees."),
}

CORRECTION_WORDS = mark("The team may correct typing and spelling mistakes, nothing else.")

ANONYMOUS = mark("Someone who gave no name")

LANGUAGES: Mapping[str, str] = {
    "fr": "Français",
    "en": "English",
    "ar": "العربية",
    "de": "Deutsch",
    "es": "Español",
    "it": "Italiano",
    "nl": "Nederlands",
    "pl": "Polski",
    "pt": "Português",
    "ro": "Română",
    "ru": "Русский",
    "tr": "Türkçe",
    "uk": "Українська",
}
"""Languages one may tell in, each by its own name."""
