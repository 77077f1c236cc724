"""Claims that say nearly the same as one: what was found of each, and why it is shown, in words, never in percent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy, pgettext

from claims.likeness import Difference, has_number
from claims.models import Appearance, Claim, Decision
from claims.permissions import Viewer, visible_claims
from claims.services.matching import alike

MOST = 5
DIFFERS = {
    Difference.NUMBERS: gettext_lazy("the numbers differ"),
    Difference.NAMES: gettext_lazy("the names differ"),
    Difference.NEGATION: gettext_lazy("one of the two denies it"),
}
ONE_NUMBER = gettext_lazy("one of the two gives a number")


@dataclass(frozen=True)
class Similar:
    """A claim like another one. `standing` is its verdict, None while none stands; `why` is a sentence."""

    claim: Claim
    standing: Decision | None
    why: str


def similar_to(claim: Claim, viewer: Viewer, now: datetime) -> list[Similar]:
    """The nearest of those that the reader sees, but for what was merged into this one: its page shows them already."""
    others = visible_claims(viewer, now).exclude(pk=claim.pk).exclude(pk__in=Claim.objects.merged_into(claim.pk))
    found = alike(claim.statement, others, MOST)
    rows = _read([claim.pk, *(one.claim for one in found)])
    return [
        Similar(other, next(iter(other.standing), None), _why(rows[claim.pk], other, one.differs))  # type: ignore[attr-defined]  # prefetched by `_read`
        for one in found
        if (other := rows.get(one.claim))
    ]


def _read(numbers: Sequence[int]) -> dict[int, Claim]:
    """The claims with the verdict that stands, and who made them where they stand first."""
    places = Appearance.objects.select_related("revision").defer("revision__text").prefetch_related("chain")
    standing = Prefetch("decisions", Decision.objects.filter(standing=True), to_attr="standing")
    claims = Claim.objects.filter(pk__in=numbers).prefetch_related(standing, Prefetch("appearances", places))
    return {one.pk: one for one in claims}


def _why(claim: Claim, other: Claim, differs: Sequence[Difference]) -> str:
    """ "Same speaker, same date, the numbers differ"."""
    ours, theirs = claim.first_appearance(), other.first_appearance()
    words = []
    if ours and theirs and ours.revision.article_id == theirs.revision.article_id:
        words.append(pgettext("similar claim", "same article"))
    if (speaker := _speaker(ours)) is not None and speaker == _speaker(theirs):
        words.append(pgettext("similar claim", "same speaker"))
    if claim.confirm_by is not None and claim.confirm_by == other.confirm_by:
        words.append(pgettext("similar claim", "same date"))
    one_gives_none = has_number(claim.statement) != has_number(other.statement)
    words += [str(ONE_NUMBER if kind == Difference.NUMBERS and one_gives_none else DIFFERS[kind]) for kind in differs]
    said = ", ".join(words or [pgettext("similar claim", "nearly the same words")])
    return f"{said[:1].upper()}{said[1:]}."


def _speaker(place: Appearance | None) -> int | None:
    """Whoever made the claim there: the end of the chain."""
    chain = list(place.chain.all()) if place else []
    return chain[-1].source_id if chain else None
