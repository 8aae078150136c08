"""Facebook: the feed and the stories of a Page (Graph API).

A Page's interface takes no key. Pictures are uploaded unpublished and kept first; what makes them public is one
request, and after a loss the Page's own feed or stories are read back: found means sent, not found means nobody
knows. Secrets of an account: {"token": the Page's own}, which lasts; `remote_id` is the Page's id.
Source: https://developers.facebook.com/docs/pages-api/posts and /docs/page-stories-api.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from app.channels import graph, text, tries
from app.channels.base import (
    Account,
    Attachment,
    Fault,
    Identity,
    Limits,
    Outcome,
    Piece,
    Renewed,
    Report,
    Shape,
    Ticket,
)
from app.channels.tries import Progress
from app.core import clock

SERVER = f"https://graph.facebook.com/{graph.VERSION}"
SITE = "https://www.facebook.com/"
LIMITS = Limits(text=63_206, media=10, shapes=(Shape.POST, Shape.STORY), video_seconds=4 * 3600)
STORY_SECONDS = 90
KINDS = ("image/jpeg", "image/png", "video/mp4")
UNPUBLISHED_LIVES = timedelta(hours=23)  # an upload that nothing uses is dropped after a day
READ_BACK = 25  # posts
SKEW = timedelta(minutes=2)


class Facebook:
    """A Page on Facebook."""

    code = "facebook"
    name = "Facebook"
    in_flight = 1
    renews_before: timedelta | None = None

    def limits(self, account: Account | None = None) -> Limits:
        """The same for every Page."""
        return LIMITS

    def check(self, piece: Piece, limits: Limits | None = None) -> Sequence[Fault]:
        """What Facebook would refuse."""
        found = text.faults(piece, limits or LIMITS, len, KINDS, mixed=False)
        if piece.shape is Shape.STORY and any(one.seconds > STORY_SECONDS for one in piece.media):
            found.append(Fault.VIDEO_TOO_LONG)
        return found

    def key(self, pid: str, position: int, due_at: datetime) -> str:
        """For our own ledger: a Page takes none."""
        return tries.plain_key(pid, position, due_at)

    def publish(self, account: Account, piece: Piece, ticket: Ticket) -> Report:
        """Upload what is not public yet, then the one request that is."""

        def work() -> Report:
            tries.refuse(self.check(piece))
            progress = Progress(ticket)
            _forget_old(progress)
            return _way(piece)(account, piece, progress)

        return tries.attempt(account, ticket, lambda: self.look_up(account, piece, ticket), work)

    def look_up(self, account: Account, piece: Piece, ticket: Ticket) -> Report:
        """In the Page's own feed or stories; not found there, nobody knows."""

        def work() -> Report:
            progress = Progress(ticket)
            if not progress.get("asked"):
                return Report(Outcome.LATER, "nothing public had been asked for")
            story = piece.shape is Shape.STORY
            seen = _story(account, progress) if story else _in_feed(account, piece, ticket)
            return seen or Report(Outcome.UNKNOWN, "not among the Page's latest")

        return tries.looked_up(account, work)

    def identify(self, account: Account) -> Identity:
        """The Page that the token belongs to. Raises ReconnectNeeded or Unreachable."""

        def work() -> Identity:
            page = _call(account, "GET", "me", fields="id,name,username,link")
            handle = str(page.get("username") or page["name"])
            url = str(page.get("link") or SITE + str(page["id"]))
            return Identity(str(page["id"]), handle, str(page["name"]), url)

        return tries.asked(account, work)

    def renew(self, account: Account) -> Renewed:
        """A Page's token from a long-lived login lasts until it is revoked."""
        return Renewed(account.secrets)


def _way(piece: Piece) -> Callable[[Account, Piece, Progress], Report]:
    video = bool(piece.media) and text.is_video(piece.media[0])
    if piece.shape is Shape.STORY:
        return _video_story if video else _photo_story
    return _video if video else _post


def _post(account: Account, piece: Piece, progress: Progress) -> Report:
    """A post of the feed, with the pictures that were uploaded before."""
    photos: list[str] = list(progress.get("photos") or [])
    for attachment in piece.media[len(photos) :]:
        photos.append(_upload(account, attachment, progress))
        progress.keep(photos=photos)
    given: dict[str, Any] = {"message": text.compose(piece)}
    given |= {f"attached_media[{n}]": f'{{"media_fbid":"{photo}"}}' for n, photo in enumerate(photos)}
    if piece.link and not photos:
        given["link"] = piece.link
    with progress.asking():
        made = _call(account, "POST", f"{account.remote_id}/feed", publishes=True, **given)
    return _sent(str(made["id"]))


def _video(account: Account, piece: Piece, progress: Progress) -> Report:
    """A video that Facebook fetches; it appears when it is prepared."""
    given = {"file_url": piece.media[0].url, "description": text.compose(piece)}
    with progress.asking():
        made = _call(account, "POST", f"{account.remote_id}/videos", publishes=True, **given)
    return _sent(str(made["id"]))


def _photo_story(account: Account, piece: Piece, progress: Progress) -> Report:
    photo = progress.get("medium") or _upload(account, piece.media[0], progress)
    progress.keep(medium=photo)
    with progress.asking():
        path = f"{account.remote_id}/photo_stories"
        made = _call(account, "POST", path, publishes=True, photo_id=photo)
    return _sent(str(made["post_id"]))


def _video_story(account: Account, piece: Piece, progress: Progress) -> Report:
    """In three phases: a place for the video, the video that Facebook fetches, and its publication."""
    path = f"{account.remote_id}/video_stories"
    video = progress.get("medium")
    if not video:
        begun = _call(account, "POST", path, upload_phase="start")
        given = {"file_url": piece.media[0].url}
        _call(account, "POST", str(begun["upload_url"]), headers=given)
        video = str(begun["video_id"])
        progress.keep(medium=video, made=int(clock.now().timestamp()))
    with progress.asking():
        made = _call(account, "POST", path, publishes=True, upload_phase="finish", video_id=video)
    return _sent(str(made["post_id"]))


def _upload(account: Account, attachment: Attachment, progress: Progress) -> str:
    """A picture that Facebook fetches and shows to nobody yet."""
    if not progress.get("made"):
        progress.keep(made=int(clock.now().timestamp()))
    made = _call(
        account,
        "POST",
        f"{account.remote_id}/photos",
        url=attachment.url,
        published="false",
        temporary="true",
        alt_text_custom=attachment.alt or None,
    )
    return str(made["id"])


def _forget_old(progress: Progress) -> None:
    """Uploads that Facebook has dropped by now are made again; whether something went out stays known."""
    made = progress.get("made")
    if made and clock.now().timestamp() - made > UNPUBLISHED_LIVES.total_seconds():
        progress.keep(made=None, photos=None, medium=None)


def _in_feed(account: Account, piece: Piece, ticket: Ticket) -> Report | None:
    """Our post among the Page's own since the first try, by its words; without words it cannot be told."""
    words = text.fingerprint(text.compose(piece))
    since = ticket.started_at - SKEW
    answer = _call(
        account,
        "GET",
        f"{account.remote_id}/feed",
        fields="id,message,created_time,permalink_url",
        since=int(since.timestamp()),
        limit=READ_BACK,
    )
    for row in answer["data"]:
        if words and text.fingerprint(str(row.get("message") or "")) == words:
            return Report(Outcome.SENT, remote_id=str(row["id"]), url=str(row.get("permalink_url") or ""))
    return None


def _story(account: Account, progress: Progress) -> Report | None:
    """Our story among the Page's, by the picture or video that it shows."""
    answer = _call(account, "GET", f"{account.remote_id}/stories", fields="post_id,status,media_id,url")
    for row in answer["data"]:
        if str(row.get("media_id")) == str(progress.get("medium")):
            return Report(Outcome.SENT, remote_id=str(row["post_id"]), url=str(row.get("url") or ""))
    return None


def _sent(number: str) -> Report:
    return Report(Outcome.SENT, remote_id=number, url=SITE + number)


def _call(account: Account, method: str, path: str, **given: Any) -> Mapping[str, Any]:
    return graph.call(account, SERVER, method, path, **given)
