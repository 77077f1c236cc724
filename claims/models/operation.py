"""Long work that somebody asked for, for now the import of an article from its link, and how far it has come."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import CheckConstraint, F, Q, TextChoices
from django.utils.translation import gettext_lazy as _


class OperationState(TextChoices):
    """How far the work has come."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class OperationStep(TextChoices):
    """What an import does, in order."""

    FETCH = "fetch", _("Fetch the page")
    READ = "read", _("Read its text")
    KEEP = "keep", _("Keep the article")


ENDED = (OperationState.DONE, OperationState.FAILED)


class StepState(TextChoices):
    """How far one step has come."""

    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class OperationQuerySet(models.QuerySet["Operation"]):
    def due(self, now: datetime) -> Self:
        """What is to be begun, or begun again: what people wait for first, then what keys asked for, oldest first."""
        waiting = self.filter(next_attempt_at__lte=now)
        return waiting.order_by(F("key").asc(nulls_first=True), "next_attempt_at", "pk")

    def untold(self) -> Self:
        """What failed for a person who was not told yet."""
        return self.filter(state=OperationState.FAILED, made_by__isnull=False, told_at__isnull=True)


class Operation(models.Model):
    """One import of an article from its link.

    `told` is what was said of the article beside the link (`services.operations`). Whoever takes the row moves
    `next_attempt_at` ahead first, which is their lease: should they die, the row comes up again by itself. `failures`
    are what went wrong, latest last: `step`, `code`, `detail` (a sentence), `at`. `notes` says what was assumed.
    """

    made_by = models.ForeignKey(
        "claims.User", models.PROTECT, verbose_name=_("asked by"), related_name="operations", null=True, blank=True
    )
    key = models.ForeignKey(
        "claims.ApiKey", models.PROTECT, verbose_name=_("key"), related_name="operations", null=True, blank=True
    )
    desk = models.ForeignKey("claims.Desk", models.PROTECT, verbose_name=_("desk"), null=True, blank=True)
    url = models.CharField(_("link"), max_length=2000)
    told = models.JSONField(_("given with it"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=OperationState.choices, default=OperationState.QUEUED)
    step = models.CharField(_("step"), max_length=8, choices=OperationStep.choices, default=OperationStep.FETCH)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    failures = models.JSONField(_("what went wrong"), default=list, blank=True)
    notes = models.JSONField(_("what was assumed"), default=list, blank=True)
    revision = models.ForeignKey(
        "claims.ArticleRevision", models.PROTECT, verbose_name=_("text"), related_name="+", null=True, blank=True
    )
    is_new = models.BooleanField(_("the article is new"), default=False)
    is_new_text = models.BooleanField(_("its text is new"), default=False)
    asked_at = models.DateTimeField(_("asked"))
    started_at = models.DateTimeField(_("begun"), null=True, blank=True)
    finished_at = models.DateTimeField(_("ended"), null=True, blank=True)
    told_at = models.DateTimeField(_("failure told"), null=True, blank=True)

    objects = OperationQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        ordering = ("-id",)
        indexes = (
            models.Index(
                fields=("next_attempt_at",), condition=Q(next_attempt_at__isnull=False), name="operation_next_attempt"
            ),
            models.Index(
                fields=("id",),
                condition=Q(state=OperationState.FAILED, made_by__isnull=False, told_at__isnull=True),
                name="operation_untold",
            ),
        )
        constraints = (
            CheckConstraint(
                condition=Q(made_by__isnull=False, key__isnull=True) | Q(made_by__isnull=True, key__isnull=False),
                name="operation_has_one_maker",
            ),
            CheckConstraint(
                condition=Q(state__in=ENDED, finished_at__isnull=False, next_attempt_at__isnull=True)
                | Q(
                    state__in=(OperationState.QUEUED, OperationState.RUNNING),
                    finished_at__isnull=True,
                    next_attempt_at__isnull=False,
                ),
                name="operation_ends",
            ),
            CheckConstraint(
                condition=Q(state=OperationState.DONE, revision__isnull=False)
                | (~Q(state=OperationState.DONE) & Q(revision__isnull=True)),
                name="operation_done_has_article",
            ),
        )

    def __str__(self) -> str:
        return self.url

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED

    @property
    def why(self) -> str:
        """The sentence of what went wrong last; empty while nothing did."""
        return str(self.failures[-1]["detail"]) if self.failures else ""

    @property
    def steps(self) -> list[tuple[OperationStep, StepState]]:
        """Every step in order, and how far it has come."""
        order = list(OperationStep)
        reached = order.index(OperationStep(self.step))
        here = {
            OperationState.RUNNING: StepState.RUNNING,
            OperationState.DONE: StepState.DONE,
            OperationState.FAILED: StepState.FAILED,
        }.get(OperationState(self.state), StepState.WAITING)
        before = StepState.DONE if self.state != OperationState.QUEUED else StepState.WAITING
        states = [*[before] * reached, here, *[StepState.WAITING] * (len(order) - reached - 1)]
        return list(zip(order, states, strict=True))
