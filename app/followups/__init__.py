"""What became of a week 30 and 90 days later, asked once of those who wanted to be asked and of those who gave."""
