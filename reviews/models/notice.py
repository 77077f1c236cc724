"""What people are told: in the app, by mail, and how each of them wants it."""

from __future__ import annotations

from datetime import time
from typing import Self

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from reviews.noticing import DIGEST_AT, ByMail, NoticeReason


class NoticeQuerySet(models.QuerySet["Notice"]):
    def of(self, user_id: int | None) -> Self:
        """What the person reads in the app."""
        return self.filter(user=user_id, in_app=True)

    def unread(self) -> Self:
        """Not read yet."""
        return self.filter(read_at__isnull=True)


class Notice(models.Model):
    """One thing somebody was told: of a claim, once for each reason and day of theirs, or of an import that failed.

    That they were taken off a claim they are told each time: they may have been put on it again on the same day.

    It keeps no words of either: what is shown is read anew, and only by those who may still see it.
    """

    user = models.ForeignKey(
        "claims.User", models.CASCADE, verbose_name=_("person"), related_name="notices", db_index=False
    )
    claim = models.ForeignKey(
        "claims.Claim", models.PROTECT, verbose_name=_("claim"), related_name="notices", null=True, blank=True
    )
    operation = models.ForeignKey(
        "claims.Operation", models.PROTECT, verbose_name=_("import"), related_name="notices", null=True, blank=True
    )
    reason = models.CharField(_("reason"), max_length=16, choices=NoticeReason.choices)
    day = models.DateField(_("day, on their clock"))
    event = models.ForeignKey(
        "claims.ClaimEvent", models.PROTECT, verbose_name=_("event"), related_name="+", null=True, blank=True
    )
    in_app = models.BooleanField(_("shown in the app"))
    by_mail = models.CharField(_("by mail"), max_length=8, choices=ByMail.choices)
    made_at = models.DateTimeField(_("told"))
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    digest = models.ForeignKey(
        "reviews.Message", models.SET_NULL, verbose_name=_("digest"), related_name="notices", null=True, blank=True
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        ordering = ("-made_at", "-id")
        constraints = (
            UniqueConstraint(
                fields=("user", "claim", "reason", "day"),
                condition=~Q(reason=NoticeReason.TAKEN_OFF),
                name="notice_once_a_day",
            ),
            UniqueConstraint(
                fields=("user", "event"), condition=Q(reason=NoticeReason.TAKEN_OFF), name="notice_of_a_loss_once"
            ),
            UniqueConstraint(
                fields=("operation", "day"), condition=Q(operation__isnull=False), name="notice_of_import_once_a_day"
            ),
            CheckConstraint(
                condition=Q(claim__isnull=False, event__isnull=False, operation__isnull=True)
                | Q(
                    claim__isnull=True,
                    event__isnull=True,
                    operation__isnull=False,
                    reason=NoticeReason.IMPORT_FAILED,
                ),
                name="notice_of_one_thing",
            ),
        )
        indexes = (
            models.Index(fields=("user",), condition=Q(read_at__isnull=True, in_app=True), name="notice_unread"),
            models.Index(fields=("user", "-made_at", "-id"), name="notice_latest"),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.get_reason_display()} ({self.about})"

    @property
    def about(self) -> str:
        """What it tells of, without a word of it: the claim's number, or the import's."""
        return f"#{self.claim_id}" if self.claim_id else f"import {self.operation_id}"


class MessageQuerySet(models.QuerySet["Message"]):
    def waiting(self) -> Self:
        """Neither sent nor given up."""
        return self.filter(sent_at__isnull=True, dropped="")


class Message(models.Model):
    """One letter: for a notice, a person's digest of a day, or a webhook of theirs that was switched off.

    A digest, and a letter that carries what others would have said, holds its `notices`.

    Sent from its row, so that no lost task loses it.
    """

    user = models.ForeignKey("claims.User", models.CASCADE, verbose_name=_("person"), related_name="messages")
    notice = models.OneToOneField(
        Notice, models.CASCADE, verbose_name=_("notice"), related_name="message", null=True, blank=True
    )
    day = models.DateField(_("digest of"), null=True, blank=True)
    webhook = models.ForeignKey(
        "claims.Webhook", models.CASCADE, verbose_name=_("webhook"), related_name="letters", null=True, blank=True
    )
    made_at = models.DateTimeField(_("made"))
    next_attempt_at = models.DateTimeField(_("next try"))
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    dropped = models.CharField(_("why it was not sent"), max_length=200, blank=True)
    error = models.CharField(_("last error"), max_length=300, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        ordering = ("-made_at", "-id")
        constraints = (
            UniqueConstraint(fields=("user", "day"), condition=Q(notice__isnull=True), name="digest_once_a_day"),
            CheckConstraint(
                condition=Q(notice__isnull=True, day__isnull=False, webhook__isnull=True)
                | Q(notice__isnull=False, day__isnull=True, webhook__isnull=True)
                | Q(notice__isnull=True, day__isnull=True, webhook__isnull=False),
                name="message_of_one_thing",
            ),
        )
        indexes = (
            models.Index(
                fields=("next_attempt_at", "id"), condition=Q(sent_at__isnull=True, dropped=""), name="message_next"
            ),
        )

    def __str__(self) -> str:
        return str(self.notice) if self.notice else f"{self.user}: {self.webhook or self.day}"


class NoticeSettings(models.Model):
    """When somebody is written to. Without a row: a digest at 08:00 of their clock, no quiet hours."""

    user = models.OneToOneField(
        "claims.User", models.CASCADE, verbose_name=_("person"), primary_key=True, related_name="notice_settings"
    )
    digest_at = models.TimeField(_("daily digest at"), null=True, blank=True, default=DIGEST_AT)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("notice settings")
        verbose_name_plural = _("notice settings")
        constraints = (
            CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="quiet_hours_whole",
            ),
        )

    def __str__(self) -> str:
        return str(self.user)

    @property
    def quiet(self) -> tuple[time, time] | None:
        """From when until when nothing is sent, on the person's clock."""
        return (self.quiet_from, self.quiet_until) if self.quiet_from and self.quiet_until else None


class NoticeChoice(models.Model):
    """How one person wants one reason; without a row the usual holds (`reviews.noticing.USUAL`)."""

    user = models.ForeignKey(
        "claims.User", models.CASCADE, verbose_name=_("person"), related_name="notice_choices", db_index=False
    )
    reason = models.CharField(_("reason"), max_length=16, choices=NoticeReason.choices)
    in_app = models.BooleanField(_("shown in the app"))
    by_mail = models.CharField(_("by mail"), max_length=8, choices=ByMail.choices)

    class Meta:
        verbose_name = _("notice choice")
        constraints = (UniqueConstraint(fields=("user", "reason"), name="notice_choice_once"),)

    def __str__(self) -> str:
        return f"{self.user}: {self.get_reason_display()}"


class FeedMark(models.Model):
    """How far a reader of the events has come: the place (transaction, event) behind which it goes on."""

    reader = models.CharField(_("reader"), max_length=40, primary_key=True)
    tx = models.BigIntegerField(_("transaction"), default=0)
    event = models.BigIntegerField(_("event"), default=0)

    class Meta:
        verbose_name = _("feed mark")

    def __str__(self) -> str:
        return f"{self.reader}: {self.tx}-{self.event}"
