"""Receipts: a proof of payment for each gift, and tax receipts where the organisation may issue them."""
