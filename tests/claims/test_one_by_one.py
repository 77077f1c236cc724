"""Passes that work through rows one by one: a bad row stops no other, however few are taken at a time."""

from __future__ import annotations

import psycopg
import pytest
from django.db import OperationalError

from claims.errors import Invalid
from claims.models import Desk
from claims.services import onebyone
from claims.services.onebyone import one_by_one, step_on_each
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_rows_behind_bad_ones_have_their_turn_and_no_more_are_taken_than_asked() -> None:
    bad, good, behind = (make.a_desk() for _ in range(3))
    seen = []

    def work(desk: Desk) -> int:
        seen.append(desk.pk)
        if desk == bad:
            raise Invalid("This one never will.")
        return 5

    rows = Desk.objects.filter(pk__in=[bad.pk, good.pk, behind.pk]).order_by("pk")
    assert one_by_one(rows, work, batch=1, failed="not_done") == 5
    assert seen == [bad.pk, good.pk]
    assert one_by_one(rows, work, batch=9, failed="not_done") == 10


def test_a_database_that_is_out_of_reach_ends_the_pass() -> None:
    make.a_desk()

    def work(desk: Desk) -> int:
        raise OperationalError(f"{desk} cannot be read")

    with pytest.raises(OperationalError):
        one_by_one(Desk.objects.all(), work, batch=9, failed="not_done")


def test_a_claim_that_somebody_holds_is_named_and_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def step(number: int) -> None:
        if number == 2:
            raise OperationalError("timeout") from psycopg.errors.LockNotAvailable()
        if number == 3:
            raise Invalid("This one never will.")

    stepped = step_on_each([1, 2, 3, 4], step)
    assert (stepped.done, stepped.left) == ([1, 4], [])
    assert stepped.refused == {
        "Somebody else is writing this at the moment. Ask again in a second.": [2],
        "This one never will.": [3],
    }
    monkeypatch.setattr(onebyone, "PATIENCE", -1.0)
    assert step_on_each([1, 2], step).left == [1, 2]


def test_a_step_on_many_ends_where_the_database_is_lost() -> None:
    def step(_number: int) -> None:
        raise OperationalError("gone") from psycopg.errors.AdminShutdown()

    with pytest.raises(OperationalError):
        step_on_each([1], step)
