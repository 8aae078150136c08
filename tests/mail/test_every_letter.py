"""Every letter there is, in both languages: both halves say the same, and no machine of the post dislikes it."""

import mailbox
import re
import shutil
import subprocess
from collections import Counter
from email.message import EmailMessage
from functools import lru_cache
from html import unescape
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from app.core import i18n
from app.core.settings import get_settings
from app.core.templating import TEMPLATES
from app.followers import writing
from app.followers.models import Follower
from app.mail import service
from app.mail.models import OutgoingMail
from app.mail.plain import Halves
from app.mail.smtp import WIRE, compose
from tests.conftest import BASE_URL, NOW
from tests.mail.examples import EXAMPLES
from tests.mail.scene import Scene

SPAM_LIMIT = 1.0
SPAMASSASSIN = shutil.which("spamassassin")
READER = "nora.belkacem@reader.example.net"
OPENING = "post"  # the one letter whose pictures somebody chose
PLAIN_HEADERS = {
    *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language"),
    *("MIME-Version", "Content-Type"),
}
FOLLOWING_HEADERS = {
    *("List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "List-Archive", "Precedence", "Reply-To")
}
LETTERS = [
    pytest.param(kind, turn, language, id=f"{kind}-{turn + 1}-{language}")
    for kind, examples in sorted(EXAMPLES.items())
    for turn in range(len(examples))
    for language in i18n.LANGUAGES
]
every_letter = pytest.mark.parametrize(("kind", "turn", "language"), LETTERS)


@lru_cache
def written(kind: str, turn: int, language: str) -> Halves:
    with i18n.speaking(language):
        told = EXAMPLES[kind][turn](Scene(language))
    return service.written(kind, told, language=language)


def composed(kind: str, turn: int, language: str) -> EmailMessage:
    """As it travels: letters to followers with what ends them at one click, the others without."""
    made, here = written(kind, turn, language), Scene(language)
    if kind == writing.KIND:
        letter = writing.Letter(
            here.campaign,
            here.organisation,
            "d1",
            made.subject,
            made.text,
            made.html,
            page=here.private("/follow"),
            stop=here.private("/follow/stop"),
        )
        reader = Follower(pid="f7kx8w2q5rt3vndb", email=READER, language=language)
        return writing.message(letter, reader)
    mail = OutgoingMail(
        pid=f"{kind}-{turn}-{language}",
        recipient=READER,
        subject=made.subject,
        text=made.text,
        html=made.html,
        language=language,
        created_at=NOW,
    )
    return compose(mail)


def seen(html: str) -> str:
    """What a mail program shows: the words, and where a press on them leads, unless they are that address."""
    soup = BeautifulSoup(html, "html.parser")
    for hidden in soup.select("head, .pre"):
        hidden.decompose()
    for link in soup.select("a[href]"):
        if link.get_text(strip=True) != link["href"]:
            link.append(f" {link['href']} ")
    for picture in soup.select("img"):
        picture.replace_with(f" {picture['alt']} {picture['src']} ")
    return soup.get_text(" ")


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"[^\W_]+", text))


def test_every_template_has_its_examples() -> None:
    kinds = {path.stem for path in (TEMPLATES / "emails").iterdir() if not path.stem.startswith("_")}
    assert kinds == set(EXAMPLES)
    assert {path.suffix for path in (TEMPLATES / "emails").iterdir()} == {".html"}, "the text is read off it"


@every_letter
def test_both_halves_carry_the_same_facts(kind: str, turn: int, language: str) -> None:
    """The same words, figures and addresses, as often; a heading that repeats the subject is said by the subject."""
    made = written(kind, turn, language)
    soup = BeautifulSoup(made.html, "html.parser")
    headings = {" ".join(one.get_text().split()) for one in soup.select("h1")}
    said_above = made.subject if made.subject in headings else ""
    assert words(f"{said_above} {made.text}") == words(seen(made.html))
    for address in re.findall(r'(?:href|src)="([^"]+)"', made.html):
        assert unescape(address) in made.text


@every_letter
def test_the_plain_half_is_plain(kind: str, turn: int, language: str) -> None:
    text = written(kind, turn, language).text
    assert not re.search(
        r"</?(?:a|b|br|div|h1|img|li|p|span|t[dr]|table|ul)\b|&(?:[a-z]+|#\d+);|%\(|\{\{", text
    )
    assert "\n\n\n" not in text
    assert text == text.strip() + "\n"
    assert all(line == line.strip(" ") for line in text.splitlines())
    assert not re.search(r"[:：]\s*[:：]|\.\.(?!\.)|\s,|\( ", text)


@every_letter
def test_it_loads_nothing_and_leads_home(kind: str, turn: int, language: str) -> None:
    """No tracking picture, nobody else's address, no address without its host."""
    made = written(kind, turn, language)
    soup = BeautifulSoup(made.html, "html.parser")
    addresses = [one[name] for name in ("href", "src") for one in soup.select(f"[{name}]")]
    assert all(str(address).startswith(f"{BASE_URL}/") for address in addresses)
    assert set(re.findall(r"https?://[^/\s]+", made.text)) <= {BASE_URL}
    assert not soup.select("script, link, iframe, object, form, input, video, audio, meta[http-equiv]")
    assert not re.search(r"url\(|@import|background=|srcset=", made.html)
    pictures = soup.select("img")
    assert kind == OPENING or not pictures
    assert all(int(str(one["width"])) > 100 and one["alt"] for one in pictures)


@every_letter
def test_its_headers_are_ours(kind: str, turn: int, language: str) -> None:
    message = composed(kind, turn, language)
    follows = kind == writing.KIND
    assert set(message.keys()) == PLAIN_HEADERS | (FOLLOWING_HEADERS if follows else set())
    assert len(message.keys()) == len(set(message.keys()))
    assert 3 < len(message["Subject"]) <= 120, "a subject that a phone shows"
    assert message["Content-Language"] == language
    if follows:  # RFC 8058
        assert message["List-Unsubscribe"].startswith(f"<{BASE_URL}/follow/stop/")
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    raw = message.as_bytes(policy=WIRE)
    assert max(len(line) for line in raw.splitlines()) < 998
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


@every_letter
def test_it_says_why_it_came(kind: str, turn: int, language: str) -> None:
    """A heading, a language, and last what a reader who expected nothing needs."""
    soup = BeautifulSoup(written(kind, turn, language).html, "html.parser")
    assert soup.html is not None
    assert soup.html["lang"] == language
    assert kind == OPENING or len(soup.select("h1")) >= 1
    [reason] = soup.select("td.reason p")
    assert len(reason.get_text(strip=True)) > 20
    said = [one.get_text(" ", strip=True) for one in soup.select("td.body p")]
    assert [one for one, times in Counter(said).items() if times > 1 and one != "* * *"] == []


@pytest.fixture(scope="module")
def scores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    """The score of each letter by the local rules of SpamAssassin, all in one process: its start costs seconds."""
    if SPAMASSASSIN is None:
        pytest.skip("spamassassin is not installed here")
    box = mailbox.mbox(tmp_path_factory.mktemp("letters") / "all.mbox")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(get_settings(), "mail_from", "Septaine <letters@story.example.org>")
        for one in LETTERS:
            message = composed(*one.values)
            message.replace_header("Message-ID", f"<{one.id}@story.example.org>")
            box.add(mailbox.mboxMessage(message.as_bytes(policy=WIRE).replace(b"\r\n", b"\n")))
    box.close()
    return _scored(Path(box._path))


def _scored(box: Path) -> dict[str, float]:
    said = subprocess.run(  # noqa: S603 - a filter of this machine, asked nothing of the network
        [SPAMASSASSIN or "", "--local", "--mbox", str(box)], capture_output=True, check=True
    ).stdout.decode("utf-8", "replace")
    found = {}
    for head in re.split(r"(?m)^From ", said)[1:]:
        head = head.partition("\n\n")[0]
        name = re.search(r"^Message-I[Dd]: <(.*)@", head, re.MULTILINE)
        score = re.search(r"^X-Spam-Status:.*?score=(-?[\d.]+)", head, re.MULTILINE | re.DOTALL)
        assert name is not None, head
        assert score is not None, head
        found[name[1]] = float(score[1])
    return found


def test_filters_of_mail_services_like_them_all(scores: dict[str, float]) -> None:
    assert set(scores) == {one.id for one in LETTERS}
    assert {name: score for name, score in scores.items() if score >= SPAM_LIMIT} == {}


def test_the_filter_would_say_no(tmp_path: Path) -> None:
    """The instrument itself: what is known as spam (GTUBE) is not liked."""
    if SPAMASSASSIN is None:
        pytest.skip("spamassassin is not installed here")
    known = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
    box = tmp_path / "bad.mbox"
    box.write_text(f"From a@b Thu Jan  1 00:00:00 1970\nMessage-ID: <bad@x>\nSubject: x\n\n{known}\n")
    assert _scored(box)["bad"] > 100
