"""Claims are checked by other eyes; every change of them, of their sources or of their sentence ends the check."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from app.claims import correcting, jobs, lacking, queries, service
from app.claims.models import Correction
from app.claims.rules import Standing, SubjectKind, Verdict
from app.core import clock, db
from app.core.errors import Conflict, Forbidden
from app.mail.models import OutgoingMail
from app.people.rules import Role
from app.publishing import board
from app.stories.models import FrameKind
from app.stories.service import FrameText
from tests import factories
from tests.claims.stage import CAPTION, WORDS, Stage, set_up


@pytest.fixture
def stage(session: Session) -> Stage:
    return set_up(session)


def _reword(stage: Stage, caption: str) -> None:
    stage.session.refresh(stage.frame)
    text = FrameText(FrameKind.TEXT, title=stage.frame.title, caption=caption)
    board.edit_frame(
        stage.session,
        stage.author,
        stage.campaign,
        stage.frame.pid,
        version=stage.frame.version,
        text=text,
    )


def test_a_fact_needs_a_source_and_other_eyes(stage: Stage) -> None:
    with pytest.raises(service.NoSource):
        stage.check()
    stage.source()
    with pytest.raises(service.OwnClaim):
        stage.check(actor=stage.author)
    finance = factories.member(stage.session, stage.organisation, Role.FINANCE, "Samira")
    with pytest.raises(Forbidden):
        stage.check(actor=finance)
    moderator = factories.member(stage.session, stage.organisation, Role.MODERATOR, "Odile")
    stage.check(actor=moderator)
    assert stage.view.standing is Standing.CHECKED
    assert not stage.claim.checked_alone


def test_an_opinion_needs_no_source(stage: Stage) -> None:
    stage.check(Verdict.OPINION)
    assert stage.view.standing is Standing.CHECKED


def test_alone_one_checks_oneself_and_it_is_said(session: Session) -> None:
    stage = set_up(session)
    other = factories.organisation(session, "Seule")
    alone = factories.member(session, other, Role.OWNER, "Seule")
    campaign = factories.campaign(session, other)
    stage.campaign, stage.author = campaign, alone
    stage.frame.campaign_id, stage.day.campaign_id, stage.claim.campaign_id = (campaign.id,) * 3
    stage.claim.author_id = alone.person_id
    session.flush()
    stage.source()
    stage.check(actor=alone)
    assert stage.claim.checked_alone


def test_what_is_not_as_shown_is_not_checked(stage: Stage) -> None:
    stage.source()
    shown = stage.view.shown
    _reword(stage, CAPTION.replace("peine.", "peine, dit-on."))
    with pytest.raises(service.Changed):
        service.check(
            stage.session, stage.checker, stage.campaign, stage.claim, shown=shown, verdict=Verdict.TRUE
        )


def test_every_change_ends_the_check(stage: Stage) -> None:
    stage.source()
    stage.check()
    _reword(stage, CAPTION.replace("En France", "En Europe"))
    assert stage.view.standing is Standing.CHANGED
    _reword(stage, CAPTION + " Et la suite.")
    assert stage.view.standing is Standing.CHECKED, "its own sentence is as it was"
    stage.source()
    assert stage.view.standing is Standing.UNCHECKED
    stage.check()
    service.keep_fetched(stage.session, stage.author, stage.claim, stage.view.sources[0], text="Une page.")
    assert stage.view.standing is Standing.UNCHECKED
    stage.check()
    service.reword(stage.session, stage.author, stage.campaign, stage.claim, words="un adulte sur dix")
    assert stage.view.standing is Standing.UNCHECKED


def test_saving_what_was_there_changes_neither_the_check_nor_the_author(stage: Stage) -> None:
    service.reword(stage.session, stage.checker, stage.campaign, stage.claim, words=WORDS)
    assert stage.claim.author_id == stage.author.person_id
    stage.source()
    stage.check()
    row = stage.view.sources[0]
    service.save_source(
        stage.session,
        stage.author,
        stage.claim,
        row,
        title=row.title,
        publisher=row.publisher,
        url=row.url,
        published_on=None,
        quote=row.quote,
        archive="",
    )
    assert stage.view.standing is Standing.CHECKED


def test_words_that_are_not_said_are_not_claimed(stage: Stage) -> None:
    assert stage.view.subject is not None
    with pytest.raises(service.NotSaid):
        service.add(stage.session, stage.author, stage.campaign, stage.view.subject, words="deux sur dix")


def test_a_removed_story_takes_its_claims_along_and_brings_them_back(stage: Stage) -> None:
    stage.source()
    stage.check()
    edit = board.remove_frame(stage.session, stage.author, stage.campaign, stage.frame.pid)
    assert stage.view.standing is Standing.GONE
    board.undo(stage.session, stage.author, stage.campaign, edit.pid)
    assert stage.view.standing is Standing.CHECKED


def test_editors_are_told_twice_before_a_check_ends(stage: Stage) -> None:
    stage.source()
    today = clock.today(stage.campaign.timezone)
    stage.check(valid_until=today + timedelta(days=20))
    stage.session.commit()
    now = clock.now()

    def told(days: int) -> int:
        with clock.frozen(now + timedelta(days=days)):
            jobs.warn_of_ends()
        with db.reading() as session:
            mails = session.exec(select(OutgoingMail).where(OutgoingMail.kind == "checks-ending")).all()
        return len(mails)

    assert [told(days) for days in (1, 6, 7, 17, 18)] == [0, 2, 2, 4, 4]
    with clock.frozen(now + timedelta(days=21)):
        assert stage.view.standing is Standing.EXPIRED


def test_dismissed_sentences_and_the_word_that_nothing_needs_a_source(stage: Stage) -> None:
    service.remove(stage.session, stage.author, stage.claim)
    stage.session.flush()
    found = lacking.fact_set(stage.session, stage.campaign, [stage.frame])
    assert (found.claims, found.unsourced, found.nothing) == (0, 1, False)
    with pytest.raises(service.Changed):
        service.state_nothing(stage.session, stage.author, stage.campaign, shown="")
    subjects = {
        one.key: one
        for one in [service.subject_of(stage.session, stage.campaign, SubjectKind.FRAME, stage.frame.pid)]
    }
    shown = service.digest_of_unsourced(lacking.unsourced(stage.session, stage.campaign, subjects))
    service.state_nothing(stage.session, stage.author, stage.campaign, shown=shown)
    found = lacking.fact_set(stage.session, stage.campaign, [stage.frame])
    assert (found.claims, found.unsourced, found.nothing) == (0, 0, True)


def _correct(stage: Stage, **values: object) -> Correction:
    told = {
        "right": "Un adulte sur onze.",
        "why": "Nous avions lu l’ancienne enquête.",
        "since": clock.today(stage.campaign.timezone),
        "source_title": "Insee",
        "source_url": "",
        **values,
    }
    return correcting.correct(stage.session, stage.checker, stage.campaign, stage.claim, **told)  # type: ignore[arg-type]


def test_a_correction_ends_the_check_and_settles_once_the_words_are_gone(stage: Stage) -> None:
    stage.source()
    stage.check()
    _correct(stage)
    assert stage.view.standing is Standing.UNCHECKED
    _reword(stage, "Un adulte sur onze lit avec peine.")
    assert stage.view.standing is Standing.SETTLED
    with pytest.raises(Conflict):
        service.remove(stage.session, stage.author, stage.claim)


def test_what_nobody_has_read_is_not_corrected(stage: Stage) -> None:
    stage.day.number = 6
    stage.session.flush()
    with pytest.raises(Conflict):
        _correct(stage)
    moderator = factories.member(stage.session, stage.organisation, Role.MODERATOR, "Odile")
    stage.checker = moderator
    with pytest.raises(Forbidden):
        _correct(stage)


def test_one_gesture_makes_the_story_that_corrects(stage: Stage) -> None:
    made = _correct(stage)
    frame = correcting.make_frame(stage.session, stage.author, stage.campaign, made)
    assert frame.day_id == stage.day.id
    assert "Un adulte sur onze." in frame.caption
    assert frame.link_url.endswith("/sources")
    assert correcting.make_frame(stage.session, stage.author, stage.campaign, made).pid == frame.pid
    subject = service.subject_of(stage.session, stage.campaign, SubjectKind.FRAME, frame.pid)
    (own,) = queries.of_subject(stage.session, stage.campaign, subject)
    assert own.is_open
    assert [one.title for one in own.sources] == ["Insee"]
