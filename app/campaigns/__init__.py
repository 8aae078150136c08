"""Campaigns: the cause, the dates, the goal and the state of one week. Refuses states out of order."""
