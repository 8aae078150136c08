"""Insights: from attention to action, counted from the rows of the other rooms; keeps sums, never people."""
