"""Threads: texts, pictures, videos and galleries of an account, by containers (Threads API).

Secrets of an account: {"token": long-lived, 60 days}.
Source: https://developers.facebook.com/docs/threads/posts (500 characters, emoji counted in UTF-8 bytes, at most
five links) and /docs/threads/overview (250 posts in 24 hours).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from app.channels import graph, text, tries
from app.channels.base import Account, Attachment, Fault, Identity, Limits, Piece, Renewed
from app.channels.containers import Containers, first_since

LIMITS = Limits(text=500, media=20, video_seconds=300)
MOST_LINKS = 5
KINDS = ("image/jpeg", "image/png", "video/mp4")


class Threads(Containers):
    """An account on Threads."""

    code = "threads"
    name = "Threads"
    in_flight = 1
    renews_before: timedelta | None = timedelta(days=10)
    server = "https://graph.threads.net/v1.0"
    edge, publish_edge = "threads", "threads_publish"
    status_field = "status,error_message"
    quota_edge = "threads_publishing_limit"

    def limits(self, account: Account | None = None) -> Limits:
        """The same for every account; the quota of a day is read when a post is due."""
        return LIMITS

    def check(self, piece: Piece, limits: Limits | None = None) -> Sequence[Fault]:
        """What Threads would refuse; more than five links count as too long."""
        found = text.faults(piece, limits or LIMITS, text.emoji_as_bytes, KINDS)
        links = set(text.LINK.findall(text.compose(piece)))
        if len(links) > MOST_LINKS and Fault.TOO_LONG not in found:
            found.append(Fault.TOO_LONG)
        return found

    def check_piece(self, piece: Piece) -> None:
        tries.refuse(self.check(piece))

    def single(self, piece: Piece) -> Mapping[str, Any]:
        words = text.compose(piece)
        if not piece.media:
            return {"media_type": "TEXT", "text": words}
        return {**_medium(piece.media[0]), "text": words or None}

    def part(self, attachment: Attachment) -> Mapping[str, Any]:
        return {"is_carousel_item": "true", **_medium(attachment)}

    def whole(self, piece: Piece, parts: Sequence[str]) -> Mapping[str, Any]:
        return {
            "media_type": "CAROUSEL",
            "children": ",".join(parts),
            "text": text.compose(piece) or None,
        }

    def found(self, account: Account, piece: Piece, since: datetime) -> tuple[str, str]:
        answer = graph.call(
            account,
            self.server,
            "GET",
            f"{account.remote_id}/threads",
            fields="id,permalink,timestamp,text",
            limit=10,
        )
        return first_since(answer["data"], since, text.compose(piece))

    def identify(self, account: Account) -> Identity:
        """Who the token belongs to. Raises ReconnectNeeded or Unreachable."""

        def work() -> Identity:
            me = graph.call(account, self.server, "GET", "me", fields="id,username,name")
            name = str(me["username"])
            return Identity(
                str(me["id"]), f"@{name}", str(me.get("name") or ""), f"https://www.threads.net/@{name}"
            )

        return tries.asked(account, work)

    def renew(self, account: Account) -> Renewed:
        """Sixty more days. Raises ReconnectNeeded or Unreachable."""
        return tries.asked(account, lambda: graph.renewed(account, self.server, "th_refresh_token"))


def _medium(one: Attachment) -> Mapping[str, Any]:
    kind, place = ("VIDEO", "video_url") if text.is_video(one) else ("IMAGE", "image_url")
    return {"media_type": kind, place: one.url, "alt_text": one.alt[:1000] or None}
