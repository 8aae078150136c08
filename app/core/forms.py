"""From a browser's form to a checked schema, or to messages beside the fields with every value kept."""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from app.core.fields import FormModel, FormState, Line, Parsed, S, WebAddress, is_list, messages_of, problem

__all__ = [
    "CSRF_FIELD",
    "FormData",
    "FormModel",
    "FormState",
    "Line",
    "Parsed",
    "Submitted",
    "WebAddress",
    "problem",
]

CSRF_FIELD = "csrf"


@dataclass(frozen=True)
class Submitted:
    """The raw fields and files of a request body."""

    fields: Mapping[str, list[str]]
    files: Mapping[str, UploadFile]

    def get(self, name: str, default: str = "") -> str:
        return self.fields.get(name, [default])[0]

    def parse(self, schema: type[S], *, also: Iterable[str] = ()) -> Parsed[S]:
        """Check the fields against a schema. `also` names fields that something else reads."""
        ignored = {CSRF_FIELD, *also}
        raw: dict[str, Any] = {}
        for name, values in self.fields.items():
            if name in ignored:
                continue
            many = name in schema.model_fields and is_list(schema, name)
            raw[name] = values if many else values[0]
        given = {name: value for name, value in raw.items() if value not in ("", [""])}
        try:
            return Parsed(values=raw, data=schema.model_validate(given))
        except ValidationError as error:
            return Parsed(values=raw, errors=messages_of(error))


async def _read_submitted(request: Request) -> AsyncIterator[Submitted]:
    async with request.form(max_fields=400, max_files=20) as form:
        fields: dict[str, list[str]] = {}
        files: dict[str, UploadFile] = {}
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                if value.filename:
                    files[name] = value
            else:
                fields.setdefault(name, []).append(value.replace("\r\n", "\n").replace("\x00", ""))
        yield Submitted(fields, files)


FormData = Annotated[Submitted, Depends(_read_submitted)]
