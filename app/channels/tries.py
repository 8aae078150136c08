"""How a try is told: errors that each name an outcome become a report in one place, which hides every secret."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote, quote_plus

from app.channels.base import (
    Account,
    Attachment,
    Fault,
    Outcome,
    ReconnectNeeded,
    Report,
    Ticket,
    Unreachable,
)
from app.core.logs import HIDDEN, clean

LONGEST_DETAIL = 400  # characters, as `Report.detail` and the log of a post keep
PUBLIC_NAME = "identifier"  # kept with the secrets, but it is the account's public name
SHORTEST_SECRET = 6  # characters; shorter ones would black out ordinary words

UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, OSError)
"""What comes of an answer, or a file, that is not as it should be."""

T = TypeVar("T")


class NotPublic(Exception):
    """Known not to be public: may be tried again, not before `retry_after` when the platform named it."""

    def __init__(self, detail: str, retry_after: timedelta | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class SaidNo(Exception):
    """The platform refused, and would refuse the same again."""


class MayBePublic(Exception):
    """The request left, and what became of it is not known."""


def scrub(text: str, account: Account) -> str:
    """A text without any secret of the account, in any spelling, on one line of bounded length."""
    secrets = [secret for name, secret in account.secrets.items() if name != PUBLIC_NAME]
    for secret in sorted(secrets, key=len, reverse=True):
        for spelling in {secret, quote(secret), quote(secret, safe=""), quote_plus(secret)}:
            if len(spelling) >= SHORTEST_SECRET:
                text = text.replace(spelling, HIDDEN)
    return " ".join(clean(text).split())[:LONGEST_DETAIL]


def attempt(
    account: Account, ticket: Ticket, look_up: Callable[[], Report], work: Callable[[], Report]
) -> Report:
    """One try. Where an earlier one may have published, the platform is asked first, and nothing else is done."""
    if Progress(ticket).get("asked"):
        seen = look_up()
        if seen.outcome is not Outcome.LATER:
            return seen
    return reported(account, work)


def reported(account: Account, work: Callable[[], Report]) -> Report:
    """What a try came to. An answer that cannot be read may hide a success: UNKNOWN."""
    try:
        return work()
    except (NotPublic, Unreachable) as error:
        after = getattr(error, "retry_after", None)
        return Report(Outcome.LATER, scrub(str(error), account), retry_after=after)
    except SaidNo as error:
        return Report(Outcome.REFUSED, scrub(str(error), account))
    except ReconnectNeeded as error:
        return Report(Outcome.RECONNECT, scrub(str(error), account))
    except MayBePublic as error:
        return Report(Outcome.UNKNOWN, scrub(str(error), account))
    except UNREADABLE as error:
        return Report(Outcome.UNKNOWN, f"an answer that could not be read ({type(error).__name__})")


def looked_up(account: Account, work: Callable[[], Report]) -> Report:
    """What a look came to: SENT, LATER or UNKNOWN. A platform that does not answer has told nothing."""
    try:
        return work()
    except ReconnectNeeded as error:
        return Report(Outcome.UNKNOWN, scrub(str(error), account))
    except (NotPublic, SaidNo, MayBePublic, Unreachable) as error:
        after = getattr(error, "retry_after", None)
        return Report(Outcome.UNKNOWN, scrub(str(error), account), retry_after=after)
    except UNREADABLE as error:
        return Report(Outcome.UNKNOWN, f"an answer that could not be read ({type(error).__name__})")


def asked(account: Account, work: Callable[[], T]) -> T:
    """For `identify` and `renew`. Raises ReconnectNeeded or Unreachable, without a secret in their words."""
    failed: Exception
    try:
        return work()
    except (ReconnectNeeded, SaidNo) as error:
        failed = ReconnectNeeded(scrub(str(error), account))
    except (NotPublic, MayBePublic, Unreachable) as error:
        failed = Unreachable(scrub(str(error), account))
    except UNREADABLE as error:
        failed = Unreachable(f"an answer that could not be read ({type(error).__name__})")
    raise failed  # outside the handlers: no chain leads to the address that held a token


def refuse(faults: Sequence[Fault]) -> None:
    """Stop before anything is sent. Raises SaidNo naming the faults."""
    if faults:
        raise SaidNo("does not fit: " + ", ".join(fault.value for fault in faults))


def demand_files(media: Sequence[Attachment]) -> None:
    """For platforms that are handed the files themselves. Raises SaidNo when one is gone."""
    if not all(one.path.is_file() for one in media):
        raise SaidNo("a file of this post is missing")


def plain_key(pid: str, position: int, due_at: datetime) -> str:
    """A key that is always the same for the same post, position and instant."""
    return f"{pid}-{position}-{int(due_at.timestamp())}"


class Progress:
    """What a ticket's tries left behind, as a small JSON object that is saved durably at each change."""

    def __init__(self, ticket: Ticket) -> None:
        self._save = ticket.save
        self._kept: dict[str, Any] = json.loads(ticket.progress) if ticket.progress else {}

    def get(self, name: str) -> Any:
        """A kept value, or None."""
        return self._kept.get(name)

    def keep(self, **changes: Any) -> None:
        """Save before the next step: what is kept now comes back after a crash."""
        self._kept |= changes
        self._save(json.dumps(self._kept, separators=(",", ":")))

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Around the one step that makes something public: it may have happened, until we know better."""
        before = bool(self.get("asked"))
        self.keep(asked=True)
        try:
            yield
        except (NotPublic, SaidNo, ReconnectNeeded):
            self.keep(asked=before)
            raise

    def clear(self) -> None:
        """Begin again: what was prepared is of no use any more."""
        self._kept = {}
        self._save("")


def text_of(answer: Mapping[str, Any], *names: str) -> str:
    """The first of the named values that is there, as text; "" when none is."""
    return next((str(answer[name]) for name in names if answer.get(name)), "")
