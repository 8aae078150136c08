"""What a campaign's facts still lack: sentences without a source, checks, somebody's word. Reads only."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import String, exists, literal, union_all
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from app.campaigns.models import Campaign
from app.claims import likely, rules
from app.claims.likely import Suggestion
from app.claims.models import Claim, Correction, Dismissal, NothingToSource
from app.claims.queries import ClaimView, facts_of, of_subject
from app.claims.rules import Standing, SubjectKind
from app.claims.subjects import Subject, frame_text, frame_told
from app.core import clock
from app.people.models import Person
from app.stories.models import Frame


@dataclass(frozen=True)
class Unsourced:
    """A text with sentences that look like facts and have neither a claim nor a word."""

    subject: Subject
    found: Sequence[Suggestion]


def unsourced(
    session: Session, campaign: Campaign, told: Mapping[tuple[SubjectKind, str], Subject]
) -> list[Unsourced]:
    """The sentences of some texts that look like facts, text by text, in two queries."""
    rows = session.exec(
        select(Claim.subject, Claim.subject_pid, Claim.words).where(Claim.campaign_id == campaign.id)
    ).all()
    claimed: dict[tuple[SubjectKind, str], list[str]] = {}
    for kind, pid, words in rows:
        claimed.setdefault((SubjectKind(kind), pid), []).append(words)
    left_alone = dismissed(session, campaign)
    made = [
        Unsourced(
            one,
            likely.suggestions(
                one.looked_at, campaign.language, claimed=claimed.get(key, ()), dismissed=left_alone
            ),
        )
        for key, one in told.items()
    ]
    return [one for one in made if one.found]


@dataclass(frozen=True)
class About:
    """What one text claims, and its sentences that look like facts."""

    subject: Subject
    claims: Sequence[ClaimView]
    found: Sequence[Suggestion]


def about(session: Session, campaign: Campaign, subject: Subject) -> About:
    """The facts of one text, for the page where it is written. Five queries at most."""
    own = of_subject(session, campaign, subject)
    found = likely.suggestions(
        subject.looked_at, campaign.language, claimed=[one.claim.words for one in own], dismissed=()
    )
    left_alone = dismissed(session, campaign) if found else set()
    return About(subject, own, [one for one in found if likely.name_of(one.words) not in left_alone])


def dismissed(session: Session, campaign: Campaign) -> set[str]:
    """The digests of the sentences somebody dismissed."""
    return set(session.exec(select(Dismissal.digest).where(Dismissal.campaign_id == campaign.id)).all())


def nothing_to_source(session: Session, campaign: Campaign) -> tuple[NothingToSource, str] | None:
    """The word that nothing needs a source, with the name of who gave it."""
    row = session.exec(
        select(NothingToSource, Person.name)
        .outerjoin(Person, col(Person.id) == NothingToSource.person_id)
        .where(NothingToSource.campaign_id == campaign.id)
    ).first()
    return (row[0], row[1] or "") if row else None


@dataclass(frozen=True)
class Set:
    """The facts of a campaign's stories in three figures, for readiness."""

    claims: int = 0
    open: int = 0
    unsourced: int = 0  # sentences that look like facts, with neither source nor word
    nothing: bool = False  # somebody's word that nothing needs a source


def fact_set(session: Session, campaign: Campaign, frames: Sequence[Frame]) -> Set:
    """How the facts of a campaign's stories stand. Two queries at most."""
    return fact_sets(session, [campaign], {campaign.id: frames})[campaign.id]


def fact_sets(
    session: Session, campaigns: Sequence[Campaign], frames: Mapping[int, Sequence[Frame]]
) -> dict[int, Set]:
    """The same for some campaigns, by their ids. Two queries at most, however many they are: people's words
    are asked for only where they would change something."""
    claims = _frame_claims(session, [one.id for one in campaigns])
    counted = {one.id: _counted(one, frames.get(one.id, ()), claims.get(one.id, ())) for one in campaigns}
    left_alone, nothing = _said(session, [of for of, one in counted.items() if one.likely or not one.told])
    return {
        of: Set(
            claims=one.told,
            open=one.open,
            unsourced=sum(name not in left_alone.get(of, ()) for name in one.likely),
            nothing=of in nothing and not one.told,
        )
        for of, one in counted.items()
    }


def _said(session: Session, ids: Collection[int]) -> tuple[dict[int, set[str]], set[int]]:
    """What people said of some campaigns: the digests of sentences they dismissed, by campaign; and the campaigns
    in which nothing needs a source. One query."""
    alone: dict[int, set[str]] = {}
    nothing: set[int] = set()
    if ids:
        dismissed = sql_select(col(Dismissal.campaign_id), col(Dismissal.digest))
        stated = sql_select(col(NothingToSource.campaign_id), literal(None, String))
        rows = union_all(
            dismissed.where(col(Dismissal.campaign_id).in_(ids)),
            stated.where(col(NothingToSource.campaign_id).in_(ids)),
        )
        for of, digest in session.execute(rows):
            if digest is None:
                nothing.add(of)
            else:
                alone.setdefault(of, set()).add(digest)
    return alone, nothing


def _frame_claims(session: Session, ids: Sequence[int]) -> dict[int, list[tuple[Claim, bool]]]:
    """The claims of some campaigns' stories by campaign, each with whether it was corrected."""
    corrected = exists().where(col(Correction.claim_id) == col(Claim.id))
    found: dict[int, list[tuple[Claim, bool]]] = {}
    for claim, is_corrected in session.exec(
        select(Claim, corrected).where(col(Claim.campaign_id).in_(ids), Claim.subject == SubjectKind.FRAME)
    ):
        found.setdefault(claim.campaign_id, []).append((claim, bool(is_corrected)))
    return found


@dataclass(frozen=True)
class _Counted:
    """What the stories of a campaign say for themselves."""

    told: int  # claims that stand in a story
    open: int
    likely: Sequence[str]  # digests of sentences that look like facts and that no claim covers


def _counted(campaign: Campaign, frames: Sequence[Frame], claims: Sequence[tuple[Claim, bool]]) -> _Counted:
    texts = {one.pid: frame_text(one) for one in frames}
    claimed: dict[str, list[str]] = {}
    for one, _ in claims:
        claimed.setdefault(one.subject_pid, []).append(one.words)
    today = clock.today(campaign.timezone)
    standings = [
        rules.standing(facts_of(one, corrected=corrected), texts.get(one.subject_pid), today)
        for one, corrected in claims
    ]
    found = [
        likely.suggestions(frame_told(one), campaign.language, claimed=claimed.get(one.pid, ()), dismissed=())
        for one in frames
    ]
    return _Counted(
        told=sum(one is not Standing.GONE for one in standings),
        open=rules.open_standings(standings),
        likely=[name for one in found for name in likely.names_of(one)],
    )
