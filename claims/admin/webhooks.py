"""Webhooks and the log of their deliveries. Everything goes through the services; the secret is shown once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from claims.admin import columns
from claims.admin.base import RecordAdmin, SetUpAdmin, administers, viewer_of
from claims.errors import ClaimDeskError
from claims.exports.feed import public_type
from claims.models import ApiKey, DeliveryState, OffBecause, Webhook, WebhookDelivery
from claims.services.webhooks import (
    as_kept,
    change_webhook,
    check_reads_feed,
    check_room,
    make_webhook,
    rotate_secret,
    send_again,
    try_out,
)
from claims.timewords import absolute
from claims.webhooks.envelope import event_body, trial_body, written
from claims.webhooks.kinds import EVENT_TYPES
from claims.webhooks.wordings import failing, why

_Row = TypeVar("_Row", Webhook, WebhookDelivery)
TYPES = [(public_type(kept), words) for kept, words in EVENT_TYPES.items()]


class WebhookForm(forms.ModelForm[Webhook]):
    """What can be chosen of a webhook; the same sentences as the API's."""

    types = forms.MultipleChoiceField(
        choices=TYPES,
        required=False,
        label=_("Events"),
        help_text=_("None chosen: every event."),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    class Meta:
        model = Webhook
        fields = ("name", "url", "key", "types", "is_enabled")
        help_texts = {
            "url": _("An https address on port 443. Redirects are not followed."),
            "key": _("It is told what the change feed gives this key."),
            "is_enabled": _("Switched on again it goes on where it stopped."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["types"] = [public_type(kept) for kept in self.instance.types]

    def clean_name(self) -> str:
        return str(self._kept("name"))

    def clean_url(self) -> str:
        return str(self._kept("url"))

    def clean_key(self) -> ApiKey:
        key: ApiKey = self.cleaned_data["key"]
        try:
            check_reads_feed(key)
            check_room(key)
        except ClaimDeskError as refusal:
            raise forms.ValidationError(refusal.message) from refusal
        return key

    def _kept(self, field: str) -> Any:
        try:
            return as_kept(field, self.cleaned_data[field])
        except ClaimDeskError as refusal:
            raise forms.ValidationError(refusal.message) from refusal

    def _post_clean(self) -> None:
        """Leave the row as it is: the service writes it."""


@admin.register(Webhook)
class WebhookAdmin(SetUpAdmin[Webhook]):
    """Where events are sent, and how that fares."""

    form = WebhookForm
    list_display = ("name", "url", "key", "types_column", "state_column", "delivered_column")
    list_filter = ("is_enabled", "key")
    list_select_related = ("key",)
    search_fields = ("name", "url")
    actions = ("test", "new_secret", "switch_on", "switch_off")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return administers(request)

    def has_view_permission(self, request: HttpRequest, obj: Webhook | None = None) -> bool:
        return administers(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Webhook]:
        waiting = WebhookDelivery.objects.filter(webhook=OuterRef("pk"), state=DeliveryState.WAITING).order_by()
        number = waiting.values("webhook").annotate(number=Count("pk")).values("number")
        return super().get_queryset(request).annotate(waiting=Coalesce(Subquery(number), 0))

    def get_fields(self, request: HttpRequest, obj: Webhook | None = None) -> Any:
        if obj is None:
            return ["name", "url", "key", "types"]
        return ["state_column", "log_column", "name", "url", "key", "types", "is_enabled"]

    def get_readonly_fields(self, request: HttpRequest, obj: Webhook | None = None) -> list[str]:
        return [] if obj is None else ["state_column", "log_column", "key"]

    def save_model(self, request: HttpRequest, obj: Webhook, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        given, viewer = form.cleaned_data, viewer_of(request)
        if change:
            change_webhook(obj.pk, {name: given[name] for name in form.changed_data}, viewer)
            return
        told = {name: given[name] for name in ("name", "url", "key", "types")}
        made, secret = make_webhook(viewer, **told)
        obj.pk = made.pk
        obj.refresh_from_db()
        _show(request, made, secret)

    @admin.action(description=_("Send a test to the chosen webhooks"), permissions=["change"])
    def test(self, request: HttpRequest, queryset: QuerySet[Webhook]) -> None:
        for row in queryset:
            _tell(request, row, lambda one: try_out(one.pk, viewer_of(request)), gettext("A test is on its way."))

    @admin.action(description=_("Make new secrets; the former ones hold for 24 hours"), permissions=["change"])
    def new_secret(self, request: HttpRequest, queryset: QuerySet[Webhook]) -> None:
        for row in queryset:
            _show(request, *rotate_secret(row.pk, viewer_of(request)))

    @admin.action(description=_("Switch the chosen webhooks on"), permissions=["change"])
    def switch_on(self, request: HttpRequest, queryset: QuerySet[Webhook]) -> None:
        self._switch(request, queryset, on=True)

    @admin.action(description=_("Switch the chosen webhooks off"), permissions=["change"])
    def switch_off(self, request: HttpRequest, queryset: QuerySet[Webhook]) -> None:
        self._switch(request, queryset, on=False)

    def _switch(self, request: HttpRequest, queryset: QuerySet[Webhook], *, on: bool) -> None:
        said = gettext("Switched on; it goes on where it stopped.") if on else gettext("Switched off. Nothing is lost.")
        change = {"is_enabled": on}
        for row in queryset:
            _tell(request, row, lambda one: change_webhook(one.pk, change, viewer_of(request)), said)

    @display(description=_("events"))
    def types_column(self, row: Webhook) -> str:
        return ", ".join(str(EVENT_TYPES.get(kept, kept)) for kept in row.types) or gettext("all")

    @display(description=_("how it fares"), ordering="is_enabled")
    def state_column(self, row: Webhook) -> str:
        if not row.is_enabled:
            reason = str(OffBecause(row.off_code).label) if row.off_code else ""
            return f"{gettext('Switched off.')} {reason}".strip()
        if row.failing_since is None:
            return gettext("Sends.") if row.delivered_at else gettext("Nothing sent yet.")
        now, zone = columns.page_now(row), get_current_timezone()
        code, _blank, status = row.error.partition(" ")
        again = absolute(row.paused_until, now, zone) if row.paused_until and row.paused_until > now else ""
        waiting = int(getattr(row, "waiting", 0))
        return failing(absolute(row.failing_since, now, zone), why(code, int(status or 0)), waiting, again)

    @display(description=_("last delivered"), ordering="delivered_at")
    def delivered_column(self, row: Webhook) -> SafeString:
        return columns.moment(row, row.delivered_at)

    @display(description=_("deliveries"))
    def log_column(self, row: Webhook) -> SafeString:
        address = f"{reverse('admin:claims_webhookdelivery_changelist')}?webhook__id__exact={row.pk}"
        return format_html(
            '<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>',
            address,
            gettext("Log of its deliveries"),
        )


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(RecordAdmin[WebhookDelivery]):
    """The log: each delivery with its last attempt, those before it, what was sent and what was answered."""

    list_display = (
        *("event_column", "webhook", "made_column", "state", "status", "milliseconds", "attempts", "why_column"),
        "next_column",
    )
    list_filter = ("state", "webhook")
    list_select_related = ("webhook", "event")
    search_fields = ("=claim", "event__type", "code")
    fields = (
        *("event_column", "webhook", "state", "made_column", "tried_column", "status", "milliseconds", "why_column"),
        *("answer", "attempts", "next_column", "replays", "earlier_column", "body_column"),
    )
    readonly_fields = fields
    ordering = ("-id",)
    actions = ("again",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return administers(request)

    def has_view_permission(self, request: HttpRequest, obj: WebhookDelivery | None = None) -> bool:
        return administers(request)

    @admin.action(description=_("Send the chosen deliveries again"), permissions=["view"])
    def again(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        for row in queryset:
            _tell(request, row, lambda one: send_again(one.pk, viewer_of(request)), gettext("It is sent again."))

    @display(description=_("event"))
    def event_column(self, row: WebhookDelivery) -> str:
        if row.event is None:
            return gettext("Test")
        return f"#{row.claim} {EVENT_TYPES.get(row.event.type, row.event.type)}"

    @display(description=_("made"), ordering="made_at")
    def made_column(self, row: WebhookDelivery) -> SafeString:
        return columns.moment(row, row.made_at)

    @display(description=_("last attempt"), ordering="tried_at")
    def tried_column(self, row: WebhookDelivery) -> SafeString:
        return columns.moment(row, row.tried_at)

    @display(description=_("next attempt"), ordering="next_attempt_at")
    def next_column(self, row: WebhookDelivery) -> SafeString:
        return columns.moment(row, row.next_attempt_at if row.state == DeliveryState.WAITING else None)

    @display(description=_("why it failed"), ordering="code")
    def why_column(self, row: WebhookDelivery) -> str:
        return why(row.code, row.status)

    @display(description=_("earlier attempts"))
    def earlier_column(self, row: WebhookDelivery) -> str:
        said = [f"{one['at']}: {why(one['code'], one['status']) or one['status']}" for one in row.earlier]
        return "; ".join(said) or "–"

    @display(description=_("body"))
    def body_column(self, row: WebhookDelivery) -> SafeString:
        own = row.webhook
        body = event_body(row.event) if row.event else trial_body(row.pk, own.pk, own.name, row.made_at)
        return format_html('<code class="cd cd-meta">{}</code>', written(body).decode())


def _show(request: HttpRequest, webhook: Webhook, secret: str) -> None:
    words = gettext("The secret of “%(name)s” is %(secret)s. Copy it now: it is never shown again.")
    messages.warning(request, words % {"name": webhook.name, "secret": secret})


def _tell(request: HttpRequest, row: _Row, does: Callable[[_Row], object], said: str) -> None:
    """Do it with one row, and say that it was done or why not."""
    try:
        does(row)
    except ClaimDeskError as refusal:
        messages.error(request, f"{row}: {refusal.message}")
    else:
        messages.success(request, f"{row}: {said}")
