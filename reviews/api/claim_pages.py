"""A page of claims on the fast path: one statement in which the database writes the JSON of all of them.

What depends on the clock, on words of history or on who reads is added here. A claim alone is a page of one. A test
holds all of it to a plain rendering by the ORM, for every state of a claim and every kind of reader.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.paging import Order, Page, page_of
from claims.api.views import ApiView
from claims.api.written import Link, Written
from claims.deadlines import DateFacts, TimeFlag, answers_own_date
from claims.lifecycle import CorrectionClass, DismissalReason, State, WaitingReason
from claims.models import Claim, ClaimEvent
from claims.models.making import new
from claims.permissions import Viewer, visible_claims
from claims.verdicts import Outcome, Said, So
from claims.wordings import said_words, so_words
from reviews.api.claim_linked import Linked, read_linked
from reviews.api.claim_page_sql import PAGE
from reviews.api.claim_shapes import flags_of, merged_quote_out
from reviews.models import Course
from reviews.services.rules import earlier_seen
from reviews.services.whydue import why_of


@dataclass(frozen=True)
class Row:
    """What the statement answers for one claim: stretches of its JSON, and facts for what is added between them."""

    id: int
    head: str
    due: str
    dates: str
    quote: str
    people: str
    course: str | None
    earlier: list[dict[str, Any]] | None
    tail: str
    state: str
    review_due_at: datetime | None
    warning: timedelta | None
    confirm_by: datetime | None
    waiting_until: datetime | None
    so: str | None
    decided_at: datetime | None
    flagged: list[tuple[str, str, str]]
    told: list[tuple[int, str, str, str]] | None
    linked: bool

    @property
    def facts(self) -> DateFacts:
        """What the clock's flags depend on, as `Claim.date_facts` has it."""
        answered = self.decided_at is not None and answers_own_date(self.so or None, self.decided_at, self.confirm_by)
        warning = self.warning or timedelta(0)
        return DateFacts(self.state, self.review_due_at, warning, self.confirm_by, answered, self.waiting_until)


def claim_page(view: ApiView, request: Request, rows: QuerySet[Claim], page: Page, order: Order) -> Response:
    """The answer of an endpoint that lists these claims. Raises `BadCursor`."""
    numbers = rows.only("id", order.column)
    return page_of(request, numbers, page, lambda some: page_written(some, view.viewer, view.now, view.link), order)


def page_written(claims: Sequence[Claim], viewer: Viewer, now: datetime, link: Link) -> Written:
    """The claims of one page in their order, each the text of a `ClaimOut`."""
    return _written([claim.pk for claim in claims], viewer, now, link)


def _written(numbers: Sequence[int], viewer: Viewer, now: datetime, link: Link) -> Written:
    """One query; a few more, whatever their number, where claims are linked or rules were asked before the one."""
    rows = read_page(numbers, viewer, link) if numbers else []
    linked = [row.id for row in rows if row.linked]
    links = read_linked(visible_claims(viewer, now), linked) if linked else Linked()
    courses = [new(Course, claim_id=row.id, earlier=row.earlier) for row in rows if row.earlier]
    earlier = earlier_seen(courses, viewer)
    return Written(_text(row, links, earlier.get(row.id, []), now) for row in rows)


def claims_out(numbers: Sequence[int], viewer: Viewer, now: datetime, link: Link) -> list[dict[str, Any]]:
    """The claims with these numbers, each a `ClaimOut`, for an answer that says more than that."""
    return [json.loads(text) for text in _written(numbers, viewer, now, link)]


def claim_out(claim: Claim, viewer: Viewer, now: datetime, link: Link) -> dict[str, Any]:
    """One claim, a `ClaimOut`, exactly as in a list."""
    return claims_out([claim.pk], viewer, now, link)[0]


def read_page(numbers: Sequence[int], viewer: Viewer, link: Link) -> list[Row]:
    """What the statement answers for these claims, in their order."""
    asked = {
        "claims": list(numbers),
        "labels": json.dumps(_labels()),
        "api": link("/api/v1/claims/"),
        "admin": link("/admin/claims/claim/"),
        "editor_of": sorted(viewer.editor_of),
        "user": viewer.user.pk if viewer.user else None,
        "clocks": TimeFlag.values,
    }
    with connection.cursor() as cursor:
        cursor.execute(PAGE, asked)
        return [Row(*values) for values in cursor.fetchall()]


def _labels() -> dict[str, dict[str, str]]:
    """What keys are called in the language of the request."""
    return {
        "state": _called(State.choices),
        "waiting": _called(WaitingReason.choices),
        "dismissal": _called(DismissalReason.choices),
        "correction": _called(CorrectionClass.choices),
        "outcome": _called(Outcome.choices),
        "said": {key: said_words(key) for key in Said.values},
        "so": {key: so_words(key) for key in ["", *So.values]},
    }


def _called(choices: Sequence[tuple[str, Any]]) -> dict[str, str]:
    return {key: str(label) for key, label in choices}


def _text(row: Row, linked: Linked, earlier: list[dict[str, Any]], now: datetime) -> str:
    """The stretches with what belongs between them."""
    logged = {kind: (since, reason) for kind, since, reason in row.flagged}
    merged = [merged_quote_out(one) for one in linked.merged_quotes.get(row.id, ())]
    between: Mapping[str, Any] = {
        "flags": flags_of(row.facts, logged, now),
        "review_due_why": _why_due(row) if row.review_due_at else "",
        "parts": linked.parts.get(row.id, []),
        "merged": linked.merged.get(row.id, []),
        "merged_quotes": merged,
    }
    added = {name: f'"{name}":{_json(value)}' for name, value in between.items()}
    parts = (
        *(_inner(row.head), added["flags"], _inner(row.due), added["review_due_why"], _inner(row.dates)),
        *(added["parts"], added["merged"], _inner(row.quote), added["merged_quotes"], _inner(row.people)),
        *(f'"course":{_course(row, earlier)}', _inner(row.tail)),
    )
    return "{" + ",".join(parts) + "}"


def _course(row: Row, earlier: list[dict[str, Any]]) -> str:
    if row.course is None:
        return "null"
    return "{" + f'{_inner(row.course)},"earlier":{_json(earlier)}' + "}"


def _inner(written: str) -> str:
    """The members of an object."""
    return written[1:-1]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if value else _EMPTY[type(value)]


_EMPTY: Mapping[type, str] = {list: "[]", str: '""'}


def _why_due(row: Row) -> str:
    """How its review due came about, as its history tells."""
    return why_of(
        new(ClaimEvent, seq=seq, type=kind, actor_name=who, body=body) for seq, kind, who, body in row.told or ()
    )
