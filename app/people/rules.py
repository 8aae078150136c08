"""Who may do what: roles and what each allows. Pure decisions."""

from dataclasses import dataclass
from enum import StrEnum

from app.core.errors import Forbidden


class Role(StrEnum):
    OWNER = "owner"
    EDITOR = "editor"
    MODERATOR = "moderator"
    FINANCE = "finance"


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
