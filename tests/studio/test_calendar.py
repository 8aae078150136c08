"""The calendar as organisers meet it: three views, filters, moves by drag or form, undo; and its few queries."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from sqlalchemy import Engine, event
from sqlmodel import Session

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core import clock, db
from app.influencers.models import Influencer
from app.people.models import Organisation
from app.people.rules import Role
from app.publishing import queries as publishing
from app.publishing import service as posts
from app.publishing.models import Post, PostState
from app.publishing.rules import Hold
from app.stories import queries as stories
from app.stories.models import Day
from app.studio.calendar_view import Asked, View, span
from tests import factories
from tests.stories import week
from tests.studio.stage import PARTIAL, Stage


def rows(stage: Stage) -> list[Post]:
    with db.reading() as session:
        return list(publishing.of_campaign(session, stage.campaign.id))


def row(stage: Stage, pid: str) -> Post:
    return next(one for one in rows(stage) if one.pid == pid)


def cells(soup: BeautifulSoup) -> list[Tag]:
    return soup.select(".cal-day")


def chips(soup: BeautifulSoup | Tag) -> list[str]:
    return [chip.get_text(" ", strip=True) for chip in soup.select(".chip")]


@pytest.mark.parametrize(
    ("view", "on", "first", "days"),
    [
        (View.DAY, date(2027, 3, 3), date(2027, 3, 3), 1),
        (View.WEEK, date(2027, 3, 3), date(2027, 3, 1), 7),
        (View.WEEK, date(2027, 2, 28), date(2027, 2, 22), 7),
        (View.MONTH, date(2027, 2, 10), date(2027, 2, 1), 28),
        (View.MONTH, date(2027, 3, 31), date(2027, 3, 1), 35),
        (View.MONTH, date(2028, 1, 1), date(2027, 12, 27), 42),
        (View.MONTH, date(2028, 2, 29), date(2028, 1, 31), 35),
    ],
)
def test_the_days_of_a_view(view: View, on: date, first: date, days: int) -> None:
    shown = span(Asked(view, on))
    assert (shown[0], len(shown)) == (first, days)


def test_a_week_of_seven_columns_in_the_order_of_the_clock(stage: Stage, session: Session) -> None:
    frame = stage.frame(3)
    posts.add_post(session, stage.alice, stage.campaign, frame.pid, at_time=time(9, 5), influencer=None)
    session.commit()
    soup = stage.soup("/calendar")
    assert soup.select_one(".rail [aria-current]").get_text(strip=True) == "Calendar"
    shown = cells(soup)
    assert len(shown) == 7
    today = shown[2]
    assert "is-today" in today["class"]
    assert [text[:5] for text in chips(today)] == ["09:05", "12:30"]
    assert "The organisation · by hand" in chips(today)[0]
    assert "now" in chips(today)[0], "it is 11:00: the hour has come"
    assert "missed" in chips(shown[0])[0]
    assert soup.select_one(".cal-zone").get_text(strip=True) == "Hours of Paris (UTC+1)."
    assert "1 to 7 March 2027" in soup.select_one("#cal-span").get_text()


def test_a_day_tells_more_and_a_month_less(stage: Stage, session: Session) -> None:
    frame = session.merge(stage.frame(3))
    frame.caption = "Bonjour à toutes et tous"
    for minutes in range(5):
        posts.add_post(
            session, stage.alice, stage.campaign, frame.pid, at_time=time(15, 11 * minutes), influencer=None
        )
    session.commit()
    day = stage.soup("/calendar?view=day&on=2027-03-03")
    assert len(chips(day)) == 6
    assert "Bonjour à toutes" in day.select_one(".chip").get_text()
    assert "The same story is told there a second time" in chips(day)[0]
    month = stage.soup("/calendar?view=month&on=2027-03-03")
    assert len(cells(month)) == 35
    full = cells(month)[2]
    assert len(chips(full)) == 3
    more = full.select_one(".cal-more a")
    assert "All 6 posts" in more.get_text()
    assert "view=day" in more["href"]


@pytest.mark.parametrize(
    "query", ["view=year", "on=yesterday", "on=9999-12-31", "state=x&carrier=%3Cb%3E", "on="]
)
def test_an_address_that_makes_no_sense_shows_the_week(stage: Stage, query: str) -> None:
    assert stage.client.get(f"{stage.base}/calendar?{query}").status_code == 200


def test_before_after_and_today(stage: Stage) -> None:
    soup = stage.soup("/calendar?view=month&on=2027-01-31")
    assert [link["href"].split("?")[1] for link in soup.select(".cal-bar nav.cluster a")] == [
        "view=month&on=2026-12-01",
        "view=month&on=2027-03-03",
        "view=month&on=2027-02-01",
    ]


def test_filters_keep_what_was_asked_for(stage: Stage, session: Session) -> None:
    maia = Influencer(
        organisation_id=stage.campaign.organisation_id, campaign_id=stage.campaign.id, name="Maïa"
    )
    session.add(maia)
    session.flush()
    frame = stage.frame(4)
    made = posts.add_post(session, stage.alice, stage.campaign, frame.pid, at_time=time(18), influencer=maia)
    account = factories.account(session, stage.campaign.organisation_id)
    other = publishing.of_campaign(session, stage.campaign.id)[5]
    other.channel, other.account_id = account.channel, account.id
    held = publishing.of_campaign(session, stage.campaign.id)[6]
    held.state, held.hold = PostState.HELD, Hold.PERSON
    session.commit()

    def shown(query: str) -> list[str]:
        soup = stage.soup(f"/calendar?{query}")
        return [chip["id"].removeprefix("post-") for chip in soup.select(".chip")]

    assert shown(f"carrier={maia.pid}") == [made.pid]
    assert made.pid not in shown("carrier=organisation")
    assert shown("channel=bluesky") == [other.pid]
    assert other.pid not in shown("channel=hand")
    assert held.pid in shown("state=attention")
    assert held.pid not in shown("state=planned")
    assert shown("state=posted") == []
    soup = stage.soup("/calendar?state=posted")
    assert "The filter hides 8 posts." in soup.get_text()
    assert "Nothing goes out in these days." in soup.get_text()


@pytest.mark.parametrize("partial", [False, True])
def test_a_post_is_given_another_day_and_hour(stage: Stage, *, partial: bool) -> None:
    post = rows(stage)[4]
    there = post.on_date + timedelta(days=1)
    form = {"day": there.isoformat(), "at_time": post.at_time.strftime("%H:%M"), "version": post.version}
    answer = stage.post(f"/posts/{post.pid}/move?view=week&on=2027-03-03", partial=partial, **form)
    moved = row(stage, post.pid)
    assert (moved.on_date, moved.at_time) == (there, post.at_time)
    assert moved.due_at == clock.resolve_wall(there, post.at_time, post.zone)
    if partial:
        assert answer.status_code == 200
        assert "<html" not in answer.text
        assert "given another hour" in answer.text
        assert BeautifulSoup(answer.text, "html.parser").select_one("[autofocus]")["id"] == f"open-{post.pid}"
    else:
        assert answer.status_code == 303
        assert answer.headers["location"].endswith(f"view=week&on=2027-03-03&ok=moved#post-{post.pid}")
    stage.post("/calendar/undo?view=week", step=stage.step())
    assert row(stage, post.pid).on_date == post.on_date


def test_a_refused_move_says_why_and_keeps_what_was_typed(stage: Stage, session: Session) -> None:
    post = rows(stage)[4]
    form = {"day": "", "at_time": "07:15", "version": post.version}
    answer = stage.post(f"/posts/{post.pid}/move", **form)
    assert answer.status_code == 422
    chip = BeautifulSoup(answer.text, "html.parser").select_one(f"#post-{post.pid}")
    assert "Fill this in." in chip.select_one(".error").get_text()
    assert chip.select_one("[name=at_time]")["value"] == "07:15"
    stale = stage.post(f"/posts/{post.pid}/move", day="2027-03-06", at_time="07:15", version=post.version + 3)
    assert stale.status_code == 409
    assert "Someone changed this meanwhile" in stale.text
    kept = session.get_one(Post, post.id)
    kept.state = PostState.SENDING
    session.commit()
    late = stage.post(
        f"/posts/{post.pid}/move", partial=True, day="2027-03-06", at_time="07:15", version=post.version
    )
    assert late.status_code == 409
    assert "07:15" not in late.text, "what is on its way has no form"
    assert row(stage, post.pid).on_date == post.on_date


def test_a_zone_is_told_where_it_differs(stage: Stage, session: Session) -> None:
    post = session.merge(rows(stage)[0])
    post.state, post.zone = PostState.SENT, "America/New_York"
    session.commit()
    soup = stage.soup("/calendar")
    assert "New York" in chips(soup)[0]
    assert all("Paris" not in text for text in chips(soup))


def test_flags_are_said_in_words(stage: Stage, session: Session) -> None:
    campaign = session.get_one(Campaign, stage.campaign.id)
    campaign.paused_at = clock.now()
    session.commit()
    soup = stage.soup("/calendar")
    assert {flag.get_text(strip=True) for flag in soup.select(".flag-stop")} == {"paused"}
    assert "The campaign is paused: nothing goes out." in stage.soup("/calendar?view=day").get_text()


def test_who_only_reads_sees_no_form(stage: Stage, session: Session) -> None:
    org = session.get_one(Organisation, stage.campaign.organisation_id)
    reader = factories.member(session, org, Role.FINANCE, "Trésor")
    token = factories.sign_in(session, stage.client, reader)
    soup = stage.soup("/calendar")
    assert not soup.select(".chip form, [data-drag], .cal-add")
    post = rows(stage)[0]
    refused = stage.client.post(
        f"{stage.base}/posts/{post.pid}/move",
        data={"csrf": token, "day": "2027-03-06", "at_time": "10:00", "version": 1},
    )
    assert refused.status_code == 403
    assert stage.client.get(f"{stage.base}/posts/new").status_code == 403


def test_strangers_find_nothing(stage: Stage, session: Session) -> None:
    stranger = factories.member(session, factories.organisation(session, "Les Phares"), name="Eve")
    token = factories.sign_in(session, stage.client, stranger)
    post = rows(stage)[0]
    assert stage.client.get(f"{stage.base}/calendar").status_code == 404
    form = {"csrf": token, "day": "2027-03-06", "at_time": "10:00", "version": 1}
    assert stage.client.post(f"{stage.base}/posts/{post.pid}/move", data=form).status_code == 404
    assert row(stage, post.pid).version == post.version


def test_a_closed_campaign_is_read(stage: Stage, session: Session) -> None:
    campaign = session.get_one(Campaign, stage.campaign.id)
    campaign.state = State.CLOSED
    session.commit()
    assert not stage.soup("/calendar").select("[data-drag], .cal-add")
    assert stage.client.get(f"{stage.base}/posts/new").status_code == 409


def test_an_empty_calendar_says_what_a_post_is(stage: Stage, session: Session) -> None:
    empty = factories.campaign(session, session.get_one(Organisation, stage.campaign.organisation_id))
    session.commit()
    answer = stage.client.get(f"/studio/campaigns/{empty.pid}/calendar")
    assert "No post yet" in answer.text
    assert "No story yet" in stage.client.get(f"/studio/campaigns/{empty.pid}/posts/new").text


@pytest.mark.parametrize("view", ["day", "week", "month"])
def test_the_calendar_takes_few_queries(stage: Stage, session: Session, engine: Engine, view: str) -> None:
    for post in publishing.of_campaign(session, stage.campaign.id)[:4]:
        frame = week.frame_at(session, _day_of(session, stage, 6), 1)
        posts.add_following(session, stage.alice, stage.campaign, post.pid, version=1, frame_pid=frame.pid)
    session.commit()
    seen: list[str] = []

    def note(_c: Any, _cur: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        assert stage.client.get(f"{stage.base}/calendar?view={view}").status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len([one for one in seen if one.startswith("SELECT")]) <= 10  # who asks included


def _day_of(session: Session, stage: Stage, number: int) -> Day:
    found = stories.day(session, stage.campaign.id, number)
    assert found is not None
    return found


def test_a_part_is_only_the_calendar(stage: Stage) -> None:
    answer = stage.client.get(f"{stage.base}/calendar", headers=PARTIAL)
    assert answer.text.lstrip().startswith('<div id="calendar"')
