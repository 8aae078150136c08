"""A campaign kept as files: what was public and nothing else, in a folder or a ZIP, twice the same."""

import asyncio
import hashlib
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pypdf
import pytest
from bs4 import BeautifulSoup
from fastapi import FastAPI, Response
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.archive import service, writing
from app.archive.service import File, Subject
from app.campaigns.rules import State
from app.core import clock
from app.core.db import reading
from app.impact.models import Picture, Update
from app.people.rules import Role
from tests import factories
from tests.archive.scene import SECRETS, Finished
from tests.conftest import NOW, the_app

PAGES = (
    "index",
    "impact",
    "voices",
    "voices/questions",
    "sources",
    "who",
    "how-we-count",
    "days/1",
    "days/7",
)


async def _all(files: AsyncIterator[File]) -> dict[str, File]:
    return {file.name: file async for file in files}


def _but_for_the_day(file: File) -> bytes | str:
    """What a file tells, without the day on which it was kept; a PDF is compressed, so its text."""
    if file.name.endswith(".pdf"):
        pages = pypdf.PdfReader(io.BytesIO(file.content)).pages
        return re.sub(r"\b[34] (mars|March) 2027", "that day", " ".join(one.extract_text() for one in pages))
    content = re.sub(rb"\b[34] (mars|March) 2027", b"that day", file.content)
    content = re.sub(rb"2027-?03-?0[34]T", b"that day", content)
    return re.sub(rb'"2027-03-0[34]"', b"that day", content)


def subject(made: Finished) -> Subject:
    with reading() as session:
        return service.subject(session, session.merge(made.campaign, load=False))


def kept(made: Finished) -> dict[str, File]:
    """The archive as it would be now."""
    app = the_app()
    return asyncio.run(_all(service.files(app, subject(made), app.state.paths)))


@pytest.fixture
def finished(session: Session) -> Finished:
    return Finished(session)


def test_every_public_page_is_there_in_both_languages(finished: Finished) -> None:
    files = kept(finished)
    for page in PAGES:
        assert 'lang="fr"' in files[f"{page}.html"].content.decode()
        assert 'lang="en"' in files[f"en/{page}.html"].content.decode()
    for name in (
        "ledger.csv",
        "feed.atom",
        "calendar.ics",
        "og.png",
        "about/privacy.html",
        "assets/public.css",
    ):
        assert files[name].content
    said = files["index.html"].content.decode()
    assert "Cette campagne s’est terminée le 28 février 2027. Cette page a été gardée le 3 mars 2027." in said
    assert "This campaign ended on 28 February 2027. This page was kept on 3 March 2027." in (
        files["en/voices.html"].content.decode()
    )
    assert 'href="../days/1.html"' not in files["en/index.html"].content.decode()
    assert "Je suis restée jusqu’au bout." in files["voices.html"].content.decode()
    assert f"media/{finished.shown.pid}/full.webp" in files


def test_the_picture_of_a_video_is_kept_and_the_video_left_where_it_is(
    session: Session, finished: Finished
) -> None:
    row = Update(
        campaign_id=finished.campaign.id,
        title="Neuf pages",
        body="La neuvième personne a lu sa page.",
        video_url="https://video.example/neuf-pages",
        published_at=clock.now() - timedelta(days=4),
    )
    session.add(row)
    session.flush()
    picture = Picture(update_id=row.id, media_id=finished.shown.id, alt_text="Un livre ouvert")
    session.add(picture)
    row.video_picture = picture.pid
    session.commit()
    files = kept(finished)
    page = BeautifulSoup(files["impact.html"].content, "html.parser")
    link = page.select("a.video")[0]
    assert link["href"] == row.video_url
    assert [str(one["src"]) for one in link.select("img")] == [f"media/{finished.shown.pid}/full.webp"]
    assert link.svg is not None
    assert f"media/{finished.shown.pid}/full.webp" in files


def test_what_is_not_public_does_not_enter(session: Session, finished: Finished) -> None:
    files = kept(finished)
    for name, file in files.items():
        text = file.content.decode("utf-8", "ignore") + name
        assert not [word for word in SECRETS if word in text], name
        assert finished.private.pid not in text, name
        assert finished.withdrawn.pid not in text, name
        assert "leila@example.org" not in text, name


def test_a_campaign_that_runs_is_not_kept(session: Session, finished: Finished) -> None:
    for state in set(State) - {State.REPORTING, State.CLOSED}:
        finished.campaign.state = state
        with pytest.raises(service.StillRunning):
            service.subject(session, finished.campaign)


def test_twice_the_same_but_for_the_day(finished: Finished) -> None:
    first, again = kept(finished), kept(finished)
    assert [(one.name, one.content) for one in first.values()] == [
        (one.name, one.content) for one in again.values()
    ]
    with clock.frozen(NOW + timedelta(days=1)):
        later = kept(finished)
    assert list(later) == list(first)
    for name, file in later.items():
        if name != "archive.json":
            assert _but_for_the_day(file) == _but_for_the_day(first[name]), name


def test_the_list_of_files_tells_each_of_them(finished: Finished) -> None:
    files = kept(finished)
    told = json.loads(files.pop("archive.json").content)
    assert (told["format"], told["campaign"], told["language"]) == ("septaine-archive/1", "maia", "fr")
    assert (told["from"], told["ended_on"]) == ("https://testserver/c/maia", "2027-02-28")
    assert told["kept_at"] == "2027-03-03T10:00:00+00:00"
    assert set(told["files"]) == set(files)
    for name, file in files.items():
        assert told["files"][name]["sha256"] == hashlib.sha256(file.content).hexdigest()
    assert told["files"]["en/impact.html"]["from"] == "/c/maia/impact?lang=en"


def test_a_server_that_fails_keeps_nothing(finished: Finished, tmp_path: Path) -> None:
    app = FastAPI()

    @app.get("/c/maia")
    def broken() -> Response:
        return Response(status_code=503)

    folder = tmp_path / "kept"
    made = subject(finished)
    with pytest.raises(service.NotAnswered, match="/c/maia answered 503"):
        asyncio.run(writing.into_folder(folder, made, service.files(app, made, ["/c/{slug}"])))
    assert list(tmp_path.iterdir()) == []


def test_a_route_that_is_not_there_is_not_missed(finished: Finished) -> None:
    app = FastAPI()

    @app.get("/c/maia")
    def only() -> Response:
        return Response(
            '<html><head></head><body><main><a href="/c/maia/impact">Impact</a></main></body></html>',
            media_type="text/html",
        )

    files = asyncio.run(_all(service.files(app, subject(finished), ["/c/{slug}", "/c/{slug}/log.json"])))
    assert list(files) == ["index.html", "en/index.html", "archive.json"]
    assert 'href="https://testserver/c/maia/impact"' in files["index.html"].content.decode()


# The folder


async def _few(*names: str) -> AsyncIterator[File]:
    told = {"format": "septaine-archive/1", "campaign": "maia", "files": {name: {} for name in names}}
    for name in names:
        yield File(name, name.encode(), "text/html", "")
    yield File("archive.json", json.dumps(told).encode(), "application/json", "")


def _write(folder: Path, made: Subject, *names: str) -> None:
    asyncio.run(writing.into_folder(folder, made, _few(*names)))


def _names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_an_earlier_archive_is_replaced_whole(finished: Finished, tmp_path: Path) -> None:
    made, folder = subject(finished), tmp_path / "deep" / "kept"
    _write(folder, made, "index.html", "voices.html")
    _write(folder, made, "index.html", "days/1.html")
    assert _names(folder) == {"index.html", "days/1.html", "archive.json"}
    assert _names(tmp_path) == {f"deep/kept/{name}" for name in _names(folder)}, "nothing is left beside it"


def test_an_empty_folder_is_taken(finished: Finished, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    _write(tmp_path / "kept", subject(finished), "index.html")
    assert _names(tmp_path / "kept") == {"index.html", "archive.json"}


@pytest.mark.parametrize("there", ["another campaign", "own files", "added to", "a file", "a broken list"])
def test_anything_else_is_left_alone(finished: Finished, tmp_path: Path, there: str) -> None:
    made, folder = subject(finished), tmp_path / "kept"
    if there == "a file":
        folder.write_text("mine")
    else:
        folder.mkdir()
        (folder / "thesis.txt").write_text("mine")
    if there == "another campaign":
        (folder / "archive.json").write_text(
            '{"format": "septaine-archive/1", "campaign": "other", "files": {}}'
        )
    elif there == "added to":
        (folder / "archive.json").write_text(
            '{"format": "septaine-archive/1", "campaign": "maia", "files": {}}'
        )
    elif there == "a broken list":
        (folder / "archive.json").write_text("{")
    before = _names(tmp_path)
    with pytest.raises(writing.NotOurs):
        _write(folder, made, "index.html")
    assert _names(tmp_path) == before


# The studio


def _studio(made: Finished) -> str:
    return f"/studio/campaigns/{made.campaign.pid}"


def test_the_team_gets_it_as_a_zip(session: Session, client: TestClient, finished: Finished) -> None:
    factories.sign_in(session, client, finished.owner)
    assert f"{_studio(finished)}/kept.zip" in client.get(f"{_studio(finished)}/settings").text
    answer = client.get(f"{_studio(finished)}/kept.zip")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="maia-archive.zip"'
    assert answer.headers["cache-control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        inside = {name: archive.read(name) for name in archive.namelist()}
    assert inside == {f"maia/{file.name}": file.content for file in kept(finished).values()}
    assert b"csrf" not in inside["maia/voices.html"], "the pages are asked as a stranger, not as the member"


def test_a_lesser_role_and_strangers_get_nothing(
    session: Session, client: TestClient, finished: Finished
) -> None:
    path = f"{_studio(finished)}/kept.zip"
    factories.sign_in(session, client, factories.member(session, finished.organisation, Role.FINANCE, "Bob"))
    assert client.get(path).status_code == 403
    other = factories.organisation(session, "Les Autres")
    client.cookies.clear()
    factories.sign_in(session, client, factories.member(session, other))
    assert client.get(path).status_code == 404


def test_while_it_runs_the_studio_offers_nothing(session: Session, client: TestClient) -> None:
    made = Finished(session)
    made.campaign.state = State.DRIVE
    session.add(made.campaign)
    session.commit()
    factories.sign_in(session, client, made.owner)
    assert "kept.zip" not in client.get(f"{_studio(made)}/settings").text
    assert client.get(f"{_studio(made)}/kept.zip").status_code == 409


def test_a_file_for_machines_is_kept_once_unless_it_speaks(finished: Finished) -> None:
    """Figures carry the instant they were made, a report is written in a language."""
    app, asked = FastAPI(), iter(range(100))

    @app.get("/c/maia/{name}")
    def one(name: str) -> Response:
        headers = {"Vary": "Accept-Language"} if name == "report.pdf" else {}
        return Response(f"{name} {next(asked)}", media_type="application/octet-stream", headers=headers)

    files = asyncio.run(
        _all(service.files(app, subject(finished), ["/c/{slug}/data.json", "/c/{slug}/report.pdf"]))
    )
    assert list(files) == ["data.json", "report.pdf", "en/report.pdf", "archive.json"]


def test_what_is_taken_back_meanwhile_stops_it(finished: Finished) -> None:
    app = FastAPI()

    @app.get("/c/maia")
    def page() -> Response:
        return Response('<main><img src="/media/abc/full.webp" alt=""></main>', media_type="text/html")

    @app.head("/media/abc/full.webp")
    def shown() -> Response:
        return Response(media_type="image/webp")

    @app.get("/media/abc/full.webp")
    def gone() -> Response:
        return Response(status_code=404)

    with pytest.raises(service.NotAnswered, match=r"/media/abc/full\.webp answered 404"):
        asyncio.run(_all(service.files(app, subject(finished), ["/c/{slug}"])))
