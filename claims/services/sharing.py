"""Shares evidence with the claim that was split off: copies on that claim, marked, with their origins preserved."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from claims.actors import Actor, ActorKind
from claims.models import Evidence, Visibility
from claims.services.evidence import told
from claims.services.readings import share_reading
from claims.services.transitions import Held

# What a copy has of its own; everything else it says is what the original says.
OWN = frozenset(
    {
        *("id", "claim", "derives_from", "superseded_by", "copied_from"),
        *("added_by", "added_by_user", "added_at", "used_at", "version"),
    }
)


def share(held: Held, items: Iterable[Evidence], *, by: Actor) -> None:
    """Copy these items to the held claim, with what was kept of them, what they were taken from and what replaced it.

    An item without its origin would look like an origin itself, and seven copies of one report like seven.
    """
    originals = _with_origins(items)
    copies = {original.pk: _copied(held, original, by) for original in originals}
    for original in originals:
        copy = copies[original.pk]
        copy.derives_from = copies[original.derives_from_id] if original.derives_from_id else None
        copy.superseded_by = copies[original.superseded_by_id] if original.superseded_by_id else None
        copy.save(update_fields=["derives_from", "superseded_by"])
        held.record("evidence.add", by=by, data={**told(copy), "copied_from": original.pk})
        share_reading(held, original, copy, by=by)


def open_elsewhere(item: Evidence) -> list[int]:
    """The claims, by number, on which what this item was copied to or from when a claim was split is not protected."""
    alike = Evidence.objects.filter(Q(copied_from=item) | Q(shared_as=item))
    others = alike.exclude(visibility=Visibility.PROTECTED)
    return sorted(set(others.values_list("claim_id", flat=True)))


def _with_origins(items: Iterable[Evidence]) -> list[Evidence]:
    """The items and all that they hang on, in the order they were added, as they are now that their claim is held."""
    found, open_ends = dict[int, Evidence](), list(Evidence.objects.filter(pk__in=[item.pk for item in items]))
    while open_ends:
        item = open_ends.pop()
        if item.pk not in found:
            found[item.pk] = item
            open_ends += [end for end in (item.derives_from, item.superseded_by) if end is not None]
    return [found[number] for number in sorted(found)]


def _copied(held: Held, original: Evidence, by: Actor) -> Evidence:
    fields = [field.name for field in Evidence._meta.concrete_fields if field.name not in OWN]  # noqa: SLF001 - documented
    return Evidence.objects.create(
        claim=held.claim,
        copied_from=original,
        added_by=by.name,
        added_by_user_id=by.id if by.kind == ActorKind.PERSON else None,
        added_at=held.now,
        **{name: getattr(original, name) for name in fields},
    )
