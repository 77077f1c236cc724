"""A desk's escalation ladder, and the log of the steps that were taken."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from claims.ladders import BEGINNING, Deed, Step, Tell, Track

# Long enough for every transaction that read the ladder before it changed to have ended.
SETTLES = timedelta(minutes=1)


class LadderQuerySet(models.QuerySet["Ladder"]):
    def to_follow(self) -> Self:
        """Ladders that changed since every claim of their desk was looked at."""
        return self.filter(Q(followed_at__isnull=True) | Q(followed_at__lt=F("changed_at") + SETTLES))


class Ladder(models.Model):
    """The ladder of one desk; without a row the product's own holds (`claims.ladders.DEFAULT`).

    After a change the desk's claims are looked through in the order of their numbers: `pass_from` is when that began
    (null: it has not), `pass_to` the last claim done, `followed_at` when the last whole pass began.
    """

    desk = models.OneToOneField("claims.Desk", models.CASCADE, verbose_name=_("desk"), related_name="ladder")
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    changed_at = models.DateTimeField(_("changed"), editable=False)
    pass_from = models.DateTimeField(null=True, editable=False)
    pass_to = models.BigIntegerField(default=0, editable=False)
    followed_at = models.DateTimeField(null=True, editable=False)

    objects = LadderQuerySet.as_manager()

    class Meta:
        verbose_name = _("escalation ladder")
        ordering = ("desk__name",)

    def __str__(self) -> str:
        return str(_("Ladder of %(desk)s") % {"desk": self.desk})


class LadderStep(models.Model):
    """One step. Minutes are counted from the date, negative before it; `since` see `claims.ladders.Step`."""

    ladder = models.ForeignKey(Ladder, models.CASCADE, related_name="steps", db_index=False)
    key = models.SlugField(_("key"), max_length=20)
    name = models.CharField(_("name"), max_length=60, help_text=_("As the timeline shows it: “1 h late”."))
    track = models.CharField(_("counted from"), max_length=10, choices=Track.choices, default=Track.REVIEW_DUE)
    minutes = models.IntegerField(_("minutes after"), help_text=_("Negative: before."))
    every_minutes = models.PositiveIntegerField(
        _("then every"), null=True, blank=True, validators=[MinValueValidator(60)], help_text=_("Minutes; empty: once.")
    )
    tell = models.CharField(_("tells"), max_length=8, choices=Tell.choices, default=Tell.REVIEWER)
    act = models.CharField(_("does"), max_length=6, choices=Deed.choices, default=Deed.TELL)
    since = models.DateTimeField(default=BEGINNING, editable=False)

    class Meta:
        verbose_name = _("step of the ladder")
        verbose_name_plural = _("steps of the ladder")
        ordering = ("track", "minutes", "id")
        constraints = (UniqueConstraint(fields=("ladder", "key"), name="ladder_step_once"),)

    def __str__(self) -> str:
        return self.name

    @property
    def rule(self) -> Step:
        """What the pure rules reckon with."""
        every = None if self.every_minutes is None else timedelta(minutes=self.every_minutes)
        return Step(
            self.key,
            self.name,
            Track(self.track),
            timedelta(minutes=self.minutes),
            Tell(self.tell),
            Deed(self.act),
            every,
            self.since,
        )

    @classmethod
    def of(cls, ladder: Ladder, step: Step) -> LadderStep:
        """The row of a step."""
        minute = timedelta(minutes=1)
        return cls(
            ladder=ladder,
            key=step.key,
            name=step.name,
            track=step.track,
            minutes=step.offset // minute,
            every_minutes=None if step.every is None else step.every // minute,
            tell=step.tell,
            act=step.act,
            since=step.since,
        )


class EscalationQuerySet(models.QuerySet["Escalation"]):
    def to_be_returned(self) -> Self:
        """Steps that return their claim to the pool and were not carried out yet, the oldest first."""
        return self.filter(act=Deed.RETURN, acted_at__isnull=True).order_by("pk")


class Escalation(models.Model):
    """One step that a desk's ladder took for one date of a claim: never twice, whatever became of the ladder meanwhile.

    `desk` is the claim's at that moment: what one desk was told says nothing to another that gets the claim late.
    `date` is the review due or own date it stands on, `moment` when the step fell due, `nth` which repetition.
    A step that returns the claim to the pool is carried out afterwards: `acted_at` and `result` say when and how.
    """

    claim = models.ForeignKey("claims.Claim", models.PROTECT, related_name="escalations", db_index=False)
    desk = models.ForeignKey("claims.Desk", models.PROTECT, related_name="+", db_index=False)
    track = models.CharField(max_length=10, choices=Track.choices)
    date = models.DateTimeField()
    step = models.CharField(max_length=20)
    nth = models.PositiveIntegerField(default=1)
    name = models.CharField(max_length=60)
    tell = models.CharField(max_length=8, choices=Tell.choices)
    act = models.CharField(max_length=6, choices=Deed.choices)
    moment = models.DateTimeField()
    taken_at = models.DateTimeField()
    acted_at = models.DateTimeField(null=True, blank=True)
    result = models.CharField(max_length=80, blank=True)

    objects = EscalationQuerySet.as_manager()

    class Meta:
        verbose_name = _("escalation")
        constraints = (
            UniqueConstraint(fields=("claim", "desk", "track", "date", "step", "nth"), name="escalation_once"),
            CheckConstraint(condition=Q(taken_at__gt=F("moment")), name="escalation_not_early"),
        )
        indexes = (
            models.Index(fields=("id",), condition=Q(act=Deed.RETURN, acted_at__isnull=True), name="escalation_to_do"),
        )

    def __str__(self) -> str:
        return f"#{self.claim_id} {self.name}"
