"""A covered copy holds nothing of what it covers; the original never leaves the team."""

import io
import math

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader, PdfWriter
from sqlmodel import Session, select

from app.core import db
from app.core.errors import Conflict, Forbidden
from app.impact import evidencing, spending
from app.impact.evidencing import NothingCovered
from app.impact.spend_models import Evidence, Spend
from app.media import covering, papers
from app.media import queries as media_rows
from app.media.models import Media
from app.media.pictures import Refused
from app.media.service import open_variant
from app.people.rules import Actor, Role
from tests import factories
from tests.impact.stage import Stage, paper, photo, stage, used


def _proved(made: Stage, data: bytes | None = None) -> tuple[Spend, Evidence]:
    spend = spending.enter(made.session, made.finance, made.campaign, used(made.campaign))
    (page,) = evidencing.attach(made.session, made.finance, spend, data or photo(), "facture.jpg")
    return spend, page


Pixels = tuple[int, int, int, int]  # left, top, right and bottom, the last two outside


def _webp(size: tuple[int, int], secret: tuple[Pixels, int] | None = None) -> bytes:
    """Stripes: whatever shines through a box is seen. `secret`: a part that is of one grey instead."""
    picture = Image.new("RGB", size)
    picture.putdata([((x * 37) % 256, (x * 91) % 256, 255) for x in range(size[0] * size[1])])
    if secret:
        picture.paste((secret[1],) * 3, secret[0])
    out = io.BytesIO()
    picture.save(out, "WEBP", lossless=True)
    return out.getvalue()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 900), st.integers(0, 900), st.integers(60, 400), st.integers(60, 400))
def test_nothing_shines_through(left: int, top: int, width: int, height: int) -> None:
    """What lies under a box changes no byte of what is published: a lossy format rings at its edge, of what is
    beside it alone."""
    right, bottom = min(left + width, 1000), min(top + height, 1000)
    under = (
        math.ceil(left * 300 / 1000),
        math.ceil(top * 200 / 1000),
        right * 300 // 1000,
        bottom * 200 // 1000,
    )
    box = (left, top, right - left, bottom - top)
    made, other = (covering.covered(_webp((300, 200), (under, grey)), [box]) for grey in (255, 90))
    assert made.files == other.files
    for name, data in made.files.items():
        with Image.open(io.BytesIO(data)) as opened:
            picture = opened.convert("RGB")
            assert not opened.getexif(), name
        middle = picture.getpixel(
            ((left + right) * picture.width // 2000, (top + bottom) * picture.height // 2000)
        )
        assert isinstance(middle, tuple)
        assert max(middle) < 64, name


def test_the_copy_is_a_new_file_and_the_original_stays(session: Session) -> None:
    made = stage(session)
    spend, page = _proved(made)
    evidencing.publish(session, made.finance, spend, page, boxes=[(100, 100, 500, 300)])
    rows = media_rows.by_ids(session, [page.original_id, page.copy_id or 0])
    original, copy = rows[page.original_id], rows[page.copy_id or 0]
    assert (original.is_public, copy.is_public, copy.original_name) == (False, True, "")
    with Image.open(open_variant(copy, "share.jpg").path) as opened:
        assert not opened.getexif()
        pixel = opened.convert("RGB").getpixel((opened.width // 4, opened.height // 4))
    assert isinstance(pixel, tuple)
    assert max(pixel) < 60
    assert b"Nora" not in open_variant(original, "share.jpg").path.read_bytes()


def test_each_page_of_a_pdf_is_a_page(session: Session) -> None:
    made = stage(session)
    spend = spending.enter(session, made.finance, made.campaign, used(made.campaign))
    pages = evidencing.attach(session, made.finance, spend, paper(2), "facture.pdf")
    (third,) = evidencing.attach(session, made.finance, spend, photo(), "photo.jpg")
    assert [one.page for one in (*pages, third)] == [1, 2, 3]
    row = media_rows.by_ids(session, [pages[0].original_id])[pages[0].original_id]
    assert (row.width, row.height) == (1080, 1527)


def _locked() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(paper())))
    writer.encrypt("secret")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"%PDF-1.7 nothing", "cannot be read"),
        (b"%PDF-" + b"0" * papers.MAX_BYTES, "too heavy"),
        (_locked(), "password"),
        (paper(11), "more than 10 pages"),
    ],
)
def test_what_is_no_readable_paper(data: bytes, said: str) -> None:
    with pytest.raises(Refused) as refused:
        papers.pages(data)
    assert said in str(refused.value.message)


def test_without_a_box_somebody_gives_their_word(session: Session) -> None:
    made = stage(session)
    spend, page = _proved(made)
    with pytest.raises(NothingCovered):
        evidencing.publish(session, made.finance, spend, page, boxes=[])
    evidencing.publish(session, made.finance, spend, page, boxes=[], names_nobody=True)
    assert page.copy_id is not None


def test_what_does_not_count_is_not_shown(session: Session) -> None:
    made = stage(session)
    spending.set_limit(session, made.owner, 100)
    spend, page = _proved(made)
    with pytest.raises(Conflict):
        evidencing.publish(session, made.owner, spend, page, boxes=[(0, 0, 100, 100)])
    editor = Actor(made.owner.person_id, made.owner.organisation_id, Role.EDITOR, "Ed")
    with pytest.raises(Forbidden):
        evidencing.attach(session, editor, spend, photo(), "x.jpg")
    spending.refuse(session, made.owner, made.campaign, spend, reason="pas la bonne facture")
    with pytest.raises(Conflict):
        evidencing.attach(session, made.finance, spend, photo(), "x.jpg")


def test_the_road_in_the_browser(session: Session, client: TestClient) -> None:
    made = stage(session)
    _, page = _proved(made)
    csrf = factories.sign_in(session, client, made.finance)
    here = f"{made.base}/evidence/{page.pid}"
    shown = client.get(here)
    assert shown.status_code == 200
    assert "/studio/media/" in shown.text
    box = {"csrf": csrf, "left": ["10"], "top": ["10"], "width": ["30"], "height": ["x"]}
    refused = client.post(here, data={**box, "then": "publish"})
    assert refused.status_code == 422
    assert 'value="30"' in refused.text
    box["height"] = ["8"]
    looked = client.post(here, data={**box, "then": "look"})
    assert looked.status_code == 200
    assert 'class="cover-box" x="100"' in looked.text
    assert client.post(here, data={**box, "then": "publish"}).status_code == 303
    with db.reading() as seen:
        row = seen.exec(select(Evidence)).one()
        media = media_rows.by_ids(seen, [row.original_id, row.copy_id or 0])
    original, copy = media[row.original_id].pid, media[row.copy_id or 0].pid
    client.cookies.clear()
    public = client.get(f"/c/{made.campaign.slug}/impact").text
    assert copy in public
    assert original not in public
    answer = client.get(f"/media/{copy}/full.webp")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=300"  # it may be taken back
    assert client.get(f"/media/{original}/full.webp").status_code == 404
    csrf = factories.sign_in(session, client, made.finance)
    assert client.post(f"{here}/withdraw", data={"csrf": csrf}).status_code == 303
    client.cookies.clear()
    assert client.get(f"/media/{copy}/full.webp").status_code == 404
    with db.reading() as seen:
        assert seen.exec(select(Media).where(Media.pid == copy)).first() is None


def test_a_second_copy_erases_the_first(session: Session) -> None:
    made = stage(session)
    spend, page = _proved(made)
    evidencing.publish(session, made.finance, spend, page, boxes=[(0, 0, 100, 100)])
    first = page.copy_id
    evidencing.publish(session, made.finance, spend, page, boxes=[(0, 0, 900, 900)])
    session.flush()
    assert page.copy_id != first
    assert session.get(Media, first) is None
