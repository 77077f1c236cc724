"""When a desk changes its hours of warning, what is announced follows what pages compute."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.deadlines import TimeFlag
from claims.lifecycle import Action, State
from claims.models import Claim, Desk, Flag
from claims.services.sweep import raise_due_flags
from claims.services.transitions import database_time
from claims.services.warnings import agree_on_warnings, disagreeing
from claims.tasks import warnings
from reviews.services.acting import act
from tests.factories import a_claim, a_desk, ahead, an_editor, fresh, viewer

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def due_in(hours: float, desk: Desk) -> Claim:
    """A queued claim of the desk, due in so many hours."""
    editor = an_editor(desk)
    claim = a_claim(desk, by=editor)
    act(claim.pk, Action.SET_DUE, viewer(editor), due=ahead(hours=hours), reason="So it is.")
    return fresh(claim)


def warned_by(desk: Desk, hours: int) -> None:
    """Change the hours as any door does, and let the task notice."""
    Desk.objects.filter(pk=desk.pk).update(warning_hours=hours)
    warnings()
    raise_due_flags()


def standing(claim: Claim) -> list[str]:
    return [str(kind) for kind in Flag.objects.standing().filter(claim=claim).values_list("kind", flat=True)]


def computed(claim: Claim) -> list[str]:
    return [str(kind) for kind in fresh(claim).time_flags(database_time(), None)]


@pytest.mark.parametrize(("before", "after"), [(2, 8), (8, 2), (0, 8), (8, 0), (8, 2000)])
def test_announced_and_computed_agree_after_the_hours_changed(before: int, after: int) -> None:
    desk = a_desk(warning_hours=before)
    claims = [due_in(hours, desk) for hours in (1, 5, 50)]
    raise_due_flags()
    warned_by(desk, after)
    assert [standing(claim) for claim in claims] == [computed(claim) for claim in claims]
    assert not disagreeing(database_time()).exists()


def test_the_alarm_to_come_moves_with_the_hours() -> None:
    desk = a_desk(warning_hours=8)
    claim = due_in(50, desk)
    warned_by(desk, 2)
    assert claim.review_due_at is not None
    assert claim.alarms.get(kind=TimeFlag.DUE_SOON).moment == claim.review_due_at - 2 * HOUR


def test_hours_that_come_back_announce_nothing_again() -> None:
    desk = a_desk(warning_hours=8)
    claim = due_in(5, desk)
    raise_due_flags()
    warned_by(desk, 2)
    assert Flag.objects.get(claim=claim).cleared_by == "desk.warning_hours"
    warned_by(desk, 8)
    assert (standing(claim), claim.events.filter(type="claim.due_soon").count()) == (["due_soon"], 1)


@pytest.mark.parametrize("name", ["warning_hours", "minimum_minutes"])
def test_a_desk_cannot_ask_for_hours_beyond_the_calendar(name: str) -> None:
    desk = a_desk()
    setattr(desk, name, 2**31 - 1)
    with pytest.raises(ValidationError, match="less than or equal"):
        desk.full_clean()


def test_only_claims_that_disagree_are_touched() -> None:
    changed, other = a_desk(warning_hours=8), a_desk(warning_hours=8)
    due_in(5, other)
    a_claim(changed, State.DECIDED)
    a_claim(changed, State.PROPOSED)
    due_in(50, changed)
    raise_due_flags()
    assert agree_on_warnings() == 0
    Desk.objects.filter(pk=changed.pk).update(warning_hours=9)
    assert (agree_on_warnings(), agree_on_warnings()) == (1, 0)


def test_looking_whether_all_agree_is_one_query() -> None:
    due_in(5, a_desk())
    with CaptureQueriesContext(connection) as queries:
        agree_on_warnings()
    assert len(queries) == 2  # the clock, and the claims
