"""What people can do about people, by use case. Nothing here commits."""

from app.people.service.accounts import (
    change_password,
    change_profile,
    end_other_sessions,
    end_session,
    reset_link,
    sign_out,
)
from app.people.service.members import (
    accept_invitation,
    accept_with_new_account,
    change_role,
    forget_invitations,
    invite,
    remove_member,
    revoke_invitation,
    send_invitation_again,
)
from app.people.service.organisations import create_organisation, describe_organisation, enter_organisation
from app.people.service.setup import found_instance, setup_link
from app.people.service.sign_in import (
    Proof,
    prove_password,
    send_sign_in_link,
    sign_in,
    sign_in_by_link,
)

__all__ = [
    "Proof",
    "accept_invitation",
    "accept_with_new_account",
    "change_password",
    "change_profile",
    "change_role",
    "create_organisation",
    "describe_organisation",
    "end_other_sessions",
    "end_session",
    "enter_organisation",
    "forget_invitations",
    "found_instance",
    "invite",
    "prove_password",
    "remove_member",
    "reset_link",
    "revoke_invitation",
    "send_invitation_again",
    "send_sign_in_link",
    "setup_link",
    "sign_in",
    "sign_in_by_link",
    "sign_out",
]
