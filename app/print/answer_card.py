"""Draws a question with its answer as a story card. Refuses words in letters the typefaces lack; a long answer ends
with « … »."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core import i18n
from app.print.typesetting import House, pictures, plain

FITS = 640
"""Characters of question and answer that stay legible together."""

QUESTION = 240
LEAST = 120
"""Characters of the answer that stay whatever else is said."""
CORRECTIONS = 2
"""How many corrections a card holds, the latest; the page has all."""


@dataclass(frozen=True)
class AnswerCard:
    """What the card says: the question in `asked_language`, the rest in the house's language.

    `aside` stands above; `corrected` is what is right instead of something in the answer.
    """

    question: str
    asked_by: str
    asked_language: str
    answer: str
    answered_by: str
    house: House
    aside: str = ""
    corrected: Sequence[str] = ()


def draw(card: AnswerCard) -> bytes:
    """A PNG of 1080 × 1920 pixels. Raises typesetting.Unprintable."""
    language = card.house.language
    with i18n.speaking(language):
        put_right = [i18n.gettext("Corrected: %(right)s") % {"right": one} for one in card.corrected]
    put_right = [shortened(one, QUESTION) for one in put_right[:CORRECTIONS]]
    taken = min(len(card.question), QUESTION) + sum(map(len, put_right))
    answer = shortened(card.answer, max(FITS - taken, LEAST))
    words = {
        "question": plain(shortened(card.question, QUESTION), card.asked_language),
        "asked_by": plain(card.asked_by, card.asked_language),
        "asked_lang": card.asked_language,
        "answer": [plain(part, language) for part in answer.split("\n") if part.strip()],
        "corrected": [plain(one, language) for one in put_right],
        "who": plain(card.answered_by, language),
        "aside": plain(card.aside, language),
    }
    pages, _ = pictures("answer.typ", card.house, words, {})
    return pages[0]


def shortened(text: str, limit: int) -> str:
    """A text cut at a word, with « … » where something is left out."""
    if len(text) <= limit:
        return text
    return f"{text[:limit].rsplit(' ', 1)[0].rstrip(' ,;:.')} …"
