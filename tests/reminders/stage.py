"""The stage of reminders: Maïa with a post at 12:30 in Paris."""

from datetime import datetime, time, timedelta
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
from tests.push.stage import Service, listening


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


__all__ = ["Campaign", "Scene", "Service", "listening", "mails", "reminders"]
