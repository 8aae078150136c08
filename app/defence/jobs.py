"""Where time acts on the defence: what has lapsed is forgotten."""

from app.defence import service


def forget_old() -> int:
    """Forget counts and hashes that have lapsed."""
    return service.forget_old()
