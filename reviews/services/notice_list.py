"""What somebody was told, as they read it, and how they choose to be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from claims.errors import Invalid, StaleVersion
from claims.models import OperationState, User
from claims.permissions import Viewer, visible_claims
from claims.services.transitions import database_time
from reviews.errors import NoticesOfPeople
from reviews.models import Assignment, Notice, NoticeChoice, NoticeSettings
from reviews.noticing import OF_A_SEAT, OUT_OF_SIGHT, USUAL, ByMail, NoticeReason, Way

TIMES = ("digest_at", "quiet_from", "quiet_until")


def person_of(viewer: Viewer) -> User:
    """The person who reads. Raises `NoticesOfPeople` for a key."""
    if viewer.user is None:
        raise NoticesOfPeople()
    return viewer.user


def notices_of(viewer: Viewer, *, only_in_sight: bool = False) -> QuerySet[Notice]:
    """The person's notices about claims they may still see or were taken off, and imports of theirs, newest first.

    Each says whether they are on its claim, and whether they see it; `only_in_sight` leaves out where they do not.

    Raises `NoticesOfPeople`.
    """
    me = person_of(viewer).pk
    seen = visible_claims(viewer, database_time())
    seats = Assignment.objects.open().filter(claim=OuterRef("claim"), reviewer__user=me)
    told = Q(claim__in=seen.values("pk")) | Q(operation__made_by=me)
    if not only_in_sight:
        told |= Q(reason__in=sorted(OUT_OF_SIGHT))
    mine = Notice.objects.of(me).filter(told).select_related("claim", "operation", "event")
    return mine.annotate(seated=Exists(seats), in_sight=Exists(seen.filter(pk=OuterRef("claim"))))


def is_past(notice: Notice) -> bool:
    """Whether a notice of `notices_of` is no longer so.

    The person has lost the seat it tells of, or has one again; the import that failed does not stand as failed now.
    """
    if notice.operation is not None:
        return notice.operation.state != OperationState.FAILED
    seated: bool = getattr(notice, "seated", True)
    return seated if notice.reason == NoticeReason.TAKEN_OFF else notice.reason in OF_A_SEAT and not seated


def is_in_sight(notice: Notice) -> bool:
    """Whether the person may see what a notice of `notices_of` tells of."""
    return notice.operation is not None or bool(getattr(notice, "in_sight", False))


def mark_read(viewer: Viewer, ids: Iterable[int] | None = None) -> int:
    """Mark these notices of the person as read, all of them without `ids`; answers how many were not before.

    Only those they see: one of a claim under embargo is still to be read when that ends.
    """
    unread = notices_of(viewer).filter(read_at__isnull=True)
    if ids is not None:
        unread = unread.filter(pk__in=list(ids))
    return Notice.objects.filter(pk__in=unread.values("pk")).update(read_at=database_time())


def settings_of(user: User) -> NoticeSettings:
    """When the person is written to."""
    return NoticeSettings.objects.filter(user=user).first() or NoticeSettings(user=user, version=0)


def ways_of(user: User) -> dict[NoticeReason, Way]:
    """How the person is told, for every reason."""
    own = {row.reason: Way(row.in_app, ByMail(row.by_mail)) for row in NoticeChoice.objects.filter(user=user)}
    return {reason: own.get(reason, USUAL[reason]) for reason in NoticeReason}


def choose_ways(
    user: User, *, ways: Mapping[NoticeReason, Way], times: Mapping[str, object], version: int | None = None
) -> NoticeSettings:
    """Keep how and when the person is told; what is not given stays. `times` are the fields of `TIMES`.

    Raises `Invalid` when only one end of the quiet hours would be set, and `StaleVersion`.
    """
    with transaction.atomic():
        NoticeSettings.objects.bulk_create([NoticeSettings(user=user, version=0)], ignore_conflicts=True)
        own = NoticeSettings.objects.select_for_update().get(user=user)
        if version is not None and own.version != version:
            raise StaleVersion(current=own.version, expected=version)
        for name in TIMES:
            setattr(own, name, times.get(name, getattr(own, name)))
        if (own.quiet_from is None) != (own.quiet_until is None):
            missing = "quiet_from" if own.quiet_from is None else "quiet_until"
            raise Invalid("Quiet hours need both ends, or neither.", pointer=f"/{missing}")
        own.version += 1
        own.save(update_fields=[*TIMES, "version"])
        NoticeChoice.objects.bulk_create(
            [
                NoticeChoice(user=user, reason=reason, in_app=way.in_app, by_mail=way.by_mail)
                for reason, way in ways.items()
            ],
            update_conflicts=True,
            unique_fields=["user", "reason"],
            update_fields=["in_app", "by_mail"],
        )
    return own
