"""What every page of the admin agrees on: who looks, which rows they see, and that history is not edited.

Permissions follow from roles in code: people on a desk read, administrators set up, and what services alone may
write is read-only here. Nothing of the record is ever deleted.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from html import unescape
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from django.contrib import messages
from django.contrib.admin import display
from django.contrib.postgres.fields import ArrayField
from django.db import transaction
from django.db.models import DateTimeField, Model, Q, QuerySet, SlugField, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from claims.admin import columns, shown
from claims.admin.forms import cleaning, say_it_plainly
from claims.errors import ClaimDeskError
from claims.models import SourceKind, User
from claims.models.source import SourceQuerySet
from claims.permissions import Viewer, under_embargo, viewer_for_user, visible_sources

if TYPE_CHECKING:  # the theme has no types; its admin is Django's with more attributes
    from django.contrib.admin import ModelAdmin, TabularInline
else:
    from unfold.admin import ModelAdmin, TabularInline

__all__ = [
    "ModelAdmin",
    "OfClaimAdmin",
    "RecordAdmin",
    "SetUpAdmin",
    "TabularInline",
    "adds_articles",
    "administers",
    "belongs",
    "number_in",
    "viewer_of",
]
_Row = TypeVar("_Row", bound=Model)


def viewer_of(request: HttpRequest) -> Viewer:
    """Who looks at this page; read once per request."""
    found: Viewer | None = getattr(request, "claimdesk_viewer", None)
    if found is None:
        found = viewer_for_user(cast(User, request.user))
        request.claimdesk_viewer = found  # type: ignore[attr-defined]  # the request is where a request's facts live
    return found


def number_in(words: str | None) -> int:
    """The number that an address or a form names; 0, which no row has, for anything else that somebody sends."""
    return int(words) if words and words.isascii() and words.isdigit() and len(words) < 18 else 0


def words_in(words: str | None) -> str:
    """The words that an address names; without NUL, which PostgreSQL takes in none."""
    return (words or "").replace("\x00", "")


def now_of(request: HttpRequest) -> datetime:
    """The moment this response speaks of; read once per request."""
    found: datetime | None = getattr(request, "claimdesk_now", None)
    if found is None:
        found = timezone.now()
        request.claimdesk_now = found  # type: ignore[attr-defined]  # the request is where a request's facts live
    return found


def outlets_for(request: HttpRequest) -> SourceQuerySet:
    """The outlets that this person sees, by name: what lists and inputs offer."""
    seen = visible_sources(viewer_of(request), now_of(request))
    return seen.filter(kind=SourceKind.OUTLET).order_by("name")


def belongs(request: HttpRequest) -> bool:
    """Whether somebody may read the desk's pages at all: on a desk, or an administrator."""
    user = request.user
    if not (user.is_active and user.is_staff):
        return False
    viewer = viewer_of(request)
    return viewer.is_administrator or bool(viewer.desks)


def administers(request: HttpRequest) -> bool:
    """Whether somebody sets the newsroom up."""
    return bool(request.user.is_active and request.user.is_staff) and viewer_of(request).is_administrator


def adds_articles(request: HttpRequest) -> bool:
    """Whether somebody brings articles in: editors, reviewers with the right to triage, administrators."""
    if not belongs(request):
        return False
    viewer = viewer_of(request)
    return viewer.is_administrator or bool(viewer.editor_of or viewer.triager_of)


def edits_a_desk(request: HttpRequest) -> bool:
    """Whether somebody is an editor of any desk, or an administrator."""
    return administers(request) or (belongs(request) and bool(viewer_of(request).editor_of))


class RecordAdmin(ModelAdmin[_Row]):
    """Rows that people read and services write. `desk_path` leads to the desk that confines them, empty: none does.

    `claim_path` leads to the claim whose articles may be under embargo. Beside the filters `asks_too` are lookups.
    """

    desk_path = ""
    claim_path = ""
    asks_too: ClassVar[frozenset[str]] = frozenset()
    list_per_page = 50
    show_full_result_count = False
    compressed_fields = True
    list_filter_sheet = True
    list_before_template = "admin/active_filters.html"
    formfield_overrides = {ArrayField: {"widget": UnfoldAdminTextInputWidget}}

    def has_module_permission(self, request: HttpRequest) -> bool:
        return belongs(request)

    def has_view_permission(self, request: HttpRequest, obj: _Row | None = None) -> bool:
        return belongs(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: _Row | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: _Row | None = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """An address asks a list what its filters ask: the rest may be of what its reader does not see."""
        names = [_asked_by(one) for one in self.get_list_filter(request)]
        asks = any(lookup == name or lookup.startswith(f"{name}__") for name in names)
        return lookup in self.asks_too or (asks and super().lookup_allowed(lookup, value, request))

    def message_user(self, request: HttpRequest, message: Any, *args: Any, **kwargs: Any) -> None:
        """Say what was done in plain words, without Django's praise for it."""
        words = unescape(strip_tags(message)) if isinstance(message, SafeString) else str(message)
        super().message_user(request, words.replace(" successfully", ""), *args, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[_Row]:
        """The rows of the viewer's desks, and those that belong to none; each carries the page's `page_now`."""
        now = Value(now_of(request), output_field=DateTimeField())
        rows = cast(QuerySet[_Row], super().get_queryset(request).annotate(page_now=now))
        viewer = viewer_of(request)
        if not self.desk_path or viewer.desks is None:
            return rows
        mine = Q(**{f"{self.desk_path}__in": sorted(viewer.desks)})
        rows = rows.filter(mine | Q(**{f"{self.desk_path}__isnull": True}))
        if not self.claim_path:
            return rows
        return rows.exclude(**{f"{self.claim_path}__in": under_embargo(viewer, now_of(request))})


def _asked_by(entry: Any) -> str:
    """What a filter of a list is called in the address: by its field, which a tuple names first, or by its own name."""
    field = entry[0] if isinstance(entry, tuple) else entry
    return field if isinstance(field, str) else str(field.parameter_name)


class OfClaimAdmin(RecordAdmin[_Row]):
    """Rows that belong to a claim and link to its page."""

    desk_path = "claim__desk"
    claim_path = "claim"
    list_select_related: ClassVar[tuple[str, ...]] = ("claim",)
    asks_too = frozenset({"claim__id__exact"})  # as the claim's page does

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> list[Any]:
        """The row's own page opens from its first column that is not a link to the claim already."""
        return [name for name in list_display if name != "claim_column"][:1]

    @display(description=_("claim"), ordering="claim")
    def claim_column(self, row: Any) -> SafeString:
        return columns.in_cd(format_html('<span class="cd-cell-st">{}</span>', columns.claim_link(row.claim)))


def changed_columns(form: Any) -> list[str]:
    """The columns of its own row that somebody changed in a form."""
    columns = {field.name for field in form.instance._meta.concrete_fields}  # noqa: SLF001 - Django documents it
    return [name for name in form.changed_data if name in columns]


class SetUpAdmin(RecordAdmin[_Row]):
    """Rows that administrators keep. Saving writes only what the form changed, and nothing over what was not read."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return administers(request)

    def has_change_permission(self, request: HttpRequest, obj: _Row | None = None) -> bool:
        return administers(request)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The theme's field; a key says what it is for, and how it is written when it is written otherwise."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(db_field, SlugField) and field is not None:
            field.help_text = field.help_text or _("What the API calls it, for example world-desk.")
            field.error_messages["invalid"] = _("Write it in letters, digits, hyphens and underscores alone.")
        return field

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The form, whose empty fields say which they are and what to do."""
        form = super().get_form(request, *args, **kwargs)
        for name, field in form.base_fields.items():
            say_it_plainly(name, field)
        return self.kept_form(request, args[0] if args else kwargs.get("obj"), form)

    def kept_form(self, request: HttpRequest, obj: _Row | None, form: Any) -> Any:
        """The form with clean lines; one that is sent is refused with what somebody else wrote since it was shown."""
        form = cleaning(form)
        if request.method != "POST" or obj is None or shown.MARKS not in request.POST:
            return form
        brought = shown.brought_up(form(instance=obj), self._rows_shown(request, obj), request.POST)
        request.claimdesk_brought = brought  # type: ignore[attr-defined]  # the request is where a request's facts live
        return shown.telling(form, brought)

    def _rows_shown(self, request: HttpRequest, obj: _Row) -> list[Any]:
        """The rows beneath that somebody may change on this page, as it would show them."""
        return [
            rows(instance=obj, prefix=rows.get_default_prefix(), queryset=inline.get_queryset(request))
            for rows, inline in self.get_formsets_with_inlines(request, obj)
            if inline.has_change_permission(request, obj)
        ]

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> dict[str, Any]:
        """The rows beneath that are there now, with what was changed on the page."""
        kept: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        brought = shown.brought_of(request)
        return kept | {"data": brought.data} if brought and "data" in kept else kept

    def get_formsets_with_inlines(self, request: HttpRequest, obj: _Row | None = None) -> Iterator[Any]:
        """The rows beneath, told what somebody else wrote in them."""
        brought = shown.brought_of(request)
        for rows, inline in super().get_formsets_with_inlines(request, obj):
            rows.told = brought.beneath if brought else {}
            yield rows, inline

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """The page with the marks of what it shows; 409 where it tells what somebody else wrote meanwhile."""
        brought = shown.brought_of(request)
        marks = brought.marks if brought else {}
        if kwargs.get("change") and request.method != "POST":
            marks = shown.marks_of(
                context["adminform"].form,
                [one.formset for one in context["inline_admin_formsets"] if one.has_change_permission],
            )
        page = {**context, "shown": shown.signed(marks)} if marks else context
        response = super().render_change_form(request, page, *args, **kwargs)
        if brought and brought.told:
            response.status_code = 409
        return response

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The form. What a service refuses though the form was right, as somebody was faster, is said above it."""
        try:
            with transaction.atomic():
                if request.method == "POST":
                    shown.hold_page(request.path)
                return super().changeform_view(request, object_id, form_url, extra_context)
        except ClaimDeskError as refusal:
            messages.error(request, refusal.message)
            return redirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: _Row, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        if not change:
            obj.save(force_insert=True)
            return
        written = changed_columns(form)
        if written:
            obj.save(update_fields=written)
