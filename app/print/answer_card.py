"""Draws a question with its answer as a story card (1080 × 1920): a day's colour, the drawers, room for Instagram's
own signs. Refuses nothing: letters its typeface lacks fall back to their plain form, a long answer ends with « … »."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from app.core import i18n
from app.core.i18n import french_spacing
from app.print.og import DAY_COLOURS, INK, WHITE
from app.print.typesetting import png

FITS = 640
"""Characters of question and answer that stay legible together."""

QUESTION = 240
LEAST = 120
"""Characters of the answer that stay whatever else is said."""
CORRECTIONS = 2
"""How many corrections a card holds, the latest; the page has all."""
_SIZES = (72, 66, 60, 54, 48, 44, 40, 36)  # points, the largest that leaves room is taken

_SOURCE = """
#let d = json(bytes(sys.inputs.data))
#let on = rgb(d.ink)
#let say(size, words, weight: 600) = {
  set text(size: size * 1pt, weight: weight)
  set par(leading: 0.5em)
  block(words)
}
#set page(width: 1080pt, height: 1920pt, margin: 0pt, fill: rgb(d.day))
#set text(font: ("Bricolage Grotesque 96pt", "Libertinus Serif"), fill: on, lang: d.lang, hyphenate: false)
#place(top + left, dx: 80pt, dy: 270pt, stack(dir: ltr, spacing: 8pt, ..d.week.map(w =>
  box(width: (920pt - 8pt * (d.week.len() - 1)) / d.week.len(), height: 40pt,
    radius: (top: 12pt), stroke: 3pt + on, fill: if w { on } else { none }))))
#let body(size) = block(width: 920pt, {
  say(36, d.kicker, weight: 800)
  v(20pt)
  say(size * 1.15, d.question, weight: 800)
  if d.asked_by != "" { say(34, d.asked_by) }
  v(20pt)
  line(length: 160pt, stroke: 8pt + on)
  v(20pt)
  for part in d.answer { say(size, part) }
  for part in d.corrected {
    v(12pt)
    say(size, part, weight: 800)
  }
  v(12pt)
  say(36, d.answered_by, weight: 800)
})
#context {
  let fits = d.sizes.find(size => measure(body(size)).height <= 1060pt)
  place(top + left, dx: 80pt, dy: 360pt, body(if fits == none { d.sizes.last() } else { fits }))
}
#place(bottom + left, dx: 80pt, dy: -350pt, block(width: 920pt, {
  say(36, d.title, weight: 800)
  say(32, d.organisation + d.note)
}))
"""


@dataclass(frozen=True)
class AnswerCard:
    """What the card says; `corrected` is what is right instead of something in it.

    `weekday` gives the colour (0 is Monday), `days` and `first_weekday` the drawers.
    """

    question: str
    asked_by: str
    answer: str
    answered_by: str
    title: str
    organisation: str
    weekday: int
    first_weekday: int
    days: int
    language: str
    sourced: bool = False
    corrected: Sequence[str] = ()


def draw(card: AnswerCard) -> bytes:
    """A PNG of 1080 × 1920 pixels; no words in the top 250 and the bottom 340."""
    with i18n.speaking(card.language):
        kicker = i18n.gettext("You asked")
        where = i18n.gettext("Sources on the page")
        put_right = [i18n.gettext("Corrected: %(right)s") % {"right": one} for one in card.corrected]
    note = f" · {where}" if card.sourced else ""
    put_right = [shortened(one, QUESTION) for one in put_right[:CORRECTIONS]]
    taken = min(len(card.question), QUESTION) + sum(map(len, put_right))
    answer = shortened(card.answer, max(FITS - taken, LEAST))
    colour = DAY_COLOURS[card.weekday]
    data = {
        "lang": card.language,
        "day": colour,
        "ink": INK if colour == DAY_COLOURS[6] else WHITE,
        "week": [(card.first_weekday + n) % 7 == card.weekday for n in range(min(card.days, 14))],
        "kicker": kicker,
        "question": _set(shortened(card.question, QUESTION), card),
        "asked_by": _set(card.asked_by, card),
        "answer": [_set(part, card) for part in answer.split("\n") if part.strip()],
        "corrected": [_set(one, card) for one in put_right],
        "answered_by": _set(card.answered_by, card),
        "title": _set(card.title, card),
        "organisation": _set(card.organisation, card),
        "note": note,
        "sizes": _SIZES,
    }
    return png(_SOURCE, inputs={"data": json.dumps(data, ensure_ascii=False)}, files={})


def shortened(text: str, limit: int) -> str:
    """A text cut at a word, with « … » where something is left out."""
    if len(text) <= limit:
        return text
    return f"{text[:limit].rsplit(' ', 1)[0].rstrip(' ,;:.')} …"


def _set(text: str, card: AnswerCard) -> str:
    return french_spacing(text) if card.language == "fr" else text
