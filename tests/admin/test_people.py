"""Reviewers in the admin: loads, absences, handing over, coming back."""

from __future__ import annotations

import html
import re
from datetime import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from claims.lifecycle import State
from claims.models import Article, Claim, Desk, DeskRole, Membership, User
from claims.services import onebyone
from reviews.models import Absence, Assignment, Interest, Reviewer
from tests import factories as make
from tests.admin.conftest import SignIn

ABSENCE = "admin:reviews_absence_add"


@pytest.fixture
def other(desk: Desk) -> Reviewer:
    return make.a_reviewer(desk)


@pytest.fixture
def claims(desk: Desk, editor: User, reviewer: Reviewer) -> list[Claim]:
    """Three open claims of the reviewer, one of which falls due in a week."""
    due = [make.ahead(hours=30), make.ahead(hours=31), make.ahead(days=7)]
    return [make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer, review_due_at=moment) for moment in due]


def away(reviewer: Reviewer, **given: Any) -> Absence:
    times = {"starts_at": make.ahead(hours=-1), "ends_at": make.ahead(days=3)}
    return Absence.objects.create(reviewer=reviewer, **{**times, **given})


def page(client: Client, name: str, *args: int) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def absence_of(reviewer: Reviewer, **more: Any) -> dict[str, Any]:
    times = {"starts_at": make.ahead(hours=1), "ends_at": make.ahead(days=3)}
    sent = {name: f"{moment:%Y-%m-%dT%H:%M}" for name, moment in times.items()}
    return {"reviewer": reviewer.pk, **sent, "then": "keep", **more}


def test_who_is_away_sees_it_hands_everything_over_and_comes_back(
    signed: SignIn, reviewer: Reviewer, other: Reviewer, claims: list[Claim]
) -> None:
    client, absence = signed(reviewer.user), away(reviewer)
    home = page(client, "admin:index")
    assert "You are marked away until" in home
    assert "3 stay assigned." in home
    assert "Hand over all 3" in home
    address = reverse("admin:reviews_reviewer_hand_over", args=[reviewer.pk])
    form = client.get(address).content.decode()
    assert form.count('name="claims"') == form.count(" checked") == 3
    numbers = [claim.pk for claim in claims]
    refused = client.post(address, {"claims": numbers, "to": other.pk, "note": ""}, follow=True).content.decode()
    named = ", ".join(f"#{number}" for number in sorted(numbers))
    assert f"{named}: Write a note to the person you hand it to." in refused  # one sentence for all
    done = client.post(address, {"claims": numbers, "to": other.pk, "note": "Please."}, follow=True).content.decode()
    assert "3 claims handed over." in done
    assert Assignment.objects.open().filter(reviewer=other).count() == 3
    back = client.post(reverse("admin:reviews_reviewer_back", args=[reviewer.pk]), follow=True).content.decode()
    assert "New claims are routed to you again." in back
    assert "You are marked away" not in back
    absence.refresh_from_db()
    assert absence.ends_at <= make.now()


def test_what_waits_is_not_ticked_where_several_claims_are_handed_over(
    signed: SignIn, desk: Desk, editor: User, reviewer: Reviewer, claims: list[Claim]
) -> None:
    make.a_claim(desk, State.WAITING, by=editor, reviewer=reviewer)
    form = page(signed(reviewer.user), "admin:reviews_reviewer_hand_over", reviewer.pk)
    assert (form.count('name="claims"'), form.count(" checked")) == (len(claims) + 1, len(claims))
    assert "What waits is handed over when its wait is over" in form


def test_whoever_marks_somebody_as_away_is_told_on_whose_clock(signed: SignIn, editor: User) -> None:
    editor.zone = "Australia/Lord_Howe"
    editor.save(update_fields=["zone"])
    form = signed(editor).get(reverse("admin:reviews_absence_add")).content.decode()
    assert "On your clock, Australia/Lord_Howe, whoever is away." in form


def test_what_takes_too_long_stays_ticked_and_says_so(
    signed: SignIn, reviewer: Reviewer, claims: list[Claim], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onebyone, "PATIENCE", -1)
    address = reverse("admin:reviews_reviewer_hand_over", args=[reviewer.pk])
    numbers = [claim.pk for claim in claims]
    left = signed(reviewer.user).post(address, {"claims": numbers, "to": "", "note": ""}).content.decode()
    assert "There was no time for all. 3 are ticked still: send them again." in left
    assert left.count(" checked") == 3


def test_whoever_hands_everything_over_sees_who_has_room(
    signed: SignIn, editor: User, reviewer: Reviewer, other: Reviewer, claims: list[Claim]
) -> None:
    elsewhere = make.a_desk()
    Membership.objects.create(user=editor, desk=elsewhere, role=DeskRole.EDITOR)
    stranger = make.a_reviewer(elsewhere)
    assert str(stranger) not in page(signed(editor), "admin:reviews_reviewer_hand_over", reviewer.pk)
    away(other)
    shown = page(signed(reviewer.user), "admin:reviews_reviewer_hand_over", reviewer.pk)
    assert f">{other}: 0 of {other.limit} open, away until " in shown


def test_saving_an_absence_offers_to_hand_over_what_falls_due_meanwhile(
    signed: SignIn, reviewer: Reviewer, claims: list[Claim]
) -> None:
    client = signed(reviewer.user)
    saved = client.post(reverse(ABSENCE), absence_of(reviewer), follow=True).content.decode()
    absence = Absence.objects.get()
    address = f"{reverse('admin:reviews_reviewer_hand_over', args=[reviewer.pk])}?absence={absence.pk}"
    assert "2 of your claims fall due while you are away." in saved
    assert f'<a href="{address}">Hand them over now?</a>' in saved
    assert client.get(address).content.decode().count(" checked") == 2
    Absence.objects.all().delete()
    planned = client.post(reverse(ABSENCE), absence_of(reviewer, then="pool"), follow=True).content.decode()
    assert "fall due while" not in planned


def test_an_absence_entered_in_the_profile_offers_the_same(
    signed: SignIn, reviewer: Reviewer, claims: list[Claim]
) -> None:
    rows = {f"absences-0-{name}": value for name, value in absence_of(reviewer).items() if name != "reviewer"}
    sent = profile(reviewer, **rows) | {"absences-TOTAL_FORMS": 1}
    address = reverse("admin:reviews_reviewer_change", args=[reviewer.pk])
    saved = html.unescape(signed(reviewer.user).post(address, sent, follow=True).content.decode())
    assert "2 of your claims fall due while you are away." in saved
    assert "was changed." in saved
    assert "successfully" not in saved


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"then": "hand_over"}, "Say whom the claims go to."),
        ({"ends_at": "2020-01-01T00:00"}, "An absence ends after it begins."),
    ],
)
def test_an_absence_that_is_not_clear_is_refused_with_the_sentence_of_the_service(
    signed: SignIn, reviewer: Reviewer, more: dict[str, str], sentence: str
) -> None:
    answer = signed(reviewer.user).post(reverse(ABSENCE), absence_of(reviewer, **more))
    assert sentence in answer.content.decode()
    assert not Absence.objects.exists()


def test_nobody_marks_a_colleague_as_away(signed: SignIn, reviewer: Reviewer, other: Reviewer) -> None:
    answer = signed(reviewer.user).post(reverse(ABSENCE), absence_of(other))
    assert answer.status_code == 200
    assert not Absence.objects.exists()


def times_in(listed: str, column: str) -> list[str]:
    """How long ago a column of a list says something was, row by row."""
    cells = re.findall(f'<td class="field-{column}.*?</td>', listed, re.DOTALL)
    return [strip_tags(cell).strip().split(",")[0] for cell in cells]


def test_editors_see_who_has_how_much_and_hand_over_what_people_away_have(
    signed: SignIn, editor: User, reviewer: Reviewer, other: Reviewer, claims: list[Claim]
) -> None:
    away(reviewer)
    client = signed(editor)
    listed = page(client, "admin:reviews_reviewer_changelist")
    assert "Hand over 3" in listed
    assert "3 of 200" in listed
    hidden = Article.objects.filter(revisions__appearances__claim=claims[1])
    hidden.update(embargo_until=make.ahead(hours=1), desk=make.a_desk())
    listed = page(client, "admin:reviews_reviewer_changelist")
    assert "Hand over 2" in listed  # what they can be shown; the load is the person's
    assert "3 of 200" in listed
    hidden.update(embargo_until=None)
    assert "Relative load differs by 0 percentage points" in listed
    assert times_in(listed, "active_column") == ["just now", "–"]
    address = reverse("admin:reviews_reviewer_hand_over", args=[reviewer.pk])
    done = client.post(address, {"claims": [claims[0].pk], "to": "", "note": ""}, follow=True).content.decode()
    assert "1 claim handed over." in done
    assert "Hand over 2" in done
    assert make.fresh(claims[0]).state == State.QUEUED


def test_a_colleague_hands_nothing_over_and_a_stranger_finds_nothing(
    signed: SignIn, reviewer: Reviewer, other: Reviewer, claims: list[Claim]
) -> None:
    del claims
    address = reverse("admin:reviews_reviewer_hand_over", args=[reviewer.pk])
    back = reverse("admin:reviews_reviewer_back", args=[reviewer.pk])
    stranger = signed(make.an_editor(make.a_desk()))
    assert [signed(other.user).get(where).status_code for where in (address, back)] == [403, 403]
    assert [stranger.get(where).status_code for where in (address, back)] == [404, 404]


def profile(reviewer: Reviewer, **more: Any) -> dict[str, Any]:
    """What the form of a profile sends, without absences and interests."""
    blank = {f"{rows}-{name}": 0 for rows in ("absences", "interests") for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    return {**blank, "languages": "en", "topics": "health", "limit": 9, "is_active": "on", "workdays": [1, 2], **more}


def test_people_set_their_own_hours_and_not_their_limit(signed: SignIn, reviewer: Reviewer) -> None:
    address = reverse("admin:reviews_reviewer_change", args=[reviewer.pk])
    hours = {"works_from": "09:00", "works_until": "17:30", "languages": "en, pt-BR"}
    assert signed(reviewer.user).post(address, profile(reviewer, **hours)).status_code == 302
    reviewer.refresh_from_db()
    assert (reviewer.languages, reviewer.workdays, reviewer.limit) == (["en", "pt-BR"], [1, 2], 200)
    calendar = reviewer.calendar
    assert calendar is not None
    assert calendar.week[:3] == (((540, 1050),), ((540, 1050),), ())


def test_half_an_hour_window_is_refused(signed: SignIn, editor: User, reviewer: Reviewer) -> None:
    address = reverse("admin:reviews_reviewer_change", args=[reviewer.pk])
    answer = signed(editor).post(address, profile(reviewer, works_from="09:00"))
    assert "Working hours need both a beginning and an end" in answer.content.decode()
    assert signed(editor).post(address, profile(reviewer)).status_code == 302
    reviewer.refresh_from_db()
    assert (reviewer.limit, reviewer.topics) == (9, ["health"])


def test_nobody_lifts_their_own_interest(signed: SignIn, reviewer: Reviewer) -> None:
    Interest.objects.create(reviewer=reviewer, source=make.an_article().article.outlet)
    shown = page(signed(reviewer.user), "admin:reviews_reviewer_change", reviewer.pk)
    assert "interests-0-DELETE" not in shown
    assert str(Interest.objects.get().source) in shown
    assert "absences-__prefix__-then" in shown


def test_people_see_on_their_own_profile_when_they_are_away(signed: SignIn, reviewer: Reviewer) -> None:
    absence = away(reviewer)
    address = reverse("admin:reviews_reviewer_change", args=[reviewer.pk])
    client = signed(reviewer.user)
    shown = client.get(address).content.decode()
    assert f'name="absences-0-id" value="{absence.pk}"' in shown
    assert absence.note in shown


def test_an_interest_that_is_changed_to_another_source_is_declared_anew(
    signed: SignIn, editor: User, reviewer: Reviewer
) -> None:
    interest = Interest.objects.create(reviewer=reviewer, source=make.an_article().article.outlet)
    address = reverse("admin:reviews_reviewer_change", args=[reviewer.pk])
    rows: dict[str, Any] = {"interests-TOTAL_FORMS": 1, "interests-INITIAL_FORMS": 1, "interests-0-id": interest.pk}
    rows |= {"interests-0-reviewer": reviewer.pk, "interests-0-note": "Shares."}
    before = interest.declared_at
    same = profile(reviewer, **rows, **{"interests-0-source": interest.source_id})
    assert signed(editor).post(address, same).status_code == 302
    interest.refresh_from_db()
    assert (interest.note, interest.declared_at) == ("Shares.", before)
    other = make.an_article().article.outlet.pk
    assert signed(editor).post(address, {**same, "interests-0-source": other}).status_code == 302
    interest.refresh_from_db()
    assert interest.source_id == other
    assert interest.declared_at > before


def test_a_night_shift_ends_on_the_morning_after(reviewer: Reviewer) -> None:
    start, end = time(22), time(6)
    reviewer.works_from, reviewer.works_until, reviewer.workdays = start, end, [5, 7]
    calendar = reviewer.calendar
    assert calendar is not None
    assert calendar.week[4:] == (((1320, 1440),), ((0, 360),), ((1320, 1440),))
    assert calendar.week[0] == ((0, 360),)


@pytest.mark.parametrize("number", ["²", "9" * 5000, "-1", "one"])
def test_what_is_no_number_of_a_claim_is_refused_and_ticks_nothing(
    signed: SignIn, reviewer: Reviewer, other: Reviewer, claims: list[Claim], number: str
) -> None:
    client, address = signed(reviewer.user), reverse("admin:reviews_reviewer_hand_over", args=[reviewer.pk])
    answer = client.post(address, {"claims": [number], "to": other.pk, "note": "Please."})
    assert (answer.status_code, " checked" in answer.content.decode()) == (200, False)
    assert client.get(f"{address}?absence={number[:9]}").status_code == 200
    assert Assignment.objects.open().filter(reviewer=reviewer).count() == 3


def test_nobody_is_given_the_user_name_of_somebody_else(signed: SignIn) -> None:
    administrator, mira, other = make.an_administrator(), make.a_person("Mira"), make.a_person("Other")
    client, address = signed(administrator), reverse("admin:claims_user_change", args=[other.pk])
    inlines = {f"memberships-{what}_FORMS": 0 for what in ("TOTAL", "INITIAL")}
    form = {"username": mira.username.upper(), "first_name": "Olha", "zone": "UTC", "is_active": "on", "is_staff": "on"}
    refused = client.post(address, {**form, **inlines}, follow=True).content.decode()
    assert "Somebody signs in under this name already; capital letters make no other." in html.unescape(refused)
    assert client.post(address, {**form, **inlines, "username": "olha"}).status_code == 302
    other.refresh_from_db()
    assert (other.username, other.first_name, other.is_staff) == ("olha", "Olha", True)
    new = {"username": "nina", "password1": "Quay-17-lantern", "password2": "Quay-17-lantern", "zone": "UTC", **inlines}
    assert client.post(reverse("admin:claims_user_add"), new).status_code == 302
    assert User.objects.get(username="nina").is_staff
