"""Draws a question with its answer as a story card. Refuses words in letters the typefaces lack; a long answer ends
with « … »."""

from dataclasses import dataclass

from app.print.typesetting import House, pictures, plain

FITS = 640
"""Characters of question and answer that stay legible together."""

QUESTION = 240


@dataclass(frozen=True)
class AnswerCard:
    """What the card says: the question in `asked_language`, the rest in the house's language. `aside` stands above."""

    question: str
    asked_by: str
    asked_language: str
    answer: str
    answered_by: str
    house: House
    aside: str = ""


def draw(card: AnswerCard) -> bytes:
    """A PNG of 1080 × 1920 pixels. Raises typesetting.Unprintable."""
    language = card.house.language
    answer = shortened(card.answer, FITS - min(len(card.question), QUESTION))
    words = {
        "question": plain(shortened(card.question, QUESTION), card.asked_language),
        "asked_by": plain(card.asked_by, card.asked_language),
        "asked_lang": card.asked_language,
        "answer": [plain(part, language) for part in answer.split("\n") if part.strip()],
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
