"""Who sees what, and what somebody is to a claim, as far as the record knows.

Desks and embargo confine rows, `protected` confines evidence. A row that somebody may not see does not exist for
them. What only the work knows (who is on a claim) is added in `reviews.permissions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from claims.actors import Actor, ActorKind
from claims.errors import RoleMissing, ScopeMissing
from claims.lifecycle import Role
from claims.models import (
    ApiKey,
    Appearance,
    Article,
    ChainStep,
    Claim,
    Desk,
    DeskRole,
    Evidence,
    Membership,
    Scope,
    SetUpEvent,
    SetUpStep,
    Source,
    User,
    Visibility,
)
from claims.models.asking import one_or_none
from claims.models.embargo import Moment, desks_holding, quotes_under_embargo
from claims.models.evidence import EvidenceQuerySet
from claims.models.source import SourceQuerySet
from claims.models.worded import worded


@dataclass(frozen=True)
class Viewer:
    """Somebody who reads or acts: a signed-in person or a key.

    `desks` are the numbers of the desks whose rows they see, None for all. `editor_of`, `reviewer_of` and
    `triager_of` are the desks on which a person has that role.
    """

    actor: Actor
    desks: frozenset[int] | None
    user: User | None = None
    key: ApiKey | None = None
    editor_of: frozenset[int] = frozenset()
    reviewer_of: frozenset[int] = frozenset()
    triager_of: frozenset[int] = frozenset()
    scopes: frozenset[str] = field(default_factory=frozenset)

    @property
    def is_administrator(self) -> bool:
        return self.user is not None and self.user.is_superuser


def viewer_for_user(user: User) -> Viewer:
    """What this person sees and is, from their memberships. An administrator sees every desk."""
    rows = _memberships(user.pk)
    return Viewer(
        actor=user.as_actor(),
        desks=None if user.is_superuser else frozenset(desk for desk, _, _ in rows),
        user=user,
        editor_of=frozenset(desk for desk, role, _ in rows if role == DeskRole.EDITOR),
        reviewer_of=frozenset(desk for desk, role, _ in rows if role == DeskRole.REVIEWER),
        triager_of=frozenset(desk for desk, role, triages in rows if role == DeskRole.REVIEWER and triages),
    )


@worded
def _memberships(user: int) -> QuerySet[Membership, tuple[int, str, bool]]:
    return Membership.objects.filter(user=user).values_list("desk_id", "role", "can_triage")


def viewer_for_key(key: ApiKey) -> Viewer:
    """What this key sees: its desks, or every desk when it names none."""
    desks = frozenset(_desks_of_key(key.pk))
    return Viewer(actor=key.as_actor(), desks=desks or None, key=key, scopes=frozenset(key.scopes))


@worded
def _desks_of_key(key: int) -> QuerySet[Desk, int]:
    return Desk.objects.filter(apikey=key).order_by().values_list("pk", flat=True)


def check_scope(viewer: Viewer, scope: Scope) -> None:
    """A key needs the scope; people are judged by their roles. Raises `ScopeMissing`."""
    if viewer.key is not None and scope not in viewer.scopes:
        raise ScopeMissing(f"This key needs the scope {scope}: {scope.label}.", scope=str(scope))


def check_handles_claims(viewer: Viewer) -> None:
    """A key that has to do with no claims is told nothing of one, not even in a refusal. Raises `ScopeMissing`."""
    if viewer.key is not None and not {Scope.CLAIMS_READ, Scope.CLAIMS_WRITE, Scope.CLAIMS_TRIAGE} & set(viewer.scopes):
        check_scope(viewer, Scope.CLAIMS_READ)


def check_sets_up(viewer: Viewer, refusal: str, *, editors: bool = False, confined: str = "") -> None:
    """Set-up is kept by keys with `setup:manage` and by administrators; with `editors`, by whoever edits a desk, too.

    Raises `ScopeMissing`, and `RoleMissing` with one of the sentences: `confined` is for keys that are confined to
    desks, empty where these are welcome.
    """
    check_scope(viewer, Scope.SETUP_MANAGE)
    if viewer.key is None and not (viewer.is_administrator or (editors and viewer.editor_of)):
        raise RoleMissing(refusal)
    if viewer.key is not None and viewer.desks is not None and confined:
        raise RoleMissing(confined)


def _of_desks(viewer: Viewer, path: str) -> Q:
    if viewer.desks is None:
        return Q()
    if not viewer.desks:
        return Q(pk__in=[])  # somebody with no role anywhere, or no role any more
    return Q(**{f"{path}__in": sorted(viewer.desks)}) | Q(**{f"{path}__isnull": True})


def only_desk(viewer: Viewer, seen: Sequence[Desk]) -> Desk | None:
    """The desk of somebody who works on a single one; `seen` are the desks that they see."""
    return seen[0] if viewer.desks is not None and len(seen) == 1 else None


def _of_others(viewer: Viewer, article: str) -> Q:
    """Articles that are kept from this viewer while they are under embargo: those of desks that are not theirs.

    An article of no desk is open to people and, under embargo, to no key. An administrator is of every desk.
    """
    if viewer.desks is None:
        return Q(pk__in=[]) if viewer.user is not None else Q()
    others = ~Q(**{f"{article}desk__in": sorted(viewer.desks)})
    return others if viewer.user is None else others & Q(**{f"{article}desk__isnull": False})


def under_embargo(viewer: Viewer, now: Moment) -> QuerySet[Appearance, Any]:
    """The numbers of claims that are kept from this viewer because they are quoted from an article under embargo."""
    return quotes_under_embargo(now).filter(_of_others(viewer, "revision__article__")).values("claim")


def visible_claims(viewer: Viewer, now: Moment) -> QuerySet[Claim]:
    """Claims of the viewer's desks, and those without a desk yet, less what is under embargo for them.

    `now` is a moment that was read, or `Now()` for that of the database when it is asked.
    """
    claims = Claim.objects.filter(_of_desks(viewer, "desk"))
    if viewer.is_administrator:
        return claims
    return claims.exclude(pk__in=under_embargo(viewer, now))


def sees_claim(viewer: Viewer, claim: int) -> bool:
    """Whether the claim is one of those at this moment."""
    if viewer.user is None:
        return visible_claims(viewer, Now()).filter(pk=claim).exists()
    return any(sees_where(viewer, desk, holding) for desk, holding in _places_of(claim))


def visible_claim(viewer: Viewer, number: int, now: Moment) -> Claim | None:
    """That claim with its desk, None where the viewer sees none of this number."""
    if viewer.user is not None:
        claim = _claims.one(number)
        return claim if claim is not None and sees_where(viewer, claim.desk_id, claim.holding or ()) else None
    if viewer.desks is None and isinstance(now, datetime):
        return _claims_for_keys.one(number, now)
    return one_or_none(visible_claims(viewer, now).select_related("desk").filter(pk=number))


def sees_where(viewer: Viewer, desk: int | None, holding: Iterable[int | None]) -> bool:
    """Whether a person sees a claim on this desk that articles under embargo, of the desks `holding`, say."""
    if not of_their_desks(viewer, desk):
        return False
    return viewer.desks is None or viewer.desks.issuperset(one for one in holding if one is not None)


def of_their_desks(viewer: Viewer, desk: int | None) -> bool:
    """Whether somebody sees what is on this desk, or on none: `_of_desks` of a row that was read."""
    return viewer.desks is None or (bool(viewer.desks) and (desk is None or desk in viewer.desks))


@worded
def _claims(number: int) -> QuerySet[Claim]:
    return Claim.objects.with_holding().select_related("desk").filter(pk=number)


@worded
def _claims_for_keys(number: int, now: datetime) -> QuerySet[Claim]:
    """As a key sees them that is confined to no desk."""
    anybody = Viewer(Actor(ActorKind.KEY, "", 0), None)
    return visible_claims(anybody, now).select_related("desk").filter(pk=number)


@worded
def _places_of(claim: int) -> QuerySet[Claim, tuple[int | None, list[int | None]]]:
    return Claim.objects.filter(pk=claim).values_list("desk", desks_holding("pk"))


def visible_articles(viewer: Viewer, now: datetime) -> QuerySet[Article]:
    """Articles of the viewer's desks, and those without a desk, less what is under embargo for them."""
    articles = Article.objects.filter(_of_desks(viewer, "desk"))
    if viewer.user is not None:
        return articles
    return articles.exclude(_of_others(viewer, ""), embargo_until__gt=now)


def visible_sources(viewer: Viewer, now: Moment) -> SourceQuerySet:
    """Sources, which belong to no desk, less those that nothing names but articles under embargo for the viewer.

    Whatever else knows of a source shows it: an open article, a hand that added it, a source that belongs to it.
    """
    if viewer.is_administrator:
        return Source.objects.all()
    kept = Article.objects.filter(_of_others(viewer, ""), embargo_until__gt=now).order_by()
    steps = ChainStep.objects.filter(source__isnull=False).order_by()
    held = Q(appearance__revision__article__in=kept)
    named = Q(pk__in=steps.filter(held).values("source")) | Q(pk__in=kept.values("outlet"))
    this = OuterRef("pk")
    known = (
        Exists(steps.filter(source=this).exclude(held))
        | Exists(Article.objects.filter(outlet=this).exclude(pk__in=kept))
        | Exists(SetUpEvent.objects.filter(source=this, step=SetUpStep.MADE))
        | Exists(Source.objects.filter(parent=this))
    )
    return Source.objects.exclude(named, ~known)


def sees_source(viewer: Viewer, source: int) -> bool:
    """Whether the source of this number is one of those at this moment."""
    return visible_sources(viewer, Now()).filter(pk=source).exists()


def sees_protected(viewer: Viewer, claim: Claim, *, on_it: bool) -> bool:
    """Whether somebody sees the protected evidence of a claim they see: who is on it, and its desk's editors."""
    return on_it or (claim.desk_id is not None and claim.desk_id in viewer.editor_of)


def visible_evidence(viewer: Viewer, claim: Claim, *, on_it: bool) -> EvidenceQuerySet:
    """Evidence of one visible claim; protected items only for whoever is on it and for its desk's editors."""
    if sees_protected(viewer, claim, on_it=on_it):
        return Evidence.objects.filter(claim=claim)
    return Evidence.objects.filter(claim=claim).exclude(visibility=Visibility.PROTECTED)


def record_roles(viewer: Viewer, claim: Claim) -> frozenset[Role]:
    """What the viewer is to this claim, as far as memberships and scopes say."""
    roles = desk_roles(viewer, claim.desk_id)
    if viewer.key is not None and claim.made_by_key_id == viewer.key.pk and Scope.CLAIMS_WRITE in viewer.scopes:
        roles |= {Role.KEY_MAKER}
    return roles


def desk_roles(viewer: Viewer, desk_id: int | None) -> frozenset[Role]:
    """Roles on a claim of this desk. Before a claim has a desk, being something on any desk is enough.

    A key that is confined to desks is nothing on the others.
    """
    named = {
        Role.EDITOR: viewer.editor_of,
        Role.REVIEWER: viewer.reviewer_of,
        Role.TRIAGER: viewer.triager_of,
    }
    roles = {role for role, desks in named.items() if (desk_id in desks if desk_id is not None else desks)}
    if viewer.is_administrator:
        roles.add(Role.ADMINISTRATOR)
    scopes = {
        Role.KEY_WRITE: Scope.CLAIMS_WRITE,
        Role.KEY_TRIAGE: Scope.CLAIMS_TRIAGE,
        Role.KEY_EVIDENCE: Scope.EVIDENCE_WRITE,
    }
    if viewer.key is not None and desk_id is not None and viewer.desks is not None and desk_id not in viewer.desks:
        return frozenset()
    return frozenset(roles | {role for role, scope in scopes.items() if scope in viewer.scopes})


def desks_of(viewer: Viewer) -> QuerySet[Desk]:
    """The desks this viewer sees."""
    return Desk.objects.all() if viewer.desks is None else Desk.objects.filter(pk__in=sorted(viewer.desks))
