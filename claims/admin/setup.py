"""Set-up: desks, people with their memberships, and the keys of integrations."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import OuterRef, QuerySet
from django.forms import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from claims.admin import columns
from claims.admin.base import SetUpAdmin, TabularInline, administers, changed_columns, now_of, viewer_of
from claims.admin.forms import NamedFields
from claims.admin.kept import KeptAdmin
from claims.admin.moments import theme_moment_field, zone_names
from claims.admin.setup_forms import DeskForm, OwnSettingsForm
from claims.lifecycle import OPEN_STATES
from claims.models import ApiKey, Desk, KeyEvent, KeyStep, Membership, Scope, User
from claims.permissions import desks_of, visible_claims
from claims.services.accounts import keep_account
from claims.services.desks import add_desk, change_desk
from claims.services.keys import OVERLAP, KeyOver, make_key, revoke_key, rotate_key, write_down
from claims.services.preferences import choose_settings
from claims.services.transitions import database_time

if TYPE_CHECKING:
    _UserBase = DjangoUserAdmin[User]
else:
    _UserBase = DjangoUserAdmin

admin.site.unregister(Group)  # rights follow from roles on desks, never from groups


class MembershipInline(TabularInline[Membership, User]):
    """A person's desks and roles."""

    model = Membership
    formset = NamedFields[Membership, User]
    extra = 0
    fields = ("desk", "role", "can_triage")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return administers(request)

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


class DeskMembershipInline(TabularInline[Membership, Desk]):
    """The people of a desk, read where it is shown; changed on the person's own page."""

    model = Membership
    extra = 0
    fields = readonly_fields = ("user", "role", "can_triage")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("user", "desk")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(Desk)
class DeskAdmin(KeptAdmin[Desk]):
    """Desks with their plain hours to review due."""

    form = DeskForm
    list_display = ("name", "zone", "due_hours_1", "due_hours_2", "due_hours_3", "due_hours_4", "open_column")
    search_fields = ("name", "key")
    inlines = (DeskMembershipInline,)
    fieldsets = (
        (None, {"fields": ("name", "key", "zone")}),
        (
            _("Review due"),
            {"fields": (*(f"due_hours_{n}" for n in range(1, 5)), "minimum_minutes", "warning_hours")},
        ),
        (_("Verdicts"), {"fields": ("min_origins", "makers_may_review")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Desk]:
        of_mine = desks_of(viewer_of(request)).values("pk")
        claims = visible_claims(viewer_of(request), now_of(request)).filter(state__in=sorted(OPEN_STATES))
        is_open = columns.number_of(claims.filter(desk=OuterRef("pk")), "desk")
        return super().get_queryset(request).filter(pk__in=of_mine).annotate(open_count=is_open)

    def save_model(self, request: HttpRequest, obj: Desk, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        """Keep what the form says through the service."""
        if change:
            change_desk(obj.pk, {name: getattr(obj, name) for name in form.changed_data}, viewer_of(request))
        else:
            add_desk(obj, viewer_of(request))

    @display(description=_("open claims"))
    def open_column(self, row: Desk) -> int:
        return int(getattr(row, "open_count", 0))


@admin.register(User)
class PersonAdmin(_UserBase, SetUpAdmin[User]):
    """People who sign in. What they may do follows from their desks; an administrator may do the set-up."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "full_name_column", "email", "desks_column", "is_active", "is_superuser")
    list_filter = ("is_active", "is_superuser", "memberships__desk", "memberships__role")
    search_fields = ("username", "first_name", "last_name", "email")
    filter_horizontal = ()
    inlines = (MembershipInline,)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email", "zone")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "is_superuser")}),
    )
    add_form_template = "admin/change_form.html"
    add_fieldsets = (
        (None, {"fields": ("username", "password1", "password2")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email", "zone")}),
    )

    def get_urls(self) -> list[URLPattern]:
        """The page on which everybody chooses for themselves."""
        view = self.admin_site.admin_view(self.settings_view)
        return [path("settings/", view, name="claims_user_settings"), *super().get_urls()]

    def settings_view(self, request: HttpRequest) -> HttpResponse:
        """Clock, reading size and keys of whoever asks."""
        user = cast(User, request.user)
        form = OwnSettingsForm(request.POST or None, initial=model_to_dict(user, OwnSettingsForm.base_fields))
        if form.is_valid():
            with form.refusing():
                choose_settings(user, **form.cleaned_data)
        if form.is_valid():
            messages.success(request, gettext("Your settings are kept."))
            return redirect("admin:claims_user_settings")
        own = {"title": gettext("Your settings"), "form": form, "zones": zone_names()}
        return TemplateResponse(request, "admin/own_settings.html", self.admin_site.each_context(request) | own)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return administers(request)

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return administers(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("memberships__desk")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        obj.is_staff = obj.is_staff or not change  # everybody works in the admin
        keep_account(obj, changed_columns(form) if change else None)

    @display(description=_("name"), ordering="first_name")
    def full_name_column(self, row: User) -> str:
        return row.full_name

    @display(description=_("desks"))
    def desks_column(self, row: User) -> str:
        return ", ".join(f"{one.desk.name} ({one.get_role_display()})" for one in row.memberships.all())


class KeyForm(forms.ModelForm[ApiKey]):
    """A key's name and rights. Its secret is never part of a form."""

    scopes = forms.MultipleChoiceField(choices=Scope.choices, widget=UnfoldAdminCheckboxSelectMultipleWidget)

    expires_at = theme_moment_field(_("Expires"), required=False, help_text=_("Empty: it opens until it is revoked."))

    class Meta:
        model = ApiKey
        fields = ("name", "scopes", "desks", "expires_at")
        widgets: ClassVar = {"desks": UnfoldAdminCheckboxSelectMultipleWidget}

    def clean_expires_at(self) -> datetime | None:
        """No key is made, or goes on, until a moment that has passed."""
        wanted: datetime | None = self.cleaned_data["expires_at"]
        if wanted is not None and "expires_at" in self.changed_data and wanted <= database_time():
            raise forms.ValidationError(_("This moment has passed: the key would open nothing."))
        return wanted


class KeyEventInline(TabularInline[KeyEvent, ApiKey]):
    """What was done with a key, and by whom."""

    model = KeyEvent
    verbose_name_plural = _("What was done with it")
    hide_title = True
    extra = 0
    fields = readonly_fields = ("recorded_at", "step", "actor_name")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return administers(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(ApiKey)
class ApiKeyAdmin(SetUpAdmin[ApiKey]):
    """Keys of integrations. The text of a key is shown once, right after it was made."""

    form = KeyForm
    list_display = ("name", "scopes_column", "made_column", "used_column", "expires_column", "revoked_column")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    search_fields = ("name",)
    list_select_related = ("created_by",)
    fields = ("name", "scopes", "desks", "expires_at")
    filter_horizontal = ()
    actions = ("rotate", "revoke")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return administers(request)

    def has_view_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return administers(request)

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return administers(request) and (obj is None or obj.revoked_at is None)

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        if change:
            super().save_model(request, obj, form, change)
            return
        given = form.cleaned_data
        made, text = make_key(
            name=given["name"], scopes=given["scopes"], by=viewer_of(request).user, expires_at=given["expires_at"]
        )
        obj.pk = made.pk
        obj.refresh_from_db()
        shown = gettext("The key is %(text)s. Copy it now: it is stored only as a hash and never shown again.")
        messages.warning(request, shown % {"text": text})

    def get_inlines(self, request: HttpRequest, obj: ApiKey | None = None) -> list[Any]:
        return [KeyEventInline] if obj else []

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        """Its desks are known by now: write down who changed what."""
        super().save_related(request, form, formsets, change)
        write_down(form.instance, KeyStep.CHANGED, by=viewer_of(request).actor)

    @admin.action(description=_("New secrets for the chosen keys; the former open for a day"), permissions=["change"])
    def rotate(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        for key in queryset:
            try:
                _, text = rotate_key(key.pk, overlap=OVERLAP, by=viewer_of(request).actor)
            except KeyOver as over:
                messages.error(request, f"{key}: {over.message}")
                continue
            shown = gettext("%(name)s is %(text)s from now on. Copy it: it is never shown again.")
            messages.warning(request, shown % {"name": key, "text": text})

    @admin.action(description=_("Revoke the chosen keys"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        for key in queryset:
            revoke_key(key, by=viewer_of(request).actor)
        messages.success(request, gettext("From now on these keys open nothing."))

    @display(description=_("may"))
    def scopes_column(self, row: ApiKey) -> str:
        return ", ".join(str(Scope(scope).label) for scope in row.scopes)

    @display(description=_("made"), ordering="created_at")
    def made_column(self, row: ApiKey) -> SafeString:
        return columns.moment(row, row.created_at)

    @display(description=_("last used"), ordering="last_used_at")
    def used_column(self, row: ApiKey) -> SafeString:
        return columns.moment(row, row.last_used_at)

    @display(description=_("expires"), ordering="expires_at")
    def expires_column(self, row: ApiKey) -> SafeString:
        return columns.moment(row, row.expires_at)

    @display(description=_("revoked"), ordering="revoked_at")
    def revoked_column(self, row: ApiKey) -> SafeString:
        return columns.moment(row, row.revoked_at)
