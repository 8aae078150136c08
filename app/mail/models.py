"""Tables of the mail room."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field

from app.core import clock
from app.core.db import EnumText, Row, UtcDateTime
from app.core.ids import new_pid


class MailState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"  # claimed; a crash here leaves an unknown outcome
    SENT = "sent"
    FAILED = "failed"


class OutgoingMail(Row, table=True):
    __tablename__ = "outgoing_mail"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    key: str | None = Field(
        default=None, index=True, unique=True, max_length=80
    )  # of its asker: one key, one mail
    kind: str = Field(max_length=40)  # the template: "sign-in", "invitation"…
    recipient: str = Field(max_length=254)
    subject: str = Field(max_length=200)
    text: str
    html: str
    language: str = Field(max_length=2)
    attachment_name: str = Field(default="", max_length=80)  # empty: nothing is attached
    attachment_type: str = Field(default="", max_length=80)  # "text/calendar; method=PUBLISH"
    attachment: bytes = b""
    state: MailState = Field(default=MailState.QUEUED, sa_type=EnumText(MailState), index=True)
    attempts: int = 0
    unsure: int = 0  # deliveries that broke off after the text was handed over
    next_try_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime, index=True)
    claimed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str = Field(default="", max_length=400)
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
