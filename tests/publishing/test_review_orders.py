"""In whatever order people act, nothing is planned without the words asked for, nor as anything but what was agreed."""

from contextlib import suppress
from datetime import time, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from app.campaigns.rules import Approval
from app.core import clock, db
from app.core.errors import DomainError
from app.people.rules import Actor
from app.publishing import board, consent, queries, review, service, settle
from app.publishing.models import Post, PostWord
from app.publishing.rules import Decision, PostState, WordKind
from app.publishing.service import Delivery
from app.stories import queries as stories
from tests.publishing.test_review import MORNING, Cast

DEEDS = (
    "submit",
    "submit_all",
    "approve",
    "approve_all",
    "changes",
    "agree",
    "refuse",
    "they_ask",
    "edit",
    "hour",
    "carrier",
    "label",
    "words",
    "hold",
    "release",
    "follow",
    "move",
    "undo",
    "cannot",
    "again",
    "mode",
    "later",
    "round",
)
ORDERS = st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 3)), max_size=24)


def _edit(cast: Cast, number: int, _by: Actor) -> None:
    cast.edit(f"Texte {number}", by=(cast.alice, cast.bruno)[number % 2])


def _change(cast: Cast, number: int, *, carrier: bool) -> None:
    others = [cast.maia, cast.idriss, None]
    own = next((one for one in others if one and one.id == cast.post.influencer_id), None)
    service.change_post(
        cast.session,
        cast.alice,
        cast.campaign,
        cast.post.pid,
        version=cast.post.version,
        at_time=cast.post.at_time if carrier else time(10 + number),
        influencer=others[number % 3] if carrier else own,
    )


def _text(cast: Cast, number: int) -> None:
    service.change_post(
        cast.session,
        cast.alice,
        cast.campaign,
        cast.post.pid,
        version=cast.post.version,
        at_time=cast.post.at_time,
        influencer=cast.maia,
        delivery=Delivery(text=("", "D’autres mots.")[number % 2]),
    )


def _follow(cast: Cast, number: int) -> None:
    change = (service.add_following, service.drop_following)[number % 2]
    change(
        cast.session,
        cast.bruno,
        cast.campaign,
        cast.post.pid,
        version=cast.post.version,
        frame_pid=cast.other.pid,
    )


def _label(cast: Cast, number: int) -> None:
    cast.maia.disclosure = ("", "Bénévole")[number % 2]


def _undo(cast: Cast) -> None:
    step = stories.last_step(cast.session, cast.campaign.id)
    if step is not None:
        board.undo(cast.session, cast.alice, cast.campaign, step.pid)


def _all(cast: Cast) -> None:
    shown = {cast.post.pid: cast.shown}
    review.team.approve_all(cast.session, cast.bruno, cast.campaign, shown)


def _mode(cast: Cast, number: int) -> None:
    modes = (Approval.NONE, Approval.TEAM, Approval.BOTH, Approval.BOTH)
    review.team.change_mode(
        cast.session, cast.alice, cast.campaign, version=cast.campaign.version, approval=modes[number]
    )


def act(cast: Cast, deed: str, number: int) -> None:
    """One thing somebody may do; what is refused does nothing."""
    session, campaign, post = cast.session, cast.campaign, cast.post
    who = (cast.alice, cast.bruno)[number % 2]
    doing: dict[str, Any] = {
        "submit": lambda: review.team.submit(session, who, campaign, post),
        "submit_all": lambda: review.team.submit_all(session, who, campaign),
        "approve": lambda: cast.approve(who),
        "approve_all": lambda: _all(cast),
        "changes": lambda: review.team.ask_changes(session, who, campaign, post, text="Non."),
        "agree": lambda: cast.agree(),
        "refuse": lambda: review.carrier.refuse(session, campaign, cast.maia, post, reason=""),
        "they_ask": lambda: review.carrier.ask_changes(session, campaign, cast.maia, post, text="."),
        "edit": lambda: _edit(cast, number, who),
        "hour": lambda: _change(cast, number, carrier=False),
        "carrier": lambda: _change(cast, number, carrier=True),
        "label": lambda: _label(cast, number),
        "words": lambda: _text(cast, number),
        "hold": lambda: settle.decide(session, who, campaign, post.pid, Decision.HOLD, version=post.version),
        "release": lambda: settle.decide(
            session, who, campaign, post.pid, Decision.RELEASE, version=post.version
        ),
        "follow": lambda: _follow(cast, number),
        "move": lambda: board.move_frame(session, who, campaign, cast.frame.pid, day_number=4 + number),
        "undo": lambda: _undo(cast),
        "cannot": lambda: service.decline(session, post, by="Maïa", reason="Malade."),
        "again": lambda: service.plan_again(session, post, by="Maïa"),
        "mode": lambda: _mode(cast, number),
        "round": lambda: review.reopen_changed(session, campaign, [post]),
    }
    with suppress(DomainError):
        doing[deed]()
    session.flush()


def _given(session: Session, post: Post) -> list[PostWord]:
    return list(session.exec(select(PostWord).where(PostWord.post_id == post.id)).all())


def check(cast: Cast) -> None:
    """What would go out now has the words, said about exactly this."""
    session, post, mode = cast.session, cast.post, cast.campaign.approval
    if mode is Approval.NONE or not review.is_as_approved(session, post):
        return
    now = review.content(session, post)
    about = [word for word in _given(session, post) if word.content and consent.same(word.content, now)]
    kinds = {word.kind for word in about}
    if WordKind.KEPT in kinds:
        return
    assert WordKind.APPROVED in kinds
    assert post.approved_at is not None
    if mode is Approval.BOTH and post.influencer_id is not None:
        assert WordKind.AGREED in kinds
        assert post.agreed_at is not None


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(orders=ORDERS, start=st.sampled_from(list(Approval)), agreed=st.booleans())
def test_nothing_goes_out_unapproved(
    *, engine: object, orders: list[tuple[str, int]], start: Approval, agreed: bool
) -> None:
    moment = MORNING
    with db.open_session(write=True) as own, clock.frozen(moment):
        cast = Cast(own, start)
        if agreed and start is not Approval.NONE:
            cast.agreed()
        for deed, number in orders:
            if deed == "later":
                moment += timedelta(hours=12 * number)
            with clock.frozen(moment):
                if deed != "later":
                    act(cast, deed, number)
                if queries.post(own, cast.campaign.id, cast.post.pid) is None:
                    break  # its making was undone
                check(cast)
                _check_planned(cast, deed)
        own.rollback()


def _check_planned(cast: Cast, deed: str) -> None:
    """A planned post is one the engine would send; only a change by another road waits for the round."""
    if cast.post.state is not PostState.SCHEDULED or deed == "label":
        return
    if cast.maia.disclosure and cast.post.influencer_id == cast.maia.id:
        return  # the label changed by a road that knows nothing of posts
    if cast.campaign.approval is not Approval.NONE:
        assert review.is_as_approved(cast.session, cast.post), "what is planned is what was approved"
