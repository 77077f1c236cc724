"""The work's tables, one module per noun."""

from reviews.models.assignment import Assignment, AssignmentStatus, Part
from reviews.models.calendar import DeadlinePolicy, WorkCalendar
from reviews.models.course import Course, DeskDefaults
from reviews.models.notice import FeedMark, Message, Notice, NoticeChoice, NoticeSettings
from reviews.models.opinion import SecondOpinion
from reviews.models.policy import PolicyKind, ReviewPolicy
from reviews.models.review import Review
from reviews.models.reviewer import Absence, Interest, Reviewer, Then
from reviews.models.rule import Resettling, RoutingRule, RuleBook, RuleVersion

__all__ = [
    "Absence",
    "Assignment",
    "AssignmentStatus",
    "Course",
    "DeadlinePolicy",
    "DeskDefaults",
    "FeedMark",
    "Interest",
    "Message",
    "Notice",
    "NoticeChoice",
    "NoticeSettings",
    "Part",
    "PolicyKind",
    "Resettling",
    "Review",
    "ReviewPolicy",
    "Reviewer",
    "RoutingRule",
    "RuleBook",
    "RuleVersion",
    "SecondOpinion",
    "Then",
    "WorkCalendar",
]
