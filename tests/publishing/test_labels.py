"""A post of someone who is paid or given something: approved by nobody, sent nowhere, without its label."""

import pytest
from sqlmodel import Session

from app.briefs import queries as briefs
from app.campaigns.rules import Approval
from app.influencers.models import Influencer
from app.influencers.rules import Agreement, Stage, unlabelled
from app.people.models import Organisation
from app.people.rules import Role
from app.publishing import consent, review
from app.publishing.models import Post
from app.publishing.review.team import NotLabelled
from app.publishing.rules import HAND, PostState
from tests import factories
from tests.publishing.engine import stage
from tests.publishing.engine.stage import Platform
from tests.publishing.engine.stage import Stage as Play


@pytest.mark.parametrize(
    ("agreement", "disclosure", "labels", "lacks"),
    [
        (None, "", [""], False),
        (Agreement.VOLUNTEER, "", [""], False),
        (Agreement.PAID, "", [""], True),
        (Agreement.IN_KIND, "", ["Cadeau", ""], True),
        (Agreement.IN_KIND, "", ["Cadeau", "Cadeau"], False),
        (Agreement.PAID, "Collaboration commerciale", ["", ""], False),
    ],
)
def test_what_lacks_a_label(
    *, agreement: Agreement | None, disclosure: str, labels: list[str], lacks: bool
) -> None:
    assert unlabelled(agreement, disclosure, labels) is lacks


def carrier(play: Play, agreement: Agreement = Agreement.IN_KIND, **values: str) -> Influencer:
    row = Influencer(
        organisation_id=play.campaign.organisation_id,
        campaign_id=play.campaign.id,
        name="Dev",
        stage=Stage.CONFIRMED,
        agreement=agreement,
        **values,
    )
    play.session.add(row)
    play.session.flush()
    return row


@pytest.fixture
def play(session: Session) -> Play:
    return stage.set_stage(session)


def shown(play: Play, post: Post) -> str:
    return consent.digest(review.content(play.session, post))


def test_nobody_approves_it_until_the_label_is_there(play: Play) -> None:
    play.campaign.approval = Approval.BOTH
    org = play.session.get_one(Organisation, play.campaign.organisation_id)
    bruno = factories.member(play.session, org, Role.EDITOR, "Bruno")
    dev = carrier(play)
    post = play.post(None, influencer_id=dev.id, channel=HAND, state=PostState.DRAFT)
    review.team.submit(play.session, play.actor, play.campaign, post)
    with pytest.raises(NotLabelled):
        review.team.approve(play.session, bruno, play.campaign, post, shown=shown(play, post))
    given = review.team.approve_all(play.session, bruno, play.campaign, {post.pid: shown(play, post)})
    assert given == (0, 1)
    dev.disclosure = "Vélo offert"
    play.session.flush()
    review.team.approve(play.session, bruno, play.campaign, post, shown=shown(play, post))
    assert post.approved_at is not None


def test_the_engine_holds_it_even_where_nobody_asks_for_approval(play: Play) -> None:
    platform, account = Platform(), play.account()
    without = play.post(account, influencer_id=carrier(play).id)
    labelled = play.post(account, influencer_id=carrier(play, disclosure="Vélo offert").id)
    free = play.post(account, influencer_id=carrier(play, Agreement.VOLUNTEER).id)
    play.session.commit()
    stage.ring(stage.engine(platform), times=2)
    assert stage.post_now(without.pid).state is PostState.HELD
    assert stage.post_now(labelled.pid).state is PostState.SENT
    assert stage.post_now(free.pid).state is PostState.SENT
    assert sorted(piece.label for piece in platform.pieces) == ["", "Vélo offert"]


def test_the_brief_offers_nothing_to_post_without_it(play: Play) -> None:
    dev = carrier(play)
    play.post(None, influencer_id=dev.id, channel=HAND)
    day = briefs.brief_day(play.session, play.campaign, dev, 3)
    assert [item.unlabelled for item in day.items] == [True]
    dev.disclosure = "Vélo offert"
    day = briefs.brief_day(play.session, play.campaign, dev, 3)
    assert [(item.unlabelled, item.label) for item in day.items] == [(False, "Vélo offert")]
