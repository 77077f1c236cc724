"""The API document: complete, true, committed; its examples run, and its page is served by us alone."""

from __future__ import annotations

import json
import re
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import get_resolver
from rest_framework import serializers

from claims.api import article_shapes, desks, evidence_shapes, examples, flags, problems, sources
from claims.api.errors import Malformed
from claims.api.schema import Problem
from claims.lifecycle import TRANSITIONS, State
from claims.management.commands import docs
from claims.management.diagram import diagram, table
from claims.models import Claim, Desk
from claims.services.proposing import GivenStep
from claims.services.sweep import raise_due_flags
from reviews.api import (
    actions,
    assignments,
    calendars,
    claim_documents,
    defaults,
    ladders,
    people,
    reviews,
    rule_bodies,
    stats,
)
from reviews.models import DeadlinePolicy, RuleVersion, WorkCalendar
from reviews.rules import Conditions
from tests.api import promises
from tests.api.conftest import Api, signed_in
from tests.api.promises import resolved
from tests.factories import (
    a_claim,
    a_file,
    a_reviewer,
    a_rule,
    ahead,
    an_editor,
    dated,
    evidence_for,
    put_on,
)

Made = dict[str, Any]
WRITTEN = cache(docs.openapi)


@pytest.fixture
def document() -> Made:
    return promises.document()


@pytest.fixture
def written_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The document as the code has it, which takes seconds to find out, is the same for each test."""
    monkeypatch.setattr(docs, "openapi", WRITTEN)


@pytest.mark.usefixtures("written_once")
def test_the_committed_documents_are_those_of_the_code() -> None:
    call_command("docs", "--check", stdout=StringIO())


@pytest.mark.usefixtures("written_once")
def test_a_document_that_has_drifted_is_named(tmp_path: Path, settings: Any) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/lifecycle.md").write_text("another life")
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match="openapi.yaml, lifecycle.md"):
        call_command("docs", "--check", stdout=StringIO())


def test_every_address_is_in_the_document(document: Made) -> None:
    routes = {str(route) for route, *_ in get_resolver("reviews.api.urls").reverse_dict.getlist("api-claims")}
    assert routes
    patterns = set()
    for pattern in get_resolver("reviews.api.urls").url_patterns:
        inner = getattr(pattern, "url_patterns", [pattern])
        patterns |= {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(one.pattern)) for one in inner}
    assert {f"/api/v1/{pattern}" for pattern in patterns} == set(document["paths"])


def test_every_operation_says_how_it_fails_and_who_may(document: Made) -> None:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            answers = {status: resolved(answer) for status, answer in operation["responses"].items()}
            assert {"400", "401", "403", "429", "500", "503"} <= answers.keys(), (method, path)
            assert {"key": []} in operation["security"]
            assert operation["summary"]
            assert all(answer["description"] for answer in answers.values())
            assert all("X-Request-Id" in answer["headers"] for answer in answers.values())
            refs = [answers[status]["content"]["application/problem+json"]["schema"] for status in ("400", "500")]
            assert refs == [{"$ref": "#/components/schemas/Problem"}] * 2
            if method != "get":
                assert {"409", "413", "415", "422"} <= answers.keys()


def test_a_patch_without_a_body_is_refused_though_generators_need_to_be_told_that_it_may_be_left_out(
    document: Made, api: Api, desk: Desk
) -> None:
    patches = [methods["patch"] for methods in document["paths"].values() if "patch" in methods]
    assert patches
    assert not any(patch["requestBody"].get("required") for patch in patches)
    assert api("PATCH", f"/claims/{a_claim(desk).pk}", If_Match="*").status == 415


def test_every_reference_leads_somewhere(document: Made) -> None:
    text = json.dumps(document)
    for kind, name in set(re.findall(r"#/components/(\w+)/([\w-]+)", text)):
        assert name in document["components"][kind]


def test_every_link_leads_to_an_operation_with_the_parameters_it_gives(document: Made) -> None:
    operations = {one["operationId"]: one for methods in document["paths"].values() for one in methods.values()}
    links = [
        link
        for operation in operations.values()
        for answer in operation["responses"].values()
        for link in answer.get("links", {}).values()
    ]
    assert len(links) > 150
    for link in links:
        taken = {f"{one['in']}.{one['name']}" for one in operations[link["operationId"]]["parameters"]}
        assert link["parameters"].keys() <= taken
    made = operations["post_claims"]["responses"]["201"]["links"]
    assert made["patch_one_claim"]["parameters"]["header.If-Match"] == "$response.header.ETag"


def test_the_first_three_calls_are_made_as_they_are_written(api: Api, desk: Desk) -> None:
    for call, status in zip(examples.FIRST_CALLS, (200, 201, 200), strict=True):
        assert api(call.method, call.path, call.body).status == status
        assert call.curl in examples.DESCRIPTION


def compare(shown: Any, described: object, where: str = "") -> None:
    """What is shown has exactly the members that are described, all the way down."""
    if isinstance(described, serializers.ListSerializer):
        assert shown, f"{where}: nothing to compare"
        for one in shown:
            compare(one, described.child, where)
        return
    assert isinstance(described, serializers.Serializer), where
    needed = {name for name, field in described.fields.items() if field.required}
    assert needed <= set(shown) <= set(described.fields), where
    for name, field in described.fields.items():
        if isinstance(field, serializers.BaseSerializer) and shown.get(name) is not None:
            compare(shown[name], field, f"{where}/{name}")


def lists_described(claim: Claim, decided: Claim, rule: RuleVersion) -> dict[str, type[serializers.Serializer[Any]]]:
    """The shape of a row by the address of its list."""
    return {
        "/articles": article_shapes.ArticleOut,
        f"/articles/{claim.appearances.get().revision.article_id}/revisions": article_shapes.RevisionOut,
        f"/claims/{claim.pk}/evidence": evidence_shapes.EvidenceOut,
        f"/claims/{claim.pk}/assignments": assignments.AssignmentOut,
        f"/claims/{decided.pk}/reviews": reviews.ReviewOut,
        f"/claims/{decided.pk}/decisions": reviews.DecisionOut,
        f"/claims/{decided.pk}/allowed_actions": actions.OfferOut,
        "/flags": flags.FlagOut,
        "/sources": sources.SourceOut,
        "/desks": desks.DeskOut,
        "/reviewers": people.ReviewerOut,
        "/stats": stats.StatOut,
        "/routing_rules": rule_bodies.RuleOut,
        "/calendars": calendars.CalendarOut,
        "/deadline_policies": calendars.DeadlinePolicyOut,
        f"/routing_rules/{rule.rule_id}/versions": rule_bodies.RuleVersionOut,
    }


def test_what_is_shown_is_what_is_described(desk: Desk) -> None:
    editor, reviewer = an_editor(desk), a_reviewer(desk)
    a_rule(Conditions(languages=("uk",)))
    rule = a_rule()
    calendar = WorkCalendar.objects.create(name="World desk")
    DeadlinePolicy.objects.create(key="world", name="World", calendar=calendar)
    claim = a_claim(desk, by=editor, own=dated(ahead(hours=3)), chain=[GivenStep("Mira Vale")])
    put_on(claim, reviewer, editor)
    a_file(claim, by=editor)
    evidence_for(claim, by=editor)
    api = signed_in(editor)
    api.act(a_claim(desk, by=editor, chain=[GivenStep("Mira Vale")]).pk, action="merge", into=claim.pk)
    compare(api.get(f"/claims/{claim.pk}").body, claim_documents.ClaimOut())
    decided = a_claim(desk, State.DECIDED, by=editor)
    compare(api.get(f"/claims/{decided.pk}").body["verdict"], claim_documents.VerdictOut())
    until = ahead(hours=4).isoformat()
    waiting = api.act(claim.pk, action="wait", reason="reply", waiting_until=until, review_due_at=until).body
    compare(waiting["waiting"], claim_documents.WaitingOut())
    dismissed = api.act(claim.pk, action="dismiss", reason="off_subject").body
    compare(dismissed["dismissal"], claim_documents.DismissalOut())
    a_claim(desk, by=editor, own=dated(ahead(hours=3)))
    raise_due_flags()
    for row in api.get("/sources").body["results"]:
        api.patch(f"/sources/{row['id']}", {"reliability": "B", "reliability_reason": "It erred once."}, If_Match="*")
    for path, kind in lists_described(claim, decided, rule).items():
        compare(api.get(path).body["results"], kind(many=True), path)
    compare(api.get("/me").body, people.MeOut())
    compare(api.get(f"/desks/{desk.pk}/defaults").body, defaults.DefaultsOut())
    compare(api.get(f"/desks/{desk.pk}/ladder").body, ladders.LadderOut())


def test_a_problem_has_the_members_that_are_described() -> None:
    compare(problems.problem(Malformed().at("/x")), Problem())
    compare(examples.PROBLEM, Problem())


def test_the_document_and_its_page_need_nobody_elses_host(db: None) -> None:
    client = Client()
    page = client.get("/api/docs")
    assert page.status_code == 200
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page.content.decode())
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    schema = client.get("/api/schema?format=json")
    assert schema.status_code == 200
    assert schema.json()["openapi"].startswith("3.1")


@pytest.mark.parametrize("accepted", ["text/html", "image/png", "*/*", ""])
def test_whoever_accepts_no_form_of_the_document_gets_yaml(db: None, accepted: str) -> None:
    answer = Client().get("/api/schema", headers={"Accept": accepted})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("application/vnd.oai.openapi")
    assert answer.content.startswith(b"openapi: 3.1")


@pytest.mark.parametrize(("method", "query", "status"), [("PUT", "", 405), ("GET", "?format=pdf", 404)])
def test_the_document_refuses_with_a_problem_in_json(db: None, method: str, query: str, status: int) -> None:
    answer = Client().generic(method, f"/api/schema{query}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["status"] == status


def test_the_diagram_shows_every_way_from_one_state_to_another() -> None:
    drawn = diagram()
    for state in State:
        assert f"    {state}: {state.label}" in drawn
    assert "    proposed --> queued: Accept" in drawn
    assert "    in_review --> queued: Hand over, Decline, Recuse" in drawn
    assert "queued --> second_opinion" not in drawn
    assert table().count("\n") == len(TRANSITIONS) + 1
