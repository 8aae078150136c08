"""No order of edits, checks and days lets a post be approved or sent while a claim in it is open."""

from contextlib import suppress
from datetime import time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from app.campaigns.rules import Approval
from app.claims import service
from app.claims.rules import OPEN, Verdict
from app.core import clock
from app.core.errors import Conflict
from app.publishing import board, review
from app.publishing.consent import digest
from app.publishing.models import Post
from app.publishing.review import content, team
from app.publishing.rules import PostState
from app.stories.models import FrameKind
from app.stories.service import FrameText
from tests.claims.stage import CAPTION, Stage, set_up

DEEDS = ("check", "fail", "source", "edit", "edit_back", "reword", "submit", "approve", "day", "none")
CAPTIONS = {"edit": CAPTION.replace("En France", "En Europe"), "edit_back": CAPTION}


def _post(stage: Stage) -> Post:
    on = clock.today(stage.campaign.timezone) + timedelta(days=1)
    due = clock.resolve_wall(on, time(18), stage.campaign.timezone)
    row = Post(
        campaign_id=stage.campaign.id,
        frame_id=stage.frame.id,
        on_date=on,
        at_time=time(18),
        zone=stage.campaign.timezone,
        due_at=due,
        send_at=due,
        state=PostState.DRAFT,
    )
    stage.session.add(row)
    stage.session.flush()
    return row


class Run:
    """One order of deeds; each may be refused, none may break the rule."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.post, self.days = stage, _post(stage), 0

    def do(self, deed: str) -> None:
        stage = self.stage
        if deed == "check":
            stage.check(valid_until=clock.today(stage.campaign.timezone) + timedelta(days=1))
        elif deed == "fail":
            stage.check(Verdict.FALSE)
        elif deed == "source":
            stage.source()
        elif deed == "reword":
            words = "sur dix lit" if stage.claim.words != "sur dix lit" else "un adulte sur dix"
            service.reword(stage.session, stage.author, stage.campaign, stage.claim, words=words)
        elif deed in CAPTIONS:
            text = FrameText(FrameKind.TEXT, title=stage.frame.title, caption=CAPTIONS[deed])
            version, pid = stage.frame.version, stage.frame.pid
            board.edit_frame(stage.session, stage.author, stage.campaign, pid, version=version, text=text)
        elif deed == "submit":
            team.submit(stage.session, stage.author, stage.campaign, self.post)
        elif deed == "approve":
            self._approve()
        elif deed == "day":
            self.days += 1
        else:
            version, mode = stage.campaign.version, Approval.NONE
            team.change_mode(stage.session, stage.checker, stage.campaign, version=version, approval=mode)

    def _approve(self) -> None:
        stage, was_open = self.stage, self.stage.view.standing in OPEN
        shown = digest(content(stage.session, self.post))
        team.approve(stage.session, stage.checker, stage.campaign, self.post, shown=shown)
        assert not was_open, "approved with an open claim"

    def look(self) -> None:
        """What the engine and the brief ask at the last moment agrees with the claim as it stands."""
        is_open = self.stage.view.standing in OPEN
        ids = review.not_proven(self.stage.session, [self.post.id], [self.stage.campaign.id])
        assert (self.post.id in ids) is is_open


@pytest.mark.parametrize("asks", [Approval.TEAM, Approval.NONE])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(st.sampled_from(DEEDS), min_size=3, max_size=14))
def test_no_order_lets_an_open_claim_out(session: Session, asks: Approval, deeds: list[Any]) -> None:
    nested = session.begin_nested()
    run = Run(set_up(session, approval=asks))
    start = clock.now()
    for deed in deeds:
        with clock.frozen(start + timedelta(days=run.days)):
            with suppress(Conflict):
                run.do(deed)
            run.look()
    nested.rollback()
    session.expire_all()
