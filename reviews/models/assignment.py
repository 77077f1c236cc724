"""Who is on which claim, in which part, and why they were chosen."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q, TextChoices, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from claims.lifecycle import State

LOADING_STATES = (State.QUEUED, State.IN_REVIEW, State.WAITING, State.SECOND_OPINION)


class Part(TextChoices):
    """What somebody is asked to do. `EDITOR` is the second judgement that a policy wants from the desk's editor."""

    REVIEW = "review", _("review")
    EDITOR = "editor", _("editor's judgement")
    ADJUDICATION = "adjudication", _("adjudication")


class AssignmentStatus(TextChoices):
    """How an assignment stands."""

    OPEN = "open", _("open")
    COMPLETED = "completed", _("completed")
    HANDED_OVER = "handed_over", _("handed over")
    DECLINED = "declined", _("declined")
    RECUSED = "recused", _("recused")
    WITHDRAWN = "withdrawn", _("withdrawn")


HOLDING = (AssignmentStatus.OPEN, AssignmentStatus.COMPLETED)


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def open(self) -> Self:
        """Work somebody still has to do."""
        return self.filter(status=AssignmentStatus.OPEN)

    def loading(self) -> Self:
        """What counts against a reviewer's limit: open, on a claim that is neither decided nor dismissed."""
        return self.open().filter(claim__state__in=LOADING_STATES)

    def but_for_taken(self) -> Self:
        """Without the seats that were taken from somebody, or left them while they were away: they may get it again."""
        return self.exclude(Q(while_away=True) | Q(taken=True), status=AssignmentStatus.HANDED_OVER)


class Assignment(models.Model):
    """One person in one seat of one round. `reasons` says why this person and why not the others.

    `while_away` is whether it was handed over during an absence of theirs, as known at that moment: the absence may be
    moved or removed later, and nobody has given a claim up by one that was entered by mistake. `taken` is whether the
    claim went to a desk that is not theirs, or they left its desk.
    """

    claim = models.ForeignKey("claims.Claim", models.PROTECT, verbose_name=_("claim"), related_name="assignments")
    reviewer = models.ForeignKey(
        "reviews.Reviewer", models.PROTECT, verbose_name=_("reviewer"), related_name="assignments"
    )
    part = models.CharField(_("part"), max_length=12, choices=Part.choices, default=Part.REVIEW)
    seat = models.PositiveSmallIntegerField(_("seat"), default=1)
    round = models.PositiveIntegerField(_("round"), default=1)
    status = models.CharField(
        _("status"), max_length=12, choices=AssignmentStatus.choices, default=AssignmentStatus.OPEN
    )
    rule = models.CharField(_("chosen by"), max_length=120)
    reasons = models.JSONField(_("reasons"), default=list)
    note = models.CharField(_("note"), max_length=600, blank=True)
    assigned_at = models.DateTimeField(_("assigned"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    while_away = models.BooleanField(_("left them while they were away"), default=False, db_default=False)
    taken = models.BooleanField(_("was taken from them"), default=False, db_default=False)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        ordering = ("-assigned_at", "-id")
        constraints = (
            UniqueConstraint(
                fields=("claim", "round", "reviewer"),
                condition=Q(status__in=sorted(HOLDING)),
                name="assignment_person_once",
            ),
            UniqueConstraint(
                fields=("claim", "round", "part", "seat"),
                condition=Q(status__in=sorted(HOLDING)),
                name="assignment_seat_once",
            ),
        )
        indexes = (models.Index(fields=("reviewer", "claim"), condition=Q(status="open"), name="assignment_open"),)

    def __str__(self) -> str:
        return f"#{self.claim_id}: {self.reviewer} ({self.get_part_display()})"
