"""E-mail: one mail for a ticket whatever breaks, the whole post in it, and an honest word about what became of it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from app.channels import mail, registry
from app.channels.base import Account, Attachment, Fault, Outcome, ReconnectNeeded, Report, Shape, Ticket
from app.core import clock
from app.core.db import reading, transaction
from app.mail import jobs, smtp
from app.mail import service as room
from app.mail.models import MailState, OutgoingMail
from app.mail.rules import KEPT
from app.mail.rules import Outcome as Delivery
from tests.channels.bench import LABEL, PID, Crash, Desk, a_piece, picture

ADDRESS = "liste@ecole.example"
ACCOUNT = Account(PID, "", ADDRESS, ADDRESS, {"address": ADDRESS, "sender": "Les Lanternes"})
CHANNEL = registry.get("mail")

pytestmark = pytest.mark.usefixtures("session")


def ticket(desk: Desk, piece: Any) -> Ticket:
    return Ticket(CHANNEL.key(PID, 0, piece.due_at), desk.started_at, desk.progress, desk.save)


def publish(piece: Any, desk: Desk | None = None, account: Account = ACCOUNT) -> Report:
    return CHANNEL.publish(account, piece, ticket(desk or Desk(), piece))


def mails() -> list[OutgoingMail]:
    with reading() as session:
        return list(session.exec(select(OutgoingMail).order_by(col(OutgoingMail.id))).all())


def the_mail() -> OutgoingMail:
    (only,) = mails()
    return only


def test_a_post_becomes_a_mail_with_its_label_first(tmp_path: Path) -> None:
    report = publish(a_piece(media=(picture(tmp_path),)))
    assert (report.outcome, report.detail, report.url) == (Outcome.SENT, "handed to the mail room", "")
    assert report.remote_id
    made = the_mail()
    assert (made.kind, made.recipient, made.language, made.state) == ("post", ADDRESS, "fr", MailState.QUEUED)
    assert made.subject == "On ouvre la bibliothèque jeudi."
    places = [
        made.text.index(part)
        for part in (
            LABEL,
            "On ouvre",
            "[Des enfants lisent]",
            "#Lire #École",
            "https://semaine.example/ecole",
        )
    ]
    assert places == sorted(places)
    assert made.html.index(LABEL) < made.html.index("On ouvre la bibliothèque jeudi.</p>")
    assert 'alt="Des enfants lisent"' in made.html
    assert 'width="90" height="160"' in made.html
    assert 'class="button" href="https://semaine.example/ecole"' in made.html
    for half in (made.text, made.html):
        assert "Les Lanternes vous envoie ses publications" in half


def test_a_large_picture_fits_the_column_of_a_mail(tmp_path: Path) -> None:
    publish(a_piece(media=(picture(tmp_path, width=1080, height=1920),)))
    assert 'width="560" height="996"' in the_mail().html


def test_a_mail_speaks_the_language_of_the_post() -> None:
    publish(a_piece("We open on Thursday.", language="en"))
    assert "Les Lanternes sends you its posts" in the_mail().text
    publish(a_piece("Wir öffnen.", language="de", due_at=clock.now() + timedelta(hours=1)))
    assert mails()[1].language == "en"


def test_words_are_never_cut_and_mark_up_in_them_stays_text() -> None:
    long = "Un mot après l’autre, " * 200 + "<script>fin</script>"
    publish(a_piece(long))
    made = the_mail()
    assert long in made.text
    assert "&lt;script&gt;fin" in made.html
    assert "<script" not in made.html
    assert len(made.subject) <= 121
    assert made.subject.endswith(("Un…", "mot…", "après…", "l’autre…"))


@pytest.mark.parametrize(
    ("text", "label", "expected"),
    [
        ("Jeudi\nNous ouvrons", LABEL, "Jeudi"),
        ("\r\n  Jeudi\x0b soir ", LABEL, "Jeudi"),
        ("", LABEL, LABEL),
        ("", "", "Les Lanternes"),
        ("x" * 130, "", "x" * 119 + "…"),
        ("mot " * 40, "", ("mot " * 30).strip() + "…"),
        ("x" * 120, "", "x" * 120),
    ],
)
def test_the_subject_is_the_first_line_cut_at_a_word(text: str, label: str, expected: str) -> None:
    assert mail.subject(a_piece(text, label=label), "Les Lanternes") == expected


def test_a_picture_alone_lends_its_words_to_the_subject(tmp_path: Path) -> None:
    assert mail.subject(a_piece("", label="", media=(picture(tmp_path),)), "x") == "Des enfants lisent"


def test_the_same_ticket_twice_is_one_mail() -> None:
    piece, desk = a_piece(), Desk()
    assert publish(piece, desk).outcome is Outcome.SENT
    assert publish(piece, desk).outcome is Outcome.SENT
    assert publish(piece, Desk()).outcome is Outcome.SENT, "nor when what was noted is lost"
    the_mail()


def test_another_hour_or_another_address_is_another_mail() -> None:
    piece = a_piece()
    publish(piece)
    publish(replace(piece, due_at=piece.due_at + timedelta(hours=1)))
    publish(piece, account=replace(ACCOUNT, secrets={"address": "autre@ecole.example"}))
    assert len(mails()) == 3


def test_a_crash_before_the_mail_is_queued_is_resumed() -> None:
    piece, desk = a_piece(), Desk(dies_at=1)
    with pytest.raises(Crash):
        publish(piece, desk)
    assert CHANNEL.look_up(ACCOUNT, piece, ticket(desk, piece)).outcome is Outcome.LATER
    assert publish(piece, desk).outcome is Outcome.SENT
    the_mail()


def test_a_crash_after_the_mail_is_queued_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    piece, desk = a_piece(), Desk()
    queue = mail._queue

    def queued_and_dead(*given: Any) -> None:
        queue(*given)
        raise Crash

    monkeypatch.setattr(mail, "_queue", queued_and_dead)
    with pytest.raises(Crash):
        publish(piece, desk)
    monkeypatch.undo()
    assert CHANNEL.look_up(ACCOUNT, piece, ticket(desk, piece)).outcome is Outcome.SENT
    assert publish(piece, desk).outcome is Outcome.SENT
    the_mail()


def test_a_mail_room_that_does_not_answer_leaves_it_open(monkeypatch: pytest.MonkeyPatch) -> None:
    piece, desk = a_piece(), Desk()

    def locked(*_given: Any) -> None:
        raise OperationalError("INSERT", {"to": ADDRESS}, Exception("database is locked"))

    with monkeypatch.context() as patch:
        patch.setattr(mail, "_queue", locked)
        report = publish(piece, desk)
    assert report.outcome is Outcome.UNKNOWN
    assert ADDRESS not in report.detail
    assert CHANNEL.look_up(ACCOUNT, piece, ticket(desk, piece)).outcome is Outcome.LATER
    assert publish(piece, desk).outcome is Outcome.SENT


@pytest.mark.parametrize(
    ("state", "unsure", "outcome"),
    [
        (MailState.QUEUED, 0, Outcome.SENT),
        (MailState.SENDING, 0, Outcome.SENT),
        (MailState.SENT, 0, Outcome.SENT),
        (MailState.FAILED, 0, Outcome.REFUSED),
        (MailState.FAILED, 2, Outcome.UNKNOWN),
    ],
)
def test_a_look_says_what_the_mail_room_says(state: MailState, unsure: int, outcome: Outcome) -> None:
    piece, desk = a_piece(), Desk()
    publish(piece, desk)
    with transaction() as session:
        row = session.get_one(OutgoingMail, the_mail().id)
        row.state, row.unsure, row.error = state, unsure, f"550 no {ADDRESS} here"
        session.add(row)
    seen = CHANNEL.look_up(ACCOUNT, piece, ticket(desk, piece))
    assert seen.outcome is outcome
    assert ADDRESS not in seen.detail
    if outcome is Outcome.REFUSED:
        assert seen.detail.startswith("550 no")


def test_what_the_room_has_forgotten_is_not_taken_for_never_sent() -> None:
    piece, desk = a_piece(), Desk()
    publish(piece, desk)
    with transaction() as session:
        session.get_one(OutgoingMail, the_mail().id).state = MailState.SENT
    with clock.frozen(clock.now() + KEPT + timedelta(seconds=1)):
        jobs.forget_old_mails()
        assert mails() == []
        assert CHANNEL.look_up(ACCOUNT, piece, ticket(desk, piece)).outcome is Outcome.UNKNOWN
        assert publish(piece, desk).outcome is Outcome.UNKNOWN
    assert mails() == []


def test_the_mail_leaves_like_any_other() -> None:
    publish(a_piece())
    message = smtp.compose(the_mail())
    assert message["To"] == ADDRESS
    assert message["Subject"] == "On ouvre la bibliothèque jeudi."
    claimed = jobs._claim(the_mail().id)
    assert claimed is not None
    jobs._record(claimed, smtp.Report(Delivery.ACCEPTED))
    gone = the_mail()
    assert (gone.state, gone.text, bool(gone.key)) == (MailState.SENT, "", True)


@pytest.mark.parametrize("given", ["a@b.example, c@d.example", "a@b.example\nBcc: c@d.example", "liste"])
def test_what_is_not_one_address_is_refused(given: str) -> None:
    report = publish(a_piece(), account=replace(ACCOUNT, secrets={"address": given}))
    assert (report.outcome, report.detail) == (Outcome.REFUSED, "the address cannot be written to")
    assert mails() == []


def test_an_account_without_its_address_asks_to_reconnect() -> None:
    bare = replace(ACCOUNT, secrets={})
    assert publish(a_piece(), account=bare).outcome is Outcome.RECONNECT
    with pytest.raises(ReconnectNeeded):
        CHANNEL.identify(bare)


def test_an_account_says_who_it_is() -> None:
    who = CHANNEL.identify(ACCOUNT)
    assert (who.remote_id, who.handle) == (ADDRESS, ADDRESS)
    assert CHANNEL.renew(ACCOUNT).secrets == ACCOUNT.secrets


def test_what_does_not_fit_a_mail_is_told_and_not_sent(tmp_path: Path) -> None:
    film = Attachment(tmp_path / "film.mp4", "video/mp4", "", 90, 160, "https://x.example/film.mp4", 3)
    for piece, fault in (
        (a_piece("é" * 10_000), Fault.TOO_LONG),
        (a_piece(media=(film,)), Fault.MEDIA_KIND),
        (a_piece(shape=Shape.STORY), Fault.NO_STORIES),
        (a_piece("", label="", link="", hashtags=()), Fault.EMPTY),
    ):
        assert CHANNEL.check(piece) == [fault]
        assert publish(piece).outcome is Outcome.REFUSED
    assert mails() == []


def test_the_room_takes_a_key_once(session: Session) -> None:
    given: Any = {"kind": "test", "to": ADDRESS, "language": "en", "context": {}}
    assert room.queue_once(session, key="one", **given)
    assert not room.queue_once(session, key="one", **given)
    assert room.queue_once(session, key="two", **given)
    room.queue(session, **given)
    room.queue(session, **given)
    session.commit()
    assert [one.key for one in mails()] == ["one", "two", None, None]
