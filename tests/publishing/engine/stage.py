"""A campaign with accounts and posts, and a platform that keeps what it accepts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from app.accounts import service as accounts
from app.accounts.models import ChannelAccount
from app.campaigns.models import Campaign
from app.channels.base import (
    Account,
    Channel,
    Fault,
    Identity,
    Limits,
    Outcome,
    Piece,
    Renewed,
    Report,
    Shape,
    Ticket,
)
from app.core import clock
from app.core.db import reading
from app.people.models import Organisation
from app.people.rules import Actor
from app.publishing.engine.engine import Engine
from app.publishing.models import Attempt, Post
from app.stories.models import Day, Frame
from tests import factories

SENT = Report(Outcome.SENT, remote_id="1", url="https://platform.example/1")
Answer = Callable[[Piece, Ticket], Report]


@dataclass
class Platform:
    """A channel in memory: it keeps every accepted piece and answers as it is told."""

    code: str = "fake"
    name: str = "Fake"
    in_flight: int = 1
    renews_before: timedelta | None = None
    stories: bool = False
    answers: list[Report | Answer] = field(default_factory=list)  # taken one by one; then SENT
    found: list[Report | Answer] = field(default_factory=list)  # answers to look-ups; then what it kept says
    accepted: list[tuple[str, str, datetime]] = field(default_factory=list)  # account, key, when
    asked: list[Ticket] = field(default_factory=list)
    looked_up: list[Ticket] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def limits(self, account: Account | None = None) -> Limits:
        return Limits(500, 4, (Shape.POST, Shape.STORY) if self.stories else (Shape.POST,))

    def check(self, piece: Piece, limits: Limits | None = None) -> Sequence[Fault]:
        return ()

    def key(self, pid: str, position: int, due_at: datetime) -> str:
        return f"{pid}-{position}-{int(due_at.timestamp())}"

    def accept(self, account: Account, piece: Piece, ticket: Ticket) -> None:
        with self._lock:
            self.accepted.append((account.pid, ticket.key, clock.now()))
            self.pieces.append(piece)

    def publish(self, account: Account, piece: Piece, ticket: Ticket) -> Report:
        with self._lock:
            self.asked.append(ticket)
            answer = self.answers.pop(0) if self.answers else SENT
        report = answer if isinstance(answer, Report) else answer(piece, ticket)
        if report.outcome is Outcome.SENT:
            self.accept(account, piece, ticket)
        return report

    def look_up(self, account: Account, piece: Piece, ticket: Ticket) -> Report:
        with self._lock:
            self.looked_up.append(ticket)
            if self.found:
                answer = self.found.pop(0)
                return answer if isinstance(answer, Report) else answer(piece, ticket)
            kept = any(key == ticket.key for _, key, _ in self.accepted)
        return SENT if kept else Report(Outcome.LATER, "not there")

    def identify(self, account: Account) -> Identity:
        return Identity(account.remote_id, account.handle)

    def renew(self, account: Account) -> Renewed:
        return Renewed(account.secrets)

    @property
    def keys(self) -> list[str]:
        return [key for _, key, _ in self.accepted]


@dataclass
class Stage:
    """An organisation with a running campaign, one frame and accounts."""

    session: Session
    actor: Actor
    campaign: Campaign
    frame: Frame

    def account(self, name: str = "ecole", channel: str = "fake", server: str = "") -> ChannelAccount:
        who = Identity(remote_id=name, handle=f"@{name}")
        made = accounts.connect(
            self.session, self.actor, channel=channel, server=server, who=who, secrets={"token": "t"}
        )
        self.session.flush()
        return made

    def post(self, account: ChannelAccount | None, due_at: datetime | None = None, **values: Any) -> Post:
        due = due_at or clock.now()
        wall = due.astimezone(ZoneInfo(values.get("zone", "Europe/Paris")))
        row = Post(
            **{
                "campaign_id": self.campaign.id,
                "frame_id": self.frame.id,
                "on_date": wall.date(),
                "at_time": wall.time(),
                "zone": "Europe/Paris",
                "due_at": due,
                "send_at": due,
                "channel": account.channel if account else "fake",
                "account_id": account.id if account else None,
                **values,
            }
        )
        self.session.add(row)
        self.session.flush()
        return row


def set_stage(session: Session, **values: Any) -> Stage:
    """An organisation, its owner, a live campaign with one frame on its third day."""
    org: Organisation = factories.organisation(session)
    actor = factories.member(session, org)
    campaign = factories.campaign(session, org, **values)
    day = Day(campaign_id=campaign.id, number=3)
    session.add(day)
    session.flush()
    frame = Frame(
        campaign_id=campaign.id, day_id=day.id, position=0, title="3.1", caption="On m’a appris à lire."
    )
    session.add(frame)
    session.flush()
    return Stage(session, actor, campaign, frame)


def engine(*platforms: Channel) -> Engine:
    """An engine that knows these platforms only."""
    known = {one.code: one for one in platforms}
    return Engine(channel=known.__getitem__, seed=7)


def ring(*engines: Engine, times: int = 1) -> None:
    """Ring and wait for the end of what began."""
    for _ in range(times):
        for one in engines:
            one.ring()
        for one in engines:
            assert one.drain(30)


def post_now(pid: str) -> Post:
    """A post as the database has it."""
    with reading() as session:
        return session.exec(select(Post).where(Post.pid == pid)).one()


def attempts(pid: str) -> list[Attempt]:
    """The tries of a post, the first first."""
    with reading() as session:
        return list(
            session.exec(
                select(Attempt)
                .join(Post, col(Post.id) == Attempt.post_id)
                .where(Post.pid == pid)
                .order_by(col(Attempt.position), col(Attempt.number))
            )
        )
