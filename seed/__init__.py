"""The words a newcomer meets first: campaign templates and the demo, as readable TOML."""
