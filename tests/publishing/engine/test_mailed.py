"""The engine and the channel that is a room of this house: posts on one account leave as mails, each once."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from app.accounts import service as accounts
from app.channels import registry
from app.channels.base import Account
from app.channels.mail import Mail
from app.core import clock
from app.core.db import reading
from app.mail.models import OutgoingMail
from app.publishing.rules import PostState
from tests.publishing.engine import stage
from tests.publishing.engine.stage import Stage


@pytest.fixture
def play(session: Session) -> Stage:
    return stage.set_stage(session)


def test_posts_of_one_address_leave_as_mails_each_once(play: Stage) -> None:
    channel = Mail()
    secrets = {"address": "liste@ecole.example", "sender": "Les Lanternes"}
    who = channel.identify(Account("", "", "", "", secrets))
    account = accounts.connect(play.session, play.actor, channel="mail", server="", who=who, secrets=secrets)
    play.session.flush()
    posts = [play.post(account, clock.now() - timedelta(seconds=n)) for n in range(3)]
    play.session.commit()
    assert registry.get("mail").in_flight >= len(posts)
    stage.ring(stage.engine(channel), times=3)
    with reading() as session:
        mails = session.exec(select(OutgoingMail).order_by(col(OutgoingMail.id))).all()
    sent = [one for one in mails if one.kind == "post"]
    assert {stage.post_now(post.pid).state for post in posts} == {PostState.SENT}
    assert len(sent) == len({one.key for one in sent}) == 3
    assert {one.recipient for one in sent} == {"liste@ecole.example"}
    assert "On m’a appris à lire." in sent[0].text
    (attempt,) = stage.attempts(posts[0].pid)
    assert (attempt.outcome, attempt.detail) == ("sent", "handed to the mail room")
