"""What letters say: the same facts in both halves, in both languages, and nothing a machine of the post dislikes."""

import html
import re
import shutil
import subprocess
from email.policy import SMTP

import pytest
from sqlmodel import Session

from app.core import i18n
from app.core.settings import get_settings
from app.core.templating import TEMPLATES
from app.followers import writing
from app.followers.models import Dispatch
from app.followers.rules import Topic, mask_of
from app.followers.writing import Desk
from app.mail.smtp import WIRE, compose
from tests.followers.stage import Stage, corrected, letters, stage

SPAM_LIMIT = 1.0
SPAMASSASSIN = shutil.which("spamassassin")
KEYS = ("day:3", "drive:open", "update", "correction")


def words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]{2,}", text.replace("\u00a0", " ").replace("\u202f", " ")))


def seen(source: str) -> str:
    """What a mail program shows of a letter: the words, and where its links lead."""
    body = re.sub(
        r"<style.*?</style>|<title>.*?</title>|<div class=\"pre\">.*?</div>", " ", source, flags=re.DOTALL
    )
    links = " ".join(re.findall(r'href="([^"]+)"', body))
    return html.unescape(re.sub(r"<[^>]+>", " ", body) + " " + links)


def dispatches(here: Stage) -> dict[str, Dispatch]:
    """One of each kind of publication, public now."""
    here.campaign.state = type(here.campaign.state).DRIVE
    here.campaign.drive_ask = "Une chaise coûte vingt euros."
    here.campaign.drive_title = "Dimanche, vingt places"
    here.session.add(here.campaign)
    told = {
        "day:3": f"{Topic.STORY},{Topic.CHALLENGE}",
        "drive:open": f"{Topic.DRIVE}",
        f"update:{here.publish().pid}": f"{Topic.ACCOUNTS}",
        f"correction:{corrected(here).pid}": f"{Topic.CORRECTIONS}",
    }
    made = {}
    for key, topics in told.items():
        row = Dispatch(
            campaign_id=here.campaign.id,
            key=key,
            topics=mask_of([Topic(one) for one in topics.split(",")]),
            title=key,
        )
        here.session.add(row)
        made[key if key in KEYS else key.partition(":")[0]] = row
    here.session.commit()
    return made


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("key", [*KEYS, "digest"])
def test_both_halves_carry_the_same_facts(session: Session, key: str, language: str) -> None:
    here = stage(session)
    made = dispatches(here)
    row = here.follower("nora@example.org", language=language)
    told = list(made.values()) if key == "digest" else [made[key]]
    letter = Desk(session).letter(row, told)
    assert letter is not None
    mail = writing.addressed(letter, row)
    assert words(mail.text) | words(mail.subject) == words(seen(mail.html)) | words(mail.subject)
    figures = re.findall(r"\d+", mail.text)
    assert sorted(figures) == sorted(re.findall(r"\d+", seen(mail.html)))
    assert mail.text.count("https://testserver/") == mail.html.count('href="https://testserver/')


@pytest.mark.parametrize("kind", ["follow-confirm", "follow-known"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_letters_about_following_too(session: Session, kind: str, language: str) -> None:
    here = stage(session, language=language)
    if kind == "follow-known":
        here.follower("nora@example.org", language=language)
    here.ask("nora@example.org")
    session.commit()
    [mail] = letters(kind)
    buttons = {
        "follow-confirm": ["Confirm"],
        "follow-known": ["Open my page", "Receive nothing more", "To receive nothing more:"],
    }
    with i18n.speaking(mail.language):
        own = words(" ".join(i18n.gettext(one) for one in buttons[kind]))
    assert (words(mail.text) | words(mail.subject)) - own == words(seen(mail.html)) - own


def test_long_addresses_in_headers_travel_whole(session: Session) -> None:
    here = stage(session)
    made = dispatches(here)
    row = here.follower("a-rather-long-name-for-a-mailbox.of-somebody@subdomain.of.an.example.org")
    letter = Desk(session).letter(row, [made["day:3"]])
    assert letter is not None
    raw = writing.message(letter, row).as_bytes(policy=WIRE).decode()
    [line] = [one for one in raw.splitlines() if one.startswith("List-Unsubscribe:")]
    assert "=?" not in line
    assert line.endswith(">")
    assert max(len(one) for one in raw.splitlines()) < 998
    assert SMTP.max_line_length == 78


def test_a_title_forges_no_header(session: Session) -> None:
    here = stage(session, title="Une semaine\r\nBcc: all@example.org <x@y>")
    made = dispatches(here)
    row = here.follower("nora@example.org")
    letter = Desk(session).letter(row, [made["drive:open"]])
    assert letter is not None
    message = writing.message(letter, row)
    assert message["Bcc"] is None
    assert message["List-Id"].count("<") == 1


def test_words_of_the_public_stay_words(session: Session) -> None:
    here = stage(session)
    made = dispatches(here)
    row = here.follower("nora@example.org")
    letter = Desk(session).letter(row, [made["update"]])
    assert letter is not None
    assert "<neuves>" in letter.text
    assert "&lt;neuves&gt; &amp; une table" in letter.html


@pytest.mark.skipif(SPAMASSASSIN is None, reason="spamassassin is not installed here")
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("key", [*KEYS, "digest", "follow-confirm", "follow-known"])
def test_filters_of_mail_services_like_it(
    session: Session, key: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_settings(), "mail_from", "Septaine <letters@story.example.org>")
    here = stage(session, language=language)
    made = dispatches(here)
    row = here.follower("nora@example.org", language=language)
    if key.startswith("follow"):
        here.ask("nora@example.org" if key == "follow-known" else "zoe@example.org")
        session.commit()
        raw = compose(letters(key)[0]).as_bytes(policy=WIRE)
    else:
        letter = Desk(session).letter(row, list(made.values()) if key == "digest" else [made[key]])
        assert letter is not None
        raw = writing.message(letter, row).as_bytes(policy=WIRE)
    assert _score(raw) < SPAM_LIMIT


def _score(raw: bytes) -> float:
    """The score of SpamAssassin by its local rules: nothing is asked of the network."""
    said = subprocess.run(  # noqa: S603 - a filter of this machine
        [SPAMASSASSIN or "", "--local", "-t"],
        input=raw,
        capture_output=True,
        check=True,
    ).stdout.decode("utf-8", "replace")
    found = re.search(r"^X-Spam-Status:.*?score=(-?[\d.]+)", said, re.MULTILINE | re.DOTALL)
    assert found is not None, said[-800:]
    return float(found[1])


def test_every_kind_of_letter_is_looked_at() -> None:
    own = {path.stem for path in (TEMPLATES / "emails").glob("follow-*.txt")} - {
        "follow-up"
    }  # which is another room’s
    assert own == {"follow-confirm", "follow-known", writing.KIND}
