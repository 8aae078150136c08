"""The team chooses, draws and relays: only what was agreed to, in one gesture, and undone when its author says so."""

import io
import re

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from sqlmodel import Session, select

from app.campaigns.models import Campaign
from app.core import db
from app.core.errors import Conflict
from app.core.i18n import french_spacing
from app.intake.rules import ItemState
from app.moderation.desks import DESKS
from app.people.rules import Role
from app.print import cards, typesetting
from app.stories.models import Frame
from app.testimonials import models, queries, service
from app.testimonials.rules import Naming, Place, Use, Why, Words
from tests import factories
from tests.house.poison import VECTORS
from tests.testimonials.scenes import WORDS, Scene


@pytest.fixture
def scene(session: Session) -> Scene:
    return Scene(session)


def relay(client: TestClient, scene: Scene, row: models.Testimonial, csrf: str, **values: str) -> int:
    data = {"csrf": csrf, "day": "4", "language": "fr", "do": "week", **values}
    url = f"/studio/campaigns/{scene.campaign.pid}/voices/{row.pid}/relay"
    return client.post(url, data=data).status_code


def test_one_gesture_puts_a_card_into_the_week(session: Session, scene: Scene, client: TestClient) -> None:
    row = scene.accept(scene.told())
    csrf = factories.sign_in(session, client, scene.owner)
    assert relay(client, scene, row, csrf) == 303
    with db.reading() as fresh:
        frame = fresh.exec(select(Frame)).one()
        words = french_spacing(WORDS)
        assert words in frame.alt_text
        assert frame.caption.startswith(f"{words}\n— Leïlakestrel")
        assert frame.link_url.endswith("/c/maia/voices")
        card = fresh.exec(select(models.Card)).one()
        assert frame.media_id == card.media_id
        places = {use.place for use in fresh.exec(select(models.TestimonialUse)).all()}
        assert places == {Place.PAGE, Place.REPORT, Place.CARD, Place.FRAME}
    assert relay(client, scene, row, csrf) == 409, "it stands in the week already"


@pytest.mark.parametrize(("role", "status"), [(Role.MODERATOR, 403), (Role.FINANCE, 403), (Role.EDITOR, 303)])
def test_editors_relay(session: Session, scene: Scene, client: TestClient, role: Role, status: int) -> None:
    row = scene.accept(scene.told())
    csrf = factories.sign_in(session, client, factories.member(session, scene.organisation, role))
    assert relay(client, scene, row, csrf, do="card") == status


def test_another_organisation_finds_nothing(session: Session, scene: Scene, client: TestClient) -> None:
    row = scene.accept(scene.told())
    stranger = factories.member(session, factories.organisation(session, "Les Phares"))
    csrf = factories.sign_in(session, client, stranger)
    assert relay(client, scene, row, csrf) == 404


def test_without_consent_or_acceptance_no_card_is_drawn(session: Session, scene: Scene) -> None:
    waiting = scene.told()
    silent = scene.accept(scene.told(text="Une autre histoire de rue.", uses=frozenset({Use.PAGE})))
    for row in (waiting, silent):
        with pytest.raises(service.NotAgreed):
            scene.drawn(row)
    private = scene.accept(scene.told(text="Rien pour la page.", uses=frozenset({Use.REPORT})))
    with pytest.raises(service.NotAgreed):
        service.feature(session, scene.owner, scene.campaign, private, on=True)


def test_a_change_of_the_words_ends_what_shows_the_former(session: Session, scene: Scene) -> None:
    row = scene.accept(scene.told())
    scene.drawn(row)
    scene.in_week(row)
    words = Words(
        text="Autrement dit.", naming=Naming.ANONYMOUS, uses=frozenset({Use.PAGE}), may_correct=True
    )
    item = scene.item(row)
    again = service.change(
        session, scene.campaign, row, item, scene.supporter, words, screening=scene.screened(words)
    )
    assert again
    assert (item.state, item.public) == (ItemState.PENDING, False)
    assert session.exec(select(Frame)).all() == []
    assert session.exec(select(models.Card)).all() == []
    shown = DESKS[item.kind].show(session, [item])[item.id]
    assert shown.before["text"] == WORDS
    assert shown.text == "Autrement dit."


def test_a_consent_taken_back_ends_its_use_alone(session: Session, scene: Scene, client: TestClient) -> None:
    row = scene.accept(scene.told())
    service.feature(session, scene.owner, scene.campaign, row, on=True)
    scene.drawn(row)
    words = Words(
        text=WORDS,
        naming=Naming.FIRST_NAME,
        name="Leïlakestrel",
        uses=frozenset({Use.STORY}),
        may_correct=True,
    )
    again = service.change(
        session, scene.campaign, row, scene.item(row), scene.supporter, words, screening=scene.screened(words)
    )
    session.commit()
    assert not again
    assert "Kestrel" not in client.get("/c/maia/voices").text + client.get("/c/maia").text
    assert len(queries.relayed(session, scene.campaign)) == 1


def test_what_never_was_public_ends_nothing(session: Session, scene: Scene) -> None:
    row = scene.told()
    assert service.withdraw(session, scene.campaign, row) == []


def test_a_consent_to_the_report_ends_by_itself(session: Session, scene: Scene) -> None:
    row = scene.accept(scene.told())
    ended = service.recall(session, scene.campaign, row, [Use.REPORT], Why.CONSENT)
    assert [one.place for one in ended] == [Place.REPORT]
    assert service.recall(session, scene.campaign, row, [Use.REPORT], Why.CONSENT) == []


def test_a_moderator_corrects_only_with_consent(session: Session, scene: Scene) -> None:
    row, other = scene.told(), scene.told(text="Laissez mes fautes tranquil.", may_correct=False)
    desk = DESKS[scene.item(row).kind]
    desk.edit(session, scene.owner, scene.item(row), {"text": "Corrigé."})
    assert (row.text, row.original["text"]) == ("Corrigé.", WORDS)
    with pytest.raises(Conflict):
        desk.edit(session, scene.owner, scene.item(other), {"text": "Corrigé."})


def test_the_data_for_the_report_hold_what_was_agreed(
    session: Session, scene: Scene, client: TestClient
) -> None:
    scene.accept(scene.told(text="=HYPERLINK(1)", naming=Naming.ANONYMOUS, name="Secret"))
    scene.accept(scene.told(text="Pas pour le bilan.", uses=frozenset({Use.PAGE})))
    scene.told(text="Pas encore lu, mais d’accord.")
    factories.sign_in(session, client, scene.owner)
    told = client.get(f"/studio/campaigns/{scene.campaign.pid}/voices.csv").text
    assert "'=HYPERLINK(1)" in told
    assert "Secret" not in told
    assert "Pas" not in told


LONG = "Une phrase qui raconte la rue, la plaque et la lettre de la mairie. " * 28


def quotation(text: str, weekday: int = 2, days: int = 7) -> cards.Quotation:
    house = typesetting.House(
        kicker="Témoignage",
        language="fr",
        weekday=weekday,
        week=[_Day(number, number - 1) for number in range(1, days + 1)],
        title="La semaine de Maïa",
        organisation="Les Lanternes",
        address="exemple.example/c/maia",
    )
    return cards.Quotation(text=text, who="Leïla", text_language="fr", house=house)


@pytest.mark.parametrize(
    ("text", "count"), [("Bref.", 1), (LONG[:680], 1), (LONG[:1200], 2), (LONG[:1900], 3)]
)
def test_long_words_take_more_cards_rather_than_small_letters(text: str, count: int) -> None:
    drawn = cards.draw(quotation(text))
    assert len(drawn) == count
    assert " ".join(one.text for one in drawn).replace("\u00a0", " ").split() == text.split()
    for one in drawn:
        with Image.open(io.BytesIO(one.png)) as picture:
            assert picture.size == (typesetting.WIDTH, typesetting.HEIGHT)


@pytest.mark.parametrize("weekday", range(7))
def test_no_word_stands_where_instagram_lays_its_own(weekday: int) -> None:
    drawn = cards.draw(quotation(LONG[:1900], weekday))
    for one in drawn:
        with Image.open(io.BytesIO(one.png)) as picture:
            top = picture.convert("RGB").crop((0, 0, typesetting.WIDTH, typesetting.SAFE_TOP))
            foot = picture.convert("RGB").crop(
                (0, typesetting.HEIGHT - typesetting.SAFE_BOTTOM, typesetting.WIDTH, typesetting.HEIGHT)
            )
            assert len(top.getcolors() or []) == 1
            assert len(foot.getcolors() or []) == 1


def test_a_long_word_stays_on_the_card() -> None:
    drawn = cards.draw(quotation("Anticonstitutionnellement, je lis."))
    with Image.open(io.BytesIO(drawn[0].png)) as picture:
        edge = picture.convert("RGB").crop((typesetting.WIDTH - 60, 400, typesetting.WIDTH, 1500))
        assert len(edge.getcolors() or []) == 1


def test_what_is_written_is_never_read_as_code() -> None:
    text = "#let x = 1 *gras* $y$ \\ #panic() <b>"
    assert cards.draw(quotation(text, days=1))[0].text == text


def test_every_vector_stays_words_on_a_card() -> None:
    printable = [one for one in VECTORS if not re.search(r"[\uff00-\uffef]", one)]  # no typeface has those
    assert len(printable) > 100
    for start in range(0, len(printable), 8):
        text = " ".join(printable[start : start + 8])
        drawn = cards.draw(quotation(text))
        said = " ".join(one.text for one in drawn).split()
        assert said == typesetting.plain(text, "fr").split()


def test_letters_the_typeface_lacks_are_refused_and_emoji_left_out() -> None:
    with pytest.raises(typesetting.Unprintable):
        cards.draw(quotation("مرحبا"))
    assert typesetting.printable("Merci 🙂 !") == "Merci !"


class _Day:
    def __init__(self, number: int, weekday: int) -> None:
        self.number, self.weekday, self.short, self.state = number, weekday, "lun.", "coming"


def test_a_closed_campaign_takes_no_story(session: Session, scene: Scene) -> None:
    row = scene.accept(scene.told())
    scene.drawn(row)
    campaign: Campaign = scene.campaign
    campaign.state = campaign.state.CLOSED
    with pytest.raises(Conflict):
        scene.in_week(row)
