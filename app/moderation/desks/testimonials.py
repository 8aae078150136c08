"""The desk of testimonials: shown with their consents, corrected only where their author agreed."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session

from app.core.i18n import Message, mark
from app.intake.models import Item
from app.intake.rules import ItemState
from app.media import queries as media
from app.media.models import Media
from app.moderation.desks.base import Field, Shown
from app.people.rules import Actor
from app.testimonials import queries, rules, service, tidings
from app.testimonials.models import Testimonial
from app.testimonials.rules import Naming

_YES, _NO = mark("yes"), mark("no")
_EMPTY = Shown("")


class TestimonialDesk:
    """Words, picture and voice note of somebody who agreed to some uses."""

    name = mark("Testimonial")

    def show(self, session: Session, items: Sequence[Item]) -> Mapping[int, Shown]:
        rows = queries.by_ids(session, [item.subject_id for item in items])
        wanted = [one for row in rows.values() for one in (row.picture_id, row.voice_id) if one]
        files = media.by_ids(session, wanted)
        return {
            item.id: _shown(item, rows[item.subject_id], files) if item.subject_id in rows else _EMPTY
            for item in items
        }

    def edit(self, session: Session, actor: Actor, item: Item, words: Mapping[str, str]) -> None:
        row = queries.by_ids(session, [item.subject_id]).get(item.subject_id)
        if row is not None:
            service.correct(session, actor, row, dict(words))

    def refuses(self, session: Session, items: Sequence[Item], after: ItemState) -> Mapping[int, Message]:  # noqa: ARG002
        return {}

    def decided(self, session: Session, actor: Actor, items: Sequence[Item]) -> None:  # noqa: ARG002 – the inbox logs who
        rows = queries.by_ids(session, [item.subject_id for item in items])
        pairs = [(rows[item.subject_id], item) for item in items if item.subject_id in rows]
        service.decided_all(session, pairs)
        tidings.tell_accepted(session, [row for row, item in pairs if item.state is ItemState.ACCEPTED])

    def authors(self, session: Session, items: Sequence[Item]) -> Mapping[int, int]:
        rows = queries.by_ids(session, [item.subject_id for item in items])
        return {
            item.id: person
            for item in items
            if item.subject_id in rows and (person := rows[item.subject_id].person_id) is not None
        }


def _shown(item: Item, row: Testimonial, files: Mapping[int, Media]) -> Shown:
    return Shown(
        text=service.text_of(row),
        author="" if row.naming is Naming.ANONYMOUS else row.name,
        facts=_facts(row),
        media=[files[one] for one in (row.picture_id, row.voice_id) if one is not None and one in files],
        may_edit=row.may_correct,
        fields=_fields(row),
        before=row.before if item.version > 1 else {},
    )


def _facts(row: Testimonial) -> list[tuple[Message, str]]:
    given = {rules.Use.PAGE: row.for_page, rules.Use.STORY: row.for_story, rules.Use.REPORT: row.for_report}
    found = [(rules.USE_NAMES[use], str(_YES if yes else _NO)) for use, yes in given.items()]
    found.append((mark("Name"), str(rules.NAMING_WORDS[row.naming])))
    found.append((mark("Language"), rules.LANGUAGES.get(row.language, row.language)))
    if row.guardian:
        found.append((mark("Agreed by an adult"), row.guardian))
    return found


def _fields(row: Testimonial) -> list[Field]:
    found = [Field("text", mark("Words"), row.text, rules.TEXT, lines=8)]
    if row.voice_id is not None:
        found.append(Field("transcript", mark("Transcript"), row.transcript, rules.TRANSCRIPT, lines=6))
    if row.picture_id is not None:
        found.append(Field("alt_text", mark("What the picture shows"), row.alt_text, rules.ALT, lines=2))
    if row.naming is not Naming.ANONYMOUS:
        found.append(Field("name", mark("Name shown"), row.name, rules.NAME))
    return found
