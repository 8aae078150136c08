"""How a claim stands and which sentences look like facts, by table."""

from datetime import date, timedelta

import pytest

from app.claims import fetching, likely, rules
from app.claims.likely import Why
from app.claims.rules import Facts, Standing, Verdict

TODAY = date(2027, 3, 3)
TEXT = "Bonjour. Un adulte sur dix lit avec peine. Et 12 % écrivent."
SAID = "Un adulte sur dix lit avec peine."
TRUE = Facts("Un adulte sur dix", Verdict.TRUE, SAID)


@pytest.mark.parametrize(
    ("claim", "text", "stands"),
    [
        (Facts("Un adulte sur dix"), TEXT, Standing.UNCHECKED),
        (TRUE, TEXT, Standing.CHECKED),
        (Facts("Un adulte sur dix", Verdict.OPINION, SAID), TEXT, Standing.CHECKED),
        (Facts("Un adulte sur dix", Verdict.FALSE, SAID), TEXT, Standing.FAILED),
        (Facts("Un adulte sur dix", Verdict.MISLEADING, SAID), TEXT, Standing.FAILED),
        (TRUE, "Bonjour. Pas un adulte sur dix lit avec peine.", Standing.CHANGED),
        (TRUE, "Un adulte sur dix lit sans peine.", Standing.CHANGED),
        (TRUE, "Un\u00a0adulte sur  dix lit avec peine. Autre suite.", Standing.CHECKED),
        (TRUE, "Rien.", Standing.CHANGED),
        (Facts("Un adulte sur dix", corrected=True), "Rien.", Standing.SETTLED),
        (Facts("Un adulte sur dix", corrected=True), TEXT, Standing.UNCHECKED),
        (TRUE, None, Standing.GONE),
        (Facts("Un adulte sur dix", Verdict.TRUE, SAID, TODAY), TEXT, Standing.CHECKED),
        (Facts("Un adulte sur dix", Verdict.TRUE, SAID, TODAY - timedelta(days=1)), TEXT, Standing.EXPIRED),
    ],
)
def test_how_a_claim_stands(claim: Facts, text: str | None, stands: Standing) -> None:
    assert rules.standing(claim, text, TODAY) is stands


@pytest.mark.parametrize(
    ("words", "text", "said"),
    [
        ("12 %", "Soit 12\u00a0% des gens.", True),
        ("12 %", "Soit 112 % des gens.", False),
        ("200", "Soit 1 200 personnes.", False),
        ("12", "Soit 12,5 personnes.", False),
        ("12", "Soit 12 300 personnes.", False),
        ("l’école", "Dans l'école du coin.", True),
        ("art", "Une partie.", False),
        ("", "Rien.", False),
        ("une. Deux", "Une phrase. Voici une. Deux autres.", True),
    ],
)
def test_words_are_whole(words: str, text: str, *, said: bool) -> None:
    assert bool(rules.context(text, words)) is said


@pytest.mark.parametrize(
    ("sentence", "language", "why"),
    [
        ("En 2022, on comptait les absents.", "fr", Why.YEAR),
        ("4 % sont en situation d’illettrisme.", "fr", Why.SHARE),
        ("Une personne sur dix.", "fr", Why.SHARE),
        ("La moitié des élèves revient.", "fr", Why.SHARE),
        ("Des milliers de familles attendent.", "fr", Why.FIGURE),
        ("C’est la plus grande salle de la ville.", "fr", Why.SUPERLATIVE),
        ("C’est le premier atelier de France.", "fr", Why.SUPERLATIVE),
        ("La première fois, j’avais peur.", "fr", None),
        ("Rendez-vous à 18 h, jour 3.", "fr", None),
        ("Source : Insee Première nº 1993.", "fr", None),
        ("Voyez https://exemple.fr/2024/12", "fr", None),
        ("On m’a appris à lire.", "fr", None),
        ("She rejects one bike in three.", "en", Why.SHARE),
        ("In 2022, it opened.", "en", Why.YEAR),
        ("It costs £85.", "en", Why.FIGURE),
        ("The largest workshop here.", "en", Why.SUPERLATIVE),
        ("The first in the country.", "en", Why.SUPERLATIVE),
        ("The first bus was late.", "en", None),
        ("See you at 18:00 on day 3.", "en", None),
    ],
)
def test_what_looks_like_a_fact(sentence: str, language: str, why: Why | None) -> None:
    assert likely.looks_like_a_fact(sentence, language) is why


def test_what_is_claimed_or_dismissed_is_not_suggested() -> None:
    text = "Un sur dix. En 2022, ils étaient cent. Rien."
    found = likely.suggestions(text, "fr", claimed=(), dismissed=())
    assert [one.words for one in found] == ["Un sur dix.", "En 2022, ils étaient cent."]
    left = likely.suggestions(text, "fr", claimed=["Un sur dix"], dismissed=[likely.name_of(found[1].words)])
    assert left == []


def test_warnings_come_fourteen_and_three_days_before() -> None:
    ends = TODAY + timedelta(days=20)
    due = [rules.warnings_due(ends, ends - timedelta(days=days)) for days in (15, 14, 4, 3, 0)]
    assert due == [0, 1, 1, 2, 2]
    assert not rules.ends_soon(ends, TODAY)
    assert rules.ends_soon(ends, ends)
    assert not rules.ends_soon(ends, ends + timedelta(days=1))


@pytest.mark.parametrize(
    ("checker", "author", "members", "may"),
    [(1, 2, 2, True), (1, 1, 2, False), (1, 1, 1, True), (1, None, 5, True)],
)
def test_who_may_check(checker: int, author: int | None, members: int, *, may: bool) -> None:
    assert rules.may_check(checker, author, members) is may


def test_a_page_as_text() -> None:
    page = (
        "<html><head><title>T</title><style>x{}</style><script>alert('<p>no')</script><body><nav>menu</nav>"
        "<h1>Un&nbsp;sur dix</h1><p>Une <b>phrase</b>\n coupée.<br>Suite</p><ul><li>a<li>b</ul>"
    )
    assert fetching.html_to_text(page) == "Un sur dix\nUne phrase coupée.\nSuite\na\nb"
