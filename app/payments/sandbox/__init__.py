"""A local Stripe: it speaks Stripe's HTTP API for the calls the product makes, and moves no real money."""
