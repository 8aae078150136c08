"""What the pages of the inbox show: lines with their words, one item with its difference, choices of the filters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.core.i18n import Message, mark
from app.intake import screening
from app.intake import service as intake
from app.intake.languages import KNOWN
from app.intake.models import Item
from app.intake.rules import MASKED, ItemState, Signal, Watch
from app.media.queries import MediaUrls, urls_of
from app.moderation import forms, queries, reasons
from app.moderation.desks import DESKS
from app.moderation.desks.base import Field, Shown
from app.moderation.differences import Piece, between
from app.moderation.queries import Line
from app.moderation.rules import DECIDABLE, AlertKind, Filters, Verb
from app.people.rules import Actor, Role

SIGNAL_WORDS: Mapping[Signal, Message] = {
    Signal.LINK: mark("a link"),
    Signal.PHONE: mark("a telephone number"),
    Signal.EMAIL: mark("an e-mail address"),
    Signal.ADDRESS: mark("a postal address"),
    Signal.HOSTILE: mark("hostile words"),
    Signal.PERSONAL: mark("a name you watch for"),
    Signal.LANGUAGE: mark("another language"),
    Signal.REPEATED: mark("said before"),
    Signal.FLOOD: mark("part of a flood"),
    Signal.HASTE: mark("sent very fast"),
    Signal.UNPROVEN: mark("sent without script"),
}
LANGUAGE_WORDS: Mapping[str, Message] = {
    "ar": mark("Arabic"),
    "de": mark("German"),
    "en": mark("English"),
    "es": mark("Spanish"),
    "fr": mark("French"),
    "it": mark("Italian"),
    "nl": mark("Dutch"),
    "pl": mark("Polish"),
    "pt": mark("Portuguese"),
    "ro": mark("Romanian"),
    "ru": mark("Russian"),
    "tr": mark("Turkish"),
    "uk": mark("Ukrainian"),
}
WATCH_WORDS: Mapping[Watch, Message] = {
    Watch.HOSTILE: mark("Hostile"),
    Watch.PERSONAL: mark("Names and places to mask"),
    Watch.ALLOWED: mark("Harmless here"),
}
ALERT_WORDS: Mapping[AlertKind, Message] = {
    AlertKind.HOSTILE: mark("More attacks than usual"),
    AlertKind.FLOOD: mark("A flood of messages"),
}
STATES = (
    ItemState.PENDING,
    ItemState.ACCEPTED,
    ItemState.RETURNED,
    ItemState.REJECTED,
    ItemState.RESTRICTED,
    ItemState.WITHDRAWN,
)


@dataclass(frozen=True)
class Change:
    """One text of an item with what changed in it since it was last decided."""

    label: Message
    pieces: Sequence[Piece]


@dataclass(frozen=True)
class Opened:
    """One item as its page shows it. `text` is masked until the moderator asked to see it."""

    line: Line
    shown: Shown
    text: str
    author: str
    hidden: bool  # something is masked
    fields: Sequence[Field]
    changes: Sequence[Change]
    media: Sequence[MediaUrls]
    signals: Sequence[Message]
    own: bool
    decidable: bool
    may_edit: bool


def address(path: str, filters: Filters, **more: Any) -> str:
    """A path of the inbox that keeps the filters."""
    query = {**forms.query_of(filters), **{name: value for name, value in more.items() if value}}
    return f"{path}?{urlencode(query)}" if query else path


def choices(campaigns: Sequence[Campaign]) -> dict[str, list[tuple[str, object]]]:
    """What each filter offers."""
    return {
        "campaign": [(one.pid, one.title) for one in campaigns],
        "kind": [(kind.value, desk.name) for kind, desk in DESKS.items()],
        "signal": [(one.value, words) for one, words in SIGNAL_WORDS.items()],
        "language": [(code, LANGUAGE_WORDS[code]) for code in KNOWN],
        "age": [("4", mark("over 4 hours")), ("24", mark("over a day"))],
    }


def signal_words(item: Item) -> list[Message]:
    """What a machine saw in an item, in words."""
    return [SIGNAL_WORDS[one] for one in intake.signals(item)]


def reason_choices(session: Session, actor: Actor, language: str) -> dict[str, list[tuple[str, str]]]:
    """The reasons of a return and of a refusal, each with the sentence its author reads."""
    found: dict[str, list[tuple[str, str]]] = {Verb.RETURN.value: [], Verb.REJECT.value: []}
    for one in reasons.choices(session, actor.organisation_id):
        found[one.verb.value].append((one.code, f"{one.title} – {one.texts[language]}"))
    return found


def opened(session: Session, actor: Actor, line: Line) -> Opened:
    """Everything the page of one item needs."""
    item = line.item
    desk = DESKS[item.kind]
    shown = desk.show(session, [item]).get(item.id, Shown(""))
    own = desk.authors(session, [item]).get(item.id) == actor.person_id
    masked = not queries.looked(session, actor, item) and bool(MASKED.intersection(intake.signals(item)))

    def seen(text: str) -> str:
        return screening.masked(session, item.organisation_id, text) if masked else text

    open_to = item.state in DECIDABLE and not line.reader
    with_owner = item.escalated_at is not None and actor.role is not Role.OWNER
    return Opened(
        line=line,
        shown=shown,
        text=seen(shown.text),
        author=seen(shown.author),
        hidden=masked,
        fields=[] if masked else shown.fields,
        changes=_changes(item, shown, seen),
        media=[urls_of(one, studio=True) for one in shown.media],
        signals=signal_words(item),
        own=own,
        decidable=open_to and not own and not with_owner,
        may_edit=shown.may_edit and bool(shown.fields),
    )


def _changes(item: Item, shown: Shown, seen: Callable[[str], str]) -> list[Change]:
    """What a moderator corrected or its author changed: field by field where the desk knows, else the whole text."""
    found = [
        Change(one.label, between(seen(shown.before[one.name]), seen(one.value)))
        for one in shown.fields
        if one.name in shown.before and shown.before[one.name] != one.value
    ]
    again = item.state is ItemState.PENDING and item.decided_words not in ("", shown.text)
    if again and not shown.before:
        found.append(Change(mark("Words"), between(seen(item.decided_words), seen(shown.text))))
    return found
