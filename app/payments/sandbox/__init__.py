"""A local Stripe: it speaks Stripe's HTTP API for the calls the product makes, and moves no real money."""

from app.payments.sandbox.api import restricted_keys
from app.payments.sandbox.app import Sandbox, create_sandbox, sandbox_keys

__all__ = ["Sandbox", "create_sandbox", "restricted_keys", "sandbox_keys"]
