"""A picture of an update stands for its video: chosen, corrected in the open, gone at once when somebody says no."""

import io
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from fastapi.testclient import TestClient
from pypdf import PdfReader
from sqlmodel import Session, select

from app.core import i18n
from app.core.db import reading
from app.core.errors import Conflict
from app.followers.published import pieces
from app.impact import accounts, updating
from app.impact.models import Picture, Revision, Update
from app.media import portraits
from app.media import service as media
from app.media.models import Media
from app.media.rules import Shows
from app.people.models import Organisation
from app.people.rules import Role
from app.transparency import queries as log
from app.transparency import report, verifying
from app.transparency import service as sealing
from tests import factories
from tests.impact.stage import Stage, photo, stage

VIDEO = "https://video.example/neuf-pages"
SAID: dict[str, Any] = {
    "title": "Neuf pages",
    "body": "La neuvième personne a lu sa page hier soir, seule.",
    "figures": {},
}


def write(here: Stage, update: Update | None = None, **values: Any) -> Update:
    given = {**SAID, "spends": [], "video_url": VIDEO, "video_title": "Trois minutes", **values}
    return updating.write_update(here.session, here.owner, here.campaign, update=update, **given)


def pictured(here: Stage, row: Update, *words: str) -> list[Picture]:
    """Pictures in which one person can be recognised, who agreed."""
    found = []
    for place, words_ in enumerate(words):
        kept = media.store_image(here.session, here.owner, photo(f"#0a74{place}6"), "salle.jpg", public=True)
        portraits.declare(
            here.session, here.owner, kept, shows=Shows.ADULT, who="Nora", agreed_on=here.campaign.starts_on
        )
        found.append(
            updating.add_picture(here.session, here.owner, row, kept, alt_text=words_, place=f"Lieu {place}")
        )
    return found


def published(here: Stage, *words: str, still: int | None = 0) -> tuple[Update, list[Picture]]:
    row = write(here)
    pictures = pictured(here, row, *words)
    write(here, row, video_picture="" if still is None else pictures[still].pid)
    updating.publish_update(here.session, here.owner, here.campaign, row)
    return row, pictures


def shown(client: TestClient, here: Stage, row: Update) -> Tag:
    """The update as the public reads it."""
    here.session.commit()
    client.cookies.clear()
    page = BeautifulSoup(client.get(f"/c/{here.campaign.slug}/impact?lang=en").text, "html.parser")
    return page.select(f"#update-{row.pid}")[0]


def described(part: Tag, selector: str) -> list[str]:
    return [str(one["alt"]) for one in part.select(selector)]


def test_a_picture_stands_for_the_video_and_is_not_shown_twice(session: Session, client: TestClient) -> None:
    here = stage(session)
    row, _ = published(here, "Une table", "Un livre", still=1)
    part = shown(client, here, row)
    assert described(part, "a.video img") == ["Un livre"]
    assert described(part, "img") == ["Une table", "Un livre"]
    link = part.select("a.video")[0]
    assert link["href"] == VIDEO
    assert link.svg is not None  # the sign to play stands over it
    assert "Nothing is loaded from there before you open it." in link.text
    assert "Lieu 1" in part.text
    for src in part.select("[src]"):
        assert str(src["src"]).startswith("/media/")  # nothing of the other site


def test_without_a_choice_the_sign_is_drawn(session: Session, client: TestClient) -> None:
    here = stage(session)
    row, _ = published(here, "Une table", still=None)
    part = shown(client, here, row)
    assert described(part, "a.video img") == []
    assert part.select("a.video svg")
    assert described(part, "img") == ["Une table"]


def test_a_picture_somebody_refuses_is_gone_from_before_the_video(
    session: Session, client: TestClient
) -> None:
    here = stage(session)
    row, pictures = published(here, "Une table", "Un livre")
    sealing.seal_now(session, here.campaign)
    updating.refuse_picture(session, here.owner, pictures[0])
    part = shown(client, here, row)
    assert described(part, "img") == ["Un livre"]
    assert part.select("a.video svg")
    assert verifying.verify(session, here.campaign).broken is None


def test_only_a_picture_of_its_own_that_may_be_shown(session: Session) -> None:
    here = stage(session)
    row, other = write(here), write(here)
    foreign, own = *pictured(here, other, "Ailleurs"), *pictured(here, row, "Ici")
    for pid in (foreign.pid, "nothing"):
        with pytest.raises(updating.NotItsOwn):
            write(here, row, video_picture=pid)
    with pytest.raises(updating.NotItsOwn):
        write(here, None, video_picture=own.pid)
    updating.refuse_picture(session, here.owner, own)
    with pytest.raises(updating.NotItsOwn):
        write(here, row, video_picture=own.pid)


def test_it_goes_with_its_picture_and_with_its_video(session: Session) -> None:
    here = stage(session)
    row = write(here)
    (one,) = pictured(here, row, "Une table")
    assert write(here, row, video_picture=one.pid).video_picture == one.pid
    assert write(here, row, video_picture=one.pid, video_url="").video_picture == ""
    write(here, row, video_picture=one.pid)
    updating.remove_picture(session, here.owner, row, one)
    assert row.video_picture == ""


def test_a_correction_may_change_it_and_the_log_tells_so(session: Session, client: TestClient) -> None:
    here = stage(session)
    row, (table, book) = published(here, "Une table", "Un livre")
    sealing.seal_now(session, here.campaign)
    correct = {"title": row.title, "body": row.body, "figures": {}, "why": "On y voyait un enfant de dos."}
    for asked in (None, table.pid):
        with pytest.raises(Conflict, match="Nothing was changed"):
            updating.revise_update(session, here.owner, row, **correct, video_picture=asked)
    updating.revise_update(session, here.owner, row, **correct, video_picture=book.pid)
    assert described(shown(client, here, row), "a.video img") == ["Un livre"]
    assert "Another picture stands for the video since." in shown(client, here, row).text
    sealing.seal_now(session, here.campaign)
    updating.revise_update(session, here.owner, row, **correct, video_picture="")
    part = shown(client, here, row)
    assert described(part, "a.video img") == []
    assert "A drawn sign stands for the video since, instead of a picture." in part.text
    sealing.seal_now(session, here.campaign)
    told = [one.content or "" for one in log.entries(session, here.campaign.id)]
    kinds = [one.kind for one in log.entries(session, here.campaign.id)]
    assert f'"video_picture":"{table.pid}"' in told[kinds.index("update")]
    revised = [text for kind, text in zip(kinds, told, strict=True) if kind == "revision"]
    assert f'"video_picture":"{book.pid}"' in revised[0]
    assert '"video_picture":""' in revised[1]
    assert verifying.verify(session, here.campaign).broken is None
    row.video_picture = table.pid  # behind the log's back
    session.add(row)
    session.flush()
    broken = verifying.verify(session, here.campaign).broken
    assert broken is not None
    assert broken.kind == "revision"


def test_entries_from_before_there_was_a_choice_hold(session: Session) -> None:
    here = stage(session)
    row, _ = published(here, "Une table", still=None)
    updating.revise_update(
        session, here.owner, row, title="Neuf", body=row.body, figures={}, why="Plus court"
    )
    sealing.seal_now(session, here.campaign)
    assert not [
        one for one in log.entries(session, here.campaign.id) if "video_picture" in (one.content or "")
    ]
    assert verifying.verify(session, here.campaign).broken is None


def test_words_erased_by_right_take_it_along(session: Session, client: TestClient) -> None:
    here = stage(session)
    row, _ = published(here, "Une table")
    updating.withdraw_update(session, here.owner, row, why="Une décision")
    assert row.video_picture == ""
    assert not shown(client, here, row).select("a.video, img")
    assert not session.exec(select(Media)).all()


def test_the_page_offers_it_once_there_are_pictures(session: Session, client: TestClient) -> None:
    here = stage(session)
    row = write(here)
    csrf = factories.sign_in(session, client, here.owner)
    path = f"{here.base}/updates/{row.pid}"

    def offered(prefix: str = "") -> list[str]:
        page = BeautifulSoup(client.get(path + "?lang=en").text, "html.parser")
        return [one.text for one in page.select(f"#f-{prefix}video_picture option")]

    assert offered() == []
    table, book = pictured(here, row, "Une table", "Un livre")
    session.commit()
    assert offered() == ["A drawn sign", "Une table", "Un livre"]
    said = {"csrf": csrf, "title": row.title, "body": row.body, "video_url": VIDEO}
    wrong = client.post(path, data={**said, "video_picture": "nothing"})
    assert wrong.status_code == 422
    assert 'href="#f-video_picture"' in wrong.text
    answer = client.post(path, data={**said, "video_picture": book.pid, "then": "publish"})
    assert answer.status_code == 303
    assert offered("correct-") == ["A drawn sign", "Une table", "Un livre"]
    correct = {"csrf": csrf, "title": row.title, "body": row.body, "why": "Il est plus clair."}
    assert client.post(f"{path}/correct", data={**correct, "video_picture": "nothing"}).status_code == 422
    assert client.post(f"{path}/correct", data=correct).status_code == 409  # asked nothing of it
    assert client.post(f"{path}/correct", data={**correct, "video_picture": table.pid}).status_code == 303
    with reading() as seen:
        assert seen.get_one(Update, row.id).video_picture == table.pid
        assert seen.exec(select(Revision.old_video_picture)).one() == book.pid


def test_lesser_roles_and_strangers_choose_nothing(session: Session, client: TestClient) -> None:
    here = stage(session)
    row = write(here)
    (one,) = pictured(here, row, "Une table")
    session.commit()
    path = f"{here.base}/updates/{row.pid}"
    said = {"title": row.title, "body": row.body, "video_url": VIDEO, "video_picture": one.pid}
    home = session.get_one(Organisation, here.campaign.organisation_id)
    for who, status in (
        (factories.member(session, home, Role.MODERATOR, "Mo"), 403),
        (factories.member(session, factories.organisation(session, "Autre"), name="Charlie"), 404),
    ):
        csrf = factories.sign_in(session, client, who)
        assert client.post(path, data={"csrf": csrf, **said}).status_code == status
    with reading() as seen:
        assert seen.get_one(Update, row.id).video_picture == ""


def test_on_paper_and_in_a_letter_its_address_is_text(session: Session) -> None:
    here = stage(session)
    row, _ = published(here, "Une table", "Un livre")
    with i18n.speaking("en"):
        made = report.report(session, here.campaign)
        (piece,) = pieces(session, here.campaign, f"update:{row.pid}")
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)
    assert "Trois minutes" in text
    assert VIDEO in text
    assert ("Trois minutes", VIDEO) in piece.facts


@pytest.mark.parametrize("size", [(800, 600), (600, 1000), (1600, 400)])
@pytest.mark.parametrize("many", [1, 3])
def test_pictures_of_any_shape_stand_on_paper(session: Session, size: tuple[int, int], many: int) -> None:
    here = stage(session)
    row = write(here)
    for number in range(many):
        kept = media.store_image(session, here.owner, photo(f"#{number}a7446", size), "a.jpg", public=True)
        portraits.declare(session, here.owner, kept, shows=Shows.NOBODY)
        updating.add_picture(session, here.owner, row, kept, alt_text=f"Image {number}", place="Roubaix")
    updating.publish_update(session, here.owner, here.campaign, row)
    with i18n.speaking("fr"):
        made = report.report(session, here.campaign)
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)
    assert text.count("Roubaix") == many


def test_the_view_tells_them_apart(session: Session) -> None:
    here = stage(session)
    _, (table, book) = published(here, "Une table", "Un livre")
    (view,) = accounts.updates(session, here.campaign, published_only=True)
    assert view.still is not None
    assert view.still.picture.pid == table.pid
    assert [one.picture.pid for one in view.others] == [book.pid]
