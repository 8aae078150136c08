"""Names of organisations and towns in French sentences."""

import pytest
from markupsafe import Markup

from app.core import i18n
from app.core.templating import environment


@pytest.mark.parametrize(
    ("sentence", "name", "said"),
    [
        ("Merci de votre don à %(organisation)s", "Les Lanternes", "Merci de votre don aux Lanternes"),
        ("La parole de %(organisation)s", "Le Refuge", "La parole du Refuge"),
        ("De %(organisation)s, ce jour", "Les Lanternes", "Des Lanternes, ce jour"),
        ("Une campagne de %(charity)s", "Emmaüs", "Une campagne d’Emmaüs"),
        ("Une campagne de %(organisation)s", "Élan", "Une campagne d’Élan"),
        ("heure de %(city)s", "Le Caire", "heure du Caire"),
        ("À %(organisation)s", "Emmaüs", "À Emmaüs"),
        ("Écrire à %(organisation)s", "Lesbos en vie", "Écrire à Lesbos en vie"),
        ("de %(organisation)s, « %(organisation)s »", "Le Refuge", "du Refuge, « Le Refuge »"),
        ("de %(name)s", "Le Goff", "de Le Goff"),
        ("de %(organisation)s", "Habitat", "de Habitat"),
        ("de %(organisation)s", "Les", "de Les"),
    ],
)
def test_prepositions_join_what_they_name(sentence: str, name: str, said: str) -> None:
    values = dict.fromkeys(("organisation", "charity", "city", "name"), name)
    with i18n.speaking("fr"):
        assert i18n.filled(sentence, values) == said
    with i18n.speaking("en"):
        assert i18n.filled(sentence, values) == sentence % values


def test_what_is_joined_is_still_escaped() -> None:
    with i18n.speaking("fr"):
        joined = i18n.filled(Markup("<b>de %(organisation)s</b>"), {"organisation": "Les Uns & Cie"})
    assert joined == Markup("<b>des Uns &amp; Cie</b>")


def test_pages_join_too() -> None:
    source = '{{ _("Thank you for your gift to %(organisation)s", organisation="Les Lanternes & Cie") }}'
    with i18n.speaking("fr"):
        assert environment().from_string(source).render() == "Merci de votre don aux Lanternes &amp; Cie"
