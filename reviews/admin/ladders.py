"""Desks' escalation ladders in the set-up, their times in words. Every change goes through the API's service."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from claims.admin.base import (
    SetUpAdmin,
    TabularInline,
    administers,
    belongs,
    edits_a_desk,
    viewer_of,
)
from claims.admin.forms import CleansLines, NamedFields
from claims.errors import ClaimDeskError, Invalid
from claims.ladders import Step, checked
from claims.models import Ladder, LadderStep
from claims.permissions import desks_of
from claims.spans import read, read_from, said, said_from
from reviews.services.ladders import change_ladder

MINUTE = timedelta(minutes=1)


class LadderStepForm(CleansLines, forms.ModelForm[LadderStep]):
    """A step with its times as people write them: "8 h before", "7 days". Its key is made from its first name."""

    when = forms.CharField(
        label=_("When"),
        max_length=60,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("8 h before, 1 h after, 2 days after, at the moment."),
    )
    again = forms.CharField(
        label=_("Then every"),
        max_length=60,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("7 days, for example. Empty: once."),
    )

    class Meta:
        model = LadderStep
        fields = ("name", "track", "tell", "act")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            rule = self.instance.rule
            self.fields["when"].initial = said_from(rule.offset)
            self.fields["again"].initial = said(rule.every) if rule.every else ""

    def clean_when(self) -> str:
        """How far from the date."""
        return self._read("when", lambda words: ("minutes", read_from(words) // MINUTE))

    def clean_again(self) -> str:
        """After how long again."""
        return self._read("again", lambda words: ("every_minutes", read(words) // MINUTE if words else None))

    def _read(self, name: str, reading: Callable[[str], tuple[str, int | None]]) -> str:
        words: str = self.cleaned_data[name]
        try:
            column, minutes = reading(words)
        except Invalid as refused:
            raise forms.ValidationError(" ".join(filter(None, (refused.message, refused.hint)))) from refused
        setattr(self.instance, column, minutes)
        return words


class StepFormSet(NamedFields[LadderStep, Ladder]):
    """The steps of a ladder, judged together."""

    def clean(self) -> None:
        """Raise what the service would refuse."""
        super().clean()
        if any(self.errors):
            return
        self._name_keys()
        try:
            checked(self.steps())
        except Invalid as refused:
            raise forms.ValidationError(refused.message) from refused

    def _name_keys(self) -> None:
        """Give every new step a key of its own: the desk's log of what was taken goes by it."""
        taken = {form.instance.key for form in self.forms if form.instance.key}
        for form in self.forms:
            name = form.cleaned_data.get("name", "")
            if name and not form.instance.key:
                form.instance.key = _unused(slugify(name)[:16] or "step", taken)
                taken.add(form.instance.key)

    def steps(self) -> list[Step]:
        """The steps as the rules know them, without those that are to go."""
        kept = [form for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        return [form.instance.rule for form in kept if form.is_valid()]


def _unused(key: str, taken: Collection[str]) -> str:
    """The key itself, else the first of key-2, key-3, … that is not taken."""
    found, number = key, 1
    while found in taken:
        number += 1
        found = f"{key}-{number}"
    return found


class StepInline(TabularInline[LadderStep, Ladder]):
    """The steps where they are changed."""

    model = LadderStep
    form = LadderStepForm
    formset = StepFormSet
    extra = 1
    fields = ("name", "track", "when", "again", "tell", "act")

    def get_queryset(self, request: HttpRequest) -> QuerySet[LadderStep]:
        """Review due first: it is the date a desk works by."""
        return super().get_queryset(request).order_by("-track", "minutes", "id")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return belongs(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return edits(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return edits(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return edits(request, obj)


def edits(request: HttpRequest, ladder: Ladder | None) -> bool:
    """Whether somebody keeps this ladder; for None, any."""
    if ladder is None:
        return edits_a_desk(request)
    return administers(request) or ladder.desk_id in viewer_of(request).editor_of


@admin.register(Ladder)
class LadderAdmin(SetUpAdmin[Ladder]):
    """Who is told of what comes near or is late, desk by desk."""

    list_display = ("desk", "steps_column")
    list_select_related = ("desk",)
    inlines = (StepInline,)
    fields = readonly_fields = ("desk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ladder]:
        mine = desks_of(viewer_of(request)).values("pk")
        return super().get_queryset(request).filter(desk__in=mine).prefetch_related("steps")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Ladder | None = None) -> bool:
        return edits(request, obj)

    def save_model(self, request: HttpRequest, obj: Ladder, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        """The steps are kept with the formset."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        """Give the desk the steps that the page shows."""
        for formset in formsets:
            formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
            try:
                change_ladder(form.instance.desk, formset.steps(), viewer_of(request))
            except ClaimDeskError as refusal:
                messages.error(request, refusal.message)

    @display(description=_("steps"))
    def steps_column(self, row: Ladder) -> str:
        return ", ".join(step.name for step in row.steps.all())
