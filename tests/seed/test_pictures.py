"""The archive of the demo's pictures: all of them, as an upload would leave them, and as they are drawn today."""

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from app.media import rules
from seed import pictures
from seed.artwork import HEIGHT, WIDTH, draw_story
from seed.schema import read_demo

TOLD = read_demo()
SHOWN = sorted({one[1:] for campaign in TOLD for one in pictures.wanted(campaign)})
BY_MOTIF = dict(SHOWN)
MAKE = "the archive is behind: python -m seed.pictures"


def test_the_archive_holds_what_the_demo_shows_and_nothing_else() -> None:
    with zipfile.ZipFile(pictures.ARCHIVE) as archive:
        kept = set(archive.namelist())
    variants = [one.name for one in rules.IMAGE_VARIANTS]
    assert kept == {f"{motif}-{number}/{name}" for motif, number in SHOWN for name in variants}, MAKE


@pytest.mark.parametrize("motif", sorted(BY_MOTIF))
def test_a_kept_picture_is_the_one_drawn_today(motif: str) -> None:
    number = BY_MOTIF[motif]
    drawn = Image.open(io.BytesIO(draw_story(motif, number % 7, number))).convert("RGB")
    with zipfile.ZipFile(pictures.ARCHIVE) as archive:
        kept = Image.open(io.BytesIO(archive.read(f"{motif}-{number}/share.jpg")))
        assert kept.size == (WIDTH, HEIGHT)
        apart = ImageStat.Stat(ImageChops.difference(drawn, kept.convert("RGB"))).mean
    assert max(apart) < 3, MAKE


def test_each_medium_has_its_picture_and_what_is_not_kept_is_drawn(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = pictures.of_demo(TOLD)
    assert {slug: set(of) for slug, of in found.items()} == {
        campaign.slug: {key for key, _, _ in pictures.wanted(campaign)} for campaign in TOLD
    }
    one = TOLD[-1].model_copy(update={"media": TOLD[-1].media[:1], "updates": []})
    [(key, motif, number)] = pictures.wanted(one)
    monkeypatch.setattr(pictures, "ARCHIVE", tmp_path / "empty.zip")
    zipfile.ZipFile(pictures.ARCHIVE, "w").close()
    [[(drawn_key, drawn)]] = [list(of.items()) for of in pictures.of_demo([one]).values()]
    assert drawn_key == key
    assert (drawn.made.width, drawn.made.height) == (WIDTH, HEIGHT)
    assert set(drawn.made.files) == set(pictures.draw(motif, number).made.files)
