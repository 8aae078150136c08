"""What every channel promises, tried on each against a server over real HTTP."""

import html
import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.channels import text
from app.channels.base import Fault, Outcome, ReconnectNeeded, Remembers, Unreachable
from tests.channels.bench import BENCHES, LABEL, Bench, Crash, Desk, a_piece, picture

BLUESKY = pytest.param("bluesky", marks=pytest.mark.bluesky)


@pytest.fixture(params=[*BENCHES, BLUESKY])
def bench(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[Bench]:
    """A channel with its platform; whatever a test does with it, no secret is logged."""
    caplog.set_level(logging.DEBUG)
    opened = BENCHES.get(request.param) or request.getfixturevalue("bluesky_bench")
    with opened() as made:
        yield made
        for secret in made.secrets:
            assert secret not in caplog.text


def words(shown: str) -> str:
    """What people read of a post, whatever it is wrapped in."""
    return text.fingerprint(html.unescape(re.sub(r"<[^>]*>", " ", shown)))


def the_only(bench: Bench) -> dict[str, object]:
    public = bench.seen()
    assert len(public) == 1
    return dict(public[0])


def test_a_piece_goes_out_whole_with_its_label_first(bench: Bench, tmp_path: Path) -> None:
    piece = a_piece(media=(picture(tmp_path),))
    report = bench.publish(piece)
    assert report.outcome is Outcome.SENT, report
    assert report.remote_id
    assert report.url.startswith("http")
    post = the_only(bench)
    assert words(str(post["text"])) == words(text.compose(piece))
    assert words(str(post["text"])).startswith(words(LABEL))
    if bench.shows_alt:
        assert post["alts"] == ["Des enfants lisent"]


def test_several_pictures_keep_their_order_and_their_words(bench: Bench, tmp_path: Path) -> None:
    media = tuple(picture(tmp_path, f"p{number}", f"Image {number}") for number in range(3))
    report = bench.publish(a_piece(media=media))
    assert report.outcome is Outcome.SENT, report
    if bench.shows_alt:
        assert the_only(bench)["alts"] == ["Image 0", "Image 1", "Image 2"]


def test_too_long_is_refused_before_anything_leaves(bench: Bench, tmp_path: Path) -> None:
    piece = a_piece("é" * 70_000, media=(picture(tmp_path),))
    assert Fault.TOO_LONG in bench.channel.check(piece)
    report = bench.publish(piece)
    assert report.outcome is Outcome.REFUSED
    assert "too_long" in report.detail
    assert bench.wire.count("POST") == 0


def test_a_revoked_permission_asks_to_reconnect(bench: Bench, tmp_path: Path) -> None:
    bench.revoke()
    report = bench.publish(a_piece(media=(picture(tmp_path),)))
    assert report.outcome is Outcome.RECONNECT, report
    assert not any(secret in report.detail for secret in bench.secrets)
    with pytest.raises(ReconnectNeeded) as told:
        bench.channel.identify(bench.account)
    assert not any(secret in str(told.value) for secret in bench.secrets)


def test_too_many_requests_waits_as_long_as_asked(bench: Bench, tmp_path: Path) -> None:
    body = {"error": "RateLimitExceeded", "message": "Slow down"} if bench.channel.code == "bluesky" else {}
    bench.wire.fail(bench.publishes, status=429, body=body, headers={"Retry-After": "42"})
    desk, piece = Desk(), a_piece(media=(picture(tmp_path),))
    report = bench.publish(piece, desk)
    assert report.outcome is Outcome.LATER
    assert report.retry_after == timedelta(seconds=42)
    assert bench.seen() == []
    assert bench.publish(piece, desk).outcome is Outcome.SENT
    the_only(bench)


def test_trouble_before_publication_is_tried_later(bench: Bench, tmp_path: Path) -> None:
    if not bench.before:
        pytest.skip("one request is all it takes here")
    bench.wire.fail(bench.before, status=503)
    desk, piece = Desk(), a_piece(media=(picture(tmp_path),))
    assert bench.publish(piece, desk).outcome is Outcome.LATER
    assert bench.look_up(piece, desk).outcome is Outcome.LATER
    assert bench.publish(piece, desk).outcome is Outcome.SENT
    the_only(bench)


def test_a_server_that_cannot_be_reached_is_tried_later(bench: Bench, tmp_path: Path) -> None:
    bench.wire.close()
    report = bench.publish(a_piece(media=(picture(tmp_path),)))
    assert report.outcome is Outcome.LATER, report
    assert not any(secret in report.detail for secret in bench.secrets)
    with pytest.raises(Unreachable) as told:
        bench.channel.identify(bench.account)
    assert not any(secret in str(told.value) for secret in bench.secrets)


def test_a_line_cut_after_publication_is_looked_up_not_repeated(bench: Bench, tmp_path: Path) -> None:
    desk, piece = Desk(), a_piece(media=(picture(tmp_path),))
    bench.wire.fail(bench.publishes, cut="after")
    report = bench.publish(piece, desk)
    assert report.outcome is bench.lost
    assert not any(secret in report.detail for secret in bench.secrets)
    found = bench.look_up(piece, desk)
    assert found.outcome is bench.lost_and_public
    if found.outcome is Outcome.SENT:
        assert found.url.startswith("http")
    bench.publish(piece, desk)  # even if somebody asked for it again
    the_only(bench)


def test_a_line_cut_before_publication_is_known_where_the_platform_tells(
    bench: Bench, tmp_path: Path
) -> None:
    desk, piece = Desk(), a_piece(media=(picture(tmp_path),))
    bench.wire.fail(bench.publishes, cut="before")
    assert bench.publish(piece, desk).outcome is bench.lost
    looked = bench.look_up(piece, desk)
    assert looked.outcome is bench.lost_and_not_public
    again = bench.publish(piece, desk)
    if looked.outcome is Outcome.LATER:
        assert again.outcome is Outcome.SENT
        the_only(bench)
    else:  # never blindly
        assert again.outcome is Outcome.UNKNOWN
        assert bench.seen() == []


def test_a_server_error_upon_publication_is_not_taken_for_a_refusal(bench: Bench, tmp_path: Path) -> None:
    desk, piece = Desk(), a_piece(media=(picture(tmp_path),))
    bench.wire.fail(bench.publishes, status=502)
    assert bench.publish(piece, desk).outcome is bench.lost
    assert bench.look_up(piece, desk).outcome is bench.lost_and_not_public


def test_a_look_that_is_not_answered_tells_nothing(bench: Bench, tmp_path: Path) -> None:
    if bench.lost_and_public is not Outcome.SENT:
        pytest.skip("nothing is asked here")
    desk, piece = Desk(), a_piece(media=(picture(tmp_path),))
    bench.wire.fail(bench.publishes, cut="after")
    bench.publish(piece, desk)
    bench.wire.fail(".", times=1000, status=503)
    assert bench.look_up(piece, desk).outcome is Outcome.UNKNOWN
    assert bench.publish(piece, desk).outcome is Outcome.UNKNOWN


def test_the_same_ticket_twice_is_one_public_thing(bench: Bench, tmp_path: Path) -> None:
    desk, piece = Desk(), a_piece(media=(picture(tmp_path),))
    first, again = bench.publish(piece, desk), bench.publish(piece, desk)
    assert first.outcome is Outcome.SENT
    assert again.outcome in (Outcome.SENT, Outcome.UNKNOWN)
    the_only(bench)


def test_a_crash_at_any_save_is_resumed_without_a_duplicate(bench: Bench, tmp_path: Path) -> None:
    media = (picture(tmp_path, "a"), picture(tmp_path, "b"))
    counting = Desk()
    bench.publish(a_piece("Combien de fois", media=media), counting)
    for number in range(1, counting.saves + 1):
        piece = a_piece(f"Essai {number}.", media=media, due_at=a_piece().due_at + timedelta(minutes=number))
        desk = Desk(dies_at=number)
        with pytest.raises(Crash):
            bench.publish(piece, desk)
        looked = bench.look_up(piece, desk)
        report = bench.publish(piece, desk) if looked.outcome is Outcome.LATER else looked
        shown = [one for one in bench.seen() if words(f"Essai {number}.") in words(str(one["text"]))]
        assert len(shown) == (1 if report.outcome is Outcome.SENT else 0)
        assert report.outcome in (Outcome.SENT, Outcome.UNKNOWN)
        assert report.outcome is Outcome.SENT or bench.lost_and_not_public is Outcome.UNKNOWN


def test_a_file_that_is_gone_is_told(bench: Bench, tmp_path: Path) -> None:
    one = picture(tmp_path)
    one.path.unlink()
    report = bench.publish(a_piece(media=(one,)))
    if report.outcome is Outcome.SENT:  # it only needs the address
        return
    assert (report.outcome, report.detail) == (Outcome.REFUSED, "a file of this post is missing")
    assert bench.seen() == []


def test_an_account_says_who_it_is(bench: Bench) -> None:
    who = bench.channel.identify(bench.account)
    assert who.remote_id
    assert who.handle
    assert bench.channel.renew(bench.account).secrets


def test_limits_are_told_for_editing(bench: Bench) -> None:
    limits = bench.channel.limits(bench.account)
    assert limits.text >= 300
    assert limits.media >= 1
    if isinstance(bench.channel, Remembers):
        bench.channel.identify(bench.account)
        assert bench.channel.remembered(bench.account.server) == limits
    assert bench.channel.in_flight >= 1


def test_no_secret_is_in_what_may_be_printed(bench: Bench, tmp_path: Path) -> None:
    piece = a_piece()
    told = repr(bench.account) + repr(Desk().ticket(bench, piece)) + repr(bench.channel.renew)
    assert not any(secret in told for secret in bench.secrets)
    echo = " ".join(bench.secrets)
    bench.wire.fail(
        bench.before or bench.publishes,
        status=400,
        body={"error": {"code": 100, "message": echo}, "description": echo, "ok": False, "message": echo},
    )
    report = bench.publish(a_piece(media=(picture(tmp_path),)))
    assert report.outcome is not Outcome.SENT
    assert not any(secret in report.detail for secret in bench.secrets)
