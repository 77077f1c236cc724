"""What somebody is to a claim, with what only the work knows: who is on it, and who may adjudicate."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet

from claims.actors import Actor
from claims.errors import RoleMissing
from claims.lifecycle import Role
from claims.models import Claim, DeskRole, Membership, Scope, User, Visibility
from claims.models.evidence import EvidenceQuerySet
from claims.models.worded import worded
from claims.permissions import Viewer, check_scope, record_roles, visible_evidence
from reviews.models import Assignment, Part, Reviewer


def open_assignment(claim: Claim, user_id: int | None) -> Assignment | None:
    """The assignment this person still has to do on the claim, None when there is none."""
    if user_id is None:
        return None
    return _open_assignments.one(claim.pk, user_id)


@worded
def _open_assignments(claim: int, user: int) -> QuerySet[Assignment]:
    held = Assignment.objects.open().filter(claim=claim, reviewer__user=user)
    return held.select_related("reviewer__user").order_by("pk")[:1]


def evidence_seen_by(viewer: Viewer, claim: Claim) -> EvidenceQuerySet:
    """The evidence of a visible claim that the viewer sees: protected items only as an editor of its desk or on it."""
    mine = open_assignment(claim, viewer.user.pk if viewer.user else None)
    return visible_evidence(viewer, claim, on_it=mine is not None)


def only_seen_by(viewer: Viewer, items: EvidenceQuerySet) -> EvidenceQuerySet:
    """The same of many visible claims: those of these items that the viewer sees."""
    me = viewer.user.pk if viewer.user else None
    on_it = Exists(Assignment.objects.open().filter(claim=OuterRef("claim"), reviewer__user=me))
    return items.filter(~Q(visibility=Visibility.PROTECTED) | Q(claim__desk__in=sorted(viewer.editor_of)) | Q(on_it))


def roles_on(viewer: Viewer, claim: Claim) -> frozenset[Role]:
    """Every role the viewer has on this claim."""
    return roles_with(viewer, claim, open_assignment(claim, viewer.user.pk if viewer.user else None))


def roles_with(viewer: Viewer, claim: Claim, mine: Assignment | None) -> frozenset[Role]:
    """The same where the viewer's open assignment on the claim is known."""
    roles = record_roles(viewer, claim)
    if mine is None:
        return roles
    return roles | {role_of(mine.part)}


def role_of(part: str) -> Role:
    """What somebody is to a claim through an open seat of this part."""
    return Role.ADJUDICATOR if part == Part.ADJUDICATION else Role.ON_IT


def actor_on(viewer: Viewer, claim: Claim) -> Actor:
    """The viewer as somebody who acts on this claim."""
    return viewer.actor.having(*roles_on(viewer, claim))


def reviewers_led_by(viewer: Viewer) -> QuerySet[Reviewer]:
    """The reviewers whose profile somebody keeps: those of the desks they edit; all for an administrator."""
    if viewer.is_administrator:
        return Reviewer.objects.all()
    there = Membership.objects.filter(role=DeskRole.REVIEWER, desk__in=sorted(viewer.editor_of))
    return Reviewer.objects.filter(user__in=there.values("user"))


def people_led_by(viewer: Viewer) -> QuerySet[User]:
    """The people whose profile somebody begins: those who review on a desk they edit, everybody for an administrator.

    A key with `setup:manage` has the reviewers of its desks. It keeps their profiles, but nothing that is their own
    business: neither absences nor interests, so `reviewers_led_by` knows nothing of keys.
    """
    there = Membership.objects.filter(role=DeskRole.REVIEWER)
    if viewer.key is not None:
        led = viewer.desks if Scope.SETUP_MANAGE in viewer.scopes else frozenset()
    else:
        led = None if viewer.is_administrator else viewer.editor_of
    return User.objects.filter(pk__in=(there if led is None else there.filter(desk__in=sorted(led))).values("user"))


def reviewers_kept_by(viewer: Viewer) -> QuerySet[Reviewer]:
    """Those whose hours, absences and interests somebody keeps: their own, and those they lead."""
    mine = viewer.user.pk if viewer.user else None
    return Reviewer.objects.filter(Q(pk__in=reviewers_led_by(viewer).values("pk")) | Q(user=mine))


def reviewers_seen_by(viewer: Viewer) -> QuerySet[Reviewer]:
    """Everybody who reviews on a desk the viewer sees."""
    there = Membership.objects.filter(role=DeskRole.REVIEWER)
    if viewer.desks is not None:
        there = there.filter(desk__in=sorted(viewer.desks))
    return Reviewer.objects.filter(user__in=there.values("user"))


def check_keeps(viewer: Viewer, reviewer: Reviewer) -> None:
    """A person keeps their own hours, absences and interests, an editor those of the desk. Raises `RoleMissing`."""
    if not reviewers_kept_by(viewer).filter(pk=reviewer.pk).exists():
        raise RoleMissing(f"Only {reviewer} and the editors of their desks keep this.")


def check_leads(viewer: Viewer, reviewer: Reviewer, what: str) -> None:
    """What somebody covers and how much they take is for editors of their desks. Raises `RoleMissing`."""
    if not reviewers_led_by(viewer).filter(pk=reviewer.pk).exists():
        raise RoleMissing(f"{what} is for editors of their desks to change.")


def check_keeps_profile(viewer: Viewer, reviewer: Reviewer, led: Collection[str]) -> None:
    """A person keeps part of their own profile, an editor of their desks, or a key for these, all of it.

    `led` says what of it is changed that is not a person's own to change. Raises `RoleMissing`, `ScopeMissing`.
    """
    if viewer.key is not None:
        check_scope(viewer, Scope.SETUP_MANAGE)
        if not people_led_by(viewer).filter(pk=reviewer.user_id).exists():
            raise RoleMissing(f"{reviewer} reviews on no desk of this key.")
        return
    check_keeps(viewer, reviewer)
    for what in led:
        check_leads(viewer, reviewer, what)
