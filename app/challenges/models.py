"""Tables of challenges. A participant is a keyed hash that dies with the campaign, never an address;
an act belongs to a supporter only while a streak of theirs is kept, which they asked for."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, UniqueConstraint
from sqlmodel import Field

from app.challenges.rules import UNIT, Obstacle, ProofWish
from app.core import clock
from app.core.db import EnumText, Row, UtcDateTime
from app.core.ids import new_pid


class Challenge(Row, table=True):
    __tablename__ = "challenge"

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    day_id: int = Field(foreign_key="day.id", unique=True)
    title: str = Field(default="", max_length=120)  # a verb: « Lire à voix haute pour quelqu’un »
    unit_one: str = Field(default="", max_length=40)  # « geste »
    unit_many: str = Field(default="", max_length=40)  # « gestes »
    how_to: str = Field(default="", max_length=1200)
    levels: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)  # 3 × {"title", "detail"}
    window_days: int = 1  # how many days it is offered as today's; logging stays open to the end
    guidance: str = Field(default="", max_length=2000)
    # Quantities are whole thousandths of the unit, so that sums are exact in every database.
    decimals: int = 0  # how many a quantity may have, 0 to 3
    usual: int = Field(default=0, sa_type=BigInteger)  # up to here a quantity counts unread
    most: int = Field(default=0, sa_type=BigInteger)  # more is refused; 0: each act is one unit
    proof: ProofWish = Field(default=ProofWish.NONE, sa_type=EnumText(ProofWish))
    teams: bool = False  # whoever takes it may say with which influencer
    version: int = 1


class ChallengeAct(Row, table=True):
    """Someone did the challenge."""

    __tablename__ = "challenge_act"
    __table_args__ = (
        UniqueConstraint("challenge_id", "participant"),
        # Whoever keeps their days counts once from any network; NULLs do not collide.
        Index("uq_challenge_act_challenge_id_supporter_id", "challenge_id", "supporter_id", unique=True),
    )

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    challenge_id: int = Field(foreign_key="challenge.id", index=True)
    participant: str = Field(max_length=43)  # keyed hash, see challenges.rules
    level: int = 0
    text: str = Field(default="", max_length=600)  # for the team alone
    late: bool = False
    supporter_id: int | None = Field(
        default=None, foreign_key="supporter.id", index=True, ondelete="SET NULL"
    )
    quantity: int = Field(default=UNIT, sa_type=BigInteger)  # thousandths of the unit
    done_on: date | None = None  # the day it was done, in the campaign's zone; None on older rows: when told
    place: str = Field(default="", max_length=80)  # in their words; public once accepted
    pseudonym: str = Field(default="", max_length=40)  # public once accepted
    group_name: str = Field(default="", max_length=80)  # a class, an association; public once accepted
    team_id: int | None = Field(default=None, foreign_key="influencer.id", index=True)
    link: str = Field(default="", max_length=300)  # a proof, for the team alone; we never open it
    proof_media_id: int | None = Field(default=None, foreign_key="media.id")  # likewise
    filed: bool = False  # the team reads it first: it counts while its item is accepted
    link_id: int | None = Field(default=None, foreign_key="tracked_link.id", index=True)  # by which it came
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class ParticipantSalt(Row, table=True):
    """The random salt of a campaign's participant hashes; deleted at the end, which unlinks them for good."""

    __tablename__ = "participant_salt"

    campaign_id: int = Field(foreign_key="campaign.id", primary_key=True)
    salt: str = Field(max_length=64)


class Streak(Row, table=True):
    """Someone asked a campaign to remember which challenges they take. Ends when they say so."""

    __tablename__ = "challenge_streak"
    __table_args__ = (UniqueConstraint("supporter_id", "campaign_id"),)

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    supporter_id: int = Field(foreign_key="supporter.id", ondelete="CASCADE")
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)


class ChallengeMiss(Row, table=True):
    """What stood in the way of a challenge, if someone wants to say. Words are for the team alone."""

    __tablename__ = "challenge_miss"
    __table_args__ = (UniqueConstraint("challenge_id", "supporter_id"),)

    id: int = Field(default=None, primary_key=True)
    pid: str = Field(default_factory=new_pid, unique=True, max_length=16)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    challenge_id: int = Field(foreign_key="challenge.id")
    supporter_id: int | None = Field(
        default=None, foreign_key="supporter.id", index=True, ondelete="SET NULL"
    )
    obstacle: Obstacle = Field(sa_type=EnumText(Obstacle))
    text: str = Field(default="", max_length=400)
    at: datetime = Field(default_factory=clock.now, sa_type=UtcDateTime)
