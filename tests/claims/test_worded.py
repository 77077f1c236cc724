"""Questions that the ORM words once: what comes back is what the queryset would have answered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Count, QuerySet
from django.db.models.functions import Lower
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from claims.lifecycle import State
from claims.models import Claim, ClaimHead, Desk, Source, User
from claims.models.many import any_of
from claims.models.worded import worded
from tests import factories as make
from tests.concurrency.crowd import at_once

pytestmark = pytest.mark.django_db


@worded
def with_desk(claim: int) -> QuerySet[Claim]:
    return Claim.objects.select_related("desk").filter(pk=claim).annotate(places=Count("appearances"))


@worded
def numbered(desk: int, state: str, since: datetime) -> QuerySet[Claim, tuple[int, str]]:
    made = Claim.objects.filter(desk=desk, state=state, created_at__gte=since)
    return made.order_by("pk").values_list("pk", "statement")


@worded
def among(numbers: list[int]) -> QuerySet[Claim, int]:
    return Claim.objects.filter(pk__in=any_of(numbers)).order_by("pk").values_list("pk", flat=True)


@worded
def known_as(alias: str) -> QuerySet[Source, tuple[int, str]]:
    return Source.objects.filter(aliases__contains=[alias]).values_list("pk", "name", named=True)


@worded
def held(claim: int) -> QuerySet[ClaimHead]:
    return ClaimHead.objects.select_for_update().filter(pk=claim)


@worded
def every_desk() -> QuerySet[Desk]:
    return Desk.objects.order_by("pk")


def test_rows_come_with_what_is_read_beside_them() -> None:
    claims = [make.a_claim(make.a_desk(name=name)) for name in ("World", "Politics")]
    for claim in claims:
        one = with_desk.one(claim.pk)
        assert one == claim
        with CaptureQueriesContext(connection) as asked:
            assert (one.desk, one.desk and one.desk.name) == (claim.desk, claim.desk and claim.desk.name)
            assert one.places == 1  # type: ignore[attr-defined]  # annotated
        assert len(asked) == 0
        one.priority = 4
        one.save(update_fields=["priority"])
        assert Claim.objects.get(pk=claim.pk).priority == 4
    assert [with_desk.one(number) for number in (0, -(2**63), 2**63 - 1, 2**63, 10**30)] == [None] * 5
    assert every_desk() == list(Desk.objects.order_by("pk"))


def test_numbers_words_and_times_stand_where_they_are_asked_with() -> None:
    desk, other = make.a_desk(), make.a_desk()
    claims = [make.a_claim(desk, statement=f"Claim {number}") for number in (1, 2)]
    make.a_claim(desk, State.DISMISSED)
    make.a_claim(other)
    before = make.ahead(hours=-1)
    assert numbered(desk.pk, State.QUEUED, before) == [(claim.pk, claim.statement) for claim in claims]
    assert numbered(desk.pk, State.QUEUED, before + timedelta(hours=2)) == []
    assert among([claims[1].pk, claims[0].pk]) == [claim.pk for claim in claims]
    assert among([]) == []
    source = Source.objects.create(name="Harbour Post", kind="outlet", aliases=["HP", "it's %s"])
    for alias in source.aliases:
        assert known_as(alias) == [(source.pk, "Harbour Post")]


def test_rows_are_locked_in_a_transaction_and_nowhere_else(transactional_db: None) -> None:
    claim = make.a_claim(make.a_desk())
    with transaction.atomic():
        assert [head.pk for head in held(claim.pk)] == [claim.pk]
    with pytest.raises(TransactionManagementError):
        held(claim.pk)


def test_many_ask_at_once_what_nobody_has_asked_before(transactional_db: None) -> None:
    desks = [make.a_desk(name=f"Desk {number}") for number in range(8)]

    @worded
    def named(desk: int) -> QuerySet[Desk, str]:
        return Desk.objects.filter(pk=desk).values_list("name", flat=True)

    found = at_once(*[lambda one=desk: named(one.pk) for desk in desks])
    assert found == [[desk.name] for desk in desks]


def test_none_and_too_many_values_are_refused() -> None:
    with pytest.raises(TypeError, match="None"):
        with_desk(None)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="1 values, not with 2"):
        with_desk(1, 2)  # type: ignore[call-arg]


def trimmed(name: str) -> QuerySet[User]:
    return User.objects.filter(username=name.strip())


def folded(name: str) -> QuerySet[User]:
    return User.objects.annotate(low=Lower("username")).filter(low=name.lower())


def contained(name: str) -> QuerySet[User]:
    return User.objects.filter(username__contains=name)


def doubled(number: int) -> QuerySet[User]:
    return User.objects.filter(pk=number * 2)


def unused(number: int) -> QuerySet[User]:
    return User.objects.all()


def parted(number: int) -> QuerySet[User]:
    return User.objects.filter(pk=number) if number < 32_000 else User.objects.filter(pk=number, is_active=True)


def prefetched(number: int) -> QuerySet[User]:
    return User.objects.filter(pk=number).prefetch_related("memberships")


@pytest.mark.parametrize("question", [trimmed, folded, contained, doubled, unused, parted, prefetched])
def test_a_question_that_asks_with_something_else_is_refused_before_it_is_asked(question: Any) -> None:
    given = "a" if question in {trimmed, folded, contained} else 1
    with CaptureQueriesContext(connection) as asked, pytest.raises(ValueError, match=r"question"):
        worded(question)(given)
    assert len(asked) == 0
