"""Keeping someone's days on request: beginning a streak, what stood in the way, ending it. Without the asking,
no act is ever tied to anyone; an act with words is tied only to the browser that just sent it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, delete, select, update

from app.campaigns.models import Campaign
from app.challenges import diary, queries, writing
from app.challenges.models import Challenge, ChallengeAct, ChallengeMiss, Streak
from app.challenges.rules import Obstacle
from app.core import clock
from app.core.crypto import keyed_hash, same
from app.core.i18n import mark
from app.intake.models import Item
from app.intake.rules import Kind
from app.supporters import service as supporters
from app.supporters.models import Subject, Supporter
from app.supporters.queries import Visit

USE = "keep"
WORDING = mark("Remember the challenges I take in this campaign, so that I can see my days.")

ASK = "ask"
ASK_WORDING = mark("Ask me by mail after 30 and after 90 days whether it lasted.")

TOKEN_LIFE = timedelta(hours=2)
"""How long after an act its thanks may tie it to who sent it."""


def token(act_pid: str) -> str:
    """What the thanks carry: which act was just told, signed, so that nobody else can claim it."""
    made = str(int(clock.now().timestamp()))
    return f"{act_pid}.{made}.{_signature(act_pid, made)}" if act_pid else ""


def _signature(act_pid: str, made: str) -> str:
    return keyed_hash("act-just-told", act_pid, made)[:22]


def act_of(told: str) -> str:
    """The public id of the act a token names; empty for one that is not ours, or too old."""
    act_pid, _, rest = told.partition(".")
    made, _, signature = rest.partition(".")
    if not made.isdigit() or len(made) > 12 or not same(signature, _signature(act_pid, made)):
        return ""
    passed = clock.now() - datetime.fromtimestamp(int(made), UTC)
    return act_pid if timedelta(0) <= passed <= TOKEN_LIFE else ""


@dataclass(frozen=True)
class Kept:
    """Whose days are kept, and the cookie's token for a browser that was not known before."""

    supporter: Supporter
    cookie: str | None


def keep(
    session: Session,
    campaign: Campaign,
    *,
    visit: Visit | None,
    participant: str,
    told: str,
    wording: str,
    language: str,
    email: str = "",
    ask: str = "",
) -> Kept:
    """Begin to keep someone's days in one campaign, as they asked in the words of `wording`; `ask` are those in
    which they agreed to be asked later, if they did.

    Ties to them the act that `told` names and what this phone told before in one tap. Mails the private
    link where an address was given.
    """
    supporter, cookie = _whose(session, campaign, visit, language, email)
    streak = diary.streak_of(session, campaign.id, visit)
    if streak is None:
        streak = Streak(supporter_id=supporter.id, campaign_id=campaign.id)
        session.add(streak)
        session.flush()
        supporters.agree(
            session, supporter, subject=Subject.STREAK, subject_pid=streak.pid, uses={USE: wording}
        )
    if ask:
        supporters.agree(session, supporter, subject=Subject.STREAK, subject_pid=streak.pid, uses={ASK: ask})
    _tie(session, campaign, streak.supporter_id, participant, act_of(told))
    if email:
        supporters.mail_link(session, supporter)
    return Kept(supporter, cookie)


def _whose(
    session: Session, campaign: Campaign, visit: Visit | None, language: str, email: str
) -> tuple[Supporter, str | None]:
    known = visit.supporter if visit is not None else None
    if visit is not None and known is not None and known.organisation_id == campaign.organisation_id:
        if email:
            supporters.give_address(session, visit, email)
        return known, None
    supporter = supporters.begin(
        session, organisation_id=campaign.organisation_id, language=language, email=email
    )
    return supporter, supporters.open_visit(session, supporter)


def _tie(session: Session, campaign: Campaign, supporter_id: int, participant: str, fresh: str) -> None:
    """Give someone the acts that are certainly theirs, one a challenge."""
    mine = set(
        session.exec(
            select(ChallengeAct.challenge_id).where(
                ChallengeAct.campaign_id == campaign.id, ChallengeAct.supporter_id == supporter_id
            )
        ).all()
    )
    free = select(ChallengeAct).where(
        ChallengeAct.campaign_id == campaign.id, col(ChallengeAct.supporter_id).is_(None)
    )
    just_told = session.exec(free.where(ChallengeAct.pid == fresh)).all() if fresh else []
    one_tap = session.exec(
        free.where(ChallengeAct.participant == participant, col(ChallengeAct.filed).is_(False))
    ).all()
    for act in [*just_told, *one_tap]:
        if act.challenge_id in mine or act.supporter_id is not None:
            continue
        mine.add(act.challenge_id)
        act.supporter_id = supporter_id
        session.add(act)
        if act.filed:
            _items_to(session, [act.id], supporter_id)
    session.flush()


def _items_to(session: Session, act_ids: list[int], supporter_id: int | None) -> None:
    session.execute(
        update(Item)
        .where(col(Item.kind) == Kind.ACT, col(Item.subject_id).in_(act_ids))
        .values(supporter_id=supporter_id)
    )


def forget(session: Session, supporter_ids: Sequence[int]) -> None:
    """Erase what some supporters told: their acts leave the counts, with words and photos; their obstacles go too."""
    for act in queries.of_supporters(session, supporter_ids):
        writing.withdraw(session, act)
    for table in (ChallengeMiss, Streak):
        session.execute(delete(table).where(col(table.supporter_id).in_(supporter_ids)))


def note_miss(
    session: Session, visit: Visit, challenge: Challenge, *, obstacle: Obstacle, text: str
) -> ChallengeMiss:
    """Keep what stood in the way of a challenge; a second time replaces the first."""
    row = diary.miss_of(session, visit, challenge)
    if row is None:
        row = ChallengeMiss(
            campaign_id=challenge.campaign_id,
            challenge_id=challenge.id,
            supporter_id=visit.supporter.id,
            obstacle=obstacle,
        )
    row.obstacle, row.text, row.at = obstacle, text, clock.now()
    session.add(row)
    return row


def stop(session: Session, visit: Visit, campaign_id: int) -> None:
    """Someone no longer wants their days kept: acts and obstacles stay counted and are nobody's again."""
    kept = session.exec(
        select(Streak).where(Streak.campaign_id == campaign_id, col(Streak.supporter_id).in_(visit.ids))
    ).all()
    own = (col(ChallengeAct.campaign_id) == campaign_id, col(ChallengeAct.supporter_id).in_(visit.ids))
    _items_to(session, list(session.exec(select(ChallengeAct.id).where(*own)).all()), None)
    session.execute(update(ChallengeAct).where(*own).values(supporter_id=None))
    session.execute(
        update(ChallengeMiss)
        .where(col(ChallengeMiss.campaign_id) == campaign_id, col(ChallengeMiss.supporter_id).in_(visit.ids))
        .values(supporter_id=None)
    )
    for streak in kept:
        supporters.take_back(session, subject=Subject.STREAK, subject_pid=streak.pid)
        session.delete(streak)
    session.flush()
