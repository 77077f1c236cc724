"""Evidence, sources, and the record of what happened: found, filtered and read, never edited here."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin import display
from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from claims.admin import columns
from claims.admin.base import OfClaimAdmin, RecordAdmin, administers, edits_a_desk, now_of, viewer_of
from claims.admin.filters import ClaimDeskFilter
from claims.admin.kept import KeptAdmin
from claims.admin.setup_forms import SourceForm
from claims.models import (
    Alarm,
    ChainStep,
    ClaimEvent,
    Decision,
    Evidence,
    FileCheck,
    Flag,
    Heartbeat,
    Source,
    Visibility,
)
from claims.permissions import visible_articles, visible_claims, visible_sources
from claims.services.sources import GivenSource, add_source, change_source
from claims.templatetags import claimdesk


class EvidencePagesAdmin(OfClaimAdmin[Evidence]):
    """Evidence of every claim, less what protects a source: its claim's page shows that, and records each sight."""

    list_display = ("title_column", "stance", "question", "kind", "primary", "claim_column", "added_by", "added_column")
    list_filter = (ClaimDeskFilter, "stance", "question", "kind", "primary", "visibility")
    search_fields = ("title", "url", "note", "file_name", "claim__statement")
    fields: ClassVar[tuple[str, ...]] = (
        *("claim", "question", "stance", "kind", "url", "file_name", "title", "note", "primary", "why_secondary"),
        *("derives_from", "credibility", "visibility", "superseded_by", "added_by", "added_at", "used_at"),
    )
    ordering = ("-added_at", "-id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Evidence]:
        return super().get_queryset(request).exclude(visibility=Visibility.PROTECTED)

    @display(description=_("evidence"), ordering="title")
    def title_column(self, row: Evidence) -> str:
        return str(row)

    @display(description=_("added"), ordering="added_at")
    def added_column(self, row: Evidence) -> SafeString:
        return columns.moment(row, row.added_at)


class SourcePagesAdmin(KeptAdmin[Source]):
    """Outlets, people, organisations, documents and unnamed roles. Editors keep their names and reliability.

    The list counts the articles and the steps that the reader sees.
    """

    form = SourceForm
    list_display = ("name", "kind", "reliability", "articles_column", "steps_column", "parent")
    list_filter = ("kind", "reliability")
    list_select_related = ("parent",)
    search_fields = ("name", "aliases")
    ordering = ("name", "pk")
    fields = (*SourceForm.Meta.fields, "reliability_reason")
    autocomplete_fields = ("parent",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return edits_a_desk(request)

    def has_change_permission(self, request: HttpRequest, obj: Source | None = None) -> bool:
        return edits_a_desk(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        viewer, now, this = viewer_of(request), now_of(request), OuterRef("pk")
        seen = visible_sources(viewer, now).values("pk")
        articles = visible_articles(viewer, now).filter(outlet=this)
        steps = ChainStep.objects.filter(source=this, appearance__claim__in=visible_claims(viewer, now).values("pk"))
        return (
            super()
            .get_queryset(request)
            .filter(pk__in=seen)
            .annotate(
                articles_count=columns.number_of(articles, "outlet"), steps_count=columns.number_of(steps, "source")
            )
        )

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form = super().get_form(request, *args, **kwargs)
        form.viewer = viewer_of(request)
        return form

    def save_model(self, request: HttpRequest, obj: Source, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        """Keep what the form says through the service."""
        if change:
            changes = {name: value for name, value in form.given().items() if value != form.initial[name]}
            change_source(obj.pk, changes, viewer_of(request), why=form.why)
        else:
            obj.pk = add_source(GivenSource(**form.given()), viewer_of(request), why=form.why).pk

    @display(description=_("articles"))
    def articles_column(self, row: Source) -> int:
        return int(getattr(row, "articles_count", 0))

    @display(description=_("steps of chains"))
    def steps_column(self, row: Source) -> int:
        return int(getattr(row, "steps_count", 0))


@admin.register(Decision)
class DecisionAdmin(OfClaimAdmin[Decision]):
    """Decisions as they were made. They are superseded on the claim's page, never edited."""

    list_display = (
        *("claim_column", "so_column", "said_column", "outcome", "number", "standing", "public_column"),
        "decided_column",
    )
    list_filter = (
        *(ClaimDeskFilter, "so", "said", "outcome", "standing", "correction_class", "is_demo"),
        *(("published_at", admin.EmptyFieldListFilter), ("withdrawn_at", admin.EmptyFieldListFilter)),
    )
    list_select_related = ("claim",)
    search_fields = ("why", "claim__statement")
    ordering = ("-decided_at", "-id")
    exclude = ("evidence",)

    @display(description=_("is it so?"), ordering="so")
    def so_column(self, row: Decision) -> SafeString:
        return columns.in_cd(claimdesk.verdict_chip(row.so))

    @display(description=_("was it said?"), ordering="said")
    def said_column(self, row: Decision) -> SafeString:
        return columns.in_cd(claimdesk.said_chip(row.said))

    @display(description=_("public"), boolean=True)
    def public_column(self, row: Decision) -> bool:
        return row.is_public

    @display(description=_("decided"), ordering="decided_at")
    def decided_column(self, row: Decision) -> SafeString:
        return columns.moment(row, row.decided_at)


class ClaimEventPagesAdmin(OfClaimAdmin[ClaimEvent]):
    """The append-only history of every claim, with its hashes."""

    list_display = ("recorded_column", "type", "actor_name", "from_state", "to_state", "claim_column", "seq")
    list_filter = (ClaimDeskFilter, "actor_kind", "to_state")
    list_select_related = ("claim",)
    search_fields = ("type", "actor_name", "claim__statement")
    ordering = ("-recorded_at", "-id")
    fields = (
        *("claim", "seq", "type", "actor_kind", "actor_name", "from_state", "to_state"),
        *("occurred_at", "recorded_at", "body_column", "prev_hash", "hash"),
    )
    readonly_fields = ("body_column",)

    @display(description=_("hashed text"))
    def body_column(self, row: ClaimEvent) -> str:
        """What the hash is of; of an item that is protected by now not its words."""
        return json.dumps({**row.content, "data": row.told}, ensure_ascii=False) if row.hides_item else row.body

    @display(description=_("noticed"), ordering="recorded_at")
    def recorded_column(self, row: ClaimEvent) -> SafeString:
        return columns.moment(row, row.recorded_at)


@admin.register(Flag)
class FlagAdmin(OfClaimAdmin[Flag]):
    """What was announced, and when it ceased to hold. Whether a claim is late now is said on the claim."""

    list_display = ("claim_column", "kind", "moment_column", "raised_column", "cleared_column", "reason")
    list_filter = (ClaimDeskFilter, "kind", ("cleared_at", admin.EmptyFieldListFilter))
    list_select_related = ("claim",)
    search_fields = ("reason", "claim__statement")
    ordering = ("-raised_at", "-id")

    @display(description=_("the moment that passed"), ordering="moment")
    def moment_column(self, row: Flag) -> SafeString:
        return columns.moment(row, row.moment)

    @display(description=_("raised"), ordering="raised_at")
    def raised_column(self, row: Flag) -> SafeString:
        return columns.moment(row, row.raised_at)

    @display(description=_("cleared"), ordering="cleared_at")
    def cleared_column(self, row: Flag) -> SafeString:
        return columns.moment(row, row.cleared_at)


@admin.register(Alarm)
class AlarmAdmin(OfClaimAdmin[Alarm]):
    """What the sweep will announce next, and what it had to set aside."""

    list_display = ("claim_column", "kind", "moment_column", "set_aside", "attempts", "error")
    list_filter = (ClaimDeskFilter, "set_aside", "kind")
    list_select_related = ("claim",)
    search_fields = ("claim__statement", "error")
    ordering = ("-set_aside", "wake_at", "id")

    @display(description=_("moment"), ordering="moment")
    def moment_column(self, row: Alarm) -> SafeString:
        return columns.moment(row, row.moment)


@admin.register(FileCheck)
class FileCheckAdmin(RecordAdmin[FileCheck]):
    """What each reading of everything that is kept has found. Which files, by their hash, is told to administrators:
    one may protect a source, and whoever has the document knows it by its hash.
    """

    list_display = ("began_column", "finished_column", "files", "missing_column", "differing_column")
    readonly_fields = ("missing_column", "differing_column")

    def get_fields(self, request: HttpRequest, obj: FileCheck | None = None) -> Any:
        broken = ("missing", "differing") if administers(request) else self.readonly_fields
        return ("began_at", "finished_at", "files", "bytes", *broken)

    @display(description=_("began"), ordering="began_at")
    def began_column(self, row: FileCheck) -> SafeString:
        return columns.moment(row, row.began_at)

    @display(description=_("finished"))
    def finished_column(self, row: FileCheck) -> SafeString:
        return columns.moment(row, row.finished_at)

    @display(description=_("missing"))
    def missing_column(self, row: FileCheck) -> int:
        return len(row.missing)

    @display(description=_("different"))
    def differing_column(self, row: FileCheck) -> int:
        return len(row.differing)


@admin.register(Heartbeat)
class HeartbeatAdmin(RecordAdmin[Heartbeat]):
    """When each loop last did its work. What it says of that is told to administrators: it names places on the disk."""

    list_display = ("name", "ran_column")
    search_fields = ("name",)

    def get_list_display(self, request: HttpRequest) -> Any:
        return (*self.list_display, *(["detail"] if administers(request) else []))

    def get_fields(self, request: HttpRequest, obj: Heartbeat | None = None) -> Any:
        return ("name", "ran_at", *(["detail"] if administers(request) else []))

    @display(description=_("last ran"), ordering="ran_at")
    def ran_column(self, row: Heartbeat) -> SafeString:
        return columns.moment(row, row.ran_at)
