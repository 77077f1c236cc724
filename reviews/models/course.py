"""The course a claim takes: what was settled about its handling when it was accepted."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class DeskDefaults(models.Model):
    """How a desk works where no routing rule says otherwise. Without a row: one reviewer, the desk's plain hours."""

    desk = models.OneToOneField("claims.Desk", models.CASCADE, verbose_name=_("desk"), related_name="defaults")
    review_policy = models.ForeignKey(
        "reviews.ReviewPolicy", models.PROTECT, verbose_name=_("review policy"), related_name="+", null=True, blank=True
    )
    deadline_policy = models.ForeignKey(
        "reviews.DeadlinePolicy",
        models.PROTECT,
        verbose_name=_("deadline policy"),
        related_name="+",
        null=True,
        blank=True,
    )
    takes_back = models.BooleanField(
        _("claims without activity and those of people away go back to the pool"), default=False, db_default=False
    )
    version = models.PositiveIntegerField(_("version"), default=1, db_default=1)

    class Meta:
        verbose_name = _("desk's defaults")
        verbose_name_plural = _("desks' defaults")

    def __str__(self) -> str:
        return str(self.desk)


class Course(models.Model):
    """How one claim is handled: written when it is accepted, so that a changed rule moves no running work.

    `topics` are the skills whoever takes it must have. Null policies mean one reviewer and the desk's plain hours.
    `rule` is the version that took the claim, null: none did. `earlier` are the rules before it, in order, each
    `{"rule", "version", "name", "why"}` with the first condition that did not hold. `given_desk` and
    `given_priority` are what the claim came with, before the rule moved them.
    """

    claim = models.OneToOneField("claims.Claim", models.PROTECT, primary_key=True, related_name="course")
    review_policy = models.ForeignKey(
        "reviews.ReviewPolicy", models.PROTECT, verbose_name=_("review policy"), related_name="+", null=True, blank=True
    )
    deadline_policy = models.ForeignKey(
        "reviews.DeadlinePolicy",
        models.PROTECT,
        verbose_name=_("deadline policy"),
        related_name="+",
        null=True,
        blank=True,
    )
    topics = ArrayField(models.CharField(max_length=40), verbose_name=_("skills needed"), default=list, blank=True)
    rule = models.ForeignKey(
        "reviews.RuleVersion", models.PROTECT, verbose_name=_("rule"), related_name="courses", null=True, blank=True
    )
    earlier = models.JSONField(_("why not earlier rules"), default=list, db_default=[], blank=True)
    given_desk = models.ForeignKey(
        "claims.Desk", models.PROTECT, verbose_name=_("desk it came with"), related_name="+", null=True, blank=True
    )
    given_priority = models.PositiveSmallIntegerField(_("priority it came with"), null=True, blank=True)
    set_at = models.DateTimeField(_("settled"))

    class Meta:
        verbose_name = _("course")

    def __str__(self) -> str:
        return f"#{self.claim_id}"
