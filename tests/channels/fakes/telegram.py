"""A small Bot API: one channel, one bot, its methods and errors as Telegram documents them."""

import itertools
import json
from typing import Any

from tests.channels.fakes.wire import Answered, Asked

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
CHAT = {"id": -1001234567890, "type": "channel", "title": "École", "username": "ecole"}


def refused(code: int, description: str, **parameters: Any) -> Answered:
    """An error as the Bot API words it."""
    body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    return Answered(code, body | ({"parameters": parameters} if parameters else {}))


class Telegram:
    """`public` holds what people see in the channel."""

    def __init__(self) -> None:
        self.public: list[dict[str, Any]] = []
        self.revoked = False
        self.may_post = True
        self._ids = itertools.count(41)

    def handle(self, asked: Asked) -> Answered:
        token, _, method = asked.path.removeprefix("/bot").rpartition("/")
        if token != TOKEN or self.revoked:
            return refused(401, "Unauthorized")
        if asked.given.get("chat_id", str(CHAT["id"])) not in (str(CHAT["id"]), "@ecole"):
            return refused(400, "Bad Request: chat not found")
        result = getattr(self, f"_{method.lower()}")(asked)
        return result if isinstance(result, Answered) else Answered(body={"ok": True, "result": result})

    def _getme(self, asked: Asked) -> Any:
        return {"id": 110201543, "is_bot": True, "username": "septaine_bot"}

    def _getchat(self, asked: Asked) -> Any:
        return CHAT

    def _getchatmember(self, asked: Asked) -> Any:
        return {"status": "administrator", "can_post_messages": self.may_post}

    def _sendmessage(self, asked: Asked) -> Any:
        if len(asked.given["text"].encode("utf-16-le")) > 8192:
            return refused(400, "Bad Request: message is too long")
        return self._show(asked.given["text"])

    def _sendphoto(self, asked: Asked) -> Any:
        if not asked.files["file0"]:
            return refused(400, "Bad Request: wrong file")
        return self._show(asked.given["caption"])

    _sendvideo = _sendphoto

    def _sendmediagroup(self, asked: Asked) -> Any:
        album = json.loads(asked.given["media"])
        assert all(asked.files[one["media"].removeprefix("attach://")] for one in album)
        return [self._show(album[0]["caption"])] + [
            {"message_id": next(self._ids), "chat": CHAT} for _ in album[1:]
        ]

    def _show(self, text: str) -> dict[str, Any]:
        number = next(self._ids)
        self.public.append({"id": str(number), "text": text, "alts": []})
        return {"message_id": number, "chat": CHAT, "date": 1_804_068_000}
