"""A copy holds what somebody told; an erasure takes it back from everywhere."""

from sqlmodel import Session, select

from app.privacy.base import Subject
from app.privacy.holders.testimonials import HOLDER
from app.testimonials import models
from tests.testimonials.scenes import WORDS, Scene


def test_a_copy_and_then_an_erasure(session: Session) -> None:
    scene = Scene(session)
    scene.accept(scene.told(files=True))
    subject = Subject(scene.organisation.id, supporter_ids=(scene.supporter.id,))
    [copied] = HOLDER.copy(session, subject)
    assert (copied["text"], copied["uses"]) == (WORDS, ["page", "report", "story"])
    assert {one.name.rsplit("-", 1)[1] for one in HOLDER.files(session, subject)} == {
        "share.jpg",
        "voice.m4a",
    }
    assert HOLDER.erase(session, subject) == ()
    assert session.exec(select(models.Testimonial.text)).one() == ""
    assert HOLDER.copy(session, subject) == []
