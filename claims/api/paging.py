"""Lists by keyset: a page, and a cursor that says where the next one begins. No offset, no count unless asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.core import signing
from django.db.models import F, Model, Q, QuerySet
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

    def apply(self, rows: QuerySet[M]) -> QuerySet[M]:
        """The rows in this order."""
        columns = [F("id")] if self.column == "id" else [F(self.column), F("id")]
        if self.descending:
            return rows.order_by(*(column.desc(nulls_last=True) for column in columns))
        return rows.order_by(*(column.asc(nulls_last=True) for column in columns))

    def behind(self, value: datetime | None, pk: int) -> Q:
        """What comes after the row with this value and number."""
        way = "lt" if self.descending else "gt"
        further = Q(**{f"id__{way}": pk})
        if self.column == "id":
            return further
        if value is None:
            return Q(**{f"{self.column}__isnull": True}) & further
        later = Q(**{f"{self.column}__{way}": value}) | (Q(**{self.column: value}) & further)
        return later | Q(**{f"{self.column}__isnull": True}) if self.nullable else later


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
    shape: Callable[[Sequence[M]], list[dict[str, Any]]],
    order: Order | None = None,
) -> Response:
    """One page of `rows`, shaped, with the address of the next one in the body and in the Link header.

    Raises `BadCursor` when the cursor was made for another list, filter or order.
    """
    order = order or Order()
    binding = _binding(request)
    ordered = order.apply(rows)
    if page.cursor:
        ordered = ordered.filter(order.behind(*_read(page.cursor, binding)))
    found = list(ordered[: page.limit + 1])
    shown = found[: page.limit]
    following = _write(shown[-1], order, binding) if len(found) > page.limit else ""
    url = _address(request, following) if following else None
    body: dict[str, Any] = {"results": shape(shown), "next": url}
    if page.count:
        body["count"] = rows.count()
    return Response(body, headers={"Link": f'<{url}>; rel="next"'} if url else {})


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


def _read(cursor: str, binding: str) -> tuple[datetime | None, int]:
    try:
        bound, value, pk = signing.loads(cursor, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError) as unread:
        raise BadCursor() from unread
    if bound != binding:
        raise BadCursor()
    return (parse_datetime(value) if value else None), int(pk)


def _address(request: Request, cursor: str) -> str:
    """The address of this list from the cursor on."""
    given = [(name, value) for name, values in request.query_params.lists() for value in values if name != "cursor"]
    return request.build_absolute_uri(f"{request.path}?{urlencode([*given, ('cursor', cursor)])}")
