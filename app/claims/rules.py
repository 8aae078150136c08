"""How a claim stands, whether its words are still said, and when its check ends. Pure decisions.

A claim is a quotation: the exact words of a text that somebody vouches for. What was checked is the sentence they
stood in then, so a sentence that reads otherwise is no longer what was checked, whoever changed it.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.core.i18n import Message, mark

ARCHIVE_LIMIT = 60_000
"""Characters of an archived copy: a long article; a source is a passage, not a book."""


class SubjectKind(StrEnum):
    """What can say something that is or is not so."""

    FRAME = "frame"
    UPDATE = "update"  # an account of impact
    ANSWER = "answer"  # to a question of the public


class Verdict(StrEnum):
    TRUE = "true"
    MOSTLY_TRUE = "mostly_true"
    MISLEADING = "misleading"
    FALSE = "false"
    OPINION = "opinion"  # or one's own story: nothing anybody could check


VERDICT_WORDS: Mapping[Verdict, Message] = {
    Verdict.TRUE: mark("True"),
    Verdict.MOSTLY_TRUE: mark("Mostly true"),
    Verdict.MISLEADING: mark("Misleading"),
    Verdict.FALSE: mark("False"),
    Verdict.OPINION: mark("Opinion, or cannot be checked"),
}

RATINGS: Mapping[Verdict, int] = {
    Verdict.TRUE: 5,
    Verdict.MOSTLY_TRUE: 4,
    Verdict.MISLEADING: 2,
    Verdict.FALSE: 1,
}
"""Of ClaimReview, from 1 (worst) to 5 (best), as schema.org asks; an opinion is not rated."""
WORST, BEST = 1, 5

PASSING = frozenset({Verdict.TRUE, Verdict.MOSTLY_TRUE, Verdict.OPINION})


class Standing(StrEnum):
    """How a claim stands at a moment."""

    CHECKED = "checked"
    UNCHECKED = "unchecked"
    CHANGED = "changed"  # the text no longer says it, or says it in another sentence than the one checked
    FAILED = "failed"  # misleading or false
    EXPIRED = "expired"
    SETTLED = "settled"  # corrected in public, and no longer said
    GONE = "gone"  # what said it is gone


OPEN = frozenset({Standing.UNCHECKED, Standing.CHANGED, Standing.FAILED, Standing.EXPIRED})
"""What keeps a text from going out."""

STANDING_WORDS: Mapping[Standing, Message] = {
    Standing.CHECKED: mark("checked"),
    Standing.UNCHECKED: mark("not checked yet"),
    Standing.CHANGED: mark("the words changed"),
    Standing.FAILED: mark("does not hold"),
    Standing.EXPIRED: mark("the check has expired"),
    Standing.SETTLED: mark("corrected"),
    Standing.GONE: mark("no longer told"),
}


@dataclass(frozen=True)
class Facts:
    """What the standing of a claim follows from. `context` is the sentence as it was checked."""

    words: str
    verdict: Verdict | None = None
    context: str = ""
    valid_until: date | None = None  # the last day on which the check counts
    corrected: bool = False


def standing(claim: Facts, text: str | None, today: date) -> Standing:
    """How a claim stands in a text as it now reads; None: the text is gone."""
    if text is None:
        return Standing.GONE
    said = context(text, claim.words)
    if not said:
        return Standing.SETTLED if claim.corrected else Standing.CHANGED
    if claim.verdict is None:
        return Standing.UNCHECKED
    if claim.verdict not in PASSING:
        return Standing.FAILED
    if said != claim.context:
        return Standing.CHANGED
    if claim.valid_until is not None and today > claim.valid_until:
        return Standing.EXPIRED
    return Standing.CHECKED


# Words in a text

_SPACES = re.compile(r"\s+")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\s»”\"]+|\n+")


def plain(text: str) -> str:
    """A text as it is compared: one kind of space and of apostrophe, none at the ends."""
    return _SPACES.sub(" ", text.replace("’", "'").replace("ʼ", "'")).strip()


def on_one_line(words: str) -> str:
    """Words as they are kept: the spaces and apostrophes their author typed, without line breaks."""
    return re.sub(r"[ \t\r\n]+", " ", words).strip()


def sentences(text: str) -> list[str]:
    """The sentences of a text, a line being at least one."""
    return [one for part in _SENTENCE_END.split(text) if (one := plain(part))]


def context(text: str, words: str) -> str:
    """Every sentence of a text that says some words, as one; empty when none does.

    Figures are whole: « 12 % » is not said by « 112 % », nor « 200 » by « 1 200 ».
    """
    wanted = plain(words)
    if not wanted:
        return ""
    whole, spans = _laid_out(text)
    found: dict[int, None] = {}
    for match in re.finditer(_bounded(wanted), whole):
        for place, (start, end) in enumerate(spans):
            if start < match.end() and match.start() < end:
                found[place] = None
    return " ".join(whole[slice(*spans[place])] for place in sorted(found))


def _laid_out(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The sentences in one line, and where each begins and ends in it."""
    whole, spans = "", []
    for one in sentences(text):
        start = len(whole) + bool(whole)
        whole += (" " if whole else "") + one
        spans.append((start, len(whole)))
    return whole, spans


def _bounded(wanted: str) -> str:
    before = r"(?<!\w)" if wanted[0].isalnum() else ""
    after = r"(?!\w)" if wanted[-1].isalnum() else ""
    if wanted[0].isdigit():
        before += r"(?<!\d[ .,])"
    if wanted[-1].isdigit():
        after += r"(?![.,]\d| \d{3}(?!\d))"
    return before + re.escape(wanted) + after


def quoted(words: str) -> str:
    """Words as they stand in quotation marks that a full stop of ours follows."""
    return words if words.endswith((".", "!", "?", "…")) else f"{words}."


def digest(*parts: object) -> str:
    """A short name of exactly these values, for a form to say what was on the screen."""
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, default=str).encode()).hexdigest()[:32]


def sha256(text: str) -> str:
    """The checksum of an archived copy."""
    return hashlib.sha256(text.encode()).hexdigest()


# Who may check


def may_check(checker: int | None, author: int | None, members: int) -> bool:
    """Whether a member may check what `author` wrote last: another's eyes, unless there are no others."""
    return members <= 1 or checker != author


# When a check ends

WARN_BEFORE = (timedelta(days=14), timedelta(days=3))


def warnings_due(valid_until: date, today: date) -> int:
    """How many warnings should have been sent by now: one 14 days before the last day, one 3 days before."""
    return sum(today >= valid_until - before for before in WARN_BEFORE)


def ends_soon(valid_until: date | None, today: date) -> bool:
    """Whether a check that still counts is about to end."""
    return valid_until is not None and today <= valid_until and warnings_due(valid_until, today) > 0


def open_standings(standings: Sequence[Standing]) -> int:
    """How many of them keep a text from going out."""
    return sum(one in OPEN for one in standings)
