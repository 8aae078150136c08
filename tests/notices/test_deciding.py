"""From a notice to its end: kept, claimed by one, decided with reasons, contested, decided by someone else."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from app.core import clock, db
from app.core.errors import Conflict, Forbidden
from app.intake.models import Item
from app.intake.rules import ItemState
from app.notices import counting, deciding, forgetting, queries, register, subjects
from app.notices.deciding import Judgement
from app.notices.models import Notice, NoticeDecision
from app.notices.queries import Asked
from app.notices.rules import Category, Ground, NoticeState, Outcome, Side
from app.people.models import AuditEntry
from app.people.rules import Role
from app.stories.models import Edit
from tests import factories
from tests.notices.stage import FACTS, REASON, Stage, stage

HIDE = Judgement(Outcome.HIDE, FACTS, Ground.LAW, "Act of 29 July 1881, article 29")
KEEP = Judgement(Outcome.KEEP, "The words tell a fact that a court has established.")


@pytest.fixture
def made(session: Session) -> Stage:
    return stage(session)


def _decide(made: Stage, notice: Notice, judgement: Judgement, who: str = "nora", **more: bool) -> int:
    actor = getattr(made, who)
    deciding.claim(made.session, actor, notice)
    return deciding.decide(made.session, actor, notice, judgement, version=notice.version, **more)


def test_a_notice_is_kept_with_what_it_is_about(made: Stage) -> None:
    notice = made.report()
    assert (notice.item_id, notice.campaign_id) == (made.item.id, made.campaign.id)
    assert notice.quoted == "Jean Durand stole the books."
    assert not notice.doubtful
    (receipt,) = made.mails("notice-received")
    assert receipt.recipient == "paul@example.org"
    assert notice.reference in receipt.subject
    assert "/notice/" in receipt.text
    assert "brother" not in receipt.text, "no words of the sender: the address may be a stranger's"
    assert {mail.recipient for mail in made.mails("notice-waits")} == {
        person.email for person in queries.team(made.session, notice.organisation_id)
    }


def test_the_item_may_be_named_by_its_own_id(made: Stage) -> None:
    notice = made.report(address=f"/c/{made.campaign.slug}/voices#item-{made.item.pid}")
    assert notice.item_id == made.item.id


@pytest.mark.parametrize(
    "values", [{"trap": "https://cheap.example"}, {"stamp": ""}, {"stamp": "1.forged"}, {"stamp": "hasty"}]
)
def test_what_a_machine_may_have_sent_is_kept_and_mails_nobody_at_the_address(
    made: Stage, values: dict[str, str]
) -> None:
    from app.core import stamps

    if values.get("stamp") == "hasty":
        values = {"stamp": stamps.form_stamp()}
    notice, token = made.report_with_token(**values)
    assert notice.doubtful
    assert made.mails("notice-received") == []
    known = queries.by_token(made.session, token)
    assert known is not None
    assert (known.notice.id, known.side) == (notice.id, Side.NOTIFIER)
    assert queries.waiting(made.session, notice.organisation_id) == 1


def test_the_team_hears_once_an_hour_and_the_owners_at_once_of_a_danger(made: Stage) -> None:
    for _ in range(3):
        made.report()
    assert len(made.mails("notice-waits")) == 2  # one each
    made.report(category=Category.THREAT)
    (urgent,) = made.mails("notice-urgent")
    assert urgent.recipient.startswith("alice")
    assert urgent.subject.startswith("Urgent")
    with clock.frozen(clock.now() + timedelta(hours=1)):
        made.report()
    assert len(made.mails("notice-waits")) == 4


def test_hidden_with_reasons_for_both_sides(made: Stage) -> None:
    notice = made.report()
    _decide(made, notice, HIDE)
    made.session.refresh(made.item)
    assert (made.item.state, made.item.public) == (ItemState.RESTRICTED, False)
    assert made.item.reason == "notice"
    assert notice.state is NoticeState.DECIDED
    (told,) = made.mails("notice-decided")
    assert told.recipient == "paul@example.org"
    for part in ("Hidden", "1881", FACTS, "six months", "/notice/"):
        assert part in told.text
    (statement,) = made.mails("notice-author")
    assert (statement.recipient, statement.language) == ("lea@example.org", "fr")
    for part in ("1881", FACTS, "/notice/", "moyen automatis"):
        assert part in statement.text
    assert "Paul" not in statement.text, "the author does not learn who reported"
    assert made.session.exec(select(AuditEntry.action)).all() == ["notice.decided"]


def test_kept_online_the_author_is_left_in_peace(made: Stage) -> None:
    notice = made.report()
    _decide(made, notice, KEEP)
    made.session.refresh(made.item)
    assert made.item.public
    assert made.mails("notice-author") == []
    assert len(made.mails("notice-decided")) == 1


def test_the_author_contests_and_someone_else_shows_it_again(made: Stage) -> None:
    notice = made.report()
    _decide(made, notice, HIDE)
    with pytest.raises(Conflict):
        deciding.appeal(made.session, notice, Side.NOTIFIER, "I want more than that.")
    deciding.appeal(made.session, notice, Side.AUTHOR, "A court found exactly that, last spring.")
    assert notice.state is NoticeState.APPEALED
    deciding.claim(made.session, made.nora, notice)
    with pytest.raises(Forbidden):
        deciding.decide(made.session, made.nora, notice, KEEP, version=notice.version)
    deciding.let_go(made.session, made.nora, notice)
    _decide(made, notice, KEEP, "owner")
    made.session.refresh(made.item)
    assert (made.item.state, made.item.public) == (ItemState.ACCEPTED, True)
    assert [mail.recipient for mail in made.mails("notice-author")] == ["lea@example.org"] * 2
    (appeal,) = queries.appeals(made.session, notice.id)
    assert appeal.answer_id == queries.decisions(made.session, notice.id)[1].id
    with pytest.raises(Conflict):
        deciding.appeal(made.session, notice, Side.AUTHOR, "Once more, please, I insist.")
    # The other side lost now, and may contest once too.
    deciding.appeal(made.session, notice, Side.NOTIFIER, "That judgment was about another man.")
    figures = counting.figures(made.session, notice.organisation_id, clock.now().year)
    assert (figures.appeals, figures.answered, figures.reversed) == (2, 1, 1)


def test_removed_and_upheld_stays_removed(made: Stage) -> None:
    notice = made.report()
    _decide(made, notice, Judgement(Outcome.REMOVE, FACTS, Ground.RULE, "No accusations"))
    deciding.appeal(made.session, notice, Side.AUTHOR, "It was only a joke between friends.")
    _decide(made, notice, Judgement(Outcome.REMOVE, FACTS, Ground.RULE, "No accusations"), "owner")
    made.session.refresh(made.item)
    assert made.item.state is ItemState.REJECTED
    first, second = queries.decisions(made.session, notice.id)
    assert (first.before, second.before) == (ItemState.ACCEPTED, ItemState.ACCEPTED)


def test_what_another_notice_hid_stays_hidden(made: Stage) -> None:
    one, two = made.report(), made.report(reason="It is a lie about my neighbour, who never stole.")
    _decide(made, one, HIDE)
    _decide(made, two, HIDE)
    deciding.appeal(made.session, one, Side.AUTHOR, "A court found exactly that, last spring.")
    _decide(made, one, KEEP, "owner")
    made.session.refresh(made.item)
    assert made.item.state is ItemState.RESTRICTED


def test_an_author_may_contest_for_six_months(made: Stage) -> None:
    notice = made.report()
    _decide(made, notice, HIDE)
    with clock.frozen(clock.now() + timedelta(days=184)):
        assert not deciding.may_appeal(made.session, notice, Side.AUTHOR)


def test_the_same_thing_reported_by_many_is_decided_at_once(made: Stage) -> None:
    first = made.report()
    for number in range(4):
        made.report(email=f"someone-{number}@example.org")
    other = made.report(address=f"/c/{made.campaign.slug}/days/2")
    assert _decide(made, first, HIDE, alike=True) == 5
    assert len(made.mails("notice-decided")) == 5
    assert other.state is NoticeState.RECEIVED


def test_nobody_decides_about_what_they_wrote(made: Stage) -> None:
    made.session.add(Edit(campaign_id=made.campaign.id, person_id=made.nora.person_id, label="frame.edited"))
    made.session.flush()
    notice = made.report(address=f"/c/{made.campaign.slug}/days/3")
    assert notice.item_id is None
    assert "Headline of day 3" in notice.quoted
    with pytest.raises(Forbidden):
        _decide(made, notice, HIDE)
    deciding.let_go(made.session, made.nora, notice)
    _decide(made, notice, HIDE, "owner")
    (decision,) = queries.decisions(made.session, notice.id)
    assert not decision.alone


def test_an_organisation_of_one_decides_and_says_so(session: Session) -> None:
    organisation = factories.organisation(session)
    campaign = factories.campaign(session, organisation)
    only = factories.member(session, organisation, Role.OWNER, "Alice")
    session.add(Edit(campaign_id=campaign.id, person_id=only.person_id, label="frame.edited"))
    session.flush()
    made = stage(session)
    notice = made.report(address=f"/c/{campaign.slug}")
    deciding.claim(session, only, notice)
    deciding.decide(session, only, notice, HIDE, version=notice.version)
    (decision,) = queries.decisions(session, notice.id)
    assert decision.alone


def test_a_page_of_ones_own_leaves_a_task(made: Stage) -> None:
    notice = made.report(address=f"/c/{made.campaign.slug}/days/3")
    _decide(made, notice, HIDE)
    (decision,) = queries.decisions(made.session, notice.id)
    assert decision.task_by == clock.now() + timedelta(hours=24)
    asked = Asked(tasks=True)
    assert queries.count(made.session, made.nora, asked) == 1
    deciding.done(made.session, made.nora, notice, decision.pid, "The sentence is out of the story.")
    made.session.flush()
    assert queries.count(made.session, made.nora, asked) == 0
    with pytest.raises(Conflict):
        deciding.done(made.session, made.nora, notice, decision.pid, "Again.")
    second = made.report(address=f"/c/{made.campaign.slug}/days/3")
    _decide(made, second, Judgement(Outcome.REMOVE, FACTS, Ground.LAW, "x", done="Taken out."))
    (decision,) = queries.decisions(made.session, second.id)
    assert (decision.task_by, decision.done_note) == (None, "Taken out.")


def test_one_reads_at_a_time(made: Stage) -> None:
    notice = made.report()
    deciding.claim(made.session, made.nora, notice)
    with pytest.raises(Conflict):
        deciding.claim(made.session, made.owner, notice)
    with pytest.raises(Conflict):
        deciding.decide(made.session, made.owner, notice, KEEP, version=notice.version)
    with clock.frozen(clock.now() + timedelta(minutes=31)):
        deciding.claim(made.session, made.owner, notice)
        with pytest.raises(Conflict):
            deciding.decide(made.session, made.nora, notice, KEEP, version=notice.version)


def test_two_who_decide_at_once_decide_once(made: Stage) -> None:
    """Each thread has a session of its own; whoever comes second is refused and changes nothing."""
    notice = made.report()
    pid = notice.pid
    made.session.commit()

    def decide(who: str) -> str:
        actor = getattr(made, who)
        try:
            with db.transaction() as session:
                row = queries.by_pid(session, actor, pid)
                assert row is not None
                deciding.claim(session, actor, row)
                deciding.decide(session, actor, row, KEEP, version=row.version)
        except Conflict:
            return "refused"
        return "decided"

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(decide, ["nora", "owner", "nora", "owner"]))
    assert sorted(outcomes) == ["decided", "refused", "refused", "refused"]
    with db.reading() as session:
        assert len(session.exec(select(NoticeDecision)).all()) == 1


def test_misuse_is_counted(made: Stage) -> None:
    notice = made.report()
    _decide(made, notice, Judgement(Outcome.KEEP, "It is a recipe for soup, nothing else.", unfounded=True))
    again = made.report()
    assert queries.unfounded_before(made.session, again) == 1
    assert queries.unfounded_before(made.session, made.report(email="", category=Category.CHILD)) == 0


def test_an_authority_is_told_once(made: Stage) -> None:
    notice = made.report(category=Category.THREAT)
    deciding.tell_authority(made.session, made.nora, notice, "Police, 17, call of 11:05")
    assert notice.authority_at == clock.now()
    with pytest.raises(Conflict):
        deciding.tell_authority(made.session, made.nora, notice, "Again")


def test_the_register_and_its_order(made: Stage) -> None:
    old = made.report()
    machine = made.report(trap="x")
    with clock.frozen(clock.now() + timedelta(hours=2)):
        grave = made.report(category=Category.TERROR)
    lines = queries.register(made.session, made.nora, Asked(state=NoticeState.RECEIVED))
    assert [line.notice.id for line in lines] == [grave.id, old.id, machine.id]
    assert queries.count(made.session, made.nora, Asked(category=Category.TERROR)) == 1
    assert queries.count(made.session, made.nora, Asked(campaign=made.campaign.pid)) == 3
    assert queries.count(made.session, made.nora, Asked(campaign="another")) == 0
    assert queries.count(made.session, made.nora, Asked(year=2026)) == 0


def test_the_register_as_a_file_holds_no_formula_and_no_address(made: Stage) -> None:
    notice = made.report(reason='=HYPERLINK("https://evil.example";"click here now")', name="@SUM(1)")
    _decide(made, notice, HIDE)
    text = "".join(register.register_lines(queries.register(made.session, made.nora, Asked())))
    head, row = list(csv.reader(io.StringIO(text)))
    line = dict(zip(head, row, strict=True))
    assert line["reason"].startswith("'=")
    assert line["notifier"].startswith("'@")
    assert (line["outcome"], line["ground"], line["round"]) == ("hide", "law", "1")
    assert "paul@example.org" not in text


def test_the_figures_of_a_year(made: Stage) -> None:
    first, second, third = made.report(), made.report(), made.report(category=Category.HATE)
    with clock.frozen(clock.now() + timedelta(hours=4)):
        _decide(made, first, HIDE)
    with clock.frozen(clock.now() + timedelta(hours=10)):
        _decide(made, second, Judgement(Outcome.KEEP, "A recipe for soup and nothing else.", unfounded=True))
    figures = counting.figures(made.session, third.organisation_id, clock.now().year)
    assert (figures.received, figures.open, figures.unfounded) == (3, 1, 1)
    assert figures.by_category == {Category.PERSON: 2, Category.HATE: 1}
    assert figures.outcomes == {Outcome.HIDE: 1, Outcome.KEEP: 1}
    assert figures.grounds == {"law": 1}
    assert figures.median == timedelta(hours=7)
    assert counting.figures(made.session, third.organisation_id, clock.now().year - 1).received == 0


def test_a_gift_s_message_is_answered_to_its_donor(made: Stage) -> None:
    from app.donations.models import Gift
    from app.intake.rules import Kind

    gift = Gift(
        organisation_id=made.campaign.organisation_id,
        campaign_id=made.campaign.id,
        amount_minor=1000,
        currency="EUR",
        message="For Jean, the thief.",
        donor_email="ben@example.org",
        language="en",
    )
    made.session.add(gift)
    made.session.flush()
    item = Item(
        organisation_id=made.campaign.organisation_id,
        campaign_id=made.campaign.id,
        kind=Kind.GIFT_MESSAGE,
        subject_id=gift.id,
        state=ItemState.ACCEPTED,
        public=True,
    )
    made.session.add(item)
    made.session.flush()
    notice = made.report(address=f"/c/{made.campaign.slug}#gift-{gift.pid}")
    assert notice.quoted == "For Jean, the thief."
    _decide(made, notice, HIDE)
    (statement,) = made.mails("notice-author")
    assert (statement.recipient, statement.language) == ("ben@example.org", "en")


def test_what_follows_a_restriction_follows_in_its_transaction(
    made: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A room that shows the words elsewhere takes them down with the item, and puts them back."""
    from dataclasses import replace

    seen: list[bool] = []
    known = subjects.SUBJECTS[made.item.kind]
    told = replace(known, changed=lambda _session, _actor, item: seen.append(item.public))
    monkeypatch.setitem(subjects.SUBJECTS, made.item.kind, told)  # type: ignore[arg-type]
    notice = made.report()
    _decide(made, notice, HIDE)
    deciding.appeal(made.session, notice, Side.AUTHOR, "A court found exactly that, last spring.")
    _decide(made, notice, KEEP, "owner")
    assert seen == [False, True]


def test_who_asks_to_be_forgotten_leaves_the_decision_behind(made: Stage) -> None:
    notice = made.report()
    _decide(made, notice, HIDE)
    organisation = notice.organisation_id
    assert forgetting.forget_person(made.session, organisation + 1, ["paul@example.org"], []).sent == 0
    assert notice.name
    assert forgetting.forget_person(made.session, organisation, ["paul@example.org"], []).sent == 1
    assert (notice.name, notice.email, notice.reason) == ("", "", REASON)
    forgetting.forget_person(made.session, organisation, [], [made.item.supporter_id or 0])
    (decision,) = queries.decisions(made.session, notice.id)
    made.session.refresh(decision)
    assert (decision.author_email, decision.supporter_id, decision.facts) == ("", None, FACTS)
