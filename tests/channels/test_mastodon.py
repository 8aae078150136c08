"""Mastodon: what a server says of itself, keys that it forgets or ignores, media that it still prepares."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.channels import mastodon as module
from app.channels.base import Fault, Outcome
from app.channels.tries import Progress
from app.core import clock
from tests.channels.bench import Bench, Desk, a_piece, mastodon, picture


@pytest.fixture
def bench() -> Iterator[Bench]:
    module._servers.clear()
    with mastodon() as opened:
        yield opened


def test_a_status_says_its_language_and_its_visibility(bench: Bench) -> None:
    assert bench.publish(a_piece(language="en")).outcome is Outcome.SENT
    status = bench.seen()[0]["status"]
    assert (status["language"], status["visibility"]) == ("en", "public")
    sent = next(one for one in bench.wire.asked if one.method == "POST")
    assert sent.headers["idempotency-key"].startswith("abcdefgh12345678-0-")


def test_limits_are_the_servers_own_and_asked_once_an_hour(bench: Bench) -> None:
    told = {"configuration": {"statuses": {"max_characters": 5000, "max_media_attachments": 8}}}
    bench.wire.fail("GET /api/v2/instance", status=200, body=told)
    limits = bench.channel.limits(bench.account)
    assert (limits.text, limits.media, limits.counts_link_as) == (5000, 8, 23)
    assert bench.channel.check(a_piece("é" * 600)) == [Fault.TOO_LONG]
    assert bench.channel.check(a_piece("é" * 600), limits) == []
    bench.channel.limits(bench.account)
    assert bench.wire.count("GET /api/v2/instance") == 1
    with clock.frozen(clock.now() + timedelta(minutes=61)):
        assert bench.channel.limits(bench.account).text == 500
    assert bench.wire.count("GET /api/v2/instance") == 2


def test_a_server_that_does_not_tell_has_the_usual_limits(bench: Bench) -> None:
    bench.wire.fail("GET /api/v2/instance", times=9, status=500)
    assert bench.channel.limits(bench.account) == module.DEFAULT
    bench.channel.limits(bench.account)
    assert bench.wire.count("GET /api/v2/instance") == 1
    assert bench.channel.limits() == module.DEFAULT


def test_links_count_as_twenty_three(bench: Bench) -> None:
    link = "https://a.example/" + "x" * 400
    assert bench.channel.check(a_piece("é" * 420, label="", link=link, hashtags=())) == []


def test_a_key_that_the_server_forgot_is_not_repeated(bench: Bench) -> None:
    desk, piece = Desk(), a_piece()
    bench.wire.fail(bench.publishes, cut="before")
    assert bench.publish(piece, desk).outcome is Outcome.UNKNOWN
    with clock.frozen(clock.now() + timedelta(minutes=56)):
        assert bench.look_up(piece, desk).outcome is Outcome.UNKNOWN
        assert bench.publish(piece, desk).outcome is Outcome.UNKNOWN
    assert bench.seen() == []
    with clock.frozen(clock.now() + timedelta(minutes=54)):
        assert bench.publish(piece, desk).outcome is Outcome.SENT


def test_a_status_is_found_long_after(bench: Bench, tmp_path: Path) -> None:
    desk, piece = Desk(), a_piece(media=(picture(tmp_path),))
    bench.publish(a_piece("Un autre mot.", due_at=piece.due_at + timedelta(minutes=1)))
    bench.wire.fail(bench.publishes, cut="after")
    bench.publish(piece, desk)
    with clock.frozen(clock.now() + timedelta(hours=5)):
        found = bench.look_up(piece, desk)
    assert found.outcome is Outcome.SENT
    assert found.remote_id == str(bench.seen()[0]["status"]["id"])


def test_the_same_words_of_last_week_are_not_this_post(bench: Bench) -> None:
    piece = a_piece()
    assert bench.publish(piece).outcome is Outcome.SENT
    with clock.frozen(datetime.now(UTC) + timedelta(minutes=10)):
        desk = Desk()
        bench.wire.fail(bench.publishes, cut="before")
        assert bench.publish(piece, desk).outcome is Outcome.UNKNOWN
        assert bench.look_up(piece, desk).outcome is Outcome.LATER


def test_a_server_that_ignores_keys_makes_no_duplicate(bench: Bench) -> None:
    desk, piece = Desk(), a_piece()
    forward = bench.wire.handle

    def forgetful(asked):
        asked.headers = {name: value for name, value in asked.headers.items() if name != "idempotency-key"}
        return forward(asked)

    bench.wire.handle = forgetful
    bench.wire.fail(bench.publishes, cut="after")
    assert bench.publish(piece, desk).outcome is Outcome.UNKNOWN
    assert bench.publish(piece, desk).outcome is Outcome.SENT
    assert len(bench.seen()) == 1


def test_media_that_the_server_prepares_are_waited_for(bench: Bench, tmp_path: Path) -> None:
    desk, piece = Desk(), a_piece(media=(picture(tmp_path),))
    unready = {"id": "1", "type": "video", "url": None, "preview_url": None, "description": ""}
    bench.wire.fail("GET /api/v1/media/", status=206, body=unready)
    report = bench.publish(piece, desk)
    assert (report.outcome, report.retry_after) == (Outcome.LATER, timedelta(seconds=15))
    assert bench.publish(piece, desk).outcome is Outcome.SENT
    assert bench.wire.count("POST /api/v2/media") == 1


def test_media_that_the_server_lost_are_sent_again(bench: Bench, tmp_path: Path) -> None:
    desk, piece = Desk(), a_piece(media=(picture(tmp_path),))
    bench.wire.fail("GET /api/v1/media/", status=404, body={"error": "Record not found"})
    assert bench.publish(piece, desk).outcome is Outcome.LATER
    assert Progress(desk.ticket(bench, piece)).get("media") == []
    assert bench.publish(piece, desk).outcome is Outcome.SENT


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(401, Outcome.RECONNECT), (403, Outcome.RECONNECT), (422, Outcome.REFUSED), (404, Outcome.REFUSED)],
)
def test_refusals_are_told_in_the_servers_words(bench: Bench, status: int, outcome: Outcome) -> None:
    bench.wire.fail(bench.publishes, status=status, body={"error": "Not like this"})
    report = bench.publish(a_piece())
    assert (report.outcome, report.detail) == (outcome, "Not like this")


def test_a_redirect_is_not_followed(bench: Bench) -> None:
    bench.wire.fail(bench.publishes, status=308, body={}, headers={"Location": "/api/v1/elsewhere"})
    assert bench.publish(a_piece()).outcome is not Outcome.SENT
    assert bench.wire.count("elsewhere") == 0


def test_a_wait_named_by_its_end(bench: Bench) -> None:
    end = (clock.now() + timedelta(minutes=5)).replace(microsecond=0)
    bench.wire.fail(
        bench.publishes,
        status=429,
        body={"error": "Too many"},
        headers={"X-RateLimit-Reset": end.isoformat()},
    )
    report = bench.publish(a_piece())
    assert report.outcome is Outcome.LATER
    assert report.retry_after is not None
    assert timedelta(minutes=4) < report.retry_after <= timedelta(seconds=301)
