"""The reasons an author reads: the house's own in both languages, and those an organisation wrote for itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.core.i18n import LANGUAGES, mark, speaking
from app.moderation.models import Reason
from app.moderation.rules import Template, Verb

HOUSE: Mapping[str, Template] = {
    "personal-data": Template(
        Verb.RETURN,
        mark("Personal data"),
        mark(
            "Your words hold a telephone number, an address or the name of someone who may not want to be found. "
            "Please take it out and send them again."
        ),
    ),
    "unclear": Template(
        Verb.RETURN,
        mark("Hard to follow"),
        mark(
            "We would like to show your words and did not quite understand them. Could you put them otherwise?"
        ),
    ),
    "link": Template(
        Verb.RETURN,
        mark("A link"),
        mark("We show no links from the public. Please tell in your own words what stands behind it."),
    ),
    "too-intimate": Template(
        Verb.RETURN,
        mark("Very personal"),
        mark(
            "What you tell is precious, and very personal: it would stay on the internet. Read it again with someone "
            "you trust, keep what you want everyone to read, and send it again."
        ),
    ),
    "proof": Template(
        Verb.RETURN,
        mark("The proof does not show it"),
        mark("The picture or the link does not show what you did. Please add another, or tell it in words."),
    ),
    "off-topic": Template(
        Verb.REJECT,
        mark("About something else"),
        mark("Your words are about something other than this campaign. We do not show them here."),
    ),
    "advertising": Template(
        Verb.REJECT,
        mark("Advertising"),
        mark("Your words advertise something. We do not show advertising here."),
    ),
    "attack": Template(
        Verb.REJECT,
        mark("Attacks a person"),
        mark("Your words attack a person. We show disagreement, never attacks."),
    ),
    "hateful": Template(
        Verb.REJECT,
        mark("Hateful"),
        mark("Your words attack people for who they are. The law forbids it and so do we."),
    ),
    "false": Template(
        Verb.REJECT,
        mark("Says something false"),
        mark("Your words state something as a fact that our sources contradict. We do not show them."),
    ),
    "repeated": Template(
        Verb.REJECT,
        mark("Sent several times"),
        mark("The same words reached us several times. We keep the first."),
    ),
    "unreadable": Template(
        Verb.REJECT, mark("Nothing to read"), mark("We could not make out what you wanted to say.")
    ),
}


@dataclass(frozen=True)
class Choice:
    """A reason in a list: its code, the team's word for it and the sentence its author reads, by language."""

    code: str
    verb: Verb
    title: str
    texts: Mapping[str, str]
    own: bool = False


def choices(session: Session, organisation_id: int) -> Sequence[Choice]:
    """Every reason a moderator may give, the organisation's own first."""
    own = session.exec(
        select(Reason)
        .where(Reason.organisation_id == organisation_id, col(Reason.retired_at).is_(None))
        .order_by(col(Reason.id))
    )
    mine = [
        Choice(row.pid, row.verb, row.title, {"fr": row.text_fr, "en": row.text_en}, own=True) for row in own
    ]
    return [*mine, *_house()]


def _house() -> Sequence[Choice]:
    texts: dict[str, dict[str, str]] = {code: {} for code in HOUSE}
    for language in LANGUAGES:
        with speaking(language):
            for code, one in HOUSE.items():
                texts[code][language] = str(one.text)
    return [Choice(code, one.verb, str(one.title), texts[code]) for code, one in HOUSE.items()]


def told(choice: Choice, language: str, more: str) -> str:
    """What the author reads: the sentence in their language, and what the moderator adds."""
    sentence = choice.texts.get(language) or choice.texts["en"]
    return f"{sentence}\n\n{more}" if more else sentence
