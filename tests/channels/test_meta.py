"""Instagram, Facebook and Threads: containers, quotas, a day's end, and Meta's many errors."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.channels.base import Fault, Outcome, Shape
from app.channels.tries import Progress
from app.core import clock
from tests.channels.bench import Bench, Desk, a_piece, facebook, instagram, picture, threads
from tests.channels.fakes import meta


@pytest.fixture
def insta() -> Iterator[Bench]:
    with instagram() as opened:
        yield opened


@pytest.fixture
def page() -> Iterator[Bench]:
    with facebook() as opened:
        yield opened


def state(bench: Bench) -> meta.Meta:
    handled = bench.wire.handle.__self__
    assert isinstance(handled, meta.Meta)
    return handled


@pytest.mark.parametrize(
    ("code", "subcode", "outcome"),
    [
        (190, 0, Outcome.RECONNECT),
        (190, 463, Outcome.RECONNECT),
        (10, 0, Outcome.RECONNECT),
        (200, 0, Outcome.RECONNECT),
        (25, 2207050, Outcome.RECONNECT),
        (4, 0, Outcome.LATER),
        (17, 0, Outcome.LATER),
        (32, 0, Outcome.LATER),
        (613, 0, Outcome.LATER),
        (80_002, 0, Outcome.LATER),
        (9, 2207042, Outcome.LATER),
        (1, 0, Outcome.LATER),
        (2, 0, Outcome.LATER),
        (-2, 2207003, Outcome.LATER),
        (-1, 2207032, Outcome.LATER),
        (36_004, 2207010, Outcome.REFUSED),
        (9004, 2207052, Outcome.REFUSED),
        (4, 2207051, Outcome.REFUSED),
        (100, 0, Outcome.REFUSED),
    ],
)
def test_errors_before_publication(
    insta: Bench, tmp_path: Path, code: int, subcode: int, outcome: Outcome
) -> None:
    answer = meta.error(code, "Said so.", subcode)
    insta.wire.fail(insta.before, status=answer.status, body=answer.body)
    report = insta.publish(a_piece(media=(picture(tmp_path),)))
    assert (report.outcome, report.detail) == (outcome, "Said so.")


@pytest.mark.parametrize(
    ("code", "subcode", "outcome"),
    [
        (1, 0, Outcome.UNKNOWN),
        (2, 0, Outcome.UNKNOWN),
        (-1, 2207001, Outcome.UNKNOWN),
        (4, 0, Outcome.LATER),
        (9, 2207042, Outcome.LATER),
        (9007, 2207027, Outcome.LATER),
        (24, 2207006, Outcome.LATER),
        (190, 0, Outcome.RECONNECT),
        (100, 0, Outcome.REFUSED),
    ],
)
def test_errors_of_the_step_that_publishes(
    insta: Bench, tmp_path: Path, code: int, subcode: int, outcome: Outcome
) -> None:
    desk, piece = Desk(), a_piece(media=(picture(tmp_path),))
    answer = meta.error(code, "Said so.", subcode)
    insta.wire.fail(insta.publishes, status=answer.status, body=answer.body)
    assert insta.publish(piece, desk).outcome is outcome
    assert insta.look_up(piece, desk).outcome is Outcome.LATER
    assert insta.publish(piece, desk).outcome is Outcome.SENT
    assert len(insta.seen()) == 1


def test_a_story_shows_its_picture_alone(insta: Bench, tmp_path: Path) -> None:
    report = insta.publish(a_piece(label="", shape=Shape.STORY, media=(picture(tmp_path),)))
    assert report.outcome is Outcome.SENT
    assert insta.seen()[0]["kind"] == "STORIES"
    assert insta.seen()[0]["text"] == ""


@pytest.mark.parametrize("code", ["instagram", "facebook"])
def test_a_story_that_would_lose_its_label_is_refused(code: str, tmp_path: Path) -> None:
    with (instagram if code == "instagram" else facebook)() as bench:
        piece = a_piece(shape=Shape.STORY, media=(picture(tmp_path),))
        assert bench.channel.check(piece) == [Fault.NO_LABEL]
        assert bench.publish(piece).outcome is Outcome.REFUSED
        assert bench.wire.asked == []


def test_the_quota_is_read_and_not_exceeded(insta: Bench, tmp_path: Path) -> None:
    state(insta).used = state(insta).quota
    desk, piece = Desk(), a_piece(media=(picture(tmp_path),))
    report = insta.publish(piece, desk)
    assert report.outcome is Outcome.LATER
    assert report.retry_after == timedelta(hours=2)
    assert insta.wire.count(insta.before) == 0
    state(insta).used = 0
    assert insta.publish(piece, desk).outcome is Outcome.SENT


def test_media_that_take_a_while_are_waited_for_without_sleeping(insta: Bench, tmp_path: Path) -> None:
    state(insta).slow = 2
    desk, piece = Desk(), a_piece(media=(picture(tmp_path),))
    first, second, third = (insta.publish(piece, desk) for _ in range(3))
    assert first.outcome is second.outcome is Outcome.LATER
    assert first.retry_after == timedelta(seconds=10)
    assert third.outcome is Outcome.SENT
    assert insta.wire.count(insta.before) == 1


def test_a_container_of_yesterday_is_made_anew(insta: Bench, tmp_path: Path) -> None:
    desk, piece = Desk(), a_piece(media=(picture(tmp_path),))
    insta.wire.fail(insta.publishes, cut="before")
    assert insta.publish(piece, desk).outcome is Outcome.UNKNOWN
    with clock.frozen(clock.now() + timedelta(hours=25)):
        looked = insta.look_up(piece, desk)
        assert looked.outcome is Outcome.LATER, "expired: it never was public"
        assert insta.publish(piece, desk).outcome is Outcome.SENT
    assert insta.wire.count(insta.before) == 2
    assert len(insta.seen()) == 1


def test_a_container_of_yesterday_that_is_public_is_left_alone(insta: Bench, tmp_path: Path) -> None:
    desk, piece = Desk(), a_piece(media=(picture(tmp_path),))
    insta.wire.fail(insta.publishes, cut="after")
    insta.publish(piece, desk)
    with clock.frozen(clock.now() + timedelta(hours=25)):
        report = insta.publish(piece, desk)
    assert report.outcome is Outcome.SENT
    assert report.url
    assert len(insta.seen()) == 1


@pytest.mark.parametrize(
    ("said", "outcome", "kept"),
    [
        ("Error: Media upload has failed with error code 2207026", Outcome.REFUSED, True),
        ("Error: Media upload has failed with error code 2207053", Outcome.LATER, False),
    ],
)
def test_media_that_meta_cannot_prepare(
    insta: Bench, tmp_path: Path, said: str, outcome: Outcome, *, kept: bool
) -> None:
    state(insta).slow = 1
    desk, piece = Desk(), a_piece(media=(picture(tmp_path),))
    insta.publish(piece, desk)
    for container in state(insta).containers.values():
        container.update(state="ERROR", said=said)
    assert insta.publish(piece, desk).outcome is outcome
    assert bool(Progress(desk.ticket(insta, piece)).get("container")) is kept


def test_a_permission_is_extended_by_sixty_days() -> None:
    for opened, grant in ((instagram, "ig_refresh_token"), (threads, "th_refresh_token")):
        with opened() as bench:
            renewed = bench.channel.renew(bench.account)
            assert renewed.expires_at == clock.now() + timedelta(days=60)
            assert renewed.secrets["token"] == "meta-renewed-0123456789abcdef"
            assert bench.wire.asked[-1].given["grant_type"] == grant
            assert bench.channel.renews_before == timedelta(days=10)


def test_tokens_never_travel_in_addresses(insta: Bench, tmp_path: Path) -> None:
    insta.publish(a_piece(media=(picture(tmp_path),)))
    insta.channel.identify(insta.account)
    assert all(meta.TOKEN not in f"{one.path}?{one.query}" for one in insta.wire.asked)


def test_a_page_links_when_there_is_no_picture(page: Bench) -> None:
    piece = a_piece()
    assert page.publish(piece).outcome is Outcome.SENT
    assert page.wire.asked[-1].given["link"] == piece.link


@pytest.mark.parametrize("video", [False, True])
def test_a_page_shows_stories_and_finds_them_again(page: Bench, tmp_path: Path, *, video: bool) -> None:
    one = picture(tmp_path)
    if video:
        one = replace(one, mime="video/mp4", url=f"{meta.FETCHED}one.mp4", seconds=12)
    desk, piece = Desk(), a_piece(label="", shape=Shape.STORY, media=(one,))
    page.wire.fail("POST /101/(photo|video)_stories$" if not video else "POST /101/nothing", cut="after")
    report = page.publish(piece, desk)
    assert report.outcome is (Outcome.SENT if video else Outcome.UNKNOWN)
    found = page.look_up(piece, desk)
    assert found.outcome is Outcome.SENT
    assert found.url
    assert page.publish(piece, desk).outcome is Outcome.SENT
    assert len(page.seen()) == 1


def test_a_video_of_a_page(page: Bench, tmp_path: Path) -> None:
    one = replace(picture(tmp_path), mime="video/mp4", url=f"{meta.FETCHED}one.mp4", seconds=12)
    report = page.publish(a_piece(media=(one,)))
    assert report.outcome is Outcome.SENT
    assert page.seen()[0]["text"].startswith("Collaboration")


def test_uploads_that_facebook_dropped_are_made_again(page: Bench, tmp_path: Path) -> None:
    desk, piece = Desk(), a_piece(media=(picture(tmp_path),))
    page.wire.fail(page.publishes, status=400, body=meta.error(4, "Too many calls.").body)
    assert page.publish(piece, desk).outcome is Outcome.LATER
    with clock.frozen(clock.now() + timedelta(hours=24)):
        state(page).uploads.clear()
        assert page.publish(piece, desk).outcome is Outcome.SENT
    assert page.wire.count("POST /101/photos") == 2


def test_threads_takes_words_alone_and_counts_emoji_dearly() -> None:
    with threads() as bench:
        assert bench.publish(a_piece()).outcome is Outcome.SENT
        assert bench.wire.asked[1].given["media_type"] == "TEXT"
        assert bench.channel.check(a_piece("👍" * 90)) == []
        assert bench.channel.check(a_piece("👍" * 120)) == [Fault.TOO_LONG]
        links = " ".join(f"https://a.example/{number}" for number in range(6))
        assert bench.channel.check(a_piece(links, link="")) == [Fault.TOO_LONG]


def test_instagram_takes_thirty_hashtags(insta: Bench, tmp_path: Path) -> None:
    media = (picture(tmp_path),)
    tags = tuple(f"mot{number}" for number in range(31))
    assert insta.channel.check(a_piece(hashtags=tags[:30], media=media)) == []
    assert insta.channel.check(a_piece(hashtags=tags, media=media)) == [Fault.TOO_LONG]
    assert insta.channel.check(a_piece()) == [Fault.NEEDS_MEDIA]
    webp = replace(media[0], mime="image/webp")
    assert insta.channel.check(a_piece(media=(webp,))) == [Fault.MEDIA_KIND]
    long = replace(media[0], mime="video/mp4", seconds=90)
    assert insta.channel.check(a_piece(label="", shape=Shape.STORY, media=(long,))) == [Fault.VIDEO_TOO_LONG]
