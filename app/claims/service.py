"""Write claims and their sources, check them, dismiss what is none. Refuses to check what one wrote oneself.

Whatever changes a claim or its sources ends the check they had.
"""

from datetime import date

from sqlmodel import Session, col, delete, select

from app.campaigns.models import Campaign
from app.claims import lacking, likely, queries, rules, subjects
from app.claims.models import Claim, Dismissal, NothingToSource, Source
from app.claims.rules import SubjectKind, Verdict
from app.claims.subjects import Subject
from app.core import clock
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.i18n import mark
from app.people import audit
from app.people.rules import Actor, Permission


class NotSaid(Conflict):
    """The text does not say the words."""

    def __init__(self) -> None:
        super().__init__(mark("The text does not say these words. Copy them exactly as they stand there."))


class OwnClaim(Conflict):
    """Whoever wrote a claim does not check it while somebody else could."""

    def __init__(self) -> None:
        super().__init__(mark("You wrote this claim or its sources: someone else of the team checks it."))


class Changed(Conflict):
    """The claim, its sources or the text read otherwise than what was on the screen."""

    def __init__(self) -> None:
        super().__init__(
            mark("This was changed meanwhile. Here is how it reads now; what you typed is kept.")
        )


class NoSource(Conflict):
    """Nothing proves the claim."""

    def __init__(self) -> None:
        super().__init__(mark("A fact needs at least one source before it counts as true."))


def get(session: Session, campaign: Campaign, pid: str) -> Claim:
    """A claim of the campaign. Raises NotFound."""
    found = queries.claim(session, campaign, pid)
    if found is None:
        raise NotFound
    return found


def get_source(session: Session, claim: Claim, pid: str) -> Source:
    """A source of a claim. Raises NotFound."""
    found = queries.source(session, claim.id, pid)
    if found is None:
        raise NotFound
    return found


def subject_of(session: Session, campaign: Campaign, kind: SubjectKind, pid: str) -> Subject:
    """A text of the campaign. Raises NotFound."""
    found = subjects.of_campaign(session, campaign, [kind]).get((kind, pid))
    if found is None:
        raise NotFound
    return found


def add(session: Session, actor: Actor, campaign: Campaign, subject: Subject, *, words: str) -> Claim:
    """Claim that some words of a text are so, with the sources it names. Raises Forbidden, NotSaid."""
    actor.require(Permission.EDIT)
    if not rules.context(subject.text, words):
        raise NotSaid
    row = lay(session, campaign, subject.kind, subject.pid, words=words, author_id=actor.person_id)
    for one in subject.given:
        lay_source(
            session,
            row,
            title=one.title,
            publisher=one.publisher,
            url=one.url,
            published_on=one.published_on,
            quote="",
            archive="",
        )
    audit.record(session, actor, "claim.added", subject=words, subject_pid=row.pid)
    return row


def lay(
    session: Session,
    campaign: Campaign,
    kind: SubjectKind,
    subject_pid: str,
    *,
    words: str,
    author_id: int | None = None,
) -> Claim:
    """Add a claim as a document gives it: unchecked, whoever may have checked it elsewhere."""
    row = Claim(
        campaign_id=campaign.id,
        subject=kind,
        subject_pid=subject_pid,
        words=rules.on_one_line(words)[:600],
        author_id=author_id,
    )
    session.add(row)
    session.flush()
    return row


def lay_source(
    session: Session,
    claim: Claim,
    *,
    title: str,
    publisher: str,
    url: str,
    published_on: date | None,
    quote: str,
    archive: str,
) -> Source:
    """Add a source as a document gives it; its copy counts as pasted, now."""
    row = Source(
        claim_id=claim.id, title=title, publisher=publisher, url=url, published_on=published_on, quote=quote
    )
    _keep(row, _one_kind_of_line(archive), fetched=False)
    session.add(row)
    session.flush()
    return row


def reword(session: Session, actor: Actor, campaign: Campaign, claim: Claim, *, words: str) -> None:
    """Say in other words what is claimed; the check ends. Raises Forbidden, NotSaid, NotFound."""
    actor.require(Permission.EDIT)
    subject = subject_of(session, campaign, claim.subject, claim.subject_pid)
    if not rules.context(subject.text, words):
        raise NotSaid
    as_checked = claim.verdict is None or rules.context(subject.text, words) == claim.context
    if rules.plain(words) == rules.plain(claim.words) and as_checked:
        return  # nobody wrote anything: its author stays who it was
    claim.words = rules.on_one_line(words)[:600]
    reopen(session, actor, claim)


def remove(session: Session, actor: Actor, claim: Claim) -> None:
    """Take a claim back. Raises Forbidden; Conflict once it was corrected in public: that stays on record."""
    actor.require(Permission.EDIT)
    if queries.corrections_of(session, [claim.id]):
        raise Conflict(mark("This claim was corrected in public: it stays on record."))
    session.exec(delete(Source).where(col(Source.claim_id) == claim.id))
    session.delete(claim)
    audit.record(session, actor, "claim.removed", subject=claim.words, subject_pid=claim.pid)


def save_source(
    session: Session,
    actor: Actor,
    claim: Claim,
    source: Source | None,
    *,
    title: str,
    publisher: str,
    url: str,
    published_on: date | None,
    quote: str,
    archive: str,
) -> Source:
    """Add a source or change it; the check ends when anything differs. `archive` is pasted by hand."""
    actor.require(Permission.EDIT)
    row = source or Source(claim_id=claim.id, title=title)
    values = {
        "title": title,
        "publisher": publisher,
        "url": url,
        "published_on": published_on,
        "quote": quote,
    }
    changed = source is None or any(getattr(row, name) != value for name, value in values.items())
    for name, value in values.items():
        setattr(row, name, value)
    kept = _one_kind_of_line(archive)
    if kept != row.archive:
        changed = True
        _keep(row, kept, fetched=False)
    session.add(row)
    session.flush()
    if changed:
        reopen(session, actor, claim)
    return row


def _one_kind_of_line(text: str) -> str:
    """As the text is kept: a browser sends other ends of line than it was given."""
    return text.replace("\r\n", "\n").strip()[: rules.ARCHIVE_LIMIT]


def keep_fetched(session: Session, actor: Actor, claim: Claim, source: Source, *, text: str) -> None:
    """Keep what the server read at the source's address; the check ends when it reads otherwise than before."""
    actor.require(Permission.EDIT)
    kept = _one_kind_of_line(text)
    if kept == source.archive and source.fetched:
        return
    _keep(source, kept, fetched=True)
    session.add(source)
    reopen(session, actor, claim)


def _keep(source: Source, text: str, *, fetched: bool) -> None:
    source.archive, source.fetched = text, fetched and bool(text)
    source.archived_at = clock.now() if text else None
    source.archive_sha256 = rules.sha256(text) if text else ""


def remove_source(session: Session, actor: Actor, claim: Claim, source: Source) -> None:
    """Take a source away; the check ends."""
    actor.require(Permission.EDIT)
    session.delete(source)
    session.flush()
    reopen(session, actor, claim)


def reopen(session: Session, actor: Actor, claim: Claim) -> None:
    """End a check: the claim, or what proves it, is not what was checked."""
    was_checked = claim.verdict is not None
    claim.verdict = claim.valid_until = claim.checked_by = claim.checked_at = None
    claim.note = claim.context = claim.checked_as = ""
    claim.checked_alone, claim.warned = False, 0
    claim.author_id = actor.person_id
    claim.version += 1
    session.add(claim)
    if was_checked:
        audit.record(session, actor, "claim.reopened", subject=claim.words, subject_pid=claim.pid)


# Checking


def may_check(session: Session, actor: Actor, campaign: Campaign, claim: Claim) -> bool:
    """Whether a member may check a claim: by role, and not as its author while there is somebody else."""
    by_role = actor.may(Permission.EDIT) or actor.may(Permission.MODERATE)
    return by_role and rules.may_check(actor.person_id, claim.author_id, queries.members(session, campaign))


def check(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    claim: Claim,
    *,
    shown: str,
    verdict: Verdict,
    note: str = "",
    valid_until: date | None = None,
    checked_as: str = "",
) -> None:
    """Say what a claim is worth. `shown` is the digest of what was on the screen (`queries.ClaimView.shown`).

    Raises Forbidden, OwnClaim, Changed, NotSaid; NoSource for a fact that nothing proves; Conflict for a check that
    would be over before it counts.
    """
    if not (actor.may(Permission.EDIT) or actor.may(Permission.MODERATE)):
        raise Forbidden
    _lock(session, claim)
    if not may_check(session, actor, campaign, claim):
        raise OwnClaim
    subject = subject_of(session, campaign, claim.subject, claim.subject_pid)
    proven = queries.sources(session, [claim.id]).get(claim.id, [])
    if queries.shown(claim, proven, subject.text) != shown:
        raise Changed
    said = rules.context(subject.text, claim.words)
    if not said:
        raise NotSaid
    if not proven and verdict in (Verdict.TRUE, Verdict.MOSTLY_TRUE):
        raise NoSource
    if valid_until is not None and valid_until < clock.today(campaign.timezone):
        raise Conflict(mark("The last day of the check has passed already. Choose a later one."))
    claim.verdict, claim.note, claim.valid_until, claim.context = verdict, note, valid_until, said
    claim.checked_by, claim.checked_at, claim.checked_as = actor.person_id, clock.now(), checked_as
    claim.checked_alone = actor.person_id == claim.author_id
    claim.warned = rules.warnings_due(valid_until, clock.today(campaign.timezone)) if valid_until else 0
    claim.version += 1
    session.add(claim)
    audit.record(
        session, actor, "claim.checked", subject=claim.words, subject_pid=claim.pid, verdict=verdict.value
    )


def _lock(session: Session, claim: Claim) -> None:
    """Read the claim again and keep others from changing it until the transaction ends."""
    session.flush()
    statement = select(Claim).where(Claim.id == claim.id).with_for_update()
    session.exec(statement.execution_options(populate_existing=True)).one()


# What is no claim


def dismiss(session: Session, actor: Actor, campaign: Campaign, *, sentence: str) -> None:
    """Note that a sentence is an opinion or somebody's own story: it needs no source. Safe to say twice."""
    actor.require(Permission.EDIT)
    name = likely.name_of(sentence)
    if name in lacking.dismissed(session, campaign):
        return
    session.add(
        Dismissal(
            campaign_id=campaign.id,
            digest=name,
            sentence=rules.plain(sentence)[:1200],
            person_id=actor.person_id,
        )
    )
    session.flush()
    audit.record(session, actor, "claim.dismissed", subject=sentence, subject_pid=campaign.pid)


def state_nothing(session: Session, actor: Actor, campaign: Campaign, *, shown: str) -> None:
    """Give one's word that nothing told here needs a source; the sentences that were shown are dismissed.

    `shown` is `digest_of_unsourced` of what was on the screen. Raises Forbidden, Changed.
    """
    actor.require(Permission.EDIT)
    left = lacking.unsourced(session, campaign, subjects.of_campaign(session, campaign))
    if digest_of_unsourced(left) != shown:
        raise Changed
    for one in left:
        for found in one.found:
            dismiss(session, actor, campaign, sentence=found.words)
    row = session.exec(select(NothingToSource).where(NothingToSource.campaign_id == campaign.id)).first()
    row = row or NothingToSource(campaign_id=campaign.id)
    row.person_id, row.at = actor.person_id, clock.now()
    session.add(row)
    audit.record(session, actor, "claim.nothing", subject=campaign.title, subject_pid=campaign.pid)


def digest_of_unsourced(left: list[lacking.Unsourced]) -> str:
    """The sentences a page showed, as one short name."""
    return rules.digest([found.words for one in left for found in one.found])
