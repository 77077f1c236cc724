"""Pages of what services write down: their history tells of every door, the API's too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from django.contrib.admin.models import LogEntry
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from claims.actors import ActorKind
from claims.admin.base import SetUpAdmin
from claims.models import SetUpEvent, SetUpStep

_Row = TypeVar("_Row", bound=Model)
MOST_LINES = 200


class Line(NamedTuple):
    """A line of a history: when, who, what they did, and why where somebody said so."""

    at: datetime
    who: str
    what: str
    why: str = ""


class KeptAdmin(SetUpAdmin[_Row]):
    """Things whose services write down what is done with them; the framework's log keeps only the rows beneath them."""

    object_history_template = "admin/kept_history.html"

    def changes_of(self, row: _Row) -> QuerySet[SetUpEvent]:
        """What was written down of it."""
        return SetUpEvent.objects.filter(**{str(self.opts.model_name): row.pk})

    # Django's own answer with the entry they made, which its pages do not use.
    def log_addition(self, request: HttpRequest, obj: _Row, message: Any) -> None:  # type: ignore[override]  # no entry is made
        """The service has written it down."""

    def log_change(self, request: HttpRequest, obj: _Row, message: Any) -> None:  # type: ignore[override]  # none, or nobody's
        """The service has written down what became of the thing itself: left are rows beneath it."""
        beneath = [part for part in message if any("object" in told for told in part.values())]
        if beneath:
            super().log_change(request, obj, beneath)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The form; above it stands the way to the history."""
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "leads_to_history": True})

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What was done with it, the newest first, whoever did it by whatever door."""
        row = self.get_object(request, object_id)
        lines = self._lines(row) if row is not None else []
        return super().history_view(request, object_id, {**(extra_context or {}), "lines": lines})

    def _lines(self, row: _Row) -> Sequence[Line]:
        kept = list(self.changes_of(row).order_by("-pk")[:MOST_LINES])
        named = self._named(kept)
        logged = LogEntry.objects.filter(object_id=str(row.pk), content_type__app_label=self.opts.app_label)
        logged = logged.filter(content_type__model=self.opts.model_name).select_related("user")[:MOST_LINES]
        lines = [Line(one.recorded_at, who_of(one), self._what(one, named), one.reason) for one in kept]
        lines += [Line(one.action_time, str(one.user), one.get_change_message()) for one in logged]
        return sorted(lines, reverse=True)[:MOST_LINES]

    def _named(self, kept: Sequence[SetUpEvent]) -> dict[tuple[str, int], str]:
        """What the rows are called that the columns lead to, by column and number: one query for each such column."""
        named: dict[tuple[str, int], str] = {}
        for column in self.opts.concrete_fields:
            if column.related_model is None:
                continue
            numbers = {number for one in kept for number in one.changes.get(column.attname, ()) if number is not None}
            if numbers:
                rows: dict[int, Model] = QuerySet(column.related_model).in_bulk(numbers)
                named |= {(column.attname, number): str(found) for number, found in rows.items()}
        return named

    def _what(self, event: SetUpEvent, named: Mapping[tuple[str, int], str]) -> str:
        """What was done, column by column in the order of the row: JSON keeps none."""
        made = event.step == SetUpStep.MADE
        told = [_("Made")] if made else []
        for column in self.opts.concrete_fields:
            if column.attname in event.changes:
                told_of = event.changes[column.attname]
                if column.related_model is not None:
                    told_of = [named.get((column.attname, number), number) for number in told_of]
                before, after = map(words_of, told_of)
                told.append(f"{column.verbose_name}: {after if made else f'{before} → {after}'}")
        return "; ".join(told)


def who_of(event: SetUpEvent) -> str:
    """Who did it; a key says that it is one."""
    if event.actor_kind == ActorKind.KEY:
        return _("%(name)s (API key)") % {"name": event.actor_name}
    return event.actor_name


def words_of(value: Any) -> str:
    """A value as a history shows it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    return "–" if value in (None, "") else str(value)
