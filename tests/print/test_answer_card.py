"""A question with its answer on one story card: room for Instagram's own signs, whatever the length and the letters."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from PIL import Image

from app.print import typesetting
from app.print.answer_card import AnswerCard, draw, shortened


@dataclass(frozen=True)
class _Day:
    number: int
    weekday: int
    short: str = "lun."
    label: str = "Lundi"
    state: str = "coming"
    href: str | None = None


def card(
    question: str, answer: str, weekday: int = 2, aside: str = "", corrected: Sequence[str] = ()
) -> AnswerCard:
    house = typesetting.House(
        kicker="Vous avez demandé",
        language="fr",
        weekday=weekday,
        week=[_Day(number, number - 1) for number in range(1, 8)],
        title="La semaine de Maïa",
        organisation="Les Lanternes",
        address="exemple.example/c/maia",
    )
    return AnswerCard(question, "Hélène", "fr", answer, "Samira, trésorière", house, aside, corrected)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Combien ?", "Rien."),
        ("Pourquoi 1 250 € ? " * 12, "Quarante soirées à huit, un manuel, une garde. " * 30),
        ("#panic() $x$ *gras* \\", "Anticonstitutionnellement, " * 3),
    ],
)
def test_words_keep_out_of_the_margins(question: str, answer: str) -> None:
    made = draw(
        card(
            question,
            answer,
            aside="Sources sur la page",
            corrected=["Trente soirées, pas quarante. " * 8] * 3,
        )
    )
    with Image.open(io.BytesIO(made)) as drawn:
        picture = drawn.convert("RGB")
    assert picture.size == (typesetting.WIDTH, typesetting.HEIGHT)
    right, foot = picture.width - 60, typesetting.HEIGHT - typesetting.SAFE_BOTTOM
    for part in (
        (0, 0, picture.width, typesetting.SAFE_TOP),
        (right, 400, picture.width, foot),
        (0, foot, picture.width, picture.height),
    ):
        assert len(picture.crop(part).getcolors() or []) == 1


def test_letters_no_typeface_has_are_refused() -> None:
    with pytest.raises(typesetting.Unprintable):
        draw(card("كم؟", "Rien."))


def test_a_long_answer_ends_at_a_word() -> None:
    assert shortened("Un deux, trois", 8) == "Un …"
    assert shortened("Un deux", 8) == "Un deux"


def test_a_correction_is_on_the_picture() -> None:
    assert draw(card("Combien ?", "Quarante.")) != draw(card("Combien ?", "Quarante.", corrected=["Trente."]))
