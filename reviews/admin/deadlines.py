"""Working calendars and deadline policies in the set-up. Every change goes through the API's services."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import display
from django.contrib.postgres.forms import SimpleArrayField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from claims.admin.base import SetUpAdmin, viewer_of
from claims.admin.forms import say_it_plainly
from claims.errors import Invalid
from reviews.calendars import spans_of
from reviews.models import DeadlinePolicy, WorkCalendar
from reviews.models.calendar import DAYS, MOST_CLOSED, office_hours
from reviews.services.calendars import add, change

DAY_NAMES = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))


class CalendarForm(forms.ModelForm[WorkCalendar]):
    """A calendar with its hours day by day: spans with a comma between them, an empty day is free."""

    closed = SimpleArrayField(
        forms.DateField(),
        label=_("Closed days of its own"),
        required=False,
        max_length=MOST_CLOSED,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Days such as 2026-12-24, with commas between them."),
    )

    class Meta:
        model = WorkCalendar
        fields = ("name", "zone", "country", "subdivision", "closed")
        widgets = dict.fromkeys(("name", "zone", "country", "subdivision"), UnfoldAdminTextInputWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in ("name", "zone"):
            say_it_plainly(field, self.fields[field])
        hours = self.instance.hours if self.instance.pk else office_hours()
        for day, name in zip(DAYS, DAY_NAMES, strict=True):
            self.fields[day] = forms.CharField(
                label=name, required=False, initial=", ".join(hours.get(day, [])), widget=UnfoldAdminTextInputWidget
            )
        self.fields["mon"].help_text = str(_("For example 09:00-12:30, 13:00-18:00. Empty: a free day."))

    def hours(self) -> dict[str, list[str]]:
        """The hours as they are kept."""
        return {day: self._spans(day) for day in DAYS}

    def _spans(self, day: str) -> list[str]:
        return [span.strip() for span in self.cleaned_data.get(day, "").split(",") if span.strip()]

    def clean(self) -> dict[str, Any]:
        """What is wrong with the hours of a day stands at that day."""
        for day in DAYS:
            try:
                spans_of(self._spans(day))
            except Invalid as refused:
                self.add_error(day, " ".join(filter(None, [refused.message, refused.hint])))
        return self.cleaned_data

    def _post_clean(self) -> None:
        """The model judges the hours together with the rest."""
        if all(day in self.cleaned_data for day in DAYS):
            self.instance.hours = self.hours()
        super()._post_clean()  # type: ignore[misc]  # Django's own hook


class _KeptAdmin(SetUpAdmin[Any]):
    """Rows that the service keeps."""

    def given(self, form: Any) -> dict[str, Any]:
        """What the form says, as the fields of the row."""
        names = {field.name for field in self.model._meta.concrete_fields}  # noqa: SLF001 - Django documents it
        return {name: value for name, value in form.cleaned_data.items() if name in names}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        """Keep what the form says through the service."""
        if change:
            keep(type(obj), obj.pk, self.given(form), request)
        else:
            add(obj, viewer_of(request))


def keep(kind: type[Any], number: int, given: dict[str, Any], request: HttpRequest) -> None:
    """Change a row through the service."""
    change(kind, number, given, viewer_of(request))


def _hours_of(day: str, name: Any) -> Callable[..., str]:
    """The hours of one day for those who may only read them."""

    @display(description=name)
    def shown(self: Any, row: WorkCalendar) -> str:
        return ", ".join(row.hours.get(day, [])) or str(_("free"))

    return shown


@admin.register(WorkCalendar)
class WorkCalendarAdmin(_KeptAdmin):
    """When desks work."""

    mon, tue, wed, thu, fri, sat, sun = (_hours_of(*one) for one in zip(DAYS, DAY_NAMES, strict=True))

    form = CalendarForm
    list_display = ("name", "zone", "country", "subdivision")
    search_fields = ("name",)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return (
            (None, {"fields": ("name", "zone")}),
            (_("Hours"), {"fields": DAYS}),
            (_("Free days"), {"fields": ("country", "subdivision", "closed")}),
        )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002 - Django's
        """The days are fields of the form alone; Django would look for them on the model."""
        return self.kept_form(request, obj, CalendarForm)

    def given(self, form: Any) -> dict[str, Any]:
        return super().given(form) | {"hours": form.hours()}


@admin.register(DeadlinePolicy)
class DeadlinePolicyAdmin(_KeptAdmin):
    """How review due is counted."""

    list_display = ("name", "calendar", "before_own_date_hours", "at_most_hours", "in_working_hours", "is_active")
    list_select_related = ("calendar",)
    search_fields = ("name", "key")
    fieldsets = (
        (None, {"fields": ("name", "key", "is_active")}),
        (_("Hours by priority"), {"fields": ("hours_1", "hours_2", "hours_3", "hours_4", "hours_of_work")}),
        (_("Its own date and limits"), {"fields": ("before_own_date_hours", "at_most_hours")}),
        (_("Working hours"), {"fields": ("calendar", "in_working_hours")}),
    )
