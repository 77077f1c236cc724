"""Lists by keyset: a page, and a cursor that says where the next one begins. No offset, no count unless asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.core import signing
from django.db.models import BooleanField, F, Func, Model, Q, QuerySet, Value
from django.db.models.lookups import GreaterThan, LessThan
from django.utils.dateparse import parse_datetime
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.errors import BadCursor
from claims.exports.times import rfc3339

PAGE = 50
LARGEST_PAGE = 100
_SALT = "claims.api.cursor"
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Order:
    """How a list is sorted: by one column and the number, both the same way. `nullable`: rows without come last."""

    column: str = "id"
    descending: bool = True
    nullable: bool = False

    def page(self, rows: QuerySet[M], behind: Place | None, most: int) -> list[M]:
        """The first `most` rows behind a place, along an index of the column and the number however far it lies.

        Rows with a value and rows without are asked for apart: no index has the latter last in both directions.
        """
        found: list[M] = []
        if behind is None or behind.value is not None or not self.nullable:
            filled = rows.filter(**{f"{self.column}__isnull": False}) if self.nullable else rows
            found = list(self._sorted(filled.filter(self._further(behind)) if behind else filled)[:most])
        if self.nullable and len(found) < most:
            empty = rows.filter(**{f"{self.column}__isnull": True})
            if behind is not None and behind.value is None:
                empty = empty.filter(**{f"id__{self._way}": behind.pk})
            found += self._sorted(empty)[: most - len(found)]
        return found

    @property
    def _way(self) -> str:
        return "lt" if self.descending else "gt"

    def _sorted(self, rows: QuerySet[M]) -> QuerySet[M]:
        names = dict.fromkeys((self.column, "id"))
        return rows.order_by(*(f"-{name}" if self.descending else name for name in names))

    def _further(self, behind: Place) -> Q:
        if self.column == "id":
            return Q(**{f"id__{self._way}": behind.pk})
        further = LessThan if self.descending else GreaterThan
        here = Func(F(self.column), F("id"), function="ROW", output_field=BooleanField())
        there = Func(Value(behind.value), Value(behind.pk), function="ROW", output_field=BooleanField())
        return Q(further(here, there))


@dataclass(frozen=True)
class Place:
    """A row that a page stopped at: its value in the column of the order, and its number."""

    value: datetime | None
    pk: int


@dataclass(frozen=True)
class Page:
    """What a list endpoint was asked for: how many rows, behind which row, and whether to count them all."""

    limit: int = PAGE
    cursor: str = ""
    count: bool = False


def page_of(
    request: Request,
    rows: QuerySet[M],
    page: Page,
    shape: Callable[[Sequence[M]], Sequence[Any]],
    order: Order | None = None,
) -> Response:
    """One page of `rows`, shaped, with the address of the next one in the body; that and the first in the Link header.

    Raises `BadCursor` when the cursor was made for another list, filter or order.
    """
    order = order or Order()
    behind = _read(page.cursor, _binding(request)) if page.cursor else None
    found = order.page(rows, behind, page.limit + 1)
    shown = found[: page.limit]
    following = cursor_behind(request, shown[-1], order) if len(found) > page.limit else ""
    url = _address(request, following) if following else None
    body: dict[str, Any] = {"results": shape(shown), "next": url}
    if page.count:
        body["count"] = rows.count()
    return Response(body, headers={"Link": _links(first=_address(request, ""), next=url)})


def cursor_behind(request: Request, row: Model, order: Order) -> str:
    """Where the list that this request asks for goes on behind a row."""
    return _write(row, order, _binding(request))


def _binding(request: Request) -> str:
    """A mark of the list a cursor belongs to: its path, filters and order."""
    kept = sorted(
        (name, value)
        for name, values in request.query_params.lists()
        for value in values
        if name not in {"cursor", "limit", "count"}
    )
    return sha256(repr((request.path, kept)).encode(errors="backslashreplace")).hexdigest()[:16]


def _write(row: Model, order: Order, binding: str) -> str:
    value = None if order.column == "id" else getattr(row, order.column)
    return signing.dumps([binding, rfc3339(value), row.pk], salt=_SALT, compress=True)


def _read(cursor: str, binding: str) -> Place:
    try:
        bound, value, pk = signing.loads(cursor, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError) as unread:
        raise BadCursor() from unread
    if bound != binding:
        raise BadCursor()
    return Place(parse_datetime(value) if value else None, int(pk))


def _links(**addresses: str | None) -> str:
    """These addresses by their relation to the page (RFC 8288)."""
    return ", ".join(f'<{address}>; rel="{relation}"' for relation, address in addresses.items() if address)


def _address(request: Request, cursor: str) -> str:
    """The address of this list from the cursor on, or from its beginning."""
    given = [(name, value) for name, values in request.query_params.lists() for value in values if name != "cursor"]
    query = urlencode([*given, ("cursor", cursor)] if cursor else given)
    return request.build_absolute_uri(f"{request.path}?{query}" if query else request.path)
