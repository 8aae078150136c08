"""What is kept is written anew and says nothing of its maker; what hides or harms is refused in words."""

import io
import resource
from collections.abc import Callable
from datetime import timedelta

import av
import pytest
from PIL import Image, ImageCms
from sqlmodel import Session, select

from app.core import clock
from app.core.errors import NotFound
from app.media import queries, rules, service
from app.media.models import Media, MediaKind
from app.media.storage import FolderStorage, get_storage
from app.people.rules import Actor
from tests import factories
from tests.media import samples


@pytest.fixture
def actor(session: Session) -> Actor:
    return factories.member(session, factories.organisation(session))


def read(media: Media, variant: str) -> bytes:
    return service.open_variant(media, variant).path.read_bytes()


HTML = b"<!doctype html><script>alert(1)</script>"
JS = b"GIF89a=1;alert(document.domain)//"
JAR = b"PK\x03\x04" + b"\x00" * 40

REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty.png": (lambda: b"", "not a picture"),
    "page.png": (lambda: HTML, "not a picture"),
    "script-in-gif.gif": (lambda: JS, "GIF"),
    "honest.gif": (lambda: samples.picture("GIF"), "GIF"),
    "moving.gif": (lambda: samples.animated("GIF"), "GIF"),
    "moving.png": (lambda: samples.animated("PNG"), "Animated"),
    "moving.webp": (lambda: samples.animated("WEBP"), "Animated"),
    "drawing.svg": (lambda: b'<?xml version="1.0"?><svg onload="alert(1)"/>', "SVG"),
    "phone.heic": (lambda: b"\x00\x00\x00\x18ftypheic" + bytes(40), "HEIC"),
    "film.png": (lambda: samples.video(), "video"),
    "png+html.png": (lambda: samples.picture() + HTML, "hidden"),
    "png+jar.png": (lambda: samples.picture() + JAR, "hidden"),
    "png+png.png": (lambda: samples.picture() + samples.picture(), "hidden"),
    "webp+html.webp": (lambda: samples.picture("WEBP") + HTML, "hidden"),
    "huge.png": (lambda: samples.png_announcing(30_000, 30_000), "40 million"),
    "bomb.png": (lambda: samples.png_announcing(20_000, 20_000, rows=20_000), "40 million"),
    "large.png": (lambda: samples.png_announcing(8_000, 6_000, rows=6_000), "40 million"),
    "text-bomb.png": (samples.text_bomb, "damaged"),
    "cut.png": (lambda: samples.picture()[:-20], "hidden|damaged"),
    "cut.jpg": (lambda: samples.picture("JPEG", (400, 400))[:700], "damaged"),
    "only-magic.jpg": (lambda: b"\xff\xd8\xff\xe0" + bytes(200), "damaged"),
    "dot.png": (lambda: samples.picture(size=(1, 1)), "too small"),
    "heavy.jpg": (lambda: b"\xff\xd8\xff" + bytes(rules.MAX_IMAGE_BYTES), "12 MB"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_pictures(session: Session, actor: Actor, name: str) -> None:
    make, said = REFUSED[name]
    data = make()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(service.Refused, match=said) as refusal:
        service.store_image(session, actor, data, name)
    assert refusal.value.status == 422
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024  # kilobytes
    assert session.exec(select(Media)).all() == []


REFUSED_VIDEOS: dict[str, tuple[Callable[[], bytes], str]] = {
    "page.mp4": (lambda: HTML, "not a video"),
    "picture.mp4": (lambda: samples.picture(), "not a video"),
    "playlist.mp4": (lambda: b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "not a video"),
    "playlist-in-mp4.mp4": (lambda: b"\x00\x00\x00\x18ftypisom#EXTM3U\nfile:///etc/passwd\n", "damaged"),
    "mpeg4.mp4": (lambda: samples.video(codec="mpeg4"), "H.264"),
    "mp3.mp4": (lambda: samples.video(audio="libmp3lame"), "AAC"),
    "long.mp4": (lambda: samples.video(seconds=62, size=(32, 32)), "60 seconds"),
    "cut.mp4": (lambda: samples.video()[:900], "damaged"),
    "sound-only.mp4": (lambda: b"\x00\x00\x00\x18ftypM4A " + bytes(40), "not a video"),
    "heavy.mp4": (lambda: bytes(rules.MAX_VIDEO_BYTES + 1), "64 MB"),
}


@pytest.mark.parametrize("name", REFUSED_VIDEOS)
def test_refused_videos(session: Session, actor: Actor, name: str) -> None:
    make, said = REFUSED_VIDEOS[name]
    with pytest.raises(service.Refused, match=said):
        service.store_video(session, actor, make(), name)


def test_a_picture_is_turned_upright_and_loses_its_metadata(session: Session, actor: Actor) -> None:
    media = service.store_image(session, actor, samples.located(), "maia.jpg", public=True)
    assert (media.kind, media.width, media.height) == (MediaKind.IMAGE, 100, 200)
    for variant in rules.IMAGE_VARIANTS:
        data = read(media, variant.name)
        assert b"Secret" not in data
        assert b"script" not in data
        with Image.open(io.BytesIO(data)) as opened:
            assert opened.size == (100, 200)
            assert not opened.getexif()
            assert {"comment", "icc_profile", "exif", "xmp"}.isdisjoint(opened.info)
            red, _green, blue = opened.convert("RGB").getpixel((50, 30))  # type: ignore[misc]
            assert red > 200 > 60 > blue


def test_large_pictures_are_fitted_and_small_ones_never_enlarged(session: Session, actor: Actor) -> None:
    data = samples.picture("JPEG", (3024, 4032))
    media = service.store_image(session, actor, data, "large.jpg")
    sizes = {name: Image.open(io.BytesIO(read(media, name))).size for name in ("full.webp", "small.avif")}
    assert sizes == {"full.webp": (1080, 1440), "small.avif": (480, 640)}
    urls = queries.urls_of(media)
    assert (urls.width, urls.height, urls.small_width, urls.small_height) == (1080, 1440, 480, 640)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_colour_mode_becomes_a_plain_picture(session: Session, actor: Actor, mode: str) -> None:
    data = samples.picture("JPEG" if mode == "CMYK" else "PNG", mode=mode)
    media = service.store_image(session, actor, data, "odd.png")
    with Image.open(io.BytesIO(read(media, "share.jpg"))) as opened:
        assert opened.mode == "RGB"
        white = mode in ("LA", "RGBA", "CMYK")  # nothing drawn: the page shows through
        assert opened.convert("L").getpixel((5, 5)) == (255 if white else 0)


def test_a_broken_colour_profile_does_no_harm(session: Session, actor: Actor) -> None:
    good = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (good, good[:60], b"nonsense"):
        service.store_image(session, actor, samples.picture("JPEG", icc_profile=profile), "p.jpg")


def test_a_phone_picture_with_a_tail_is_kept_without_it(session: Session, actor: Actor) -> None:
    media = service.store_image(session, actor, samples.picture("JPEG") + HTML, "motion.jpg")
    assert all(b"script" not in read(media, variant.name) for variant in rules.IMAGE_VARIANTS)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/x.png", "x.png"),
        ("..\\..\\x.png", "x.png"),
        ("a\r\nSet-Cookie: b.png", "aSet-Cookie: b.png"),
        ("..", ""),
        ("é" * 300, "é" * 200),
    ],
)
def test_a_name_is_never_a_path(session: Session, actor: Actor, given: str, shown: str) -> None:
    media = service.store_image(session, actor, samples.picture(), given)
    assert media.original_name == shown
    path = service.open_variant(media, "full.webp").path
    assert path.parent.name == media.pid


def test_a_video_is_put_in_a_new_container(session: Session, actor: Actor) -> None:
    media = service.store(session, actor, samples.video(audio="aac"), "film.mp4", public=True)
    assert (media.kind, media.width, media.height, media.mime) == (MediaKind.VIDEO, 64, 112, "video/mp4")
    assert 1.9 < media.seconds < 2.2
    data = read(media, "video.mp4")
    assert b"Secret" not in data
    assert b"48.85" not in data
    assert data.index(b"moov") < data.index(b"mdat")  # plays before it is whole
    with av.open(io.BytesIO(data)) as opened:
        assert [stream.codec_context.name for stream in opened.streams] == ["h264", "aac"]
        assert sum(1 for _ in opened.decode(video=0)) == 20
    with Image.open(io.BytesIO(read(media, "poster.webp"))) as still:
        assert still.size == (64, 112)


def test_a_video_held_upright_stays_upright(session: Session, actor: Actor) -> None:
    media = service.store_video(session, actor, samples.turned(samples.video(size=(112, 64))), "up.mp4")
    assert (media.width, media.height) == (64, 112)
    with av.open(io.BytesIO(read(media, "video.mp4"))) as opened:
        assert next(opened.decode(video=0)).rotation == -90


def test_the_quota_of_an_organisation(session: Session, actor: Actor) -> None:
    first = service.store_image(session, actor, samples.picture(), "a.png")
    first.bytes = rules.QUOTA_BYTES
    session.flush()
    with pytest.raises(service.Refused, match="5 GB"):
        service.store_image(session, actor, samples.picture(), "b.png")
    neighbour = factories.member(session, factories.organisation(session, "Autre"))
    service.store_image(session, neighbour, samples.picture(), "c.png")


def test_urls_in_one_read_and_unknown_variants_are_not_found(session: Session, actor: Actor) -> None:
    media = service.store_image(session, actor, samples.picture(), "a.png", public=True)
    film = service.store_video(session, actor, samples.video(), "b.mp4")
    found = queries.urls(session, [media.id, film.id, None, media.id])
    assert set(found) == {media.id, film.id}
    assert found[media.id].full == f"/media/{media.pid}/full.webp"
    assert found[media.id].download_name.endswith(".jpg")
    assert found[film.id].video == f"/studio/media/{film.pid}/video.mp4"
    assert found[film.id].is_video
    assert queries.urls(session, []) == {}
    for name in ("original.png", "../full.webp", "video.mp4", ""):
        with pytest.raises(NotFound):
            service.open_variant(media, name)


def test_the_store_refuses_strange_names(tmp_path_factory: pytest.TempPathFactory) -> None:
    storage = FolderStorage(tmp_path_factory.mktemp("store"))
    for pid, variant in (
        ("../../../../etc", "x.png"),
        ("a" * 16, "../x.png"),
        ("A" * 16, "x.png"),
        ("a" * 16, "."),
    ):
        with pytest.raises(ValueError, match="not the"):
            storage.write(pid, variant, b"x")


def test_the_sweep_deletes_old_files_without_a_row(session: Session, actor: Actor) -> None:
    kept = service.store_image(session, actor, samples.picture(), "kept.png")
    gone = service.store_image(session, actor, samples.picture(), "gone.png")
    service.remove(session, gone)
    session.flush()
    real = max(at for pid, at in get_storage().kept() if pid == gone.pid)
    with clock.frozen(real + timedelta(hours=1)):
        assert service.sweep(session) == 0
    with clock.frozen(real + timedelta(days=2)):
        service.sweep(session)
    assert get_storage().locate(gone.pid, "full.webp") is None
    assert get_storage().locate(kept.pid, "full.webp") is not None
