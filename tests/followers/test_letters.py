"""What only letters to followers have: the headers that end them, and words of the public in their midst."""

from email.policy import SMTP

from sqlmodel import Session

from app.followers import writing
from app.followers.models import Dispatch
from app.followers.rules import Topic, mask_of
from app.followers.writing import Desk
from app.mail.smtp import WIRE
from tests.followers.stage import Stage, corrected, stage

KEYS = ("day:3", "drive:open", "update", "correction")


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
