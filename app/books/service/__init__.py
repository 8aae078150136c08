"""What the books do: gather what Stripe tells, compare it with the ledger, mend, warn.

Nobody imports from here; the modules below are imported by name.
"""
