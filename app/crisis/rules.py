"""What a crisis protocol holds, what it still lacks, and how an incident's log is read. Pure decisions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.core.i18n import Message, mark

LANGUAGES = ("fr", "en")
CONTACTS_SHOWN = 5
MAX_CHECKS = 10


class Kind(StrEnum):
    """What an entry of an incident's log says. Kept as text: a kind is never renamed."""

    OPENED = "opened"
    ALERT = "alert"
    NOTE = "note"  # written by hand
    PAUSED = "paused"
    STATEMENT = "statement"
    STATEMENT_CHANGED = "statement_changed"
    STATEMENT_WITHDRAWN = "statement_withdrawn"
    TOLD = "told"  # the influencers were written to
    TRUE = "true"  # a condition to resume was found to hold
    UNTRUE = "untrue"  # it was found not to, after all
    RESUMED = "resumed"
    CLOSED = "closed"


KIND_WORDS: Mapping[Kind, Message] = {
    Kind.OPENED: mark("Incident opened"),
    Kind.ALERT: mark("Alert"),
    Kind.NOTE: mark("Note"),
    Kind.PAUSED: mark("Everything paused"),
    Kind.STATEMENT: mark("Statement published"),
    Kind.STATEMENT_CHANGED: mark("Statement changed"),
    Kind.STATEMENT_WITHDRAWN: mark("Statement withdrawn"),
    Kind.TOLD: mark("Influencers told"),
    Kind.TRUE: mark("Holds now"),
    Kind.UNTRUE: mark("Does not hold any more"),
    Kind.RESUMED: mark("Resumed"),
    Kind.CLOSED: mark("Incident closed"),
}


@dataclass(frozen=True)
class Situation:
    """A kind of trouble a statement is kept for, with sound words to begin from in both languages."""

    key: str
    title: Message
    drafts: Mapping[str, str]


SITUATIONS: tuple[Situation, ...] = (
    Situation(
        "wrong",
        mark("Something wrong was said"),
        {
            "fr": "Une information donnée dans cette campagne est fausse ou incomplète. Nous l’avons retirée et "
            "vérifions tout ce qui en dépend. La version corrigée paraîtra ici, avec ce qui a changé et pourquoi. "
            "Merci à celles et ceux qui nous l’ont signalée.",
            "en": "Something we said in this campaign is wrong or incomplete. We have taken it down and are checking "
            "everything that rests on it. The corrected version will appear here, with what changed and why. "
            "Thank you to those who told us.",
        },
    ),
    Situation(
        "attack",
        mark("A person is being attacked"),
        {
            "fr": "Une personne de cette campagne est visée par des attaques. Elle n’est pas seule : nous sommes à "
            "ses côtés et signalons ce qui doit l’être. Ne relayez pas ces messages, même pour les dénoncer, et ne "
            "répondez pas à leurs auteurs. Nous donnerons des nouvelles ici.",
            "en": "Someone in this campaign is being attacked. They are not alone: we stand with them and report "
            "what must be reported. Please do not pass these messages on, even to condemn them, and do not answer "
            "those who write them. We will say more here.",
        },
    ),
    Situation(
        "danger",
        mark("Someone is in danger"),
        {
            "fr": "La sécurité d’une personne passe avant cette campagne. Nous avons tout arrêté et agissons avec "
            "les services compétents. Nous ne donnerons aucun détail qui permettrait de la reconnaître : n’en "
            "cherchez pas non plus. Face à un danger immédiat, appelez le 112.",
            "en": "Someone’s safety comes before this campaign. We have stopped everything and are acting with the "
            "services whose work this is. We will give no detail by which they could be recognised: please do not "
            "look for any. In immediate danger, call 112, or 999 in the United Kingdom.",
        },
    ),
    Situation(
        "money",
        mark("The money or the organisation is questioned"),
        {
            "fr": "Des questions nous sont posées sur notre organisation et sur l’usage des dons. Elles sont "
            "légitimes. Chaque don, chaque frais et chaque dépense figure dans le registre public, que chacun peut "
            "lire. Nous vérifions les points soulevés et publierons ici nos réponses, avec leurs preuves.",
            "en": "People are asking about our organisation and how gifts are used. They are right to ask. Every "
            "gift, fee and expense stands in the open ledger, which anyone can read. We are checking each point "
            "raised and will publish our answers here, with the evidence.",
        },
    ),
)

CHECKS: Mapping[str, tuple[str, ...]] = {
    "fr": (
        "Ce qui était faux ou dangereux est corrigé ou retiré partout.",
        "La personne concernée est en sécurité et d’accord pour continuer.",
        "La personne qui décide a dit oui.",
        "Les influenceurs ont lu notre message.",
        "Quelqu’un lit les réponses pendant la première heure.",
    ),
    "en": (
        "What was wrong or dangerous is corrected or gone, everywhere.",
        "The person concerned is safe and agrees to go on.",
        "Whoever decides has said yes.",
        "The influencers have read our message.",
        "Someone reads the replies during the first hour.",
    ),
}
"""Conditions to resume that a new protocol begins with, in the campaign's language."""

WORDS_TO_STOP: Mapping[str, str] = {
    "fr": "Ne publiez rien et ne répondez à personne pour l’instant. Si on vous interroge, donnez notre déclaration "
    "telle quelle. Nous vous écrivons dès que nous en savons plus.",
    "en": "Please post nothing and answer nobody for now. If you are asked, give our statement as it stands. We will "
    "write as soon as we know more.",
}
WORDS_TO_GO_ON: Mapping[str, str] = {
    "fr": "La campagne reprend : vous pouvez publier à nouveau, aux heures de votre brief. Merci d’avoir attendu.",
    "en": "The campaign goes on: you may post again, at the hours of your brief. Thank you for waiting.",
}


@dataclass(frozen=True)
class Written:
    """What of a protocol is written, as the checks look at it."""

    reachable: bool  # somebody with a telephone number
    decides: bool
    statements: Sequence[Mapping[str, str]]
    checks: int


NOTHING = Written(reachable=False, decides=False, statements=(), checks=0)


def lacking(written: Written) -> list[Message]:
    """What a protocol lacks before it can be leaned on; nothing when it is whole."""
    found = []
    if not written.reachable:
        found.append(mark("whom to call, with a telephone number"))
    if not written.decides:
        found.append(mark("who decides"))
    if not any(all(one.get(language) for language in LANGUAGES) for one in written.statements):
        found.append(mark("a statement in both languages"))
    if not written.checks:
        found.append(mark("what must be true to resume"))
    return found


@dataclass(frozen=True)
class Moment:
    """An entry as the durations are read from it."""

    kind: Kind
    at: datetime


def lasted(
    moments: Iterable[Moment], begins: frozenset[Kind], ends: frozenset[Kind], now: datetime
) -> timedelta:
    """How long something stood in all, up to `now` when it still does. Said twice, the first instant counts."""
    total, since = timedelta(0), None
    for one in moments:
        if one.kind in begins and since is None:
            since = one.at
        elif one.kind in ends and since is not None:
            total, since = total + (one.at - since), None
    return total + (now - since) if since is not None else total


def first(moments: Iterable[Moment], kind: Kind) -> datetime | None:
    """When something of a kind was first noted."""
    return next((one.at for one in moments if one.kind is kind), None)


def holding(said: Iterable[tuple[Kind, str]]) -> frozenset[str]:
    """The conditions to resume that hold by the last word on each."""
    held: set[str] = set()
    for kind, text in said:
        if kind is Kind.TRUE:
            held.add(text)
        elif kind is Kind.UNTRUE:
            held.discard(text)
    return frozenset(held)
