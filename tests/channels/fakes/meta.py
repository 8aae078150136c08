"""A small Graph API: containers of Instagram and Threads, a Page of Facebook, with Meta's states, codes and quotas.

Written from Meta's published documentation. It cannot prove that Meta itself behaves so; docs/channels.md says what
that leaves open.
"""

import itertools
import re
from datetime import datetime, timedelta
from typing import Any

from app.core import clock
from tests.channels.fakes.wire import Answered, Asked

TOKEN = "meta-token-0123456789abcdef"
FETCHED = "https://media.example/"  # what Meta can fetch


def error(code: int, message: str = "No.", subcode: int = 0, status: int = 400) -> Answered:
    """An error as the Graph API words it."""
    told = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A1"}
    return Answered(status, {"error": told | ({"error_subcode": subcode} if subcode else {})})


class Meta:
    """The state of all three platforms. `public` holds what people see, in order."""

    def __init__(self) -> None:
        self.tokens = {TOKEN}
        self.containers: dict[str, dict[str, Any]] = {}
        self.uploads: dict[str, dict[str, Any]] = {}
        self.public: list[dict[str, Any]] = []
        self.used, self.quota = 0, 50
        self.slow = 0  # how often a new container is still in progress when asked
        self._ids = itertools.count(17_800_000_001)

    def handle(self, asked: Asked) -> Answered:
        """One request, after its token."""
        if asked.path == "/refresh_access_token":
            return self._refresh(asked)
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return error(190, "Error validating access token: it has been revoked.", status=401)
        parts = asked.path.strip("/").split("/")
        way = getattr(self, f"_{asked.method.lower()}_{parts[-1]}", None)
        if way:
            answer: Answered = way(asked)
            return answer
        return self._object(asked, parts[-1])

    def _id(self) -> str:
        return str(next(self._ids))

    def _refresh(self, asked: Asked) -> Answered:
        if asked.given.get("access_token") not in self.tokens:
            return error(190, "Session has expired.", 463)
        self.tokens.add("meta-renewed-0123456789abcdef")
        return Answered(body={"access_token": "meta-renewed-0123456789abcdef", "expires_in": 5_184_000})

    def _get_me(self, asked: Asked) -> Answered:
        return Answered(
            body={
                "id": "17841400000000001",
                "user_id": "17841400000000001",
                "username": "ecole",
                "name": "École",
            }
        )

    # Containers: https://developers.facebook.com/docs/instagram-platform/content-publishing

    def _post_media(self, asked: Asked) -> Answered:
        given = asked.given
        url = given.get("image_url") or given.get("video_url") or ""
        if given.get("media_type") not in ("CAROUSEL", "TEXT") and not url.startswith(FETCHED):
            return error(9004, "The media could not be fetched from this URI.", 2207052)
        if len(given.get("caption", "")) > 2200:
            return error(36004, "The caption is too long.", 2207010)
        known = self._id()
        self.containers[known] = {
            **given,
            "made": clock.now(),
            "state": "IN_PROGRESS" if self.slow else "FINISHED",
            "asked": 0,
        }
        return Answered(body={"id": known})

    _post_threads = _post_media

    def _post_media_publish(self, asked: Asked) -> Answered:
        container = self.containers.get(asked.given.get("creation_id", ""))
        if container is None:
            return error(24, "The requested resource does not exist.", 2207006)
        state = self._state(container)
        if state == "EXPIRED":
            return error(-2, "The media has expired.", 2207020)
        if state == "IN_PROGRESS":
            return error(9007, "The media is not ready for publishing.", 2207027)
        if state == "PUBLISHED":  # once: the same container gives the same post
            return Answered(body={"id": container["post"]})
        if self.used >= self.quota:
            return error(9, "The user reached the maximum number of posts.", 2207042)
        self.used += 1
        container["state"], container["post"] = "PUBLISHED", self._id()
        self._show(container["post"], container, container.get("caption") or container.get("text", ""))
        return Answered(body={"id": container["post"]})

    _post_threads_publish = _post_media_publish

    def _state(self, container: dict[str, Any]) -> str:
        if container["state"] == "FINISHED" and clock.now() - container["made"] > timedelta(hours=24):
            container["state"] = "EXPIRED"
        return str(container["state"])

    def _show(self, known: str, given: dict[str, Any], text: str) -> None:
        children = [self.containers[one] for one in given.get("children", "").split(",") if one]
        self.public.append(
            {
                "id": known,
                "text": text,
                "alts": [one["alt_text"] for one in (children or [given]) if one.get("alt_text")],
                "kind": given.get("media_type", ""),
                "at": clock.now(),
            }
        )

    def _get_content_publishing_limit(self, asked: Asked) -> Answered:
        config = {"quota_total": self.quota, "quota_duration": 86_400}
        return Answered(body={"data": [{"quota_usage": self.used, "config": config}]})

    _get_threads_publishing_limit = _get_content_publishing_limit

    def _get_media(self, asked: Asked) -> Answered:
        rows = [
            {
                "id": one["id"],
                "permalink": _link(one["id"]),
                "timestamp": _meta_time(one["at"]),
                **({name: one["text"] for name in ("caption", "text") if name in asked.given["fields"]}),
            }
            for one in reversed(self.public)
        ]
        return Answered(body={"data": rows})

    _get_threads = _get_media

    def _object(self, asked: Asked, known: str) -> Answered:
        container = self.containers.get(known)
        if container:
            container["asked"] += 1
            if container["state"] == "IN_PROGRESS" and container["asked"] > self.slow:
                container["state"] = "FINISHED"
            state, said = self._state(container), container.get("said", "")
            if asked.given["fields"].startswith("status_code"):
                return Answered(body={"id": known, "status_code": state, "status": said or state})
            return Answered(body={"id": known, "status": state} | ({"error_message": said} if said else {}))
        if any(one["id"] == known for one in self.public):
            return Answered(body={"id": known, "permalink": _link(known)})
        return error(100, "Unsupported get request. Object does not exist.", 33)

    # A Page: https://developers.facebook.com/docs/pages-api/posts and /docs/page-stories-api

    def _post_photos(self, asked: Asked) -> Answered:
        if not asked.given["url"].startswith(FETCHED):
            return error(324, "Missing or invalid image file.")
        known = self._id()
        self.uploads[known] = dict(asked.given)
        return Answered(body={"id": known})

    def _post_feed(self, asked: Asked) -> Answered:
        photos = [
            found[1]
            for name, value in sorted(asked.given.items())
            if name.startswith("attached_media") and (found := re.search(r'"(\d+)"\}$', value))
        ]
        if any(photo not in self.uploads for photo in photos):
            return error(100, "Invalid parameter: the photo does not exist.")
        known = f"101_{self._id()}"
        alts = [self.uploads[photo].get("alt_text_custom", "") for photo in photos]
        text = asked.given.get("message", "")
        self.public.append({"id": known, "text": text, "alts": alts, "kind": "feed", "at": clock.now()})
        return Answered(body={"id": known})

    def _post_videos(self, asked: Asked) -> Answered:
        known = self._id()
        self.public.append(
            {"id": known, "text": asked.given["description"], "alts": [], "kind": "video", "at": clock.now()}
        )
        return Answered(body={"id": known})

    def _post_photo_stories(self, asked: Asked) -> Answered:
        return self._story(asked.given["photo_id"])

    def _post_video_stories(self, asked: Asked) -> Answered:
        if asked.given["upload_phase"] == "start":
            known = self._id()
            self.uploads[known] = {}
            return Answered(
                body={
                    "video_id": known,
                    "upload_url": f"http://{asked.headers['host']}/upload/{known}/rupload",
                }
            )
        return self._story(asked.given["video_id"])

    def _post_rupload(self, asked: Asked) -> Answered:
        self.uploads[asked.path.split("/")[-2]]["url"] = asked.headers["file_url"]
        return Answered(body={"success": True})

    def _story(self, medium: str) -> Answered:
        known = self._id()
        self.public.append(
            {"id": known, "text": "", "alts": [], "kind": "story", "medium": medium, "at": clock.now()}
        )
        return Answered(body={"success": True, "post_id": known})

    def _get_feed(self, asked: Asked) -> Answered:
        since = int(asked.given.get("since", 0))
        rows = [
            {"id": one["id"], "message": one["text"], "permalink_url": _link(one["id"])}
            for one in reversed(self.public)
            if one["kind"] == "feed" and one["at"].timestamp() >= since
        ]
        return Answered(body={"data": rows})

    def _get_stories(self, asked: Asked) -> Answered:
        if "permalink" in asked.given.get("fields", ""):
            return self._get_media(asked)
        rows = [
            {"post_id": one["id"], "status": "PUBLISHED", "media_id": one["medium"], "url": _link(one["id"])}
            for one in reversed(self.public)
            if one["kind"] == "story"
        ]
        return Answered(body={"data": rows})


def _link(known: str) -> str:
    return f"https://www.example.com/p/{known}"


def _meta_time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S+0000")
