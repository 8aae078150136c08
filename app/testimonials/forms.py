"""What a browser may send about a testimonial. Refuses words without consent, files without words beside them."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from app.core.fields import EmailAddress, FormModel, Line
from app.core.i18n import Message, mark
from app.testimonials import rules
from app.testimonials.rules import Naming, Use, Words

Text = Annotated[str, StringConstraints(max_length=rules.TEXT)]


class WordsForm(FormModel):
    """The words, the name and the consents: what can be sent, and changed later."""

    text: Text = ""
    language: Annotated[str, StringConstraints(pattern="|".join(rules.LANGUAGES))] = "fr"
    alt_text: Annotated[str, StringConstraints(max_length=rules.ALT)] = ""
    transcript: Annotated[str, StringConstraints(max_length=rules.TRANSCRIPT)] = ""
    naming: Naming
    name: Annotated[Line, StringConstraints(max_length=rules.NAME)] = ""
    age: Literal["adult", "minor"]
    guardian: Annotated[Line, StringConstraints(max_length=120)] = ""
    uses: list[Use] = Field(default_factory=list)
    may_correct: bool = False

    def words(self) -> Words:
        return Words(
            text=self.text,
            language=self.language,
            alt_text=self.alt_text,
            transcript=self.transcript,
            naming=self.naming,
            name=self.name,
            guardian=self.guardian if self.age == "minor" else "",
            uses=frozenset(self.uses),
            may_correct=self.may_correct,
        )


class TellForm(WordsForm):
    """A new testimonial. `website`, `stamp` and `proof` are the guard's."""

    email: EmailAddress | Literal[""] = ""
    website: str = ""
    stamp: Annotated[str, StringConstraints(max_length=80)] = ""
    proof: Annotated[str, StringConstraints(max_length=4000)] = ""


class ChangeForm(WordsForm):
    """A change by the author; `drop` names files to let go, `version` what was shown."""

    drop: list[Literal["picture", "voice"]] = Field(default_factory=list)
    stamp: Annotated[str, StringConstraints(max_length=80)] = ""


class FeatureForm(FormModel):
    """Whether it is shown first."""

    on: bool = False


class RelayForm(FormModel):
    """The day whose colour a card has, the language of the house's words on it, and whether it joins that day."""

    day: int = Field(ge=1, le=31)
    language: Literal["fr", "en"]
    do: Literal["card", "week"]


def missing(data: WordsForm | None, *, picture: bool, voice: bool) -> dict[str, Message]:
    """What the fields alone cannot tell: nothing told, files without words, a name that lacks."""
    if data is None:
        return {}
    found: dict[str, Message] = {}
    if not data.text and not voice:
        found["text"] = mark("Write a few words, or add a voice note.")
    if picture and not data.alt_text:
        found["alt_text"] = mark("Say what the picture shows, for people who do not see it.")
    if voice and not data.transcript:
        found["transcript"] = mark("Write down what you say, for people who do not hear it.")
    if data.naming is not Naming.ANONYMOUS and not data.name:
        found["name"] = mark("Write the name to show, or choose to give none.")
    if data.age == "minor" and not data.guardian:
        found["guardian"] = mark("Write the name of the adult who agrees.")
    if not data.uses:
        found["uses"] = mark("Choose at least one use. Without one, nobody may show it.")
    return found
