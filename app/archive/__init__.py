"""A campaign's public pages as plain files that need no server; nothing that is not public can enter."""
