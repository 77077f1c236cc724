"""Calendars, deadline policies and ladders by the API and in the admin: kept, read back, refused with one sentence."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.ladders import DEFAULT
from claims.models import Desk, DeskRole, Ladder, Scope
from claims.services.laddering import follow_ladders, written_down
from claims.spans import said, said_from
from reviews.models import DeadlinePolicy, WorkCalendar
from tests import factories as make
from tests.admin.conftest import SignIn, signed
from tests.api.conftest import Api, signed_in, with_key

__all__ = ["signed"]
CALENDAR = {
    "name": "World desk",
    "zone": "Europe/Kyiv",
    "hours": {"mon": ["09:00-12:30", "13:00-18:00"], "sat": ["10:00-24:00"]},
    "country": "GB",
    "subdivision": "SCT",
    "closed": ["2026-12-24"],
}
POLICY = {
    "key": "world",
    "name": "World, weekdays",
    "hours_1": 3,
    "before_own_date_hours": 24,
    "at_most_hours": 96,
    "in_working_hours": True,
}
STEPS = [
    {"key": "due", "name": "due now", "track": "review_due", "minutes": 0, "tell": "reviewer"},
    {"key": "back", "name": "2 h late", "track": "review_due", "minutes": 120, "tell": "editor", "act": "return"},
    {"key": "daily", "name": "open", "track": "own_date", "minutes": 60, "every_minutes": 1440, "tell": "editor"},
]
SENTENCE = "Calendars and deadline policies: only for administrators."


@pytest.fixture
def administrator(db: None) -> Api:
    return signed_in(make.an_administrator())


def made(api: Api, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = api.post(path, body)
    assert answer.status == 201, answer.body
    assert answer.headers["Location"] == f"/api/v1{path}/{answer.body['id']}"
    assert api.get(f"{path}/{answer.body['id']}").body == answer.body
    return dict(answer.body)


def test_a_calendar_is_made_and_everybody_reads_it(administrator: Api, desk: Desk) -> None:
    calendar = made(administrator, "/calendars", CALENDAR)
    free: dict[str, list[str]] = {day: [] for day in ("tue", "wed", "thu", "fri", "sun")}
    assert calendar == CALENDAR | {"id": calendar["id"], "hours": {**CALENDAR["hours"], **free}, "version": 1}  # type: ignore[dict-item] # hours by day
    assert signed_in(make.a_reviewer(desk).user).get("/calendars").body["results"] == [calendar]


def test_a_calendar_without_hours_has_those_of_an_office(administrator: Api) -> None:
    hours = made(administrator, "/calendars", {"name": "Plain"})["hours"]
    assert (hours["mon"], hours["sat"]) == (["09:00-18:00"], [])


@pytest.mark.parametrize(
    ("given", "sentence", "pointer"),
    [
        ({"hours": {"mon": ["22:00-06:00"]}}, '"22:00-06:00" runs over midnight.', "/hours"),
        ({"hours": {"mon": ["9-5"]}}, '"9-5" is no span of hours.', "/hours"),
        (
            {"hours": {}},
            "This calendar has less than an hour of work a week, or too little within ten years.",
            "/hours",
        ),
        ({"country": "XX", "subdivision": ""}, 'No holidays are known for the country "XX".', "/country"),
        ({"country": "UA", "subdivision": "ZZ"}, 'No holidays are known for "ZZ" in UA.', "/subdivision"),
        ({"country": "", "subdivision": "ZZ"}, "A part of a country needs its country.", "/country"),
        ({"zone": "Mars/Olympus"}, 'There is no time zone "Mars/Olympus".', "/zone"),
    ],
)
def test_a_calendar_nobody_could_work_by_is_refused_with_the_same_sentence_in_both(
    administrator: Api, signed: SignIn, given: dict[str, Any], sentence: str, pointer: str
) -> None:
    refused = administrator.post("/calendars", CALENDAR | given)
    assert (refused.status, refused.body["detail"], refused.pointers) == (422, sentence, [pointer])
    told = CALENDAR | given
    form = {day: ", ".join(spans) for day, spans in told["hours"].items()} | {"closed": "2026-12-24"}
    form |= {name: told[name] for name in ("name", "zone", "country", "subdivision")}
    page = signed(make.an_administrator()).post(reverse("admin:reviews_workcalendar_add"), form)
    assert sentence in html.unescape(page.content.decode())
    assert not WorkCalendar.objects.exists()


def test_a_calendar_is_changed_by_its_version_and_moves_no_due(administrator: Api) -> None:
    path = f"/calendars/{made(administrator, '/calendars', CALENDAR)['id']}"
    first = administrator.get(path)
    assert administrator.patch(path, {"zone": "UTC"}).status == 428
    changed = administrator.patch(path, {"zone": "UTC"}, If_Match=first.etag)
    assert (changed.status, changed.body["zone"], changed.body["version"]) == (200, "UTC", 2)
    assert administrator.patch(path, {"zone": "Europe/Kyiv"}, If_Match=first.etag).status == 412
    assert administrator.get(path, If_None_Match=changed.etag).status == 304
    assert administrator.patch(path, {"zone": "UTC"}, If_Match="*").body["version"] == 2


def test_a_deadline_policy_names_its_calendar(administrator: Api) -> None:
    calendar = made(administrator, "/calendars", CALENDAR)
    policy = made(administrator, "/deadline_policies", {**POLICY, "calendar": calendar["id"]})
    assert policy["calendar"] == {"id": calendar["id"], "name": "World desk"}
    assert (policy["hours_1"], policy["hours_4"], policy["is_active"]) == (3, 72, True)
    path = f"/deadline_policies/{policy['id']}"
    changed = administrator.patch(path, {"at_most_hours": None, "is_active": False}, If_Match=f'"{policy["version"]}"')
    assert (changed.body["at_most_hours"], changed.body["is_active"], changed.body["version"]) == (None, False, 2)
    assert [row["id"] for row in administrator.get("/deadline_policies").body["results"]] == [policy["id"]]


def test_working_hours_without_a_calendar_are_refused_with_the_same_sentence_in_both(
    administrator: Api, signed: SignIn
) -> None:
    sentence = "Counting working hours needs a work calendar."
    refused = administrator.post("/deadline_policies", POLICY)
    assert (refused.status, refused.body["detail"], refused.pointers) == (422, sentence, ["/calendar"])
    form = {**POLICY, "in_working_hours": "on", "hours_2": 12, "hours_3": 24, "hours_4": 72}
    page = signed(make.an_administrator()).post(reverse("admin:reviews_deadlinepolicy_add"), form)
    assert sentence in html.unescape(page.content.decode())
    assert not DeadlinePolicy.objects.exists()


def test_what_is_not_there_is_not_found(administrator: Api) -> None:
    assert administrator.get("/calendars/9").status == administrator.get("/deadline_policies/9").status == 404
    assert administrator.patch("/calendars/9", {}, If_Match="*").status == 404
    assert administrator.post("/deadline_policies", {**POLICY, "calendar": 9}).status == 404


@pytest.mark.parametrize(("path", "body"), [("/calendars", CALENDAR), ("/deadline_policies", {**POLICY})])
def test_calendars_and_policies_are_for_administrators_and_keys_of_the_whole_newsroom(
    desk: Desk, path: str, body: dict[str, Any]
) -> None:
    assert signed_in(make.an_editor(desk)).post(path, body).body["detail"] == SENTENCE
    assert with_key(Scope.CLAIMS_READ).post(path, body).code == "scope_missing"
    assert with_key(Scope.SETUP_MANAGE, desks=(desk,)).post(path, body).status == 403
    plain = {**body, "in_working_hours": False} if "key" in body else body
    assert with_key(Scope.SETUP_MANAGE).post(path, plain).status == 201


def test_a_calendar_is_kept_in_the_admin(signed: SignIn) -> None:
    browser = signed(make.an_administrator())
    form = {"name": "World desk", "zone": "Europe/Kyiv", "mon": "09:00-12:30, 13:00-18:00", "closed": "2026-12-24"}
    assert browser.post(reverse("admin:reviews_workcalendar_add"), form).status_code == 302
    row = WorkCalendar.objects.get()
    assert (row.hours["mon"], row.hours["tue"], row.version) == (["09:00-12:30", "13:00-18:00"], [], 1)
    address = reverse("admin:reviews_workcalendar_change", args=[row.pk])
    assert 'value="09:00-12:30, 13:00-18:00"' in browser.get(address).content.decode()
    assert browser.post(address, form | {"tue": "08:00-09:00"}).status_code == 302
    row.refresh_from_db()
    assert (row.hours["tue"], row.version) == (["08:00-09:00"], 2)
    assert browser.get(reverse("admin:reviews_deadlinepolicy_changelist")).status_code == 200


# Ladders


def test_a_new_desk_has_the_products_own_ladder(desk: Desk) -> None:
    api = signed_in(make.a_reviewer(desk).user)
    before = api.get(f"/desks/{desk.pk}/ladder")
    assert [step["key"] for step in before.body["steps"]] == [step.key for step in DEFAULT]
    written_down(desk)
    after = api.get(f"/desks/{desk.pk}/ladder")
    assert sorted(after.body["steps"], key=str) == sorted(before.body["steps"], key=str)
    assert (after.etag, before.etag) == ('"1"', '"1"')


def test_an_editor_changes_the_ladder_of_their_desk_and_claims_follow(desk: Desk) -> None:
    claim, api, path = make.a_claim(desk), signed_in(make.an_editor(desk)), f"/desks/{desk.pk}/ladder"
    assert api.patch(path, {"steps": STEPS}).status == 428
    changed = api.patch(path, {"steps": STEPS}, If_Match=api.get(path).etag)
    assert (changed.status, changed.body["version"], changed.etag) == (200, 2, '"2"')
    assert {step["key"]: step["act"] for step in changed.body["steps"]} == {
        "due": "tell",
        "back": "return",
        "daily": "tell",
    }
    assert api.patch(path, {"steps": []}, If_Match='"1"').status == 412
    assert api.get(path, If_None_Match='"2"').status == 304
    follow_ladders()
    assert claim.alarms.get(kind="ladder_due").moment == claim.review_due_at


def test_a_ladder_is_its_desks_own(desk: Desk) -> None:
    other = make.a_desk()
    editor = signed_in(make.joined(make.an_editor(other), desk, DeskRole.REVIEWER))
    path = f"/desks/{desk.pk}/ladder"
    refused = editor.patch(path, {"steps": STEPS}, If_Match="*")
    assert (refused.status, refused.body["detail"]) == (
        403,
        "A desk's ladder: only for its editors and administrators.",
    )
    assert signed_in(make.a_reviewer(other).user).get(path).status == 404
    assert with_key(Scope.SETUP_MANAGE, desks=(desk,)).patch(path, {"steps": []}, If_Match="*").status == 200


def rows_of(ladder: Ladder, **changes: str) -> dict[str, Any]:
    """The page's form as a browser sends it back, with some of its fields changed."""
    form: dict[str, Any] = {"steps-TOTAL_FORMS": ladder.steps.count(), "steps-INITIAL_FORMS": ladder.steps.count()}
    for place, row in enumerate(ladder.steps.all()):
        told = {
            "id": row.pk,
            "ladder": ladder.pk,
            "name": row.name,
            "track": row.track,
            "tell": row.tell,
            "act": row.act,
        }
        told |= {"when": said_from(row.rule.offset), "again": said(row.rule.every) if row.rule.every else ""}
        form |= {f"steps-{place}-{name}": value for name, value in told.items()}
    return form | changes


def test_a_ladder_is_kept_in_the_admin_by_the_same_rules(desk: Desk, signed: SignIn) -> None:
    ladder, browser = written_down(desk), signed(make.an_editor(desk))
    address = reverse("admin:claims_ladder_change", args=[ladder.pk])
    assert "24 h late" in browser.get(address).content.decode()
    refused = browser.post(address, rows_of(ladder, **{"steps-0-name": " "}))
    assert refused.status_code == 200
    twice = browser.post(address, rows_of(ladder, **{"steps-0-again": "1 h"}))
    assert "Only a step after its date repeats, at most once an hour." in html.unescape(twice.content.decode())
    assert browser.post(address, rows_of(ladder, **{"steps-0-name": "two days before"})).status_code == 302
    ladder.refresh_from_db()
    assert (ladder.version, ladder.steps.filter(name="two days before").count(), ladder.steps.count()) == (2, 1, 7)
    assert browser.post(address, rows_of(ladder, **{"steps-0-DELETE": "on"})).status_code == 302
    assert ladder.steps.count() == 6


def test_only_the_desks_editors_change_its_ladder_in_the_admin(desk: Desk, signed: SignIn) -> None:
    ladder = written_down(desk)
    address = reverse("admin:claims_ladder_change", args=[ladder.pk])
    browser = signed(make.a_reviewer(desk).user)
    assert browser.get(address).status_code == 200
    assert browser.post(address, rows_of(ladder)).status_code == 403
    assert signed(make.an_editor(make.a_desk())).get(address).status_code in {302, 404}
    assert browser.get(reverse("admin:claims_ladder_changelist")).status_code == 200


def test_lists_cost_the_same_number_of_queries_however_long_they_are(administrator: Api, desk: Desk) -> None:
    counts: dict[str, set[int]] = {}
    for number in range(3):
        calendar = WorkCalendar.objects.create(name=f"Calendar {number}")
        DeadlinePolicy.objects.create(key=f"policy-{number}", name=f"Policy {number}", calendar=calendar)
        written_down(make.a_desk())
        for path in ("/calendars", "/deadline_policies"):
            with CaptureQueriesContext(connection) as queries:
                assert len(administrator.get(path).body["results"]) == number + 1
            counts.setdefault(path, set()).add(len(queries))
    assert [len(found) for found in counts.values()] == [1, 1]


def test_the_list_of_ladders_costs_the_same_number_of_queries_however_long_it_is(signed: SignIn) -> None:
    browser, counts = signed(make.an_administrator()), set()
    for _ in range(3):
        written_down(make.a_desk())
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(reverse("admin:claims_ladder_changelist")).status_code == 200
        counts.add(len(queries))
    assert len(counts) == 1
