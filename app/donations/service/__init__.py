"""Use cases of donations, one module each: giving, fulfilment, the inbox of events, reconciling.

Stripe is called outside any transaction; each step before and after is a short transaction of its own, and
what is written before the call is enough to find the outcome after a crash.
"""
