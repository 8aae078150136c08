"""The page of a post: its plan, its stories, its log, and the buttons by which somebody decides."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine, event
from sqlmodel import Session

from app.accounts.models import ChannelAccount
from app.accounts.rules import AccountState
from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.channels.base import Outcome, Shape
from app.core import clock, db
from app.people.models import Organisation
from app.people.rules import Role
from app.publishing import queries as publishing
from app.publishing.models import Attempt, Post, PostState
from app.publishing.rules import HAND, Hold, Late
from tests import factories
from tests.studio.stage import Stage


def row(stage: Stage, pid: str) -> Post:
    with db.reading() as session:
        found = publishing.post(session, stage.campaign.id, pid)
        assert found is not None
        return found


def some_post(stage: Stage, place: int = 4) -> Post:
    with db.reading() as session:
        return publishing.of_campaign(session, stage.campaign.id)[place]


@pytest.fixture
def account(session: Session, stage: Stage) -> ChannelAccount:
    made = factories.account(session, stage.campaign.organisation_id)
    campaign = session.get_one(Campaign, stage.campaign.id)
    campaign.state = State.LIVE
    session.commit()
    return made


def plan(post: Post, **changes: Any) -> dict[str, Any]:
    kept = {
        "day": post.on_date.isoformat(),
        "at_time": post.at_time.strftime("%H:%M"),
        "carrier": "organisation",
        "account": "hand",
        "shape": "story",
        "late": "send",
        "late_minutes": 60,
        "version": post.version,
    }
    return {**kept, **changes}


def test_a_post_tells_what_will_happen(stage: Stage) -> None:
    post = some_post(stage)
    text = stage.soup(f"/posts/{post.pid}").main.get_text(" ", strip=True)
    assert "On Friday 5 March at 12:30 somebody of the team publishes it" in text
    assert "characters with label, hashtags and link." in text
    assert "(Paris)" in text


def test_a_post_by_hand_that_was_left_out_says_so(stage: Stage) -> None:
    post = some_post(stage)
    with db.transaction() as session:
        session.get_one(Post, post.id).state = PostState.MISSED
    assert "It was left out on Friday 5 March" in stage.soup(f"/posts/{post.pid}").main.get_text(
        " ", strip=True
    )


def test_a_plan_is_changed_whole(stage: Stage, account: ChannelAccount) -> None:
    post = some_post(stage)
    form = plan(
        post,
        day="2027-03-06",
        at_time="19:20",
        account=account.pid,
        shape="post",
        text="Ce soir, on lit.\nEnsemble.",
        late="miss",
        late_minutes=15,
    )
    answer = stage.post(f"/posts/{post.pid}/plan", **form)
    assert answer.status_code == 303
    now = row(stage, post.pid)
    assert (now.on_date, now.at_time, now.account_id) == (date(2027, 3, 6), time(19, 20), account.id)
    assert (now.channel, now.shape, now.late, now.late_minutes) == ("bluesky", Shape.POST, Late.MISS, 15)
    assert now.text == "Ce soir, on lit.\nEnsemble."
    soup = stage.soup(f"/posts/{post.pid}")
    said = soup.main.get_text(" ", strip=True)
    assert "goes out by itself on" in said
    assert "it is marked as missed" in said
    assert "lanternes.example" in said
    stage.post(f"/posts/{post.pid}/undo", step=stage.step())
    assert row(stage, post.pid).channel == HAND


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"day": "soon"}, "Write a date"),
        ({"at_time": ""}, "Fill this in."),
        ({"late_minutes": "2"}, "The smallest value is 5."),
        ({"late_minutes": "5000"}, "The largest value is 1440."),
        ({"late": "never"}, "Choose one of the options."),
        ({"shape": "reel"}, "Choose one of the options."),
        ({"text": "x" * 5001}, "too long"),
        ({"state": "sent"}, "does not belong"),
    ],
)
def test_a_refused_plan_keeps_what_was_typed(stage: Stage, changes: dict[str, str], said: str) -> None:
    post = some_post(stage)
    answer = stage.post(f"/posts/{post.pid}/plan", **plan(post, **{"text": "Nos mots", **changes}))
    assert answer.status_code == 422
    soup = BeautifulSoup(answer.text, "html.parser")
    assert said in soup.select_one(".errors").get_text()
    assert changes.get("text", "Nos mots") in soup.select_one("#f-text").get_text()
    assert row(stage, post.pid).version == post.version


def test_two_people_on_one_plan(stage: Stage) -> None:
    post = some_post(stage)
    stage.post(f"/posts/{post.pid}/plan", **plan(post, at_time="13:00"))
    answer = stage.post(f"/posts/{post.pid}/plan", **plan(post, at_time="14:00"))
    assert answer.status_code == 409
    soup = BeautifulSoup(answer.text, "html.parser")
    assert "Someone changed this meanwhile" in soup.get_text()
    form = soup.select_one("form[action$='/plan']")
    assert form.select_one("[name=at_time]")["value"] == "14:00"
    again = plan(post, at_time="14:00", version=form.select_one("[name=version]")["value"])
    assert stage.post(f"/posts/{post.pid}/plan", **again).status_code == 303
    assert row(stage, post.pid).at_time == time(14)


def test_an_account_that_is_gone_is_kept_and_never_chosen(
    stage: Stage, session: Session, account: ChannelAccount
) -> None:
    post, other = some_post(stage), some_post(stage, 5)
    stage.post(f"/posts/{post.pid}/plan", **plan(post, account=account.pid))
    account.state = AccountState.DISCONNECTED
    session.add(account)
    session.commit()
    soup = stage.soup(f"/posts/{post.pid}")
    assert soup.select_one(f"#f-account option[value='{account.pid}'][selected]")
    assert "must be connected again" in soup.get_text()
    kept = plan(row(stage, post.pid), account=account.pid, at_time="09:00")
    assert stage.post(f"/posts/{post.pid}/plan", **kept).status_code == 303
    assert (row(stage, post.pid).account_id, row(stage, post.pid).at_time) == (account.id, time(9))
    assert stage.post(f"/posts/{other.pid}/plan", **plan(other, account=account.pid)).status_code == 404
    stranger = factories.account(session, factories.organisation(session, "Les Phares").id)
    session.commit()
    assert stage.post(f"/posts/{other.pid}/plan", **plan(other, account=stranger.pid)).status_code == 404
    assert stage.post(f"/posts/{other.pid}/plan", **plan(other, carrier="nobody")).status_code == 404
    assert row(stage, other.pid).channel == HAND


def test_a_new_post_of_any_story_on_any_day(stage: Stage, account: ChannelAccount) -> None:
    frame = stage.frame(5, 1)
    soup = stage.soup("/posts/new?on=2027-03-05")
    assert soup.select_one("#f-day")["value"] == "2027-03-05"
    assert soup.select_one("#f-frame option[selected]").get_text(strip=True) == "5.1"
    form = {
        "frame": frame.pid,
        "day": "2027-02-27",
        "at_time": "18:00",
        "carrier": "organisation",
        "account": account.pid,
        "shape": "post",
        "text": "Bientôt.",
        "late": "ask",
        "late_minutes": 60,
    }
    answer = stage.post("/posts", **form)
    assert answer.status_code == 303
    made = row(stage, answer.headers["location"].split("/posts/")[1].split("?")[0])
    assert (made.on_date, made.account_id, made.text) == (date(2027, 2, 27), account.id, "Bientôt.")
    twice = stage.post("/posts", **form)
    assert twice.status_code == 409
    assert "already has a post at this hour" in twice.text
    assert "Bientôt." in twice.text
    assert stage.post("/posts", **{**form, "frame": "nothing"}).status_code == 404
    missing = stage.post("/posts", **{**form, "frame": ""})
    assert missing.status_code == 422
    assert BeautifulSoup(missing.text, "html.parser").select_one("#f-frame-error")


def test_stories_follow(stage: Stage) -> None:
    post, second, third = some_post(stage), stage.frame(1), stage.frame(2)

    def send(frame: str, do: str, version: int) -> int:
        answer = stage.post(f"/posts/{post.pid}/following", frame=frame, do=do, version=version)
        return int(answer.status_code)

    assert send(second.pid, "add", 1) == 303
    assert send(third.pid, "add", 2) == 303
    assert send(third.pid, "up", 3) == 303
    titles = [
        one.get_text(strip=True)
        for one in stage.soup(f"/posts/{post.pid}").select(".post-frames > li > p > a")
    ]
    assert titles == ["5.1", "2.1", "1.1"]
    assert send(third.pid, "remove", 4) == 303
    assert send(third.pid, "remove", 5) == 404
    assert send(second.pid, "add", 5) == 409
    assert send(second.pid, "remove", 1) == 409, "an old page changes nothing"
    assert send(second.pid, "turn", 5) == 422


def test_nobody_knows_until_somebody_says(stage: Stage, session: Session, account: ChannelAccount) -> None:
    post = session.get_one(Post, some_post(stage, 0).id)
    post.channel, post.account_id, post.state = account.channel, account.id, PostState.UNCONFIRMED
    session.add(
        Attempt(
            post_id=post.id,
            account_id=account.id,
            number=1,
            key="never-shown",
            due_at=post.due_at,
            started_at=post.due_at + timedelta(seconds=2),
            finished_at=post.due_at + timedelta(seconds=32),
            outcome=Outcome.UNKNOWN,
            detail="502 <b>Bad Gateway</b>",
        )
    )
    session.commit()
    soup = stage.soup(f"/posts/{post.pid}")
    log = soup.select_one(".tries").get_text(" ", strip=True)
    assert "It broke off: nobody knows whether it went out" in log
    assert "The channel said: “502 <b>Bad Gateway</b>”" in log
    assert "1 March, 12:30:02" in log
    assert "never-shown" not in soup.get_text()
    assert not soup.select("form[action$='/plan']")
    moved = stage.post(f"/posts/{post.pid}/plan", **plan(post, at_time="20:00"))
    assert moved.status_code == 409
    assert "Say first whether this post went out" in moved.text
    url = "https://bsky.example/post/1"
    answer = stage.post(f"/posts/{post.pid}/decide", decision="went_out", version=post.version, proof_url=url)
    assert answer.status_code == 303
    now = row(stage, post.pid)
    assert (now.state, now.proof_url) == (PostState.SENT, url)
    assert stage.soup(f"/posts/{post.pid}").select_one(f"a[href='{url}']")


def test_a_held_post_is_sent_now_or_left(stage: Stage, session: Session, account: ChannelAccount) -> None:
    post = session.get_one(Post, some_post(stage, 0).id)
    post.channel, post.account_id = account.channel, account.id
    post.state, post.hold, post.hold_note = PostState.HELD, Hold.LATE, "3 hours late"
    session.commit()
    soup = stage.soup(f"/posts/{post.pid}")
    text = soup.main.get_text(" ", strip=True)
    assert "it was too late to send it without asking" in text
    assert "3 hours late" in text
    assert "Give it another hour" in text
    old = stage.post(f"/posts/{post.pid}/decide", decision="send", version=post.version + 1)
    assert old.status_code == 409
    assert row(stage, post.pid).state is PostState.HELD
    stage.post(f"/posts/{post.pid}/decide", decision="send", version=post.version)
    now = row(stage, post.pid)
    assert (now.state, now.send_at, now.hold) == (PostState.SCHEDULED, clock.now(), None)
    wrong = stage.post(f"/posts/{post.pid}/decide", decision="leave", version=now.version)
    assert wrong.status_code == 409
    assert "no longer fits" in wrong.text
    bad = stage.post(f"/posts/{post.pid}/decide", decision="burn", version=now.version)
    assert bad.status_code == 422


def test_on_its_way_nothing_is_offered(stage: Stage, session: Session) -> None:
    post = session.get_one(Post, some_post(stage).id)
    post.state = PostState.SENDING
    session.commit()
    soup = stage.soup(f"/posts/{post.pid}")
    assert "It is on its way at this moment" in soup.get_text()
    assert not soup.select("form[action*='/decide'], form[action*='/plan'], form[action*='/following']")
    answer = stage.post(f"/posts/{post.pid}/decide", decision="hold", version=post.version)
    assert answer.status_code == 409
    assert "on its way" in answer.text


def test_posted_by_hand_with_proof_then_taken_back(stage: Stage) -> None:
    post = some_post(stage, 0)
    bad = stage.post(
        f"/posts/{post.pid}/decide", decision="posted", version=post.version, proof_url="javascript:1"
    )
    assert bad.status_code == 422
    assert BeautifulSoup(bad.text, "html.parser").select_one("#f-proof_url-error")
    stage.post(f"/posts/{post.pid}/decide", decision="posted", version=post.version)
    text = stage.soup(f"/posts/{post.pid}").main.get_text(" ", strip=True)
    assert "Posted on Wednesday 3 March at 11:00" in text
    assert "minutes late" in text
    stage.post(f"/posts/{post.pid}/decide", decision="again", version=row(stage, post.pid).version)
    assert row(stage, post.pid).state is PostState.SCHEDULED


def test_removing_leads_to_the_calendar_and_can_be_undone(stage: Stage) -> None:
    post = some_post(stage)
    stale = stage.post(f"/posts/{post.pid}/decide", decision="remove", version=post.version + 1)
    assert stale.status_code == 409
    assert "Someone changed this meanwhile" in stale.text
    answer = stage.post(f"/posts/{post.pid}/decide", decision="remove", version=post.version)
    assert answer.headers["location"].endswith("/calendar?on=2027-03-05&ok=removed")
    assert stage.client.get(f"{stage.base}/posts/{post.pid}").status_code == 404
    stage.post("/calendar/undo", step=stage.step())
    assert stage.client.get(f"{stage.base}/posts/{post.pid}").status_code == 200


def test_undoing_what_made_the_post_leads_to_the_calendar(stage: Stage) -> None:
    form = plan(some_post(stage), frame=stage.frame(5, 1).pid)
    form.pop("version")
    made = stage.post("/posts", **form).headers["location"].split("/posts/")[1].split("?")[0]
    answer = stage.post(f"/posts/{made}/undo", step=stage.step())
    assert answer.headers["location"].endswith("/calendar?ok=undone")


@pytest.mark.parametrize("path", ["plan", "following", "decide", "undo"])
def test_lesser_roles_and_strangers(stage: Stage, session: Session, path: str) -> None:
    post = some_post(stage)
    org = session.get_one(Organisation, stage.campaign.organisation_id)
    reader = factories.member(session, org, Role.MODERATOR, "Modeste")
    token = factories.sign_in(session, stage.client, reader)
    url = f"{stage.base}/posts/{post.pid}"
    assert stage.client.get(url).status_code == 200
    assert "<form" not in str(BeautifulSoup(stage.client.get(url).text, "html.parser").main)
    assert stage.client.post(f"{url}/{path}", data={"csrf": token}).status_code == 403
    stranger = factories.member(session, factories.organisation(session, "Les Phares"), name="Eve")
    token = factories.sign_in(session, stage.client, stranger)
    assert stage.client.get(url).status_code == 404
    assert stage.client.post(f"{url}/{path}", data={"csrf": token}).status_code == 404


def test_markup_stays_text(stage: Stage) -> None:
    post = some_post(stage)
    stage.post(f"/posts/{post.pid}/plan", **plan(post, text="<script>alert(1)</script>"))
    for path in (f"/posts/{post.pid}", "/calendar?view=day&on=2027-03-05"):
        assert "<script>alert" not in stage.client.get(stage.base + path).text


def test_the_page_takes_few_queries(
    stage: Stage, session: Session, account: ChannelAccount, engine: Engine
) -> None:
    post = session.get_one(Post, some_post(stage).id)
    post.channel, post.account_id = account.channel, account.id
    session.commit()
    stage.post(f"/posts/{post.pid}/following", frame=stage.frame(1).pid, do="add", version=post.version)
    seen: list[str] = []

    def note(_c: Any, _cur: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        assert stage.client.get(f"{stage.base}/posts/{post.pid}").status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len([one for one in seen if one.startswith("SELECT")]) <= 13  # who asks included
