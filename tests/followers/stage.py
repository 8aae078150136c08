"""A running campaign with a day, a challenge and followers, and a mail server that keeps what it is handed."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as Talk
from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.challenges.models import Challenge
from app.claims.models import Claim, Correction
from app.claims.rules import SubjectKind
from app.core import clock, db
from app.followers import jobs, service
from app.followers.models import Delivery, Dispatch, Follower
from app.followers.rules import USUAL, DeliveryState, FollowState, Rhythm, Topic, Wish, mask_of
from app.impact import updating as impact
from app.impact.laying import lay_promise
from app.impact.models import Update
from app.mail.models import OutgoingMail
from app.people.models import Organisation
from app.people.rules import Actor
from app.stories.models import Day, Frame, FrameKind
from tests import factories


@dataclass
class Sink:
    """A mail server: what arrived, by recipient; refuses or breaks off as the test wishes."""

    received: list[tuple[str, str, EmailMessage]] = field(
        default_factory=list
    )  # return path, recipient, letter
    rcpt: dict[str, str] = field(default_factory=dict)
    break_after_data: bool = False
    port: int = 0

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Talk, envelope: Envelope, address: str, options: Any
    ) -> str:
        answer = self.rcpt.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Talk, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.received.append((str(envelope.mail_from), envelope.rcpt_tos[0], message))
        if self.break_after_data:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return "250 OK"

    @property
    def recipients(self) -> list[str]:
        return [recipient for _, recipient, _ in self.received]


@contextmanager
def sink() -> Iterator[Sink]:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    handler = Sink(port=port)
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield handler
    finally:
        controller.stop()


@dataclass
class Stage:
    session: Session
    organisation: Organisation
    campaign: Campaign
    owner: Actor

    def follower(self, email: str, **values: Any) -> Follower:
        """Someone who has confirmed, an hour ago."""
        before = clock.now() - timedelta(hours=1)
        defaults: dict[str, Any] = {
            "language": "fr",
            "topics": mask_of(USUAL),
            "state": FollowState.ACTIVE,
            "confirmed_at": before,
            "asked_at": before,
        }
        row = Follower(
            organisation_id=self.organisation.id,
            campaign_id=self.campaign.id,
            email=email,
            **{**defaults, **values},
        )
        self.session.add(row)
        self.session.flush()
        return row

    def ask(self, email: str, *, topics: frozenset[Topic] = USUAL, rhythm: Rhythm = Rhythm.EACH) -> None:
        service.ask(self.session, self.campaign, email=email, wish=Wish(topics, rhythm, "en"))

    def publish(self, title: str = "Les premières chaises sont là") -> Update:
        """An account with a figure, public now."""
        promise = lay_promise(
            self.session,
            self.campaign,
            0,
            indicator="adultes inscrits",
            unit="personnes",
            baseline=Decimal(0),
            target=Decimal(20),
            due_on=self.campaign.starts_on,
            method="",
        )
        self.session.flush()
        row = impact.write_update(
            self.session,
            self.owner,
            self.campaign,
            update=None,
            title=title,
            body="Douze chaises <neuves> & une table.\n\nMerci.",
            figures={promise.id: Decimal(12)},
            spends=[],
        )
        impact.publish_update(self.session, self.owner, self.campaign, row)
        self.session.flush()
        return row


def stage(session: Session, **values: Any) -> Stage:
    """Day three of a week, at eleven in the morning in Paris."""
    organisation = factories.organisation(session)
    campaign = factories.campaign(session, organisation, **{"slug": "lanternes", "language": "en", **values})
    day = Day(
        campaign_id=campaign.id,
        number=3,
        beat="Son atelier",
        headline="Le mardi, on lit à voix haute.",
        lead="Douze adultes, une table, & du thé.",
    )
    session.add(day)
    session.flush()
    session.add(
        Challenge(
            campaign_id=campaign.id,
            day_id=day.id,
            title="Lire à voix haute pour quelqu’un",
            how_to="Choisissez une page.",
            levels=[{"title": "Une page", "detail": "seul"}, {"title": "Dix pages", "detail": "à deux"}],
        )
    )
    session.flush()
    return Stage(session, organisation, campaign, factories.member(session, organisation))


def nothing_today(here: Stage) -> None:
    """The day has no words: what is told is only what a test publishes."""
    here.session.delete(here.session.exec(select(Challenge)).one())
    day = here.session.exec(select(Day)).one()
    day.headline = day.lead = day.beat = ""
    here.session.add(day)
    here.session.flush()


def tell(session: Session) -> None:
    """What was published becomes letters that wait."""
    session.commit()
    jobs.tell_followers()


def deliveries() -> list[tuple[str, str, str]]:
    """Address, key, state."""
    with db.reading() as session:
        rows = session.exec(
            select(Follower.email, Dispatch.key, Delivery.state)
            .join(Delivery, Delivery.follower_id == Follower.id)
            .join(Dispatch, Dispatch.id == Delivery.dispatch_id)
            .order_by(Delivery.id)
        ).all()
        return [(email, key, DeliveryState(state).value) for email, key, state in rows]


def letters(kind: str) -> list[OutgoingMail]:
    with db.reading() as session:
        return list(
            session.exec(select(OutgoingMail).where(OutgoingMail.kind == kind).order_by(OutgoingMail.id))
        )


def evening(here: Stage, days: int = 0) -> datetime:
    """Six in the evening where the campaign is, so many days from now."""
    on = clock.today(here.campaign.timezone) + timedelta(days=days)
    return clock.resolve_wall(on, time(18, 0), here.campaign.timezone)


def corrected(here: Stage) -> Correction:
    """Something wrong was said of the day, and is put right now."""
    day = here.session.exec(select(Day)).one()
    frame = Frame(campaign_id=here.campaign.id, day_id=day.id, position=0, kind=FrameKind.TEXT)
    here.session.add(frame)
    here.session.flush()
    claim = Claim(
        campaign_id=here.campaign.id, subject=SubjectKind.FRAME, subject_pid=frame.pid, words="un sur vingt"
    )
    here.session.add(claim)
    here.session.flush()
    row = Correction(
        campaign_id=here.campaign.id,
        claim_id=claim.id,
        said="un adulte sur vingt",
        right="C’est un adulte sur dix.",
        why="Nous avions lu une autre année.",
        since=clock.today(here.campaign.timezone),
    )
    here.session.add(row)
    here.session.flush()
    return row
