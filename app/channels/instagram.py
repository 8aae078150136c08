"""Instagram: stories and the feed of a professional account, by containers (Instagram API with Instagram Login).

Instagram shows no text, link or sticker on a story that came through its interface, and no alt text; a story whose
label is not on its picture is refused before it leaves. Secrets of an account: {"token": long-lived, 60 days}.
Source: https://developers.facebook.com/docs/instagram-platform/content-publishing.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from app.channels import graph, text, tries
from app.channels.base import Account, Attachment, Fault, Identity, Limits, Piece, Renewed, Shape
from app.channels.containers import Containers, first_since

LIMITS = Limits(
    text=2200, media=10, shapes=(Shape.POST, Shape.STORY), needs_media=True, video_seconds=15 * 60
)
STORY_SECONDS = 60
MOST_HASHTAGS = 30
KINDS = ("image/jpeg", "video/mp4")


class Instagram(Containers):
    """A professional account on Instagram."""

    code = "instagram"
    name = "Instagram"
    in_flight = 1
    renews_before: timedelta | None = timedelta(days=10)
    server = f"https://graph.instagram.com/{graph.VERSION}"
    edge, publish_edge = "media", "media_publish"
    status_field = "status_code,status"
    quota_edge = "content_publishing_limit"

    def limits(self, account: Account | None = None) -> Limits:
        """The same for every account; the quota of a day is read when a post is due."""
        return LIMITS

    def check(self, piece: Piece, limits: Limits | None = None) -> Sequence[Fault]:
        """What Instagram would refuse; more than thirty hashtags count as too long."""
        given = limits or LIMITS
        found = text.faults(piece, given, len, KINDS)
        story = piece.shape is Shape.STORY
        if story and any(one.seconds > STORY_SECONDS for one in piece.media):
            found.append(Fault.VIDEO_TOO_LONG)
        if not story and text.compose(piece).count("#") > MOST_HASHTAGS and Fault.TOO_LONG not in found:
            found.append(Fault.TOO_LONG)
        return found

    def check_piece(self, piece: Piece) -> None:
        tries.refuse(self.check(piece))

    def single(self, piece: Piece) -> Mapping[str, Any]:
        one = piece.media[0]
        place = {"video_url" if text.is_video(one) else "image_url": one.url}
        if piece.shape is Shape.STORY:
            return {"media_type": "STORIES", **place}
        caption = text.compose(piece)
        if text.is_video(one):
            return {"media_type": "REELS", "caption": caption, **place}
        return {"caption": caption, "alt_text": one.alt or None, **place}

    def part(self, attachment: Attachment) -> Mapping[str, Any]:
        if text.is_video(attachment):
            return {"is_carousel_item": "true", "media_type": "VIDEO", "video_url": attachment.url}
        return {
            "is_carousel_item": "true",
            "image_url": attachment.url,
            "alt_text": attachment.alt or None,
        }

    def whole(self, piece: Piece, parts: Sequence[str]) -> Mapping[str, Any]:
        return {"media_type": "CAROUSEL", "caption": text.compose(piece), "children": ",".join(parts)}

    def found(self, account: Account, piece: Piece, since: datetime) -> tuple[str, str]:
        story = piece.shape is Shape.STORY
        where = "stories" if story else "media"
        answer = graph.call(
            account,
            self.server,
            "GET",
            f"{account.remote_id}/{where}",
            fields="id,permalink,timestamp,caption",
            limit=10,
        )
        return first_since(answer["data"], since, "" if story else text.compose(piece))

    def identify(self, account: Account) -> Identity:
        """Who the token belongs to. Raises ReconnectNeeded or Unreachable."""

        def work() -> Identity:
            me = graph.call(account, self.server, "GET", "me", fields="user_id,username,name")
            name = str(me["username"])
            number = tries.text_of(me, "user_id", "id")
            return Identity(
                number, f"@{name}", str(me.get("name") or ""), f"https://www.instagram.com/{name}/"
            )

        return tries.asked(account, work)

    def renew(self, account: Account) -> Renewed:
        """Sixty more days. Raises ReconnectNeeded or Unreachable."""
        return tries.asked(account, lambda: graph.renewed(account, self.server, "ig_refresh_token"))
