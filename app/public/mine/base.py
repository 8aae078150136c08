"""What a room shows on the private page: one part, loaded for the supporter and drawn by its own template."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from app.supporters.queries import Visit


@dataclass(frozen=True)
class Part:
    """A part of `/mine`. `load` returns what the template reads as `part`; a falsy answer leaves the part out."""

    template: str
    load: Callable[[Session, Visit], Any]
