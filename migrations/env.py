"""How Alembic finds the tables and the database. Column types are written as plain SQLAlchemy ones."""

from typing import Any

from alembic import context
from sqlalchemy import Connection

from app.core.db import EnumText, UtcDateTime, get_engine
from app.tables import metadata


def _render_item(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """Migrations must not change when the app does: our own types appear as what they store."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, EnumText):
        return "sa.String(length=40)"
    if kind == "type" and type(item).__module__.startswith("sqlmodel"):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=_render_item,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    with get_engine().execution_options(writing=True).connect() as own:
        _run(own)
        own.commit()
