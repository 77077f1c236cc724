"""The home page of the admin: what somebody has to do next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims import timewords, wordings
from claims.admin.base import belongs, now_of, viewer_of, words_in
from claims.lifecycle import State
from claims.models import Claim, FlagKind
from reviews.admin import many
from reviews.admin.preview import preview_of
from reviews.admin.rows import Row, row_of
from reviews.services import queue
from reviews.services.queue import Narrowed, Order, Summary, View


@dataclass
class Group:
    """Rows of one urgency."""

    title: str
    rows: list[Row]


@dataclass(frozen=True)
class Chip:
    """An active filter: what it says and the address without it."""

    name: str
    value: str
    without: str


@dataclass(frozen=True)
class Asked:
    """What the address of the page asks for. Values that mean nothing are left out."""

    view: str
    order: str
    narrowed: Narrowed
    page: int
    claim: int | None

    @classmethod
    def of(cls, given: QueryDict) -> Asked:
        """Read an address."""
        state, flag = given.get("state", ""), given.get("flag", "")
        narrowed = Narrowed(
            desk=_number(given, "desk"),
            language=words_in(given.get("language"))[:16],
            outlet=_number(given, "outlet"),
            state=state if state in State.values else "",
            flag=flag if flag in FlagKind.values else "",
        )
        view, order = given.get("view", ""), given.get("order", "")
        return cls(
            view=view if view in View.values else View.MINE,
            order=order if order in Order.values else Order.DUE,
            narrowed=narrowed,
            page=_number(given, "page") or 1,
            claim=_number(given, "claim"),
        )

    def address(self, narrowed: Narrowed | None = None, page: int = 1) -> str:
        """The address of the same page, narrowed otherwise."""
        parts: dict[str, Any] = {"view": self.view, "order": self.order, **vars(narrowed or self.narrowed)}
        defaults = {"view": View.MINE, "order": Order.DUE}
        given = {name: value for name, value in parts.items() if value and defaults.get(name) != value}
        if page > 1:
            given["page"] = page
        return f"{reverse('admin:index')}?{urlencode(given)}" if given else reverse("admin:index")


def _number(given: QueryDict, name: str) -> int | None:
    value = given.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


def grouped(rows: list[Row], now: datetime) -> list[Group]:
    """Rows by urgency, in the order of the groups; empty groups are left out."""
    today = queue.day_start(now) + timedelta(days=1)
    week = today + timedelta(days=6 - queue.day_start(now).weekday())
    groups: dict[str, Group] = {}
    for row in rows:
        title = _urgency(row.claim, now, today, week)
        groups.setdefault(title, Group(title, [])).rows.append(row)
    return list(groups.values())


def _urgency(claim: Claim, now: datetime, today: datetime, week: datetime) -> str:
    due = claim.review_due_at
    if due is not None and due < now:
        return _("Late")
    if claim.state == State.WAITING:
        return _("Waiting for something")
    if due is None:
        return _("No review due")
    if due < today:
        return _("Due today")
    return _("This week") if due < week else _("Later")


def heading(summary: Summary, *, reviews: bool) -> str:
    """ "12 open, 2 late, 3 more due today. You have room for 2 more before your limit of 14."

    Whoever has the role of a reviewer and takes no work is told why nothing comes to them.
    """
    counts = ", ".join(
        [
            _("%(number)d open") % {"number": summary.mine},
            _("%(number)d late") % {"number": summary.late},
            _("%(number)d more due today") % {"number": summary.due_today},
        ]
    )
    if summary.limit is None:
        return f"{counts}. {_why_no_work(summary)}" if reviews else f"{counts}."
    if summary.mine > summary.limit:
        over = summary.mine - summary.limit
        return _("%(counts)s. You are %(over)d over your limit of %(limit)d.") % {
            "counts": counts,
            "over": over,
            "limit": summary.limit,
        }
    if not summary.room:
        return _("%(counts)s. You are at your limit of %(limit)d.") % {"counts": counts, "limit": summary.limit}
    room = ngettext(
        "You have room for %(room)d more before your limit of %(limit)d.",
        "You have room for %(room)d more before your limit of %(limit)d.",
        summary.room,
    ) % {"room": summary.room, "limit": summary.limit}
    return f"{counts}. {room}"


def _why_no_work(summary: Summary) -> str:
    if summary.reviewer is None:
        return _(
            "You have no profile as a reviewer yet, so no claim comes to you and you can take none. "
            "An editor of your desk or an administrator adds one."
        )
    return _(
        "Your profile says that you take no work, so no claim comes to you and you can take none. "
        "An editor of your desk or an administrator can change that."
    )


def summary_of(request: HttpRequest) -> Summary:
    """The person's summary; read once per request, by the queue and by the sidebar."""
    found: Summary | None = getattr(request, "claimdesk_summary", None)
    if found is None:
        found = queue.summary_for(viewer_of(request), now_of(request))
        request.claimdesk_summary = found  # type: ignore[attr-defined]  # the request is where a request's facts live
    return found


def home(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The theme's hook for the home page: everything `admin/index.html` shows."""
    if not belongs(request):
        return context | {"title": _("My queue"), "now": now_of(request), "has_work": False}
    now, viewer, asked = now_of(request), viewer_of(request), Asked.of(request.GET)
    summary = summary_of(request)
    whole = queue.claims_in(asked.view, viewer, now)
    found = queue.shown(queue.ordered(asked.narrowed.of(whole, now), asked.order, now), viewer)
    asked, claims = _on_page(found, asked)
    rows = [row_of(claim, now) for claim in claims[: queue.PAGE]]
    options = queue.options_for(viewer, claims, now)
    by_urgency = asked.order == Order.DUE and asked.view != View.DECIDED
    chosen = next((row for row in rows if row.claim.pk == asked.claim), rows[0] if rows else None)
    return context | {
        "title": _("My queue"),
        "now": now,
        "has_work": True,
        "kept": [(name, value) for name, value in vars(asked.narrowed).items() if value],
        "asked": asked,
        "summary": summary,
        "heading": heading(summary, reviews=bool(viewer.reviewer_of)),
        "tabs": [(view, summary.of(view), _tab(view)) for view in View],
        "groups": grouped(rows, now) if by_urgency else [Group("", rows)] if rows else [],
        "chips": _chips(asked, options),
        "options": options,
        "states": State.choices,
        "flags": [(kind, wordings.flag_words(kind)) for kind in FlagKind.values],
        "orders": Order.choices,
        "place": f"queue?{asked.address(page=asked.page).partition('?')[2]}",
        "many": [] if asked.view == View.DECIDED else many.offered(viewer),
        "preview": preview_of(chosen, viewer) if chosen else None,
        "chosen": chosen,
        "pages": {
            "before": asked.address(page=asked.page - 1) if asked.page > 1 else "",
            "after": asked.address(page=asked.page + 1) if len(claims) > queue.PAGE else "",
        },
        "next_due": None if rows else _next_due(viewer_of(request), now),
    }


def _on_page(found: QuerySet[Claim], asked: Asked) -> tuple[Asked, list[Claim]]:
    """The claims of the page, and one more where another follows. Those of the first where its last one has left."""
    start = (asked.page - 1) * queue.PAGE
    claims = list(found[start : start + queue.PAGE + 1])
    return (asked, claims) if claims or asked.page == 1 else _on_page(found, replace(asked, page=1))


def _tab(view: str) -> str:
    address = reverse("admin:index")
    return address if view == View.MINE else f"{address}?view={view}"


def _chips(asked: Asked, options: queue.Options) -> list[Chip]:
    words: dict[str, tuple[str, Any]] = {
        "desk": (_("Desk"), options.desk.get(asked.narrowed.desk)),
        "language": (_("Language"), asked.narrowed.language),
        "outlet": (_("Outlet"), options.outlet.get(asked.narrowed.outlet)),
        "state": (_("State"), asked.narrowed.state and wordings.state_words(asked.narrowed.state)),
        "flag": (_("Flag"), asked.narrowed.flag and wordings.flag_words(asked.narrowed.flag)),
    }
    given = {name: value for name, value in vars(asked.narrowed).items() if value}
    return [
        Chip(words[name][0], str(words[name][1] or value), asked.address(asked.narrowed.without(name)))
        for name, value in given.items()
    ]


def _next_due(viewer: Any, now: datetime) -> str:
    """ "The next claim due is Thursday 12:00, assigned to Ines.", for when there is nothing to do."""
    row = (
        queue.visible_open(viewer, now)
        .filter(review_due_at__gte=now, assignments__status="open")
        .order_by("review_due_at")
        .values_list(
            "review_due_at", "assignments__reviewer__user__first_name", "assignments__reviewer__user__username"
        )
        .first()
    )
    if row is None or row[0] is None:
        return ""
    when = timewords.absolute(row[0], now, timezone.get_current_timezone())
    return _("The next claim due is %(when)s, assigned to %(who)s.") % {"when": when, "who": row[1] or row[2]}
