"""The drive beyond the payment page: goals, sponsors, gifts that came by other ways, what others may show of it."""
