"""Private links, cookies and consents: who is known by what, and what an address typed into a form proves."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from app.core import clock
from app.mail.models import OutgoingMail
from app.people.models import Organisation
from app.supporters import queries, service
from app.supporters.models import Consent, Subject, Supporter, SupporterLink, SupporterVisit
from app.supporters.rules import LINK_LIFE, VISIT_LIFE
from tests import factories


@pytest.fixture
def organisation(session: Session) -> Organisation:
    return factories.organisation(session)


def begin(session: Session, organisation: Organisation, email: str = "") -> Supporter:
    return service.begin(session, organisation_id=organisation.id, language="fr", email=email)


def token_of(address: str) -> str:
    return address.rsplit("/", 1)[1]


def test_a_cookie_opens_its_own_row_until_it_ends(session: Session, organisation: Organisation) -> None:
    lucie = begin(session, organisation, " Lucie@Example.org ")
    other = begin(session, organisation, "lucie@example.org")
    token = service.open_visit(session, lucie)
    session.flush()
    visit = queries.visit(session, token)
    assert visit is not None
    assert visit.supporter.email == "lucie@example.org"
    assert list(visit.ids) == [lucie.id], "an address typed into a form opens nobody's row"
    assert other.id not in visit.ids
    with clock.frozen(clock.now() + VISIT_LIFE):
        assert queries.visit(session, token) is None


def test_who_reads_the_mailbox_sees_every_row_with_its_address(
    session: Session, organisation: Organisation
) -> None:
    first, second = (begin(session, organisation, "lucie@example.org") for _ in range(2))
    elsewhere = begin(session, factories.organisation(session, "Les Phares"), "lucie@example.org")
    visit = queries.visit(session, service.open_visit(session, first, mailed=True))
    assert visit is not None
    assert set(visit.ids) == {first.id, second.id}
    assert elsewhere.id not in visit.ids


def test_no_address_joins_nobody(session: Session, organisation: Organisation) -> None:
    first, _second = begin(session, organisation), begin(session, organisation)
    visit = queries.visit(session, service.open_visit(session, first, mailed=True))
    assert visit is not None
    assert list(visit.ids) == [first.id]


def test_another_address_ends_what_the_first_one_proved(session: Session, organisation: Organisation) -> None:
    stranger = begin(session, organisation, "victim@example.org")
    lucie = begin(session, organisation, "lucie@example.org")
    token = service.open_visit(session, lucie, mailed=True)
    link = token_of(service.new_link(session, lucie, mailed=True))
    visit = queries.visit(session, token)
    assert visit is not None
    service.give_address(session, visit, "victim@example.org")
    session.expire_all()
    again = queries.visit(session, token)
    assert again is not None
    assert not again.mailed
    assert stranger.id not in again.ids
    found = queries.link(session, link)
    assert found is not None
    assert not found[0].mailed


def test_the_same_address_again_changes_nothing(session: Session, organisation: Organisation) -> None:
    lucie = begin(session, organisation, "lucie@example.org")
    token = service.open_visit(session, lucie, mailed=True)
    visit = queries.visit(session, token)
    assert visit is not None
    service.give_address(session, visit, "lucie@example.org")
    session.expire_all()
    again = queries.visit(session, token)
    assert again is not None
    assert again.mailed


def test_a_link_is_kept_as_a_hash_and_ends(session: Session, organisation: Organisation) -> None:
    lucie = begin(session, organisation)
    token = token_of(service.new_link(session, lucie))
    session.flush()
    assert token not in repr(session.exec(select(SupporterLink)).all())
    assert queries.link(session, token) is not None
    with clock.frozen(clock.now() + LINK_LIFE + timedelta(seconds=1)):
        assert queries.link(session, token) is None
    assert queries.link(session, "nobody") is None


def test_a_link_is_mailed_to_a_known_address_only(session: Session, organisation: Organisation) -> None:
    begin(session, organisation, "lucie@example.org")
    service.mail_known(session, organisation_id=organisation.id, email="nobody@example.org")
    assert session.exec(select(OutgoingMail)).all() == []
    service.mail_known(session, organisation_id=organisation.id, email="lucie@example.org")
    (mail,) = session.exec(select(OutgoingMail)).all()
    assert mail.recipient == "lucie@example.org"
    assert "/mine/" in mail.text
    link = session.exec(select(SupporterLink)).one()
    assert link.mailed


def test_a_closed_visit_is_gone(session: Session, organisation: Organisation) -> None:
    token = service.open_visit(session, begin(session, organisation))
    service.close_visit(session, token)
    assert session.exec(select(SupporterVisit)).all() == []
    assert queries.visit(session, token) is None


def test_consents_are_logged_in_the_words_that_were_shown(
    session: Session, organisation: Organisation
) -> None:
    lucie = begin(session, organisation)
    uses = {"page": "Vous pouvez le montrer sur la page.", "story": "L’influenceuse peut le relayer."}
    service.agree(session, lucie, subject=Subject.TESTIMONIAL, subject_pid="abc", uses=uses, guardian="Anne")
    service.agree(session, lucie, subject=Subject.QUESTION, subject_pid="abc", uses={"page": "x"})
    session.flush()
    service.take_back(session, subject=Subject.TESTIMONIAL, subject_pid="abc", uses=["story"])
    session.expire_all()
    found = {one.use: one for one in queries.consents(session, Subject.TESTIMONIAL, ["abc"])}
    assert {use: one.wording for use, one in found.items()} == uses
    assert found["page"].withdrawn_at is None
    assert found["story"].withdrawn_at == clock.now()
    assert found["page"].guardian == "Anne"
    service.take_back(session, subject=Subject.TESTIMONIAL, subject_pid="abc")
    session.expire_all()
    open_ones = [one for one in session.exec(select(Consent)) if one.withdrawn_at is None]
    assert [one.subject for one in open_ones] == [Subject.QUESTION]
