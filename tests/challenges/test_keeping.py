"""Days are kept for who asks, and only then: what is tied to them, what is not, what ends with them."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from app.challenges import diary, keeping, queries, writing
from app.challenges.models import ChallengeAct, ChallengeMiss, Streak
from app.challenges.rules import UNIT, Obstacle
from app.challenges.streaks import Mark, Runs
from app.challenges.taking import Outcome, Taker
from app.core import clock
from app.intake import queries as intake
from app.intake import service as inbox
from app.intake.models import Item
from app.intake.rules import ItemState, Kind
from app.mail.models import OutgoingMail
from app.supporters.models import Consent
from app.supporters.queries import Visit, visit
from tests.challenges.stage import NOW, Stage, stage, take

EARLIER = NOW - timedelta(days=2)


@pytest.fixture
def week(session: Session) -> Stage:
    return stage(session)


def keep(
    session: Session,
    week: Stage,
    *,
    phone: str = "a",
    told: str = "",
    email: str = "",
    known: Visit | None = None,
) -> Visit:
    kept = keeping.keep(
        session,
        week.campaign,
        visit=known,
        participant=phone,
        told=told,
        wording=str(keeping.WORDING),
        language="en",
        email=email,
    )
    if known is not None:
        return known
    assert kept.cookie is not None
    session.flush()
    found = visit(session, kept.cookie)
    assert found is not None
    return found


def taker(session: Session, week: Stage, who: Visit, phone: str = "a") -> Taker:
    streak = diary.streak_of(session, week.campaign.id, who)
    assert streak is not None
    return Taker(phone, streak.supporter_id, who.ids)


def marks(session: Session, who: Visit) -> str:
    (kept,) = diary.diaries(session, who)
    letters = {Mark.DONE: "d", Mark.CAUGHT_UP: "l", Mark.WAITING: "w", Mark.OPEN: "o", Mark.MISSED: "m"}
    return "".join(letters.get(day.mark, ".") for day in kept.days)


def test_nobody_is_remembered_who_did_not_ask(session: Session, week: Stage) -> None:
    take(session, week)
    take(session, week, "b", text="Un mot")
    assert {act.supporter_id for act in session.exec(select(ChallengeAct))} == {None}
    assert session.exec(select(Streak)).all() == []


def test_asking_is_logged_in_the_words_shown(session: Session, week: Stage) -> None:
    who = keep(session, week)
    (consent,) = session.exec(select(Consent)).all()
    assert (consent.supporter_id, consent.use, consent.wording) == (
        who.supporter.id,
        "keep",
        "Remember the challenges I take in this campaign, so that I can see my days.",
    )
    keep(session, week, known=who)
    assert len(session.exec(select(Consent)).all()) == 1
    assert session.exec(select(OutgoingMail)).all() == []  # no address was given


def test_an_address_gets_the_private_link(session: Session, week: Stage) -> None:
    keep(session, week, email="lucie@example.org")
    (mail,) = session.exec(select(OutgoingMail)).all()
    assert (mail.kind, mail.recipient) == ("mine-link", "lucie@example.org")


def test_one_taps_of_this_phone_are_tied_and_words_are_not(session: Session, week: Stage) -> None:
    """Two people may share a network and a kind of phone: the words of one must not open to the other."""
    with clock.frozen(EARLIER):
        take(session, week, number=1)
    take(session, week, number=2, text="Mes mots")
    take(session, week, "b", number=3)
    who = keep(session, week)
    tied = queries.of_supporters(session, who.ids)
    assert [act.challenge_id for act in tied] == [week.challenges[1].id]


def test_the_act_just_told_is_tied_by_its_token(session: Session, week: Stage) -> None:
    told = take(session, week, text="Mes mots")
    token = keeping.token(told.fresh)
    who = keep(session, week, phone="elsewhere", told=token)
    (act,) = queries.of_supporters(session, who.ids)
    assert act.text == "Mes mots"
    assert session.exec(select(Item.supporter_id)).one() == who.supporter.id
    assert marks(session, who) == "mmw...."
    other = keep(session, week, phone="other", told=token)  # the token shows nothing to a second person
    assert queries.of_supporters(session, other.ids) == []


def test_a_token_is_ours_and_does_not_last(session: Session, week: Stage) -> None:
    pid = take(session, week).fresh
    token = keeping.token(pid)
    assert keeping.act_of(token) == pid
    for forged in ("", "x", f"{pid}.1.x", token[:-1], token.replace(pid, "0" * 16), f"{pid}..", "..."):
        assert keeping.act_of(forged) == ""
    with clock.frozen(NOW + keeping.TOKEN_LIFE + timedelta(seconds=1)):
        assert keeping.act_of(token) == ""
    assert keeping.token("") == ""


def test_whoever_keeps_days_counts_once_from_any_network(session: Session, week: Stage) -> None:
    who = keep(session, week)
    assert take(session, week, taker(session, week, who)).outcome is Outcome.TAKEN
    again = take(session, week, taker(session, week, who, "from the train"), level=2)
    assert (again.outcome, again.level) == (Outcome.CHANGED, 2)
    assert queries.total(session, week.campaign.id) == 1


def test_two_of_one_household_count_as_two_once_one_keeps_days(session: Session, week: Stage) -> None:
    take(session, week, text="Ceux de l’autre")
    who = keep(session, week)
    assert take(session, week, taker(session, week, who)).outcome is Outcome.TAKEN
    assert len(session.exec(select(ChallengeAct)).all()) == 2
    (mine,) = queries.of_supporters(session, who.ids)
    assert mine.text == ""


def test_a_late_telling_of_a_day_done_in_time_keeps_the_run(session: Session, week: Stage) -> None:
    who = keep(session, week)
    first = week.campaign.starts_on
    me = taker(session, week, who)
    assert take(session, week, me, number=1, done_on=first).late
    take(session, week, me, number=2, done_on=first + timedelta(days=1))
    take(session, week, me, number=3)
    assert marks(session, who) == "ddd...."
    (kept,) = diary.diaries(session, who)
    assert (kept.runs, kept.done) == (Runs(3, 3), 3)


def test_a_returned_act_waits_for_its_author_and_counts_once_accepted(session: Session, week: Stage) -> None:
    who = keep(session, week)
    me = taker(session, week, who)
    with clock.frozen(EARLIER):
        assert take(session, week, me, number=1, text="Avec le nom d’un voisin").outcome is Outcome.WAITING
    (act,) = queries.of_supporters(session, who.ids)
    item = intake.of_subject(session, Kind.ACT, act.id)
    assert item is not None
    inbox.move(session, item, ItemState.RETURNED, reason_text="Sans le nom, s’il vous plaît.")
    assert marks(session, who)[0] == "m"
    # Days later the same person may still answer what was returned; anything else of that day is closed.
    assert take(session, week, me, number=1, text="Sans le nom").outcome is Outcome.WAITING
    session.flush()
    assert item.state is ItemState.PENDING
    inbox.move(session, item, ItemState.ACCEPTED)
    assert queries.total(session, week.campaign.id) == 1
    assert marks(session, who)[0] == "d"


@pytest.mark.parametrize("state", [ItemState.REJECTED, ItemState.WITHDRAWN])
def test_a_decision_is_not_undone_by_telling_it_again(
    session: Session, week: Stage, state: ItemState
) -> None:
    take(session, week, text="Une insulte")
    act = session.exec(select(ChallengeAct)).one()
    item = intake.of_subject(session, Kind.ACT, act.id)
    assert item is not None
    inbox.move(session, item, state)
    assert take(session, week, text="Encore").outcome is Outcome.KEPT
    assert queries.total(session, week.campaign.id) == 0


def test_an_accepted_act_that_changes_its_words_is_read_again(session: Session, week: Stage) -> None:
    take(session, week, text="Un mot")
    act = session.exec(select(ChallengeAct)).one()
    item = intake.of_subject(session, Kind.ACT, act.id)
    assert item is not None
    inbox.move(session, item, ItemState.ACCEPTED)
    assert take(session, week, level=2).outcome is Outcome.CHANGED  # another level is no other word
    assert queries.total(session, week.campaign.id) == 1
    assert take(session, week, level=2, place="Roubaix").outcome is Outcome.WAITING
    assert queries.total(session, week.campaign.id) == 0


def test_an_unusual_quantity_is_read_first(session: Session, week: Stage) -> None:
    challenge = week.challenges[3]
    challenge.usual, challenge.most = 5 * UNIT, 100 * UNIT
    assert take(session, week, "a", quantity=5 * UNIT).outcome is Outcome.TAKEN
    assert take(session, week, "b", quantity=6 * UNIT).outcome is Outcome.WAITING
    shown = queries.shown(session, campaign_id=week.campaign.id, day_id=week.days[3].id)
    assert shown is not None
    assert (shown.acts, shown.quantity) == (1, 5 * UNIT)


def test_taking_back_forgets_and_lets_tell_again(session: Session, week: Stage) -> None:
    for text in ("", "Des mots à moi"):
        told = take(session, week, "w", text=text, pseudonym="Lou" if text else "")
        act = session.exec(select(ChallengeAct).where(ChallengeAct.pid == told.fresh)).one()
        writing.withdraw(session, act)
    left = session.exec(select(ChallengeAct)).all()
    assert [(one.text, one.pseudonym, one.supporter_id) for one in left] == [("", "", None)]
    item = session.exec(select(Item)).one()
    assert (item.state, item.excerpt, item.public) == (ItemState.WITHDRAWN, "", False)
    assert queries.total(session, week.campaign.id) == 0
    assert take(session, week, "w").outcome is Outcome.TAKEN


def test_what_stood_in_the_way_is_kept_once_and_corrected(session: Session, week: Stage) -> None:
    who = keep(session, week)
    keeping.note_miss(session, who, week.challenges[1], obstacle=Obstacle.TIME, text="")
    session.flush()
    keeping.note_miss(session, who, week.challenges[1], obstacle=Obstacle.ALONE, text="Personne.")
    session.flush()
    (miss,) = session.exec(select(ChallengeMiss)).all()
    assert (miss.obstacle, miss.text) == (Obstacle.ALONE, "Personne.")


def test_stopping_unties_everything_and_leaves_the_figures(session: Session, week: Stage) -> None:
    who = keep(session, week)
    take(session, week, taker(session, week, who), text="Mes mots")
    keeping.note_miss(session, who, week.challenges[1], obstacle=Obstacle.TIME, text="")
    session.flush()
    keeping.stop(session, who, week.campaign.id)
    session.expire_all()
    assert session.exec(select(ChallengeAct.supporter_id)).all() == [None]
    assert session.exec(select(ChallengeMiss.supporter_id)).all() == [None]
    assert session.exec(select(Item.supporter_id)).all() == [None]
    assert session.exec(select(Consent)).one().withdrawn_at is not None
    assert diary.diaries(session, who) == []


def test_forgetting_someone_leaves_nothing_of_theirs(session: Session, week: Stage) -> None:
    who = keep(session, week)
    take(session, week, taker(session, week, who), text="Mes mots", pseudonym="Lou")
    keeping.note_miss(session, who, week.challenges[1], obstacle=Obstacle.TIME, text="Mes soucis")
    session.flush()
    keeping.forget(session, who.ids)
    session.expire_all()
    assert session.exec(select(ChallengeMiss)).all() == []
    assert session.exec(select(Streak)).all() == []
    (act,) = session.exec(select(ChallengeAct)).all()
    assert (act.text, act.pseudonym, act.supporter_id) == ("", "", None)
    assert queries.total(session, week.campaign.id) == 0
