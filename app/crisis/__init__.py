"""The crisis protocol: written before launch, run from one page, logged with its times."""
