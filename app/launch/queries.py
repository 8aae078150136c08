"""Read the facts that readiness looks at, and say in one line where a campaign stands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlmodel import Session

from app.campaigns import queries as campaigns
from app.campaigns.models import Campaign
from app.campaigns.rules import Approval, DriveStart, State, day_date, last_date
from app.challenges import queries as challenges
from app.challenges.models import Challenge
from app.claims import lacking
from app.core import clock
from app.crisis import queries as crises
from app.crisis.models import CrisisPlan
from app.crisis.rules import lacking as crisis_lacks
from app.donations import queries as donations
from app.donations.queries import Pending
from app.impact import plan_queries as planning
from app.impact import queries as impact
from app.impact.models import Promise
from app.impact.plan_queries import Planning
from app.influencers import ledger
from app.influencers import queries as influencers
from app.influencers.models import Influencer
from app.influencers.rules import Stage
from app.launch import rules
from app.launch.facts import DayFacts, Facts, PersonFacts, PromiseFacts
from app.launch.rules import Finding
from app.media import portraits
from app.media.models import Portrait
from app.people.models import Organisation
from app.publishing.review import waiting
from app.stories import queries as stories
from app.stories.models import Day, Frame
from app.stories.rules import Gap, blanks_in, gaps

T = TypeVar("T")
_GONE = frozenset({Stage.REFUSED, Stage.DECLINED})


@dataclass(frozen=True)
class _Rows:
    """What the checks look at in other rooms, by campaign id."""

    organisations: Mapping[int, Organisation]  # by its own id
    days: Mapping[int, Sequence[tuple[Day, Challenge | None]]]
    frames: Mapping[int, Sequence[Frame]]
    agreed: Mapping[int, Portrait]  # by medium
    facts: Mapping[int, lacking.Set]
    people: Mapping[int, Sequence[Influencer]]
    worth: Mapping[int, int]  # euros in cents of a year, by influencer
    plans: Mapping[int, CrisisPlan]
    unapproved: Mapping[int, int]
    promises: Mapping[int, Sequence[tuple[Promise, bool]]]
    planning: Mapping[int, Planning]
    unspent: Mapping[int, bool]
    pending: Mapping[int, Pending]
    updates: Mapping[int, int]


@dataclass(frozen=True)
class Laid:
    """What a page has already read of a campaign's week, so that it is not read again."""

    days: Sequence[tuple[Day, Challenge | None]]
    frames: Sequence[Frame]


def _rows(session: Session, found: Sequence[Campaign], laid: Mapping[int, Laid] | None = None) -> _Rows:
    """What the checks of some campaigns' next steps look at: seventeen queries at most, however many they are.

    What no such step asks for is not read; `laid` is what the page has read already.
    """

    def read(what: Callable[[Session, Sequence[int]], Mapping[int, T]], *checks: str) -> Mapping[int, T]:
        ids = [one.id for one in _asked_of(found, *checks)]
        return what(session, ids) if ids else {}

    frames = {of: one.frames for of, one in laid.items()} if laid else read(stories.frames_of, *_OF_FRAMES)
    pictures = {one.media_id for of in _asked_of(found, "portraits") for one in frames.get(of.id, ())}
    told = _asked_of(found, "claims")
    worth: dict[int, int] = {}
    for organisation_id in {one.organisation_id for one in _asked_of(found, "terms")}:
        worth |= ledger.worth(session, organisation_id)
    return _Rows(
        organisations=campaigns.organisations(session, found),
        days={of: one.days for of, one in laid.items()} if laid else read(challenges.by_day, *_OF_DAYS),
        frames=frames,
        agreed=portraits.of_media(session, {one for one in pictures if one}) if any(pictures) else {},
        facts=lacking.fact_sets(session, told, frames) if told else {},
        people=read(influencers.of_campaigns, "people", "terms"),
        worth=worth,
        plans=read(crises.plans_of, "crisis"),
        unapproved=read(waiting.unapproved_on_first_day, "approval"),
        promises=read(impact.promises_told, "blanks", "promise", "figures"),
        planning=read(planning.planning_of, "blanks", "plan"),
        unspent=read(planning.unspent_said, "balance"),
        pending=read(donations.pending, "settled", "balance"),
        updates=read(impact.published, "update"),
    )


_OF_DAYS = ("frames", "blanks", "media", "alt", "portraits", "challenges")
_OF_FRAMES = (*_OF_DAYS, "claims")


def _asked_of(found: Sequence[Campaign], *checks: str) -> list[Campaign]:
    """Those of some campaigns whose possible next steps ask for one of these checks."""
    asking = {before for (before, _), asked in rules.REQUIRED.items() if not set(checks).isdisjoint(asked)}
    return [one for one in found if one.state in asking]


def gather(session: Session, campaign: Campaign) -> Facts:
    """Everything the checks of its next steps look at, read once."""
    return _facts(campaign, _rows(session, [campaign]))


def _facts(campaign: Campaign, rows: _Rows) -> Facts:
    promises = rows.promises.get(campaign.id, ())
    told = rows.facts.get(campaign.id, lacking.Set())
    pending = rows.pending.get(campaign.id, Pending())
    plan = rows.planning.get(campaign.id, Planning())
    return Facts(
        today=clock.today(campaign.timezone),
        starts_on=campaign.starts_on,
        ends_on=last_date(campaign.starts_on, campaign.length),
        title=campaign.title,
        cause=campaign.cause,
        summary=campaign.summary,
        headline=campaign.headline,
        campaign_blanks=len(blanks_in(campaign.title, campaign.cause, campaign.headline, campaign.summary)),
        drive_blanks=len(_drive_blanks(campaign)),
        days=_days(campaign, rows),
        people=_people(campaign, rows),
        contact_name=campaign.contact_name,
        contact_reach=campaign.contact_phone or campaign.contact_email,
        hold_statement=campaign.hold_statement,
        crisis_lacks=crisis_lacks(crises.written(rows.plans.get(campaign.id))),
        paused=campaign.paused_at is not None,
        approval_asked=campaign.approval is not Approval.NONE,
        first_day_unapproved=rows.unapproved.get(campaign.id, 0),
        legal_identity=_has_identity(rows.organisations[campaign.organisation_id]),
        goal_minor=campaign.goal_minor,
        drive_title=campaign.drive_title,
        drive_ask=campaign.drive_ask,
        suggested=len(campaign.suggested_minor),
        money_use_total=sum(int(use.get("percent", 0)) for use in campaign.money_use),
        promises=[_promise(one, told=is_told) for one, is_told in promises],
        promise_blanks=sum(len(_promise_blanks(one)) for one, _ in promises) + len(blanks_in(*plan.labels)),
        budget_minor=plan.budget_minor,
        accounts_promised=len(plan.due),
        drive_at_once=campaign.drive_start is DriveStart.EMERGENCY,
        drive_was_open=campaign.drive_opened_at is not None,
        drive_closed=campaign.drive_closed_at is not None,
        balance_minor=pending.remaining_minor,
        gifts_under_way=pending.gifts,
        claims=told.claims,
        open_claims=told.open,
        unsourced=told.unsourced,
        nothing_to_source=told.nothing,
        unspent_said=rows.unspent.get(campaign.id, False),
        updates=rows.updates.get(campaign.id, 0),
        closing_note=campaign.closing_note,
    )


def _drive_blanks(campaign: Campaign) -> list[str]:
    labels = [str(use.get("label", "")) for use in campaign.money_use]
    return blanks_in(campaign.drive_title, campaign.drive_ask, campaign.hold_statement, *labels)


def _promise_blanks(promise: Promise) -> list[str]:
    return blanks_in(promise.indicator, promise.unit, promise.method)


def _promise(promise: Promise, *, told: bool) -> PromiseFacts:
    whole = bool(promise.indicator and promise.method and promise.target != promise.baseline)
    return PromiseFacts(promise.indicator, whole, told)


def _has_identity(organisation: Organisation) -> bool:
    return bool(
        organisation.legal_name
        and organisation.legal_kind
        and organisation.legal_number
        and organisation.address
    )


def _days(campaign: Campaign, rows: _Rows) -> list[DayFacts]:
    frames = rows.frames.get(campaign.id, ())
    return [
        _day(
            day,
            [frame for frame in frames if frame.day_id == day.id],
            challenge,
            [
                frame
                for frame in frames
                if frame.day_id == day.id
                and portraits.is_refused_on(
                    rows.agreed.get(frame.media_id or 0), day_date(campaign.starts_on, day.number)
                )
            ],
        )
        for day, challenge in rows.days.get(campaign.id, ())
    ]


def _day(day: Day, frames: Sequence[Frame], act: Challenge | None, unagreed: Sequence[Frame]) -> DayFacts:
    looked = [stories.facts(frame) for frame in frames]
    found = [gaps(one) for one in looked]
    return DayFacts(
        number=day.number,
        frames=sum(Gap.EMPTY not in one for one in found),
        blanks=sum(len(one.blanks) for one in looked) + len(stories.day_blanks(day)) + len(_act_blanks(act)),
        without_alt=sum(Gap.ALT in one for one in found),
        without_media=sum(Gap.MEDIA in one for one in found),
        unagreed=len(unagreed),
        has_challenge=_is_whole(act),
    )


def _act_blanks(act: Challenge | None) -> list[str]:
    if act is None:
        return []
    words = [str(level.get(part, "")) for level in act.levels for part in ("title", "detail")]
    return blanks_in(act.title, act.unit_one, act.unit_many, act.how_to, *words)


def _is_whole(act: Challenge | None) -> bool:
    if act is None or not (act.title and act.unit_one and act.unit_many):
        return False
    return len(act.levels) == 3 and all(str(level.get("title", "")).strip() for level in act.levels)


def _people(campaign: Campaign, rows: _Rows) -> list[PersonFacts]:
    return [
        PersonFacts(
            one.name,
            one.stage is Stage.CONFIRMED,
            ledger.terms_missing(campaign, one, rows.worth.get(one.id, 0)) is not None,
        )
        for one in rows.people.get(campaign.id, ())
        if one.stage not in _GONE
    ]


@dataclass(frozen=True)
class Readiness:
    """Where a campaign stands before its next state; `after` is None when there is none."""

    after: State | None
    findings: Sequence[Finding]

    @property
    def total(self) -> int:
        return len(self.findings)

    @property
    def held(self) -> int:
        return sum(one.holds for one in self.findings)

    @property
    def missing(self) -> list[Finding]:
        return [one for one in self.findings if not one.holds]

    @property
    def may_go(self) -> bool:
        return self.after is not None and not self.missing


def next_state(campaign: Campaign) -> State | None:
    """The state a campaign goes to from here."""
    return rules.FORWARD.get(campaign.state)


def readiness(session: Session, campaign: Campaign, *, after: State | None = None) -> Readiness:
    """Every check of the next step, or of the step to `after`."""
    target = after or next_state(campaign)
    if target is None:
        return Readiness(None, [])
    return Readiness(target, rules.findings(campaign.state, target, gather(session, campaign)))


def readiness_of(session: Session, found: Sequence[Campaign]) -> dict[int, Readiness]:
    """Where some campaigns stand before their next states, in as many queries as for one."""
    going = [one for one in found if next_state(one) is not None]
    if not going:
        return {}
    rows = _rows(session, going)
    return {
        one.id: Readiness(after, rules.findings(one.state, after, _facts(one, rows)))
        for one in going
        if (after := next_state(one))
    }


def readiness_line(session: Session, campaign: Campaign, laid: Laid) -> Readiness:
    """The same as `readiness` for the line above the week's board, which has read the week."""
    target = next_state(campaign)
    if target is None:
        return Readiness(None, [])
    rows = _rows(session, [campaign], {campaign.id: laid})
    return Readiness(target, rules.findings(campaign.state, target, _facts(campaign, rows)))
