"""Who may do what, how long a link is trusted, and what must never happen. Pure decisions."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from app.core.errors import Conflict, Forbidden
from app.core.i18n import mark

SIGN_IN_LINK_LIFE = timedelta(minutes=10)  # OWASP ASVS 5.0, 6.5.5
SETUP_LINK_LIFE = timedelta(hours=24)
INVITATION_LIFE = timedelta(days=7)
# How long after a sign-in by link a forgotten password may be replaced without the old one.
FRESH = timedelta(minutes=10)


class Role(StrEnum):
    OWNER = "owner"
    EDITOR = "editor"
    MODERATOR = "moderator"
    FINANCE = "finance"


class SignInWay(StrEnum):
    """How a browser proved who it is."""

    PASSWORD = "password"  # noqa: S105 - the word, not a secret
    LINK = "link"
    INVITATION = "invitation"
    SETUP = "setup"


class Permission(StrEnum):
    VIEW = "view"
    EDIT = "edit"  # campaigns, stories, challenges, posts, influencers
    MODERATE = "moderate"  # what the public sends
    MONEY = "money"  # drive, refunds, spending, exports
    PUBLISH = "publish"  # state changes, impact updates
    ADMIN = "admin"  # members, organisation, keys


_ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.EDITOR: frozenset({Permission.VIEW, Permission.EDIT, Permission.MODERATE, Permission.PUBLISH}),
    Role.MODERATOR: frozenset({Permission.VIEW, Permission.MODERATE}),
    Role.FINANCE: frozenset({Permission.VIEW, Permission.MONEY}),
}


def allows(role: Role, permission: Permission) -> bool:
    """Whether a role may do something."""
    return permission in _ALLOWED[role]


@dataclass(frozen=True)
class Actor:
    """Who acts, for which organisation. Every service takes one; queries filter by its organisation."""

    person_id: int | None
    organisation_id: int
    role: Role
    name: str

    def may(self, permission: Permission) -> bool:
        return allows(self.role, permission)

    def require(self, permission: Permission) -> None:
        """Raises Forbidden when the role does not allow it."""
        if not self.may(permission):
            raise Forbidden


def keep_an_owner(owners: Iterable[int], leaving: int) -> None:
    """Raises Conflict when `leaving` is the only owner: an organisation always has one."""
    if set(owners) == {leaving}:
        raise Conflict(mark("An organisation keeps at least one owner. Make someone else an owner first."))


def may_skip_old_password(way: SignInWay, age: timedelta) -> bool:
    """Whether a new password needs no old one: someone who forgot it has just come in by an e-mailed link."""
    return way is SignInWay.LINK and age <= FRESH


# The order matters: Edge and Opera also say Chrome, Chrome also says Safari.
_BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "Chrome": "Chrome",
    "CriOS": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def device_label(user_agent: str) -> str:
    """A browser and a system a person recognises, such as "Firefox, Linux"; empty when neither is known."""
    names = [
        next((name for sign, name in table.items() if re.search(rf"\b{sign}", user_agent)), "")
        for table in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(name for name in names if name)
