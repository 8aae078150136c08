"""What is said of a use: where it was seen, and what became of it. Speaks the current language, quotes nobody."""

from app.campaigns.models import Campaign
from app.channels import registry
from app.core.i18n import Message, clock_time, gettext, mark
from app.core.i18n import day as say_day
from app.core.i18n import moment as say_moment
from app.publishing.rules import HAND
from app.testimonials.models import TestimonialUse
from app.testimonials.rules import Fate, Place, Why

_PLACES: dict[Place, Message] = {
    Place.PAGE: mark("The page of testimonials"),
    Place.CAMPAIGN: mark("The campaign’s own page"),
    Place.FEED: mark("The news feed"),
    Place.REPORT: mark("The data for the report"),
}

_FATES: dict[Fate, Message] = {
    Fate.REMOVED: mark("removed"),
    Fate.HELD: mark("held, and goes out no more"),
    Fate.NOT_RECALLED: mark("could not be recalled"),
}

_WHY: dict[Why, Message] = {
    Why.WITHDRAWN: mark("taken back by its author"),
    Why.CONSENT: mark("its author no longer agrees to this use"),
    Why.CHANGED: mark("its author changed the words"),
    Why.DECIDED: mark("a moderator’s decision"),
    Why.LAPSED: mark("the time for which it is kept is over"),
}


def place(use: TestimonialUse, campaign: Campaign) -> str:
    """Where it was seen: « Story of day 3 », « Post by Maïa, Instagram, 3 March at 18:00 »."""
    if use.place is Place.CARD:
        return gettext("Card %(part)s, made on %(day)s") % {
            "part": use.part,
            "day": say_moment(use.at, campaign.timezone, "d MMMM yyyy"),
        }
    if use.place is Place.FRAME:
        return gettext("Story of day %(number)s") % {"number": use.day}
    if use.place is Place.POST:
        return _post(use, campaign)
    return str(_PLACES[use.place])


def _post(use: TestimonialUse, campaign: Campaign) -> str:
    where = gettext("by hand") if use.channel == HAND else registry.get(use.channel).name
    when = ""
    if use.due_at is not None:
        when = gettext("%(day)s at %(hour)s") % {
            "day": say_day(use.due_at.date(), "d MMMM"),
            "hour": clock_time(use.due_at, campaign.timezone),
        }
    who = use.carrier or gettext("the organisation")
    return gettext("Post of %(who)s, %(where)s, %(when)s") % {"who": who, "where": where, "when": when}


def fate(use: TestimonialUse) -> str:
    """What became of it."""
    return str(_FATES[use.fate]) if use.fate else ""


def why(use: TestimonialUse) -> str:
    """Why it ended."""
    return str(_WHY[use.why]) if use.why else ""
