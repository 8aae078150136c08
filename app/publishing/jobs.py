"""What time does to posts. Each job claims what is due in transactions of its own."""

from app.publishing.review.rounds import remind_reviewers, reopen_what_changed

__all__ = ["remind_reviewers", "reopen_what_changed"]
