"""Sources, desks and reviewers kept by the API: who may, what is refused, and the same sentences in the admin."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.models import Desk, DeskRole, Scope, Source, SourceKind
from claims.services.proposing import GivenStep
from reviews.models import Reviewer
from tests import factories as make
from tests.admin.conftest import SignIn, signed
from tests.api.conftest import Api, signed_in, with_key

__all__ = ["signed"]
pytestmark = pytest.mark.django_db
DESK: dict[str, Any] = {"key": "harbour", "name": "Harbour desk", "zone": "Europe/Kyiv", "due_hours": {"1": 2}}


@pytest.fixture
def administrator() -> Api:
    return signed_in(make.an_administrator())


@pytest.fixture
def editor(desk: Desk) -> Api:
    return signed_in(make.an_editor(desk))


def setting_up(*desks: Desk) -> Api:
    """A key that reads and sets up."""
    return with_key(Scope.CLAIMS_READ, Scope.SETUP_MANAGE, desks=desks)


def a_source(name: str, kind: SourceKind = SourceKind.ORGANISATION, **more: Any) -> Source:
    return Source.objects.create(name=name, kind=kind, **more)


def desk_form(**given: Any) -> dict[str, Any]:
    """A desk as the admin's form sends it."""
    hours = {f"due_hours_{n}": 24 for n in range(1, 5)}
    plain = {"key": "harbour", "name": "Harbour desk", "zone": "UTC", "minimum_minutes": 60, "warning_hours": 8}
    inline = {f"memberships-{what}_FORMS": 0 for what in ("TOTAL", "INITIAL")}
    return plain | hours | {"min_origins": 2} | inline | given


def test_a_source_is_changed_by_its_mark(editor: Api) -> None:
    port = a_source("Port")
    path = f"/sources/{port.pk}"
    first = editor.get(path)
    assert editor.get(path, If_None_Match=first.etag).status == 304
    assert editor.patch(path, {"name": "Port authority"}).code == "precondition_required"
    told = {"name": "Port authority", "aliases": ["The port"], "reliability": "B", "parent": a_source("City").pk}
    changed = editor.patch(path, told | {"reliability_reason": "It erred once."}, If_Match=first.etag)
    assert (changed.status, {name: changed.body[name] for name in told}) == (200, told)
    assert editor.patch(path, {"zone": "UTC"}, If_Match=first.etag).code == "stale_version"
    assert editor.patch(path, {"parent": None}, If_Match=changed.etag).body["parent"] is None
    assert editor.get(path).body["aliases"] == ["The port"]


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({"colour": "red"}, 422, "/colour"),
        ({"kind_label": "person"}, 422, "/kind_label"),
        ({"name": ""}, 422, "/name"),
        ({"name": "Po\u202ert"}, 422, "/name"),
        ({"zone": "Nowhere"}, 422, "/zone"),
        ({"kind": "ship"}, 422, "/kind"),
        ({"parent": 10**9}, 422, "/parent"),
    ],
)
def test_a_source_that_means_nothing_is_refused_by_name(
    editor: Api, body: dict[str, Any], status: int, pointer: str
) -> None:
    refused = editor.patch(f"/sources/{a_source('Port').pk}", body, If_Match="*")
    assert (refused.status, refused.pointers) == (status, [pointer])


def test_no_source_belongs_to_itself_by_whatever_way(editor: Api, signed: SignIn) -> None:
    top = a_source("Top")
    middle = a_source("Middle", parent=top)
    low = a_source("Low", parent=middle)
    for above in (top, middle, low):
        refused = editor.patch(f"/sources/{top.pk}", {"parent": above.pk}, If_Match="*")
        assert refused.pointers == ["/parent"]
    form = {"name": "Top", "kind": "organisation", "aliases": "", "parent": low.pk, "reliability": "F"}
    page = signed(make.an_administrator()).post(reverse("admin:claims_source_change", args=[top.pk]), form)
    assert refused.body["detail"] in html.unescape(page.content.decode())
    assert editor.patch(f"/sources/{low.pk}", {"parent": top.pk}, If_Match="*").status == 200


def test_a_name_that_is_known_is_refused_with_the_same_sentence_in_both(editor: Api, signed: SignIn) -> None:
    port, other = a_source("Port", aliases=["Harbour"]), a_source("Somebody")
    refused = editor.patch(f"/sources/{other.pk}", {"name": "port"}, If_Match="*")
    assert (refused.status, refused.code, refused.body["source"]) == (409, "source_known", port.pk)
    browser = signed(make.an_administrator())
    form = {"name": "Harbour", "kind": "organisation", "aliases": "", "reliability": "F"}
    page = browser.post(reverse("admin:claims_source_add"), form)
    assert refused.body["detail"] in html.unescape(page.content.decode())
    outlet = a_source("Gazette", SourceKind.OUTLET)
    refused = editor.patch(f"/sources/{other.pk}", {"name": "gazette", "kind": "outlet"}, If_Match="*")
    assert (refused.code, refused.body["source"]) == ("source_known", outlet.pk)
    page = browser.post(reverse("admin:claims_source_add"), form | {"name": "gazette", "kind": "outlet"})
    assert refused.body["detail"] in html.unescape(page.content.decode())
    assert browser.post(reverse("admin:claims_source_add"), form | {"name": "Ferry"}).status_code == 302
    ferry = Source.objects.get(name="Ferry")
    page = browser.post(reverse("admin:claims_source_change", args=[ferry.pk]), form | {"name": "Ferry", "zone": "UTC"})
    ferry.refresh_from_db()
    assert (page.status_code, ferry.zone) == (302, "UTC")


def test_the_outlet_of_articles_stays_one(editor: Api, signed: SignIn) -> None:
    outlet, unused = make.an_article().article.outlet, a_source("Gazette", SourceKind.OUTLET)
    refused = editor.patch(f"/sources/{outlet.pk}", {"kind": "organisation"}, If_Match="*")
    assert (refused.status, refused.pointers) == (422, ["/kind"])
    form = {"name": outlet.name, "kind": "organisation", "aliases": "", "reliability": "F"}
    page = signed(make.an_administrator()).post(reverse("admin:claims_source_change", args=[outlet.pk]), form)
    assert refused.body["detail"] in html.unescape(page.content.decode())
    assert editor.patch(f"/sources/{outlet.pk}", {"zone": "Europe/Kyiv"}, If_Match="*").status == 200
    assert editor.patch(f"/sources/{unused.pk}", {"kind": "organisation"}, If_Match="*").status == 200


def test_a_renamed_source_is_known_by_its_former_name(editor: Api, signed: SignIn) -> None:
    given = {"headline": "Ferry sinks", "published_at": make.ahead(hours=-2), "url": ""}
    known = make.an_article(outlet="Harbour Post", **given).article
    path = f"/sources/{known.outlet_id}"
    assert editor.patch(path, {"name": "HARBOUR Post"}, If_Match="*").body["aliases"] == []
    assert editor.patch(path, {"name": "Quay Post"}, If_Match="*").body["aliases"] == ["HARBOUR Post"]
    again = make.an_article(outlet="HARBOUR Post", text="Another text.", **given)
    assert (again.article, again.is_new_text) == (known, True)
    form = {"name": "Pier Post", "kind": "outlet", "aliases": "HARBOUR Post", "reliability": "F"}
    signed(make.an_administrator()).post(reverse("admin:claims_source_change", args=[known.outlet_id]), form)
    assert editor.get(path).body["aliases"] == ["HARBOUR Post", "Quay Post"]
    assert editor.patch(path, {"aliases": []}, If_Match="*").body["aliases"] == []  # whoever wants it takes it away


def test_an_alias_stands_for_one_source_of_its_kind(editor: Api) -> None:
    port = a_source("Port", aliases=["Harbour"])
    for alias in ("Harbour", "port", " Harbour "):
        refused = editor.post("/sources", {"name": "Quay", "kind": "organisation", "aliases": [alias]})
        assert (refused.status, refused.code, refused.body["source"]) == (409, "source_known", port.pk), alias
    twice = editor.post("/sources", {"name": "Quay", "kind": "organisation", "aliases": ["The quay", "The  quay"]})
    assert (twice.status, twice.pointers) == (422, ["/aliases"])
    assert not Source.objects.filter(name="Quay").exists()
    assert editor.post("/sources", {"name": "Quay", "kind": "person", "aliases": ["Harbour"]}).status == 201
    assert editor.patch(f"/sources/{port.pk}", {"aliases": ["Harbour", "Pier"]}, If_Match="*").status == 200


def test_several_blanks_in_the_name_of_a_source_are_one(editor: Api, desk: Desk) -> None:
    told = {"name": " Port \u00a0 authority", "kind": "organisation", "aliases": ["The  port"]}
    made = editor.post("/sources", told).body
    assert (made["name"], made["aliases"]) == ("Port authority", ["The port"])
    again = editor.post("/sources", {"name": "port  authority", "kind": "organisation"})
    assert (again.code, again.body["source"]) == ("source_known", made["id"])
    claim = make.a_claim(desk, chain=[GivenStep("The  port", kind="organisation")])
    assert claim.appearances.get().chain.get().source_id == made["id"]


def test_what_nobody_can_see_in_a_name_makes_no_other_source_of_it(editor: Api, desk: Desk) -> None:
    told = {"name": "Port au\u00adthor\u200bity", "kind": "organisation", "aliases": ["\u2060The port"]}
    made = editor.post("/sources", told).body
    assert (made["name"], made["aliases"]) == ("Port authority", ["The port"])
    claim = make.a_claim(desk, chain=[GivenStep("The po\u200brt", kind="organisation")])
    assert claim.appearances.get().chain.get().source_id == made["id"]
    outlets = [make.an_article(outlet=name).article.outlet for name in ("Quay Post", "Quay\u200b Po\u00adst")]
    assert outlets[0] == outlets[1]


def test_sources_are_kept_by_editors_administrators_and_keys_of_the_set_up(desk: Desk, administrator: Api) -> None:
    told, path = {"name": "Port", "kind": "organisation"}, f"/sources/{a_source('City').pk}"
    for who in (signed_in(make.a_reviewer(desk).user), with_key(Scope.CLAIMS_READ, Scope.CLAIMS_WRITE)):
        assert who.post("/sources", told).status == who.patch(path, {"zone": ""}, If_Match="*").status == 403
    for number, who in enumerate((administrator, setting_up(), setting_up(desk))):
        assert who.post("/sources", told | {"name": f"Port {number}"}).status == 201
        assert who.patch(path, {"zone": "UTC"}, If_Match="*").status == 200
    assert administrator.patch("/sources/999999", {}, If_Match="*").status == 404


def test_a_desk_is_made_and_changed_by_its_mark(administrator: Api) -> None:
    made = administrator.post("/desks", DESK, Idempotency_Key="desk")
    assert (made.status, made.body["due_hours"]) == (201, {"1": 2, "2": 12, "3": 24, "4": 72})
    assert administrator.post("/desks", DESK, Idempotency_Key="desk").body == made.body
    path = made.headers["Location"].removeprefix("/api/v1")
    assert administrator.get(path).etag == made.etag
    assert administrator.patch(path, {"warning_hours": 2}).code == "precondition_required"
    told = {"due_hours": {"4": 96}, "min_origins": 3, "makers_may_review": True}
    changed = administrator.patch(path, told, If_Match=made.etag).body
    assert changed["due_hours"] == {"1": 2, "2": 12, "3": 24, "4": 96}
    assert (changed["min_origins"], changed["makers_may_review"], changed["zone"]) == (3, True, "Europe/Kyiv")
    assert administrator.patch(path, {"name": "Port"}, If_Match=made.etag).code == "stale_version"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"colour": "red"}, "/colour"),
        ({"editors": []}, "/editors"),
        ({"key": "har bour"}, "/key"),
        ({"key": "113"}, "/key"),
        ({"name": " "}, "/name"),
        ({"zone": "Nowhere"}, "/zone"),
        ({"due_hours": {"5": 1}}, "/due_hours/5"),
        ({"due_hours": {"1": 0}}, "/due_hours/1"),
        ({"due_hours": {"1": 24 * 90 + 1}}, "/due_hours/1"),
        ({"min_origins": 0}, "/min_origins"),
    ],
)
def test_a_desk_that_means_nothing_is_refused_by_name(administrator: Api, body: dict[str, Any], pointer: str) -> None:
    refused = administrator.post("/desks", DESK | body)
    assert (refused.status, refused.pointers) == (422, [pointer])
    assert not Desk.objects.exists()


@pytest.mark.parametrize(
    ("given", "status"),
    [
        *((given, 409) for given in ({"key": "harbour"}, {"key": "Harbour"}, {"name": "Harbour desk"})),
        ({"name": "HARBOUR  desk"}, 409),
        ({"key": "7"}, 422),
    ],
)
def test_a_desk_is_refused_with_the_same_sentence_in_both(
    administrator: Api, signed: SignIn, given: dict[str, Any], status: int
) -> None:
    make.a_desk(key="harbour", name="Harbour desk")
    told = {"key": "other", "name": "Other"} | given
    refused = administrator.post("/desks", told)
    assert refused.status == status
    browser = signed(make.an_administrator())
    page = browser.post(reverse("admin:claims_desk_add"), desk_form(**told))
    assert refused.body["detail"] in html.unescape(page.content.decode())
    assert Desk.objects.count() == 1


def test_a_desk_kept_in_the_admin_is_the_same(signed: SignIn, administrator: Api) -> None:
    browser = signed(make.an_administrator())
    assert browser.post(reverse("admin:claims_desk_add"), desk_form()).status_code == 302
    made = Desk.objects.get()
    browser.post(reverse("admin:claims_desk_change", args=[made.pk]), desk_form(name="Port", due_hours_1=3))
    read = administrator.get(f"/desks/{made.pk}").body
    assert (read["name"], read["due_hours"]["1"], read["zone"]) == ("Port", 3, "UTC")


def test_desks_are_for_administrators_and_for_keys_as_far_as_they_reach(desk: Desk, editor: Api) -> None:
    path = f"/desks/{desk.pk}"
    assert editor.post("/desks", DESK).body["detail"] == "Desks: only for administrators."
    assert editor.patch(path, {"min_origins": 1}, If_Match="*").code == "role_missing"
    assert with_key(Scope.CLAIMS_READ).post("/desks", DESK).code == "scope_missing"
    confined, other = setting_up(desk), make.a_desk()
    assert confined.post("/desks", DESK).code == "role_missing"
    assert confined.patch(path, {"warning_hours": 1}, If_Match="*").body["warning_hours"] == 1
    assert confined.patch(f"/desks/{other.pk}", {"warning_hours": 1}, If_Match="*").status == 404
    assert setting_up().post("/desks", DESK).status == 201


def test_a_desk_costs_as_many_queries_however_many_edit_it(desk: Desk, administrator: Api) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            administrator.get(f"/desks/{desk.pk}")
            administrator.patch(f"/desks/{desk.pk}", {"warning_hours": 3}, If_Match="*")
        return len(caught)

    make.an_editor(desk)
    administrator.patch(f"/desks/{desk.pk}", {"warning_hours": 3}, If_Match="*")
    one = queries()
    for _ in range(4):
        make.an_editor(desk)
    assert queries() == one


def test_the_profile_of_a_reviewer_is_begun_by_who_leads_their_desk(desk: Desk, editor: Api) -> None:
    ines = make.joined(make.a_person("Ines"), desk, DeskRole.REVIEWER)
    told = {
        "languages": ["en", "pt-BR"],
        "topics": ["health"],
        "limit": 4,
        "works_from": "09:00",
        "works_until": "17:00",
    }
    made = editor.post("/reviewers", {"person": ines.username, **told})
    assert (made.status, {name: made.body[name] for name in told}) == (201, told)
    assert (made.body["person"], made.body["desks"], made.body["takes_work"]) == (ines.pk, [desk.key], True)
    path = made.headers["Location"].removeprefix("/api/v1")
    assert editor.patch(path, {"limit": 9}, If_Match=made.etag).body["limit"] == 9
    again = editor.post("/reviewers", {"person": ines.pk, "languages": ["en"]})
    assert (again.status, again.code, again.body["reviewer"]) == (409, "reviewer_known", made.body["id"])


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"person": "nobody"}, "/person"),
        ({"person": 10**30}, "/person"),
        ({"person": True}, "/person"),
        ({"desks": ["world"]}, "/desks"),
        ({"colour": "red"}, "/colour"),
        ({"languages": []}, "/languages"),
        ({"limit": 0}, "/limit"),
        ({"limit": 1001}, "/limit"),
        ({"works_from": "09:00"}, "/works_from"),
    ],
)
def test_a_profile_that_means_nothing_is_refused_by_name(
    desk: Desk, editor: Api, body: dict[str, Any], pointer: str
) -> None:
    ines = make.joined(make.a_person("Ines"), desk, DeskRole.REVIEWER)
    refused = editor.post("/reviewers", {"person": ines.pk, "languages": ["en"]} | body)
    assert (refused.status, refused.pointers) == (422, [pointer])
    assert not Reviewer.objects.exists()


def test_what_a_profile_counts_by_itself_is_read_only(desk: Desk) -> None:
    key, path = setting_up(), f"/reviewers/{make.a_reviewer(desk).pk}"
    for counted in ("open", "late", "due_24h", "away", "away_until", "last_active"):
        refused = key.patch(path, {counted: None}, If_Match="*").body
        assert [(fault["pointer"], fault["code"]) for fault in refused["errors"]] == [(f"/{counted}", "read_only")]


def test_nobody_begins_the_profile_of_somebody_they_do_not_lead(desk: Desk, editor: Api) -> None:
    there = make.joined(make.a_person("There"), make.a_desk(), DeskRole.REVIEWER)
    nowhere = make.joined(make.a_person("Nowhere"), desk, DeskRole.EDITOR)
    for person in (there, nowhere):
        told = {"person": person.pk, "languages": ["en"]}
        for who in (editor, setting_up(desk)):
            refused = who.post("/reviewers", told)
            assert (refused.status, refused.pointers) == (422, ["/person"])
        assert signed_in(make.a_reviewer(desk).user).post("/reviewers", told).code == "role_missing"
        assert with_key(Scope.CLAIMS_READ).post("/reviewers", told).code == "scope_missing"
    assert setting_up().post("/reviewers", {"person": there.pk, "languages": ["en"]}).status == 201


def test_a_key_of_the_set_up_keeps_profiles_of_its_desks_and_no_absences(desk: Desk) -> None:
    mine, other = make.a_reviewer(desk), make.a_reviewer(make.a_desk())
    key = setting_up(desk)
    assert key.patch(f"/reviewers/{mine.pk}", {"limit": 3, "writes": ["en"]}, If_Match="*").body["limit"] == 3
    assert key.patch(f"/reviewers/{other.pk}", {"limit": 3}, If_Match="*").status == 404
    assert with_key(Scope.CLAIMS_READ).patch(f"/reviewers/{mine.pk}", {"limit": 2}, If_Match="*").status == 403
    times = {"starts_at": make.ahead(days=1).isoformat(), "ends_at": make.ahead(days=2).isoformat()}
    assert key.post("/absences", {"reviewer": mine.pk, **times}).code == "role_missing"
    assert key.get("/interests").body["results"] == []


def test_a_profile_begun_in_the_admin_is_the_same(desk: Desk, signed: SignIn) -> None:
    ines = make.joined(make.a_person("Ines"), desk, DeskRole.REVIEWER)
    elsewhere = make.joined(make.a_person("Else"), make.a_desk(), DeskRole.REVIEWER)
    browser, address = signed(make.an_editor(desk)), reverse("admin:reviews_reviewer_add")
    offered = browser.get(address).content.decode()
    assert f'value="{ines.pk}"' in offered
    assert f'value="{elsewhere.pk}"' not in offered
    inlines = {f"{name}-{what}_FORMS": 0 for name in ("absences", "interests") for what in ("TOTAL", "INITIAL")}
    form = {"user": ines.pk, "is_active": "on", "limit": 7, "languages": "en,uk", "workdays": [1, 2], **inlines}
    assert browser.post(address, form).status_code == 302
    made = Reviewer.objects.get()
    assert (made.user, made.languages, made.limit, made.workdays) == (ines, ["en", "uk"], 7, [1, 2])
