"""Every noun is found in the admin, with no query per row, and nothing of the record is edited or deleted."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.lifecycle import State
from claims.models import (
    Article,
    Claim,
    ClaimEvent,
    Decision,
    Desk,
    Evidence,
    FileCheck,
    Flag,
    Heartbeat,
    Scope,
    User,
    Visibility,
)
from reviews.models import Review, Reviewer
from tests import factories as make
from tests.admin.conftest import SignIn

LISTS = [
    *("claims_claim", "claims_article", "claims_evidence", "claims_source", "claims_desk", "claims_user"),
    *("claims_decision", "claims_claimevent", "claims_flag", "claims_alarm", "claims_apikey", "claims_heartbeat"),
    "claims_filecheck",
    *("reviews_reviewer", "reviews_absence", "reviews_assignment", "reviews_review"),
]


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as found:
        answer = client.get(address)
    assert answer.status_code == 200, address
    return len(found)


def address_of(name: str) -> str:
    return reverse(f"admin:{name}_changelist")


def test_a_list_asks_the_same_number_of_queries_for_more_rows(signed: SignIn, fill: Callable[[int], None]) -> None:
    client = signed(make.an_administrator())
    make.a_key(Scope.CLAIMS_READ)
    fill(1)
    client.get(reverse("admin:index"))
    few = {name: queries(client, address_of(name)) for name in LISTS}
    fill(6)
    for _ in range(6):
        make.a_key(Scope.CLAIMS_READ)
    for name in LISTS:
        assert queries(client, address_of(name)) <= few[name], name


def test_every_list_can_be_searched(signed: SignIn, fill: Callable[[int], None]) -> None:
    fill(1)
    client = signed(make.an_administrator())
    for name in LISTS:
        assert client.get(address_of(name), {"q": "minister"}).status_code == 200, name


def test_no_link_of_a_list_stands_inside_another(signed: SignIn, fill: Callable[[int], None]) -> None:
    fill(2)
    make.a_key(Scope.CLAIMS_READ)
    client = signed(make.an_administrator())
    for name in LISTS:
        depth = deepest = 0
        for tag in re.findall(r"<a\s|</a>", client.get(address_of(name)).content.decode()):
            depth += -1 if tag == "</a>" else 1
            deepest = max(deepest, depth)
        assert deepest == 1, name


def test_every_row_of_a_list_opens(signed: SignIn, fill: Callable[[int], None]) -> None:
    fill(1)
    client = signed(make.an_administrator())
    for name in ("claims_decision", "claims_flag", "claims_alarm", "reviews_assignment", "reviews_review"):
        body = client.get(reverse(f"admin:{name}_changelist")).content.decode()
        rows = re.findall(rf"/admin/{name.replace('_', '/')}/\d+/change/", body)
        assert rows or name == "claims_flag"
        assert all(client.get(address).status_code == 200 for address in rows)


def test_people_are_called_by_their_names(desk: Desk) -> None:
    named = User(username="ilka", first_name="Ilka", last_name="Brandsoe")
    assert str(named) == "Ilka Brandsoe"
    assert str(User(username="ilka")) == "ilka"


@pytest.mark.parametrize("model", [Claim, Article, Evidence, Decision, ClaimEvent, Flag, Review])
@pytest.mark.django_db
def test_nobody_deletes_or_retypes_the_record(model: type[Model], rf: RequestFactory) -> None:
    registered: admin.ModelAdmin[Model] = admin.site.get_model_admin(model)
    request = rf.get("/admin/")
    request.user = make.an_administrator()
    assert not registered.has_delete_permission(request)
    assert not registered.has_change_permission(request)


def test_rows_of_other_desks_are_not_listed(signed: SignIn, editor: User, desk: Desk) -> None:
    mine = make.a_claim(desk, by=editor, statement="This one is ours to check.")
    make.a_claim(make.a_desk(), statement="That one belongs elsewhere.")
    body = signed(editor).get(reverse("admin:claims_claim_changelist")).content.decode()
    assert mine.statement in body
    assert "belongs elsewhere" not in body


def test_a_claim_is_found_by_its_number_and_by_its_words(signed: SignIn, editor: User, desk: Desk) -> None:
    wanted = make.a_claim(desk, by=editor, statement="The harbour will close on Friday.")
    make.a_claim(desk, by=editor, statement="The mayor was in Lisbon.")
    client, address = signed(editor), reverse("admin:claims_claim_changelist")
    for words in (f"#{wanted.pk}", "harbour friday"):
        body = client.get(address, {"q": words}).content.decode()
        assert "harbour will close" in body
        assert "Lisbon" not in body


def test_claims_are_narrowed_by_state_and_by_flag(signed: SignIn, editor: User, desk: Desk) -> None:
    late = make.a_claim(desk, by=editor, statement="This one is late.")
    make.fall_late(late, editor)
    make.a_claim(desk, State.PROPOSED, by=editor, statement="This one is proposed.")
    client, address = signed(editor), reverse("admin:claims_claim_changelist")
    assert "is late." in client.get(address, {"flag": "late"}).content.decode()
    assert "is proposed" not in client.get(address, {"flag": "late"}).content.decode()
    assert "is proposed" in client.get(address, {"state": "proposed"}).content.decode()
    assert "is proposed" in client.get(address, {"language": f"{late.language}\x00"}).content.decode()


def test_protected_evidence_is_not_listed_where_its_sight_would_not_be_kept(
    signed: SignIn, editor: User, reviewer: Reviewer, desk: Desk
) -> None:
    claim = make.a_claim(desk, by=editor)
    make.evidence_for(claim, by=editor, title="Who told us", visibility=Visibility.PROTECTED)
    address = reverse("admin:claims_evidence_changelist")
    assert "Who told us" not in signed(editor).get(address).content.decode()
    assert "Who told us" not in signed(reviewer.user).get(address).content.decode()


def test_which_kept_files_are_broken_is_told_to_administrators_alone(signed: SignIn, editor: User) -> None:
    digest = "5e1f" * 16
    found = FileCheck.objects.create(began_at=make.now(), finished_at=make.now(), files=7, missing=[digest])
    address = reverse("admin:claims_filecheck_change", args=[found.pk])
    shown = signed(editor).get(address)
    assert (shown.status_code, digest in shown.content.decode()) == (200, False)
    assert digest in signed(make.an_administrator()).get(address).content.decode()


def test_what_the_loops_left_behind_is_told_to_administrators_alone(signed: SignIn, editor: User) -> None:
    told = {"failed": "Daily seals cannot be written to SEAL_DIR, /srv/seals: Permission denied."}
    Heartbeat.objects.create(name="seal", ran_at=make.now(), detail=told)
    places = [address_of("claims_heartbeat"), reverse("admin:claims_heartbeat_change", args=["seal"])]
    for who, is_told in ((editor, False), (make.an_administrator(), True)):
        for place in places:
            shown = signed(who).get(place)
            assert (shown.status_code, "/srv/seals" in shown.content.decode()) == (200, is_told), place


def test_an_address_asks_a_list_only_what_its_filters_ask(signed: SignIn, editor: User, desk: Desk) -> None:
    elsewhere = make.an_article(desk=make.a_desk()).article
    FileCheck.objects.create(began_at=make.now(), finished_at=make.now(), files=7, missing=["5e1f" * 16])
    client = signed(editor)
    for guess in (
        f"claims_source?articles={elsewhere.pk}",
        "claims_source?steps__isnull=False",
        "claims_desk?claims=1",
        "claims_filecheck?missing__contains=5e1f",
        "claims_heartbeat?detail__contains=srv",
        "claims_claimevent?body__contains=Ada",
        "claims_claim?evidence__isnull=False",
        "reviews_reviewer?assignments=1",
        "reviews_reviewer?reviews=1",
    ):
        name, asked = guess.split("?")
        assert client.get(f"{address_of(name)}?{asked}").status_code == 400, guess
    claim = make.a_claim(desk, by=editor)
    for question in (
        f"claims_claimevent?claim__id__exact={claim.pk}",
        "claims_claimevent?actor_kind__exact=person",
        "claims_evidence?visibility__exact=public",
        "claims_decision?published_at__isempty=1",
        "claims_claim?state=queued&flag=late",
        f"reviews_reviewer?user__memberships__desk__id__exact={desk.pk}",
    ):
        name, asked = question.split("?")
        assert client.get(f"{address_of(name)}?{asked}").status_code == 200, question


def test_anothers_review_stays_hidden_until_the_decision(signed: SignIn, editor: User, desk: Desk) -> None:
    first, second = make.a_reviewer(desk), make.a_reviewer(desk)
    claim = make.a_claim(desk, State.SECOND_OPINION, by=editor, reviewer=first)
    make.put_on(claim, second, editor)
    client, address = signed(second.user), reverse("admin:reviews_review_changelist")
    assert make.WHY not in client.get(address).content.decode()
    review = Review.objects.get(claim=claim)
    assert client.get(reverse("admin:reviews_review_change", args=[review.pk])).status_code == 302
    make.review_by(claim, second)
    assert client.get(reverse("admin:reviews_review_change", args=[review.pk])).status_code == 200


def test_a_key_is_shown_once_and_revoked(signed: SignIn) -> None:
    client = signed(make.an_administrator())
    given = {"name": "Wire", "scopes": [Scope.CLAIMS_READ], "expires_at": ""}
    made = client.post(reverse("admin:claims_apikey_add"), given, follow=True)
    assert "vk_" in made.content.decode()
    assert "vk_" not in client.get(reverse("admin:claims_apikey_changelist")).content.decode()
    key = made.context["user"].apikey_set.get()
    client.post(reverse("admin:claims_apikey_changelist"), {"action": "revoke", "_selected_action": [key.pk]})
    key.refresh_from_db()
    assert key.revoked_at is not None


def test_only_administrators_reach_the_set_up(signed: SignIn, editor: User) -> None:
    client = signed(editor)
    assert client.get(reverse("admin:claims_user_changelist")).status_code == 403
    assert client.get(reverse("admin:claims_apikey_add")).status_code == 403
    assert client.get(reverse("admin:claims_desk_add")).status_code == 403


def test_an_editor_keeps_the_profiles_of_the_desk(signed: SignIn, editor: User, reviewer: Reviewer) -> None:
    address = reverse("admin:reviews_reviewer_change", args=[reviewer.pk])
    page = signed(editor).get(address)
    assert 'name="limit"' in page.content.decode()
    assert 'name="limit"' not in signed(reviewer.user).get(address).content.decode()
    assert 'name="languages"' in signed(reviewer.user).get(address).content.decode()


def test_everybody_chooses_their_clock_reading_size_and_keys(signed: SignIn, reviewer: Reviewer) -> None:
    client, address = signed(reviewer.user), reverse("admin:claims_user_settings")
    chosen = {"zone": "America/New_York", "reading_size": "largest", "shortcuts": "alt"}
    said = client.post(address, chosen, follow=True).content.decode()
    reviewer.user.refresh_from_db()
    assert {name: getattr(reviewer.user, name) for name in chosen} == chosen
    assert "&quot;keys&quot;: &quot;alt&quot;" in said
    assert "&quot;zone&quot;: &quot;America/New_York&quot;" in said
    assert 'class="cd-largest ' in said


@pytest.mark.parametrize(
    ("field", "sent", "sentence"),
    [
        ("zone", "Kyiv", "There is no time zone &quot;Kyiv&quot;. Use an IANA name such as Europe/Kyiv."),
        ("zone", "", "Name the time zone, for example Europe/Kyiv."),
        ("reading_size", "huge", "What was chosen is not offered here, or no longer. Choose something else."),
        ("shortcuts", "sometimes", "What was chosen is not offered here, or no longer. Choose something else."),
    ],
)
def test_a_setting_that_is_none_is_refused_and_changes_nothing(
    signed: SignIn, reviewer: Reviewer, field: str, sent: str, sentence: str
) -> None:
    client, address = signed(reviewer.user), reverse("admin:claims_user_settings")
    chosen = {"zone": "Europe/Kyiv", "reading_size": "large", "shortcuts": "off", field: sent}
    assert sentence in client.post(address, chosen).content.decode()
    reviewer.user.refresh_from_db()
    assert reviewer.user.shortcuts == "on"
