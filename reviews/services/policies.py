"""Keeps review policies. What a policy asks never changes under a claim: who asks for something else makes another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import IntegrityError, transaction

from claims.errors import Invalid, NotFound, StaleVersion
from claims.permissions import Viewer, check_sets_up
from claims.services import rows
from claims.services.articles import line
from reviews.errors import PolicyInUse, PolicyKnown
from reviews.models import Course, PolicyKind, ReviewPolicy
from reviews.models.policy import MOST_JUDGES

ASKING = ("kind", "judges", "agreeing")
CHANGEABLE = frozenset({"name", "is_active", *ASKING})


@dataclass(frozen=True)
class GivenPolicy:
    """A policy as somebody writes it: `judges` are asked, `agreeing` must agree; left out, what `kind` means."""

    key: str
    name: str
    kind: PolicyKind = PolicyKind.ONE
    judges: int | None = None
    agreeing: int | None = None
    is_active: bool = True

    def whole(self) -> GivenPolicy:
        """The same with its numbers and clean words. Raises `Invalid` where they do not go together."""
        judges, agreeing = check_numbers(self.kind, self.judges, self.agreeing)
        name = line(self.name, "name", 80)
        if not name:
            raise Invalid("A policy needs a name: it is said under every verdict it asks for.", pointer="/name")
        return replace(self, name=name, judges=judges, agreeing=agreeing)


def check_numbers(kind: PolicyKind, judges: int | None, agreeing: int | None) -> tuple[int, int]:
    """How many are asked and must agree. Raises `Invalid` where the kind does not allow it."""
    fixed = {PolicyKind.ONE: 1, PolicyKind.WITH_EDITOR: 2}.get(kind)
    if fixed is not None:
        if judges not in {None, fixed} or agreeing not in {None, fixed}:
            words = "one reviewer is asked" if fixed == 1 else "two are asked and both must agree"
            raise Invalid(f"With {kind.label} {words}.", pointer="/judges")
        return fixed, fixed
    judges = 2 if judges is None else judges
    agreeing = judges if agreeing is None else agreeing
    if judges not in range(2, MOST_JUDGES + 1):
        raise Invalid(f"Independent reviewers are 2 to {MOST_JUDGES}.", pointer="/judges")
    if agreeing not in range(2, judges + 1):
        raise Invalid("At least 2 must agree, and no more than are asked.", pointer="/agreeing")
    return judges, agreeing


def check_keeps_policies(viewer: Viewer) -> None:
    """Policies are for administrators, and for keys of the whole newsroom. Raises `RoleMissing`, `ScopeMissing`."""
    confined = "Review policies are every desk's: a key that is confined to desks does not change them."
    check_sets_up(viewer, "Review policies: only for administrators.", confined=confined)


def add_policy(given: GivenPolicy, viewer: Viewer) -> ReviewPolicy:
    """Make a policy. Raises `PolicyKnown`, `Invalid`, and what `check_keeps_policies` refuses."""
    check_keeps_policies(viewer)
    given = given.whole()
    try:
        with transaction.atomic():
            return ReviewPolicy.objects.create(**vars(given))
    except IntegrityError as taken:
        raise PolicyKnown() from taken


def change_policy(number: int, changes: Mapping[str, object], viewer: Viewer, mark: str | None = None) -> ReviewPolicy:
    """Change a policy: its name and whether it can be chosen; what it asks only as long as no claim runs under it.

    `mark` is what the caller has seen. Raises `PolicyInUse`, `PolicyKnown`, `StaleVersion`, `NotFound`, `Invalid`.
    """
    check_keeps_policies(viewer)
    if unknown := sorted(changes.keys() - CHANGEABLE):
        raise Invalid(f"{unknown[0]} of a policy cannot be changed.", pointer=f"/{unknown[0]}")
    try:
        with transaction.atomic():
            # Whoever settles a claim under it now waits here or is waited for: nobody is asked what nobody settled.
            policy = ReviewPolicy.objects.select_for_update().filter(pk=number).first()
            if policy is None:
                raise NotFound(f"There is no review policy {number}.")
            if mark is not None and mark != mark_of(policy):
                raise StaleVersion(current=mark_of(policy))
            return _changed(policy, changes)
    except IntegrityError as taken:
        raise PolicyKnown() from taken


def _changed(policy: ReviewPolicy, changes: Mapping[str, object]) -> ReviewPolicy:
    before = GivenPolicy(
        policy.key, policy.name, PolicyKind(policy.kind), policy.judges, policy.agreeing, policy.is_active
    )
    if "kind" in changes and changes["kind"] != policy.kind:  # the numbers of another kind mean nothing here
        before = replace(before, judges=None, agreeing=None)
    after = vars(replace(before, **changes).whole())  # type: ignore[arg-type]  # names are checked above
    written = [name for name, value in after.items() if getattr(policy, name) != value]
    if set(written) & set(ASKING) and is_used(policy):
        raise PolicyInUse()
    for name in written:
        setattr(policy, name, after[name])
    policy.save(update_fields=written)
    return policy


def is_used(policy: ReviewPolicy) -> bool:
    """Whether any claim was settled under it: then what it asks stays as it is."""
    return Course.objects.filter(review_policy=policy).exists()


def used_policies(numbers: Sequence[int]) -> set[int]:
    """Those of these policies under which a claim was settled."""
    return set(Course.objects.filter(review_policy__in=numbers).values_list("review_policy", flat=True).distinct())


def mark_of(policy: ReviewPolicy) -> str:
    """A mark of everything a policy says, which changes with it."""
    return rows.mark_of(policy.key, policy.name, policy.kind, policy.judges, policy.agreeing, policy.is_active)
