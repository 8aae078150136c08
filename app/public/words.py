"""What a campaign's page says at this moment: its big words, who carries it, what became of an act."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.campaigns.models import Campaign
from app.campaigns.rules import Moment, Phase
from app.challenges.taking import Outcome, Taken
from app.core import i18n
from app.core.i18n import Message, mark
from app.influencers.models import Influencer
from app.stories.models import Day


@dataclass(frozen=True)
class Words:
    """The head of a campaign's page, in the campaign's language."""

    headline: str
    lead: str


def head(campaign: Campaign, now: Moment, day: Day | None) -> Words:
    """Today's words; else the drive's while the days are over and gifts are taken; else the campaign's."""
    if day is not None:
        return Words(day.headline or campaign.headline or campaign.title, day.lead or campaign.summary)
    return Words(
        campaign.drive_title
        if now.phase is Phase.AFTER and campaign.drive_title
        else campaign.headline or campaign.title,
        campaign.summary,
    )


def with_whom(carriers: Sequence[Influencer]) -> str:
    """« avec Maïa, ancienne élève »; several are named without their roles. Speaks the current language."""
    if not carriers:
        return ""
    if len(carriers) == 1 and carriers[0].public_role:
        name = f"{carriers[0].name}, {carriers[0].public_role}"
    elif len(carriers) <= 3:
        name = i18n.join([one.name for one in carriers])
    else:
        rest = len(carriers) - 2
        others = i18n.ngettext("%(num)s other", "%(num)s others", rest) % {"num": rest}
        name = i18n.join([carriers[0].name, carriers[1].name, others])
    return i18n.gettext("with %(name)s") % {"name": name}


@dataclass(frozen=True)
class Told:
    """What is said after an act."""

    said: Message
    more: Message
    level: int
    token: str = ""  # names the act just told, for who wants their days kept


KEY_BY_OUTCOME = {
    Outcome.TAKEN: "challenge-taken",
    Outcome.CHANGED: "challenge-changed",
    Outcome.WAITING: "challenge-waiting",
    Outcome.KEPT: "challenge-kept",
}
OUTCOME_BY_KEY = {key: outcome for outcome, key in KEY_BY_OUTCOME.items()}

_SAID = {
    Outcome.TAKEN: (
        mark("Counted. Thank you."),
        mark("You can change your answer until tonight."),
    ),
    Outcome.CHANGED: (mark("Changed."), mark("It still counts once.")),
    Outcome.WAITING: (
        mark("Noted. Thank you."),
        mark("Someone of the team reads it first. It counts once it is accepted."),
    ),
    Outcome.KEPT: (
        mark("Already counted."),
        mark("Someone with this phone on this network has said so before; it counts once."),
    ),
}


def told(taken: Taken, token: str = "") -> Told:
    """The sentences for an outcome."""
    said, more = _SAID[taken.outcome]
    return Told(said, more, taken.level, token)
