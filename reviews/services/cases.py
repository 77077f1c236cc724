"""Claims as routing rules see them, and the rules as they stand: read in a fixed number of queries for any number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import QuerySet

from claims.hedges import Kind
from claims.models import Appearance, ChainStep, Claim, DatabaseClock, Desk, Evidence, Source, Visibility
from claims.models.embargo import quotes_kept_with_a_desk
from claims.models.many import any_of
from claims.models.worded import worded
from reviews.models import Course, DeadlinePolicy, ReviewPolicy, RuleVersion
from reviews.rules import Case, Ruled
from reviews.rulewords import Names

# Whatever the sources belong to, at any depth. UNION, not UNION ALL: a ring of parents ends too.
_ABOVE = """
WITH RECURSIVE up (id, above) AS (
    SELECT id, parent_id FROM claims_source WHERE id = ANY(%s) AND parent_id IS NOT NULL
    UNION
    SELECT up.id, source.parent_id FROM up JOIN claims_source source ON source.id = up.above
     WHERE source.parent_id IS NOT NULL
)
SELECT id, above FROM up
"""


Given = tuple[int | None, int]


class Came(NamedTuple):
    """How a claim came to where it is: by which version of a rule, where that sends claims, and from where it came."""

    rule: int | None
    rule_desk: int | None
    rule_priority: int | None
    given_desk: int | None
    given_priority: int | None


@dataclass
class _Around:
    """What stands around one claim."""

    outlets: set[int] = field(default_factory=set)
    sources: set[int] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    hedges: set[str] = field(default_factory=set)
    embargoes: list[tuple[int, datetime]] = field(default_factory=list)


def standing_rules() -> list[Ruled]:
    """The rules that are switched on, in their order, in one statement: nobody sees half a change."""
    return [version.ruled() for version in _switched_on()]


@worded
def _switched_on() -> QuerySet[RuleVersion]:
    return RuleVersion.objects.newest().filter(is_active=True)


def came(claim_ids: Sequence[int]) -> dict[int, Came]:
    """How each claim with a course came to where it is, by number, in one query."""
    columns = ("rule_id", "rule__desk_id", "rule__priority", "given_desk_id", "given_priority")
    rows = Course.objects.filter(claim__in=any_of(claim_ids)).values_list("claim_id", *columns)
    return {claim: Came(*values) for claim, *values in rows}


def given_values(claim: Claim, by: Came | None) -> Given:
    """Desk and priority that the claim has by itself or by somebody's word, not by the rule that took it."""
    desk, priority = claim.desk_id, claim.priority
    if by is None or by.rule is None:
        return desk, priority
    if by.rule_desk is not None and by.rule_desk == desk:
        desk = by.given_desk
    if by.rule_priority is not None and by.rule_priority == priority:
        priority = by.given_priority or priority
    return desk, priority


def protecting(claim_ids: Iterable[int]) -> set[int]:
    """Those of these claims on which evidence protects a source, replaced items included: who sees one sees all."""
    rows = Evidence.objects.filter(claim__in=any_of(claim_ids), visibility=Visibility.PROTECTED)
    return set(rows.values_list("claim_id", flat=True))


def given_to_rules(claims: Sequence[Claim], ways: Mapping[int, Came]) -> dict[int, Given]:
    """What rules settle each claim from, by number: as it came, before a rule moved it.

    A claim with evidence that protects a source is settled where it is, and so is one whose article is under embargo:
    rules would take it back to where it came from.
    """
    numbers = [claim.pk for claim in claims]
    stay = protecting(numbers) | _under_embargo(numbers)
    given = {claim.pk: given_values(claim, ways.get(claim.pk)) for claim in claims}
    return given | {claim.pk: (claim.desk_id, given[claim.pk][1]) for claim in claims if claim.pk in stay}


def _under_embargo(claim_ids: Iterable[int]) -> set[int]:
    """Those of these claims that an article says which is under embargo now and kept with its desk."""
    quotes = quotes_kept_with_a_desk(DatabaseClock()).filter(claim__in=any_of(claim_ids))
    return set(quotes.values_list("claim_id", flat=True))


def cases_of(claims: Sequence[Claim], at: Mapping[int, datetime], given: Mapping[int, Given]) -> dict[int, Case]:
    """Each claim as rules see it at its moment, by number, with the desk and priority given: four queries for all."""
    numbers = [claim.pk for claim in claims]
    found, protected = _around(numbers), protecting(numbers)
    cases: dict[int, Case] = {}
    for claim in claims:
        around = found[claim.pk]
        desk, priority = given[claim.pk]
        cases[claim.pk] = Case(
            at=at[claim.pk],
            desk=desk,
            outlets=frozenset(around.outlets),
            sources=frozenset(around.sources | around.outlets),
            source_kinds=frozenset(around.kinds),
            topics=frozenset(claim.topics),
            language=claim.language,
            priority=priority,
            hedges=frozenset(around.hedges),
            own_date=claim.confirm_by,
            protected=claim.pk in protected,
            embargoed=frozenset(desk for desk, until in around.embargoes if until > at[claim.pk]),
        )
    return cases


def _around(claim_ids: Sequence[int]) -> dict[int, _Around]:
    found: dict[int, _Around] = defaultdict(_Around)
    seen = Appearance.objects.filter(claim__in=any_of(claim_ids)).order_by()
    article = ("revision__article__outlet_id", "revision__article__desk_id", "revision__article__embargo_until")
    for claim, hedge, outlet, desk, until in seen.values_list("claim_id", "hedge_kind", *article):
        found[claim].outlets.add(outlet)
        found[claim].embargoes += [(desk, until)] if desk is not None and until is not None else []
        if hedge not in {"", Kind.NONE}:
            found[claim].hedges.add(hedge)
    steps = ChainStep.objects.filter(appearance__claim__in=any_of(claim_ids), source__isnull=False).order_by()
    for claim, source, kind in steps.values_list("appearance__claim_id", "source_id", "source__kind"):
        if source is not None and kind is not None:
            found[claim].sources.add(source)
            found[claim].kinds.add(kind)
    above = sources_above({source for around in found.values() for source in around.sources | around.outlets})
    for around in found.values():
        for source in [*around.sources, *around.outlets]:
            around.sources |= above[source]
    return found


def sources_above(sources: Iterable[int]) -> dict[int, set[int]]:
    """Whatever each of these sources belongs to, at any depth, in one query."""
    found: dict[int, set[int]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE, [sorted(sources)])
        for source, above in cursor.fetchall():
            found[source].add(above)
    return found


def names_for(rules: Iterable[Ruled], seen: QuerySet[Source] | None = None) -> Names:
    """What everything in these rules is called today: at most four queries, none for kinds that nobody names.

    `seen` are the sources whose names the reader may know, None for words that are kept: `earlier_seen` shows those.
    """
    desks: set[int] = set()
    sources: set[int] = set()
    reviews: set[int] = set()
    deadlines: set[int] = set()
    for ruled in rules:
        asked, settled = ruled.conditions, ruled.outcomes
        desks |= {*asked.desks, *([settled.desk] if settled.desk else [])}
        sources |= {*asked.outlets, *asked.sources}
        reviews |= {settled.review_policy} if settled.review_policy else set()
        deadlines |= {settled.deadline_policy} if settled.deadline_policy else set()
    return Names(
        desks=_called(Desk.objects.all(), desks),
        sources=_called(Source.objects.all() if seen is None else seen, sources),
        review_policies=_called(ReviewPolicy.objects.all(), reviews),
        deadline_policies=_called(DeadlinePolicy.objects.all(), deadlines),
    )


def _called(
    rows: QuerySet[Desk] | QuerySet[Source] | QuerySet[ReviewPolicy] | QuerySet[DeadlinePolicy], numbers: set[int]
) -> dict[int, str]:
    return dict(rows.filter(pk__in=sorted(numbers)).values_list("pk", "name")) if numbers else {}
