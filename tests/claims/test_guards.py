"""What tells an unchecked fact is not sent, not asked of its carrier, and not published as an account."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.blueprints import service as blueprints
from app.claims import correcting, queries, service
from app.claims.models import Claim
from app.claims.rules import SubjectKind, Verdict
from app.core import clock
from app.impact import claimed
from app.impact import updating as impact
from app.publishing import plans
from app.publishing.flags import FlagKind
from app.publishing.rules import Hold, PostState
from app.reminders import queries as reminders
from tests import factories
from tests.briefs.stage import Phone, Scene
from tests.claims.stage import set_up
from tests.publishing.engine import stage as engine_stage
from tests.publishing.engine.stage import Platform


def _claim(session: Session, campaign_id: int, frame_pid: str, words: str) -> Claim:
    row = Claim(campaign_id=campaign_id, subject=SubjectKind.FRAME, subject_pid=frame_pid, words=words)
    session.add(row)
    session.flush()
    return row


def test_the_engine_holds_an_unchecked_fact_and_sends_it_once_checked(session: Session) -> None:
    play, platform = engine_stage.set_stage(session), Platform()
    post = play.post(play.account())
    claim = _claim(session, play.campaign.id, play.frame.pid, "On m’a appris")
    session.commit()
    engine = engine_stage.engine(platform)
    engine_stage.ring(engine)
    held = engine_stage.post_now(post.pid)
    assert (held.state, held.hold, held.tries) == (PostState.HELD, Hold.CLAIM, 0)
    assert platform.asked == []
    session.refresh(claim)
    claim.verdict, claim.context = Verdict.OPINION, "On m'a appris à lire."
    session.refresh(post)
    post.state, post.hold, post.send_at = PostState.SCHEDULED, None, clock.now()
    session.commit()
    engine_stage.ring(engine)
    assert engine_stage.post_now(post.pid).state is PostState.SENT


def test_the_calendar_flags_it(session: Session) -> None:
    play = engine_stage.set_stage(session)
    play.post(play.account(), clock.now() + timedelta(hours=2))
    _claim(session, play.campaign.id, play.frame.pid, "On m’a appris")
    (plan,) = plans.plans(session, play.campaign)
    assert FlagKind.CLAIM in {one.kind for one in plan.flags}
    assert plan.stops


def test_the_brief_says_not_yet_and_nobody_is_reminded(session: Session, client: TestClient) -> None:
    scene = Scene(session)
    frame_pid = plans.plans(session, scene.campaign)[0].frame.pid
    with clock.frozen(scene.hour + timedelta(minutes=1)):
        assert reminders.waiting(session, clock.now())
        _claim(session, scene.campaign.id, frame_pid, "Le premier mot")
        session.commit()
        assert reminders.waiting(session, clock.now()) == []
        phone = Phone(session, client, scene.maia)
        text = phone.get("/brief")
    assert "Do not post this one yet" in text
    assert "/posted" not in text


def test_the_brief_shows_a_correction_with_words_to_post(session: Session, client: TestClient) -> None:
    scene = Scene(session)
    frame_pid = plans.plans(session, scene.campaign)[0].frame.pid
    claim = _claim(session, scene.campaign.id, frame_pid, "Le premier mot")
    correcting.correct(
        session,
        scene.owner,
        scene.campaign,
        claim,
        right="Le second mot.",
        why="Mal compté.",
        since=clock.today(scene.campaign.timezone),
        source_title="",
        source_url="",
    )
    phone = Phone(session, client, scene.maia)
    text = phone.get("/brief")
    assert "A story you told was corrected" in text
    assert "Nous avions dit : « Le premier mot. »" in text.replace("\u00a0", " ").replace("\u202f", " ")


def test_an_account_with_an_unchecked_fact_stays_a_draft(session: Session) -> None:
    stage = set_up(session)
    owner = factories.member(session, stage.organisation, name="Owner")
    row = impact.write_update(
        session,
        owner,
        stage.campaign,
        update=None,
        title="Bilan",
        body="Vingt adultes se sont inscrits.",
        figures={},
        spends=(),
    )
    claim = service.add(session, stage.author, stage.campaign, claimed.subject_of(row), words="Vingt adultes")
    with pytest.raises(impact.Unproven):
        impact.publish_update(session, owner, stage.campaign, row)
    stage.claim = claim
    stage.check(Verdict.OPINION)
    impact.publish_update(session, owner, stage.campaign, row)
    assert row.published_at is not None


def test_a_copy_brings_its_claims_unchecked_with_their_sources(session: Session) -> None:
    stage = set_up(session)
    stage.day.number = 1
    stage.source()
    stage.check()
    copy = blueprints.clone(
        session, stage.checker, stage.campaign, title="Copie", starts_on=clock.today("Europe/Paris")
    )
    (view,) = queries.views(session, copy)
    assert view.is_open
    assert view.claim.words == stage.claim.words
    assert [one.title for one in view.sources] == ["Insee Première nº 1993"]
