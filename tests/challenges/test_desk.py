"""Acts as the inbox shows them: everything the team needs to decide, in few queries, and nothing to correct."""

import pytest
from sqlmodel import Session, select

from app.challenges.models import ChallengeAct
from app.challenges.rules import UNIT
from app.core.errors import Conflict
from app.intake.models import Item
from app.intake.rules import Kind
from app.moderation.desks import DESKS
from tests import factories
from tests.challenges.stage import Stage, stage, take
from tests.public.stage import picture
from tests.watching import statements


def items(session: Session) -> list[Item]:
    return list(session.exec(select(Item).order_by(Item.id)).all())  # type: ignore[arg-type]


@pytest.fixture
def week(session: Session) -> Stage:
    made = stage(session)
    made.challenges[3].usual, made.challenges[3].most = UNIT, 100 * UNIT
    take(session, made, "a", text="Un mot", place="Roubaix", group_name="CM2", link="https://x.example/1")
    take(session, made, "b", quantity=40 * UNIT, pseudonym="Lou", level=2)
    return made


def test_the_desk_shows_what_was_told(session: Session, week: Stage) -> None:
    act = session.exec(select(ChallengeAct).order_by(ChallengeAct.id)).first()  # type: ignore[arg-type]
    assert act is not None
    photo = picture(session, week.organisation.id)
    act.proof_media_id = photo.id
    session.flush()
    first, second = items(session)
    shown = DESKS[Kind.ACT].show(session, [first, second])
    one, two = shown[first.id], shown[second.id]
    assert (one.text, one.author, one.link, list(one.media)) == ("Un mot", "", "https://x.example/1", [photo])
    assert (two.text, two.author, two.may_edit) == ("", "Lou", False)
    facts = {label.text: value for label, value in two.facts}
    assert facts["How much"] == "40 gestes"
    assert facts["Step"] == "Level 3"
    assert {label.text for label, _ in one.facts} >= {"Place", "Group", "Done on"}


def test_an_item_whose_row_is_gone_is_empty(session: Session, week: Stage) -> None:
    first, _ = items(session)
    first.subject_id = 999_999
    assert DESKS[Kind.ACT].show(session, [first])[first.id].text == ""
    assert week.campaign.id


def test_the_queries_do_not_grow_with_the_items(session: Session, week: Stage) -> None:
    for number in range(12):
        take(session, week, f"more {number}", text=f"Mot {number}")
    found = items(session)
    with statements() as sent:
        DESKS[Kind.ACT].show(session, found)
    assert len(found) == 14
    assert len(sent) == 1  # no photo, no team: nothing more is asked


def test_nobody_corrects_an_act_and_nobody_is_known_as_its_author(session: Session, week: Stage) -> None:
    desk, actor = DESKS[Kind.ACT], factories.member(session, week.organisation)
    first, _ = items(session)
    with pytest.raises(Conflict):
        desk.edit(session, actor, first, {"text": "Autre"})
    desk.decided(session, actor, [first])
    assert desk.authors(session, [first]) == {}
