"""Review policies in the set-up. Every change goes through the service the API uses."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from claims.admin.base import SetUpAdmin, viewer_of
from claims.errors import ClaimDeskError, Invalid
from reviews.models import PolicyKind, ReviewPolicy
from reviews.services.policies import ASKING, GivenPolicy, add_policy, change_policy, check_numbers, is_used


class PolicyForm(forms.ModelForm[ReviewPolicy]):
    """A policy. Whether its numbers go with its kind is said at their fields."""

    class Meta:
        model = ReviewPolicy
        fields = ("name", "key", *ASKING, "is_active")

    def clean(self) -> dict[str, Any]:
        """Raise what the service would refuse, at the field."""
        given = super().clean() or {}
        if "kind" in given:
            numbers = (given.get("judges"), given.get("agreeing"))
            try:
                check_numbers(PolicyKind(given["kind"]), *numbers)
            except Invalid as refused:
                self.add_error(refused.pointer.strip("/"), refused.message)
        return given


@admin.register(ReviewPolicy)
class ReviewPolicyAdmin(SetUpAdmin[ReviewPolicy]):
    """How many judge a claim and how many of them must agree."""

    form = PolicyForm
    list_display = ("name", "kind", "asked_column", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("name", "key")

    def get_readonly_fields(self, request: HttpRequest, obj: ReviewPolicy | None = None) -> tuple[str, ...]:
        """What a policy asks is fixed once a claim was settled under it."""
        if obj is None:
            return ()
        return ("key", *ASKING) if is_used(obj) else ("key",)

    def save_model(self, request: HttpRequest, obj: ReviewPolicy, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        """Keep what the form says through the service."""
        given = {name: form.cleaned_data[name] for name in form.changed_data if name in form.cleaned_data}
        if "kind" in given:
            given["kind"] = PolicyKind(given["kind"])
        try:
            if change:
                change_policy(obj.pk, given, viewer_of(request))
            else:
                whole = form.cleaned_data | {"kind": PolicyKind(form.cleaned_data["kind"])}
                obj.pk = add_policy(GivenPolicy(**whole), viewer_of(request)).pk
        except ClaimDeskError as refusal:
            messages.error(request, refusal.message)

    @display(description=_("asked"))
    def asked_column(self, row: ReviewPolicy) -> str:
        return str(_("%(agreeing)d of %(judges)d must agree")) % {"agreeing": row.agreeing, "judges": row.judges}
