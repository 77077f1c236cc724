"""Every example of the document is sent as it stands, and what is shown as an answer is what is answered."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import pytest

from claims.api import examples
from claims.lifecycle import State
from claims.models import Article, Cancellation, Claim, ClaimEvent, Desk, DeskRole, Fetch, RevisedPassage, Source, User
from claims.services.cancellations import tell_cancellations
from claims.services.fetching import read_pages
from claims.services.following import follow_revisions
from reviews.models import DeadlinePolicy, Notice, Reviewer, WorkCalendar
from reviews.services.notices import tell
from tests import factories as make
from tests.api import promises
from tests.api.conftest import Api, signed_in
from tests.intake.pages import Site

Made = dict[str, Any]
ADMINISTRATORS = re.compile(r"/(calendars|deadline_policies|policies|routing_rules|desks)")
EDITORS = re.compile(r"/(sources|reviewers|absences|interests|passages|cancellations|claims/{number}(/actions)?$)")
REVIEWERS = re.compile(r"/(notices|claims/{number}/(assignments|evidence|reviews)|evidence)")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT")
FREE = frozenset({"id", "claim", "person", "reviewer", "source", "position", "made_by", "statement"})


@dataclass(frozen=True)
class Shown:
    """One example of the document, and the answer that is shown for it, if any."""

    operation: str
    method: str
    path: str
    body: Any
    answer: Any = None


def shown_examples() -> list[Shown]:
    """Every example of a JSON body."""
    return [
        Shown(operation["operationId"], method, path.removeprefix("/api/v1"), one["value"], _answer_of(operation))
        for path, methods in promises.document()["paths"].items()
        for method, operation in methods.items()
        for one in _bodies_of(operation).get("examples", {}).values()
    ]


def _bodies_of(operation: Made) -> Made:
    found: Made = operation.get("requestBody", {"content": {}})["content"].get("application/json", {})
    return found


def _answer_of(operation: Made) -> Any:
    """The value of the only answer that is shown for an operation, None when none is."""
    contents = [one.get("content", {}).get("application/json", {}) for one in operation["responses"].values()]
    values = [example["value"] for content in contents for example in content.get("examples", {}).values()]
    return values[0] if values else None


def shown_lists() -> list[Shown]:
    """Every page of a list that is shown."""
    return [
        Shown(operation["operationId"], method, path.removeprefix("/api/v1"), None, _answer_of(operation))
        for path, methods in promises.document()["paths"].items()
        for method, operation in methods.items()
        if method == "get" and _answer_of(operation) is not None
    ]


def alike(shown: Any, answered: Any, name: str = "") -> bool:
    """Whether an answer is as shown, all the way down, but for numbers of rows, names of people and moments."""
    if isinstance(shown, dict):
        return shown.keys() == answered.keys() and all(alike(one, answered[key], key) for key, one in shown.items())
    if isinstance(shown, list):
        return len(shown) == len(answered) and all(map(alike, shown, answered))
    if name in FREE or (isinstance(shown, str) and MOMENT.match(shown)):
        return type(shown) is type(answered)
    return bool(shown == answered)


@dataclass
class World:
    """What the examples are sent to: `numbers` by the name of a member, `rows` by the beginning of an address."""

    desk: Desk
    editor: User
    reviewer: Reviewer
    numbers: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)

    def caller(self, path: str, key: Api) -> Api:
        """Who sends an example to this address."""
        if ADMINISTRATORS.match(path):
            return signed_in(make.an_administrator())
        if EDITORS.match(path):
            return signed_in(self.editor)
        return signed_in(self.reviewer.user) if REVIEWERS.match(path) else key

    def named(self, value: Any) -> Any:
        """The example with the numbers of what is there in place of its own."""
        if isinstance(value, list):
            return [self.named(one) for one in value]
        if not isinstance(value, dict):
            return value
        return {
            name: self.numbers[name] if name in self.numbers and isinstance(one, int | list) else self.named(one)
            for name, one in value.items()
        }

    def claim(self, path: str) -> Claim:
        """A claim on which the step at this address can be taken."""
        judged = path.endswith(("/evidence", "/reviews"))
        state = State.IN_REVIEW if judged else State.QUEUED
        own = make.dated(make.ahead(days=1))
        claim = make.a_claim(self.desk, state, by=self.editor, reviewer=self.reviewer, own=own)
        if path.endswith("/reviews"):
            for question in ("said", "so"):
                make.evidence_for(claim, by=self.reviewer, question=question)
        return claim

    def address(self, path: str) -> str:
        """The address with the number of what is there."""
        if "{number}" not in path:
            return path
        known = next((number for begin, number in self.rows.items() if path.startswith(begin)), None)
        return path.replace("{number}", str(known or self.claim(path).pk))


def _person(name: str, username: str, desk: Desk) -> User:
    user = make.joined(make.a_person(name), desk, DeskRole.REVIEWER)
    user.username, user.first_name, user.last_name = username, name, "Duarte"
    user.save(update_fields=["username", "first_name", "last_name"])
    return user


def _compared_passage(desk: Desk, editor: User) -> int:
    first = make.an_article().revision
    make.a_claim(desk, by=editor, quote=make.a_quote(first))
    make.a_later_text(first.article, "This article was withdrawn.")
    follow_revisions()
    return RevisedPassage.objects.get().pk


def _canceled(desk: Desk, editor: User) -> int:
    article = make.an_article().article
    claim = make.a_claim(desk, by=editor, quote=make.a_quote(article.revisions.get()))
    Article.objects.filter(pk=article.pk).update(canceled_at=make.now(), untold=True)
    tell_cancellations()
    return Cancellation.objects.get(claim=claim).pk


def _page_kept_twice(claim: Claim, editor: User, far: Site) -> int:
    item = make.evidence_for(claim, by=editor, url=far.link(), title="")
    read_pages()
    far.article("The bridge will stay open, the council says.")
    Fetch.objects.update(next_attempt_at=make.ahead(seconds=-1))
    read_pages()
    return item.pk


def _evidence(claim: Claim, decided: Claim, editor: User, reviewer: Reviewer, far: Site) -> dict[str, int]:
    """Items that can be compared, replaced and edited."""
    used = decided.decisions.get().evidence.first() or make.evidence_for(decided, by=editor)
    return {
        "/evidence/{number}/compared": _page_kept_twice(claim, editor, far),
        "/evidence/{number}/supersede": used.pk,
        "/evidence/": make.evidence_for(claim, by=reviewer, url="https://gazette.example/resignation").pk,
    }


@pytest.fixture
def world(api: Api, far: Site) -> World:
    desk = make.a_desk(key="world", name="World desk")
    editor, reviewer = make.an_editor(desk), make.profiled(_person("Omar", "omar", desk))
    _person("Ines", "ines", desk)
    found = World(desk, editor, reviewer)
    claim = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
    decided = make.a_claim(desk, State.DECIDED, by=editor, reviewer=reviewer)
    source = Source.objects.create(name="Gazette", kind="outlet")
    calendar = WorkCalendar.objects.create(name="Kyiv office")
    rule = make.a_rule()
    tell(list(ClaimEvent.objects.order_by("id")))
    found.numbers = {
        "article": api.post("/articles", examples.ARTICLE).body["id"],
        "reviewer": reviewer.pk,
        "source": source.pk,
        "calendar": calendar.pk,
        "order": [rule.rule_id],
        "notices": [Notice.objects.filter(user=reviewer.user).latest("pk").pk],
    }
    own = signed_in(reviewer.user)
    absence = own.post("/absences", found.named({"reviewer": 1, **ABSENT})).body["id"]
    webhook = api.post("/webhooks", {"name": "CMS", "url": "https://cms.example/hook"}).body["id"]
    policy = make.a_policy()
    found.rows = _evidence(claim, decided, editor, reviewer, far) | {
        "/passages/": _compared_passage(desk, editor),
        "/cancellations/": _canceled(desk, editor),
        "/articles/{number}/revisions": make.an_article().article.pk,
        "/articles/": found.numbers["article"],
        "/sources/": source.pk,
        "/desks/": desk.pk,
        "/calendars/": calendar.pk,
        "/deadline_policies/": DeadlinePolicy.objects.create(key="plain", name="Plain", calendar=calendar).pk,
        "/policies/": policy.pk,
        "/routing_rules/": rule.rule_id,
        "/reviewers/": reviewer.pk,
        "/absences/": absence,
        "/webhooks/": webhook,
    }
    return found


ABSENT = {"starts_at": "2026-12-21T07:00:00Z", "ends_at": "2027-01-04T07:00:00Z", "then": "pool", "note": ""}


def test_every_example_is_taken_and_answered_as_shown(api: Api, world: World) -> None:
    # An order names every rule there is, so it is sent before another is written.
    for shown in sorted(shown_examples(), key=lambda one: one.operation != "post_rule_order"):
        body = world.named(shown.body)
        caller, where = world.caller(shown.path, api), world.address(shown.path)
        answer = caller(shown.method.upper(), where, body, If_Match="*")
        assert answer.status < 300, (shown.operation, answer.body)
        if shown.answer is not None:
            assert alike(shown.answer, answer.body), (shown.operation, answer.body)


def test_what_is_shown_of_lists_is_what_they_answer(api: Api, world: World) -> None:
    for shown in shown_lists():
        answer = world.caller(shown.path, api).get(world.address(shown.path) + "?limit=1").body
        assert alike(shown.answer, answer | {"next": None}), (shown.operation, answer)


def test_whoever_knows_a_row_already_is_told_so_exactly_where_the_document_says_so(api: Api, world: World) -> None:
    for beginning, number in world.rows.items():
        path = f"{beginning.split('{')[0]}{{number}}"
        told = promises.document()["paths"].get(path, {}).get("get")
        if told is None:
            continue
        caller, address = world.caller(path, api), path.format(number=number)
        again = caller.get(address, If_None_Match=caller.get(address).etag or '"none"')
        assert again.status == (304 if "304" in told["responses"] else 200), path


def test_what_the_set_up_answers_is_shown() -> None:
    shown = {one.operation for one in (*shown_examples(), *shown_lists()) if one.answer is not None}
    made = {"sources", "desks", "reviewers", "absences", "interests", "routing_rules", "policies", "calendars"}
    assert {f"post_{noun}" for noun in made} <= shown
    assert {"post_deadline_policies", "patch_one_ladder", "patch_one_evidence", "get_notices"} <= shown


def test_every_body_has_an_example() -> None:
    bare = [
        operation["operationId"]
        for methods in promises.document()["paths"].values()
        for operation in methods.values()
        if "requestBody" in operation and not _bodies_of(operation).get("examples")
    ]
    assert bare == []
