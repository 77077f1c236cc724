"""The work in the admin: the queue, the page of one claim, reviewers, and who was put on what."""

from reviews.admin import (
    absences,
    articles,
    claims,
    deadlines,
    evidence,
    history,
    ladders,
    notices,
    people,
    policies,
    rules,
    sources,
    work,
)

__all__ = [
    "absences",
    "articles",
    "claims",
    "deadlines",
    "evidence",
    "history",
    "ladders",
    "notices",
    "people",
    "policies",
    "rules",
    "sources",
    "work",
]
