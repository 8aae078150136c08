"""Erasure leaves no trace but what the law keeps, and lists it; a copy holds everything, and only theirs."""

import io
import json
import zipfile

import pytest
from sqlmodel import Session, select

from app.campaigns.rules import State
from app.core.db import reading
from app.core.errors import Forbidden
from app.donations.models import Gift
from app.donations.rules import Visibility
from app.influencers.models import Influencer
from app.influencers.rules import Agreement
from app.people.models import AuditEntry
from app.people.rules import Role
from app.privacy import service
from app.privacy.base import Subject
from app.privacy.models import Erasure
from app.supporters import queries as supporters
from app.supporters import service as supporters_service
from app.supporters.models import Consent, Supporter
from tests import factories
from tests.privacy import stage
from tests.privacy.stage import EMAIL, NAME

TRACES = (EMAIL, NAME, "lucie", "marchand")


def test_an_erasure_leaves_no_trace_but_what_the_law_keeps(session: Session) -> None:
    owner, campaign = stage.everything(session)
    session.commit()
    assert all(trace in stage.dump().lower() for trace in ("lucie", "marchand")), "the dump would show it"
    done = service.erase(session, service.of_address(session, owner.organisation_id, EMAIL.upper()), owner)
    session.commit()
    dumped = stage.dump().lower()
    assert [trace for trace in TRACES if trace.lower() in dumped] == []
    assert {one["count"] for one in done.kept} == {1}
    assert [one["what"].split(":")[0] for one in done.kept] == [
        "Gifts",
        "That a consent was given and withdrawn, and in which words; not by whom",
    ]
    with reading() as fresh:
        paid, unpaid = fresh.exec(select(Gift).order_by(Gift.id))  # type: ignore[arg-type]
        assert (paid.amount_minor, paid.campaign_id) == (4_000, campaign.id)
        assert paid.visibility is unpaid.visibility is Visibility.NOBODY
        assert fresh.exec(select(Supporter)).all() == []
        consent = fresh.exec(select(Consent)).one()
        assert consent.supporter_id is None
        assert consent.withdrawn_at is not None


def test_an_erasure_is_noted_without_a_name(session: Session) -> None:
    owner, _ = stage.everything(session)
    service.erase(session, service.of_address(session, owner.organisation_id, EMAIL))
    session.commit()
    with reading() as fresh:
        done = fresh.exec(select(Erasure)).one()
        assert done.by_person is None
        assert done.counts["gifts"] == 2
        entry = fresh.exec(select(AuditEntry).where(AuditEntry.action == "privacy.erased")).one()
        assert entry.subject == ""


def test_only_an_owner_erases_for_others(session: Session) -> None:
    owner, _ = stage.everything(session)
    editor = factories.member(session, factories.organisation(session, "Autre"), Role.EDITOR)
    with pytest.raises(Forbidden):
        service.erase(session, Subject(owner.organisation_id, frozenset({EMAIL})), editor)
    session.commit()
    assert EMAIL in stage.dump()


def test_another_organisation_keeps_its_own(session: Session) -> None:
    owner, _ = stage.everything(session)
    other = factories.organisation(session, "Les Phares")
    theirs = factories.campaign(session, other)
    kept = stage.gift(session, theirs)
    stage.supporter(session, other)
    service.erase(session, service.of_address(session, owner.organisation_id, EMAIL))
    session.refresh(kept)
    assert kept.donor_email == EMAIL
    assert len(supporters.with_emails(session, other.id, [EMAIL])) == 1


@pytest.mark.parametrize("state", [State.READY, State.LIVE, State.DRIVE])
def test_who_is_with_a_running_campaign_stays_until_they_leave_it(session: Session, state: State) -> None:
    owner, campaign = stage.everything(session)
    campaign.state = state
    session.add(campaign)
    done = service.erase(session, service.of_address(session, owner.organisation_id, EMAIL))
    person = session.exec(select(Influencer)).one()
    assert person.email == EMAIL
    assert any("running" in one["what"] or "runs" in one["what"] for one in done.kept)


def test_a_paid_agreement_stays_in_the_books(session: Session) -> None:
    owner, _ = stage.everything(session)
    person = session.exec(select(Influencer)).one()
    person.agreement, person.agreement_value_minor = Agreement.PAID, 50_000
    session.add(person)
    service.erase(session, service.of_address(session, owner.organisation_id, EMAIL))
    assert (person.name, person.agreement_value_minor) == (NAME, 50_000)
    assert (person.email, person.tie, person.handles) == ("", "", [])


def test_a_browser_without_the_mailbox_speaks_for_itself_alone(session: Session) -> None:
    owner, _ = stage.everything(session)
    typed = supporters_service.begin(
        session, organisation_id=owner.organisation_id, language="fr", email=EMAIL
    )
    visit = supporters.visit(session, supporters_service.open_visit(session, typed))
    assert visit is not None
    subject = service.of_visit(visit)
    assert subject.emails == frozenset()
    assert subject.supporter_ids == (typed.id,)
    service.erase(session, subject)
    session.commit()
    assert EMAIL in stage.dump(), "the gifts and the other browser are somebody else's to erase"


def test_the_mailbox_speaks_for_everything_with_its_address(session: Session) -> None:
    stage.everything(session)
    row = session.exec(select(Supporter)).one()
    visit = supporters.visit(session, supporters_service.open_visit(session, row, mailed=True))
    assert visit is not None
    service.erase(session, service.of_visit(visit))
    session.commit()
    dumped = stage.dump().lower()
    assert [trace for trace in TRACES if trace.lower() in dumped] == []


def test_a_copy_holds_everything_and_only_theirs(session: Session) -> None:
    owner, campaign = stage.everything(session)
    stage.gift(session, campaign, donor_name="Someone Else", donor_email="else@example.org", message="")
    data = service.copy(session, service.of_address(session, owner.organisation_id, EMAIL))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = {name: archive.read(name).decode() for name in archive.namelist()}
    assert set(found) == {
        "README.txt",
        "gifts.json",
        "influencers.json",
        "invitations.json",
        "supporter.json",
    }
    gifts = json.loads(found["gifts.json"])
    assert [one["amount_minor"] for one in gifts] == [4_000, 4_000]
    assert all(one["email"] == EMAIL for one in gifts)
    assert "else@example.org" not in "".join(found.values())
    assert json.loads(found["supporter.json"])[0]["consents"][0]["guardian"] == NAME


def test_mails_are_shown_to_who_reads_the_mailbox_and_to_nobody_else(session: Session) -> None:
    owner, _ = stage.everything(session)
    asked = service.of_address(session, owner.organisation_id, EMAIL)
    assert "mails" not in {one.name for one in service.held(session, asked)}
    row = session.exec(select(Supporter)).one()
    visit = supporters.visit(session, supporters_service.open_visit(session, row, mailed=True))
    assert visit is not None
    assert "mails" in {one.name for one in service.held(session, service.of_visit(visit))}
