"""What a member may send about a gift that is given back, disputed or suspected. Refuses what nobody was asked."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from app.core.forms import FormModel, Line
from app.core.i18n import Message, mark
from app.core.money import NotAnAmount, parse_amount
from app.donations.aftermath.rules import RefundReason

Text = Annotated[str, StringConstraints(max_length=20_000)]
Short = Annotated[str, StringConstraints(max_length=2_000)]
Offered = Literal[
    RefundReason.DONOR,
    RefundReason.DUPLICATE,
    RefundReason.MISTAKE,
    RefundReason.CANCELLED,
    RefundReason.FRAUD,
]


class RefundForm(FormModel):
    """Money of a gift to give back. One ``form_key`` is one refund, however often the button is pressed."""

    amount: Line = Field(max_length=20)
    reason: Offered
    note: Line = Field(default="", max_length=400)
    form_key: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{4,16}$")]


class AnswerForm(FormModel):
    """The answer to a bank, by Stripe's own names of its fields. ``sure`` is asked before it is final."""

    do: Literal["draft", "submit"] = "draft"
    sure: Literal["", "1"] = ""
    product_description: Short = ""
    customer_name: Short = ""
    customer_email_address: Short = ""
    billing_address: Short = ""
    access_activity_log: Text = ""
    service_date: Short = ""
    uncategorized_text: Text = ""
    refund_policy_disclosure: Short = ""
    refund_refusal_explanation: Short = ""
    duplicate_charge_explanation: Short = ""
    cancellation_policy_disclosure: Short = ""
    cancellation_rebuttal: Short = ""

    @property
    def answers(self) -> dict[str, str]:
        """What was written, by field."""
        return {name: str(text) for name, text in self.model_dump(exclude={"do", "sure"}).items()}


def read_amount(text: str, currency: str, left_minor: int) -> int | Message:
    """How much to give back, in minor units, or what is wrong with it."""
    try:
        minor = parse_amount(text, currency)
    except NotAnAmount:
        return mark("Write an amount, such as 25 or 12.50.")
    if minor <= 0:
        return mark("An amount is more than nothing.")
    return minor if minor <= left_minor else mark("That is more than what is left of this gift.")
