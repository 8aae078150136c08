"""Tables of testimonials: what somebody told, the cards made of it, and the log of where it was used."""

from datetime import datetime

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from app.core import clock
from app.core.db import EnumText, Row, UtcDateTime
from app.core.ids import new_pid
from app.testimonials.rules import Fate, Naming, Place, Why


class Testimonial(Row, table=True):
    """What somebody told, and what they agreed to. Where it stands is on its item (`intake`)."""

    __tablename__ = "testimonial"
    __table_args__ = (Index("ix_testimonial_campaign_id_featured_at", "campaign_id", "featured_at"),)

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    campaign_id: int = Field(foreign_key="campaign.id")
    supporter_id: int | None = Field(
        default=None, foreign_key="supporter.id", index=True, ondelete="SET NULL"
    )
    person_id: int | None = Field(default=None, foreign_key="person.id")  # a member, who may not judge it
    text: str = Field(default="", max_length=2000)
    language: str = Field(default="fr", max_length=2)
    picture_id: int | None = Field(default=None, foreign_key="media.id", index=True)
    alt_text: str = Field(default="", max_length=600)
    voice_id: int | None = Field(default=None, foreign_key="media.id", index=True)
    transcript: str = Field(default="", max_length=3000)
    naming: Naming = Field(default=Naming.ANONYMOUS, sa_type=EnumText(Naming))
    name: str = Field(default="", max_length=60)
    guardian: str = Field(default="", max_length=120)  # the adult who agreed, for a minor
    for_page: bool = False
    for_story: bool = False
    for_report: bool = False
    may_correct: bool = False
    featured_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    original: dict[str, str] = Field(default_factory=dict, sa_type=JSON)  # before a moderator corrected it
    before: dict[str, str] = Field(default_factory=dict, sa_type=JSON)  # as last decided
    link_id: int | None = Field(default=None, foreign_key="tracked_link.id", index=True)  # by which it came
    version: int = 1
    created_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # nothing is kept of its words


class Card(Row, table=True):
    """One story card made of a testimonial; its medium belongs to the organisation."""

    __tablename__ = "testimonial_card"
    __table_args__ = (UniqueConstraint("testimonial_id", "part"),)

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    testimonial_id: int = Field(foreign_key="testimonial.id")
    part: int  # from 1
    media_id: int = Field(foreign_key="media.id", index=True)
    text: str = Field(default="", max_length=3000)  # the words it shows
    weekday: int  # whose colour it has; 0 is Monday
    language: str = Field(max_length=2)  # of the house's words on it
    made_at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class TestimonialUse(Row, table=True):
    """One use, begun or ended. Keeps none of the words: it outlives them, to say what could not be recalled."""

    __tablename__ = "testimonial_use"
    __table_args__ = (Index("ix_testimonial_use_campaign_id_ended_at", "campaign_id", "ended_at"),)

    id: int = Field(default=None, primary_key=True)
    testimonial_id: int = Field(foreign_key="testimonial.id", index=True)
    campaign_id: int = Field(foreign_key="campaign.id")
    place: Place = Field(sa_type=EnumText(Place))
    subject_pid: str = Field(default="", max_length=16, index=True)  # the card, frame or post
    day: int | None = None  # of a frame: the campaign's day
    part: int | None = None  # of a card
    carrier: str = Field(default="", max_length=120)  # of a post: the influencer; empty for the organisation
    channel: str = Field(default="", max_length=20)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # of a post
    url: str = Field(default="", max_length=500)  # where it was, or still is, seen
    at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    fate: Fate | None = Field(default=None, sa_type=EnumText(Fate))
    why: Why | None = Field(default=None, sa_type=EnumText(Why))
