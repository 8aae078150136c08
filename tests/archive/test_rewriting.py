"""A page on its way into a file: nothing is left that runs, sends or fetches; words stay as they were."""

from bs4 import BeautifulSoup

from app.archive.rewriting import KeptPage, Words, sheet, sheet_addresses
from app.archive.rules import Fate

WORDS = Words(
    "A kept page", "It ended.", "It stood at ", "Nothing can be sent.", "https://give.example/c/hope"
)
PAGE = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><title>Été & co</title>
<link rel="stylesheet" href="/assets/1/public.css" integrity="sha384-x"><script defer src="/assets/1/a.js"></script>
<script type="application/ld+json">{"a":"<b>"}</script><link rel="manifest" href="/manifest.webmanifest">
<link rel="canonical" href="https://give.example/c/hope"><meta http-equiv="refresh" content="3">
<link rel="alternate" hreflang="en" href="https://give.example/c/hope?lang=en"></head>
<body><aside class="sandbox">Test mode</aside>
<header><nav><a href="/c/hope/donate">Give</a></nav></header>
<main id="main" onclick="go()"><h1 hx-get="/x" data-live="/stream">Été</h1>
<p class="give"><a class="btn" href="/c/hope/donate">Give</a></p>
<p>You may <a href="/c/hope/donate">give</a> or <a href="https://elsewhere.example/">read</a>.</p>
<p><a href="/c/hope/impact#sum">The proof</a> <a href="#top">Up</a> <a href="tel:+33">Call</a></p>
<form method="post" action="/c/hope/voices"><input name="text"><button>Send</button></form>
<picture><source type="image/avif" srcset="/media/a/small.avif 360w, /media/a/full.avif 1080w">
<img src="/media/a/full.webp" alt=""></picture>
<img src="https://tracker.example/pixel.gif" alt="">
<video poster="/media/gone/p.webp" src="/media/v/video.mp4" controls></video>
<button type="button" data-copy="x">Copy</button>
<button popovertarget="more">More</button><div popover id="more">…</div>
<iframe src="/c/hope/widget"></iframe><noscript><p>Plain</p></noscript><svg viewBox="0 0 1 1"><path d="M0 0"/></svg>
<p>One<br>two</p></main><div class="toasts" id="toast"></div></body></html>"""


def place(address: str) -> tuple[Fate, str]:
    """A site where everything of it is kept but what says so."""
    if "donate" in address:
        return Fate.DROPPED, address
    if address.startswith("https://give.example/") or (address.startswith("/") and "gone" not in address):
        return Fate.KEPT, "kept/" + address.rpartition("/")[2]
    return Fate.OUTSIDE, "https://give.example" + address if address.startswith("/") else address


def kept() -> BeautifulSoup:
    return BeautifulSoup(KeptPage(PAGE.encode()).placed(place, WORDS), "html.parser")


def test_nothing_runs_moves_or_sends() -> None:
    page = kept()
    assert (
        page.select(
            "form, iframe, noscript, .sandbox, .toasts, [hx-get], [data-live], [onclick], [integrity]"
        )
        == []
    )
    assert [one.get("type") for one in page.select("script")] == ["application/ld+json"]
    assert page.select("link[rel=manifest], meta[http-equiv=refresh]") == []
    assert [one.get_text() for one in page.select("button")] == ["More"], "what opens without script stays"
    assert "Nothing can be sent." in page.get_text()
    policy = page.select_one('meta[http-equiv="Content-Security-Policy"]')
    assert policy is not None
    assert "connect-src 'none'" in str(policy["content"])


def test_links_to_take_part_go_and_sentences_stay() -> None:
    page = kept()
    assert page.select('[href*="donate"], .give, nav') == []
    assert "You may give or read." in page.get_text()
    assert [str(one["href"]) for one in page.select("p a")] == [
        "https://give.example/c/hope",
        "https://elsewhere.example/",
        "kept/impact#sum",
        "#top",
        "tel:+33",
    ]


def test_what_is_shown_is_a_file_or_is_not_shown() -> None:
    page = kept()
    assert [str(one["src"]) for one in page.select("[src]")] == ["kept/full.webp", "kept/video.mp4"]
    assert str(page.select("source")[0]["srcset"]) == "kept/small.avif 360w, kept/full.avif 1080w"
    assert page.select("[poster]") == []
    assert [str(one["href"]) for one in page.select("link")] == [
        "kept/public.css",
        "https://give.example/c/hope",
        "kept/hope?lang=en",
    ]


def test_what_a_page_needs_is_said_before_it_is_placed() -> None:
    assert KeptPage(PAGE.encode()).addresses() == [
        "/assets/1/public.css",
        "https://give.example/c/hope?lang=en",
        "/c/hope/donate",
        "https://elsewhere.example/",
        "/c/hope/impact#sum",
        "/media/a/full.webp",
        "https://tracker.example/pixel.gif",
        "/media/v/video.mp4",
        "/media/gone/p.webp",
        "/media/a/small.avif",
        "/media/a/full.avif",
    ]


def test_the_words_stay_as_they_were_written() -> None:
    html = KeptPage(PAGE.encode()).placed(place, WORDS).decode()
    assert html.startswith("<!DOCTYPE html>")
    assert "<title>Été &amp; co</title>" in html
    assert '{"a":"<b>"}' in html
    assert "One<br>two" in html
    assert html.index("It ended.") < html.index("<main")
    assert KeptPage(PAGE.encode()).placed(place, WORDS).decode() == html


def test_a_style_sheet_shows_what_is_kept_and_nothing_else() -> None:
    css = 'a{src:url("/assets/1/f.woff2")}b{background:url(data:image/png;base64,AA)}c{mask:url(https://x.example/y)}'
    assert sheet_addresses(css) == ["/assets/1/f.woff2", "https://x.example/y"]
    assert sheet(css, place) == (
        'a{src:url("kept/f.woff2")}b{background:url(data:image/png;base64,AA)}c{mask:url("data:,")}'
    )
