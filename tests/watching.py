"""What the app asks of its database while a test looks on."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from app.core import db


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements sent while the block runs, through the engine that the app has now.

    Not the `engine` fixture: tests of commands make the process forget it, and nothing would be heard.
    """
    engine = db.get_engine()
    sent: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
