"""Publishing by containers, as Instagram and Threads do it: make, wait until ready, publish, each step kept.

A container is published at most once by Meta. Its id is saved before it is published, and its status decides after a
crash: PUBLISHED is never published again, FINISHED was not public and may be, EXPIRED (24 hours) and ERROR never were.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from app.channels import graph, text, tries
from app.channels.base import Account, Attachment, Outcome, Piece, ReconnectNeeded, Report, Ticket
from app.channels.tries import MayBePublic, NotPublic, Progress, SaidNo, text_of
from app.core import clock

LIVES = timedelta(hours=23, minutes=30)
"""How long a container is used: Meta keeps it for 24 hours."""
LOOK_AGAIN, LOOK_AGAIN_VIDEO = timedelta(seconds=10), timedelta(seconds=30)


class Containers(ABC):
    """The steps that Instagram and Threads share; what differs is asked of the platform's own class."""

    server: str
    edge: str  # where containers are made: "media", "threads"
    publish_edge: str
    status_field: str
    quota_edge: str

    @abstractmethod
    def check_piece(self, piece: Piece) -> None:
        """Raises SaidNo when the platform would refuse the piece."""

    @abstractmethod
    def single(self, piece: Piece) -> Mapping[str, Any]:
        """The parameters of a container for a piece of at most one medium."""

    @abstractmethod
    def part(self, attachment: Attachment) -> Mapping[str, Any]:
        """The parameters of a container for one medium of several."""

    @abstractmethod
    def whole(self, piece: Piece, parts: Sequence[str]) -> Mapping[str, Any]:
        """The parameters of a container that holds others."""

    @abstractmethod
    def found(self, account: Account, piece: Piece, since: datetime) -> tuple[str, str]:
        """Our post among those since an instant, as id and address; empty when it cannot be told."""

    def key(self, pid: str, position: int, due_at: datetime) -> str:
        """For our own ledger: the container is what Meta goes by."""
        return tries.plain_key(pid, position, due_at)

    def publish(self, account: Account, piece: Piece, ticket: Ticket) -> Report:
        """One step after the other from where the ticket stands; LATER while Meta prepares the media."""

        def work() -> Report:
            self.check_piece(piece)
            progress = Progress(ticket)
            try:
                return self._go_on(account, piece, progress)
            except graph.ContainerLost:
                progress.clear()
                raise

        return tries.attempt(account, ticket, lambda: self.look_up(account, piece, ticket), work)

    def look_up(self, account: Account, piece: Piece, ticket: Ticket) -> Report:
        """By the container's status."""

        def work() -> Report:
            progress = Progress(ticket)
            if not progress.get("asked"):
                return Report(Outcome.LATER, "no container had been published")
            status, said = self._status(account, progress.get("container"))
            if status == "PUBLISHED":
                number, url = self._seen(account, piece, ticket.started_at)
                return Report(Outcome.SENT, remote_id=number, url=url)
            if status in ("FINISHED", "EXPIRED", "ERROR"):
                return Report(Outcome.LATER, said or f"the container is {status.lower()}: not public")
            return Report(Outcome.UNKNOWN, f"the container is {status.lower()}")

        return tries.looked_up(account, work)

    def _go_on(self, account: Account, piece: Piece, progress: Progress) -> Report:
        if progress.get("made") and clock.now().timestamp() - progress.get("made") > LIVES.total_seconds():
            progress.clear()  # looked up above, or never published: Meta let it go
        container = progress.get("container") or self._make(account, piece, progress)
        self._wait_for(account, container, piece)
        with progress.asking():
            answer = graph.call(
                account,
                self.server,
                "POST",
                f"{account.remote_id}/{self.publish_edge}",
                publishes=True,
                creation_id=container,
            )
        number = str(answer["id"])
        return Report(Outcome.SENT, remote_id=number, url=self._address(account, number))

    def _make(self, account: Account, piece: Piece, progress: Progress) -> str:
        """A container for the piece, after the quota was read; parts that exist are used again."""
        quota = graph.call(
            account,
            self.server,
            "GET",
            f"{account.remote_id}/{self.quota_edge}",
            fields="quota_usage,config",
        )
        if not graph.quota_left(quota):
            raise NotPublic("the account has published as much as it may in 24 hours", graph.NEXT_DAY)
        if not progress.get("made"):
            progress.keep(made=int(clock.now().timestamp()))
        if len(piece.media) < 2:
            given = self.single(piece)
        else:
            parts: list[str] = list(progress.get("parts") or [])
            for attachment in piece.media[len(parts) :]:
                parts.append(self._create(account, self.part(attachment)))
                progress.keep(parts=parts)
            for made in parts:
                self._wait_for(account, made, piece)
            given = self.whole(piece, parts)
        container = self._create(account, given)
        progress.keep(container=container)
        return container

    def _create(self, account: Account, given: Mapping[str, Any]) -> str:
        path = f"{account.remote_id}/{self.edge}"
        return str(graph.call(account, self.server, "POST", path, **given)["id"])

    def _wait_for(self, account: Account, container: str, piece: Piece) -> None:
        """Raises NotPublic while Meta prepares a container, ContainerLost or SaidNo when it failed."""
        status, said = self._status(account, container)
        if status == "FINISHED":
            return
        if status == "PUBLISHED":
            raise MayBePublic("the container is already published")
        if status == "IN_PROGRESS":
            video = any(text.is_video(one) for one in piece.media)
            raise NotPublic("Meta is preparing the media", LOOK_AGAIN_VIDEO if video else LOOK_AGAIN)
        if status == "EXPIRED" or any(str(code) in said for code in graph.MAKE_ANEW):
            raise graph.ContainerLost(said or "the container expired")
        if status == "ERROR":
            raise SaidNo(said or "Meta could not prepare the media")
        raise NotPublic(f"the container is {status.lower()}")

    def _status(self, account: Account, container: str) -> tuple[str, str]:
        fields = self.status_field
        answer = graph.call(account, self.server, "GET", container, fields=fields)
        first, _, second = fields.partition(",")
        return str(answer[first]), str(answer.get(second) or "")

    def _address(self, account: Account, number: str) -> str:
        """Where a post is seen; a post that is out stays out when its address cannot be read."""
        try:
            answer = graph.call(account, self.server, "GET", number, fields="permalink")
        except (NotPublic, MayBePublic, SaidNo, ReconnectNeeded):
            return ""
        return str(answer.get("permalink") or "")

    def _seen(self, account: Account, piece: Piece, since: datetime) -> tuple[str, str]:
        try:
            return self.found(account, piece, since)
        except (NotPublic, MayBePublic, SaidNo, ReconnectNeeded, LookupError, ValueError):
            return "", ""


def first_since(rows: Sequence[Mapping[str, Any]], since: datetime, words: str = "") -> tuple[str, str]:
    """The id and address of the first post since an instant, with these words if there are any.

    Rows come newest first. Two minutes are left for clocks that differ.
    """
    for row in reversed(rows):
        at = datetime.strptime(str(row["timestamp"]), "%Y-%m-%dT%H:%M:%S%z")
        said = text.fingerprint(text_of(row, "caption", "text"))
        if at >= since - timedelta(minutes=2) and said == text.fingerprint(words):
            return str(row["id"]), str(row.get("permalink") or "")
    return "", ""
