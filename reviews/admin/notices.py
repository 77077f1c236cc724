"""What somebody was told, read and chosen in the admin; and, for administrators, the letters and how they fare."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _t
from django.utils.translation import ngettext

from claims.admin import columns
from claims.admin.base import RecordAdmin, administers, belongs, now_of, number_in, viewer_of
from claims.admin.forms import PlainForm
from claims.errors import ClaimDeskError
from claims.exports.site import Site, site_at
from claims.models import FeedSecret
from claims.services.feedsecrets import end_feed_secret, renew_feed_secret
from reviews.models import Message, Notice, NoticeSettings
from reviews.noticing import ByMail, NoticeReason, Way
from reviews.services.notice_list import (
    choose_ways,
    is_past,
    mark_read,
    notices_of,
    person_of,
    settings_of,
    ways_of,
)

PAGE = 50
LIST = "admin:reviews_notice_changelist"


class NoticeForm(PlainForm):
    """When and how somebody is told. One pair of fields for every reason."""

    digest_at = forms.TimeField(label=_t("Daily digest at"), required=False)
    quiet_from = forms.TimeField(label=_t("Quiet from"), required=False)
    quiet_until = forms.TimeField(label=_t("Quiet until"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("digest_at", "quiet_from", "quiet_until"):
            self.fields[name].widget = forms.TimeInput(format="%H:%M", attrs={"type": "time", "class": "cd-input"})

    def more_fields(self) -> dict[str, forms.Field]:
        """Whether it stands in the list, and whether a letter goes out."""
        made: dict[str, forms.Field] = {}
        for reason in NoticeReason:
            in_app = {"aria-label": _("%(reason)s: in the list of notices") % {"reason": reason.label}}
            by_mail = {"aria-label": _("%(reason)s: by mail") % {"reason": reason.label}}
            made[f"{reason}-app"] = forms.BooleanField(required=False, widget=forms.CheckboxInput(attrs=in_app))
            made[f"{reason}-mail"] = forms.ChoiceField(choices=ByMail.choices, widget=forms.Select(attrs=by_mail))
        return made

    def rows(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """Every reason with its two fields."""
        return [(str(reason.label), self[f"{reason}-app"], self[f"{reason}-mail"]) for reason in NoticeReason]

    def ways(self) -> dict[NoticeReason, Way]:
        """What was chosen."""
        data = self.cleaned_data
        return {reason: Way(data[f"{reason}-app"], ByMail(data[f"{reason}-mail"])) for reason in NoticeReason}

    def times(self) -> dict[str, time | None]:
        """When they are written to."""
        return {name: self.cleaned_data[name] for name in ("digest_at", "quiet_from", "quiet_until")}


@admin.register(Notice)
class NoticeAdmin(RecordAdmin[Notice]):
    """The person's own notices, and how they want them."""

    def get_urls(self) -> list[URLPattern]:
        """Our own pages beside the theme's."""
        own: list[tuple[str, Callable[..., HttpResponse], str]] = [
            ("settings/", self.settings_view, "settings"),
            ("read/", self.read_view, "read"),
            ("feeds/", self.feeds_view, "feeds"),
        ]
        wrap = self.admin_site.admin_view
        return [
            path(where, wrap(view), name=f"reviews_notice_{name}") for where, view, name in own
        ] + super().get_urls()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notice]:
        """Those that have a page of their own, which shows the claim."""
        return notices_of(viewer_of(request), only_in_sight=True)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, newest first."""
        if not belongs(request):
            raise PermissionDenied
        only_unread = "unread" in request.GET
        rows = notices_of(viewer_of(request))
        if only_unread:
            rows = rows.filter(read_at__isnull=True)
        page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
        any_unread, past = any(not row.read_at for row in page), {row.pk for row in page if is_past(row)}
        context = {"page": page, "only_unread": only_unread, "any_unread": any_unread, "past": past}
        return self._page(request, "notices/list.html", _("Notices"), context)

    def read_view(self, request: HttpRequest) -> HttpResponse:
        """Mark one notice as read, or all."""
        if request.method == "POST" and belongs(request):
            one = request.POST.get("notice", "")
            number = mark_read(viewer_of(request), [number_in(one)] if one else None)
            words = ngettext("%(n)d notice marked as read.", "%(n)d notices marked as read.", number)
            messages.success(request, words % {"n": number})
        return redirect(LIST)

    def settings_view(self, request: HttpRequest) -> HttpResponse:
        """Choose what to be told, how and when."""
        if not belongs(request):
            raise PermissionDenied
        user = person_of(viewer_of(request))
        own = settings_of(user)
        form = NoticeForm(request.POST) if request.method == "POST" else NoticeForm(initial=_chosen(own, ways_of(user)))
        if form.is_bound and form.is_valid() and self._chose(request, form):
            return redirect("admin:reviews_notice_settings")
        context = {"form": form, "mail": settings.MAIL_ENABLED, "address": user.email, "zone": user.zone}
        return self._page(request, "notices/settings.html", _("What you are told"), context)

    def feeds_view(self, request: HttpRequest) -> HttpResponse:
        """Make, renew or end the addresses of the person's own calendar and feed. They are shown this once."""
        if not belongs(request):
            raise PermissionDenied
        user, secret = person_of(viewer_of(request)), ""
        if request.method == "POST" and request.POST.get("end"):
            end_feed_secret(user)
            messages.success(request, _("Your addresses are ended. Calendars that read them will say so."))
            return redirect("admin:reviews_notice_feeds")
        if request.method == "POST":
            secret = renew_feed_secret(user)
        site = site_at(request.build_absolute_uri("/"))
        made = FeedSecret.objects.filter(user=user).first()
        context = {"addresses": _addresses(site, secret) if secret else [], "made": made}
        return self._page(request, "notices/feeds.html", _("Your calendar and feed"), context)

    def _chose(self, request: HttpRequest, form: NoticeForm) -> bool:
        user, version = person_of(viewer_of(request)), form.cleaned_data["version"]
        try:
            choose_ways(user, ways=form.ways(), times=form.times(), version=version)
        except ClaimDeskError as refusal:
            form.refuse(refusal)
            return False
        messages.success(request, _("Your choices are kept."))
        return True

    def _page(self, request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> TemplateResponse:
        shared = {"title": title, "now": now_of(request), **self.admin_site.each_context(request)}
        return TemplateResponse(request, template, {**shared, "title": title, **context})


def _chosen(own: NoticeSettings, ways: dict[NoticeReason, Way]) -> dict[str, object]:
    initial: dict[str, object] = {name: getattr(own, name) for name in ("digest_at", "quiet_from", "quiet_until")}
    initial["version"] = own.version
    for reason, way in ways.items():
        initial |= {f"{reason}-app": way.in_app, f"{reason}-mail": way.by_mail}
    return initial


def _addresses(site: Site, secret: str) -> list[tuple[str, str]]:
    """What each address is for, and the address."""
    calendar = f"{site.url}{reverse('feed-deadlines')}?key={secret}"
    return [
        (_("Calendar of my deadlines"), calendar),
        (_("Calendar of all deadlines of the desks I edit"), f"{calendar}&whose=desks"),
        (_("The same as to-dos"), f"{calendar}&component=vtodo"),
        (_("Feed of what is late"), f"{site.url}{reverse('feed-late')}?key={secret}"),
    ]


@admin.register(Message)
class MessageAdmin(RecordAdmin[Message]):
    """Letters and how they fare: what waits, what was given up and why."""

    list_display = (
        "user",
        "what_column",
        "made_column",
        "next_column",
        "attempts",
        "sent_column",
        "dropped",
        "error",
    )
    list_filter = ("sent_at", "made_at")
    list_select_related = ("user", "notice", "webhook")
    search_fields = ("user__username", "user__email", "dropped", "error")
    ordering = ("-made_at", "-id")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return administers(request)

    def has_view_permission(self, request: HttpRequest, obj: Message | None = None) -> bool:
        return administers(request)

    @display(description=_t("made"), ordering="made_at")
    def made_column(self, row: Message) -> SafeString:
        return columns.moment(row, row.made_at)

    @display(description=_t("next try"), ordering="next_attempt_at")
    def next_column(self, row: Message) -> SafeString:
        return columns.moment(row, None if row.sent_at or row.dropped else row.next_attempt_at)

    @display(description=_t("sent"), ordering="sent_at")
    def sent_column(self, row: Message) -> SafeString:
        return columns.moment(row, row.sent_at)

    @display(description=_t("letter"))
    def what_column(self, row: Message) -> str:
        if row.webhook is not None:
            return _("webhook %(name)s") % {"name": row.webhook.name}
        if row.notice is None:
            return _("digest of %(day)s") % {"day": row.day}
        return f"{row.notice.get_reason_display()} {row.notice.about}"
