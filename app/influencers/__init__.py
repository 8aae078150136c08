"""Influencers: who carries the story, why them, on what terms, and the personal link to their brief."""
