"""Those who follow a campaign by e-mail: asked twice, written to once, let go at a word. Tied to no account."""
