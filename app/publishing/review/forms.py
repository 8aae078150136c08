"""What the browser may send about approval. `shown` is the digest of what was on the screen."""

from typing import Literal

from pydantic import Field

from app.core.forms import FormModel, Line


class WordForm(FormModel):
    """A member's answer, with or without words; `outside`: the influencer reads them too."""

    shown: Line = Field(default="", max_length=32)
    text: str = Field(default="", max_length=1200)
    outside: bool = False


class WordsForm(WordForm):
    """The same where words are needed."""

    text: str = Field(min_length=1, max_length=1200)


class SendForm(FormModel):
    """Which drafts to send for approval: all, or those of a date."""

    day: Line = Field(default="", max_length=10, pattern=r"^(\d{4}-\d{2}-\d{2})?$")


class ApproveForm(FormModel):
    """The posts that were on the screen, each as its public id and the digest of its content."""

    item: list[str] = Field(min_length=1, max_length=400)

    @property
    def shown(self) -> dict[str, str]:
        return {pid: digest for pid, _, digest in (one.partition(":") for one in self.item)}


class AnswerForm(FormModel):
    """The influencer's answer about one post."""

    answer: Literal["agree", "changes", "refuse", "say"]
    shown: Line = Field(default="", max_length=32)
    text: str = Field(default="", max_length=1200)
