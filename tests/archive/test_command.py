"""`septaine export --static` on the demo's finished campaign: whole, and readable without anything else."""

import hashlib
import json
import re
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session, select
from typer.testing import CliRunner

from app import cli as program
from app.campaigns.rules import State
from app.core import db
from app.donations.models import Gift
from app.donations.rules import Visibility
from seed.load import load_demo
from tests import factories
from tests.archive.scene import Finished
from tests.conftest import BASE_URL
from tests.house.test_donors import ADDRESS, HIDDEN, TEAM
from tests.house.test_donors import _mark as mark_donors

SHOWN = (
    ("img", "src"),
    ("source", "src"),
    ("video", "src"),
    ("video", "poster"),
    ("audio", "src"),
    ("track", "src"),
)


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(program.cli, ["export", *words])
    return result.exit_code, result.output


@pytest.fixture
def demo(session: Session) -> None:
    session.rollback()
    load_demo()
    with db.transaction() as writing:
        mark_donors(writing)


@pytest.fixture
def folder(demo: None, tmp_path: Path) -> Path:
    made = tmp_path / "douze-chaises"
    code, said = run("--static", str(made))
    assert code == 0, said
    assert f"{len([one for one in made.rglob('*') if one.is_file()])} files" in said
    return made


def _pages(folder: Path) -> dict[Path, BeautifulSoup]:
    return {path: BeautifulSoup(path.read_bytes(), "html.parser") for path in sorted(folder.rglob("*.html"))}


def _shown(page: BeautifulSoup) -> list[str]:
    """Everything that a browser fetches to show a page."""
    found = [str(tag[name]) for kind, name in SHOWN for tag in page.select(f"{kind}[{name}]")]
    found += [
        part.split()[0]
        for tag in page.select("[srcset]")
        for part in str(tag["srcset"]).split(",")
        if part.strip()
    ]
    return found + [str(one["href"]) for one in page.select("link:not([rel=canonical]):not([rel=alternate])")]


def _file(page: Path, address: str) -> Path:
    """The file that an address means in a page opened from a disk."""
    return Path(unquote(urlsplit(urljoin(page.as_uri(), address)).path))


def test_the_demo_is_whole_without_a_server(folder: Path) -> None:
    pages = _pages(folder)
    assert len(pages) > 25
    for path, page in pages.items():
        name = path.relative_to(folder).as_posix()
        for address in _shown(page):
            assert not re.match(r"[a-z]+:|//|/", address), f"{name} fetches {address}"
            assert _file(path, address).is_file(), f"{name} shows {address}"
        assert (
            page.select("form, script:not([type='application/ld+json']), iframe, [style], .sandbox") == []
        ), name
        for link in page.select("a[href]"):
            _follow(folder, pages, path, str(link["href"]))
    for sheet in folder.rglob("*.css"):
        for address in re.findall(r"url\([\"']?([^\"')]+)", sheet.read_text()):
            assert address.startswith("data:") or (sheet.parent / address).is_file(), (
                f"{sheet.name}: {address}"
            )
        assert "@import" not in sheet.read_text()
    _the_list_is_true(folder)
    _nobody_hidden_is_in(folder)
    assert len(pages[folder / "impact.html"].select("a.video .still img")) == 1
    figures = json.loads((folder / "data.json").read_text())["lists"]
    assert [one["total"]["amount"] for one in figures if one["measure"] == "gifts"] == ["10107.00"] * 3


def _follow(folder: Path, pages: dict[Path, BeautifulSoup], page: Path, href: str) -> None:
    """A link leads to a file of the archive and its anchor, or elsewhere by a whole address."""
    name = page.relative_to(folder).as_posix()
    if re.match(r"(https?|mailto|tel):", href):
        kept = re.match(
            rf"{BASE_URL}/c/douze-chaises(/(impact|days/\d|voices|sources|who|ledger.csv))?$", href
        )
        assert not kept or "It stood at" in str(pages[page]) or "Son adresse était" in str(pages[page]), href
        return
    target = _file(page, href)
    assert target.is_file(), f"{name} leads to {href}"
    assert target.is_relative_to(folder), f"{name} leads out: {href}"
    anchor = urlsplit(href).fragment
    if anchor:
        assert pages[target].find(id=anchor) is not None, f"{name} leads to {href}"


def _nobody_hidden_is_in(folder: Path) -> None:
    with db.reading() as session:
        assert session.exec(select(Gift.id).where(Gift.visibility == Visibility.NOBODY)).first() is not None
    for path in folder.rglob("*"):
        words = path.read_text("utf-8", "ignore") if path.is_file() else ""
        assert not [one for one in (HIDDEN, TEAM, ADDRESS) if one in words], path


def _the_list_is_true(folder: Path) -> None:
    told = json.loads((folder / "archive.json").read_text())["files"]
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    assert set(told) | {"archive.json"} == set(files)
    for name, one in told.items():
        assert hashlib.sha256(files[name].read_bytes()).hexdigest() == one["sha256"], name


def test_what_cannot_be_kept_is_said_in_words(session: Session, tmp_path: Path) -> None:
    finished = Finished(session)
    factories.campaign(session, finished.organisation, slug="running", state=State.DRIVE)
    factories.campaign(session, finished.organisation, slug="second", state=State.REPORTING)
    session.commit()
    folder = str(tmp_path / "kept")
    for words, said in (
        (["--static", folder, "--campaign", "running"], "not over yet"),
        (["--static", folder, "--campaign", "nobody"], "no public campaign has the address /c/nobody"),
        (["running", "--campaign", "maia"], "Name one campaign"),
        ([], "name a campaign"),
        (["maia", str(tmp_path / "x.zip"), "--static", folder], "takes no other target"),
    ):
        code, output = run(*words)
        assert (code, said in output) == (1, True), output
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "mine.txt").write_text("mine")
    code, output = run("maia", "--static", folder)
    assert (code, "not an earlier archive" in output) == (1, True), output
    assert [one.name for one in (tmp_path / "kept").iterdir()] == ["mine.txt"]
    code, output = run("--static", str(tmp_path / "other"))
    assert (code, "--campaign takes one of: maia, second" in output) == (1, True), output
