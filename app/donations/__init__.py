"""Donations: gifts, the inbox of payment events and the append-only ledger every total is summed from."""
