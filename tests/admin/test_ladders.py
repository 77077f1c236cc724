"""A desk's ladder in the set-up: its times are written as people write them."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import Desk, Ladder, LadderStep, User
from claims.services.laddering import written_down
from reviews.models import WorkCalendar
from tests.admin.conftest import SignIn


@pytest.fixture
def ladder(desk: Desk) -> Ladder:
    """The product's own ladder of the desk."""
    return written_down(desk)


def sent(ladder: Ladder, **added: str) -> dict[str, Any]:
    """The form as the page shows it, with one step more."""
    rows = list(ladder.steps.order_by("track", "minutes", "id"))
    form: dict[str, Any] = {"steps-TOTAL_FORMS": len(rows) + 1, "steps-INITIAL_FORMS": len(rows)}
    times = {
        "remind": ("8 h before", ""),
        "due": ("at the moment", ""),
        "editor": ("1 h after", ""),
        "reassign": ("24 h after", ""),
        "date_near": ("2 d before", ""),
        "date_passed": ("at the moment", ""),
        "weekly": ("7 d after", "7 d"),
    }
    for place, row in enumerate(rows):
        when, again = times[row.key]
        told = {"id": row.pk, "name": row.name, "track": row.track, "tell": row.tell, "act": row.act}
        form |= {f"steps-{place}-{name}": value for name, value in (told | {"when": when, "again": again}).items()}
    return form | {f"steps-{len(rows)}-{name}": value for name, value in added.items()}


NEW = {"name": "Half a day late", "track": "review_due", "when": "12 hours after", "tell": "editor", "act": "tell"}


def post(client: Client, ladder: Ladder, form: dict[str, Any]) -> str:
    address = reverse("admin:claims_ladder_change", args=[ladder.pk])
    return html.unescape(client.post(address, form, follow=True).content.decode())


def test_a_step_is_added_in_words_and_the_others_stay_as_they_were(
    signed: SignIn, editor: User, ladder: Ladder
) -> None:
    before = {row.key: row.rule for row in ladder.steps.all()}
    shown = signed(editor).get(reverse("admin:claims_ladder_change", args=[ladder.pk])).content.decode()
    assert 'value="8 h before"' in shown
    assert 'value="7 d"' in shown
    post(signed(editor), ladder, sent(ladder, **NEW))
    rows = {row.key: row for row in LadderStep.objects.filter(ladder=ladder)}
    assert (rows["half-a-day-late"].minutes, rows["half-a-day-late"].every_minutes) == (720, None)
    assert {key: rows[key].rule for key in before} == before


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"when": "12 hours"}, "Say before or after: 8 h before, 1 h after, or at the moment."),
        ({"when": "1 working day after"}, "Steps count hours of the clock, not working time. Write it like 90 min"),
        ({"again": "often"}, "“often” is no span of time. Write it like 90 min, 8 h, 2 days or 1 day 12 h."),
        ({"again": "10 min"}, "Only a step after its date repeats, at most once an hour."),
    ],
)
def test_a_time_that_cannot_be_read_is_refused_beside_it(
    signed: SignIn, editor: User, ladder: Ladder, told: dict[str, str], sentence: str
) -> None:
    assert sentence in post(signed(editor), ladder, sent(ladder, **(NEW | told)))
    assert ladder.steps.count() == 7


def test_every_field_of_a_table_says_its_name(signed: SignIn, editor: User, ladder: Ladder) -> None:
    shown = signed(editor).get(reverse("admin:claims_ladder_change", args=[ladder.pk])).content.decode()
    assert shown.count('aria-label="When"') == ladder.steps.count() + 2  # one to fill in, one to copy
    first = shown.index('name="steps-0-name"')
    assert "8 h to review due" in shown[first : first + 300]


def test_an_editor_reads_the_hours_of_a_calendar(signed: SignIn, editor: User) -> None:
    hours = {"mon": ["09:00-12:30", "13:00-18:00"]}
    calendar = WorkCalendar.objects.create(name="World desk", zone="Europe/Kyiv", hours=hours)
    shown = signed(editor).get(reverse("admin:reviews_workcalendar_change", args=[calendar.pk])).content.decode()
    assert "09:00-12:30, 13:00-18:00" in shown
    assert len(re.findall(r">\s*free\s*<", shown)) == 6
