"""The books: Stripe's own account of the money beside the ledger, to the cent, and what accountants take away."""
