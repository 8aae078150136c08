"""The demo's pictures, kept as an upload leaves them so that a demo need not draw; draws what is not kept.

Encoding one takes a third of a second, and there are dozens. `python -m seed.pictures` makes the archive anew.
"""

import zipfile
from collections.abc import Iterator
from pathlib import Path

from app.media import rules
from app.media.models import MediaKind
from app.media.service import Prepared, prepare
from seed import schema
from seed.artwork import HEIGHT, WIDTH, draw_story

ARCHIVE = Path(__file__).parent / "demo" / "pictures.zip"
MAIN = "full.webp"
_MADE_AT = (2027, 1, 1, 0, 0, 0)  # the same pictures make the same archive


def wanted(told: schema.DemoCampaign) -> Iterator[tuple[str, str, int]]:
    """The pictures of one campaign: its key there, its motif, its number in the story."""
    for number, item in enumerate(told.media):
        yield item.key, item.motif or "dots", number
    motifs = [update.motif for update in told.updates if update.motif]
    for number, motif in enumerate(motifs):
        yield f"update-{number}", motif, number


def of_demo(told: list[schema.DemoCampaign]) -> dict[str, dict[str, Prepared]]:
    """Every picture by campaign and key."""
    with zipfile.ZipFile(ARCHIVE) as archive:
        kept = set(archive.namelist())
        return {
            campaign.slug: {
                key: _kept(archive, motif, number)
                if _entry(motif, number, MAIN) in kept
                else draw(motif, number)
                for key, motif, number in wanted(campaign)
            }
            for campaign in told
        }


def draw(motif: str, number: int) -> Prepared:
    """A picture drawn and written anew; its colours are those of the weekday its number falls on."""
    return prepare(draw_story(motif, number % 7, number))


def _entry(motif: str, number: int, variant: str) -> str:
    return f"{motif}-{number}/{variant}"


def _kept(archive: zipfile.ZipFile, motif: str, number: int) -> Prepared:
    files = {one.name: archive.read(_entry(motif, number, one.name)) for one in rules.IMAGE_VARIANTS}
    return Prepared(MediaKind.IMAGE, rules.Rewritten(files, MAIN, WIDTH, HEIGHT))


def make(path: Path = ARCHIVE) -> int:
    """Draw all that the demo shows and keep it; returns how many pictures."""
    shown = sorted({one[1:] for campaign in schema.read_demo() for one in wanted(campaign)})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for motif, number in shown:
            for variant, data in draw(motif, number).made.files.items():
                archive.writestr(zipfile.ZipInfo(_entry(motif, number, variant), _MADE_AT), data)
    return len(shown)


if __name__ == "__main__":
    make()
