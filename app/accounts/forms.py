"""What a browser may send about connections; refuses what no platform gives: malformed servers, tokens, names."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints

from app.accounts.rules import Way
from app.core.fields import EmailAddress, FormModel, Line, WebAddress, problem
from app.core.i18n import mark
from app.core.settings import get_settings

_HOST = re.compile(r"(?=.{4,120}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}")
_LOCAL = re.compile(r"http://127\.0\.0\.1:\d{1,5}")


def _server(value: str) -> str:
    """A server from however people write it: its name, its address, or one's own handle on it."""
    given = value.strip().lower().rstrip("/")
    if get_settings().development and _LOCAL.fullmatch(given):
        return given
    name = given.removeprefix("https://").partition("/")[0].rpartition("@")[2]
    if not _HOST.fullmatch(name):
        raise problem("server", mark("Write the name of a server, such as mastodon.social."))
    return f"https://{name}"


def _handle(value: str) -> str:
    name = value.removeprefix("@").lower()
    if not _HOST.fullmatch(name):
        raise problem("handle", mark("Write a full handle, such as school.bsky.social."))
    return name


def _bot_token(value: str) -> str:
    if not re.fullmatch(r"\d{5,20}:[A-Za-z0-9_-]{30,80}", value):
        raise problem("bot_token", mark("Paste the whole token that BotFather gave you."))
    return value


def _chat(value: str) -> str:
    name = value.removeprefix("https://t.me/")
    if re.fullmatch(r"-100\d{5,20}", name):
        return name
    name = f"@{name.removeprefix('@')}"
    if not re.fullmatch(r"@[A-Za-z][A-Za-z0-9_]{3,31}", name):
        raise problem("chat", mark("Write the channel’s name, such as @ourschool."))
    return name


def _code(value: str) -> str:
    digits = re.sub(r"\s", "", value)
    if not re.fullmatch(r"[0-9]{8}", digits):
        raise problem("code", mark("Write the eight digits of the code."))
    return digits


def _delivery(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme != "https" and not get_settings().development:
        raise problem("delivery", mark("Write an address that starts with https://."))
    return value.partition("#")[0]


# What comes from the platform is as long as the platform likes, within reason; spaces at its ends are typed.
Pasted = Annotated[Line, StringConstraints(min_length=1, max_length=200)]


class AgreeForm(FormModel):
    """A platform that is only agreed to: the form is its button."""


class ServerForm(FormModel):
    server: Annotated[Line, Field(max_length=200), AfterValidator(_server)]


class AppPasswordForm(FormModel):
    handle: Annotated[Line, Field(max_length=200), AfterValidator(_handle)]
    password: Pasted
    server: Annotated[Line, Field(max_length=200), AfterValidator(_server)] | None = None


class BotForm(FormModel):
    token: Annotated[Line, AfterValidator(_bot_token)]
    chat: Annotated[Line, AfterValidator(_chat)]


class AddressForm(FormModel):
    address: Annotated[WebAddress, Field(max_length=500), AfterValidator(_delivery)]


class MailForm(FormModel):
    email: Annotated[EmailAddress, Field(max_length=200)]


class CodeForm(FormModel):
    code: Annotated[Line, Field(max_length=20), AfterValidator(_code)]


class ChoiceForm(FormModel):
    account: Annotated[Line, Field(min_length=1, max_length=200)]


class NameForm(FormModel):
    name: Annotated[Line, Field(max_length=120)] = ""


FORMS: dict[Way, type[FormModel]] = {
    Way.SERVER: ServerForm,
    Way.LOGIN: AgreeForm,
    Way.PAGES: AgreeForm,
    Way.APP_PASSWORD: AppPasswordForm,
    Way.BOT: BotForm,
    Way.ADDRESS: AddressForm,
    Way.MAIL: MailForm,
}
