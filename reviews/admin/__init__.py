"""The work in the admin: the queue, the page of one claim, reviewers, and who was put on what."""

from reviews.admin import articles, claims, deadlines, notices, policies, rules, work

__all__ = ["articles", "claims", "deadlines", "notices", "policies", "rules", "work"]
