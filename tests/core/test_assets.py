"""The browser's files: names that follow the content, whole bundles, a first view that stays small."""

import base64
import gzip
import hashlib
import json
import re
from pathlib import Path

import brotli
import pytest
from fastapi.testclient import TestClient

from app.core.assets import BUNDLES, STATIC, Asset, Assets, asset, assets, minify_css

HTMX = "vendor/htmx-4.0.1.min.js"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "css").mkdir()
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts" / "a.woff2").write_bytes(b"font")
    (tmp_path / "css" / "one.css").write_text("/* why */\na  >  b { src: url('../fonts/a.woff2') }\n")
    (tmp_path / "css" / "two.css").write_text('p { content: "a ; b /* kept */" }')
    return tmp_path


def test_a_bundle_holds_its_parts_with_hashed_addresses(folder: Path) -> None:
    made = Assets(folder, {"all.css": ("css/one.css", "css/two.css")})
    text = made("all.css").content.decode()
    assert made("fonts/a.woff2").url in text
    assert "why" not in text
    assert text.endswith('p{content:"a ; b /* kept */"}'), text


def test_the_address_follows_the_content(folder: Path) -> None:
    before = Assets(folder, {})("css/two.css")
    (folder / "css" / "two.css").write_text("p{}")
    after = Assets(folder, {})
    assert after("css/two.css").url != before.url
    assert after.find(before.digest, "css/two.css") is None
    assert after.find(after("css/two.css").digest, "css/two.css") is after("css/two.css")


@pytest.mark.parametrize("name", ["../app/main.py", "css/none.css", "", "/etc/passwd"])
def test_a_name_that_was_not_there_is_refused(folder: Path, name: str) -> None:
    made = Assets(folder, {})
    assert made.find("0" * 16, name) is None
    with pytest.raises(KeyError):
        made(name)


@pytest.mark.parametrize(
    ("written", "small"),
    [
        ("a , b { c: d ; }", "a,b{c:d}"),
        ("x { width: calc(1px + 2px) }", "x{width:calc(1px + 2px)}"),
        ("a :is(b) > c { d: e }", "a :is(b)>c{d:e}"),
        ("@media (min-width: 4rem) { a { b: c } }", "@media (min-width:4rem){a{b:c}}"),
        ("a { b: 'x  { y } ' }", "a{b:'x  { y } '}"),
    ],
)
def test_minifying_changes_no_meaning(written: str, small: str) -> None:
    assert minify_css(written) == small


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("", None),
        ("identity", None),
    ],
)
def test_text_is_squeezed_as_the_client_asks(header: str, coding: str | None) -> None:
    sheet = Asset("a.css", b"p{color:red}" * 50, "text/css")
    body, used = sheet.encoded(header)
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress}.get(used or "", bytes)
    assert used == coding
    assert unpack(body) == sheet.content


def test_fonts_and_pictures_are_sent_as_they_are() -> None:
    font = asset("fonts/bricolage-grotesque-latin.woff2")
    assert font.encoded("br, gzip") == (font.content, None)
    assert font.media_type == "font/woff2"


def test_integrity_is_what_a_browser_computes() -> None:
    held = asset(HTMX)
    expected = base64.b64encode(hashlib.sha384(held.content).digest()).decode()
    assert held.integrity == f"sha384-{expected}"
    assert held.integrity == (STATIC / f"{HTMX}.integrity").read_text().strip()


def test_every_part_of_every_bundle_exists_and_every_style_sheet_is_used() -> None:
    bundled = {part for parts in BUNDLES.values() for part in parts}
    written = {path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*.css")}
    assert bundled <= set(assets().names())
    assert written - bundled <= {"css/sandbox.css"}, "a style sheet that no face loads"


@pytest.mark.parametrize(
    ("name", "limit"), [("public.css", 7000), ("brief.css", 7500), ("studio.css", 11_500)]
)
def test_style_sheets_leave_room_for_the_page_in_the_first_view(name: str, limit: int) -> None:
    body, _ = asset(name).encoded("br")
    assert len(body) <= limit, f"{name} weighs {len(body)} bytes"


def test_scripts_stay_tiny() -> None:
    for name in ("public.js", "studio.js", "brief.js"):
        assert len(asset(name).encoded("gzip")[0]) <= 6000


def test_no_colour_is_named_outside_the_tokens() -> None:
    """Black, white and ink on pictures and floods are the only exceptions: they do not follow the scheme."""
    allowed = {"#fff", "#14151a", "#hatch"}
    for path in sorted((STATIC / "css").rglob("*.css")):
        if path.name in ("tokens.css", "sandbox.css"):
            continue
        found = set(re.findall(r"#[0-9a-fA-F]{3,8}\b", path.read_text())) - allowed
        assert not found, f"{path.name} names {found}"


def test_no_template_carries_inline_script_or_style() -> None:
    templates = STATIC.parent / "templates"
    for path in sorted(templates.rglob("*.html")):
        text = path.read_text()
        where = path.relative_to(templates)
        assert not re.search(r"\son[a-z]+=[\"']|\shx-on|javascript:|\bjs:", text), where
        if "mail" in path.name or where.parts[0] == "emails":
            continue  # mail programs fetch no style sheet
        assert not re.search(r"\sstyle=|<style", text), where
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/ld\+json)", text), where


def test_the_address_is_served_for_ever_and_the_old_one_is_gone(client: TestClient) -> None:
    sheet = asset("public.css")
    answer = client.get(sheet.url, headers={"Accept-Encoding": "br"})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert client.get(f"/assets/{'0' * 16}/public.css").status_code == 404
    assert client.get(sheet.url.replace("public.css", "..%2f..%2fmain.py")).status_code == 404


def test_the_recorded_sizes_of_icons_are_true() -> None:
    from PIL import Image

    for size in (32, 180, 192, 512):
        with Image.open(STATIC / "img" / f"icon-{size}.png") as icon:
            assert icon.size == (size, size), json.dumps(icon.size)
