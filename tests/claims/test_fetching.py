"""A source's page is read through the guarded client: inner addresses and what is no text are refused."""

import socket
from typing import Any

import pytest

from app.channels import net
from app.channels.net import Answer
from app.claims import fetching
from app.claims.fetching import Unreadable


def _answers(monkeypatch: pytest.MonkeyPatch, *answers: Answer) -> list[str]:
    asked: list[str] = []
    left = list(answers)

    def ask(method: str, address: str, **options: Any) -> Answer:
        asked.append(f"{address} {options['headers']['Host']}")
        return left.pop(0)

    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        ip = {"inner.example": "10.0.0.7"}.get(host, "93.184.216.34")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))]

    monkeypatch.setattr(net, "ask", ask)
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


def _page(text: str, kind: str = "text/html; charset=utf-8", status: int = 200, to: str = "") -> Answer:
    headers = {"content-type": kind, **({"location": to} if to else {})}
    return Answer(status, {}, text, headers)


def test_a_page_is_read_at_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _answers(monkeypatch, _page("", status=301, to="/b"), _page("<p>Un sur dix</p>"))
    assert fetching.read_page("https://stat.example/a?x=1") == "Un sur dix"
    assert asked == [
        "https://93.184.216.34/a?x=1 stat.example",
        "https://93.184.216.34/b stat.example",
    ]


@pytest.mark.parametrize(
    ("address", "answers"),
    [
        ("https://inner.example/", []),
        ("https://stat.example/", [_page("", status=302, to="http://inner.example/")]),
        ("file:///etc/passwd", []),
        ("https://stat.example/", [_page("%PDF", "application/pdf")]),
        ("https://stat.example/", [_page("<p> </p>")]),
        ("https://stat.example/", [_page("gone", status=404)]),
        ("https://stat.example/", [_page("", status=302, to="/")] * 9),
    ],
)
def test_what_cannot_be_read_says_so(
    monkeypatch: pytest.MonkeyPatch, address: str, answers: list[Answer]
) -> None:
    _answers(monkeypatch, *answers)
    with pytest.raises(Unreadable):
        fetching.read_page(address)
