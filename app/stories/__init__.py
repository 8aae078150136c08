"""Stories: the days of a campaign and their frames, edited on the storyboard, with undo."""
