"""A statement worded once answers everybody as the query worded for them would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from claims.lifecycle import State
from claims.models import Desk, DeskRole, Heartbeat, User
from claims.permissions import Viewer
from claims.services.watch import HEARTBEAT
from reviews.dashboard.filters import NOBODY, Filters, Period
from reviews.dashboard.numbers import NUMBERS, tally, tally_query
from reviews.models import Absence
from reviews.services.compiled import Compiled
from reviews.services.queue import NO_WORK, Summary, summary_for, summary_from, summary_query
from tests import factories as make
from tests.worlds import kept_for_a_module

pytestmark = pytest.mark.django_db
ASKED = list(zip(NUMBERS, cycle(("desk", "age", "verdict", "reviewer")), strict=False))


def worded_for(viewer: Viewer, now: datetime) -> Summary:
    """The summary by the query itself."""
    return summary_from(summary_query(viewer, now).get())


@pytest.fixture(scope="module")
def people(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[list[User]]:
    """Everybody from whom a summary differs: by their desks, roles, profile and absence."""
    assert django_db_setup is None
    with kept_for_a_module(django_db_blocker):
        yield everybody()


def everybody() -> list[User]:
    first, second, third = (make.a_desk() for _ in range(3))
    maren = make.an_editor(first)
    ilka, bohdana = make.a_reviewer(first, limit=2), make.a_reviewer(second, can_triage=True)
    make.joined(bohdana.user, third, DeskRole.REVIEWER)
    both = make.joined(make.an_editor(second), first, DeskRole.REVIEWER)
    make.profiled(both)
    away = Absence.objects.create(reviewer=ilka, starts_at=make.now(), ends_at=make.ahead(days=2))
    for desk, reviewer in ((first, ilka), (second, bohdana)):
        editor = make.an_editor(desk)
        for state in State:
            make.a_claim(desk, state, by=editor, reviewer=reviewer)
    Heartbeat.objects.create(name=HEARTBEAT, ran_at=make.now())
    assert away.ends_at > away.starts_at
    return [maren, ilka.user, bohdana.user, both, make.an_administrator(), make.a_person(), make.an_editor(third)]


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/New_York"])
def test_everybody_is_told_what_a_query_worded_for_them_tells(people: list[User], zone: str) -> None:
    with timezone.override(zone):
        for now in (make.now(), make.ahead(days=3), make.ahead(days=-1)):
            told = [summary_for(make.viewer(person), now) for person in people]
            assert told == [worded_for(make.viewer(person), now) for person in people]
    assert len({summary.mine for summary in told}) > 1


def test_it_is_one_query_and_worded_once_for_people_who_are_alike() -> None:
    asked: list[Viewer] = []

    def query(viewer: Viewer, now: datetime) -> QuerySet[User, Any]:
        asked.append(viewer)
        return summary_query(viewer, now)

    compiled = Compiled(query, times)
    alike = [make.viewer(make.an_editor(make.a_desk())) for _ in range(3)]
    now = make.now()
    with CaptureQueriesContext(connection) as queries:
        for viewer in alike:
            compiled.row_for(viewer, now)
    assert (len(queries), len(asked)) == (3, 1)


def test_somebody_whose_account_was_deleted_meanwhile_has_no_work() -> None:
    person = make.a_person()
    viewer = make.viewer(person)
    User.objects.filter(pk=person.pk).delete()
    assert summary_for(viewer, make.now()) == NO_WORK
    assert (NO_WORK.mine, NO_WORK.late, NO_WORK.unread, NO_WORK.reviewer, NO_WORK.room) == (0, 0, 0, None, 0)


def test_the_database_keeps_the_plans_of_the_first_kinds_of_people_alone() -> None:
    compiled, now = Compiled(summary_query, times, planned=1), make.now()
    first, other = make.viewer(make.an_editor(make.a_desk())), make.viewer(make.an_administrator())
    with CaptureQueriesContext(connection) as sent:
        rows = [compiled.row_for(viewer, now) for viewer in (first, other) * 8]
    told = [row and summary_from(row) for row in rows]
    assert told == [worded_for(viewer, now) for viewer in (first, other)] * 8
    by_name = [query["sql"].startswith("EXECUTE") for query in sent]
    assert by_name == [False, False, *[True, False] * 7]


def times(now: datetime) -> Mapping[str, datetime]:
    """What the summary compares with, said once more."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return {"now": now, "today": today, "tomorrow": today + timedelta(days=1), "beat": now - timedelta(seconds=30)}


def test_a_query_that_compares_with_a_moment_it_did_not_name_is_refused() -> None:
    def query(_viewer: Viewer, now: datetime) -> QuerySet[User, Any]:
        return User.objects.filter(date_joined__lt=now - timedelta(hours=1)).values("pk")

    with pytest.raises(ValueError, match="none of its times"):
        Compiled(query, lambda now: {"now": now}).row_for(make.viewer(make.a_person()), make.now())


def test_a_query_that_asks_with_another_number_is_refused() -> None:
    def query(viewer: Viewer, _now: datetime) -> QuerySet[Desk, Any]:
        return Desk.objects.filter(pk__in=[desk - 1 for desk in viewer.editor_of]).values("pk")

    with pytest.raises(ValueError, match="no number of its stand-in"):
        Compiled(query, lambda now: {"now": now}).row_for(make.viewer(make.an_editor(make.a_desk())), make.now())


@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(zone="Pacific/Kiritimati", language="en", reviewer=NOBODY),
        Filters(zone="America/New_York", decided_within=Period.MONTH),
    ],
    ids=["all", "nobody's", "decided"],
)
def test_the_numbers_of_everybody_are_those_of_a_query_worded_for_them(people: list[User], filters: Filters) -> None:
    seen = set()
    for viewer in map(make.viewer, people):
        for now in (make.now(), make.ahead(days=3)):
            rows = list(tally_query(ASKED, viewer, filters, now))
            told = tally(ASKED, viewer, filters, now)
            assert sorted((place, str(group), count) for place, group, count in rows) == sorted(
                (ASKED.index(asked), str(group), count)
                for asked, groups in told.items()
                for group, count in groups.items()
            )
            seen.add(frozenset(rows))
    assert len(seen) > 3
