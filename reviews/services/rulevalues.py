"""What somebody asks of a rule, brought into the form in which rules are kept. Refusals point at the value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, replace
from typing import Any

from django.db.models import QuerySet

from claims.errors import Invalid
from claims.models import Desk, Source, SourceKind
from claims.services.articles import language_tag, line
from claims.services.steps import check_priority
from reviews.models import DeadlinePolicy, ReviewPolicy
from reviews.rules import HEDGES, MOST_DAYS, Conditions, Outcomes

MOST_VALUES = 50


def usable_conditions(given: Conditions, seen: QuerySet[Source], before: Conditions | None = None) -> Conditions:
    """The conditions as they may be kept: every number exists, every word is clean, each value once, in order.

    `seen` are the sources that whoever asks may name; what the rule asked before stays.

    Raises `Invalid` and `UnusableText` at `/conditions/…`.
    """
    for one in fields(given):
        value = getattr(given, one.name)
        if isinstance(value, tuple) and len(value) > MOST_VALUES:
            raise Invalid(f"At most {MOST_VALUES} values of one condition.", pointer=f"/conditions/{one.name}")
    _check_fit(given)
    had = before or Conditions()
    named = seen | Source.objects.filter(pk__in=[*had.outlets, *had.sources])
    return replace(
        given,
        desks=_known(Desk.objects.all(), given.desks, "desks", "desk"),
        outlets=_known(named.filter(kind=SourceKind.OUTLET), given.outlets, "outlets", "outlet"),
        sources=_known(named, given.sources, "sources", "source"),
        source_kinds=_of(SourceKind.values, given.source_kinds, "source_kinds"),
        topics=_words(given.topics, "conditions/topics"),
        languages=_placed("languages", lambda: tuple(sorted({_language(tag) for tag in given.languages}))),
        priorities=_placed("priorities", lambda: tuple(sorted({check_priority(one) for one in given.priorities}))),
        hedge_kinds=_of(HEDGES, given.hedge_kinds, "hedge_kinds"),
    )


def usable_outcomes(given: Outcomes, before: Outcomes | None = None) -> Outcomes:
    """The outcomes as they may be kept; a policy that a rule had before may be switched off by now.

    Raises `Invalid` and `UnusableText` at `/outcomes/…`.
    """
    before = before or Outcomes()
    if given.desk is not None and not Desk.objects.filter(pk=given.desk).exists():
        raise Invalid("There is no such desk.", pointer="/outcomes/desk")
    if given.priority is not None and given.priority not in range(1, 5):
        raise Invalid("Priority is 1 (highest) to 4.", pointer="/outcomes/priority")
    if given.review_policy != before.review_policy:
        check_policy(ReviewPolicy.objects.all(), given.review_policy, "/outcomes/review_policy")
    if given.deadline_policy != before.deadline_policy:
        check_policy(DeadlinePolicy.objects.all(), given.deadline_policy, "/outcomes/deadline_policy")
    return replace(given, skills=_words(given.skills, "outcomes/skills"))


def _check_fit(given: Conditions) -> None:
    """Refuse what no claim could ever meet."""
    if given.hedged is False and given.hedge_kinds:
        raise Invalid("A quote that is not hedged has no kind of hedge.", pointer="/conditions/hedge_kinds")
    if given.dated is False and given.within_days is not None:
        raise Invalid("A claim without a date of its own has none within days.", pointer="/conditions/within_days")
    if given.within_days is not None and given.within_days not in range(MOST_DAYS + 1):
        raise Invalid(f"Days are 0 to {MOST_DAYS}.", pointer="/conditions/within_days")


def _language(tag: str) -> str:
    if not tag.strip():
        raise Invalid("Name a language, for example en.", pointer="/conditions/languages")
    return language_tag(tag, "conditions/languages")


def _placed(name: str, work: Callable[[], Any]) -> Any:
    try:
        return work()
    except Invalid as refused:
        raise refused.at(f"/conditions/{name}") from None


def _words(given: Iterable[str], place: str) -> tuple[str, ...]:
    words = {line(word, place, 40).lower() for word in given}
    if "" in words:
        raise Invalid("A topic needs a name.", pointer=f"/{place}")
    return tuple(sorted(words))


def _of(known: Sequence[str], given: Sequence[str], name: str) -> tuple[str, ...]:
    if unknown := sorted({*given} - {*known}):
        listed = ", ".join(known)
        raise Invalid(f'There is no "{unknown[0]}". Use {listed}.', pointer=f"/conditions/{name}")
    return tuple(str(one) for one in known if one in given)


def _known(rows: QuerySet[Any], given: Sequence[int], name: str, what: str) -> tuple[int, ...]:
    there = set(rows.filter(pk__in=given).values_list("pk", flat=True)) if given else set()
    if missing := sorted({*given} - there):
        raise Invalid(f"There is no {what} {missing[0]}.", pointer=f"/conditions/{name}")
    return tuple(sorted(there))


def check_policy(rows: QuerySet[Any], given: int | None, pointer: str) -> None:
    """Whether a policy may be chosen. Raises `Invalid` at the pointer."""
    if given is not None and not rows.filter(pk=given, is_active=True).exists():
        what = rows.model._meta.verbose_name  # noqa: SLF001 - Django documents it
        raise Invalid(f"There is no {what} {given} that can be chosen.", pointer=pointer)
