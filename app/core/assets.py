"""Static files with content-hash names."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Asset:
    url: str
    integrity: str


def asset(name: str) -> Asset:
    return Asset(f"/static/{name}", "")
