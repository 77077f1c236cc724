"""A claim: something an article says others said, and how the checking of it stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorField
from django.db import models
from django.db.models import CheckConstraint, Exists, F, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from claims.deadlines import DATE_NEAR, DateFacts, Precision, TimeFlag, ZoneBasis, answers_own_date, time_flags
from claims.lifecycle import OPEN_STATES, DismissalReason, State, WaitingReason
from claims.models.decision import Decision
from claims.models.embargo import desks_holding
from claims.verdicts import So

if TYPE_CHECKING:
    from claims.models.appearance import Appearance

_HOUR = models.Value(timedelta(hours=1), output_field=models.DurationField())
WARNING = models.ExpressionWrapper(F("desk__warning_hours") * _HOUR, output_field=models.DurationField())
UNANNOUNCED = frozenset({State.PROPOSED, State.DISMISSED})


def _answering() -> Exists:
    """A standing decision that answers "is it so?" for the claim's own date (`deadlines.answers_own_date`)."""
    standing = Decision.objects.filter(claim=OuterRef("pk"), standing=True).exclude(so="")
    return Exists(standing.filter(~Q(so=So.UNPROVEN) | Q(decided_at__gt=OuterRef("confirm_by"))))


_MERGED = """
WITH RECURSIVE merged AS (
    SELECT id FROM claims_claim WHERE duplicate_of_id = %s
     UNION
    SELECT claim.id FROM claims_claim claim JOIN merged ON claim.duplicate_of_id = merged.id
) SELECT id FROM merged
"""

_STAYING = """
WITH RECURSIVE staying AS (
    SELECT duplicate_of_id AS id FROM claims_claim WHERE id = ANY(%s) AND duplicate_of_id IS NOT NULL
     UNION
    SELECT claim.duplicate_of_id FROM claims_claim claim JOIN staying ON claim.id = staying.id
     WHERE claim.duplicate_of_id IS NOT NULL
) SELECT id FROM staying
"""


class ClaimQuerySet(models.QuerySet["Claim"]):
    """Lists of claims. Everything about time is computed from `now`, never from what was announced."""

    def open(self) -> Self:
        """Accepted and neither decided nor dismissed."""
        return self.filter(state__in=OPEN_STATES)

    def late(self, now: datetime) -> Self:
        """Open, and review due is strictly before `now`."""
        return self.open().filter(review_due_at__lt=now)

    def due_soon(self, now: datetime) -> Self:
        """Open, not late, and inside the desk's warning window."""
        return self.open().filter(review_due_at__gte=now, review_due_at__lt=models.Value(now) + WARNING)

    def due_within(self, now: datetime, span: timedelta) -> Self:
        """Open, review due at or after `now` and before `now + span`. Late ones are not counted again."""
        return self.open().filter(review_due_at__gte=now, review_due_at__lt=now + span)

    def date_passed(self, now: datetime) -> Self:
        """Its own date is strictly before `now` and no standing decision answers it; waiting claims included."""
        return self.exclude(state__in=UNANNOUNCED).filter(~_answering(), confirm_by__lt=now)

    def date_near(self, now: datetime) -> Self:
        """Open, unanswered, and its own date is at most 48 h ahead."""
        return self.open().filter(~_answering(), confirm_by__gte=now, confirm_by__lt=now + DATE_NEAR)

    def flagged(self, kind: str, now: datetime) -> Self:
        """Claims for which the flag `kind` holds at `now`: computed for the clock's kinds, else from the log."""
        if kind in TimeFlag.values:
            by_kind = {
                TimeFlag.LATE: self.late,
                TimeFlag.DUE_SOON: self.due_soon,
                TimeFlag.DATE_PASSED: self.date_passed,
                TimeFlag.DATE_NEAR: self.date_near,
            }
            return by_kind[TimeFlag(kind)](now)
        return self.filter(flag_log__kind=kind, flag_log__cleared_at__isnull=True)

    def decided_since(self, moment: datetime) -> Self:
        """Decided now, and the standing decision was made at or after `moment`."""
        standing = Decision.objects.filter(claim=OuterRef("pk"), standing=True, decided_at__gte=moment)
        return self.filter(Exists(standing), state=State.DECIDED)

    def with_holding(self) -> Self:
        """Each with `holding`: the desks of articles under embargo now that it is quoted from."""
        return self.annotate(holding=desks_holding("pk"))

    def merged_into(self, number: int) -> Self:
        """Claims that were merged into this one, and those merged into them before."""
        return self.filter(pk__in=RawSQL(_MERGED, [number]))  # noqa: S611 - our own text, the number is bound

    def staying_for(self, merged: Iterable[int]) -> Self:
        """Claims into which any of these was merged, at first or by a later merge."""
        return self.filter(pk__in=RawSQL(_STAYING, [list(merged)]))  # noqa: S611 - our own text, the numbers are bound

    def searched(self, words: str) -> Self:
        """Claims whose statement holds all of `words`, in any language."""
        return self.filter(search=SearchQuery(words, config="simple", search_type="websearch"))


class Claim(models.Model):
    """One claim. `state` is written by `claims.services.transitions` alone.

    `version` changes when something a person edits changes (statement, state, dates, desk, priority, decision);
    everything else raises only the head's `event_seq`. Priority 1 is highest. All times are UTC.
    """

    statement = models.TextField(_("statement"), max_length=1000)
    short_text = models.CharField(_("short text"), max_length=75, blank=True)
    language = models.CharField(_("language"), max_length=16)
    desk = models.ForeignKey(
        "claims.Desk",
        models.PROTECT,
        verbose_name=_("desk"),
        related_name="claims",
        null=True,
        blank=True,
        db_index=False,
    )
    topics = ArrayField(models.CharField(max_length=40), verbose_name=_("topics"), default=list, blank=True)
    priority = models.PositiveSmallIntegerField(_("priority"), default=3)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.PROPOSED, editable=False)
    selection_reason = models.CharField(_("why it was selected"), max_length=300, blank=True)
    round = models.PositiveIntegerField(_("round of review"), default=1)

    review_due_at = models.DateTimeField(_("review due"), null=True, blank=True)
    first_review_due_at = models.DateTimeField(_("first review due"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)

    confirm_from = models.DateTimeField(_("its own date, from"), null=True, blank=True)
    confirm_by = models.DateTimeField(_("its own date"), null=True, blank=True)
    confirm_words = models.CharField(_("words of its own date"), max_length=200, blank=True)
    confirm_precision = models.CharField(_("precision"), max_length=6, choices=Precision.choices, blank=True)
    confirm_zone = models.CharField(_("time zone of its own date"), max_length=64, blank=True)
    confirm_zone_basis = models.CharField(_("whose time zone"), max_length=8, choices=ZoneBasis.choices, blank=True)
    confirm_counted_from = models.DateTimeField(_("counted from"), null=True, blank=True)
    confirm_read_by = models.CharField(_("who read the date"), max_length=200, blank=True)

    waiting_reason = models.CharField(_("waiting for"), max_length=12, choices=WaitingReason.choices, blank=True)
    waiting_note = models.CharField(_("what is awaited"), max_length=300, blank=True)
    waiting_until = models.DateTimeField(_("waiting until"), null=True, blank=True)
    waiting_from = models.CharField(_("state before waiting"), max_length=16, choices=State.choices, blank=True)
    dismissal_reason = models.CharField(_("why dismissed"), max_length=20, choices=DismissalReason.choices, blank=True)
    dismissal_note = models.CharField(_("about the dismissal"), max_length=300, blank=True)
    duplicate_of = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("duplicate of"), related_name="duplicates", null=True, blank=True
    )
    split_from = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("split from"), related_name="parts", null=True, blank=True
    )

    made_by_user = models.ForeignKey(
        "claims.User", models.PROTECT, verbose_name=_("entered by"), related_name="claims_made", null=True, blank=True
    )
    made_by_key = models.ForeignKey(
        "claims.ApiKey", models.PROTECT, verbose_name=_("sent by"), related_name="claims_made", null=True, blank=True
    )
    created_at = models.DateTimeField(_("added"))
    updated_at = models.DateTimeField(_("last changed"))
    version = models.PositiveIntegerField(_("version"), default=1)
    search = models.GeneratedField(
        expression=SearchVector("statement", config="simple"), output_field=SearchVectorField(), db_persist=True
    )

    objects = ClaimQuerySet.as_manager()

    holding: Sequence[int | None] | None = None  # of a claim that was read `with_holding`

    class Meta:
        verbose_name = _("claim")
        ordering = ("-id",)
        constraints = (
            CheckConstraint(condition=Q(state__in=[state.value for state in State]), name="claim_state_known"),
            CheckConstraint(condition=Q(priority__range=(1, 4)), name="claim_priority"),
            CheckConstraint(condition=~Q(statement=""), name="claim_statement"),
            CheckConstraint(
                condition=Q(state__in=sorted(UNANNOUNCED))
                | Q(desk__isnull=False, review_due_at__isnull=False, accepted_at__isnull=False),
                name="claim_accepted_has_desk_and_due",
            ),
            CheckConstraint(
                condition=Q(confirm_by__isnull=True, confirm_from__isnull=True)
                | (
                    Q(confirm_by__gt=F("confirm_from"))
                    & ~Q(confirm_precision="")
                    & ~Q(confirm_zone="")
                    & ~Q(confirm_zone_basis="")
                ),
                name="claim_own_date_whole",
            ),
            CheckConstraint(
                condition=(Q(state=State.WAITING) & ~Q(waiting_reason="") & Q(waiting_until__isnull=False))
                | (~Q(state=State.WAITING) & Q(waiting_reason="", waiting_until__isnull=True)),
                name="claim_waiting_says_why",
            ),
            CheckConstraint(
                condition=(Q(state=State.DISMISSED) & ~Q(dismissal_reason=""))
                | (~Q(state=State.DISMISSED) & Q(dismissal_reason="")),
                name="claim_dismissed_says_why",
            ),
            CheckConstraint(
                condition=Q(duplicate_of__isnull=True) | (Q(state=State.DISMISSED) & ~Q(duplicate_of=F("id"))),
                name="claim_repeats_another",
            ),
            CheckConstraint(
                condition=Q(split_from__isnull=True) | Q(split_from__lt=F("id")), name="claim_split_from_earlier"
            ),
        )
        indexes = (
            models.Index(fields=("state", "review_due_at", "id"), name="claim_due"),
            models.Index(fields=("review_due_at", "id"), name="claim_by_due"),
            models.Index(fields=("desk", "state"), name="claim_desk_state"),
            models.Index(fields=("confirm_by", "id"), name="claim_own_date"),
            models.Index(fields=("updated_at", "id"), name="claim_updated"),
            models.Index(fields=("first_review_due_at",), name="claim_first_due"),
            GinIndex(fields=("search",), name="claim_search"),
        )

    def __str__(self) -> str:
        return f"#{self.pk} {self.statement}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    def is_late(self, now: datetime) -> bool:
        return self.is_open and self.review_due_at is not None and self.review_due_at < now

    def date_facts(self, standing: Decision | None) -> DateFacts:
        """What the clock's flags depend on. `standing` is the standing decision, None when there is none."""
        answered = standing is not None and answers_own_date(standing.so or None, standing.decided_at, self.confirm_by)
        warning = self.desk.warning if self.desk else timedelta(0)
        return DateFacts(self.state, self.review_due_at, warning, self.confirm_by, answered, self.waiting_until)

    def time_flags(self, now: datetime, standing: Decision | None) -> list[TimeFlag]:
        """The clock's flags that hold at `now`, most pressing first."""
        return time_flags(self.date_facts(standing), now)

    def first_appearance(self) -> Appearance | None:
        """The quote the claim was made from; uses what was prefetched."""
        return next((seen for seen in self.appearances.all() if seen.is_first), None)


class ClaimHead(models.Model):
    """The narrow row that is the claim's lock, and the end of its chain of events."""

    claim = models.OneToOneField(Claim, models.PROTECT, primary_key=True, related_name="head")
    event_seq = models.PositiveIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("claim head")

    def __str__(self) -> str:
        return f"#{self.claim_id}.{self.event_seq}"
