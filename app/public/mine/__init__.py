"""The private page of someone without an account: what they sent, to change, withdraw, copy or erase."""
