"""Reads of claims: what stands open, what a text claims, what is public. Few queries, whatever the number of texts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, exists
from sqlmodel import Session, col, func, select

from app.campaigns.models import Campaign
from app.claims import rules, subjects
from app.claims.models import Claim, Correction, Source
from app.claims.rules import OPEN, Standing, SubjectKind
from app.claims.subjects import Subject
from app.core import clock
from app.people.models import Membership, Person
from app.people.rules import Permission, allows

Texts = Mapping[str, str]
"""What some subjects of one kind say, by their public id."""


@dataclass(frozen=True)
class ClaimView:
    """A claim as a page shows it."""

    claim: Claim
    subject: Subject | None
    standing: Standing
    sources: Sequence[Source]
    corrections: Sequence[Correction]  # the latest first
    author: str
    checker: str
    today: date

    @property
    def is_open(self) -> bool:
        return self.standing in OPEN

    @property
    def ends_soon(self) -> bool:
        checked = self.standing is Standing.CHECKED
        return checked and rules.ends_soon(self.claim.valid_until, self.today)

    @property
    def is_public(self) -> bool:
        return self.subject is not None and self.subject.public_since is not None

    @property
    def shown(self) -> str:
        """The digest of what somebody sees who checks it: the words, the sentence they stand in, the sources."""
        return shown(self.claim, self.sources, self.subject.text if self.subject else "")


def shown(claim: Claim, sources: Sequence[Source], text: str) -> str:
    """What a check is given about, as one short name."""
    said = [
        (one.title, one.publisher, one.url, one.published_on, one.quote, one.archive_sha256)
        for one in sources
    ]
    return rules.digest(claim.version, claim.words, rules.context(text, claim.words), said)


def facts_of(claim: Claim, *, corrected: bool) -> rules.Facts:
    """What the standing of a claim follows from."""
    return rules.Facts(claim.words, claim.verdict, claim.context, claim.valid_until, corrected)


# Guards


def with_open_claims(session: Session, kind: SubjectKind, texts: Texts) -> set[str]:
    """Those of some texts, by public id, that hold a claim which is not checked now. One query, rarely two."""
    if not texts:
        return set()
    rows = session.exec(
        select(Claim, Campaign.timezone)
        .join(Campaign, col(Campaign.id) == Claim.campaign_id)
        .where(Claim.subject == kind, col(Claim.subject_pid).in_(list(texts)))
    ).all()
    unsaid = [one.id for one, _ in rows if not rules.context(texts[one.subject_pid], one.words)]
    corrected = corrected_ones(session, unsaid)
    return {
        one.subject_pid
        for one, zone in rows
        if rules.standing(
            facts_of(one, corrected=one.id in corrected), texts[one.subject_pid], clock.today(zone)
        )
        in OPEN
    }


def corrected_ones(session: Session, ids: Collection[int]) -> set[int]:
    if not ids:
        return set()
    return set(session.exec(select(Correction.claim_id).where(col(Correction.claim_id).in_(ids))).all())


# Whole views


def views(
    session: Session, campaign: Campaign, found: Mapping[tuple[SubjectKind, str], Subject] | None = None
) -> list[ClaimView]:
    """Every claim of a campaign, in the order its texts are told; those whose text is gone come last."""
    told = subjects.of_campaign(session, campaign) if found is None else found
    rows = session.exec(select(Claim).where(Claim.campaign_id == campaign.id).order_by(col(Claim.id))).all()
    order = {key: place for place, key in enumerate(told)}
    made = _views(session, campaign, rows, told)
    return sorted(made, key=lambda one: order.get((one.claim.subject, one.claim.subject_pid), len(order)))


def of_subject(session: Session, campaign: Campaign, subject: Subject) -> list[ClaimView]:
    """The claims of one text."""
    rows = session.exec(
        select(Claim)
        .where(
            Claim.campaign_id == campaign.id,
            Claim.subject == subject.kind,
            Claim.subject_pid == subject.pid,
        )
        .order_by(col(Claim.id))
    ).all()
    return _views(session, campaign, rows, {subject.key: subject})


def view(session: Session, campaign: Campaign, pid: str) -> ClaimView | None:
    """One claim of this campaign."""
    row = claim(session, campaign, pid)
    if row is None:
        return None
    told = subjects.of_campaign(session, campaign, [row.subject])
    return _views(session, campaign, [row], told)[0]


def claim(session: Session, campaign: Campaign, pid: str) -> Claim | None:
    """A claim's row, of this campaign."""
    return session.exec(select(Claim).where(Claim.pid == pid, Claim.campaign_id == campaign.id)).first()


def source(session: Session, claim_id: int, pid: str) -> Source | None:
    """A source of a claim."""
    return session.exec(select(Source).where(Source.pid == pid, Source.claim_id == claim_id)).first()


def sources(session: Session, ids: Collection[int]) -> dict[int, list[Source]]:
    """The sources of several claims, by the claim's row id."""
    found: dict[int, list[Source]] = {}
    if ids:
        rows = select(Source).where(col(Source.claim_id).in_(ids)).order_by(col(Source.id))
        for row in session.exec(rows).all():
            found.setdefault(row.claim_id, []).append(row)
    return found


def of_frames(session: Session, campaign: Campaign) -> dict[str, list[tuple[Claim, list[Source]]]]:
    """The claims of a campaign's stories with their sources, by the story's public id, in two queries."""
    rows = session.exec(
        select(Claim)
        .where(Claim.campaign_id == campaign.id, Claim.subject == SubjectKind.FRAME)
        .order_by(col(Claim.id))
    ).all()
    held = sources(session, [one.id for one in rows])
    found: dict[str, list[tuple[Claim, list[Source]]]] = {}
    for one in rows:
        found.setdefault(one.subject_pid, []).append((one, held.get(one.id, [])))
    return found


def _views(
    session: Session,
    campaign: Campaign,
    rows: Sequence[Claim],
    told: Mapping[tuple[SubjectKind, str], Subject],
) -> list[ClaimView]:
    if not rows:
        return []
    ids = [one.id for one in rows]
    held, corrected = sources(session, ids), corrections_of(session, ids)
    names = _names(session, {one.author_id for one in rows} | {one.checked_by for one in rows})
    today = clock.today(campaign.timezone)
    made = []
    for one in rows:
        subject = told.get((one.subject, one.subject_pid))
        facts = facts_of(one, corrected=one.id in corrected)
        made.append(
            ClaimView(
                one,
                subject,
                rules.standing(facts, subject.text if subject else None, today),
                held.get(one.id, []),
                corrected.get(one.id, []),
                names.get(one.author_id or 0, ""),
                names.get(one.checked_by or 0, ""),
                today,
            )
        )
    return made


def _names(session: Session, ids: Collection[int | None]) -> dict[int, str]:
    rows = session.exec(select(Person.id, Person.name).where(col(Person.id).in_(list(ids)))).all()
    return dict(rows)


# Corrections


def corrections_of(session: Session, ids: Collection[int]) -> dict[int, list[Correction]]:
    """The corrections of several claims, the latest first, by the claim's row id."""
    found: dict[int, list[Correction]] = {}
    if ids:
        rows = select(Correction).where(col(Correction.claim_id).in_(ids)).order_by(col(Correction.id).desc())
        for row in session.exec(rows).all():
            found.setdefault(row.claim_id, []).append(row)
    return found


def correction(session: Session, campaign: Campaign, pid: str) -> tuple[Correction, Claim] | None:
    """A correction of this campaign with its claim."""
    return session.exec(
        select(Correction, Claim)
        .join(Claim, col(Claim.id) == Correction.claim_id)
        .where(Correction.pid == pid, Correction.campaign_id == campaign.id)
    ).first()


def has_corrections(campaign: Campaign) -> ColumnElement[bool]:
    """Whether anything of a campaign was corrected, for a query that looks for more."""
    return exists().where(col(Correction.campaign_id) == campaign.id)


def corrections(session: Session, campaign: Campaign) -> list[tuple[Correction, Claim]]:
    """Every correction of a campaign with the claim it speaks of, the latest first, in one query."""
    rows = session.exec(
        select(Correction, Claim)
        .join(Claim, col(Claim.id) == Correction.claim_id)
        .where(Correction.campaign_id == campaign.id)
        .order_by(col(Correction.id).desc())
    ).all()
    return list(rows)


def corrections_by_subject(
    session: Session, campaign: Campaign, kind: SubjectKind
) -> dict[str, list[Correction]]:
    """What was corrected in each text of a kind, by its public id, in one query."""
    found: dict[str, list[Correction]] = {}
    for one, of in corrections(session, campaign):
        if of.subject is kind:
            found.setdefault(of.subject_pid, []).append(one)
    return found


# People


def members(session: Session, campaign: Campaign) -> int:
    """How many people belong to the organisation."""
    return session.exec(
        select(func.count())
        .select_from(Membership)
        .join(Person, col(Person.id) == Membership.person_id)
        .where(Membership.organisation_id == campaign.organisation_id, col(Person.disabled_at).is_(None))
    ).one()


def editor_mails(session: Session, campaign: Campaign) -> list[tuple[str, str]]:
    """Address and language of those who may write claims."""
    rows = session.exec(
        select(Person.email, Person.language, col(Membership.role))
        .join(Membership, col(Membership.person_id) == Person.id)
        .where(Membership.organisation_id == campaign.organisation_id, col(Person.disabled_at).is_(None))
        .order_by(col(Person.id))
    ).all()
    return [(email, language) for email, language, role in rows if allows(role, Permission.EDIT)]
