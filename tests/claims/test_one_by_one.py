"""Passes that work through rows one by one: a bad row stops no other, however few are taken at a time."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from claims.errors import Invalid
from claims.models import Desk
from claims.services.onebyone import one_by_one
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
