"""Read the facts that readiness looks at, and say in one line where a campaign stands."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from app.campaigns import queries as campaigns
from app.campaigns.models import Campaign
from app.campaigns.rules import Approval, DriveStart, State, last_date
from app.challenges import queries as challenges
from app.challenges.models import Challenge
from app.claims import lacking
from app.core import clock
from app.crisis import queries as crises
from app.crisis.rules import lacking as crisis_lacks
from app.donations import queries as donations
from app.donations.models import Gift
from app.donations.rules import GiftState
from app.impact import queries as impact
from app.impact.models import Promise
from app.impact.queries import PromiseView
from app.influencers import ledger
from app.influencers import queries as influencers
from app.influencers.rules import Stage
from app.launch import rules
from app.launch.facts import DayFacts, Facts, PersonFacts, PromiseFacts
from app.launch.rules import Finding
from app.people.models import Organisation
from app.publishing.review import waiting
from app.stories import queries as stories
from app.stories.models import Day, Frame
from app.stories.rules import Gap, blanks_in, gaps

_GONE = frozenset({Stage.REFUSED, Stage.DECLINED})


def gather(session: Session, campaign: Campaign) -> Facts:
    """Everything the checks look at, read once."""
    views = impact.standings(session, campaign)
    organisation = campaigns.organisation(session, campaign)
    frames = stories.frames(session, campaign.id)
    told = lacking.fact_set(session, campaign, frames)
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
        days=_days(session, campaign, frames),
        people=_people(session, campaign),
        contact_name=campaign.contact_name,
        contact_reach=campaign.contact_phone or campaign.contact_email,
        hold_statement=campaign.hold_statement,
        crisis_lacks=crisis_lacks(crises.written(crises.plan_of(session, campaign))),
        paused=campaign.paused_at is not None,
        approval_asked=campaign.approval is not Approval.NONE,
        first_day_unapproved=waiting.unapproved_on(session, campaign, campaign.starts_on),
        legal_identity=_has_identity(organisation),
        goal_minor=campaign.goal_minor,
        drive_title=campaign.drive_title,
        drive_ask=campaign.drive_ask,
        suggested=len(campaign.suggested_minor),
        money_use_total=sum(int(use.get("percent", 0)) for use in campaign.money_use),
        promises=[_promise(view) for view in views],
        promise_blanks=sum(len(_promise_blanks(view.promise)) for view in views),
        drive_at_once=campaign.drive_start is DriveStart.EMERGENCY,
        drive_was_open=campaign.drive_opened_at is not None,
        drive_closed=campaign.drive_closed_at is not None,
        balance_minor=donations.totals(session, campaign.id).remaining_minor,
        gifts_under_way=_under_way(session, campaign),
        claims=told.claims,
        open_claims=told.open,
        unsourced=told.unsourced,
        nothing_to_source=told.nothing,
        updates=len(impact.updates(session, campaign, published_only=True)),
        closing_note=campaign.closing_note,
    )


def _drive_blanks(campaign: Campaign) -> list[str]:
    labels = [str(use.get("label", "")) for use in campaign.money_use]
    return blanks_in(campaign.drive_title, campaign.drive_ask, campaign.hold_statement, *labels)


def _promise_blanks(promise: Promise) -> list[str]:
    return blanks_in(promise.indicator, promise.unit, promise.method)


def _promise(view: PromiseView) -> PromiseFacts:
    promise = view.promise
    whole = bool(promise.indicator and promise.method and promise.target != promise.baseline)
    return PromiseFacts(promise.indicator, whole, view.value is not None)


def _has_identity(organisation: Organisation) -> bool:
    return bool(
        organisation.legal_name
        and organisation.legal_kind
        and organisation.legal_number
        and organisation.address
    )


def _days(session: Session, campaign: Campaign, frames: Sequence[Frame]) -> list[DayFacts]:
    acts = {one.day_id: one for one in challenges.of_campaign(session, campaign.id)}
    return [
        _day(day, [frame for frame in frames if frame.day_id == day.id], acts.get(day.id))
        for day in stories.days(session, campaign.id)
    ]


def _day(day: Day, frames: Sequence[Frame], act: Challenge | None) -> DayFacts:
    looked = [stories.facts(frame) for frame in frames]
    found = [gaps(one) for one in looked]
    return DayFacts(
        number=day.number,
        frames=sum(Gap.EMPTY not in one for one in found),
        blanks=sum(len(one.blanks) for one in looked) + len(stories.day_blanks(day)) + len(_act_blanks(act)),
        without_alt=sum(Gap.ALT in one for one in found),
        without_media=sum(Gap.MEDIA in one for one in found),
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


def _people(session: Session, campaign: Campaign) -> list[PersonFacts]:
    worth = ledger.worth(session, campaign.organisation_id)
    return [
        PersonFacts(
            one.name,
            one.stage is Stage.CONFIRMED,
            ledger.terms_missing(campaign, one, worth.get(one.id, 0)) is not None,
        )
        for one in influencers.of_campaign(session, campaign)
        if one.stage not in _GONE
    ]


def _under_way(session: Session, campaign: Campaign) -> int:
    statement = select(func.count()).where(
        Gift.campaign_id == campaign.id, col(Gift.state).in_([GiftState.PENDING])
    )
    return int(session.exec(statement).one())


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


def readiness_line(session: Session, campaign: Campaign) -> Readiness:
    """The same for the line above the week's board."""
    return readiness(session, campaign)
