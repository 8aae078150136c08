"""What is kept, under which name, and how files name each other; by table."""

import pytest

from app.archive import rules
from app.archive.rules import Fate, Site, Target

SITE = Site("https://give.example", "hope", "fr", "org1")
HERE = Target("/c/hope", "", "fr")


@pytest.mark.parametrize(
    ("address", "fate"),
    [
        ("/c/hope", Fate.KEPT),
        ("/c/hope?lang=en#follow", Fate.KEPT),
        ("https://give.example/c/hope/impact", Fate.KEPT),
        ("/c/hope/ledger.csv", Fate.KEPT),
        ("/c/hope/voices/live/abc", Fate.KEPT),
        ("/privacy", Fate.KEPT),
        ("/media/abc/full.webp", Fate.KEPT),
        ("/c/hope/donate?amount=2000", Fate.DROPPED),
        ("/c/hope/follow", Fate.DROPPED),
        ("/c/hope/overlay", Fate.DROPPED),
        ("/c/hope/overlay/stream", Fate.DROPPED),
        ("/c/hope/voices/live/abc/stream", Fate.DROPPED),
        ("/c/hope/voices/live/abc/state", Fate.DROPPED),
        ("/c/hope/mine", Fate.OUTSIDE),
        ("/c/hopeful", Fate.OUTSIDE),
        ("/c/other/impact", Fate.OUTSIDE),
        ("/studio", Fate.OUTSIDE),
        ("https://elsewhere.example/c/hope", Fate.OUTSIDE),
        ("http://give.example/c/hope", Fate.OUTSIDE),
        ("/gift", Fate.OUTSIDE),
    ],
)
def test_what_becomes_of_a_link(address: str, fate: Fate) -> None:
    assert SITE.target(address, seen_from=HERE)[0] is fate


@pytest.mark.parametrize(
    ("address", "media_type", "name"),
    [
        ("/c/hope", "text/html", "index.html"),
        ("/c/hope/days/3?ok=told&told=secret#challenge", "text/html", "days/3.html"),
        ("/c/hope/voices?number=2#voices", "text/html", "voices-number-2.html"),
        ("/c/hope/voices?number=1", "text/html", "voices.html"),
        (
            "/c/hope/voices/questions?show=answered&number=2",
            "text/html",
            "voices/questions-number-2-show-answered.html",
        ),
        ("/c/hope/ledger.csv", "text/csv", "ledger.csv"),
        ("/c/hope/log.json", "application/json", "log.json"),
        ("/privacy?org=org1", "text/html", "about/privacy.html"),
        ("/media/abc/full.webp", "image/webp", "media/abc/full.webp"),
        ("/media/abc/voice", "audio/mp4", "media/abc/voice.m4a"),
        ("/assets/1234/fonts/a.woff2", "font/woff2", "assets/fonts/a.woff2"),
        ("/c/hope/../../etc/passwd", "text/html", "etc/passwd.html"),
    ],
)
def test_the_name_of_a_file(address: str, media_type: str, name: str) -> None:
    target = (
        Target(*address.partition("?")[::2], "fr")
        if ".." in address
        else SITE.target(address, seen_from=HERE)[1]
    )
    assert SITE.name(target, media_type) == name
    if "/assets" not in address and "/media" not in address:
        other = Target(target.path, target.query, "en")
        assert SITE.name(other, media_type, own=False) == f"en/{name}"


def test_a_link_without_a_language_keeps_its_page_s() -> None:
    english = Target("/c/hope/impact", "", "en")
    assert SITE.target("/c/hope/ledger.csv", seen_from=english)[1].language == "en"
    assert SITE.target("/c/hope?lang=fr", seen_from=english)[1].language == "fr"
    assert SITE.target("/media/abc/full.webp", seen_from=english)[1] == Target(
        "/media/abc/full.webp", "", "fr"
    )


def test_the_house_speaks_of_the_campaign_s_own_organisation() -> None:
    target = SITE.target("/privacy?org=another", seen_from=HERE)[1]
    assert SITE.address(target) == "/privacy?org=org1"
    assert SITE.address(Target("/c/hope", "", "en")) == "/c/hope?lang=en"


def test_the_routes_that_are_there_are_where_it_starts() -> None:
    paths = ["/", "/c/{slug}/impact", "/c/{slug}", "/c/{slug}/days/{number}", "/c/{slug}/donate", "/studio"]
    assert rules.seeds(paths, SITE) == ["/c/hope", "/c/hope/impact"]
    assert rules.seeds([*paths, "/c/{slug}/log.json", "/c/{slug}/wall"], SITE)[-1] == "/c/hope/log.json"


@pytest.mark.parametrize(
    ("here", "there", "anchor", "address"),
    [
        ("index.html", "impact.html", "", "impact.html"),
        ("en/days/1.html", "index.html", "", "../../index.html"),
        ("days/1.html", "days/2.html", "challenge", "2.html#challenge"),
        ("assets/public.css", "assets/fonts/a.woff2", "", "fonts/a.woff2"),
    ],
)
def test_files_name_each_other_from_any_folder(here: str, there: str, anchor: str, address: str) -> None:
    assert rules.relative(here, there, anchor) == address
