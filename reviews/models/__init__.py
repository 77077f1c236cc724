"""The work's tables, one module per noun."""

from reviews.models.assignment import Assignment, AssignmentStatus, Part
from reviews.models.review import Review
from reviews.models.reviewer import Absence, Interest, Reviewer

__all__ = ["Absence", "Assignment", "AssignmentStatus", "Interest", "Part", "Review", "Reviewer"]
