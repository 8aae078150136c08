"""The words of insights: what each figure counts and how late it is, ways people came, three sentences on a week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.core import i18n
from app.core.i18n import Message, gettext, mark, ngettext
from app.insights.rules import Measure


@dataclass(frozen=True)
class Method:
    """How a figure is counted, and how long it takes until it is right."""

    name: Message
    how: Message
    delay: Message


_MINUTE = mark("Within a minute or two; a correction within the hour.")
_AT_ONCE = mark("As soon as it is typed.")

METHODS: Mapping[str, Method] = {
    "views": Method(
        mark("Story views"),
        mark(
            "As the platform shows them and somebody of the team typed them. Views of several frames may "
            "be the same people: they are added as views, never as people."
        ),
        _AT_ONCE,
    ),
    "people": Method(
        mark("People who came"),
        mark(
            "Browsers that opened a public page, each once a day. No cookie: a keyed mark of the network "
            "and the browser, whose key is deleted at the end of the campaign. Two people behind one "
            "connection with the same phone count as one; one person with two phones counts as two. Robots "
            "and previews are apart."
        ),
        _MINUTE,
    ),
    "newcomers": Method(
        mark("New people"),
        mark(
            "Those whose mark had not been seen on an earlier day of this campaign. The mark says nothing "
            "of who they are, cannot be followed to another campaign and dies with this one. Added up over "
            "the days, this is how many people came at all."
        ),
        _MINUTE,
    ),
    "acts": Method(
        mark("Challenges taken"),
        mark(
            "Acts that count: one person once a challenge, on the day they told it. What the team reads "
            "first counts once it is accepted; what it removes counts no more."
        ),
        _MINUTE,
    ),
    "words": Method(
        mark("Testimonials and questions"),
        mark(
            "All that was sent, whatever the team decided, except what its author took back. The number "
            "accepted stands beside."
        ),
        _MINUTE,
    ),
    "follows": Method(
        mark("New followers"),
        mark(
            "Addresses that confirmed that they want to be told, on the day they confirmed, and devices on "
            "the day they began. Somebody who does both counts twice."
        ),
        _MINUTE,
    ),
    "gifts": Method(
        mark("Gifts"),
        mark(
            "Entries of the ledger, on their day, to the cent. A gift entered wrongly is none. Refunds and "
            "what banks took back are told apart, on the day they were entered. The middle gift is the one "
            "in the middle when all are laid in a row: one large gift does not move it."
        ),
        _MINUTE,
    ),
    "where": Method(
        mark("By whom, which frame, which way"),
        mark(
            "By the link through which somebody came that day; for a challenge, otherwise by the team they "
            "named; for a gift, by the person it was given through. Who came by no link of ours is under "
            "“nobody in particular”."
        ),
        _MINUTE,
    ),
    "active": Method(
        mark("Looking and acting"),
        mark(
            "Actions of the week against the people who came each day, added up. Nobody is followed from "
            "page to page, so one person who takes a challenge and gives is two actions: the acting part "
            "is at most this."
        ),
        _MINUTE,
    ),
    "costs": Method(
        mark("Costs and time"),
        mark(
            "What the team entered, what the agreements with influencers say, and what payments cost by "
            "the ledger. Divided by results that had many causes: a hint, not a price."
        ),
        _AT_ONCE,
    ),
}

CHANNELS: Mapping[str, Message] = {
    "instagram": mark("Instagram"),
    "facebook": mark("Facebook"),
    "threads": mark("Threads"),
    "tiktok": mark("TikTok"),
    "youtube": mark("YouTube"),
    "x": mark("X"),
    "mastodon": mark("Mastodon"),
    "bluesky": mark("Bluesky"),
    "telegram": mark("Telegram"),
    "whatsapp": mark("WhatsApp"),
    "mail": mark("E-mails and newsletters"),
    "paper": mark("Paper: posters and cards"),
    "search": mark("A search engine"),
    "direct": mark("Typed, or from an app that does not say"),
    "other": mark("Another site"),
    "": mark("Not known"),
}
UNKNOWN = mark("Not known")
NOBODY = mark("Nobody in particular")

MEASURES: Mapping[Measure, Message] = {
    Measure.PEOPLE: mark("People"),
    Measure.NEWCOMERS: mark("New people"),
    Measure.VISITS: mark("Pages opened"),
    Measure.MACHINES: mark("Robots and previews"),
    Measure.ACTS: mark("Challenges taken"),
    Measure.ON_DAY: mark("Taken on the day"),
    Measure.TESTIMONIALS_SENT: mark("Testimonials sent"),
    Measure.TESTIMONIALS: mark("Testimonials accepted"),
    Measure.QUESTIONS_SENT: mark("Questions sent"),
    Measure.QUESTIONS: mark("Questions accepted"),
    Measure.VOTES: mark("Votes for questions"),
    Measure.FOLLOWS: mark("New followers"),
    Measure.GIFTS: mark("Gifts"),
    Measure.BACK: mark("Given or taken back"),
    Measure.FEES: mark("Payment fees"),
    Measure.MATCHED: mark("From sponsors"),
    Measure.DECLARED: mark("Collected elsewhere"),
}


@dataclass(frozen=True)
class Told:
    """What the three sentences need to know."""

    people: int
    new_day: int | None  # which brought most new people, when one did
    new_that_day: int
    views: int | None
    acts: int
    challenge: str  # the one taken most, when one was
    challenge_day: int
    challenge_acts: int
    gifts: int
    given: str  # formatted
    middle: str
    drive_opens: date | None  # while it is to come


def sentences(told: Told) -> Sequence[str]:
    """A week in three sentences, in the language spoken."""
    return [_came(told), _acted(told), _gave(told)]


def _came(told: Told) -> str:
    if not told.people:
        if told.views:
            return gettext("The stories were seen %(views)s times; no visit has been counted yet.") % {
                "views": i18n.number(told.views)
            }
        return gettext("Nobody has been counted yet.")
    people = ngettext("%(count)s person came.", "%(count)s people came.", told.people) % {
        "count": i18n.number(told.people)
    }
    if told.new_day is None:
        return people
    best = gettext("Day %(day)s brought most new people: %(new)s.") % {
        "day": told.new_day,
        "new": i18n.number(told.new_that_day),
    }
    return f"{people} {best}"


def _acted(told: Told) -> str:
    if not told.acts:
        return gettext("No challenge has been taken yet.")
    if not told.challenge:
        return ngettext(
            "A challenge was taken %(count)s time.", "Challenges were taken %(count)s times.", told.acts
        ) % {"count": i18n.number(told.acts)}
    return gettext(
        "The challenge of day %(day)s, “%(title)s”, was taken most: %(acts)s of %(all)s times."
    ) % {
        "day": told.challenge_day,
        "title": told.challenge,
        "acts": i18n.number(told.challenge_acts),
        "all": i18n.number(told.acts),
    }


def _gave(told: Told) -> str:
    if told.gifts:
        return ngettext(
            "%(count)s gift came to %(sum)s.",
            "%(count)s gifts came to %(sum)s; the one in the middle is %(middle)s.",
            told.gifts,
        ) % {"count": i18n.number(told.gifts), "sum": told.given, "middle": told.middle}
    if told.drive_opens is not None:
        return gettext("The drive opens on %(day)s.") % {"day": i18n.day(told.drive_opens, "EEEE d MMMM")}
    return gettext("No gift has come yet.")


BEFORE, AFTER = mark("Before the first day"), mark("Since the last day")
OPEN_WAYS: Mapping[str, Message] = {
    "day": mark("by day"),
    "challenge": mark("by challenge"),
    "channel": mark("by the way they came"),
    "language": mark("by language"),
}
