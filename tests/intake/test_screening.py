"""What a machine sees in a text: signals, masks, languages, the lists of words, floods and repeats."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from app.campaigns.models import Campaign
from app.campaigns.rules import Policy
from app.core import clock, stamps
from app.intake import finders, languages, lexicon, rules, screening, service
from app.intake.models import Item, LexiconWord
from app.intake.rules import ItemState, Kind, Recent, Signal, Watch
from app.intake.screening import Sent, screen
from tests import factories
from tests.intake.proving import solved


def stamp(*, ago: int = 60) -> str:
    with clock.frozen(clock.now() - timedelta(seconds=ago)):
        return stamps.form_stamp()


def sent(text: str, *, address: str = "192.0.2.1", agent: str = "Firefox", proof: str = "") -> Sent:
    return Sent(text=text, address=address, agent=agent, stamp=stamp(), proof=proof)


@pytest.fixture
def campaign(session: Session) -> Campaign:
    return factories.campaign(session, factories.organisation(session))


def arrive(session: Session, campaign: Campaign, number: int, said: Sent) -> Item:
    seen = screen(session, campaign, said)
    return service.file(session, campaign, kind=Kind.QUESTION, subject_id=number, screening=seen)


@pytest.mark.parametrize(
    ("text", "signal", "left"),
    [
        ("Écrivez à lea.dupont@example.org svp", Signal.EMAIL, "Écrivez à •••• svp"),
        ("lea (at) example.org", Signal.EMAIL, "••••"),
        ("Appelez le 06 12 34 56 78 le soir", Signal.PHONE, "Appelez le •••• le soir"),
        ("+44 20 7946 0958", Signal.PHONE, "••••"),
        ("call (202) 555-0143 now", Signal.PHONE, "call •••• now"),
        ("Il habite 12 bis rue des Forges, 59100 Roubaix", Signal.ADDRESS, "Il habite ••••"),
        ("She lives at 221 Baker Street today", Signal.ADDRESS, "She lives at •••• today"),
        ("voir https://example.com/x?y", Signal.LINK, "voir https://example.com/x?y"),
        ("allez sur win-big.xyz/promo", Signal.LINK, "allez sur win-big.xyz/promo"),
    ],
)
def test_what_a_text_carries_is_found_and_personal_data_masked(text: str, signal: Signal, left: str) -> None:
    assert finders.find(text)[signal] == 1
    assert finders.masked(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "J’ai appris à lire à 19 ans, en 2 ans.",
        "En 2027, 25 000 000 personnes, soit 3,5 %.",
        "Le 12/03/2027 à 10 h 30, day 3 of the week.",
        "Merci.Et bravo à toutes et tous",
    ],
)
def test_ordinary_figures_are_nothing(text: str) -> None:
    assert not any(finders.find(text).values())


def test_no_text_makes_the_search_slow() -> None:
    for text in ("a" * 20_000, "1 " * 10_000, "a." * 10_000, "1 a " * 5_000, "@" * 20_000):
        finders.find(text)
        finders.masked(text)


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("Quel CONNARD", 1),
        ("c0nn@rd", 1),
        ("connnnnard !", 1),
        ("c.o.n.n.a.r.d", 1),
        ("va-mourir", 1),
        ("Nique  ta mère", 1),
        ("you should kill yourself", 1),
        ("retourne dans ton pays", 1),
        ("Ma grand-mère a su lire à cinquante ans.", 0),
        ("Je suis allé à Scunthorpe", 0),
        ("un député dispute la réputation", 0),
        ("la chinoiserie, the spice, the bitchumen", 0),
    ],
)
def test_attacks_are_found_through_disguise_and_innocent_words_are_not(
    session: Session, text: str, hits: int
) -> None:
    assert lexicon.of_organisation(session, 1).search(text).hostile == hits


def test_an_organisation_adds_and_allows_words(session: Session, campaign: Campaign) -> None:
    def word(text: str, watch: Watch) -> None:
        row = LexiconWord(organisation_id=campaign.organisation_id, word=text, watch=watch)
        session.add(row)
        session.flush()

    word("Moïse Kandé", Watch.PERSONAL)
    word("mangeurs de soupe", Watch.HOSTILE)
    word("Pute", Watch.ALLOWED)
    words = lexicon.of_organisation(session, campaign.organisation_id)
    assert words.search("Bande de mangeurs de soupe").hostile == 1
    assert words.search("le mot pute").hostile == 0
    seen = screen(session, campaign, sent("Hier moise kande est passé, merci à lui"))
    assert seen.excerpt == "Hier •••• est passé, merci à lui"
    assert Signal.PERSONAL in seen.signals
    other = factories.organisation(session, "Les Autres")
    assert lexicon.of_organisation(session, other.id).search("mangeurs de soupe").hostile == 0


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("J’ai appris à lire à trente ans, merci", "fr"),
        ("Thank you for this story, it made me cry", "en"),
        ("Ich finde das gut und danke euch", "de"),
        ("Moi aussi", ""),
        ("👏👏👏", ""),
        ("ok super cool mdr", ""),
    ],
)
def test_the_language_is_told_only_from_enough(text: str, language: str) -> None:
    assert languages.detect(text) == language


def test_an_ordinary_text_with_proof_carries_nothing(session: Session, campaign: Campaign) -> None:
    seen = screen(session, campaign, sent("J’ai appris à lire à trente ans, merci", proof=solved()))
    assert (dict(seen.signals), seen.language, seen.urgency, seen.robot) == ({}, "fr", 2, False)


def test_without_script_a_text_is_taken_and_never_shown_unread(session: Session) -> None:
    campaign = factories.campaign(session, factories.organisation(session), moderation=Policy.POST)
    shown = arrive(session, campaign, 1, sent("J’ai appris à lire à trente ans", proof=solved()))
    waits = arrive(session, campaign, 2, sent("Ma voisine a appris à lire cet hiver"))
    assert (shown.public, waits.public) == (True, False)
    assert service.signals(waits) == [Signal.UNPROVEN]
    campaign.moderation = Policy.PRE
    assert service.close_door(session, campaign) == 1
    session.refresh(shown)
    assert not shown.public


@pytest.mark.parametrize(
    ("signals", "place"),
    [
        (set(), 2),
        ({Signal.LANGUAGE, Signal.LINK}, 2),
        ({Signal.UNPROVEN}, 1),
        ({Signal.HOSTILE}, 3),
        ({Signal.PHONE, Signal.UNPROVEN}, 3),
        ({Signal.HASTE, Signal.UNPROVEN}, 0),
        ({Signal.FLOOD, Signal.HOSTILE}, 0),
        ({Signal.REPEATED}, 0),
    ],
)
def test_what_may_hurt_comes_first_and_noise_last(signals: set[Signal], place: int) -> None:
    assert rules.urgency(signals) == place


@pytest.mark.parametrize(
    ("recent", "proven", "flood"),
    [
        (Recent(0, 0, 0), False, False),
        (Recent(4, 4, 199), False, False),
        (Recent(5, 5, 5), False, True),
        (Recent(0, 10, 10), False, True),
        (Recent(0, 0, 200), False, True),
        (Recent(11, 400, 10_000), True, False),
        (Recent(12, 0, 0), True, True),
    ],
)
def test_a_flood_is_told_by_browser_network_and_campaign(
    recent: Recent, *, proven: bool, flood: bool
) -> None:
    assert rules.floods(recent, proven=proven) is flood


def test_a_flood_takes_its_beginning_along(session: Session) -> None:
    campaign = factories.campaign(session, factories.organisation(session), moderation=Policy.POST)
    voices = [f"La voix numéro {n} parle de tout autre chose {n}" for n in range(13)]
    items = [arrive(session, campaign, n, sent(text, proof=solved())) for n, text in enumerate(voices)]
    assert {item.urgency for item in items} == {0}
    assert not any(item.public for item in items)
    neighbour = sent("Moi aussi j’ai appris tard, merci", agent="Safari", proof=solved())
    assert arrive(session, campaign, 99, neighbour).public


def test_repeats_are_counted_and_an_authors_own_words_are_not_a_repeat(
    session: Session, campaign: Campaign
) -> None:
    first = arrive(session, campaign, 1, sent("Arnaque, ne donnez rien du tout", proof=solved()))
    second = arrive(session, campaign, 2, sent("ARNAQUE ! Ne donnez... rien du tout", proof=solved()))
    assert (first.alike, second.alike, second.urgency) == (0, 1, 0)
    seen = screen(session, campaign, sent("Arnaque, ne donnez rien du tout", proof=solved()))
    service.file_again(session, campaign, second, seen)
    assert second.alike == 1, "the first of them, not itself"
    first.state = ItemState.RETURNED
    alone = arrive(session, campaign, 3, sent("Je voudrais savoir où va l’argent", proof=solved()))
    service.file_again(
        session, campaign, alone, screen(session, campaign, sent("Je voudrais savoir où va l’argent"))
    )
    assert alone.alike == 0
    assert Signal.REPEATED not in service.signals(alone)


def test_a_form_shown_again_keeps_its_first_instant() -> None:
    first = stamp(ago=30)
    assert stamps.form_stamp(first) == first
    assert stamps.form_stamp("forged.stamp") != "forged.stamp"
    assert timedelta(seconds=30) > screening.MIN_TYPING
