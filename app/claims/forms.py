"""What the browser may send about claims. `shown` is the digest of what was on the screen."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from app.claims.rules import ARCHIVE_LIMIT, SubjectKind, Verdict
from app.core.fields import FormModel, Line, WebAddress

Pid = Annotated[str, StringConstraints(pattern=r"^[0-9a-z]{16}$")]


class WordsForm(FormModel):
    """The exact words claimed."""

    words: str = Field(min_length=3, max_length=600)


class ClaimForm(WordsForm):
    """The same, with the text that says them."""

    kind: SubjectKind
    subject: Pid


class SourceForm(FormModel):
    """Where a claim comes from; `archive` is the page's text, pasted."""

    title: Line = Field(min_length=2, max_length=200)
    publisher: Line = Field(default="", max_length=120)
    url: WebAddress = Field(default="", max_length=500)
    published_on: date | None = None
    quote: str = Field(default="", max_length=1200)
    archive: str = Field(default="", max_length=ARCHIVE_LIMIT)


class CheckForm(FormModel):
    """What a claim is worth, and until when."""

    shown: Line = Field(max_length=32)
    verdict: Verdict
    note: str = Field(default="", max_length=600)
    valid_until: date | None = None
    checked_as: Line = Field(default="", max_length=120)


class CorrectForm(FormModel):
    """What is right, since when the wrong words stood there, and why."""

    right: str = Field(min_length=3, max_length=600)
    why: str = Field(min_length=3, max_length=600)
    since: date
    source_title: Line = Field(default="", max_length=200)
    source_url: WebAddress = Field(default="", max_length=500)


class DismissForm(FormModel):
    """A sentence that needs no source; `kind` and `subject` name the text on whose page it was said."""

    sentence: str = Field(min_length=1, max_length=2200)
    kind: SubjectKind | None = None
    subject: Pid | None = None


class NothingForm(FormModel):
    """One's word that nothing needs a source."""

    shown: Line = Field(max_length=32)
