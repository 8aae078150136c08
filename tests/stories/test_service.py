"""The storyboard as it is edited: versions, order, steps and their undoing."""

from datetime import timedelta

import pytest
from sqlmodel import Session, func, select

from app.campaigns.models import Campaign
from app.campaigns.rules import State
from app.core import clock
from app.core.errors import Conflict, Forbidden, NotFound
from app.media import service as media
from app.people.rules import Actor, Role
from app.publishing import board
from app.stories import queries, rules, service, steps
from app.stories.models import Edit, FrameKind
from app.stories.service import DayText, FrameText
from tests import factories
from tests.media import samples
from tests.stories import week


@pytest.fixture
def alice(session: Session) -> Actor:
    return factories.member(session, factories.organisation(session))


@pytest.fixture
def campaign(session: Session, alice: Actor) -> Campaign:
    from app.people.models import Organisation

    made = factories.campaign(session, session.get_one(Organisation, alice.organisation_id))
    week.lay_week(session, alice, made)
    return made


def undo(session: Session, actor: Actor, campaign: Campaign) -> None:
    step = queries.last_step(session, campaign.id)
    assert step is not None
    board.undo(session, actor, campaign, step.pid)


def words(caption: str, **values: str) -> FrameText:
    return FrameText(FrameKind.TEXT, title=values.pop("title", "T"), caption=caption, **values)


def test_an_edit_is_kept_counted_and_undone(session: Session, alice: Actor, campaign: Campaign) -> None:
    before = week.portrait(session, campaign)
    day = queries.days(session, campaign.id)[0]
    frame = week.frame_at(session, day, 0)
    edited = service.edit_frame(
        session, alice, campaign, frame.pid, version=1, text=words("Bonjour", label="Publicité")
    )
    assert (edited.version, edited.caption, edited.label) == (2, "Bonjour", "Publicité")
    service.edit_day(session, alice, campaign, day.pid, version=1, text=DayText("Nous", "Grand titre"))
    step = queries.last_step(session, campaign.id)
    assert step is not None
    assert (str(step.said), step.who) == ("Day “Nous” edited", "Alice")
    undo(session, alice, campaign)
    undo(session, alice, campaign)
    assert week.portrait(session, campaign) == before
    assert queries.last_step(session, campaign.id) is None
    assert frame.version == 3  # a form opened before the undo is stale


def test_an_edit_that_changes_nothing_is_no_step(session: Session, alice: Actor, campaign: Campaign) -> None:
    frame = week.frame_at(session, queries.days(session, campaign.id)[0], 0)
    service.edit_frame(session, alice, campaign, frame.pid, version=1, text=words("", title=frame.title))
    assert frame.version == 1
    assert queries.last_step(session, campaign.id) is None


def test_a_stale_form_overwrites_nothing(session: Session, alice: Actor, campaign: Campaign) -> None:
    day = queries.days(session, campaign.id)[0]
    frame = week.frame_at(session, day, 0)
    service.edit_frame(session, alice, campaign, frame.pid, version=1, text=words("Un"))
    with pytest.raises(service.Stale) as stale:
        service.edit_frame(session, alice, campaign, frame.pid, version=1, text=words("Deux"))
    assert (stale.value.status, stale.value.version, frame.caption) == (409, 2, "Un")
    service.edit_day(session, alice, campaign, day.pid, version=1, text=DayText("A"))
    with pytest.raises(service.Stale):
        service.edit_day(session, alice, campaign, day.pid, version=1, text=DayText("B"))


def test_autosaves_in_a_row_are_one_step(session: Session, alice: Actor, campaign: Campaign) -> None:
    bob = factories.member(session, factories.organisation(session, "Autre"), name="Bob")
    bob = Actor(bob.person_id, alice.organisation_id, Role.EDITOR, "Bob")
    first, second = (week.frame_at(session, queries.days(session, campaign.id)[0], place) for place in (0, 1))
    start = week.portrait(session, campaign)

    def save(actor: Actor, frame_pid: str, caption: str, sticker: str = "") -> None:
        frame = service.get_frame(session, campaign, frame_pid)
        text = words(caption, title=frame.title, sticker=sticker)
        service.edit_frame(session, actor, campaign, frame_pid, version=frame.version, text=text)

    save(alice, first.pid, "Bo")
    save(alice, first.pid, "Bonjour")
    save(alice, first.pid, "Bonjour", "Un lien")
    assert session.exec(select(func.count()).select_from(Edit)).one() == 1
    undo(session, alice, campaign)
    assert week.portrait(session, campaign) == start
    save(alice, first.pid, "A")
    save(bob, first.pid, "AB")
    save(bob, second.pid, "B")
    with clock.frozen(clock.now() + timedelta(seconds=rules.MERGE_SECONDS + 1)):
        save(bob, second.pid, "BB")
    for _ in range(4):
        undo(session, alice, campaign)
    assert week.portrait(session, campaign) == start


def test_only_the_step_that_was_seen_is_undone(session: Session, alice: Actor, campaign: Campaign) -> None:
    day = queries.days(session, campaign.id)[0]
    service.add_frame(session, alice, campaign, day.pid, title="Un")
    seen = queries.last_step(session, campaign.id)
    assert seen is not None
    service.add_frame(session, alice, campaign, day.pid, title="Deux")
    with pytest.raises(steps.Changed):
        board.undo(session, alice, campaign, seen.pid)
    undo(session, alice, campaign)
    board.undo(session, alice, campaign, seen.pid)
    with pytest.raises(steps.Changed):
        board.undo(session, alice, campaign, seen.pid)


def test_frames_are_added_where_asked(session: Session, alice: Actor, campaign: Campaign) -> None:
    day = queries.days(session, campaign.id)[2]
    service.add_frame(session, alice, campaign, day.pid, title="last")
    service.add_frame(session, alice, campaign, day.pid, title="first", position=0)
    assert week.titles(session, day) == ["first", "3.1", "3.2", "last"]
    assert week.is_dense(session, campaign)


def test_moves_within_and_between_days(session: Session, alice: Actor, campaign: Campaign) -> None:
    start = week.portrait(session, campaign)
    monday, tuesday = queries.days(session, campaign.id)[:2]
    frame = week.frame_at(session, monday, 0)
    board.step_frame(session, alice, campaign, frame.pid, "down")
    assert week.titles(session, monday) == ["1.2", "1.1"]
    board.step_frame(session, alice, campaign, frame.pid, "down")  # already last: no step to undo
    board.move_frame(session, alice, campaign, frame.pid, day_number=2, position=1)
    assert week.titles(session, monday) == ["1.2"]
    assert week.titles(session, tuesday) == ["2.1", "1.1", "2.2"]
    assert week.is_dense(session, campaign)
    undo(session, alice, campaign)
    undo(session, alice, campaign)
    assert week.portrait(session, campaign) == start
    with pytest.raises(NotFound):
        board.move_frame(session, alice, campaign, frame.pid, day_number=8)


def test_a_picture_makes_the_frame_a_picture(session: Session, alice: Actor, campaign: Campaign) -> None:
    frame = week.frame_at(session, queries.days(session, campaign.id)[0], 0)
    start = week.portrait(session, campaign)
    picture = media.store_image(session, alice, samples.picture(), "a.png", public=True)
    film = media.store_video(session, alice, samples.video(), "a.mp4", public=True)
    service.set_media(session, alice, campaign, frame.pid, media=picture)
    assert (frame.kind, frame.media_id) == (FrameKind.IMAGE, picture.id)
    text = FrameText(FrameKind.VIDEO, title="1.1", alt_text="Un mur")
    service.edit_frame(session, alice, campaign, frame.pid, version=frame.version, text=text)
    assert frame.kind is FrameKind.IMAGE
    service.set_media(session, alice, campaign, frame.pid, media=film)
    assert (frame.kind, frame.alt_text) == (FrameKind.VIDEO, "")  # the old words described another picture
    service.edit_frame(
        session, alice, campaign, frame.pid, version=frame.version, text=words("Mots", title="1.1")
    )
    assert (frame.kind, frame.media_id) == (FrameKind.TEXT, None)
    for _ in range(4):
        undo(session, alice, campaign)
    assert week.portrait(session, campaign) == start


def test_a_picture_of_another_organisation_is_not_found(
    session: Session, alice: Actor, campaign: Campaign
) -> None:
    frame = week.frame_at(session, queries.days(session, campaign.id)[0], 0)
    charlie = factories.member(session, factories.organisation(session, "Autre"), name="Charlie")
    foreign = media.store_image(session, charlie, samples.picture(), "a.png", public=True)
    with pytest.raises(NotFound):
        service.set_media(session, alice, campaign, frame.pid, media=foreign)


def test_who_may_and_when(session: Session, alice: Actor, campaign: Campaign) -> None:
    day = queries.days(session, campaign.id)[0]
    for role in (Role.MODERATOR, Role.FINANCE):
        with pytest.raises(Forbidden):
            service.add_frame(session, Actor(None, alice.organisation_id, role, "Bob"), campaign, day.pid)
    with pytest.raises(NotFound):
        service.add_frame(session, alice, campaign, "0" * 16)
    campaign.state = State.CLOSED
    with pytest.raises(Conflict, match="closed"):
        service.add_frame(session, alice, campaign, day.pid)


def test_frames_of_another_campaign_are_not_found(session: Session, alice: Actor, campaign: Campaign) -> None:
    from app.people.models import Organisation

    other = factories.campaign(session, session.get_one(Organisation, alice.organisation_id))
    frame = week.frame_at(session, queries.days(session, campaign.id)[0], 0)
    for attempt in (
        lambda: service.edit_frame(session, alice, other, frame.pid, version=1, text=words("x")),
        lambda: board.remove_frame(session, alice, other, frame.pid),
        lambda: board.move_frame(session, alice, other, frame.pid, day_number=1),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_old_steps_are_forgotten(
    session: Session, alice: Actor, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "STEPS_KEPT", 3)
    day = queries.days(session, campaign.id)[0]
    for number in range(6):
        service.add_frame(session, alice, campaign, day.pid, title=str(number))
    assert session.exec(select(func.count()).select_from(Edit)).one() == 3
