"""Events by the handful or by the million: rows as the rooms leave them, drawn by a seeded dice."""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select
from sqlmodel import Session

from app.campaigns.models import Campaign
from app.challenges.models import Challenge, ChallengeAct
from app.core.ids import new_pid
from app.donations.models import Gift, LedgerEntry
from app.donations.rules import EntryKind, GiftState
from app.followers.models import FollowDevice, Follower
from app.influencers.models import Influencer
from app.intake.models import Item
from app.intake.rules import ItemState, Kind
from app.links.models import TrackedLink, VisitCount
from app.links.rules import Channel, Place
from app.questions.models import Question
from app.stories.models import Day, Frame
from app.testimonials.models import Testimonial

WAYS = (Channel.INSTAGRAM, Channel.WHATSAPP, Channel.DIRECT, Channel.PAPER)
AMOUNTS = (500, 1000, 1000, 2000, 3000, 3000, 5000, 12345)


@dataclass
class Crowd:
    """What a campaign's people did, in lots of rows. The same seed draws the same crowd."""

    session: Session
    campaign: Campaign
    seed: int = 1
    dice: random.Random = field(init=False)
    challenges: list[int] = field(default_factory=list)
    frames: list[int] = field(default_factory=list)
    carriers: list[int] = field(default_factory=list)
    links: list[int] = field(default_factory=list)
    _next: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)  # noqa: S311 - the same crowd each time

    def stage(self) -> "Crowd":
        """Days with a frame and a challenge each, two influencers, a link for each of them and each frame."""
        for name in ("Maïa", "Jo"):
            person = self._keep(
                Influencer(
                    organisation_id=self.campaign.organisation_id, campaign_id=self.campaign.id, name=name
                )
            )
            self.carriers.append(person.id)
        for number in range(1, self.campaign.length + 1):
            day = self._keep(Day(campaign_id=self.campaign.id, number=number, headline=f"Jour {number}"))
            self.frames.append(
                self._keep(
                    Frame(campaign_id=self.campaign.id, day_id=day.id, position=0, title=f"Image {number}")
                ).id
            )
            self.challenges.append(
                self._keep(
                    Challenge(
                        campaign_id=self.campaign.id,
                        day_id=day.id,
                        title=f"Geste {number}",
                        unit_one="geste",
                        unit_many="gestes",
                        levels=[{"title": f"Niveau {level}", "detail": ""} for level in (1, 2, 3)],
                    )
                ).id
            )
        for number, frame in enumerate(self.frames):
            self.links.append(
                self._keep(
                    TrackedLink(
                        campaign_id=self.campaign.id,
                        code=new_pid()[:10].lower(),
                        influencer_id=self.carriers[number % 2],
                        frame_id=frame,
                        channel=self.dice.choice(["instagram", "paper", ""]),
                    )
                ).id
            )
        return self

    def _keep(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row

    def instant(self) -> datetime:
        """Some instant from the day before the first to some days after the last, nights included."""
        begin = datetime.combine(self.campaign.starts_on, datetime.min.time(), UTC)
        return begin + timedelta(minutes=self.dice.randrange(-1440, 1440 * (self.campaign.length + 3)))

    def day(self) -> date:
        return self.campaign.starts_on + timedelta(days=self.dice.randrange(self.campaign.length + 1))

    def link(self) -> int | None:
        return self.dice.choice([*self.links, None, None, None])

    def _ids(self, table: Any, count: int) -> range:
        name = table.__tablename__
        if name not in self._next:
            self._next[name] = (self.session.execute(select(func.max(table.id))).scalar() or 0) + 1
        first = self._next[name]
        self._next[name] = first + count
        return range(first, first + count)

    def _insert(self, table: Any, rows: list[dict[str, Any]]) -> None:
        for begin in range(0, len(rows), 20_000):
            self.session.execute(insert(table), rows[begin : begin + 20_000])

    def _item(self, kind: Kind, subject_id: int, state: ItemState) -> dict[str, Any]:
        return {
            "pid": new_pid(),
            "organisation_id": self.campaign.organisation_id,
            "campaign_id": self.campaign.id,
            "kind": kind,
            "subject_id": subject_id,
            "state": state,
            "public": state is ItemState.ACCEPTED,
        }

    def acts(self, count: int) -> range:
        """Acts, a tenth of them filed, some removed."""
        ids, items, rows = self._ids(ChallengeAct, count), [], []
        for one in ids:
            filed = self.dice.random() < 0.1
            if filed:
                items.append(self._item(Kind.ACT, one, self.dice.choice(list(ItemState))))
            rows.append(
                {
                    "id": one,
                    "pid": new_pid(),
                    "campaign_id": self.campaign.id,
                    "challenge_id": self.dice.choice(self.challenges),
                    "participant": f"p{self.seed}-{one}",
                    "late": self.dice.random() < 0.2,
                    "team_id": self.dice.choice([*self.carriers, None]),
                    "link_id": self.link(),
                    "filed": filed,
                    "removed_at": self.instant() if self.dice.random() < 0.03 else None,
                    "at": self.instant(),
                }
            )
        self._insert(ChallengeAct, rows)
        self._insert(Item, items)
        return ids

    def words(self, count: int) -> None:
        """Testimonials and questions, wherever the team put them."""
        for table, kind, column in (
            (Testimonial, Kind.TESTIMONIAL, "created_at"),
            (Question, Kind.QUESTION, "asked_at"),
        ):
            rows, items = [], []
            for one in self._ids(table, count):
                rows.append(
                    {
                        "id": one,
                        "pid": new_pid(),
                        "campaign_id": self.campaign.id,
                        "text": "…",
                        "language": self.dice.choice(["fr", "en"]),
                        "link_id": self.link(),
                        column: self.instant(),
                    }
                )
                items.append(self._item(kind, one, self.dice.choice(list(ItemState))))
            self._insert(table, rows)
            self._insert(Item, items)

    def gifts(self, count: int) -> range:
        """Paid gifts with their entries."""
        ids, entries = self._ids(Gift, count), self._ids(LedgerEntry, count)
        rows, lines = [], []
        for gift, entry in zip(ids, entries, strict=True):
            amount = self.dice.choice(AMOUNTS)
            rows.append(
                {
                    "id": gift,
                    "pid": new_pid(),
                    "organisation_id": self.campaign.organisation_id,
                    "campaign_id": self.campaign.id,
                    "amount_minor": amount,
                    "currency": self.campaign.currency,
                    "state": GiftState.PAID,
                    "donor_email": f"donor{self.dice.randrange(count)}@example.org",
                    "language": self.dice.choice(["fr", "fr", "en"]),
                    "influencer_id": self.dice.choice([*self.carriers, None]),
                    "link_id": self.link(),
                    "idempotency_key": f"{self.seed}-{gift}",
                }
            )
            lines.append(self._entry(entry, EntryKind.GIFT, amount, gift))
        self._insert(Gift, rows)
        self._insert(LedgerEntry, lines)
        return entries

    def _entry(
        self, entry: int, kind: EntryKind, amount: int, gift: int | None, corrects: int | None = None
    ) -> dict[str, Any]:
        return {
            "id": entry,
            "pid": new_pid(),
            "organisation_id": self.campaign.organisation_id,
            "campaign_id": self.campaign.id,
            "kind": kind,
            "amount_minor": amount,
            "currency": self.campaign.currency,
            "gift_id": gift,
            "corrects_id": corrects,
            "source": f"test:{self.seed}:{entry}",
            "on_date": self.day(),
        }

    def entry(
        self, kind: EntryKind, amount: int, gift: int | None = None, corrects: int | None = None
    ) -> int:
        """One more entry."""
        (one,) = self._ids(LedgerEntry, 1)
        self._insert(LedgerEntry, [self._entry(one, kind, amount, gift, corrects)])
        return one

    def follows(self, count: int) -> None:
        """Addresses that asked to follow, most confirmed; and a third as many devices."""
        self._insert(
            Follower,
            [
                {
                    "id": one,
                    "pid": new_pid(),
                    "organisation_id": self.campaign.organisation_id,
                    "campaign_id": self.campaign.id,
                    "email": f"follower{one}@example.org",
                    "language": self.dice.choice(["fr", "en"]),
                    "topics": 1,
                    "link_id": self.link(),
                    "asked_at": self.instant(),
                    "confirmed_at": self.instant() if self.dice.random() < 0.8 else None,
                }
                for one in self._ids(Follower, count)
            ],
        )

        self._insert(
            FollowDevice,
            [
                {
                    "id": one,
                    "pid": new_pid(),
                    "organisation_id": self.campaign.organisation_id,
                    "campaign_id": self.campaign.id,
                    "endpoint_hash": f"hash{one}",
                    "sealed": "",
                    "language": self.dice.choice(["fr", "en"]),
                    "topics": 1,
                    "link_id": self.link(),
                    "created_at": self.instant(),
                }
                for one in self._ids(FollowDevice, count // 3)
            ],
        )

    def visits(self, days: int) -> None:
        """Counts of visits, each day by every way and link."""
        rows = []
        for number in range(days):
            on = self.campaign.starts_on + timedelta(days=number)
            for place in (Place.CAMPAIGN, Place.DAY, Place.DONATE):
                for channel in WAYS:
                    for link in (0, *self.links):
                        people = self.dice.randrange(40)
                        rows.append(
                            {
                                "campaign_id": self.campaign.id,
                                "on_date": on,
                                "place": place,
                                "link_id": link,
                                "influencer_id": self.carriers[self.links.index(link) % 2] if link else 0,
                                "channel": channel,
                                "language": self.dice.choice(["fr", "en"]),
                                "people": people,
                                "newcomers": self.dice.randrange(people + 1),
                                "visits": people * 3,
                                "bots": self.dice.randrange(9),
                                "previews": self.dice.randrange(9),
                                "reached": people,
                                "came": people,
                            }
                        )
        self._insert(VisitCount, rows)
