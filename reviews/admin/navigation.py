"""The way through the admin: the sidebar with its counts."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import get_script_prefix, reverse
from django.utils.translation import gettext as _

from claims.admin.base import administers, belongs, edits_a_desk, viewer_of
from claims.lifecycle import State
from claims.models import Webhook
from reviews.admin.queue import summary_of
from reviews.services.queue import View


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of the sidebar for this person. Counts stand only where the person can act on them."""
    if not belongs(request):
        return []
    groups = [
        {"title": _("My work"), "items": _work(request)},
        {"title": _("Library"), "items": _library(request)},
        {"title": _("Overview"), "items": [_item(request, _("Dashboard"), "bar_chart", "/desk/")]},
        {"title": _("Set-up"), "items": _set_up(request)},
    ]
    return [group for group in groups if group["items"]]


def own_pages(request: HttpRequest) -> dict[str, Any]:
    """What the menu of the person leads to."""
    pages = [
        (_("Your settings"), "settings", "admin:claims_user_settings"),
        (_("Your drafts"), "edit_note", "admin:claims_claim_drafts"),
        (_("What you are told"), "tune", "admin:reviews_notice_settings"),
    ]
    return {"title": _("Yours"), "items": [_item(request, title, icon, _address(name)) for title, icon, name in pages]}


def _item(request: HttpRequest, title: str, icon: str, link: str, badge: int = 0) -> dict[str, Any]:
    path, _mark, query = link.partition("?")
    here = request.get_full_path() == link if query else request.path.startswith(path) and not request.GET.get("view")
    if path == _address("admin:index") and not query:
        here = request.path == path and request.GET.get("view", View.MINE) in {View.MINE, View.DECIDED}
    return {"title": title, "icon": icon, "link": link, "active": here, "badge": badge}


def _work(request: HttpRequest) -> list[dict[str, Any]]:
    home, summary = _address("admin:index"), summary_of(request)
    proposed = f"{_list('claims_claim')}?state={State.PROPOSED}"
    viewer = viewer_of(request)
    may_triage = viewer.is_administrator or bool(viewer.editor_of or viewer.triager_of)
    return [
        _item(request, _("My queue"), "inbox", home, summary.mine),
        _item(request, _("Team pool"), "circle", f"{home}?view={View.POOL}", summary.pool),
        _item(request, _("Second opinions"), "join", f"{home}?view={View.SECOND}", summary.second),
        _item(request, _("Notices"), "notifications", _list("reviews_notice"), summary.unread),
        _item(request, _("Proposed claims"), "pending", proposed, summary.proposed if may_triage else 0),
    ]


def _library(request: HttpRequest) -> list[dict[str, Any]]:
    names = [
        (_("Articles"), "description", "claims_article"),
        (_("Imports from links"), "add_link", "claims_operation"),
        (_("All claims"), "notes", "claims_claim"),
        (_("Evidence"), "attach_file", "claims_evidence"),
        (_("Sources and outlets"), "menu_book", "claims_source"),
        (_("Decisions"), "task_alt", "claims_decision"),
        (_("Reviews"), "rate_review", "reviews_review"),
        (_("Assignments"), "assignment_ind", "reviews_assignment"),
        (_("Flags"), "flag", "claims_flag"),
        (_("History"), "history", "claims_claimevent"),
    ]
    return [_item(request, title, icon, _list(name)) for title, icon, name in names]


def _set_up(request: HttpRequest) -> list[dict[str, Any]]:
    items = [
        _item(request, _("Reviewers"), "group", _list("reviews_reviewer")),
        _item(request, _("Absences"), "event_busy", _list("reviews_absence")),
        _item(request, _("Routing rules"), "rule", _list("reviews_routingrule")),
    ]
    if edits_a_desk(request):
        items += [
            _item(request, _("Desks"), "alt_route", _list("claims_desk")),
            _item(request, _("Deadline policies"), "timer", _list("reviews_deadlinepolicy")),
            _item(request, _("Work calendars"), "calendar_month", _list("reviews_workcalendar")),
            _item(request, _("Escalation ladders"), "stairs", _list("claims_ladder")),
            _item(request, _("Alarms"), "alarm", _list("claims_alarm")),
        ]
    if administers(request):
        items += [
            _item(request, _("People"), "badge", _list("claims_user")),
            _item(request, _("Review policies"), "groups", _list("reviews_reviewpolicy")),
            _item(request, _("API keys"), "key", _list("claims_apikey")),
            _item(request, _("Webhooks"), "webhook", _list("claims_webhook"), _ended_webhooks()),
            _item(request, _("Letters"), "mail", _list("reviews_message")),
            _item(request, _("Checks of kept files"), "inventory", _list("claims_filecheck")),
            _item(request, _("Loops"), "monitor_heart", _list("claims_heartbeat")),
        ]
    return items


def _ended_webhooks() -> int:
    """Webhooks that were switched off otherwise than by hand: somebody has to look."""
    return Webhook.objects.exclude(off_code="").count()


def _list(name: str) -> str:
    return _address(f"admin:{name}_changelist")


def _address(name: str) -> str:
    return _found(name, get_script_prefix())


@cache
def _found(name: str, _prefix: str) -> str:
    """The address of a page, looked up once: a page has fifty of them around it."""
    return reverse(name)
