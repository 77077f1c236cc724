"""Questions that have one answer at most."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


def one_or_none(rows: QuerySet[Row]) -> Row | None:
    """The row, None when there is none, for rows of which a key or a constraint lets no more than one be.

    `first` would ask for an order as well, and wording an order looks at every column that is read.
    """
    return next(iter(rows), None)
