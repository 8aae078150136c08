"""Approval: whose word is missing, what a change reopens, and that nothing unapproved may go out."""

import ast
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select

from app.campaigns import service as campaigns
from app.campaigns.models import Campaign
from app.campaigns.rules import Approval, State
from app.core import clock
from app.core.db import reading
from app.core.errors import Conflict, Forbidden, NotFound
from app.influencers.models import Influencer
from app.influencers.rules import Stage
from app.mail.models import OutgoingMail
from app.people.models import AuditEntry, Organisation
from app.people.rules import Actor, Role
from app.publishing import board, consent, queries, review, service, settle
from app.publishing.consent import Given, Waits
from app.publishing.models import Post, PostWord
from app.publishing.review import guard, rounds, waiting, words
from app.publishing.review.team import ContentChanged, NotWaiting, OwnWork
from app.publishing.rules import Decision, Hold, PostState, WordKind
from app.publishing.service import Delivery
from app.stories import queries as stories
from app.stories import service as storyboard
from app.stories.models import Frame
from app.stories.service import FrameText
from tests import factories
from tests.stories import week

MORNING = datetime(2027, 3, 1, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _morning() -> Any:
    with clock.frozen(MORNING):
        yield


class Cast:
    """A campaign that asks both words, two who may approve, and one influencer with a draft for tomorrow."""

    def __init__(self, session: Session, approval: Approval = Approval.BOTH) -> None:
        self.session = session
        org = factories.organisation(session)
        self.alice = factories.member(session, org, name="Alice")
        self.bruno = factories.member(session, org, Role.EDITOR, "Bruno")
        self.odile = factories.member(session, org, Role.MODERATOR, "Odile")
        self.org: Organisation = org
        self.campaign: Campaign = factories.campaign(session, org, approval=approval)
        week.lay_days(session, self.campaign)
        self.maia = self.influencer("Maïa")
        self.frame = self.a_frame(4, "Lire")
        self.post = self.a_post(self.frame)

    @cached_property
    def idriss(self) -> Influencer:
        return self.influencer("Idriss")

    @cached_property
    def other(self) -> Frame:
        return self.a_frame(5, "La suite")

    def influencer(self, name: str) -> Influencer:
        row = Influencer(
            organisation_id=self.org.id,
            campaign_id=self.campaign.id,
            name=name,
            email=f"{name.lower()}@example.org".replace("ï", "i"),
            language="en",
            stage=Stage.CONFIRMED,
        )
        self.session.add(row)
        self.session.flush()
        return row

    def a_frame(self, day: int, title: str) -> Frame:
        found = stories.day(self.session, self.campaign.id, day)
        assert found is not None
        frame = storyboard.add_frame(self.session, self.alice, self.campaign, found.pid, title=title)
        frame.caption = f"Texte : {title}"
        self.session.flush()
        return frame

    def a_post(self, frame: Frame, at: time = time(18), *, person: Influencer | None = None) -> Post:
        return service.add_post(
            self.session, self.alice, self.campaign, frame.pid, at_time=at, influencer=person or self.maia
        )

    @property
    def shown(self) -> str:
        return consent.digest(review.content(self.session, self.post))

    def submit(self) -> None:
        review.team.submit(self.session, self.alice, self.campaign, self.post)

    def approve(self, by: Actor | None = None) -> None:
        review.team.approve(self.session, by or self.bruno, self.campaign, self.post, shown=self.shown)

    def agree(self) -> None:
        review.carrier.agree(self.session, self.campaign, self.maia, self.post, shown=self.shown)

    def agreed(self) -> Post:
        self.submit()
        self.approve()
        if self.campaign.approval is Approval.BOTH:
            self.agree()
        assert self.post.state is PostState.SCHEDULED
        return self.post

    def edit(self, caption: str, by: Actor | None = None) -> None:
        text = FrameText(self.frame.kind, title=self.frame.title, caption=caption)
        board.edit_frame(
            self.session,
            by or self.alice,
            self.campaign,
            self.frame.pid,
            version=self.frame.version,
            text=text,
        )

    def kinds(self) -> list[WordKind]:
        rows = self.session.exec(
            select(PostWord).where(PostWord.post_id == self.post.id).order_by(col(PostWord.id))
        ).all()
        return [row.kind for row in rows]

    def mails(self, kind: str) -> list[OutgoingMail]:
        self.session.commit()  # rounds write in transactions of their own
        with reading() as session:
            return list(session.exec(select(OutgoingMail).where(OutgoingMail.kind == kind)).all())


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast(session)


# Rules


@pytest.mark.parametrize(
    ("mode", "given", "influencer", "waits"),
    [
        (Approval.NONE, Given(), True, None),
        (Approval.TEAM, Given(), True, Waits.TEAM),
        (Approval.TEAM, Given(approved=True), True, None),
        (Approval.TEAM, Given(agreed=True), True, Waits.TEAM),
        (Approval.TEAM, Given(kept=True), True, None),
        (Approval.BOTH, Given(), True, Waits.TEAM),
        (Approval.BOTH, Given(approved=True), True, Waits.INFLUENCER),
        (Approval.BOTH, Given(approved=True), False, None),
        (Approval.BOTH, Given(agreed=True), True, Waits.TEAM),
        (Approval.BOTH, Given(approved=True, agreed=True), True, None),
        (Approval.BOTH, Given(kept=True), True, None),
    ],
)
def test_whose_word_is_missing(
    *, mode: Approval, given: Given, influencer: bool, waits: Waits | None
) -> None:
    assert consent.missing(mode, given, influencer=influencer) is waits


@pytest.mark.parametrize(
    ("approver", "author", "able", "allowed"),
    [
        (1, 1, 1, True),  # nobody else could
        (1, 1, 2, False),
        (2, 1, 2, True),
        (1, None, 2, True),  # the clock reopened it
        (1, 1, 0, True),
    ],
)
def test_who_may_approve(*, approver: int, author: int | None, able: int, allowed: bool) -> None:
    assert consent.may_approve(approver, author, able) is allowed


@pytest.mark.parametrize(
    ("waits", "asked", "ahead", "state"),
    [
        (None, True, True, PostState.SCHEDULED),
        (None, True, False, PostState.APPROVED),
        (Waits.TEAM, False, True, PostState.DRAFT),
        (Waits.TEAM, True, True, PostState.IN_REVIEW),
        (Waits.INFLUENCER, True, False, PostState.IN_REVIEW),
    ],
)
def test_state_by_words(*, waits: Waits | None, asked: bool, ahead: bool, state: PostState) -> None:
    assert consent.state_of(waits, asked=asked, ahead=ahead) is state


@pytest.mark.parametrize(
    ("hours", "sent", "due"),
    [(23, 0, False), (24, 0, True), (24, 1, False), (48, 1, True), (72, 2, False), (999, 2, False)],
)
def test_reminders_stop_after_two(*, hours: int, sent: int, due: bool) -> None:
    assert consent.reminder_due(MORNING, sent, MORNING + timedelta(hours=hours)) is due


def test_a_difference_names_what_changed() -> None:
    old = {"carrier": "Maïa", "when": "a", "frames": [{"pid": "1", "caption": "Un", "alt": "", "media": ""}]}
    new = {
        "carrier": "Idriss",
        "when": "b",
        "frames": [
            {"pid": "2", "caption": "Deux", "alt": "", "media": ""},
            {"pid": "1", "caption": "Un.", "alt": "", "media": ""},
        ],
    }
    found = [(one.field, one.before, one.now, one.part) for one in consent.difference(old, new)]
    assert found == [
        ("when", "a", "b", 0),
        ("carrier", "Maïa", "Idriss", 0),
        ("frame", "", "Deux", 1),
        ("caption", "Un", "Un.", 2),
    ]
    assert consent.same(old, {**old, "when": "c"})
    assert consent.digest(old) != consent.digest({**old, "when": "c"})


# The road to the calendar


def test_without_approval_a_post_is_planned_at_once(session: Session) -> None:
    assert Cast(session, Approval.NONE).post.state is PostState.SCHEDULED


def test_both_words_in_turn(session: Session, cast: Cast) -> None:
    assert cast.post.state is PostState.DRAFT
    cast.submit()
    assert (cast.post.state, cast.post.asked_at) == (PostState.IN_REVIEW, MORNING)
    with pytest.raises(NotWaiting):
        cast.agree()  # the team speaks first
    cast.approve()
    assert (cast.post.state, cast.post.approved_by) == (PostState.IN_REVIEW, cast.bruno.person_id)
    assert not review.is_as_approved(session, cast.post)
    cast.agree()
    assert cast.post.state is PostState.SCHEDULED
    assert review.is_as_approved(session, cast.post)
    assert cast.kinds() == [WordKind.SUBMITTED, WordKind.APPROVED, WordKind.AGREED]
    assert {"post.submitted", "post.approved", "post.agreed"} <= {
        one.action for one in session.exec(select(AuditEntry)).all()
    }


def test_the_organisations_own_posts_need_the_team_alone(session: Session, cast: Cast) -> None:
    cast.post = service.add_post(
        session, cast.alice, cast.campaign, cast.frame.pid, at_time=time(9), influencer=None
    )
    cast.submit()
    cast.approve()
    assert cast.post.state is PostState.SCHEDULED


def test_agreed_after_its_hour_waits_for_another(session: Session, cast: Cast) -> None:
    cast.submit()
    cast.approve()
    with clock.frozen(cast.post.due_at + timedelta(minutes=1)):
        cast.agree()
        assert cast.post.state is PostState.APPROVED
        found = stories.day(session, cast.campaign.id, 6)
        assert found is not None
        board.move_frame(session, cast.alice, cast.campaign, cast.frame.pid, day_number=6)
        assert cast.post.state is PostState.SCHEDULED, "another hour is all it needed"


def test_roles_and_own_work(session: Session, cast: Cast) -> None:
    with pytest.raises(Forbidden):
        review.team.submit(session, cast.odile, cast.campaign, cast.post)
    cast.submit()
    with pytest.raises(OwnWork):
        cast.approve(cast.alice)
    with pytest.raises(Forbidden):
        cast.approve(cast.odile)
    cast.edit("Autrement.", by=cast.bruno)  # now Bruno wrote it last
    with pytest.raises(OwnWork):
        cast.approve(cast.bruno)
    cast.approve(cast.alice)


def test_a_word_on_content_that_changed_is_refused(session: Session, cast: Cast) -> None:
    cast.submit()
    seen = cast.shown
    cast.edit("Autrement.")
    with pytest.raises(ContentChanged):
        review.team.approve(session, cast.bruno, cast.campaign, cast.post, shown=seen)
    assert cast.post.approved_at is None
    cast.approve()
    seen = cast.shown
    cast.maia.disclosure = "Bénévole"  # by a road that knows nothing of posts
    session.flush()
    with pytest.raises(ContentChanged):
        review.carrier.agree(session, cast.campaign, cast.maia, cast.post, shown=seen)
    with pytest.raises(ContentChanged):
        cast.agree()  # even what is on the screen now was not approved by the team
    assert (cast.post.state, cast.post.approved_at) == (PostState.IN_REVIEW, None)


def test_a_whole_week_goes_at_once(session: Session, cast: Cast) -> None:
    others = [cast.a_post(cast.a_frame(day, f"J{day}")) for day in (4, 5)]
    assert review.team.submit_day(session, cast.alice, cast.campaign, cast.post.on_date) == 2
    assert review.team.submit_all(session, cast.alice, cast.campaign) == 1
    assert review.team.submit_all(session, cast.alice, cast.campaign) == 0
    shown = {post.pid: consent.digest(review.content(session, post)) for post in (cast.post, *others)}
    shown[others[0].pid] = "seen before it changed"
    assert review.team.approve_all(session, cast.alice, cast.campaign, shown) == (0, 3)
    assert review.team.approve_all(session, cast.bruno, cast.campaign, shown) == (2, 1)
    assert review.team.approve_all(session, cast.bruno, cast.campaign, {"no such post": ""}) == (0, 1)


def test_ask_for_changes(session: Session, cast: Cast) -> None:
    cast.agreed()
    review.team.ask_changes(session, cast.bruno, cast.campaign, cast.post, text="Plus court.")
    assert (cast.post.state, cast.post.agreed_at, cast.post.asked_at) == (PostState.DRAFT, None, None)
    with pytest.raises(NotWaiting):
        review.team.ask_changes(session, cast.bruno, cast.campaign, cast.post, text="Encore.")


def test_the_influencer_asks_for_changes_or_refuses_and_the_team_reads_it_at_once(
    session: Session, cast: Cast
) -> None:
    cast.submit()
    cast.approve()
    review.carrier.ask_changes(session, cast.campaign, cast.maia, cast.post, text="Pas ce mot.")
    assert cast.post.state is PostState.DRAFT
    assert [mail.recipient[:5] for mail in cast.mails("review-answer")] == ["alice", "bruno"]
    assert "Pas ce mot." in cast.mails("review-answer")[0].text
    cast.submit()
    cast.approve()
    review.carrier.refuse(session, cast.campaign, cast.maia, cast.post, reason="Trop intime.")
    assert (cast.post.state, cast.post.declined_reason) == (PostState.DECLINED, "Trop intime.")
    assert len(cast.mails("review-answer")) == 4
    service.plan_again(session, cast.post, by="Maïa")
    assert cast.post.state is PostState.IN_REVIEW, "it is asked again, not planned"


def test_only_the_carrier_answers(session: Session, cast: Cast) -> None:
    idriss = cast.influencer("Idriss")
    cast.submit()
    cast.approve()
    for act in (
        lambda: review.carrier.agree(session, cast.campaign, idriss, cast.post, shown=cast.shown),
        lambda: review.carrier.refuse(session, cast.campaign, idriss, cast.post, reason=""),
        lambda: review.carrier.ask_changes(session, cast.campaign, idriss, cast.post, text="."),
        lambda: review.carrier.comment(session, cast.campaign, idriss, cast.post, text="."),
    ):
        with pytest.raises(NotFound):
            act()


# What a change reopens


def _caption(cast: Cast) -> None:
    cast.edit("Un autre texte.")


def _carrier(cast: Cast) -> None:
    idriss = cast.influencer("Idriss")
    service.change_post(
        cast.session,
        cast.alice,
        cast.campaign,
        cast.post.pid,
        version=cast.post.version,
        at_time=cast.post.at_time,
        influencer=idriss,
    )


def _label(cast: Cast) -> None:
    cast.maia.disclosure = "Bénévole"
    review.reopen_if_changed(cast.session, cast.campaign, cast.post)


def _following(cast: Cast) -> None:
    other = cast.a_frame(4, "Écrire")
    service.add_following(
        cast.session, cast.alice, cast.campaign, cast.post.pid, version=cast.post.version, frame_pid=other.pid
    )


def _words(cast: Cast) -> None:
    service.change_post(
        cast.session,
        cast.alice,
        cast.campaign,
        cast.post.pid,
        version=cast.post.version,
        at_time=cast.post.at_time,
        influencer=cast.maia,
        delivery=Delivery(text="D’autres mots pour ce canal."),
    )


def _held(cast: Cast) -> None:
    cast.post.state, cast.post.hold = PostState.HELD, Hold.PERSON
    cast.edit("Un autre texte.")


@pytest.mark.parametrize("change", [_caption, _carrier, _label, _following, _words, _held])
@pytest.mark.parametrize("mode", [Approval.TEAM, Approval.BOTH])
def test_a_change_after_approval_reopens(session: Session, change: Any, mode: Approval) -> None:
    cast = Cast(session, mode)
    post = cast.agreed()
    change(cast)
    assert post.state is PostState.IN_REVIEW
    assert (post.approved_at, post.approved_by, post.agreed_at, post.hold) == (None, None, None, None)
    assert not review.is_as_approved(session, post)
    found = waiting.one(session, cast.campaign, post)
    assert found.changes, "the approvers read what changed"
    assert cast.kinds()[-1] is WordKind.REOPENED


def test_an_hour_or_a_date_does_not_reopen(session: Session, cast: Cast) -> None:
    post = cast.agreed()
    service.change_post(
        session,
        cast.alice,
        cast.campaign,
        post.pid,
        version=post.version,
        at_time=time(20),
        influencer=cast.maia,
    )
    board.move_frame(session, cast.alice, cast.campaign, cast.frame.pid, day_number=6)
    assert post.state is PostState.SCHEDULED
    assert review.is_as_approved(session, post)
    assert [one.field for one in waiting.one(session, cast.campaign, post).changes] == ["when"]


def test_what_follows_is_part_of_what_was_approved(session: Session, cast: Cast) -> None:
    other = cast.a_frame(4, "Écrire")
    service.add_following(
        session, cast.alice, cast.campaign, cast.post.pid, version=cast.post.version, frame_pid=other.pid
    )
    post = cast.agreed()
    cast.frame = other
    cast.edit("Un autre texte pour la suite.")
    assert post.state is PostState.IN_REVIEW
    cast.approve()
    cast.agree()
    board.remove_frame(session, cast.alice, cast.campaign, other.pid)
    assert post.state is PostState.IN_REVIEW, "one story less is another post"


def test_decisions_let_nothing_out_unapproved(session: Session, cast: Cast) -> None:
    post = cast.agreed()
    settle.decide(session, cast.alice, cast.campaign, post.pid, Decision.HOLD, version=post.version)
    cast.maia.disclosure = "Bénévole"
    session.flush()
    settle.decide(session, cast.alice, cast.campaign, post.pid, Decision.RELEASE, version=post.version)
    assert post.state is PostState.IN_REVIEW
    assert review.not_as_approved(session, [post.id]) == {post.id}
    cast.approve()
    cast.agree()
    assert review.not_as_approved(session, [post.id]) == set()


def test_decisions_about_what_was_kept(session: Session) -> None:
    cast = Cast(session, Approval.NONE)
    _choose(cast, Approval.BOTH)
    post = cast.post
    settle.decide(session, cast.alice, cast.campaign, post.pid, Decision.HOLD, version=post.version)
    settle.decide(session, cast.alice, cast.campaign, post.pid, Decision.RELEASE, version=post.version)
    assert post.state is PostState.SCHEDULED
    service.decline(session, post, by="Maïa", reason="Malade.")
    with clock.frozen(post.due_at + timedelta(hours=1)):
        service.plan_again(session, post, by="Maïa")
    assert post.state is PostState.SCHEDULED, "by hand it can still be posted late"


def test_undo_reopens_too(session: Session, cast: Cast) -> None:
    cast.edit("Un autre texte.")
    post = cast.agreed()
    step = stories.last_step(session, cast.campaign.id)
    assert step is not None
    board.undo(session, cast.alice, cast.campaign, step.pid)
    assert post.state is PostState.IN_REVIEW


def test_undoing_an_hour_keeps_what_was_agreed_since(session: Session, cast: Cast) -> None:
    service.change_post(
        session, cast.alice, cast.campaign, cast.post.pid, version=1, at_time=time(20), influencer=cast.maia
    )
    post = cast.agreed()
    step = stories.last_step(session, cast.campaign.id)
    assert step is not None
    board.undo(session, cast.alice, cast.campaign, step.pid)
    assert (post.at_time, post.state) == (time(18), PostState.SCHEDULED)


def test_a_removed_post_comes_back_with_its_words(session: Session, cast: Cast) -> None:
    post = cast.agreed()
    board.remove_frame(session, cast.alice, cast.campaign, cast.frame.pid)
    step = stories.last_step(session, cast.campaign.id)
    assert step is not None
    board.undo(session, cast.alice, cast.campaign, step.pid)
    back = service.get_post(session, cast.campaign, post.pid)
    assert back.state is PostState.SCHEDULED
    assert review.is_as_approved(session, back)


def test_every_storyboard_edit_goes_through_the_board() -> None:
    """The pages edit frames through `publishing.board`, which reopens; the lower room knows no posts."""
    root = Path(review.__file__).parents[2]
    for path in root.rglob("*.py"):
        if path.parent.name == "stories" or path.name == "board.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in ("edit_frame", "set_media"):
                assert ast.unparse(node.value) in ("boards", "board"), f"{path}:{node.lineno}"


def test_the_round_finds_what_changed_by_another_road(session: Session, cast: Cast) -> None:
    post = cast.agreed()
    session.commit()
    assert rounds.reopen_what_changed() == 0
    cast.maia.disclosure = "Bénévole"
    session.add(cast.maia)
    session.commit()
    assert not review.is_as_approved(session, post), "the engine would not send it"
    session.commit()
    assert rounds.reopen_what_changed() == 1
    session.refresh(post)
    assert post.state is PostState.IN_REVIEW
    session.commit()
    assert rounds.reopen_what_changed() == 0


# The campaign's choice


def _choose(cast: Cast, approval: Approval) -> None:
    review.team.change_mode(
        cast.session, cast.alice, cast.campaign, version=cast.campaign.version, approval=approval
    )


def test_tightening_keeps_what_is_planned(session: Session) -> None:
    cast = Cast(session, Approval.NONE)
    _choose(cast, Approval.BOTH)
    assert cast.post.state is PostState.SCHEDULED
    assert review.is_as_approved(session, cast.post)
    assert waiting.counts(session, cast.campaign).kept == 1
    assert review.reopen_changed(session, cast.campaign, [cast.post]) == 0
    cast.edit("Un autre texte.")
    assert cast.post.state is PostState.IN_REVIEW, "a change asks for the words after all"
    assert waiting.counts(session, cast.campaign).kept == 0
    # Off and on again: what was edited in between without approval stays planned as it now reads.
    cast.approve(cast.bruno)
    cast.agree()
    _choose(cast, Approval.NONE)
    cast.edit("Encore un autre.")
    assert cast.post.state is PostState.SCHEDULED
    _choose(cast, Approval.TEAM)
    assert review.reopen_changed(session, cast.campaign, [cast.post]) == 0
    assert review.is_as_approved(session, cast.post)


def test_loosening_plans_what_waited_for_the_word_no_longer_asked(session: Session, cast: Cast) -> None:
    other = cast.post = cast.a_post(cast.frame, time(9))
    cast.submit()
    draft = cast.a_post(cast.frame, time(10))
    cast.approve()
    _choose(cast, Approval.TEAM)
    assert (other.state, draft.state) == (PostState.SCHEDULED, PostState.DRAFT)
    _choose(cast, Approval.NONE)
    assert draft.state is PostState.DRAFT
    review.team.submit(session, cast.alice, cast.campaign, draft)
    assert draft.state is PostState.SCHEDULED


def test_the_choice_is_version_checked_and_ends_with_the_campaign(session: Session, cast: Cast) -> None:
    with pytest.raises(campaigns.Stale):
        review.team.change_mode(
            session, cast.alice, cast.campaign, version=cast.campaign.version + 1, approval=Approval.NONE
        )
    cast.submit()
    cast.campaign.state = State.CLOSED
    with pytest.raises(Conflict):
        cast.approve()
    with pytest.raises(Forbidden):
        review.team.change_mode(session, cast.odile, cast.campaign, version=1, approval=Approval.NONE)


# Words


def test_inside_words_stay_inside(session: Session, cast: Cast) -> None:
    cast.submit()
    cast.approve()
    review.team.comment(session, cast.alice, cast.campaign, cast.post, text="Elle hésite.", inside=True)
    review.team.comment(session, cast.alice, cast.campaign, cast.post, text="Ça te va ?", inside=False)
    review.carrier.comment(session, cast.campaign, cast.maia, cast.post, text="Presque.")
    session.flush()
    (seen,) = waiting.for_influencer(session, cast.campaign, cast.maia)
    assert [(one.word.text, one.who, one.from_influencer) for one in seen.said] == [
        ("Ça te va ?", "Alice", False),
        ("Presque.", "Maïa", True),
    ]
    inside = waiting.one(session, cast.campaign, cast.post)
    assert [one.word.text for one in inside.said][2:] == ["Elle hésite.", "Ça te va ?", "Presque."]


def test_another_carrier_does_not_read_what_was_written_to_the_first(session: Session, cast: Cast) -> None:
    cast.submit()
    review.team.comment(session, cast.alice, cast.campaign, cast.post, text="Pour Maïa.", inside=False)
    idriss = cast.influencer("Idriss")
    cast.post.influencer_id = idriss.id
    cast.approve()
    (seen,) = waiting.for_influencer(session, cast.campaign, idriss)
    assert list(seen.said) == []


def test_nobody_outside_to_write_to(session: Session, cast: Cast) -> None:
    cast.post.influencer_id = None
    with pytest.raises(Conflict):
        review.team.comment(session, cast.alice, cast.campaign, cast.post, text="?", inside=False)


# Reminders


def test_the_team_is_reminded_twice_and_never_again(session: Session, cast: Cast) -> None:
    cast.submit()
    review.team.submit_all(session, cast.alice, cast.campaign)
    session.commit()
    sent = []
    for hours in (1, 23, 24, 25, 48, 49, 72, 200):
        with clock.frozen(MORNING + timedelta(hours=hours)):
            rounds.remind_reviewers()
        sent.append(len(cast.mails("review-waiting")))
    assert sent == [0, 0, 2, 2, 4, 4, 4, 4]  # Alice and Bruno
    assert words.records(session, [cast.post])[cast.post.id].author == cast.alice.person_id


def test_the_influencer_is_asked_once_for_many_then_reminded_twice(session: Session, cast: Cast) -> None:
    first, second = cast.post, cast.a_post(cast.frame, time(9))
    for post in (first, second):
        cast.post = post
        cast.submit()
        cast.approve()
    session.commit()
    sent = []
    for minutes in (0, 1, 2, 3, 60, 24 * 60, 25 * 60, 48 * 60, 99 * 60):
        with clock.frozen(MORNING + timedelta(minutes=minutes)):
            rounds.remind_reviewers()
        sent.append(len(cast.mails("review-asked")))
    assert sent == [0, 0, 1, 1, 1, 2, 2, 3, 3]
    assert all(mail.recipient == "maia@example.org" for mail in cast.mails("review-asked"))
    assert "/brief/agree" in cast.mails("review-asked")[0].text


def test_nobody_is_asked_while_paused_or_without_a_yes(session: Session, cast: Cast) -> None:
    cast.submit()
    cast.approve()
    cast.maia.stage = Stage.INVITED
    session.add(cast.maia)
    session.commit()
    with clock.frozen(MORNING + timedelta(hours=1)):
        assert rounds.remind_reviewers() == 0
        cast.maia.stage = Stage.CONFIRMED
        cast.campaign.paused_at = MORNING
        session.add(cast.maia)
        session.add(cast.campaign)
        session.commit()
        assert rounds.remind_reviewers() == 0


def test_the_queue_says_who_waits_for_whom(session: Session, cast: Cast) -> None:
    second = cast.a_post(cast.frame, time(9))
    cast.submit()
    found = waiting.queue(session, cast.alice, cast.campaign)
    assert [one.post.pid for one in found.team] == [cast.post.pid]
    assert [one.post.pid for one in found.drafts] == [second.pid]
    assert found.draft_days == [(second.on_date, 1)]
    assert (list(found.answerable), found.mine) == ([], {cast.post.pid})
    assert waiting.queue(session, cast.bruno, cast.campaign).answerable
    cast.approve()
    found = waiting.queue(session, cast.bruno, cast.campaign)
    assert [one.post.pid for one in found.influencers] == [cast.post.pid]
    assert waiting.count_for_influencer(session, cast.campaign, cast.maia) == 1
    assert len(queries.of_campaign(session, cast.campaign.id)) == 2
    assert guard.title_of(session, cast.post) == "Lire"
