"""The slow count: every row of a campaign read one by one in Python, in the plainest words. Tests compare with it."""

from collections import Counter, defaultdict
from datetime import date
from statistics import median_low
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.challenges.models import ChallengeAct
from app.donations.models import Gift, LedgerEntry
from app.donations.rules import EntryKind
from app.followers.models import FollowDevice, Follower
from app.insights.rules import Measure
from app.insights.sources import Key
from app.intake.models import Item
from app.intake.rules import ItemState, Kind
from app.links.models import TrackedLink, VisitCount
from app.questions.models import Question, QuestionVote
from app.testimonials.models import Testimonial

Sums = dict[Key, tuple[int, int]]


class Reference:
    """Counts one campaign row by row."""

    def __init__(self, session: Session, campaign: Campaign) -> None:
        self.session, self.campaign, self.zone = session, campaign, ZoneInfo(campaign.timezone)
        self.links = {one.id: one for one in session.exec(select(TrackedLink))}
        self.items = {(one.kind, one.subject_id): one.state for one in session.exec(select(Item))}
        self.sums: defaultdict[Key, list[int]] = defaultdict(lambda: [0, 0])
        self.amounts: defaultdict[str, Counter[int]] = defaultdict(Counter)

    def all(self) -> Sums:
        self._visits()
        self._acts()
        self._words()
        self._follows()
        self._money()
        return {key: (number, amount) for key, (number, amount) in self.sums.items() if number or amount}

    @property
    def medians(self) -> dict[str, int]:
        found = {}
        for name, times in self.amounts.items():
            every = sorted(times.elements())
            low, high = median_low(every), every[len(every) // 2]
            found[name] = (low + high) // 2
        return found

    def _add(self, key: Key, number: int = 1, amount: int = 0) -> None:
        self.sums[key][0] += number
        self.sums[key][1] += amount

    def _visits(self) -> None:
        for row in self.session.exec(select(VisitCount).where(VisitCount.campaign_id == self.campaign.id)):
            link = self.links.get(row.link_id)
            frame = (link.frame_id or 0) if link else 0
            for measure, number in (
                (Measure.PEOPLE, row.people),
                (Measure.NEWCOMERS, row.newcomers),
                (Measure.VISITS, row.visits),
                (Measure.MACHINES, row.bots + row.previews),
            ):
                where = (row.on_date, row.influencer_id, 0, frame, row.channel.value, row.language)
                self._add(Key(measure, *where), number)

    def _from(self, link_id: int | None) -> tuple[int, int, str]:
        link = self.links.get(link_id) if link_id else None
        return (link.influencer_id or 0, link.frame_id or 0, link.channel) if link else (0, 0, "")

    def _acts(self) -> None:
        for act in self.session.exec(
            select(ChallengeAct).where(ChallengeAct.campaign_id == self.campaign.id)
        ):
            read = self.items.get((Kind.ACT, act.id))
            if act.removed_at is not None or (act.filed and read is not ItemState.ACCEPTED):
                continue
            who, frame, channel = self._from(act.link_id)
            on = act.at.astimezone(self.zone).date()
            where = (on, who or act.team_id or 0, act.challenge_id, frame, channel)
            self._add(Key(Measure.ACTS, *where))
            if not act.late:
                self._add(Key(Measure.ON_DAY, *where))

    def _words(self) -> None:
        for row in self.session.exec(select(Testimonial).where(Testimonial.campaign_id == self.campaign.id)):
            told = (Kind.TESTIMONIAL, Measure.TESTIMONIALS_SENT, Measure.TESTIMONIALS)
            self._word(row, row.created_at.astimezone(self.zone).date(), *told)
        for asked in self.session.exec(select(Question).where(Question.campaign_id == self.campaign.id)):
            told = (Kind.QUESTION, Measure.QUESTIONS_SENT, Measure.QUESTIONS)
            self._word(asked, asked.asked_at.astimezone(self.zone).date(), *told)
        for vote in self.session.exec(
            select(QuestionVote).where(QuestionVote.campaign_id == self.campaign.id)
        ):
            self._add(Key(Measure.VOTES, vote.at.astimezone(self.zone).date()))

    def _word(
        self, row: Testimonial | Question, on: date, kind: Kind, sent: Measure, accepted: Measure
    ) -> None:
        stands = self.items.get((kind, row.id))
        if stands is None or stands is ItemState.WITHDRAWN:
            return
        who, frame, channel = self._from(row.link_id)
        where = (on, who, 0, frame, channel, row.language)
        self._add(Key(sent, *where))
        if stands is ItemState.ACCEPTED:
            self._add(Key(accepted, *where))

    def _follows(self) -> None:
        for row in self.session.exec(select(Follower).where(Follower.campaign_id == self.campaign.id)):
            if row.confirmed_at is not None:
                on = row.confirmed_at.astimezone(self.zone).date()
                who, frame, channel = self._from(row.link_id)
                self._add(Key(Measure.FOLLOWS, on, who, 0, frame, channel, row.language))
        for device in self.session.exec(
            select(FollowDevice).where(FollowDevice.campaign_id == self.campaign.id)
        ):
            on = device.created_at.astimezone(self.zone).date()
            who, frame, channel = self._from(device.link_id)
            self._add(Key(Measure.FOLLOWS, on, who, 0, frame, channel, device.language))

    def _money(self) -> None:
        entries = self.session.exec(
            select(LedgerEntry).where(LedgerEntry.campaign_id == self.campaign.id)
        ).all()
        gifts = {one.id: one for one in self.session.exec(select(Gift))}
        fixes = defaultdict(list)
        for entry in entries:
            if entry.corrects_id is not None:
                fixes[entry.corrects_id].append(entry.amount_minor)
        kinds = {
            EntryKind.GIFT: (Measure.GIFTS, 1),
            EntryKind.REFUND: (Measure.BACK, -1),
            EntryKind.DISPUTE: (Measure.BACK, -1),
            EntryKind.FEE: (Measure.FEES, -1),
            EntryKind.MATCH: (Measure.MATCHED, 1),
            EntryKind.DECLARED: (Measure.DECLARED, 1),
        }
        for entry in entries:
            if entry.kind not in kinds:
                continue
            measure, sign = kinds[entry.kind]
            gift = gifts.get(entry.gift_id) if entry.gift_id else None
            who, frame, channel = self._from(gift.link_id if gift else None)
            who = (gift.influencer_id if gift else None) or who
            amount, number = entry.amount_minor + sum(fixes[entry.id]), 1 - len(fixes[entry.id])
            language = gift.language if gift else ""
            self._add(Key(measure, entry.on_date, who, 0, frame, channel, language), number, sign * amount)
            if measure is Measure.GIFTS and number > 0:
                for name in ("", entry.on_date.isoformat()):
                    self.amounts[name][amount] += 1
