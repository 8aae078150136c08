"""The receiving side of a webhook, written from docs/channels.md alone: checks the signature, ignores repetitions."""

import hashlib
import hmac
import json
from typing import Any

from app.core import clock
from tests.channels.fakes.wire import Answered, Asked

SECRET = "whk-0123456789abcdef0123456789abcdef"


class Receiver:
    """`public` holds each delivery once."""

    def __init__(self) -> None:
        self.public: list[dict[str, Any]] = []
        self.pings = 0
        self.gone = False
        self._known: set[str] = set()

    def handle(self, asked: Asked) -> Answered:
        if self.gone:
            return Answered(410)
        sent_at = asked.headers["septaine-timestamp"]
        signed = hmac.new(SECRET.encode(), sent_at.encode() + b"." + asked.body, hashlib.sha256).hexdigest()
        genuine = hmac.compare_digest(f"v1={signed}", asked.headers["septaine-signature"])
        if not genuine or abs(clock.now().timestamp() - int(sent_at)) > 300:
            return Answered(401)
        content = json.loads(asked.body)
        if content["type"] == "ping":
            self.pings += 1
            return Answered(204, b"")
        if asked.headers["septaine-delivery"] not in self._known:
            self._known.add(asked.headers["septaine-delivery"])
            alts = [one["alt"] for one in content["media"]]
            self.public.append({"text": content["text"], "alts": alts, "content": content})
        return Answered(200, {"url": "https://receiver.example/posts/1"})
