"""Letters that come back: reports of mail servers (RFC 3464), complaints of readers (RFC 5965), wishes to end.

Believes only an address that we made ourselves: nobody is dropped by a forged report.
"""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import default
from enum import StrEnum

from sqlmodel import Session

from app.followers import queries, service, tokens
from app.followers.rules import Bounce, Ending, bounce_of

MOST = 1024 * 1024  # bytes read of a message that came back
_STOP = re.compile(r"/follow/stop/([A-Za-z0-9_-]{40,120})")


class Meaning(StrEnum):
    """What a message that came to the mailbox for returns turned out to be."""

    NOT_OURS = "not for us: no address of ours, or a forged one"
    SAID_NOTHING = "says nothing of a mailbox"
    SOFT = "not delivered for now: counted"
    HARD = "the mailbox is gone: nothing more is sent"
    COMPLAINT = "a complaint: nothing more is ever sent"
    LEFT = "asked to end: nothing more is sent"


@dataclass(frozen=True)
class Report:
    """What a message says, and whose letter it is about."""

    pid: str
    bounce: Bounce
    leave: bool = False


def read(raw: bytes, *, envelope_to: str = "") -> Report | None:
    """What a returned message says; None when it names no letter of ours. `envelope_to`: where it was delivered."""
    message = message_from_bytes(raw[:MOST], policy=default)
    if _kind(message) == "feedback-report":
        pid = _complained(message)
        return Report(pid, Bounce.COMPLAINT) if pid else None
    pid = _returned(message, envelope_to)
    if pid is None:
        return None
    if _kind(message) == "delivery-status":
        return Report(pid, _delivery_status(message))
    subject = str(message.get("Subject", "")).strip().lower()
    automatic = str(message.get("Auto-Submitted", "no")).strip().lower() != "no"
    return Report(pid, Bounce.NOTHING, leave=subject == "unsubscribe" and not automatic)


def _kind(message: Message) -> str:
    """The kind of a multipart/report; by its parts where a server forgot to say."""
    if message.get_content_type() == "multipart/report":
        kind = str(message.get_param("report-type", "")).lower()
        if kind in ("delivery-status", "feedback-report"):
            return kind
    found = {part.get_content_type() for part in message.walk()}
    for kind in ("feedback-report", "delivery-status"):
        if f"message/{kind}" in found:
            return kind
    return ""


def _returned(message: Message, envelope_to: str) -> str | None:
    """Whose letter came back: by where it was delivered, not by what it tells of itself."""
    names = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
    given = [envelope_to, *(str(value) for name in names for value in message.get_all(name, []))]
    return next((pid for one in given if (pid := tokens.returned_to(f"{one}"))), None)


def _delivery_status(message: Message) -> Bounce:
    """The worst that is said of a recipient. "Delayed", "relayed" and "delivered" say nothing."""
    found = Bounce.NOTHING
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in _blocks(part):
            if block.get("action", "").lower() != "failed":
                continue
            status = re.search(r"\b[245]\.\d{1,3}\.\d{1,3}\b", block.get("status", ""))
            code = re.search(r"\b([45]\d\d)\b", block.get("diagnostic-code", ""))
            said = bounce_of(status[0] if status else "", code=int(code[1]) if code else 0)
            if (
                status and status[0] in ("5.0.0", "5.7.0") and code
            ):  # says no more than "failed": its words do
                finer = re.search(r"\b5\.\d{1,3}\.\d{1,3}\b", block.get("diagnostic-code", ""))
                said = bounce_of(finer[0] if finer else "", code=int(code[1]))
            found = max(found, said, key=list(Bounce).index)
    return found


def _blocks(part: Message) -> list[dict[str, str]]:
    """The groups of fields of a message/delivery-status, which the parser gives as headers of sub-messages."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return [
            {name.lower(): " ".join(str(value).split()) for name, value in one.items()}
            for one in payload
            if isinstance(one, Message)
        ]
    return []


def _complained(message: Message) -> str | None:
    """Whose letter was complained of: by the return path or the link of the letter that is attached."""
    text = "\n".join(_texts(message))
    found = next((pid for pid in (tokens.returned_to(one) for one in _addresses(text)) if pid), None)
    if found:
        return found
    unfolded = re.sub(r"=?\r?\n[ \t]*", "", text)
    given = _STOP.search(unfolded)
    return tokens.pid_of(tokens.STOP, given[1]) if given else None


def _texts(message: Message) -> list[str]:
    """Every part as text, attached messages with their headers."""
    found = []
    for part in message.walk():
        if part is not message:
            found += [f"{name}: {value}" for name, value in part.items()]
        if not part.is_multipart():
            data = part.get_payload(decode=True)
            found.append(data.decode("utf-8", "replace") if isinstance(data, bytes) else "")
    return found


def _addresses(text: str) -> list[str]:
    return re.findall(r"[^\s<>,;:\"]+\+[0-9a-z]{16}-[0-9a-f]{20}@[^\s<>,;\"]+", text.lower())


def take(session: Session, raw: bytes, *, envelope_to: str = "") -> Meaning:
    """Act on a message that came to the mailbox for returns."""
    report = read(raw, envelope_to=envelope_to)
    found = queries.by_pid(session, report.pid) if report else None
    if report is None or found is None:
        return Meaning.NOT_OURS
    row, _ = found
    if report.leave:
        service.end(session, row, Ending.LEFT)
        return Meaning.LEFT
    service.bounced(session, row, report.bounce)
    return {
        Bounce.HARD: Meaning.HARD,
        Bounce.SOFT: Meaning.SOFT,
        Bounce.COMPLAINT: Meaning.COMPLAINT,
        Bounce.NOTHING: Meaning.SAID_NOTHING,
    }[report.bounce]
