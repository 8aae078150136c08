"""How long anything personal is kept, and why no longer: one visible table of rules.

What other rooms forget is told in `elsewhere`; `register` says of each table where it belongs.
"""

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, String, cast
from sqlmodel import Session, SQLModel, col, delete, or_, select, update

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.challenges import writing as acts
from app.challenges.models import ChallengeAct, ChallengeMiss
from app.core.i18n import mark
from app.crisis.models import CrisisPlan
from app.donations.models import Gift, GivingPlan
from app.donations.service import forgetting
from app.influencers import service as influencers
from app.influencers.models import Influencer
from app.influencers.rules import Stage
from app.intake import service as intake
from app.intake.models import Item
from app.intake.rules import ItemState
from app.media.models import Portrait
from app.moderation.models import Look
from app.notices import forgetting as notices
from app.notices.models import Notice
from app.privacy import letters
from app.privacy.base import Rule, Which
from app.privacy.lapsing import lapse
from app.reminders import service as reminders
from app.supporters import service as supporters
from app.supporters.models import Supporter, SupporterLink, SupporterVisit


def _delete(table: type[SQLModel], session: Session, ids: list[int]) -> None:
    session.execute(delete(table).where(col(table.id).in_(ids)))  # type: ignore[attr-defined]


def _forget_proofs(session: Session, ids: list[int]) -> None:
    for act in session.exec(select(ChallengeAct).where(col(ChallengeAct.id).in_(ids))):
        acts.forget_proof(session, act)


def _forget_obstacles(session: Session, ids: list[int]) -> None:
    session.execute(update(ChallengeMiss).where(col(ChallengeMiss.id).in_(ids)).values(text=""))


def _forget_portraits(session: Session, ids: list[int]) -> None:
    session.execute(update(Portrait).where(col(Portrait.id).in_(ids)).values(who="", guardian="", kept_at=""))


def _forget_contacts(session: Session, ids: list[int]) -> None:
    session.execute(
        update(Campaign)
        .where(col(Campaign.id).in_(ids))
        .values(contact_name="", contact_phone="", contact_email="")
    )
    session.execute(update(CrisisPlan).where(col(CrisisPlan.campaign_id).in_(ids)).values(contacts=[]))


def _forget_supporters(session: Session, ids: list[int]) -> None:
    supporters.forget(session, ids)


def _forget_givers(session: Session, ids: list[int]) -> None:
    forgetting.forget(session, col(Gift.id).in_(ids))


def _forget_plans(session: Session, ids: list[int]) -> None:
    forgetting.forget_plans(session, col(GivingPlan.id).in_(ids))


def _forget_notices(session: Session, ids: list[int]) -> None:
    notices.forget(session, ids)


def _forget_carriers(session: Session, ids: list[int]) -> None:
    for person in session.exec(select(Influencer).where(col(Influencer.id).in_(ids))):
        influencers.forget(session, person)
        reminders.forget(session, person.id)


def _in_state(*states: ItemState) -> Which:
    """Items that stand so since before an instant, and whose words are still there."""
    return lambda before: (
        col(Item.state).in_(states) & (col(Item.changed_at) < before) & col(Item.forgotten_at).is_(None)
    )


def _sent(before: datetime) -> ColumnElement[bool]:
    kept = col(Item.state).in_((ItemState.PENDING, ItemState.ACCEPTED))
    return kept & (col(Item.created_at) < before) & col(Item.forgotten_at).is_(None)


def _traced(before: datetime) -> ColumnElement[bool]:
    traces = [col(one) != "" for one in (Item.source, Item.network, Item.likeness)]
    return (col(Item.created_at) < before) & or_(*traces)


def _proven(before: datetime) -> ColumnElement[bool]:
    given = col(ChallengeAct.proof_media_id).is_not(None) | (col(ChallengeAct.link) != "")
    return (col(ChallengeAct.at) < before) & given


def _agreed(before: datetime) -> ColumnElement[bool]:
    ended = (col(Portrait.withdrawn_at) < before) | (col(Portrait.expires_on) < before.date())
    return ended & ((col(Portrait.who) != "") | (col(Portrait.guardian) != ""))


def _reachable(before: datetime) -> ColumnElement[bool]:
    named = [
        col(one) != "" for one in (Campaign.contact_name, Campaign.contact_phone, Campaign.contact_email)
    ]
    listed = select(CrisisPlan.campaign_id).where(cast(col(CrisisPlan.contacts), String) != "[]")
    return _closed(before) & or_(*named, col(Campaign.id).in_(listed))


def _closed(before: datetime) -> ColumnElement[bool]:
    return (col(Campaign.state) == State.CLOSED) & (col(Campaign.closed_at) < before)


_KNOWN = (col(Influencer.email) != "") | (col(Influencer.tie) != "")


def _never_with_us(before: datetime) -> ColumnElement[bool]:
    return (col(Influencer.stage) != Stage.CONFIRMED) & (col(Influencer.created_at) < before) & _KNOWN


def _was_with_us(before: datetime) -> ColumnElement[bool]:
    over = select(Campaign.id).where(_closed(before))
    return (col(Influencer.stage) == Stage.CONFIRMED) & col(Influencer.campaign_id).in_(over) & _KNOWN


YEAR = timedelta(days=365)

RULES: tuple[Rule, ...] = (
    Rule(
        "visits",
        mark("Browsers known by a cookie"),
        mark("At its end, three months after the last link"),
        timedelta(0),
        SupporterVisit,
        lambda before: col(SupporterVisit.expires_at) < before,
        partial(_delete, SupporterVisit),
    ),
    Rule(
        "links",
        mark("Private links"),
        mark("At their end, thirteen months after they were made"),
        timedelta(0),
        SupporterLink,
        lambda before: col(SupporterLink.expires_at) < before,
        partial(_delete, SupporterLink),
    ),
    Rule(
        "sources",
        mark("Coded traces of where something was sent from"),
        mark("After thirty days"),
        timedelta(days=30),
        Item,
        _traced,
        intake.forget_sources,
    ),
    Rule(
        "refused",
        mark("What was sent and refused or sent back: words, pictures, recordings"),
        mark("Ninety days after the decision"),
        timedelta(days=90),
        Item,
        _in_state(ItemState.REJECTED, ItemState.RETURNED),
        lapse,
    ),
    Rule(
        "restricted",
        mark("What was hidden after a notice"),
        mark("After eighteen months, with the notice"),
        timedelta(days=548),
        Item,
        _in_state(ItemState.RESTRICTED),
        lapse,
    ),
    Rule(
        "sent",
        mark("Testimonials, questions, words with acts and gifts"),
        mark(
            "Three years after they were sent; counts stay, and questions that have their answer, without a name"
        ),
        3 * YEAR,
        Item,
        _sent,
        lapse,
    ),
    Rule(
        "proofs",
        mark("Photos and links that prove an act"),
        mark("After six months; the act goes on counting"),
        timedelta(days=183),
        ChallengeAct,
        _proven,
        _forget_proofs,
    ),
    Rule(
        "obstacles",
        mark("What somebody says stood in the way of a challenge"),
        mark("After a year; that something did still counts"),
        YEAR,
        ChallengeMiss,
        lambda before: (col(ChallengeMiss.at) < before) & (col(ChallengeMiss.text) != ""),
        _forget_obstacles,
    ),
    Rule(
        "looks",
        mark("Who of the team looked at masked data"),
        mark("After a year"),
        YEAR,
        Look,
        lambda before: col(Look.at) < before,
        partial(_delete, Look),
    ),
    Rule(
        "portraits",
        mark("Who agreed to be shown in a picture"),
        mark("Three years after the agreement ended, as its proof"),
        3 * YEAR,
        Portrait,
        _agreed,
        _forget_portraits,
    ),
    Rule(
        "contacts",
        mark("Whom to call in a crisis"),
        mark("A year after the campaign closed"),
        YEAR,
        Campaign,
        _reachable,
        _forget_contacts,
    ),
    Rule(
        "unpaid",
        mark("Who began a gift that was never paid"),
        mark("After ninety days"),
        timedelta(days=90),
        Gift,
        forgetting.unpaid_before,
        _forget_givers,
    ),
    Rule(
        "supporters",
        mark("Addresses of people without an account"),
        mark("Three years after their last visit"),
        3 * YEAR,
        Supporter,
        lambda before: col(Supporter.seen_at) < before,
        _forget_supporters,
    ),
    *letters.RULES,
    Rule(
        "notices",
        mark("The words of notices that were decided"),
        mark("After eighteen months; only the figures stay"),
        timedelta(days=548),
        Notice,
        notices.settled_before,
        _forget_notices,
    ),
    Rule(
        "never-with-us",
        mark("Influencers who never joined"),
        mark("Three years after they were added"),
        3 * YEAR,
        Influencer,
        _never_with_us,
        _forget_carriers,
    ),
    Rule(
        "was-with-us",
        mark("Influencers of past campaigns"),
        mark("Three years after the campaign closed; name and terms of a paid agreement stay in the books"),
        3 * YEAR,
        Influencer,
        _was_with_us,
        _forget_carriers,
    ),
    Rule(
        "givers",
        mark("Who gave"),
        mark("Ten years after the gift, as accounts"),
        10 * YEAR,
        Gift,
        forgetting.given_before,
        _forget_givers,
    ),
    Rule(
        "plans",
        mark("Monthly gifts that have ended, or never began"),
        mark("Three years after their end; each month stays with the gifts"),
        3 * YEAR,
        GivingPlan,
        forgetting.ended_before,
        _forget_plans,
    ),
)
