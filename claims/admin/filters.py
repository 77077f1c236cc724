"""Filters of the lists. Values are keys of the status system and live in the address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from claims import wordings
from claims.admin.base import now_of, number_in, outlets_for, viewer_of, words_in
from claims.admin.forms import LANGUAGES
from claims.lifecycle import State
from claims.models import Claim, FlagKind
from claims.models.claim import ClaimQuerySet
from claims.permissions import desks_of

if TYPE_CHECKING:  # the theme has no types; its filter is Django's with a form
    from django.contrib.admin import SimpleListFilter as DropdownFilter
else:
    from unfold.contrib.filters.admin import DropdownFilter

OUTLETS = 300


class StateFilter(DropdownFilter):
    """By the state of the work."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return [*State.choices, ("open", _("Open"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value == "open":
            return cast(ClaimQuerySet, queryset).open()
        return queryset.filter(state=value) if value in State.values else queryset


class FlagFilter(DropdownFilter):
    """By what holds now: the clock's flags are computed, never read from the log."""

    title = _("flag")
    parameter_name = "flag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return [(kind, wordings.flag_words(kind)) for kind in FlagKind.values]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value not in FlagKind.values:
            return queryset
        return cast(ClaimQuerySet, queryset).flagged(value, now_of(request))


class PriorityFilter(DropdownFilter):
    """By priority; a fixed list, so that offering it reads no claim."""

    title = _("priority")
    parameter_name = "priority"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return [("1", _("1, highest")), ("2", "2"), ("3", "3"), ("4", _("4, lowest"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(priority=int(value)) if value in {"1", "2", "3", "4"} else queryset


class LanguageFilter(DropdownFilter):
    """By language; the list of the import form."""

    title = _("language")
    parameter_name = "language"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return [(language, language) for language in LANGUAGES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = words_in(self.value())
        return queryset.filter(language=value) if value else queryset


class DeskFilter(DropdownFilter):
    """By desk, of the desks somebody sees. `path` leads from the row to the desk."""

    title = _("desk")
    parameter_name = "desk"
    path = "desk"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return [(str(pk), name) for pk, name in desks_of(viewer_of(request)).values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        number = number_in(self.value())
        return queryset.filter(**{self.path: number}) if number else queryset


class ClaimDeskFilter(DeskFilter):
    """By the desk of the row's claim."""

    path = "claim__desk"


class OutletFilter(DropdownFilter):
    """By outlet. `path` leads from the row to the outlet."""

    title = _("outlet")
    parameter_name = "outlet"
    path = "outlet"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return [(str(pk), name) for pk, name in outlets_for(request).values_list("pk", "name")[:OUTLETS]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        number = number_in(self.value())
        return queryset.filter(**{self.path: number}) if number else queryset


class ClaimOutletFilter(OutletFilter):
    """By the outlet in which a claim first appeared."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        number = number_in(self.value())
        if not number:
            return queryset
        printed = Claim.objects.filter(appearances__is_first=True, appearances__revision__article__outlet=number)
        return queryset.filter(pk__in=printed.values("pk"))
