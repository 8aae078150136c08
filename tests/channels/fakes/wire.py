"""A small HTTP server on loopback that a fake platform answers through, and that fails where a test says."""

import json
import re
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Asked:
    """A request as it arrived. `given` is its query, form or JSON object; `files` its uploads by name."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    given: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    query: str = ""


@dataclass
class Answered:
    status: int = 200
    body: Any = None  # JSON, or bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Trouble:
    """What goes wrong with the next requests whose method and path match."""

    where: str  # a regular expression for "POST /path"
    answer: Answered | None = None
    cut: str = ""  # "before": read, not handled, closed; "after": handled, closed without an answer
    times: int = 1


class Wire:
    """Serves one handler; keeps every request."""

    def __init__(self, handle: Callable[[Asked], Answered], tls: ssl.SSLContext | None = None) -> None:
        self.handle = handle
        self.asked: list[Asked] = []
        self.troubles: list[Trouble] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def fail(self, where: str, *, cut: str = "", times: int = 1, **answer: Any) -> None:
        """Let the next `times` requests at a place go wrong."""
        self.troubles.append(Trouble(where, Answered(**answer) if answer else None, cut, times))

    def count(self, where: str) -> int:
        """How many requests came to a place."""
        return sum(bool(re.search(where, f"{one.method} {one.path}")) for one in self.asked)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening: from now on connections are refused."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def _trouble(self, asked: Asked) -> Trouble | None:
        for trouble in self.troubles:
            if trouble.times > 0 and re.search(trouble.where, f"{asked.method} {asked.path}"):
                trouble.times -= 1
                return trouble
        return None

    def _meet(self, asked: Asked) -> Answered | None:
        """The answer, or None when the connection is cut."""
        with self._lock:
            self.asked.append(asked)
            trouble = self._trouble(asked)
            if trouble and trouble.answer:
                return trouble.answer
            if trouble and trouble.cut == "before":
                return None
            answer = self.handle(asked)
            return None if trouble and trouble.cut == "after" else answer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        wire = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                answer = wire._meet(read(self))
                self.close_connection = True
                if answer is None:
                    return
                body = (
                    answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body or {}).encode()
                )
                self.send_response(answer.status)
                headers = {"Content-Type": "application/json", **answer.headers}
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                """Tests stay quiet."""

        return Handler


def read(handler: BaseHTTPRequestHandler) -> Asked:
    """A request with its body taken apart."""
    parts = urlsplit(handler.path)
    headers = {name.lower(): value for name, value in handler.headers.items()}
    body = _body(handler, headers)
    asked = Asked(handler.command, parts.path, headers, body, query=parts.query)
    asked.given = dict(parse_qsl(parts.query, keep_blank_values=True))
    kind = headers.get("content-type", "")
    if kind.startswith("application/json"):
        content = json.loads(body or b"{}")
        asked.given |= content if isinstance(content, dict) else {}
    elif kind.startswith("application/x-www-form-urlencoded"):
        asked.given |= dict(parse_qsl(body.decode(), keep_blank_values=True))
    elif kind.startswith("multipart/form-data"):
        _parts(asked, kind)
    return asked


def _body(handler: BaseHTTPRequestHandler, headers: Mapping[str, str]) -> bytes:
    if headers.get("transfer-encoding", "") != "chunked":
        return handler.rfile.read(int(headers.get("content-length", 0)))
    body = b""
    while size := int(handler.rfile.readline(), 16):
        body += handler.rfile.read(size)
        handler.rfile.readline()
    handler.rfile.readline()
    return body


def _parts(asked: Asked, kind: str) -> None:
    whole: Message = BytesParser(policy=HTTP).parsebytes(
        b"Content-Type: " + kind.encode() + b"\r\n\r\n" + asked.body
    )
    for part in whole.walk():
        name = part.get_param("name", header="content-disposition")
        if not isinstance(name, str):
            continue
        content = part.get_payload(decode=True)
        data = content if isinstance(content, bytes) else b""
        if part.get_filename():
            asked.files[name] = data
        else:
            asked.given[name] = data.decode()
