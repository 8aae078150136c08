"""Reads of media: a medium by its public id, and the addresses templates need."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.media import rules
from app.media.models import Media, MediaKind
from app.media.portraits import showable
from app.people.rules import Actor


@dataclass(frozen=True)
class MediaUrls:
    """A medium as templates show it. Addresses are paths; sizes are pixels of the full and small files."""

    pid: str
    kind: MediaKind
    is_public: bool  # meant for a public page, which shows it when its day has come
    full: str  # WebP; a video's still
    small: str  # WebP, 480 wide at most
    full_avif: str  # empty for a video
    small_avif: str  # empty for a video
    download: str  # JPEG or MP4, to publish elsewhere
    download_name: str
    video: str  # empty for a picture
    width: int
    height: int
    small_width: int
    small_height: int
    seconds: float
    mime: str  # of the download

    @property
    def is_video(self) -> bool:
        return self.kind is MediaKind.VIDEO


def urls_of(media: Media, *, studio: bool = False) -> MediaUrls:
    """The addresses of one medium: open ones when it is public, the studio's otherwise and when asked for.

    Pages of the studio ask for them: an open address answers only once a public page shows the medium.
    """
    base = f"{'/studio' if studio or not media.is_public else ''}/media/{media.pid}"
    width, height = rules.fitted(media.width, media.height, rules.FULL)
    small_width, small_height = rules.fitted(media.width, media.height, rules.SMALL)
    video = media.kind is MediaKind.VIDEO
    return MediaUrls(
        pid=media.pid,
        kind=media.kind,
        is_public=media.is_public,
        full=f"{base}/{'poster' if video else 'full'}.webp",
        small=f"{base}/small.webp",
        full_avif="" if video else f"{base}/full.avif",
        small_avif="" if video else f"{base}/small.avif",
        download=f"{base}/{'video.mp4' if video else 'share.jpg'}",
        download_name=f"story-{media.pid[:6]}.{'mp4' if video else 'jpg'}",
        video=f"{base}/video.mp4" if video else "",
        width=width,
        height=height,
        small_width=small_width,
        small_height=small_height,
        seconds=media.seconds,
        mime="video/mp4" if video else "image/jpeg",
    )


def urls(session: Session, ids: Iterable[int | None], *, studio: bool = False) -> dict[int, MediaUrls]:
    """The addresses of several media by their row ids, in one query; absent ids are left out.

    Outside the studio also those left out that show somebody whose agreement has ended.
    """
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    found = select(Media).where(col(Media.id).in_(wanted))
    rows = session.exec(found if studio else found.where(showable())).all()
    return {row.id: urls_of(row, studio=studio) for row in rows}


def by_pid(session: Session, pid: str) -> Media | None:
    """Any medium, for a caller who has proved by a signature that it may be fetched."""
    return session.exec(select(Media).where(Media.pid == pid)).first()


def own_media(session: Session, actor: Actor, pid: str) -> Media | None:
    """A medium of the actor's organisation, public or not."""
    return session.exec(
        select(Media).where(Media.pid == pid, Media.organisation_id == actor.organisation_id)
    ).first()


def bytes_kept(session: Session, organisation_id: int) -> int:
    """How many bytes the organisation keeps, all variants together."""
    total = session.exec(
        select(func.coalesce(func.sum(Media.bytes), 0)).where(Media.organisation_id == organisation_id)
    ).one()
    return int(total)


def known_pids(session: Session, pids: Iterable[str]) -> set[str]:
    """Which of these ids have a row."""
    return set(session.exec(select(Media.pid).where(col(Media.pid).in_(list(pids)))).all())
