"""What the public sends passes here first: screened, kept as an item, and public only once its policy says so."""
