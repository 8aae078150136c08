"""What a form may hold: schemas that refuse unknown fields, checked kinds of text, messages in words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, TypeVar

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic_core import PydanticCustomError

from app.core.i18n import Message, mark


class FormModel(BaseModel):
    """What a browser may send. A field nobody asked for is refused; blanks count as absent."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


S = TypeVar("S", bound=FormModel)


def problem(code: str, message: Message, **values: object) -> PydanticCustomError:
    """An error to raise inside a validator; the message is translated where it is shown."""
    return PydanticCustomError(code, "{said}", {"said": message.text, "values": values})


def _single_line(value: str) -> str:
    if "\x00" in value or len(f"{value}.".splitlines()) > 1:  # U+2028 and form feeds end lines too
        raise problem("single_line", mark("Write this on one line."))
    return value


Line = Annotated[str, AfterValidator(_single_line)]
"""Text that fits on one line; refuses line breaks, which could forge a mail header."""


FormKey = Annotated[str, StringConstraints(pattern=r"^([0-9a-z]{16})?$")]
"""What tells one press of a form from the next: drawn anew with each view of its page; empty where none is told."""


def _web_address(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/@]+\.[^\s@]+", value, re.IGNORECASE):
        raise problem("web_address", mark("Write a full web address that starts with https://."))
    return value


WebAddress = Annotated[str, AfterValidator(_single_line), AfterValidator(_web_address)]
"""An http or https address; refuses every other scheme, `javascript:` among them."""


def _email_address(value: str) -> str:
    try:
        return validate_email(value, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise problem("email_address", mark("Write an e-mail address, such as name@example.org.")) from None


EmailAddress = Annotated[str, AfterValidator(_single_line), AfterValidator(_email_address)]
"""One e-mail address, in lower case; refuses lists, display names and line breaks."""


# Pydantic's error types in words. What is missing here falls back to one honest sentence.
_MESSAGES: dict[str, Message] = {
    "missing": mark("Fill this in."),
    "string_too_short": mark("Write at least %(min_length)s characters."),
    "string_too_long": mark("This is too long: at most %(max_length)s characters."),
    "int_parsing": mark("Write a whole number."),
    "int_from_float": mark("Write a whole number."),
    "greater_than_equal": mark("The smallest value is %(ge)s."),
    "greater_than": mark("The value must be more than %(gt)s."),
    "less_than_equal": mark("The largest value is %(le)s."),
    "less_than": mark("The value must be less than %(lt)s."),
    "date_from_datetime_parsing": mark("Write a date, such as 2027-03-01."),
    "date_parsing": mark("Write a date, such as 2027-03-01."),
    "time_parsing": mark("Write a time, such as 18:00."),
    "literal_error": mark("Choose one of the options."),
    "enum": mark("Choose one of the options."),
    "value_error": mark("This cannot be used. Check it, please."),
    "extra_forbidden": mark("The form held a field that does not belong to it. Reload the page."),
    "bool_parsing": mark("Choose yes or no."),
}


@dataclass(frozen=True)
class FormState:
    """What a form shows: the values typed and the messages beside them."""

    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, Message | str] = field(default_factory=dict)

    def with_error(self, name: str, message: Message | str) -> "FormState":
        return FormState(self.values, {**self.errors, name: message})


@dataclass(frozen=True)
class Parsed(FormState, Generic[S]):
    """A form as it came; `data` is set when nothing is wrong with it."""

    data: S | None = None


def is_list(schema: type[FormModel], name: str) -> bool:
    annotation = schema.model_fields[name].annotation
    return getattr(annotation, "__origin__", None) in (list, set, frozenset, tuple)


def messages_of(error: ValidationError) -> dict[str, Message | str]:
    found: dict[str, Message | str] = {}
    for one in error.errors():
        name = str(one["loc"][0]) if one["loc"] else "form"
        context = one.get("ctx", {})
        if "said" in context:
            message = Message(context["said"], dict(context["values"]))
        else:
            known = _MESSAGES.get(one["type"], _MESSAGES["value_error"])
            message = known.with_values(**context) if context else known
        if one["type"] == "extra_forbidden":
            name = "form"
        found.setdefault(name, message)
    return found
