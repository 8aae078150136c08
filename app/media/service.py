"""Keep pictures and videos: every file is decoded and written again by us. Refuses what it cannot read.

Files are written before the transaction that names them is committed. When it is rolled back they have no
row and `jobs.sweep` deletes them: a row never points at a file that is not there.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from sqlmodel import Session

from app.core import clock
from app.core.crypto import keyed_hash, same, sha256_hex
from app.core.errors import Gone, NotFound
from app.core.i18n import mark
from app.core.ids import new_pid
from app.core.templating import absolute
from app.media import pictures, portraits, queries, rules, videos
from app.media.models import Media, MediaKind
from app.media.pictures import Refused
from app.media.storage import Storage, get_storage
from app.people.models import Organisation
from app.people.rules import Actor

__all__ = [
    "OpenFile",
    "Prepared",
    "Refused",
    "keep",
    "open_variant",
    "prepare",
    "remove",
    "signed",
    "signed_url",
    "store",
    "store_image",
    "store_video",
    "sweep",
]

# A file may be older than its row by as long as a request lives; a day leaves no doubt.
ORPHAN_AGE = timedelta(days=1)

_SIGNED = "media address"  # the purpose of its signatures


@dataclass(frozen=True)
class OpenFile:
    """One file of a medium, ready to be sent."""

    path: Path
    mime: str


def store(
    session: Session, owner: Actor | Organisation, data: bytes, name: str, *, public: bool = False
) -> Media:
    """Keep a picture or a video, told apart by their first bytes. Raises Refused."""
    if rules.sniff(data) is rules.Sniffed.MP4:
        return store_video(session, owner, data, name, public=public)
    return store_image(session, owner, data, name, public=public)


@dataclass(frozen=True)
class Prepared:
    """A medium written anew and not yet kept; made outside any transaction, for decoding takes time."""

    kind: MediaKind
    made: rules.Rewritten


def prepare(data: bytes) -> Prepared:
    """Write a picture or a video anew, without a database. Raises Refused."""
    if rules.sniff(data) is rules.Sniffed.MP4:
        return Prepared(MediaKind.VIDEO, videos.written_anew(data))
    return Prepared(MediaKind.IMAGE, pictures.written_anew(data))


def keep(
    session: Session, owner: Actor | Organisation, prepared: Prepared, name: str, *, public: bool = False
) -> Media:
    """Keep what was prepared. Raises Refused when the organisation's room is full."""
    _check_quota(session, owner, sum(len(data) for data in prepared.made.files.values()))
    return _keep(session, owner, prepared.kind, prepared.made, name, public=public)


def store_image(
    session: Session, owner: Actor | Organisation, data: bytes, name: str, *, public: bool = False
) -> Media:
    """Keep a picture in two sizes (WebP, AVIF) and as a JPEG to publish. Raises Refused.

    A public medium is shown to whoever holds its address, which cannot be guessed, once a public page shows
    it; the others only to members of the organisation.
    """
    _check_quota(session, owner, len(data))
    return _keep(session, owner, MediaKind.IMAGE, pictures.written_anew(data), name, public=public)


def store_video(
    session: Session, owner: Actor | Organisation, data: bytes, name: str, *, public: bool = False
) -> Media:
    """Keep a video of at most 60 seconds and a still of it. Raises Refused."""
    _check_quota(session, owner, len(data))
    return _keep(session, owner, MediaKind.VIDEO, videos.written_anew(data), name, public=public)


def open_variant(media: Media, variant: str) -> OpenFile:
    """One file of a medium the caller may see. Raises NotFound when there is no such variant."""
    known = rules.IMAGE_VARIANTS if media.kind is MediaKind.IMAGE else rules.VIDEO_VARIANTS
    for one in known:
        if one.name == variant:
            path = get_storage().locate(media.pid, variant)
            if path is not None:
                return OpenFile(path, one.mime)
    raise NotFound


def signed_url(media: Media, variant: str, until: datetime) -> str:
    """A full address where a platform fetches one file itself, without a cookie, until an instant.

    Raises NotFound for what is not made to be published.
    """
    if variant not in rules.PUBLISHED:
        raise NotFound
    ends = str(int(until.timestamp()))
    query = {"until": ends, "sig": keyed_hash(_SIGNED, media.pid, variant, ends)}
    return absolute(f"/media/signed/{media.pid}/{variant}?{urlencode(query)}")


def signed(session: Session, pid: str, variant: str, *, until: str, signature: str) -> Media:
    """The medium of a signed address. Raises NotFound unless we signed exactly this, Gone after its end."""
    if variant not in rules.PUBLISHED or not same(signature, keyed_hash(_SIGNED, pid, variant, until)):
        raise NotFound
    if clock.now().timestamp() >= int(until):
        raise Gone(mark("This address has run out."))
    media = queries.by_pid(session, pid)
    if media is None or not portraits.may_show(session, media):
        raise NotFound
    return media


def remove(session: Session, media: Media) -> None:
    """Forget a medium. Its files follow with the next sweep, once the removal is certain."""
    session.delete(media)


def sweep(session: Session, *, storage: Storage | None = None) -> int:
    """Delete the files of media that have no row, a day after they were written; returns how many."""
    store_ = storage or get_storage()
    limit = clock.now() - ORPHAN_AGE
    old = [pid for pid, at in store_.kept() if at < limit]
    swept = 0
    for start in range(0, len(old), 500):
        part = old[start : start + 500]
        known = queries.known_pids(session, part)
        for pid in part:
            if pid not in known:
                store_.forget(pid)
                swept += 1
    return swept


def _organisation_id(owner: Actor | Organisation) -> int:
    return owner.organisation_id if isinstance(owner, Actor) else owner.id


def _check_quota(session: Session, owner: Actor | Organisation, coming: int) -> None:
    if queries.bytes_kept(session, _organisation_id(owner)) + coming > rules.QUOTA_BYTES:
        raise Refused(mark("Your organisation's media fill their 5 GB. Nothing was added."))


def _keep(
    session: Session,
    owner: Actor | Organisation,
    kind: MediaKind,
    made: rules.Rewritten,
    name: str,
    *,
    public: bool,
) -> Media:
    media = Media(
        pid=new_pid(),
        organisation_id=_organisation_id(owner),
        kind=kind,
        mime="video/mp4" if kind is MediaKind.VIDEO else "image/webp",
        width=made.width,
        height=made.height,
        seconds=made.seconds,
        bytes=sum(len(data) for data in made.files.values()),
        sha256=sha256_hex(made.files[made.main]),
        original_name=rules.shown_name(name),
        is_public=public,
    )
    storage = get_storage()
    for variant, data in made.files.items():
        storage.write(media.pid, variant, data)
    session.add(media)
    session.flush()
    return media
