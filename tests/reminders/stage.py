"""The stage of reminders: Maïa with a post at 12:30 in Paris, and a small server here that takes messages."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.core import clock
from app.core.db import reading
from app.core.ids import new_token, token_hash
from app.influencers.models import Agreement, Influencer, PersonalLink, Stage
from app.mail.models import OutgoingMail
from app.publishing.models import FollowingFrame, Post
from app.reminders.models import Reminder
from app.stories.models import Day, Frame
from tests import factories


class Scene:
    """A running campaign, an influencer whose link works, one post made by hand."""

    def __init__(self, session: Session, *, at: time = time(12, 30), language: str = "en") -> None:
        self.session = session
        org = factories.organisation(session)
        self.owner = factories.member(session, org)
        self.campaign = factories.campaign(session, org)
        self.maia = self.carrier("Maïa", language)
        self.link = self.open_link(self.maia)
        self.post = self.add_post(self.maia, at)
        session.commit()

    @property
    def hour(self) -> datetime:
        return self.post.due_at

    def carrier(self, name: str, language: str = "en") -> Influencer:
        row = Influencer(
            organisation_id=self.campaign.organisation_id,
            campaign_id=self.campaign.id,
            name=name,
            email=f"{name.lower().replace('ï', 'i')}@example.org",
            language=language,
            stage=Stage.CONFIRMED,
            agreement=Agreement.VOLUNTEER,
            disclosure="Bénévole",
        )
        self.session.add(row)
        self.session.flush()
        return row

    def open_link(self, person: Influencer) -> PersonalLink:
        row = PersonalLink(
            influencer_id=person.id,
            token_hash=token_hash(new_token()),
            expires_at=clock.now() + timedelta(days=30),
        )
        self.session.add(row)
        self.session.flush()
        return row

    def add_post(self, person: Influencer, at: time, **values: Any) -> Post:
        frame = self.add_frame(
            "Le midi", "Le premier mot.", sticker="Et vous ?", link_url="https://a.example/1"
        )
        on = clock.today(self.campaign.timezone)
        due = clock.resolve_wall(on, at, self.campaign.timezone)
        row = Post(
            campaign_id=self.campaign.id,
            frame_id=frame.id,
            influencer_id=person.id,
            on_date=on,
            at_time=at,
            zone=self.campaign.timezone,
            due_at=due,
            send_at=due,
            **values,
        )
        self.session.add(row)
        self.session.flush()
        return row

    def add_frame(self, title: str, caption: str, **values: Any) -> Frame:
        day = self.session.exec(select(Day).where(Day.campaign_id == self.campaign.id)).first()
        if day is None:
            day = Day(campaign_id=self.campaign.id, number=3)
            self.session.add(day)
            self.session.flush()
        frame = Frame(
            campaign_id=self.campaign.id, day_id=day.id, position=0, title=title, caption=caption, **values
        )
        self.session.add(frame)
        self.session.flush()
        return frame

    def follow(self, post: Post, frame: Frame, position: int) -> None:
        self.session.add(FollowingFrame(post_id=post.id, frame_id=frame.id, position=position))

    def change(self, row: Any, **values: Any) -> None:
        for name, value in values.items():
            setattr(row, name, value)
        self.session.add(row)
        self.session.commit()


def mails() -> list[OutgoingMail]:
    with reading() as session:
        return list(session.exec(select(OutgoingMail).order_by(OutgoingMail.id)).all())  # type: ignore[arg-type]


def reminders() -> list[Reminder]:
    with reading() as session:
        return list(session.exec(select(Reminder).order_by(Reminder.id)).all())  # type: ignore[arg-type]


@dataclass
class Service:
    """A server on this machine that keeps what it is sent and answers as the test wishes."""

    port: int = 0
    status: int = 200
    taken: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, _, body in self.taken]


@contextmanager
def listening() -> Iterator[Service]:
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            service.taken.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(service.status)
            if service.status in (301, 302, 307):
                self.send_header("Location", f"http://{service.host}/elsewhere")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        service.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield service
        server.shutdown()
        thread.join()


__all__ = ["Campaign", "Scene", "Service", "listening", "mails", "reminders"]
