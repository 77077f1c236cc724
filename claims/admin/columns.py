"""Columns that say a state, a deadline or a verdict as every other page does."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, IntegerField, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from claims.models import Claim
from claims.templatetags import claimdesk


def number_of(rows: QuerySet[Any], of: str) -> Combinable:
    """How many of these rows each row of a list has; they name it, at `of`, as its `OuterRef`. One that is joined twice
    counts once.
    """
    counted = rows.order_by().values(of).annotate(number=Count("pk", distinct=True)).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


def page_now(row: Any) -> datetime:
    """The moment the page speaks of, as `RecordAdmin` annotates it on every row."""
    found: datetime = row.page_now
    return found


def in_cd(content: Any) -> SafeString:
    """Content under our own styles, inside a cell of the theme."""
    return format_html('<span class="cd cd-cell">{}</span>', content)


def state(claim: Claim) -> SafeString:
    """Icon and word of a claim's state."""
    return in_cd(claimdesk.state_chip(claim.state))


def review_due(claim: Claim) -> SafeString:
    """The deadline chip with its absolute time. `claim.desk` must be loaded."""
    if not claim.is_open:
        return in_cd("–")
    context = Context({"now": page_now(claim)})
    warning = claim.desk.warning_hours if claim.desk else 0
    chip = claimdesk.deadline_chip(context, claim.review_due_at, warning_hours=warning)
    return in_cd(format_html("{}{}", chip, claimdesk.due_line(context, claim.review_due_at)))


def own_date(claim: Claim) -> SafeString:
    """The claim's own date with its precision."""
    if claim.confirm_by is None:
        return in_cd("–")
    return in_cd(claimdesk.own_date(Context({"now": page_now(claim)}), claim))


def moment(row: Any, at: datetime | None) -> SafeString:
    """A moment in the reader's zone; `row` is the row it belongs to."""
    return in_cd(claimdesk.when(Context({"now": page_now(row)}), at, form="absolute") if at else "–")


def since(row: Any, at: datetime | None) -> SafeString:
    """How long ago something was and when: "3 h ago, today 18:00"."""
    return in_cd(claimdesk.when(Context({"now": page_now(row)}), at) if at else "–")


def claim_link(claim: Claim, words: str = "") -> SafeString:
    """A link to the page of a claim."""
    address = reverse("admin:claims_claim_change", args=[claim.pk])
    return format_html('<a href="{}"><bdi>{}</bdi></a>', address, words or str(claim))
