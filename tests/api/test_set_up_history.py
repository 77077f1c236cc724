"""What is done with sources, desks and profiles is written down, by whatever door it came."""

from __future__ import annotations

import html
import re
from functools import partial
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import DatabaseError, transaction
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from claims.models import Desk, Scope, SetUpEvent, Source, SourceKind
from tests import factories as make
from tests.admin.conftest import SignIn, signed
from tests.api.conftest import Api, signed_in, with_key
from tests.api.test_setup import desk_form

__all__ = ["signed"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def key() -> Api:
    """A key that reads and sets up; its name is its integration's."""
    return with_key(Scope.CLAIMS_READ, Scope.SETUP_MANAGE)


def history_of(thing: Model, browser: Client) -> list[tuple[str, ...]]:
    """Who did what and why, the newest first, as the page of the thing's history tells."""
    name = f"admin:{thing._meta.app_label}_{thing._meta.model_name}"
    address = reverse(f"{name}_history", args=[thing.pk])
    assert f'href="{address}"' in browser.get(reverse(f"{name}_change", args=[thing.pk])).content.decode()
    page = browser.get(address).content.decode()
    rows = re.findall(r"<tr><th scope=\"row\">.*?</th><td>(.*?)</td><td>(.*?)</td><td>(.*?)</td></tr>", page)
    return [tuple(map(html.unescape, row)) for row in rows]


def test_a_source_tells_who_changed_it_by_whatever_door(key: Api, signed: SignIn, desk: Desk) -> None:
    made = key.post("/sources", {"name": "Port", "kind": "organisation"}).body["id"]
    source, olha = Source.objects.get(pk=made), make.an_editor(desk)
    signed_in(olha).patch(f"/sources/{made}", {"aliases": ["The port"]}, If_Match="*")
    browser = signed(olha)
    form = {"name": "Port", "kind": "organisation", "aliases": "The port", "zone": "", "reliability": "B"}
    address = reverse("admin:claims_source_change", args=[made])
    assert browser.post(address, form | {"reliability_reason": "Seldom wrong."}).status_code == 302
    key.patch(f"/sources/{made}", {"zone": "UTC"}, If_Match="*")
    key.patch(f"/sources/{made}", {"zone": "UTC"}, If_Match="*")  # it says so already
    name = f"{SetUpEvent.objects.earliest('pk').actor_name} (API key)"
    made_words = "Made; name: Port; aliases: –; kind: organisation; belongs to: –; time zone: –; reliability: F"
    assert history_of(source, browser) == [
        (name, "time zone: – → UTC", "–"),
        (olha.full_name, "reliability: F → B", "Seldom wrong."),
        (olha.full_name, "aliases: – → The port", "–"),
        (name, made_words, "–"),
    ]
    assert not LogEntry.objects.exists()  # nothing is written down twice


def test_the_history_names_what_a_source_belonged_to_and_belongs_to(key: Api, signed: SignIn, desk: Desk) -> None:
    north, south = (
        key.post("/sources", {"name": name, "kind": "organisation"}).body["id"] for name in ("North", "South")
    )
    made = key.post("/sources", {"name": "Port", "kind": "organisation", "parent": north}).body["id"]
    key.patch(f"/sources/{made}", {"parent": south}, If_Match="*")
    key.patch(f"/sources/{made}", {"parent": None}, If_Match="*")
    told = [what for _who, what, _why in history_of(Source.objects.get(pk=made), signed(make.an_editor(desk)))]
    assert told[:2] == ["belongs to: South → –", "belongs to: North → South"]
    assert "belongs to: North;" in told[2]


def test_a_desk_tells_who_changed_it_by_whatever_door(key: Api, signed: SignIn) -> None:
    ines = make.an_administrator()
    browser = signed(ines)
    browser.post(reverse("admin:claims_desk_add"), desk_form())
    desk = Desk.objects.get()
    key.patch(f"/desks/{desk.pk}", {"due_hours": {"1": 2}, "makers_may_review": True}, If_Match="*")
    browser.post(reverse("admin:claims_desk_change", args=[desk.pk]), desk_form(name="Port", due_hours_1=2))
    told = [(who, what) for who, what, _why in history_of(desk, browser)]
    assert told[0] == (ines.full_name, "name: Harbour desk → Port; people may review claims they entered: yes → no")
    assert told[1][1] == "hours at priority 1: 24 → 2; people may review claims they entered: no → yes"
    assert told[1][0].endswith("(API key)")
    assert told[2][0] == ines.full_name


def test_a_profile_tells_who_changed_it_by_whatever_door(key: Api, signed: SignIn, desk: Desk) -> None:
    reviewer, olha = make.a_reviewer(desk, limit=5), make.an_editor(desk)
    key.patch(f"/reviewers/{reviewer.pk}", {"limit": 3, "works_from": None}, If_Match="*")
    browser = signed(olha)
    rows: dict[str, Any] = {
        f"{name}-{what}_FORMS": 0 for name in ("absences", "interests") for what in ("TOTAL", "INITIAL")
    }
    absence = {"starts_at": "2030-01-01T09:00", "ends_at": "2030-01-02T09:00", "then": "keep", "reviewer": reviewer.pk}
    rows |= {"absences-TOTAL_FORMS": 1} | {f"absences-0-{name}": value for name, value in absence.items()}
    form = {"is_active": "on", "limit": 4, "languages": ",".join(reviewer.languages), "workdays": reviewer.workdays}
    form |= {"gives_second_opinions": "on", **rows}
    address = reverse("admin:reviews_reviewer_change", args=[reviewer.pk])
    assert browser.post(address, form).status_code == 302
    told = history_of(reviewer, browser)
    assert [what for _who, what, _why in told][:3] == [
        f"Added absence “{reviewer.absences.get()}”.",
        "limit of open claims: 3 → 4",
        "limit of open claims: 5 → 3",
    ]
    assert [who for who, _what, _why in told][1] == olha.full_name


def test_the_history_of_a_reliability_says_who_when_from_what_to_what_and_why(desk: Desk, signed: SignIn) -> None:
    olha = make.an_editor(desk)
    editor = signed_in(olha)
    told = {"name": "Port", "kind": "organisation", "reliability": "C", "reliability_reason": "New to us."}
    made = editor.post("/sources", told)
    path = f"/sources/{made.body['id']}"
    editor.patch(path, {"reliability": "B", "reliability_reason": "  Right all year. "}, If_Match=made.etag)
    editor.patch(path, {"reliability_reason": "Looked at again."}, If_Match="*")
    editor.patch(path, {"reliability": "B", "zone": "UTC"}, If_Match="*")  # no other grade: nobody has judged
    history = editor.get(path).body["reliability_history"]
    assert [(one["before"], one["after"], one["reason"]) for one in history] == [
        ("F", "C", "New to us."),
        ("C", "B", "Right all year."),
        ("B", "B", "Looked at again."),
    ]
    assert history[0]["by"] == {"kind": "person", "id": olha.pk, "name": olha.full_name}
    assert [row["reliability_history"] for row in editor.get("/sources").body["results"]] == [history]
    page = signed(olha).get(reverse("admin:claims_source_change", args=[made.body["id"]])).content.decode()
    assert page.index("Looked at again.") < page.index("Right all year.") < page.index("New to us.")


@pytest.mark.parametrize("reason", [{}, {"reliability_reason": ""}, {"reliability_reason": "   "}])
def test_another_reliability_needs_a_reason_with_the_same_sentence_in_both(
    desk: Desk, signed: SignIn, reason: dict[str, Any]
) -> None:
    olha = make.an_editor(desk)
    source = Source.objects.create(name="Port", kind=SourceKind.ORGANISATION)
    refused = signed_in(olha).patch(f"/sources/{source.pk}", {"reliability": "A", **reason}, If_Match="*")
    assert (refused.status, refused.pointers) == (422, ["/reliability_reason"])
    assert refused.body["detail"] == "Say why: the reason stands in the history of its reliability."
    form = {"name": "Port", "kind": "organisation", "aliases": "", "reliability": "A", **reason}
    page = signed(olha).post(reverse("admin:claims_source_change", args=[source.pk]), form)
    assert refused.body["detail"] in html.unescape(page.content.decode())
    source.refresh_from_db()
    assert (source.reliability, SetUpEvent.objects.count()) == ("F", 0)


def test_what_was_written_down_of_the_set_up_is_never_rewritten(key: Api) -> None:
    key.post("/sources", {"name": "Port", "kind": "organisation"})
    rows = SetUpEvent.objects.all()
    for rewrite in (partial(rows.update, actor_name="Nobody"), rows.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            rewrite()
    assert SetUpEvent.objects.count() == 1
