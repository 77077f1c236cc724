"""Routing rules: an order of them, and for each every version it ever had."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Deferrable, F, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from claims.models.frozen import frozen
from reviews.rules import Conditions, Outcomes, Ruled


class RuleBook(models.Model):
    """The one row that whoever changes rules holds. `version` counts every change, of a rule or of the order."""

    version = models.PositiveIntegerField(_("version"), default=0)

    class Meta:
        verbose_name = _("rule book")
        constraints = (CheckConstraint(condition=Q(id=1), name="rule_book_only_one"),)

    def __str__(self) -> str:
        return str(self.version)


class RoutingRule(models.Model):
    """A rule and its place in the order: the first active one that matches takes the claim.

    Name and whether it is switched on are those of its newest version, whose number is `version`.
    """

    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveIntegerField(_("position"))
    is_active = models.BooleanField(_("switched on"), default=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("routing rule")
        ordering = ("position",)
        constraints = (
            UniqueConstraint(fields=("position",), deferrable=Deferrable.DEFERRED, name="rule_position_once"),
        )

    def __str__(self) -> str:
        return self.name


class RuleVersionQuerySet(models.QuerySet["RuleVersion"]):
    def newest(self) -> Self:
        """The versions that rules have now, in the order of the rules. One statement never sees half a change."""
        return self.filter(number=F("rule__version")).select_related("rule").order_by("rule__position")


class RuleVersion(models.Model):
    """A rule as somebody saved it, for good. `conditions` are `rules.Conditions` as `kept()` writes them."""

    rule = models.ForeignKey(
        RoutingRule, models.PROTECT, verbose_name=_("rule"), related_name="versions", db_index=False
    )
    number = models.PositiveIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=80)
    is_active = models.BooleanField(_("switched on"), default=True)
    conditions = models.JSONField(_("conditions"), default=dict)
    skills = ArrayField(models.CharField(max_length=40), verbose_name=_("skills needed"), default=list)
    desk = models.ForeignKey("claims.Desk", models.PROTECT, verbose_name=_("desk"), related_name="+", null=True)
    priority = models.PositiveSmallIntegerField(_("priority"), null=True)
    review_policy = models.ForeignKey(
        "reviews.ReviewPolicy", models.PROTECT, verbose_name=_("review policy"), related_name="+", null=True
    )
    deadline_policy = models.ForeignKey(
        "reviews.DeadlinePolicy", models.PROTECT, verbose_name=_("deadline policy"), related_name="+", null=True
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    made_by_kind = models.CharField(_("made by a"), max_length=8)
    made_by_id = models.BigIntegerField(_("number of who made it"), null=True)
    made_by_name = models.CharField(_("made by"), max_length=200)
    made_at = models.DateTimeField(_("made"))

    objects = RuleVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a routing rule")
        ordering = ("rule", "number")
        constraints = (
            UniqueConstraint(fields=("rule", "number"), name="rule_version_once"),
            CheckConstraint(condition=Q(priority__isnull=True) | Q(priority__range=(1, 4)), name="rule_priority"),
        )
        triggers = frozen("rule_version")

    def __str__(self) -> str:
        return f"{self.name} ({self.number})"

    def ruled(self) -> Ruled:
        """The version as rules are decided by."""
        outcomes = Outcomes(
            skills=tuple(self.skills),
            desk=self.desk_id,
            priority=self.priority,
            review_policy=self.review_policy_id,
            deadline_policy=self.deadline_policy_id,
        )
        return Ruled(self.rule_id, self.number, self.name, Conditions.read(self.conditions), outcomes, self.pk)


class ResettlingQuerySet(models.QuerySet["Resettling"]):
    def of_newest(self) -> Self:
        """Wishes for versions that rules have now: how far they are moves no version."""
        return self.filter(rule_version__number=F("rule_version__rule__version"))


class Resettling(models.Model):
    """A wish to settle open claims anew, carried out claim by claim by a periodic task.

    With a version: the open claims that it takes. Without: claims that nobody could take, because the rules changed.
    `through` is the last claim that was looked at.
    """

    rule_version = models.ForeignKey(
        RuleVersion, models.PROTECT, verbose_name=_("version"), related_name="resettlings", null=True
    )
    asked_by_name = models.CharField(_("asked by"), max_length=200)
    asked_at = models.DateTimeField(_("asked"))
    through = models.BigIntegerField(_("looked at up to claim"), default=0)
    settled = models.PositiveIntegerField(_("claims settled anew"), default=0)
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = ResettlingQuerySet.as_manager()

    class Meta:
        verbose_name = _("settling anew")
        ordering = ("id",)
        indexes = (models.Index(fields=("id",), condition=Q(finished_at__isnull=True), name="resettling_open"),)

    def __str__(self) -> str:
        return f"#{self.pk}: {self.settled}"
