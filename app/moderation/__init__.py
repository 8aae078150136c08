"""One inbox for everything the public sends: claimed, read, decided with a reason, by someone other than its author."""
