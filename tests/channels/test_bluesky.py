"""Bluesky: keys that are always the same, sessions that renew themselves, and what the real server accepts."""

import base64
import io
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.channels import registry
from app.channels.base import Attachment, Fault, Outcome
from app.channels.bluesky import TID
from app.channels.pictures import PICTURE_BYTES, fitted
from app.core import clock
from tests.channels.bench import Bench, Desk, a_piece, picture

channel = registry.get("bluesky")
VALID = re.compile(r"^[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}$")  # atproto.com/specs/tid
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2150, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
PIDS = st.text("0123456789abcdefghjkmnpqrstvwxyz", min_size=16, max_size=16)


@given(pid=PIDS, position=st.integers(0, 30), due_at=INSTANTS)
def test_a_key_is_a_tid_of_the_planned_second(pid: str, position: int, due_at: datetime) -> None:
    key = channel.key(pid, position, due_at)
    assert VALID.match(key)
    assert key == channel.key(pid, position, due_at)
    number = 0
    for letter in key:
        number = number * 32 + TID.index(letter)
    assert (number >> 10) // 1_000_000 == int(due_at.timestamp())


@given(INSTANTS, PIDS, PIDS)
def test_keys_of_other_posts_differ_and_keep_their_order(due_at: datetime, one: str, other: str) -> None:
    later = due_at + timedelta(minutes=1)
    assert channel.key(one, 0, due_at) < channel.key(other, 0, later)
    assert channel.key(one, 0, due_at) != channel.key(one, 1, due_at)
    assert one == other or channel.key(one, 0, due_at) != channel.key(other, 0, due_at)


def test_a_heavy_picture_is_made_to_fit() -> None:
    noise = Image.frombytes("RGB", (2400, 1800), os.urandom(2400 * 1800 * 3))
    heavy = io.BytesIO()
    noise.save(heavy, "PNG")
    assert heavy.tell() > PICTURE_BYTES
    data, mime = fitted(heavy.getvalue(), "image/png")
    assert mime == "image/jpeg"
    assert len(data) <= PICTURE_BYTES
    assert fitted(heavy.getvalue(), "image/png") == (data, mime), "tried again, it is the same picture"
    assert fitted(b"small", "image/webp") == (b"small", "image/webp")


def test_bytes_count_too() -> None:
    assert channel.check(a_piece("👩‍👩‍👧‍👦" * 110, label="", link="", hashtags=())) == []
    assert channel.check(a_piece("👩‍👩‍👧‍👦" * 130, label="", link="", hashtags=())) == [Fault.TOO_LONG]


@pytest.fixture
def bench(bluesky_bench: Callable[[], AbstractContextManager[Bench]]) -> Iterator[Bench]:
    with bluesky_bench() as opened:
        yield opened


def record(bench: Bench) -> dict[str, object]:
    shown = bench.seen()[0]["record"]["value"]
    assert isinstance(shown, dict)
    return shown


@pytest.mark.bluesky
def test_the_record_says_when_in_what_language_and_what_leads_where(bench: Bench) -> None:
    piece = a_piece("Été à l'école.")
    report = bench.publish(piece)
    shown = record(bench)
    assert shown["createdAt"] == piece.due_at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    assert shown["langs"] == ["fr"]
    raw = str(shown["text"]).encode()
    facets = [
        (raw[one["index"]["byteStart"] : one["index"]["byteEnd"]].decode(), one["features"][0])
        for one in shown["facets"]
    ]
    assert [place for place, _ in facets] == ["#Lire", "#École", piece.link]
    assert facets[0][1]["tag"] == "Lire"
    assert facets[2][1]["uri"] == piece.link
    assert report.url.endswith(channel.key("abcdefgh12345678", 0, piece.due_at))


@pytest.mark.bluesky
@pytest.mark.parametrize("shown", ["é", "👩‍👩‍👧‍👦", "🇫🇷", "e\u0301"])
def test_the_limit_is_the_servers_own(bench: Bench, shown: str) -> None:
    """We count as the server does: it takes what we take, and refuses one more."""
    most = 300 if len((shown * 300).encode()) <= 3000 else 3000 // len(shown.encode())
    fits = a_piece(shown * most, label="", link="", hashtags=())
    assert bench.channel.check(fits) == []
    assert bench.publish(fits).outcome is Outcome.SENT
    over = replace(fits, text=shown * (most + 1), due_at=fits.due_at + timedelta(minutes=1))
    assert bench.channel.check(over) == [Fault.TOO_LONG]
    bench.channel.check = lambda *_args: []
    try:
        report = bench.publish(over)
    finally:
        del bench.channel.check
    assert report.outcome is Outcome.REFUSED, "the server refuses it too"


@pytest.mark.bluesky
def test_a_session_is_kept_and_used_again(bench: Bench) -> None:
    assert bench.publish(a_piece("Un.")).outcome is Outcome.SENT
    assert bench.wire.count("createSession") == 1
    assert "session" in bench.kept[-1]
    bench.account = replace(bench.account, secrets=bench.kept[-1])
    later = a_piece("Deux.", due_at=clock.now() + timedelta(minutes=2))
    assert bench.publish(later).outcome is Outcome.SENT
    assert bench.wire.count("createSession") == 1


@pytest.mark.bluesky
def test_a_session_about_to_end_is_renewed_and_kept(bench: Bench) -> None:
    assert bench.publish(a_piece("Un.")).outcome is Outcome.SENT
    handle, did, access, refresh, server = bench.kept[-1]["session"].split(":::")
    ended = {"scope": "com.atproto.appPassPrivileged", "sub": did, "iat": 1, "exp": 2}
    body = base64.urlsafe_b64encode(json.dumps(ended).encode()).decode().rstrip("=")
    head, _, signature = access.split(".")
    kept = ":::".join((handle, did, f"{head}.{body}.{signature}", refresh, server))
    bench.account = replace(bench.account, secrets={**bench.kept[-1], "session": kept})
    assert bench.publish(a_piece("Deux.", due_at=clock.now() + timedelta(minutes=2))).outcome is Outcome.SENT
    assert bench.wire.count("refreshSession") == 1
    assert bench.wire.count("createSession") == 1
    assert bench.kept[-1]["session"].split(":::")[3] != refresh


@pytest.mark.bluesky
@pytest.mark.parametrize("session", ["", "nonsense", "a:::b:::c:::d:::e"])
def test_a_session_that_has_ended_is_replaced_by_the_app_password(bench: Bench, session: str) -> None:
    bench.account = replace(bench.account, secrets={**bench.account.secrets, "session": session})
    assert bench.publish(a_piece()).outcome is Outcome.SENT
    assert len(bench.kept) == 1


@pytest.mark.bluesky
def test_a_heavy_picture_arrives(bench: Bench, tmp_path: Path) -> None:
    one = picture(tmp_path)
    Image.frombytes("RGB", (1500, 1500), os.urandom(1500 * 1500 * 3)).save(one.path, "JPEG", quality=95)
    assert one.path.stat().st_size > PICTURE_BYTES
    assert bench.publish(a_piece(media=(one,))).outcome is Outcome.SENT
    embed = record(bench)["embed"]
    assert isinstance(embed, dict)
    ratio = embed["images"][0]["aspectRatio"]
    assert (ratio["width"], ratio["height"]) == (90, 160)
    assert embed["images"][0]["image"]["size"] <= PICTURE_BYTES


@pytest.mark.bluesky
def test_a_video_arrives(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "one.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg4", rate=10)
        stream.width, stream.height = 90, 160
        for _ in range(10):
            frame = av.VideoFrame.from_image(Image.new("RGB", (90, 160), "#0a7"))
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    video = Attachment(path, "video/mp4", "Une page se tourne", 90, 160, "", seconds=1)
    assert bench.publish(a_piece(media=(video,))).outcome is Outcome.SENT
    embed = record(bench)["embed"]
    assert isinstance(embed, dict)
    assert embed["$type"] == "app.bsky.embed.video"
    assert embed["alt"] == "Une page se tourne"
    both = (video, picture(tmp_path))
    assert bench.channel.check(a_piece(media=both)) == [Fault.TOO_MANY_MEDIA]


@pytest.mark.bluesky
def test_the_same_record_put_twice_is_one(bench: Bench, tmp_path: Path) -> None:
    """Even without the look before: what a second process would do that knows nothing of the first."""
    piece = a_piece(media=(picture(tmp_path),))
    first, second = bench.publish(piece, Desk()), bench.publish(piece, Desk())
    assert first.outcome is second.outcome is Outcome.SENT
    assert first.remote_id == second.remote_id
    assert bench.wire.count(bench.publishes) == 2
    assert len(bench.seen()) == 1
