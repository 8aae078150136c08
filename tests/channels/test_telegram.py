"""Telegram: captions, albums, bots that lost their seat, and tokens that are part of every address."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.channels.base import Fault, Outcome, ReconnectNeeded
from tests.channels.bench import Bench, Desk, a_piece, a_telegram, picture
from tests.channels.fakes import telegram


@pytest.fixture
def bench() -> Iterator[Bench]:
    with a_telegram() as opened:
        yield opened


def test_words_alone_are_a_message(bench: Bench) -> None:
    report = bench.publish(a_piece())
    assert report.url == "https://t.me/ecole/41"
    assert bench.wire.count("/sendMessage") == 1


def test_a_private_channel_is_linked_by_its_number(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(telegram.CHAT, "username")
    assert bench.publish(a_piece()).url == "https://t.me/c/1234567890/41"


@pytest.mark.parametrize(("mime", "method"), [("image/jpeg", "sendPhoto"), ("video/mp4", "sendVideo")])
def test_one_medium_goes_with_its_caption(bench: Bench, tmp_path: Path, mime: str, method: str) -> None:
    one = replace(picture(tmp_path), mime=mime, seconds=5)
    assert bench.publish(a_piece(media=(one,))).outcome is Outcome.SENT
    assert bench.wire.count(f"/{method}") == 1


def test_an_album_says_its_words_once(bench: Bench, tmp_path: Path) -> None:
    media = tuple(picture(tmp_path, f"p{number}") for number in range(3))
    assert bench.publish(a_piece(media=media)).outcome is Outcome.SENT
    album = json.loads(bench.wire.asked[-1].given["media"])
    assert [bool(one["caption"]) for one in album] == [True, False, False]


def test_a_caption_is_shorter_than_a_message(bench: Bench, tmp_path: Path) -> None:
    assert bench.channel.check(a_piece("é" * 2000)) == []
    assert bench.channel.check(a_piece("é" * 2000, media=(picture(tmp_path),))) == [Fault.TOO_LONG]
    assert bench.channel.check(a_piece("👍" * 2048)) == [Fault.TOO_LONG]


@pytest.mark.parametrize(
    ("code", "description"),
    [
        (403, "Forbidden: bot was kicked from the channel chat"),
        (400, "Bad Request: chat not found"),
        (400, "Bad Request: need administrator rights in the channel chat"),
        (401, "Unauthorized"),
    ],
)
def test_a_bot_that_lost_its_seat(bench: Bench, code: int, description: str) -> None:
    answer = telegram.refused(code, description)
    bench.wire.fail(bench.publishes, status=answer.status, body=answer.body)
    report = bench.publish(a_piece())
    assert (report.outcome, report.detail) == (Outcome.RECONNECT, description)


def test_the_wait_is_in_the_answer(bench: Bench) -> None:
    answer = telegram.refused(429, "Too Many Requests: retry after 14", retry_after=14)
    bench.wire.fail(bench.publishes, status=429, body=answer.body)
    assert bench.publish(a_piece()).retry_after == timedelta(seconds=14)


def test_what_never_left_may_be_repeated(bench: Bench) -> None:
    desk, piece = Desk(), a_piece()
    answer = telegram.refused(400, "Bad Request: can't parse entities")
    bench.wire.fail(bench.publishes, status=400, body=answer.body)
    assert bench.publish(piece, desk).outcome is Outcome.REFUSED
    assert bench.look_up(piece, desk).outcome is Outcome.LATER


def test_a_bot_that_may_not_post_is_told_when_connecting(bench: Bench) -> None:
    handled = bench.wire.handle.__self__
    handled.may_post = False
    with pytest.raises(ReconnectNeeded, match="may not post"):
        bench.channel.identify(replace(bench.account, remote_id="@ecole"))
