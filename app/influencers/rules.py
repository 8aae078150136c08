"""The road of an influencer from shortlist to brief. Pure decisions."""

from enum import StrEnum


class Stage(StrEnum):
    SHORTLISTED = "shortlisted"
    APPROVED = "approved"  # a person decided the fit is real
    REFUSED = "refused"  # a person decided against, with a reason
    INVITED = "invited"
    CONFIRMED = "confirmed"  # said yes: terms are settled, the brief is open
    DECLINED = "declined"


class Agreement(StrEnum):
    """Terms of the pairing. Paid and in-kind ones need a disclosure label (French law 2023-451)."""

    VOLUNTEER = "volunteer"
    IN_KIND = "in_kind"
    PAID = "paid"
