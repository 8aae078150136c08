"""Sending letters to many: each at most once, known to have left or known not to; a doubt is never sent again.

A letter is handed over up to its last dot, then marked in the database, then sent: a process that dies before the
mark leaves a letter that another sends, and one that dies after it leaves a doubt of some microseconds.
"""

import os
import re
import secrets
import socket
from collections.abc import Callable
from datetime import timedelta

import structlog
from sqlmodel import Session

from app.core import clock
from app.core.db import reading, transaction
from app.core.settings import get_settings
from app.followers import parcels, service, tokens, writing
from app.followers.models import Follower
from app.followers.parcels import Parcel
from app.followers.rules import Bounce, DeliveryState, bounce_of
from app.followers.writing import Desk, Letter
from app.mail import rules as post
from app.mail import service as mail
from app.mail.rules import Outcome
from app.mail.smtp import Door, Report

log = structlog.get_logger("followers")

SERVER_AWAY = timedelta(seconds=30)


class Sender:
    """Sends batches in the name of one process."""

    def __init__(self, *, stopping: Callable[[], bool] = lambda: False) -> None:
        self.holder = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._stopping = stopping
        self._owed: tuple[Parcel, Report] | None = None  # answered, and not written down yet

    def batch(self) -> int:
        """Send one batch; returns how many letters were settled. Nothing happens where nothing can be sent."""
        settings = get_settings()
        url = settings.smtp_url.get_secret_value()
        if not (url or settings.development):
            return 0
        with transaction() as session:
            parcels.give_back_abandoned(session)
            taken = parcels.claim(session, self.holder)
        if not taken:
            return 0
        with reading() as session:
            desk = Desk(session)
            written = [(one, desk.letter(one.follower, one.told)) for one in taken]
        if not url:
            return self._show_in_the_mailbox(written)
        with Door(url) as door:
            done = self._send(door, written)
        log.info("letters", taken=len(taken), settled=done)
        return done

    def _send(self, door: Door, written: list[tuple[Parcel, Letter | None]]) -> int:
        done = 0
        for place, (parcel, letter) in enumerate(written):
            if self._stopping():
                self._give_back(written[place:])
                break
            if letter is None:
                self._drop(parcel)
            elif not self._one(door, parcel, letter):
                self._give_back(written[place:])
                break
            done += 1
        self._settle_owed()
        return done

    def _one(self, door: Door, parcel: Parcel, letter: Letter) -> bool:
        """Hand one letter over; False when the server is away and the others may as well wait."""
        follower = parcel.follower
        message = writing.message(letter, follower)
        refusal = door.offer(message, return_path=tokens.return_path(follower.pid) or "")
        with transaction() as session:
            self._note_owed(session)
            allowed = refusal is None and parcels.hand(session, parcel, self.holder)
            if refusal is None and not allowed:
                parcels.let_go(session, parcel, self.holder)
        if refusal is not None:
            self._owed = (parcel, refusal)
            return refusal.outcome is not Outcome.LATER or bool(re.match(r"\d{3} ", refusal.detail))
        if not allowed:
            door.abandon()
            return True
        self._owed = (parcel, door.finish())
        return True

    def _note_owed(self, session: Session) -> None:
        """Write down the answer to the letter before, in the same commit as the mark of the next."""
        if self._owed is None:
            return
        (parcel, report), self._owed = self._owed, None
        _record(session, parcel, report, self.holder)

    def _settle_owed(self) -> None:
        if self._owed is not None:
            with transaction() as session:
                self._note_owed(session)

    def _give_back(self, rest: list[tuple[Parcel, Letter | None]]) -> None:
        with transaction() as session:
            self._note_owed(session)
            for parcel, _ in rest:
                parcels.let_go(session, parcel, self.holder, at=clock.now() + SERVER_AWAY, tried=False)

    def _drop(self, parcel: Parcel) -> None:
        """What it told of is public no more."""
        with transaction() as session:
            parcels.settle(session, parcel, self.holder, DeliveryState.SKIPPED)

    def _show_in_the_mailbox(self, written: list[tuple[Parcel, Letter | None]]) -> int:
        """The demo has no server: its letters stand in the mailbox page."""
        with transaction() as session:
            for parcel, letter in written:
                if letter is None:
                    parcels.settle(session, parcel, self.holder, DeliveryState.SKIPPED)
                elif not parcels.hand(session, parcel, self.holder):
                    parcels.let_go(session, parcel, self.holder)
                else:
                    shown = writing.addressed(letter, parcel.follower)
                    shown.pid = secrets.token_hex(8)
                    mail.keep_in_the_mailbox(session, shown)
                    parcels.settle(session, parcel, self.holder, DeliveryState.SENT)
        return len(written)


def _record(session: Session, parcel: Parcel, report: Report, holder: str) -> None:
    """What the server's answer means for the letter, and for the mailbox."""
    attempts = max(one.attempts for one in parcel.deliveries)
    if report.outcome is Outcome.ACCEPTED:
        parcels.settle(session, parcel, holder, DeliveryState.SENT)
        return
    if report.outcome is Outcome.UNKNOWN:
        parcels.settle(session, parcel, holder, DeliveryState.UNSURE, report.detail)
        return
    verdict = post.judge(report.outcome, attempts=attempts, unsure=0, now=clock.now())
    if verdict.retry_at is not None:
        parcels.let_go(session, parcel, holder, at=verdict.retry_at)
        return
    parcels.settle(session, parcel, holder, DeliveryState.FAILED, report.detail)
    what = _said_of_the_mailbox(report)
    row = session.get(Follower, parcel.follower.id)
    if row is not None and what is not Bounce.NOTHING:
        service.bounced(session, row, what)


def _said_of_the_mailbox(report: Report) -> Bounce:
    if not report.of_mailbox:
        return Bounce.NOTHING
    found = re.match(r"(\d{3})[ -](\d\.\d{1,3}\.\d{1,3})?", report.detail)
    return bounce_of(found[2] or "", code=int(found[1])) if found else Bounce.NOTHING


def send_due() -> int:
    """Send what is due until nothing is, or the rate is used up; returns how many letters were settled."""
    sender, done = Sender(), 0
    while settled := sender.batch():
        done += settled
    return done
