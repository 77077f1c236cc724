"""The reading of linked pages: what must still be read, and every copy that was kept."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import CheckConstraint, F, Q, TextChoices, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from claims.models.frozen import frozen


class FetchState(TextChoices):
    """How far the reading of a link has come."""

    WAITING = "waiting", _("Reading the page…")
    KEPT = "kept", _("Copy kept")
    FAILED = "failed", _("The page did not open")
    GONE = "gone", _("The link no longer opens; its copy is kept")
    UNASKED = "unasked", _("Not read, because the item is protected")
    EXAMPLE = "example", _("An address for examples: there is no page to read")


# Nobody has read it yet, or somebody has just asked for it by hand.
AWAITED = Q(state=FetchState.WAITING) | Q(next_attempt_at=F("asked_at"))


class FetchQuerySet(models.QuerySet["Fetch"]):
    def awaited(self, now: datetime) -> Self:
        """What is due and somebody waits for, longest waiting first."""
        return self.filter(AWAITED, next_attempt_at__lte=now).order_by("next_attempt_at", "pk")

    def by_urgency(self, now: datetime) -> tuple[Self, Self, Self]:
        """What a reader may take now, in three parts that are taken one after the other.

        What somebody waits for, then links that have not opened so far, then looks whether kept pages still open. Each
        part is a walk along an index of its own, longest waiting first.
        """
        due = self.filter(next_attempt_at__lte=now).order_by("next_attempt_at", "pk")
        return self.awaited(now), due.filter(state=FetchState.FAILED), due


class Fetch(models.Model):
    """The reading of one link, from its first attempt through every later look whether it still opens.

    Whoever takes the row moves `next_attempt_at` ahead first, which is their lease: should they die, the row comes up
    again by itself. `attempts` counts what was begun since the page last opened; `code` and `sentence` say why the
    last one failed. `asked_at` is when somebody asked by hand. `failing_since` is the first failure of those that run
    now, null while the page opens. `compared` is the number of the copy up to which somebody has compared changes.
    """

    evidence = models.OneToOneField("claims.Evidence", models.PROTECT, primary_key=True, related_name="fetch")
    state = models.CharField(_("state"), max_length=8, choices=FetchState.choices, default=FetchState.WAITING)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    asked_at = models.DateTimeField(_("asked for by hand"), null=True, blank=True)
    checked_at = models.DateTimeField(_("last looked"), null=True, blank=True)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True)
    compared = models.PositiveIntegerField(_("compared up to copy"), default=1)
    code = models.CharField(_("why it failed"), max_length=40, blank=True)
    sentence = models.CharField(_("why it failed, in words"), max_length=300, blank=True)

    objects = FetchQuerySet.as_manager()

    class Meta:
        verbose_name = _("reading of a link")
        verbose_name_plural = _("readings of links")
        indexes = (
            models.Index(
                fields=("next_attempt_at",), condition=Q(next_attempt_at__isnull=False), name="fetch_next_attempt"
            ),
            models.Index(fields=("next_attempt_at",), condition=AWAITED, name="fetch_awaited"),
            models.Index(
                fields=("next_attempt_at",),
                condition=Q(state=FetchState.FAILED, next_attempt_at__isnull=False),
                name="fetch_failed",
            ),
        )
        constraints = (
            CheckConstraint(
                condition=~Q(state=FetchState.WAITING) | Q(next_attempt_at__isnull=False), name="fetch_waits_for_a_time"
            ),
        )

    def __str__(self) -> str:
        return f"{self.evidence_id}: {self.get_state_display()}"


class CopyQuerySet(models.QuerySet["Copy"]):
    def signed(self) -> Self:
        """With what was kept and, where there is one, the signed time of it."""
        return self.select_related("snapshot__timestamp")


class Copy(models.Model):
    """One page as it was at one moment. A later one is kept only when its words differ from the copy before.

    `headers` are those of the last answer as sent, pairs of name and value; `url` is where redirects ended. `text` is
    what a reader would read of it, empty for what is no text; it is compared, never shown as a page.
    """

    evidence = models.ForeignKey(
        "claims.Evidence", models.PROTECT, verbose_name=_("evidence"), related_name="copies", db_index=False
    )
    number = models.PositiveIntegerField(_("number"))
    snapshot = models.ForeignKey("claims.Snapshot", models.PROTECT, verbose_name=_("bytes"), related_name="copies")
    url = models.CharField(_("found at"), max_length=4000)
    status = models.PositiveSmallIntegerField(_("HTTP status"))
    headers = models.JSONField(_("headers"), default=list)
    media_type = models.CharField(_("media type"), max_length=120)
    title = models.CharField(_("title"), max_length=300, blank=True)
    text = models.TextField(_("text"), blank=True)
    fetched_at = models.DateTimeField(_("read"))

    objects = CopyQuerySet.as_manager()

    class Meta:
        verbose_name = _("kept copy")
        verbose_name_plural = _("kept copies")
        ordering = ("evidence_id", "number")
        constraints = (UniqueConstraint(fields=("evidence", "number"), name="copy_number_once"),)
        triggers = frozen("copy")

    def __str__(self) -> str:
        return f"{self.evidence_id}.{self.number}"


class FileCheck(models.Model):
    """One reading of everything that is kept, byte for byte: a report that grows while it runs.

    `upto` is the last snapshot read; `lease_until` says until when somebody is at it. `missing` and `differing` list
    the SHA-256 of what was not as it was kept.
    """

    began_at = models.DateTimeField(_("began"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    lease_until = models.DateTimeField(_("somebody is at it until"), null=True, blank=True)
    upto = models.BigIntegerField(_("read up to"), default=0)
    files = models.PositiveBigIntegerField(_("files"), default=0)
    bytes = models.PositiveBigIntegerField(_("bytes"), default=0)
    missing = models.JSONField(_("missing"), default=list, blank=True)
    differing = models.JSONField(_("different"), default=list, blank=True)

    class Meta:
        verbose_name = _("check of kept files")
        verbose_name_plural = _("checks of kept files")
        ordering = ("-began_at", "-id")
        constraints = (
            UniqueConstraint(models.Value(1), condition=Q(finished_at__isnull=True), name="file_check_one_at_a_time"),
        )

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d %H:%M}"

    @property
    def broken(self) -> list[str]:
        return [*self.missing, *self.differing]


class StampRequest(models.Model):
    """A kept file that is to be stamped by the time-stamping authority, and how its attempts went.

    Made with the file, whether or not there is an authority yet. Whoever takes the row moves `next_attempt_at` ahead
    first, which is their lease; null when nothing more is tried: it is signed, or only protected evidence holds it.
    """

    snapshot = models.OneToOneField("claims.Snapshot", models.PROTECT, primary_key=True, related_name="stamp_request")
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    code = models.CharField(_("why it failed"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("request for a signed time")
        verbose_name_plural = _("requests for a signed time")
        indexes = (
            models.Index(
                fields=("next_attempt_at",), condition=Q(next_attempt_at__isnull=False), name="stamp_next_attempt"
            ),
        )

    def __str__(self) -> str:
        return str(self.snapshot_id)


class TimeStamp(models.Model):
    """What an authority signed (RFC 3161): that bytes with this SHA-256 existed at this moment.

    `token` is its whole answer, DER. It was verified against the authority's certificates before it was kept.
    """

    snapshot = models.OneToOneField("claims.Snapshot", models.PROTECT, primary_key=True, related_name="timestamp")
    authority = models.CharField(_("authority"), max_length=2000)
    stamped_at = models.DateTimeField(_("signed time"))
    token = models.BinaryField(_("token"))
    kept_at = models.DateTimeField(_("kept"))

    class Meta:
        verbose_name = _("signed time")
        verbose_name_plural = _("signed times")
        triggers = frozen("timestamp")

    def __str__(self) -> str:
        return f"{self.snapshot_id}: {self.stamped_at:%Y-%m-%d %H:%M:%S}"
