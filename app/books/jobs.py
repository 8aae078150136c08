"""Where time acts on the books: once a day each account is compared with Stripe, to the cent."""

from app.books.service import closing


def close_the_books() -> int:
    """Compare the accounts whose last comparison is a day old; returns how many were."""
    return closing.close_due()
