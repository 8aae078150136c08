"""The words of a testimonial: as told, as its author changes them, as a moderator corrects them with consent."""

from collections.abc import Collection, Sequence

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.core import i18n
from app.core.errors import Conflict
from app.core.i18n import mark
from app.intake import service as intake
from app.intake.models import Item
from app.intake.rules import ItemState
from app.intake.screening import Screening
from app.media import service as media
from app.media.models import Media
from app.people import audit
from app.people.rules import Actor, Permission
from app.supporters import service as supporters
from app.supporters.models import Subject, Supporter
from app.testimonials import queries
from app.testimonials.models import Testimonial
from app.testimonials.rules import CORRECTION_WORDS, NAMING_WORDS, USE_WORDS, Naming, Use, Why, Words
from app.testimonials.service.recalling import begin, recall

FIELDS = ("text", "transcript", "alt_text", "name")
"""The words a person wrote: what is compared, corrected, and gone after a withdrawal."""


def write(row: Testimonial, words: Words) -> None:
    """Put an author's words and choices on their row."""
    row.text, row.language = words.text, words.language
    row.alt_text, row.transcript = words.alt_text, words.transcript
    row.naming = words.naming
    row.name = "" if words.naming is Naming.ANONYMOUS else words.name
    row.guardian, row.may_correct = words.guardian, words.may_correct
    row.for_page = Use.PAGE in words.uses
    row.for_story = Use.STORY in words.uses
    row.for_report = Use.REPORT in words.uses


def agree(session: Session, supporter: Supporter, row: Testimonial, uses: Collection[str]) -> None:
    """Log what was agreed to, in the sentences that stood beside the boxes."""
    sentences = {use.value: USE_WORDS[use] for use in Use} | {"correction": CORRECTION_WORDS}
    with i18n.speaking(supporter.language):
        said = {use: str(sentences[use]) for use in sentences if use in uses}
        if "name" in uses:
            said["name"] = str(NAMING_WORDS[row.naming])
    supporters.agree(
        session,
        supporter,
        subject=Subject.TESTIMONIAL,
        subject_pid=row.pid,
        uses=said,
        guardian=row.guardian,
    )


def agreed(row: Testimonial) -> set[str]:
    """The uses a row carries, as the log of consents names them."""
    found = {use.value for use in uses_of(row)} | {"name"}
    return found | {"correction"} if row.may_correct else found


def uses_of(row: Testimonial) -> frozenset[Use]:
    """What its author agrees to at present."""
    given = {Use.PAGE: row.for_page, Use.STORY: row.for_story, Use.REPORT: row.for_report}
    return frozenset(use for use, yes in given.items() if yes)


def words_of(row: Testimonial) -> dict[str, str]:
    """The words of a row, by the name of their field."""
    return {name: getattr(row, name) for name in FIELDS}


def text_of(row: Testimonial) -> str:
    """What it says: the words, or those of the recording."""
    return row.text or row.transcript


def change(
    session: Session,
    campaign: Campaign,
    row: Testimonial,
    item: Item,
    supporter: Supporter,
    words: Words,
    *,
    screening: Screening,
    drop: Collection[str] = (),
) -> bool:
    """Its author changes words, name or consents; `drop` names files to let go ("picture", "voice").

    What others would read goes back to reading, and what shows the former words ends. A use no longer agreed to
    ends at once. Returns whether it is read again.
    """
    before, former, naming = words_of(row), agreed(row), row.naming
    lost = uses_of(row) - words.uses
    files = _dropped(session, row, drop)
    write(row, words)
    row.version += 1
    session.add(row)
    reread = bool(files) or words_of(row) != before or row.naming is not naming
    if lost:
        recall(session, campaign, row, lost, Why.CONSENT)
    if reread:
        recall(session, campaign, row, [Use.STORY], Why.CHANGED)
        intake.file_again(session, campaign, item, screening)
    for medium in files:
        media.erase(session, medium)
    _log(session, supporter, row, former, renamed=row.naming is not naming)
    session.flush()
    return reread


def _dropped(session: Session, row: Testimonial, drop: Collection[str]) -> list[Media]:
    """Take files off the row; they are erased once nothing else shows them."""
    found = []
    if "picture" in drop and row.picture_id is not None:
        found.append(session.get_one(Media, row.picture_id))
        row.picture_id = None
    if "voice" in drop and row.voice_id is not None:
        found.append(session.get_one(Media, row.voice_id))
        row.voice_id = None
    session.flush()
    return found


def _log(
    session: Session, supporter: Supporter, row: Testimonial, former: set[str], *, renamed: bool
) -> None:
    now = agreed(row)
    ended, begun = former - now, now - former
    if renamed:
        ended, begun = ended | {"name"}, begun | {"name"}
    if ended:
        supporters.take_back(session, subject=Subject.TESTIMONIAL, subject_pid=row.pid, uses=ended)
    if begun:
        agree(session, supporter, row, begun)


def correct(session: Session, actor: Actor, row: Testimonial, words: dict[str, str]) -> None:
    """A moderator corrects typing mistakes; the author's own words stay known.

    Raises Forbidden; Conflict without the author's consent.
    """
    actor.require(Permission.MODERATE)
    if not row.may_correct:
        raise Conflict(mark("Its author did not agree to corrections. Return it with a reason instead."))
    before = words_of(row)
    for name in FIELDS:
        setattr(row, name, words.get(name, before[name]))
    if words_of(row) == before:
        return
    row.original = row.original or before
    row.version += 1
    session.add(row)
    campaign = session.get_one(Campaign, row.campaign_id)
    recall(session, campaign, row, [Use.STORY], Why.CHANGED)
    audit.record(session, actor, "testimonial.corrected", subject=campaign.title, subject_pid=row.pid)


def decided(session: Session, row: Testimonial, item: Item) -> None:
    """What follows from one decision; see `decided_all`."""
    decided_all(session, [(row, item)])


def decided_all(session: Session, pairs: Sequence[tuple[Testimonial, Item]]) -> None:
    """What follows from decisions: the words they were taken on are kept, and uses end where it is no yes.

    Few statements however many they are, but for each that was used already and now comes down.
    """
    for row, _ in pairs:
        row.before = words_of(row)
        session.add(row)
    begin(session, [row for row, item in pairs if item.state is ItemState.ACCEPTED])
    refused = [row for row, item in pairs if item.state in _NO]
    used = queries.used(session, [row.id for row in refused])
    for row in refused:
        if row.id in used or row.featured_at is not None:
            campaign = session.get_one(Campaign, row.campaign_id)
            recall(session, campaign, row, list(Use), Why.DECIDED)


_NO = (ItemState.REJECTED, ItemState.RESTRICTED, ItemState.RETURNED)
