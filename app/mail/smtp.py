"""The door to the mail server: says of each mail whether it was accepted, refused, or left in doubt.

Steps are taken one by one rather than by `sendmail`: only a break after the text was handed over leaves the
outcome unknown; everything before is known not to have been accepted.
"""

import re
import smtplib
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from types import MappingProxyType, TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

from app.core.settings import get_settings
from app.mail.models import OutgoingMail
from app.mail.rules import Outcome

TIMEOUT = 15  # seconds for each step of the conversation
WIRE = SMTP.clone(max_line_length=900)
"""As it travels: a long address in a header stays whole; folded, it would become an encoded word no program reads."""
LAST_DOT = b".\r\n"


@dataclass(frozen=True)
class Report:
    """The outcome of one delivery and what the server said, without the text of the mail."""

    outcome: Outcome
    detail: str = ""
    of_mailbox: bool = False  # the server spoke of the recipient: RCPT was refused


def compose(
    mail: OutgoingMail, *, sender: str = "", more: Mapping[str, str] = MappingProxyType({})
) -> EmailMessage:
    """A mail as a message: text and HTML of equal content, and the same Message-ID at each attempt.

    `sender` is the name shown with our address; `more` are further headers.
    """
    settings = get_settings()
    name, address = parseaddr(settings.mail_from)
    name = sender or name
    user, _, domain = address.rpartition("@")
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(name, user, domain)
    message["To"] = Address(addr_spec=mail.recipient) if mail.recipient.isascii() else mail.recipient
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = f"<{mail.pid}@{urlsplit(settings.base_url).hostname}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
    for header, value in more.items():
        message[header] = value
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    if mail.attachment:
        _attach(message, mail)
    message["Content-Language"] = mail.language  # last: parts take along what speaks of content
    return message


def _attach(message: EmailMessage, mail: OutgoingMail) -> None:
    kind, *rest = mail.attachment_type.split("; ")
    main, _, sub = kind.partition("/")
    params = dict(part.split("=", 1) for part in rest)
    if main == "text":
        params["charset"] = "utf-8"
    message.add_attachment(
        mail.attachment, maintype=main, subtype=sub, filename=mail.attachment_name, params=params
    )


class Door:
    """One conversation with the server, opened when first needed and kept for the mails that follow."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)
        if self._url.scheme not in ("smtp", "smtps") or not self._url.hostname:
            raise ValueError("SEPTAINE_SMTP_URL must look like smtp://user:password@host:587 or smtps://…")
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up(politely=True)

    def deliver(self, mail: OutgoingMail) -> Report:
        """Hand one mail over. Never raises for what the network or the server does."""
        handed_over = False
        try:
            message = compose(mail)
            server = self._open()
            if refusal := self._begin(server, message, ""):
                return refusal
            handed_over = True
            server.send(_dotted(message.as_bytes(policy=WIRE)))
            code, said = server.getreply()
        except smtplib.SMTPResponseException as error:
            self._hang_up()
            return _answer(error.smtp_code, error.smtp_error)
        except smtplib.SMTPNotSupportedError as error:
            self._hang_up()
            return Report(Outcome.REFUSED, str(error))
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            return Report(Outcome.UNKNOWN if handed_over else Outcome.LATER, _words(error))
        except ValueError as error:  # an address or subject that cannot stand in a header
            return Report(Outcome.REFUSED, _words(error))
        return _answer(code, said)

    def offer(self, message: EmailMessage, *, return_path: str = "") -> Report | None:
        """Hand a message over up to its last dot: nothing that counts as sent (RFC 5321, 4.1.1.4).

        None when the server has all of it; then `finish` sends it and `abandon` takes it back. Never raises for
        what the network or the server does.
        """
        try:
            server = self._open()
            if refusal := self._begin(server, message, return_path):
                return refusal
            server.send(_dotted(message.as_bytes(policy=WIRE))[: -len(LAST_DOT)])
        except smtplib.SMTPResponseException as error:
            self._hang_up()
            return _answer(error.smtp_code, error.smtp_error)
        except smtplib.SMTPNotSupportedError as error:
            self._hang_up()
            return Report(Outcome.REFUSED, str(error))
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            return Report(Outcome.LATER, _words(error))
        except ValueError as error:
            return Report(Outcome.REFUSED, _words(error))
        return None

    def finish(self) -> Report:
        """Send the last dot of what was offered: from here on a broken connection leaves the outcome unknown."""
        server = self._server
        if server is None:
            return Report(Outcome.LATER, "nothing was offered")
        try:
            server.send(LAST_DOT)
            code, said = server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            return Report(Outcome.UNKNOWN, _words(error))
        return _answer(code, said)

    def abandon(self) -> None:
        """Take back what was offered: without its last dot the server drops it with the connection."""
        self._hang_up()

    def _begin(self, server: smtplib.SMTP, message: EmailMessage, return_path: str) -> Report | None:
        """Envelope and DATA; a Report when the server wants the message not, or not now."""
        if refusal := self._envelope(server, message, return_path):
            server.rset()
            return refusal
        code, said = server.docmd("DATA")
        return None if code == 354 else _answer(code, said)

    def _open(self) -> smtplib.SMTP:
        if self._server is not None:
            return self._server
        host, secure = self._url.hostname or "", ssl.create_default_context()
        server: smtplib.SMTP
        if self._url.scheme == "smtps":
            server = smtplib.SMTP_SSL(host, self._url.port or 465, timeout=TIMEOUT, context=secure)
        else:
            server = smtplib.SMTP(host, self._url.port or 587, timeout=TIMEOUT)
        self._server = server
        if (
            server.sock is not None
        ):  # the last dot is a packet of its own: it must not wait for an answer to the text
            server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server.ehlo_or_helo_if_needed()
        if self._url.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=secure)
            server.ehlo()
        elif self._url.scheme == "smtp" and self._url.username:
            raise smtplib.SMTPException(
                "the server offers no STARTTLS: the password is not sent in the clear"
            )
        if self._url.username:
            server.login(unquote(self._url.username), unquote(self._url.password or ""))
        return server

    def _envelope(self, server: smtplib.SMTP, message: EmailMessage, return_path: str) -> Report | None:
        """Name the sender and the recipient; a Report when the server wants neither."""
        sender = return_path or str(message["From"].addresses[0].addr_spec)
        recipient = str(message["To"].addresses[0].addr_spec)
        options = []
        if not (sender + recipient).isascii():
            if not server.has_extn("smtputf8"):
                raise smtplib.SMTPNotSupportedError("the server takes no address with accents (SMTPUTF8)")
            options = ["SMTPUTF8"]
        code, said = server.mail(sender, options)
        if code != 250:
            return _answer(code, said)
        code, said = server.rcpt(recipient)
        return None if code in (250, 251) else replace(_answer(code, said), of_mailbox=True)

    def _hang_up(self, *, politely: bool = False) -> None:
        server, self._server = self._server, None
        if server is None:
            return
        try:
            if politely:
                server.quit()
        except (OSError, smtplib.SMTPException):
            pass
        finally:
            server.close()


def _answer(code: int, said: bytes | str) -> Report:
    """A reply code as an outcome: 2xx yes, 4xx not now, 5xx no (RFC 5321, 4.2.1)."""
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    detail = _words(f"{code} {words}")
    if 200 <= code < 300:
        return Report(Outcome.ACCEPTED, detail)
    return Report(Outcome.LATER if 400 <= code < 500 or code == -1 else Outcome.REFUSED, detail)


def _words(error: object) -> str:
    """What happened on one short line, for the row and the log."""
    said = str(error) or type(error).__name__
    return re.sub(r"\s+", " ", said)[:300]


def _dotted(text: bytes) -> bytes:
    """The text as it travels: leading dots doubled, the closing dot added (RFC 5321, 4.5.2)."""
    if not text.endswith(b"\r\n"):
        text += b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", text) + LAST_DOT
