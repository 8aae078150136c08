"""The board and the frame's editor as organisers meet them: each route works, refuses, and keeps to its own."""

from datetime import time
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session

from app.campaigns.rules import State
from app.challenges.models import Challenge
from app.core import db
from app.influencers.models import Influencer
from app.influencers.rules import Agreement
from app.media import service as media
from app.people.rules import Role
from app.publishing import queries as publishing
from app.publishing import service as posts
from app.stories import queries
from app.stories.models import Frame, FrameKind
from app.studio.board import board
from tests import factories
from tests.media import samples
from tests.stories import week
from tests.studio.stage import PARTIAL, Stage
from tests.watching import statements


def words(frame: Frame, **changes: Any) -> dict[str, Any]:
    kept = {"version": frame.version, "kind": frame.kind.value, "title": frame.title, "caption": "Bonjour"}
    return {**kept, **changes}


def test_the_board_shows_the_week(stage: Stage, session: Session) -> None:
    maia = Influencer(
        organisation_id=stage.campaign.organisation_id,
        campaign_id=stage.campaign.id,
        name="Maïa",
        agreement=Agreement.PAID,
    )
    session.add(maia)
    day = queries.days(session, stage.campaign.id)[2]
    session.add(Challenge(campaign_id=stage.campaign.id, day_id=day.id, title="Lire à voix haute"))
    session.flush()
    frame = week.frame_at(session, day, 1)
    frame.caption = "Bonjour [prénom]"
    posts.add_post(session, stage.alice, stage.campaign, frame.pid, at_time=time(9, 5), influencer=maia)
    session.commit()
    soup = stage.soup("/week")
    columns = soup.select(".board > .column")
    assert len(columns) == 7
    today = columns[2]
    assert "Wednesday 3" in today.h2.get_text()
    assert "Today" in today.h2.get_text()
    assert [item["data-drag"] for item in today.select("ol > li")] == [
        f"move-{one.pid}" for one in queries.frames_of_day(session, day.id)
    ]
    assert "1 blank to fill" in today.get_text()
    assert "Lire à voix haute" in today.get_text()
    slots = [slot.get_text(" ", strip=True) for slot in today.select(".slot")]
    assert [slot[:5] for slot in slots] == ["09:05", "12:30"]
    assert "now" in slots[0]  # it is 11:00: the hour has come
    assert "missed" in columns[0].select_one(".slot").get_text()
    assert soup.select_one("#panel").get_text(strip=True) == ""


def test_the_board_takes_few_queries(stage: Stage, session: Session) -> None:
    for day in queries.days(session, stage.campaign.id):
        for number in (3, 4):
            session.add(
                Frame(campaign_id=stage.campaign.id, day_id=day.id, position=number - 1, title=str(number))
            )
    session.commit()
    with statements() as sent, db.reading() as reader:
        shown = board(reader, stage.alice, stage.campaign)
    assert shown.frames == 28
    assert 1 <= len(sent) <= 7, sent
    with statements() as sent:
        assert stage.client.get(stage.base + "/week").status_code == 200
    assert 1 <= len(sent) <= 11, sent  # with who asks, and what is missing; ten once there are claims


def test_a_day_is_edited_where_it_stands(stage: Stage) -> None:
    with db.reading() as session:
        day = queries.days(session, stage.campaign.id)[0]
    path = f"/days/{day.pid}"
    answer = stage.post(path, version=1, beat="Son récit", headline="On m’a appris à lire.")
    assert answer.status_code == 303
    assert answer.headers["location"].endswith("/week?ok=saved#day-1")
    part = stage.post(path, partial=True, version=2, beat="Son histoire")
    assert part.status_code == 200
    assert "<html" not in part.text
    assert "Day “Son histoire” edited" in BeautifulSoup(part.text, "html.parser").get_text()
    refused = stage.post(path, partial=True, version=3, beat="x" * 61, headline="Gardé")
    assert refused.status_code == 422
    soup = BeautifulSoup(refused.text, "html.parser")
    assert "at most 60" in soup.select_one("#day-1-error").get_text()
    assert soup.select_one("#beat-1").get_text().strip() == "x" * 61
    assert soup.select_one("#headline-1").get_text(strip=True) == "Gardé"
    stale = stage.post(path, version=1, beat="Autre", headline="Autre aussi")
    assert stale.status_code == 409
    soup = BeautifulSoup(stale.text, "html.parser")
    assert soup.select_one("#beat-1").get_text().strip() == "Autre"
    assert soup.select_one('#form-day-1 [name="version"]')["value"] == "3"
    assert "What you typed is kept" in soup.get_text()


def test_a_frame_is_added_and_opened(stage: Stage) -> None:
    with db.reading() as session:
        day = queries.days(session, stage.campaign.id)[4]
    answer = stage.post(f"/days/{day.pid}/frames")
    assert answer.status_code == 303
    assert stage.frame(5, 2).pid in answer.headers["location"]
    assert stage.client.get(answer.headers["location"]).status_code == 200


def test_drag_and_keyboard_send_the_same_form(stage: Stage) -> None:
    frame = stage.frame(1, 0)
    answer = stage.post(f"/frames/{frame.pid}/move", day=3, position=2)
    assert answer.headers["location"].endswith("#day-3")
    assert stage.titles(3) == ["3.1", "1.1", "3.2"]
    stage.post(f"/frames/{frame.pid}/move", partial=True, day=3, position=2, step="up")
    assert stage.titles(3) == ["1.1", "3.1", "3.2"]
    stage.post(f"/frames/{frame.pid}/move", day=1)
    assert stage.titles(1) == ["1.2", "1.1"]
    refused = stage.post(f"/frames/{frame.pid}/move", day=1, position=0)
    assert refused.status_code == 422
    assert "The smallest value is 1." in refused.text
    assert stage.post(f"/frames/{frame.pid}/move", day=9).status_code == 404


def test_removing_offers_to_undo(stage: Stage) -> None:
    frame = stage.frame(1, 0)
    part = stage.post(f"/frames/{frame.pid}/remove", partial=True)
    assert "Story “1.1” removed" in part.text
    assert stage.titles(1) == ["1.2"]
    seen = stage.step()
    assert stage.post("/week/undo", partial=True, step=seen).status_code == 200
    assert stage.titles(1) == ["1.1", "1.2"]
    again = stage.post("/week/undo", step=seen)
    assert again.status_code == 409
    assert stage.post("/week/undo", step="nonsense").status_code == 409


def test_a_frame_is_saved_as_it_is_typed(stage: Stage) -> None:
    frame = stage.frame(1, 0)
    path = f"/frames/{frame.pid}"
    part = stage.post(path, partial=True, **words(frame, caption="Bonjour [prénom]"))
    assert part.status_code == 200
    soup = BeautifulSoup(part.text, "html.parser")
    assert soup.select_one('#words [name="version"]')["value"] == "2"
    assert "Bonjour [prénom]" in soup.select_one(".editor-preview .frame").get_text()
    assert "[prénom]" in soup.select_one(".marks:last-of-type").get_text()
    whole = stage.post(path, **words(frame, version=2, caption="Bonjour Maïa"))
    assert whole.status_code == 303
    assert stage.frame(1, 0).caption == "Bonjour Maïa"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("link_url", "javascript:alert(1)", "full web address"),
        ("caption", "x" * 2201, "at most 2200"),
        ("title", "a\nb", "one line"),
        ("kind", "gif", "one of the options"),
        ("version", "", "Fill this in"),
        ("admin", "1", "does not belong"),
    ],
)
def test_a_refused_frame_keeps_what_was_typed(stage: Stage, field: str, value: str, said: str) -> None:
    frame = stage.frame(1, 0)
    answer = stage.post(f"/frames/{frame.pid}", **words(frame, sticker="Un sondage", **{field: value}))
    assert answer.status_code == 422
    soup = BeautifulSoup(answer.text, "html.parser")
    assert said in soup.select_one(".errors").get_text()
    assert soup.select_one("#f-sticker")["value"] == "Un sondage"
    assert stage.frame(1, 0).sticker == ""


def test_two_people_on_one_frame(stage: Stage) -> None:
    frame = stage.frame(1, 0)
    stage.post(f"/frames/{frame.pid}", **words(frame, caption="De Bob"))
    answer = stage.post(f"/frames/{frame.pid}", partial=True, **words(frame, caption="D’Alice"))
    assert answer.status_code == 409
    soup = BeautifulSoup(answer.text, "html.parser")
    assert soup.select_one("#f-caption").get_text(strip=True) == "D’Alice"
    version = soup.select_one('#words [name="version"]')["value"]
    assert stage.frame(1, 0).caption == "De Bob"
    stage.post(f"/frames/{frame.pid}", **words(frame, version=version, caption="D’Alice"))
    assert stage.frame(1, 0).caption == "D’Alice"


def test_markup_in_a_frame_stays_text(stage: Stage) -> None:
    frame = stage.frame(1, 0)
    vector = '"><img src=x onerror=alert(1)>{{7*7}}'
    stage.post(f"/frames/{frame.pid}", **words(frame, title=vector, caption=vector, sticker=vector))
    for path in ("/week", f"/frames/{frame.pid}"):
        soup = stage.soup(path)
        assert not soup.select("[onerror]")
        assert "{{7*7}}" in soup.get_text()


def test_a_picture_is_uploaded_shown_and_taken_off(stage: Stage) -> None:
    frame = stage.frame(1, 0)
    path = f"{stage.base}/frames/{frame.pid}/media"
    files = {"file": ("maia.png", samples.picture(size=(1080, 1920)), "image/png")}
    answer = stage.client.post(path, data={"csrf": stage.token}, files=files, headers=PARTIAL)
    assert answer.status_code == 200
    shown = BeautifulSoup(answer.text, "html.parser").select_one(".editor-preview img")
    assert (shown["width"], shown["height"]) == ("1080", "1920")
    assert stage.client.get(shown["src"]).headers["content-type"] == "image/webp"
    assert "picture to describe" in stage.soup("/week").get_text()
    kept = stage.frame(1, 0)
    assert kept.kind is FrameKind.IMAGE
    film = {"file": ("maia.mp4", samples.video(), "video/mp4")}
    assert stage.client.post(path, data={"csrf": stage.token}, files=film).status_code == 303
    video = stage.soup(f"/frames/{frame.pid}").select_one(".editor-preview video")
    assert video["preload"] == "none"
    assert not video.has_attr("autoplay")
    stage.post(f"/frames/{frame.pid}/media/remove")
    assert stage.frame(1, 0).media_id is None
    stage.post(f"/frames/{frame.pid}/undo", partial=True, step=stage.step())
    assert stage.frame(1, 0).kind is FrameKind.VIDEO


def test_a_refused_upload_says_why(stage: Stage) -> None:
    frame = stage.frame(1, 0)
    path = f"{stage.base}/frames/{frame.pid}/media"
    for files, said in (
        ({"file": ("x.png", b"<svg onload=alert(1)>", "image/png")}, "SVG"),
        ({}, "Choose a picture"),
    ):
        answer = stage.client.post(path, data={"csrf": stage.token}, files=files or None)
        assert answer.status_code == 422
        assert said in BeautifulSoup(answer.text, "html.parser").select_one("#f-file-error").get_text()
    assert stage.frame(1, 0).media_id is None


def test_posts_are_planned_changed_posted_and_removed(stage: Stage, session: Session) -> None:
    maia = Influencer(
        organisation_id=stage.campaign.organisation_id, campaign_id=stage.campaign.id, name="Maïa"
    )
    session.add(maia)
    session.commit()
    frame = stage.frame(3, 1)
    answer = stage.post(f"/frames/{frame.pid}/posts", at_time="18:00", carrier=maia.pid)
    assert answer.headers["location"].endswith("?ok=saved#posts")
    twice = stage.post(f"/frames/{frame.pid}/posts", partial=True, at_time="18:00", carrier=maia.pid)
    assert twice.status_code == 409
    assert "already has a post" in twice.text
    assert stage.post(f"/frames/{frame.pid}/posts", at_time="25:00", carrier=maia.pid).status_code == 422
    assert stage.post(f"/frames/{frame.pid}/posts", at_time="9:00", carrier="0" * 16).status_code in (
        404,
        422,
    )
    with db.reading() as reader:
        row = publishing.of_frame(reader, frame.id)[0]
    assert (
        stage.post(f"/posts/{row.pid}", version=1, at_time="19:30", carrier="organisation").status_code == 303
    )
    assert stage.post(f"/posts/{row.pid}", version=1, at_time="20:00", carrier=maia.pid).status_code == 409
    bad = stage.post(f"/posts/{row.pid}/posted", proof_url="ftp://x")
    assert bad.status_code == 422
    stage.post(f"/posts/{row.pid}/posted", proof_url="https://example.org/story/1")
    page = stage.soup(f"/frames/{frame.pid}")
    assert page.select_one('.post a[href="https://example.org/story/1"]') is not None
    assert stage.post(f"/posts/{row.pid}/remove").status_code == 409
    assert stage.post(f"/frames/{frame.pid}/remove").status_code == 409
    stage.post(f"/posts/{row.pid}/again")
    stage.post(f"/posts/{row.pid}/remove")
    with db.reading() as reader:
        assert publishing.of_frame(reader, frame.id) == []


def _routes(stage: Stage) -> list[tuple[str, str]]:
    """Every route of the board, with objects that exist."""
    frame, other = stage.frame(1, 0), stage.frame(2, 0)
    with db.reading() as session:
        day = queries.days(session, stage.campaign.id)[0]
        row = publishing.of_frame(session, other.id)[0]
    return [
        ("GET", "/week"),
        ("GET", f"/frames/{frame.pid}"),
        ("POST", f"/days/{day.pid}"),
        ("POST", f"/days/{day.pid}/frames"),
        ("POST", f"/frames/{frame.pid}"),
        ("POST", f"/frames/{frame.pid}/move"),
        ("POST", f"/frames/{frame.pid}/media"),
        ("POST", f"/frames/{frame.pid}/media/remove"),
        ("POST", f"/frames/{frame.pid}/undo"),
        ("POST", f"/frames/{frame.pid}/posts"),
        ("POST", f"/posts/{row.pid}"),
        ("POST", f"/posts/{row.pid}/posted"),
        ("POST", f"/posts/{row.pid}/again"),
        ("POST", f"/posts/{row.pid}/remove"),
        ("POST", "/week/undo"),
        ("POST", f"/frames/{frame.pid}/remove"),
    ]


def test_colleagues_of_another_role_read_and_strangers_find_nothing(stage: Stage, session: Session) -> None:
    routes = _routes(stage)
    from app.people.models import Organisation

    lanterns = session.get_one(Organisation, stage.alice.organisation_id)
    bob = factories.member(session, lanterns, Role.MODERATOR, "Bob")
    charlie = factories.member(session, factories.organisation(session, "Autre"), name="Charlie")
    before = week.portrait(session, stage.campaign)
    for actor, reading, writing in ((bob, 200, 403), (charlie, 404, 404)):
        token = factories.sign_in(session, stage.client, actor)
        for method, path in routes:
            answer = stage.client.request(
                method, stage.base + path, data={"csrf": token} if method == "POST" else None
            )
            assert (path, answer.status_code) == (path, reading if method == "GET" else writing)
    stage.client.cookies.clear()
    for method, path in routes:
        assert stage.client.request(method, stage.base + path).status_code == 303
    session.expire_all()
    assert week.portrait(session, stage.campaign) == before


def test_objects_of_another_campaign_are_not_found(stage: Stage, session: Session) -> None:
    from app.people.models import Organisation

    routes = _routes(stage)
    other = factories.campaign(session, session.get_one(Organisation, stage.alice.organisation_id))
    session.commit()
    for method, path in routes:
        if path.startswith("/week"):
            continue
        answer = stage.client.request(
            method, f"/studio/campaigns/{other.pid}{path}", data={"csrf": stage.token}
        )
        assert (path, answer.status_code) == (path, 404)


def test_who_may_only_read_sees_no_form(stage: Stage, session: Session) -> None:
    from app.people.models import Organisation

    lanterns = session.get_one(Organisation, stage.alice.organisation_id)
    bob = factories.member(session, lanterns, Role.MODERATOR, "Bob")
    picture = media.store_image(session, stage.alice, samples.picture(), "a.png", public=True)
    frame = queries.frames(session, stage.campaign.id)[0]
    frame.media_id, frame.kind = picture.id, FrameKind.IMAGE
    factories.sign_in(session, stage.client, bob)
    for path in ("/week", f"/frames/{frame.pid}"):
        main = stage.soup(path).select_one("main")
        assert not main.select("form")
        assert "1.1" in main.get_text()


def test_a_closed_campaign_is_read_only(stage: Stage, session: Session) -> None:
    stage.campaign.state = State.CLOSED
    session.add(stage.campaign)
    session.commit()
    frame = stage.frame(1, 0)
    assert not stage.soup("/week").select("main form")
    assert stage.post(f"/frames/{frame.pid}/remove").status_code == 409


@pytest.mark.parametrize("length", [3, 31])
def test_campaigns_of_any_length(stage: Stage, session: Session, length: int) -> None:
    from app.people.models import Organisation

    lanterns = session.get_one(Organisation, stage.alice.organisation_id)
    campaign = factories.campaign(session, lanterns, length=length)
    week.lay_days(session, campaign)
    session.commit()
    answer = stage.client.get(f"/studio/campaigns/{campaign.pid}/week")
    assert len(BeautifulSoup(answer.text, "html.parser").select(".board > .column")) == length
