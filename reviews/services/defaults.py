"""What a desk does where no routing rule says otherwise: how many people judge, and by when."""

from __future__ import annotations

from django.db import transaction

from claims.errors import RoleMissing, StaleVersion
from claims.models import Desk
from claims.permissions import Viewer
from reviews.models import DeadlinePolicy, DeskDefaults, ReviewPolicy
from reviews.services.rules import led_desks
from reviews.services.rulevalues import check_policy


def check_may_set_defaults(viewer: Viewer, desk: Desk) -> None:
    """Editors of the desk, administrators, and keys with `setup:manage` that reach it.

    Raises `RoleMissing`, `ScopeMissing`.
    """
    mine = led_desks(viewer)
    if mine is not None and desk.pk not in mine:
        raise RoleMissing("A desk’s defaults: only for its editors and administrators.")


def defaults_of(desk: Desk) -> DeskDefaults:
    """The desk's defaults; a row that is not saved, version 0, where nobody has set any."""
    found = DeskDefaults.objects.filter(desk=desk).select_related("review_policy", "deadline_policy").first()
    return found or DeskDefaults(desk=desk, version=0)


def set_defaults(
    desk: Desk,
    viewer: Viewer,
    *,
    review_policy: int | None,
    deadline_policy: int | None,
    takes_back: bool = False,
    version: int | None = None,
) -> DeskDefaults:
    """Set all of them; the policies hold for claims accepted from now on. `version` is the one the caller has seen.

    `takes_back`: claims that stand still, and those of people who are away, go back to the pool by themselves.

    Raises `RoleMissing`, `ScopeMissing`, `StaleVersion`, and `Invalid` for a policy that cannot be chosen.
    """
    check_may_set_defaults(viewer, desk)
    with transaction.atomic():
        Desk.objects.select_for_update().get(pk=desk.pk)
        before = defaults_of(desk)
        if version is not None and before.version != version:
            raise StaleVersion(current=before.version, expected=version)
        if review_policy != before.review_policy_id:
            check_policy(ReviewPolicy.objects.all(), review_policy, "/review_policy")
        if deadline_policy != before.deadline_policy_id:
            check_policy(DeadlinePolicy.objects.all(), deadline_policy, "/deadline_policy")
        wanted = {
            "review_policy_id": review_policy,
            "deadline_policy_id": deadline_policy,
            "takes_back": takes_back,
        }
        if any(getattr(before, name) != value for name, value in wanted.items()):
            wanted["version"] = before.version + 1
            DeskDefaults.objects.update_or_create(desk=desk, defaults=wanted)
        return defaults_of(desk)
