"""Use cases of updates: write, picture, publish, correct in the open, withdraw by right. Refuses any silent edit."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlmodel import Session, col, delete, func, select

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.claims import queries as claims
from app.claims.rules import SubjectKind
from app.core import clock
from app.core.errors import Conflict, DomainError
from app.core.i18n import mark
from app.core.ids import new_pid
from app.donations.models import LedgerEntry
from app.impact import claimed, rules
from app.impact.models import Figure, Picture, Promise, Revision, Update
from app.media import portraits
from app.media import queries as media_rows
from app.media import service as media_service
from app.media.models import Media
from app.media.rules import Shows
from app.people import audit
from app.people.rules import Actor, Permission


class NotItsOwn(DomainError):
    """What should stand for the video is none of the update's pictures, or may not be shown any more."""

    status = 422

    def __init__(self) -> None:
        super().__init__(mark("Choose one of the pictures of this update."))


class Unproven(Conflict):
    """A fact in an update is not checked."""

    def __init__(self) -> None:
        super().__init__(mark("A fact in this update is not checked. Keep it as a draft until it is."))


_PUBLISHED = mark("This update is published: correct it in the open instead.")
_DESCRIBE = mark("Describe each picture for those who cannot see it, then publish.")
_AGREED = mark("Say of each picture who can be recognised in it and that they agreed, then publish.")


def write_update(
    session: Session,
    actor: Actor,
    campaign: Campaign,
    *,
    update: Update | None,
    title: str,
    body: str,
    figures: Mapping[int, Decimal],
    spends: Sequence[int],
    video_url: str = "",
    video_title: str = "",
    video_picture: str = "",
    pid: str = "",
) -> Update:
    """Write or rewrite a draft; `figures` by promise id, `spends` by ledger entry id.

    `pid`: the public id a new one is to have, of the press that makes it.

    `video_picture`: the public id of the picture that stands for the video, one of its own. Raises NotItsOwn for
    another, Conflict once it is published: `revise_update` corrects it in the open.
    """
    actor.require(Permission.PUBLISH)
    if update is not None and update.published_at is not None:
        raise Conflict(_PUBLISHED)
    row = update or Update(
        pid=pid or new_pid(), campaign_id=campaign.id, title=title, created_by=actor.person_id
    )
    row.title, row.body = title, body
    row.video_url, row.video_title = video_url, video_title if video_url else ""
    row.video_picture = _own_picture(session, update, video_picture) if video_url else ""
    row.ledger_entry_ids = sorted(spends)
    session.add(row)
    session.flush()
    _set_figures(session, row, figures)
    return row


def _own_picture(session: Session, update: Update | None, pid: str) -> str:
    """The public id of one of an update's pictures that may be shown, or of none. Raises NotItsOwn."""
    if not pid:
        return ""
    if update is None:
        raise NotItsOwn
    media_id = session.exec(
        select(Picture.media_id).where(Picture.update_id == update.id, Picture.pid == pid)
    ).first()
    if not media_rows.urls(session, [media_id]):
        raise NotItsOwn
    return pid


def add_picture(
    session: Session, actor: Actor, update: Update, media: Media, *, alt_text: str, place: str
) -> Picture:
    """Add a picture to a draft, after those it has. Raises Conflict once it is published."""
    actor.require(Permission.PUBLISH)
    _refuse_when_published(update)
    count = session.exec(select(func.count()).where(Picture.update_id == update.id)).one()
    row = Picture(update_id=update.id, media_id=media.id, position=int(count), alt_text=alt_text, place=place)
    session.add(row)
    session.flush()
    return row


def change_picture(
    session: Session, actor: Actor, update: Update, picture: Picture, *, alt_text: str, place: str
) -> None:
    """Say anew what a picture of a draft shows, and where. Raises Conflict once it is published."""
    actor.require(Permission.PUBLISH)
    _refuse_when_published(update)
    picture.alt_text, picture.place = alt_text, place
    session.add(picture)


def refuse_picture(session: Session, actor: Actor, picture: Picture) -> None:
    """Somebody in a picture does not agree, or nobody had seen that they are in it: from now on nothing shows it."""
    actor.require(Permission.PUBLISH)
    if picture.media_id is None:
        return
    media = session.get_one(Media, picture.media_id)
    said = portraits.of_media(session, [media.id]).get(media.id)
    if said is None or said.shows is Shows.NOBODY:
        portraits.declare(session, actor, media, shows=Shows.ADULT)
    portraits.withdraw(session, actor, media)


def remove_picture(session: Session, actor: Actor, update: Update, picture: Picture) -> None:
    """Take a picture out of a draft, also from before its video. Raises Conflict once it is published."""
    actor.require(Permission.PUBLISH)
    _refuse_when_published(update)
    if update.video_picture == picture.pid:
        update.video_picture = ""
        session.add(update)
    session.delete(picture)


def publish_update(session: Session, actor: Actor, campaign: Campaign, update: Update) -> None:
    """Make an update public for good.

    Raises Conflict while a picture has no description or nobody said who is in it, Unproven while a fact is unchecked.
    """
    actor.require(Permission.PUBLISH)
    if update.published_at is not None:
        return
    if campaign.state in (State.DRAFT, State.READY):
        raise Conflict(mark("An update tells what happened: the week has not begun."))
    _check_pictures(session, update)
    if claims.with_open_claims(session, SubjectKind.UPDATE, {update.pid: claimed.text_of(update)}):
        raise Unproven
    update.published_at = clock.now()
    session.add(update)
    audit.record(session, actor, "update.published", subject=update.title, subject_pid=update.pid)


def _check_pictures(session: Session, update: Update) -> None:
    pictures = session.exec(select(Picture).where(Picture.update_id == update.id)).all()
    if any(not one.alt_text for one in pictures):
        raise Conflict(_DESCRIBE)
    ids = [one.media_id for one in pictures if one.media_id is not None]
    said = portraits.of_media(session, ids)
    today = clock.today("UTC")
    if any(one not in said or portraits.is_refused_on(said[one], today) for one in ids):
        raise Conflict(_AGREED)


def revise_update(
    session: Session,
    actor: Actor,
    update: Update,
    *,
    title: str,
    body: str,
    figures: Mapping[int, Decimal],
    why: str,
    video_picture: str | None = None,
) -> Revision:
    """Correct a published update: what it said stays, with what changed, when and why; `figures` by promise id.

    `video_picture` as in `write_update`; None leaves it. Raises Conflict for a draft, for words that were withdrawn,
    and when nothing would change; NotItsOwn.
    """
    actor.require(Permission.PUBLISH)
    _check_revisable(update)
    before = _figures(session, update)
    after = {**_figures(session, update), **figures}
    stands = _stands_for_video(session, update, video_picture)
    if (title, body, after, stands) == (update.title, update.body, before, update.video_picture):
        raise Conflict(mark("Nothing was changed."))
    pids = dict(session.exec(select(Promise.id, Promise.pid).where(col(Promise.id).in_(after))).all())
    row = Revision(
        update_id=update.id,
        old_title=update.title,
        old_body=update.body,
        old_figures={pids[key]: rules.measure(value) for key, value in before.items()},
        title=title,
        body=body,
        figures={pids[key]: rules.measure(value) for key, value in after.items()},
        old_video_picture=update.video_picture,
        video_picture=stands,
        why=why,
        person_id=actor.person_id,
    )
    update.title, update.body, update.video_picture = title, body, stands
    session.add_all([row, update])
    _set_figures(session, update, after)
    audit.record(session, actor, "update.corrected", subject=title, subject_pid=update.pid, reason=why)
    return row


def _stands_for_video(session: Session, update: Update, asked: str | None) -> str:
    """Which picture stands for the video after a correction: what was asked for, else the one that stands."""
    if asked is None or asked == update.video_picture or not update.video_url:
        return update.video_picture
    return _own_picture(session, update, asked)


def _check_revisable(update: Update) -> None:
    if update.published_at is None:
        raise Conflict(mark("Nobody has read this draft: simply change it."))
    if update.withdrawn_at is not None:
        raise Conflict(mark("The words of this update were withdrawn."))


def withdraw_update(session: Session, actor: Actor, update: Update, *, why: str) -> None:
    """Erase what a published update says because somebody has a right to it; `why` is shown in its place.

    Its figures and its date stay. Raises Forbidden below administrators, Conflict for a draft or the second time.
    """
    actor.require(Permission.ADMIN)
    _check_revisable(update)
    update.withdrawn_at, update.withdrawn_why = clock.now(), why
    update.title = update.body = update.video_url = update.video_title = update.video_picture = ""
    for one in session.exec(select(Revision).where(Revision.update_id == update.id)):
        one.old_title = one.old_body = one.title = one.body = one.why = ""
        session.add(one)
    for picture in session.exec(select(Picture).where(Picture.update_id == update.id)):
        _erase_picture(session, picture)
    session.add(update)
    audit.forget(session, update.pid)
    audit.record(session, actor, "update.withdrawn", subject_pid=update.pid)


def _erase_picture(session: Session, picture: Picture) -> None:
    """Erase a picture's file, unless it proves an entry of the ledger too."""
    media_id, picture.media_id = picture.media_id, None
    picture.alt_text = picture.place = ""
    session.add(picture)
    session.flush()
    if media_id is None:
        return
    proves = session.exec(
        select(LedgerEntry.id).where(LedgerEntry.evidence_media_id == media_id).limit(1)
    ).first()
    others = session.exec(select(Picture.id).where(Picture.media_id == media_id).limit(1)).first()
    if proves is None and others is None:
        media_service.erase(session, session.get_one(Media, media_id))


def _figures(session: Session, update: Update) -> dict[int, Decimal]:
    rows = session.exec(select(Figure).where(Figure.update_id == update.id))
    return {one.promise_id: one.value for one in rows}


def _set_figures(session: Session, row: Update, figures: Mapping[int, Decimal]) -> None:
    """Give an update exactly these figures; rows that stay keep their place."""
    for one in session.exec(select(Figure).where(Figure.update_id == row.id)).all():
        if one.promise_id in figures:
            one.value = figures[one.promise_id]
            session.add(one)
        else:
            session.delete(one)
    known = _figures(session, row)
    session.add_all(
        Figure(update_id=row.id, promise_id=key, value=value)
        for key, value in figures.items()
        if key not in known
    )
    session.flush()


def _refuse_when_published(update: Update) -> None:
    if update.published_at is not None:
        raise Conflict(_PUBLISHED)


def remove_draft(session: Session, actor: Actor, update: Update) -> None:
    """Throw a draft away. Raises Conflict once it is published."""
    actor.require(Permission.PUBLISH)
    _refuse_when_published(update)
    for table in (Figure, Picture):
        session.exec(delete(table).where(col(table.update_id) == update.id))
    session.delete(update)
    audit.record(session, actor, "update.removed", subject=update.title, subject_pid=update.pid)
