"""What an administrator fills in wrongly: said once, in a sentence, at its field, and nothing is lost."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from claims.lifecycle import State
from claims.models import ApiKey, Claim, Desk, DeskRole, Ladder, Scope, User
from claims.services.keys import make_key
from claims.services.laddering import written_down
from reviews.models import Reviewer, WorkCalendar
from tests import factories as make
from tests.admin.conftest import SignIn

NO_ROWS = {f"{name}-{kind}_FORMS": "0" for name in ("absences", "interests") for kind in ("TOTAL", "INITIAL")}


@pytest.fixture
def client(signed: SignIn) -> Client:
    return signed(make.an_administrator())


def refusals(client: Client, page: str, given: dict[str, Any]) -> list[str]:
    """The sentences above the form, each with the name of its field."""
    shown = unescape(client.post(reverse(f"admin:{page}"), given).content.decode())
    summary = shown.split('<div class="cd-errors"')[1].split("</div>")[0]
    return [re.sub("<[^>]+>", "", line) for line in re.findall("<li>(.*?)</li>", summary)]


def test_half_hours_and_a_wrong_language_are_each_told_once(client: Client, desk: Desk) -> None:
    person = make.joined(make.a_person(), desk, DeskRole.REVIEWER)
    given = {"user": person.pk, "limit": 10, "languages": "english please", "works_from": "09:00", **NO_ROWS}
    assert refusals(client, "reviews_reviewer_add", given) == [
        'Languages read: Write a language tag such as en or pt-BR; this says "english please".'
    ]
    assert refusals(client, "reviews_reviewer_add", given | {"languages": "en"}) == [
        "Works from: Working hours need both a beginning and an end, and at least one day."
    ]


def test_an_absence_without_whom_it_goes_to_says_so_and_names_no_constraint(client: Client, reviewer: Reviewer) -> None:
    given = {
        "reviewer": reviewer.pk,
        "starts_at": "2026-12-01T08:00",
        "ends_at": "2026-12-02T08:00",
        "then": "hand_over",
    }
    assert refusals(client, "reviews_absence_add", given) == ["Hand over to: Say whom the claims go to."]
    backwards = refusals(client, "reviews_absence_add", given | {"ends_at": "2026-11-30T08:00"})
    assert backwards == ["Until: An absence ends after it begins.", "Hand over to: Say whom the claims go to."]
    assert refusals(client, "reviews_absence_add", given | {"ends_at": ""})[1:] == backwards[1:]


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("reviews_reviewer_add", {"Person: Choose one of these.", "Languages read: Fill in “Languages read”."}),
        ("claims_desk_add", {"Name: Fill in “Name”.", "Time zone: Name the time zone, for example Europe/Kyiv."}),
        ("reviews_reviewpolicy_add", {"Must agree: Fill in “Must agree”."}),
        ("reviews_workcalendar_add", {"Name: Fill in “Name”."}),
        ("reviews_deadlinepolicy_add", {"Key: Fill in “Key”."}),
        ("claims_apikey_add", {"Scopes: Choose at least one of these."}),
        ("claims_user_add", {"Username: Fill in “Username”.", "Password: Fill in “Password”."}),
        ("claims_source_add", {"Name: Fill in “Name”."}),
    ],
)
def test_an_empty_form_says_of_each_field_what_to_do(client: Client, page: str, told: set[str]) -> None:
    sentences = refusals(client, page, dict(NO_ROWS))
    assert told <= set(sentences)
    assert not [one for one in sentences if "This field is required" in one]


def test_hours_over_midnight_are_told_at_their_day(client: Client) -> None:
    given = {"name": "Night desk", "zone": "Europe/Kyiv", "mon": "22:00-06:00", "tue": "9-5"}
    told = refusals(client, "reviews_workcalendar_add", given)
    assert [line.partition(":")[0] for line in told] == ["Monday", "Tuesday"]
    assert "runs over midnight" in told[0]
    assert not WorkCalendar.objects.exists()


def test_numbers_and_words_beyond_their_bounds_are_told_how_far_these_go(client: Client, desk: Desk) -> None:
    person = make.joined(make.a_person(), desk, DeskRole.REVIEWER)
    given = {"user": person.pk, "limit": 0, "languages": "en", **NO_ROWS}
    assert refusals(client, "reviews_reviewer_add", given) == ["Limit of open claims: Write a number from 1 on."]
    given = {"name": "N" * 900, "zone": "Europe/Kyiv", "mon": "09:00-17:00"}
    (told,) = refusals(client, "reviews_workcalendar_add", given)
    assert told.startswith("Name: 900 characters, at most ")
    rule = {"do": "try", "days": "999", "name": "Far", "within_days": "999"}
    shown = unescape(client.post(reverse("admin:reviews_routingrule_add"), rule).content.decode())
    assert "Write a number up to 365." in shown
    assert "Ensure this value" not in shown


def test_a_key_is_written_as_keys_are(client: Client) -> None:
    given = {"name": "Two agree", "key": "two agree!", "kind": "independent", "judges": 3, "agreeing": 2}
    told = refusals(client, "reviews_reviewpolicy_add", given)
    assert told == ["Key: Write it in letters, digits, hyphens and underscores alone."]
    assert "What the API calls it" in client.get(reverse("admin:claims_desk_add")).content.decode()


def test_no_key_is_made_until_a_moment_that_has_passed(client: Client) -> None:
    given = {"name": "CMS", "scopes": [Scope.CLAIMS_READ], "expires_at": "2020-01-01T10:00"}
    assert refusals(client, "claims_apikey_add", given) == [
        "Expires: This moment has passed: the key would open nothing."
    ]
    assert not ApiKey.objects.exists()
    client.post(reverse("admin:claims_apikey_add"), given | {"expires_at": "2090-01-01T10:00"})
    assert ApiKey.objects.get().expires_at is not None


def test_a_key_that_has_expired_is_still_given_another_name(client: Client) -> None:
    key, _text = make_key(name="CMS", scopes=[Scope.CLAIMS_READ], expires_at=make.ahead(seconds=-60))
    page = reverse("admin:claims_apikey_change", args=[key.pk])
    shown = client.get(page).context["adminform"].form["expires_at"].value()
    given = {"name": "The old CMS", "scopes": [Scope.CLAIMS_READ], "expires_at": f"{shown:%Y-%m-%dT%H:%M:%S}"}
    client.post(page, given | {"events-TOTAL_FORMS": "0", "events-INITIAL_FORMS": "0"})
    key.refresh_from_db()
    assert key.name == "The old CMS"
    assert key.expires_at is not None
    assert f"{key.expires_at:%Y-%m-%dT%H:%M:%S}" == given["expires_at"]


def test_what_is_wrong_in_a_row_keeps_the_words_of_every_form(client: Client, desk: Desk) -> None:
    ladder: Ladder = written_down(desk)
    page = reverse("admin:claims_ladder_change", args=[ladder.pk])
    rows = {"steps-TOTAL_FORMS": "1", "steps-INITIAL_FORMS": "0", "steps-0-name": "Soon", "steps-0-when": "soon"}
    shown = unescape(client.post(page, rows).content.decode())
    assert "Not done yet. Your text is kept." in shown
    assert "What is wrong stands below, each beside its field." in shown
    assert "Please correct" not in shown


def test_a_rule_without_a_name_is_told_what_the_name_is_for(client: Client) -> None:
    shown = client.post(reverse("admin:reviews_routingrule_add"), {"do": "try", "days": "30"}).content.decode()
    assert "Name the rule: its name stands on every claim it takes." in shown


def test_a_person_is_added_with_name_mail_and_clock_at_once(client: Client, desk: Desk) -> None:
    given = {"username": "ines", "password1": "claim-desk-of-ines", "password2": "claim-desk-of-ines"}
    given |= {"first_name": "Ines", "last_name": "Quellmann", "email": "ines@newsroom.example", "zone": "Europe/Lisbon"}
    rows = {"memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "0", "memberships-0-role": "reviewer"}
    client.post(reverse("admin:claims_user_add"), given | rows | {"memberships-0-desk": str(desk.pk)})
    made = User.objects.get(username="ines")
    assert (made.full_name, made.email, made.zone) == ("Ines Quellmann", "ines@newsroom.example", "Europe/Lisbon")
    assert [one.desk for one in made.memberships.all()] == [desk]
    people = client.get(reverse("admin:claims_user_changelist")).content.decode()
    assert "Administrator" in people
    assert "Superuser" not in people


def test_an_empty_list_says_whether_anything_was_left_out(client: Client, desk: Desk) -> None:
    claims = reverse("admin:claims_claim_changelist")
    assert "Nothing here yet." in client.get(claims).content.decode()
    claim: Claim = make.a_claim(desk, State.PROPOSED)
    assert str(claim.statement) in client.get(claims).content.decode()
    none = client.get(claims, {"q": "nowhere"}).content.decode()
    assert "Nothing here matches the search and the filters." in none
    assert "Clear search and filters" in none


@pytest.mark.parametrize(
    ("page", "name"),
    [
        ("claims_user_add", "first_name"),
        ("claims_apikey_add", "name"),
        ("reviews_deadlinepolicy_add", "name"),
        ("reviews_workcalendar_add", "name"),
        ("reviews_reviewpolicy_add", "name"),
        ("claims_desk_add", "name"),
        ("claims_source_add", "name"),
    ],
)
def test_no_name_holds_a_character_that_reorders_text(client: Client, page: str, name: str) -> None:
    told = refusals(client, page, {name: "Har\u202ebour", **NO_ROWS})
    assert [line for line in told if "U+202E RIGHT-TO-LEFT OVERRIDE" in line], told


def test_nor_do_the_notes_and_names_of_rows_beneath(client: Client, desk: Desk, reviewer: Reviewer) -> None:
    interest = {"interests-TOTAL_FORMS": "1", "interests-INITIAL_FORMS": "0", "interests-0-note": "My \u202eaunt"}
    page = reverse("admin:reviews_reviewer_change", args=[reviewer.pk])
    assert "U+202E" in client.post(page, {"limit": 10, "languages": "en", **NO_ROWS, **interest}).content.decode()
    step = {"steps-TOTAL_FORMS": "1", "steps-INITIAL_FORMS": "0", "steps-0-name": "Re\u202emind"}
    page = reverse("admin:claims_ladder_change", args=[written_down(desk).pk])
    assert "U+202E" in client.post(page, step).content.decode()


def test_a_name_is_kept_in_one_spelling(client: Client) -> None:
    given = {"name": "Cafe\u0301", "zone": "Europe/Kyiv", "mon": "09:00-17:00"}
    assert client.post(reverse("admin:reviews_workcalendar_add"), given).status_code == 302
    assert WorkCalendar.objects.get().name == "Caf\u00e9"
