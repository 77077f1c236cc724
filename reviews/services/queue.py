"""What somebody has to do: the lists of the queue, and everything a row of them shows, in a fixed number of queries.

Lateness is computed from `now`. Nothing here writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    TextChoices,
    Value,
    When,
)
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from claims.lifecycle import State
from claims.models import Appearance, ChainStep, Claim, Decision, Evidence, Flag, Heartbeat, SourceKind, User
from claims.models.claim import ClaimQuerySet
from claims.permissions import Viewer, desks_of, visible_claims, visible_sources
from claims.services.watch import DELAYED_AFTER, HEARTBEAT
from reviews.models import Absence, Assignment, AssignmentStatus, Notice, Review
from reviews.models.assignment import HOLDING
from reviews.noticing import OUT_OF_SIGHT
from reviews.permissions import only_seen_by
from reviews.services.compiled import Compiled
from reviews.services.routing import wanting_people
from reviews.services.rowsteps import with_seats
from reviews.services.seats import wanting_an_editor

PAGE = 60
MOST = 300
NUMBERS = frozenset({"desk", "outlet"})
ROUTABLE = (State.QUEUED, State.IN_REVIEW, State.SECOND_OPINION)


class View(TextChoices):
    """The lists of the queue, one tab each."""

    MINE = "mine", _("Mine")
    POOL = "pool", _("Team pool")
    SECOND = "second", _("Second opinions")
    HANDED = "handed", _("Handed over")
    DECIDED = "decided", _("Decided today")


class Order(TextChoices):
    """How a list is ordered. Only due first is grouped by urgency."""

    DUE = "due", pgettext_lazy("order", "Due first")
    NEWEST = "newest", pgettext_lazy("order", "Newest first")
    OWN_DATE = "own_date", pgettext_lazy("order", "Its own date first")


@dataclass(frozen=True)
class Narrowed:
    """What a list is narrowed to; empty where it is not. `desk` and `outlet` are numbers of rows."""

    desk: int | None = None
    language: str = ""
    outlet: int | None = None
    state: str = ""
    flag: str = ""

    def of(self, claims: ClaimQuerySet, now: datetime) -> ClaimQuerySet:
        """Those of `claims` that are left."""
        plain = {"desk": self.desk, "language": self.language, "state": self.state}
        claims = claims.filter(**{name: value for name, value in plain.items() if value})
        if self.outlet:
            printed = Appearance.objects.filter(claim=OuterRef("pk"), revision__article__outlet=self.outlet)
            claims = claims.filter(Exists(printed))
        return claims.flagged(self.flag, now) if self.flag else claims

    def without(self, name: str) -> Narrowed:
        """The same but for one of its parts."""
        blank: dict[str, Any] = {name: None if name in NUMBERS else ""}
        return replace(self, **blank)


def day_start(now: datetime) -> datetime:
    """00:00 of the reader's running day."""
    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def claims_in(view: str, viewer: Viewer, now: datetime) -> ClaimQuerySet:
    """The claims of one tab, unordered."""
    seen = cast(ClaimQuerySet, visible_claims(viewer, now))
    me = viewer.user.pk if viewer.user else None
    held = Exists(Assignment.objects.open().filter(claim=OuterRef("pk"), reviewer__user=me))
    if view == View.POOL:
        mine = Assignment.objects.filter(claim=OuterRef("pk"), reviewer__user=me, round=OuterRef("round"))
        wanting = wanting_people().filter(state__in=ROUTABLE).values("pk")
        return seen.filter(~Exists(mine.exclude(status="withdrawn")), pk__in=wanting)
    if view == View.DECIDED:
        judged = Review.objects.filter(claim=OuterRef("pk"), reviewer__user=me)
        return seen.decided_since(day_start(now)).filter(Exists(judged))
    if view == View.HANDED:
        gone = Assignment.objects.filter(claim=OuterRef("pk"), reviewer__user=me, round=OuterRef("round"))
        return seen.open().filter(Exists(gone.filter(status=AssignmentStatus.HANDED_OVER)))
    if view == View.SECOND:
        return seen.filter(state=State.SECOND_OPINION).filter(Q(held) | _waits_for_an_editor(viewer))
    return seen.open().filter(held)


def _waits_for_an_editor(viewer: Viewer) -> Q:
    """Claims of the desks somebody edits that want an editor's judgement, and that they have not judged."""
    me = viewer.user.pk if viewer.user else None
    judged = Assignment.objects.filter(claim=OuterRef("pk"), reviewer__user=me, round=OuterRef("round"))
    done = Exists(judged.filter(status__in=sorted(HOLDING)))
    theirs = Claim.objects.filter(~done, desk__in=sorted(viewer.editor_of))
    return Q(pk__in=wanting_an_editor(theirs).values("pk"))


def counted(claims: QuerySet[Any]) -> Subquery:
    """How many rows, as one column of another query."""
    number = Func(F("pk"), function="COUNT", output_field=IntegerField())
    return Subquery(claims.order_by().annotate(_number=number).values("_number"))


def unread_notices(viewer: Viewer, now: datetime) -> QuerySet[Notice]:
    """What the person was told and has not read: of claims they may still see or were taken off, and their imports."""
    mine, seen = Notice.objects.of(viewer.user.pk if viewer.user else None).unread(), visible_claims(viewer, now)
    told = Q(claim__in=seen.values("pk")) | Q(reason__in=sorted(OUT_OF_SIGHT))
    return mine.filter(told | Q(operation__made_by=viewer.user))


@dataclass(frozen=True)
class Summary:
    """One person's work at one moment. `limit` and the number `reviewer` are None for somebody who does not review."""

    mine: int
    pool: int
    second: int
    handed: int
    decided: int
    late: int
    due_today: int
    proposed: int
    limit: int | None
    reviewer: int | None
    away_until: datetime | None
    alerts_delayed: bool
    unread: int

    @property
    def room(self) -> int:
        """How many more claims fit under the limit."""
        return max(0, (self.limit or 0) - self.mine)

    def of(self, view: str) -> int:
        """How many claims a tab holds."""
        return int(getattr(self, view))


NO_WORK = Summary(0, 0, 0, 0, 0, 0, 0, 0, limit=None, reviewer=None, away_until=None, alerts_delayed=False, unread=0)


def summary_for(viewer: Viewer, now: datetime) -> Summary:
    """Everything the head of the queue and the sidebar say, in one query that is worded once, not for every page.

    Somebody whose account was deleted while their page was made has no work.
    """
    row = _SUMMARY.row_for(viewer, now)
    return NO_WORK if row is None else summary_from(row)


def summary_from(row: dict[str, Any]) -> Summary:
    """What a row of `summary_query` says."""
    limit = row.pop("reviewer__limit")
    takes_work = row.pop("reviewer__is_active")  # a profile that only keeps an editor's judgements takes none
    return Summary(limit=limit if takes_work else None, alerts_delayed=not row.pop("beating"), **row)


def summary_query(viewer: Viewer, now: datetime) -> QuerySet[Any, Any]:
    """The query of `summary_for`: one row, whose columns are its numbers."""
    mine, times = claims_in(View.MINE, viewer, now), _times(now)
    today = Q(review_due_at__gte=now, review_due_at__lt=times["tomorrow"])
    absence = Absence.objects.at(now).filter(reviewer__user=OuterRef("pk")).order_by("-ends_at")
    beat = Heartbeat.objects.filter(name=HEARTBEAT, ran_at__gte=times["beat"])
    numbers = {view.value: counted(claims_in(view, viewer, now)) for view in View}
    query: QuerySet[Any, Any] = (
        User.objects.filter(pk=viewer.user.pk if viewer.user else 0)
        .annotate(
            **numbers,
            late=counted(mine.late(now)),
            due_today=counted(mine.exclude(state=State.WAITING).filter(today)),
            proposed=counted(visible_claims(viewer, now).filter(state=State.PROPOSED)),
            unread=counted(unread_notices(viewer, now)),
            away_until=Subquery(absence.values("ends_at")[:1]),
            beating=Exists(beat),
        )
        .values(
            *(*numbers, "late", "due_today", "proposed", "unread", "away_until", "beating"),
            *("reviewer", "reviewer__limit", "reviewer__is_active"),
        )
    )
    return query


def _times(now: datetime) -> dict[str, datetime]:
    """The moments that the summary compares with."""
    today = day_start(now)
    return {"now": now, "today": today, "tomorrow": today + timedelta(days=1), "beat": now - DELAYED_AFTER}


_SUMMARY = Compiled(summary_query, _times, planned=8)


def shown(claims: QuerySet[Claim], viewer: Viewer) -> QuerySet[Claim]:
    """The same claims with everything a row shows of them to this viewer: `items` counts the evidence that they see."""
    standing = only_seen_by(viewer, Evidence.objects.standing().filter(claim=OuterRef("pk"))).order_by()
    items = standing.annotate(_number=Func(F("pk"), function="COUNT", output_field=IntegerField())).values("_number")
    flags = Flag.objects.standing().filter(claim=OuterRef("pk")).order_by().values("kind")
    chain = Prefetch("chain", ChainStep.objects.select_related("source"))
    seen = Appearance.objects.filter(is_first=True).select_related("revision__article__outlet")
    return (
        with_seats(claims)
        .select_related("desk")
        .annotate(items=Subquery(items), announced=ArraySubquery(flags))
        .prefetch_related(
            Prefetch("appearances", seen.defer("revision__text").prefetch_related(chain)),
            Prefetch("decisions", Decision.objects.filter(standing=True), to_attr="standing_decisions"),
        )
    )


def ordered(claims: QuerySet[Claim], order: str, now: datetime) -> QuerySet[Claim]:
    """In the order somebody asked for; what is parked and not late comes last when due first."""
    if order == Order.NEWEST:
        return claims.order_by("-id")
    if order == Order.OWN_DATE:
        return claims.order_by(F("confirm_by").asc(nulls_last=True), "id")
    return claims.order_by(parked(now), F("review_due_at").asc(nulls_last=True), "id")


def parked(now: datetime) -> Case:
    """1 for a claim that waits for something and is not late, else 0."""
    waits = When(state=State.WAITING, review_due_at__gte=now, then=Value(1))
    return Case(waits, default=Value(0), output_field=IntegerField())


@dataclass(frozen=True)
class Options:
    """What the claims of a list could be narrowed to: value and words of each."""

    desk: Mapping[Any, str]
    language: Mapping[Any, str]
    outlet: Mapping[Any, str]


def options_for(viewer: Viewer, claims: Iterable[Claim], now: datetime) -> Options:
    """What the filters offer: the viewer's desks, the outlets they see, the languages of the claims shown."""
    desks = dict(desks_of(viewer).values_list("pk", "name"))
    seen = visible_sources(viewer, now).filter(kind=SourceKind.OUTLET)
    outlets = seen.order_by("name").values_list("pk", "name")
    return Options(
        desks, {spoken: spoken for spoken in sorted({claim.language for claim in claims})}, dict(outlets[:MOST])
    )


def standing_of(claim: Claim) -> Decision | None:
    """The standing decision of a claim that came through `shown`."""
    held: Iterable[Decision] = getattr(claim, "standing_decisions", ())
    return next(iter(held), None)


def flags_of(claim: Claim, now: datetime) -> list[str]:
    """Every flag that holds: the clock's computed, the others as announced, and what the chain itself says."""
    computed: list[str] = [str(kind) for kind in claim.time_flags(now, standing_of(claim))]
    clocks = {"late", "due_soon", "date_near", "date_passed"}
    told = [kind for kind in getattr(claim, "announced", ()) if kind not in clocks]
    first = claim.first_appearance()
    steps = list(first.chain.all()) if first else []
    nameless = ["unnamed"] if steps and steps[-1].source is not None and not steps[-1].named else []
    return [*computed, *told, *nameless]


def visible_open(viewer: Viewer, now: datetime) -> ClaimQuerySet:
    """Every open claim somebody sees."""
    return cast(ClaimQuerySet, visible_claims(viewer, now)).open()
