"""Launch: what is still missing, and the only way from one state of a campaign to the next."""
