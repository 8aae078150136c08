"""The first view of the pages people meet on a phone fits in the first round trips of a bad network."""

from urllib.parse import urlsplit

from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from sqlmodel import Session

from seed.load import load_demo

# Ten packets of 1 460 bytes: what a server may send before the phone has answered once.
FIRST_VIEW = 14_600
REQUESTS = 4  # page, style sheet, two scripts; pictures and the font may come later

PAGES = {
    "campaign, its week running": "/c/lanternes",
    "campaign, its drive open": "/c/last-bus",
    "campaign, its account closed": "/c/douze-chaises",
    "donate": "/c/last-bus/donate",
    "impact, the drive open": "/c/last-bus/impact",
    "impact, with three updates": "/c/douze-chaises/impact",
    "brief": "/brief",
}


def _bytes(client: TestClient, path: str) -> tuple[int, str]:
    """How much of a file crosses the network with Brotli, and what it says."""
    answer = client.get(path, headers={"Accept-Encoding": "br"})
    assert answer.status_code == 200, path
    assert answer.headers["content-encoding"] == "br"
    return answer.num_bytes_downloaded, answer.text


def _parts(html: str) -> tuple[list[str], list[str]]:
    """The style sheets and the scripts a page asks for before its pictures."""
    soup = BeautifulSoup(html, "html5lib")
    sheets = [str(one["href"]) for one in soup.select("link[rel=stylesheet]")]
    scripts = [str(one["src"]) for one in soup.select("script[src]")]
    return sheets, scripts


def test_the_first_view_is_light(session: Session, client: TestClient) -> None:
    session.rollback()  # the demo writes by itself
    links = dict(load_demo())
    brief = next(address for address in links.values() if "/brief/" in address)
    assert client.get(urlsplit(brief).path).status_code == 303
    heavy = {}
    for name, path in PAGES.items():
        weight, html = _bytes(client, path)
        sheets, scripts = _parts(html)
        assert len(sheets) + len(scripts) + 1 <= REQUESTS, name
        assert not [one for one in sheets + scripts if urlsplit(one).netloc], f"{name}: a third party"
        weight += sum(_bytes(client, one)[0] for one in sheets)
        if weight > FIRST_VIEW:
            heavy[name] = weight
    assert heavy == {}, f"more than {FIRST_VIEW} bytes of page and style sheet"
