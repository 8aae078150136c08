"""The demo's pictures: every motif in every palette, 9:16, flat, and the same for the same seed."""

import io

import pytest
from PIL import Image

from seed.artwork import MOTIFS, PALETTES, draw_story

WANTED = {
    "sun-path",
    "bars",
    "figure",
    "dots",
    "book",
    "stairs",
    "hands",
    "table",
    "lantern",
    "window",
    "hills",
    "key",
}


@pytest.mark.parametrize("motif", sorted(MOTIFS))
def test_a_motif_draws_a_story_picture(motif: str) -> None:
    picture = Image.open(io.BytesIO(draw_story(motif, sorted(MOTIFS).index(motif) % 7, 1)))
    assert picture.format == "PNG"
    assert picture.size == (1080, 1920)
    colours = picture.convert("RGB").getcolors(maxcolors=1 << 16)
    assert colours is not None
    assert len(colours) >= 3


def test_the_promised_motifs_exist() -> None:
    assert set(MOTIFS) >= WANTED


def test_the_seed_decides() -> None:
    assert draw_story("dots", "friday", 4) == draw_story("dots", 4, 4)
    assert draw_story("dots", "friday", 4) != draw_story("dots", "friday", 5)
    assert len(PALETTES) == 7


@pytest.mark.parametrize(("motif", "palette"), [("unicorn", "monday"), ("dots", "beige")])
def test_what_it_does_not_know_is_refused(motif: str, palette: str) -> None:
    with pytest.raises(KeyError):
        draw_story(motif, palette)
