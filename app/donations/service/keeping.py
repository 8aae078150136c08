"""What ties a gift to its donor's browser or mailbox, and what they change of it afterwards."""

from sqlmodel import Session

from app.campaigns.models import Campaign
from app.donations.models import Gift, Giver, GivingPlan
from app.donations.rules import Visibility
from app.intake import queries as items
from app.intake import service as intake
from app.intake.rules import Kind
from app.intake.screening import screen_words
from app.supporters import service as supporters
from app.supporters.queries import Visit


def giver(
    session: Session, visit: Visit | None, campaign: Campaign, *, language: str, hidden: bool
) -> tuple[int, str]:
    """Whose a new gift is: the supporter's id, and the token of a new cookie or an empty text.

    A gift nobody may know of is never tied to a browser whose address we know.
    """
    if (
        visit is not None
        and visit.supporter.organisation_id == campaign.organisation_id
        and not (hidden and visit.supporter.email)
    ):
        return visit.supporter.id, ""
    made = supporters.begin(session, organisation_id=campaign.organisation_id, language=language)
    return made.id, supporters.open_visit(session, made)


def mail_links(session: Session, email: str, organisations: list[tuple[int, str]]) -> None:
    """Mail a link to `/gift` for each organisation the address gave to."""
    for organisation_id, language in organisations:
        supporter = supporters.of_mailbox(
            session, organisation_id=organisation_id, email=email, language=language
        )
        supporters.mail_link(session, supporter, page="gift", kind="gift-link")


def change(
    session: Session,
    visit: Visit,
    campaign: Campaign,
    gift: Gift,
    *,
    visibility: Visibility,
    donor_name: str,
    message: str,
) -> None:
    """Who may see the name, the name itself, and the word that came with a gift, which is read again.

    When nobody may know, name and address leave the gift; the donor's private page still finds it. A monthly
    gift changes its plan too, so that the next months are the same.
    """
    _tie(session, visit, gift, anew=visibility is Visibility.NOBODY)
    rows: list[Gift | GivingPlan] = [gift]
    if gift.plan_id is not None:
        rows.append(session.get_one(GivingPlan, gift.plan_id))
    for row in rows:
        row.visibility, row.donor_name = visibility, donor_name
        if visibility is Visibility.NOBODY:
            row.donor_name = row.donor_email = row.company = row.company_number = ""
            row.address = {}
        if isinstance(row, GivingPlan):
            _tie_plan(visit, row, anew=visibility is Visibility.NOBODY)
        session.add(row)
    if message.strip() != gift.message.strip():
        gift.message = message
        _read_again(session, campaign, gift)


def _tie(session: Session, visit: Visit, gift: Gift, *, anew: bool) -> None:
    """The page it is changed from still finds it, also once the address has left it (``anew``)."""
    giver = session.get(Giver, gift.id)
    if giver is None:
        session.add(Giver(gift_id=gift.id, supporter_id=visit.supporter.id))
    elif anew and giver.supporter_id not in visit.ids:
        giver.supporter_id = visit.supporter.id
        session.add(giver)


def _tie_plan(visit: Visit, plan: GivingPlan, *, anew: bool) -> None:
    if plan.supporter_id is None or (anew and plan.supporter_id not in visit.ids):
        plan.supporter_id = visit.supporter.id


def _read_again(session: Session, campaign: Campaign, gift: Gift) -> None:
    """Until somebody of the team has read it, nobody else does."""
    item = items.of_subject(session, Kind.GIFT_MESSAGE, gift.id)
    if not gift.message.strip():
        if item is not None:
            intake.withdraw(session, item)
        return
    screening = screen_words(session, campaign, gift.message)
    if item is None:
        intake.file(session, campaign, kind=Kind.GIFT_MESSAGE, subject_id=gift.id, screening=screening)
    else:
        intake.file_again(session, campaign, item, screening)
