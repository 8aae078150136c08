"""When files without a row are deleted."""

from app.core.db import reading
from app.media import service


def sweep() -> int:
    """Delete files that belong to no medium; returns how many media they made. Once a day is enough."""
    with reading() as session:
        return service.sweep(session)
