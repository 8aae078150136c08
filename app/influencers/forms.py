"""What the browser may send about influencers."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, EmailStr, Field, model_validator

from app.core.fields import FormModel, Line, WebAddress, problem
from app.core.i18n import mark
from app.influencers.rules import CONTRACT_POINTS, NETWORKS, Agreement


def _known_network(value: str) -> str:
    if value not in NETWORKS:
        raise problem("network", mark("Choose one of the networks."))
    return value


Network = Annotated[str, AfterValidator(_known_network)]


Answer = Literal["yes", "no", "unsure"]
Note = Annotated[str, Field(max_length=400)]


class ProfileForm(FormModel):
    """Who they are and where they speak. Up to two accounts: the week runs where the audience is."""

    name: Line = Field(min_length=1, max_length=120)
    public_role: Line = Field(default="", max_length=160)
    tie: str = Field(default="", max_length=1200)
    email: EmailStr | None = None
    language: Literal["fr", "en"] = "fr"
    network: Network | None = None
    handle: Line = Field(default="", max_length=80)
    audience: int | None = Field(default=None, ge=0, le=2_000_000_000)
    network_2: Network | None = None
    handle_2: Line = Field(default="", max_length=80)
    audience_2: int | None = Field(default=None, ge=0, le=2_000_000_000)

    @property
    def handles(self) -> list[dict[str, str | int | None]]:
        rows = (
            (self.network, self.handle, self.audience),
            (self.network_2, self.handle_2, self.audience_2),
        )
        return [{"network": n or "", "handle": h, "audience": a} for n, h, a in rows if h]


class DecisionForm(FormModel):
    """A person's decision on the fit, with its reason. Each question is answered or left open."""

    decision: Literal["approve", "refuse"]
    note: str = Field(min_length=3, max_length=1200)
    tie: Answer | None = None
    tie_note: Note = ""
    record: Answer | None = None
    record_note: Note = ""
    audience: Answer | None = None
    audience_note: Note = ""
    promises: Answer | None = None
    promises_note: Note = ""
    care: Answer | None = None
    care_note: Note = ""

    @model_validator(mode="after")
    def _approve_only_what_was_looked_at(self) -> "DecisionForm":
        answers = [self.tie, self.record, self.audience, self.promises, self.care]
        if self.decision == "approve" and (None in answers or self.tie == "no" or self.record == "no"):
            raise problem(
                "vetting",
                mark("To approve, answer every question; the tie and the past posts may not be a no."),
            )
        return self

    @property
    def findings(self) -> list[dict[str, str]]:
        """What was found, question by question, as the row keeps it."""
        keys = ("tie", "record", "audience", "promises", "care")
        found = [
            {"key": key, "answer": getattr(self, key) or "", "note": getattr(self, f"{key}_note")}
            for key in keys
        ]
        return [row for row in found if row["answer"] or row["note"]]


class TermsForm(FormModel):
    """On what terms they carry the story. The value is typed as money and read by the route."""

    agreement: Agreement
    value: Line = Field(default="", max_length=20)
    agreement_note: str = Field(default="", max_length=1200)
    disclosure: Line = Field(default="", max_length=80)
    contract_on: date | None = None
    contract_points: list[str] = Field(default_factory=list, max_length=len(CONTRACT_POINTS))


class AgreementForm(FormModel):
    """Something more that someone receives, excluding VAT."""

    kind: Literal["paid", "in_kind"]
    amount: Line = Field(min_length=1, max_length=20)
    on_date: date
    note: Line = Field(default="", max_length=400)


class CorrectForm(FormModel):
    """Why an entry is undone."""

    note: Line = Field(default="", max_length=400)


class SameForm(FormModel):
    """Who of another campaign is the same person; empty for nobody."""

    other: Line = Field(default="", max_length=16)


class InviteForm(FormModel):
    """A word that goes with the invitation."""

    message: str = Field(default="", max_length=1200)


class AnswerForm(FormModel):
    """The influencer's answer to the invitation."""

    answer: Literal["yes", "no"]
    note: str = Field(default="", max_length=600)


class PostedForm(FormModel):
    """A post went out; a link to it proves it, and is optional."""

    proof_url: WebAddress | None = Field(default=None, max_length=500)


class CannotForm(FormModel):
    """The carrier cannot post this one; a reason helps but is not owed."""

    reason: str = Field(default="", max_length=400)
