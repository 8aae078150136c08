"""Addresses never die, nothing is saved over a change nobody saw, a pause keeps its first instant."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from app.campaigns import queries, service
from app.campaigns.forms import AddressForm, DetailsForm, DriveForm, split_hashtags, zones
from app.campaigns.rules import State, free_slug, is_slug, slugged
from app.core import clock
from app.core.errors import Conflict, Forbidden
from app.core.forms import Submitted
from app.people.rules import Actor, Role
from tests import factories


def _create(session: Session, actor: Actor, title: str = "La semaine de Maïa") -> object:
    return service.create(
        session,
        actor,
        title=title,
        starts_on=clock.today("Europe/Paris"),
        length=7,
        timezone="Europe/Paris",
        language="fr",
        currency="EUR",
    )


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("La semaine de Maïa", "la-semaine-de-maia"),
        ("L’œuvre, enfin !", "l-oeuvre-enfin"),
        ("Ça  va -- bien", "ca-va-bien"),
        ("日本", "campaign"),
        ("x" * 200, "x" * 60),
    ],
)
def test_a_title_becomes_an_address(title: str, slug: str) -> None:
    assert slugged(title) == slug
    assert is_slug(slug)


@pytest.mark.parametrize("text", ["", "ab", "A-b-c", "été", "a--b", "-abc", "abc-", "new", "a/b/c", "x" * 61])
def test_what_is_no_address(text: str) -> None:
    assert not is_slug(text)


def test_a_taken_address_gets_a_number() -> None:
    assert free_slug("maia", {"maia", "maia-2"}) == "maia-3"
    assert free_slug("new", set()) == "new-week"
    assert is_slug(free_slug("x" * 60, {"x" * 60}))


def test_two_campaigns_of_one_title_have_two_addresses(session: Session) -> None:
    actor = factories.member(session, factories.organisation(session))
    other = factories.member(session, factories.organisation(session, "Autre"))
    first, second = _create(session, actor), _create(session, other)
    assert first.slug != second.slug  # type: ignore[attr-defined]


def test_an_address_changes_and_the_old_one_is_never_given_away(session: Session) -> None:
    org = factories.organisation(session)
    actor = factories.member(session, org)
    campaign, other = factories.campaign(session, org), factories.campaign(session, org)
    before = campaign.slug
    service.change_slug(session, actor, campaign, slug="maia-raconte")
    assert queries.slug_now(session, before) == "maia-raconte"
    for taken in (before, "maia-raconte"):
        with pytest.raises(service.SlugTaken):
            service.change_slug(session, actor, other, slug=taken)
    service.change_slug(session, actor, campaign, slug=before)  # back to its own old one
    assert campaign.slug == before
    assert queries.slug_now(session, "maia-raconte") == before
    with pytest.raises(Conflict):
        service.change_slug(session, actor, campaign, slug="Pas Bon")


def test_a_stale_form_saves_nothing(session: Session) -> None:
    org = factories.organisation(session)
    actor, campaign = factories.member(session, org), factories.campaign(session, org)
    service.change_details(session, actor, campaign, version=1, title="Un")
    with pytest.raises(service.Stale) as stale:
        service.change_details(session, actor, campaign, version=1, title="Deux")
    assert (campaign.title, stale.value.version) == ("Un", 2)


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.FINANCE])
def test_lesser_roles_change_nothing(session: Session, role: Role) -> None:
    org = factories.organisation(session)
    actor, campaign = factories.member(session, org, role), factories.campaign(session, org)
    with pytest.raises(Forbidden):
        service.change_details(session, actor, campaign, version=1, title="Un")
    with pytest.raises(Forbidden):
        service.change_slug(session, actor, campaign, slug="autre-adresse")


def test_a_closed_campaign_stays(session: Session) -> None:
    org = factories.organisation(session)
    actor, campaign = factories.member(session, org), factories.campaign(session, org, state=State.CLOSED)
    with pytest.raises(Conflict):
        service.change_details(session, actor, campaign, version=1, title="Un")


def test_the_drive_keeps_its_currency_and_hour_once_open(session: Session) -> None:
    org = factories.organisation(session)
    actor = factories.member(session, org)
    campaign = factories.campaign(session, org, drive_opened_at=clock.now(), state=State.DRIVE)
    with pytest.raises(Conflict):
        service.change_details(session, actor, campaign, version=1, currency="GBP")
    with pytest.raises(Conflict):
        service.change_drive(
            session, actor, campaign, version=1, drive_day=6, drive_opens=campaign.drive_opens
        )


def test_anyone_of_the_team_pauses_and_a_publisher_resumes(session: Session) -> None:
    org = factories.organisation(session)
    moderator = factories.member(session, org, Role.MODERATOR, "Bob")
    owner, campaign = factories.member(session, org), factories.campaign(session, org)
    service.pause(session, moderator, campaign, reason="rumeur", statement="Nous vérifions.")
    first = campaign.paused_at
    with clock.frozen(clock.now() + timedelta(minutes=5)):
        service.pause(session, moderator, campaign, reason="encore", statement="Nous vérifions.")
    assert campaign.paused_at == first
    with pytest.raises(Forbidden):
        service.resume(session, moderator, campaign)
    service.resume(session, owner, campaign)
    assert campaign.paused_at is None


def test_a_draft_has_nothing_to_pause(session: Session) -> None:
    org = factories.organisation(session)
    actor, campaign = factories.member(session, org), factories.campaign(session, org, state=State.DRAFT)
    with pytest.raises(Conflict):
        service.pause(session, actor, campaign, reason="x", statement="y")


def test_hashtags_as_people_type_them() -> None:
    assert split_hashtags("#Lire, LesLanternes #Lire ") == ["Lire", "LesLanternes"]


def _drive(**values: list[str]) -> Submitted:
    fields = {
        "version": ["1"],
        "currency": ["EUR"],
        "drive_day": ["7"],
        "drive_opens": ["10:00"],
        "drive_close_days": ["7"],
        **values,
    }
    return Submitted(fields, {})


def test_amounts_and_shares_are_read_as_people_write_them() -> None:
    form = _drive(
        goal=["25 000 €"],
        suggested=["40", "", "12,50"],
        use_label=["Atelier", "", "Frais"],
        use_percent=["94 %", "", "6"],
    ).parse(DriveForm)
    assert form.data is not None
    columns = form.data.columns()
    assert columns["goal_minor"] == 2_500_000
    assert columns["suggested_minor"] == [1250, 4000]
    assert columns["money_use"] == [{"label": "Atelier", "percent": 94}, {"label": "Frais", "percent": 6}]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"goal": ["beaucoup"]}, "goal"),
        ({"goal": ["0"]}, "goal"),
        ({"suggested": ["12,505", "", ""]}, "suggested"),
        ({"use_label": ["Atelier"], "use_percent": [""]}, "use_percent"),
        ({"use_label": [""], "use_percent": ["50"]}, "use_percent"),
        ({"use_label": ["A"], "use_percent": ["101"]}, "use_percent"),
        ({"drive_close_days": ["61"]}, "drive_close_days"),
        ({"drive_opens": ["25:00"]}, "drive_opens"),
        ({"currency": ["XXX"]}, "currency"),
        ({"state": ["closed"]}, "form"),
    ],
)
def test_a_bad_drive_is_refused_beside_the_field(values: dict[str, list[str]], field: str) -> None:
    form = _drive(**values).parse(DriveForm)
    assert form.data is None
    assert field in form.errors
    assert str(form.errors[field])


@pytest.mark.parametrize("text", ["a\nb", "é", "new"])
def test_a_bad_address_is_refused(text: str) -> None:
    assert Submitted({"slug": [text]}, {}).parse(AddressForm).data is None


def test_a_hashtag_with_a_space_or_a_sign_is_refused() -> None:
    form = Submitted(
        {"version": ["1"], "title": ["Titre"], "language": ["fr"], "hashtags": ["#bien #mal-"]}, {}
    ).parse(DetailsForm)
    assert "hashtags" in form.errors


def test_zones_are_cities() -> None:
    assert "Europe/Paris" in zones()
    assert "Etc/GMT+3" not in zones()
