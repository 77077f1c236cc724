"""Published verdicts as pages: complete without a script, in the time zone of the desk that published them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from claims import wordings
from claims.api.errors import NothingHere
from claims.api.problems import MEDIA_TYPE, problem
from claims.exports import claimreview
from claims.exports.check import Check, checks
from claims.exports.site import Site
from claims.exports.told import Cited, Told
from claims.models import Publication
from claims.public.answers import public, site_of
from claims.public.badge import badge, badge_of, word_of
from claims.public.published import check_of, corrections, public_state, stretch
from claims.verdicts import Question, So, Stance

PAGE = 20
UNKEPT = {"Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"}
PICTURE = "image/svg+xml; charset=utf-8"


@require_safe
def one_check(request: HttpRequest, number: int) -> HttpResponseBase:
    """One published verdict; once it was withdrawn, that and why (410). What never was public is not here (404)."""
    check, site = check_of(number), site_of(request)
    if check is None:
        return _nothing(site)
    if check.decision.withdrawn_at is not None:
        page = _page("public/withdrawn.html", site, check=check, zone=check.told.zone)
        return public(request, HttpResponse(page, status=410))
    document = claimreview.InPage(claimreview.claim_review(check, site))
    data = format_html('<script type="application/ld+json">{}</script>', document)
    shown = {"check": check, "page": site.page(number), "data": data, **_words(check)}
    page = _page("public/check.html", site, zone=check.told.zone, **shown)
    return public(request, HttpResponse(page), check.published)


@require_safe
def one_as_data(request: HttpRequest, number: int) -> HttpResponseBase:
    """The same as ClaimReview; once it was withdrawn, its address and when (410)."""
    check, site = check_of(number), site_of(request)
    if check is None:
        return _no_data()
    withdrawn = check.decision.withdrawn_at is not None
    document = claimreview.withdrawal(check, site) if withdrawn else claimreview.claim_review(check, site)
    answer = JsonResponse(document, status=410 if withdrawn else 200, content_type=claimreview.MEDIA_TYPE)
    return public(request, answer, None if withdrawn else check.published)


@require_safe
def one_as_badge(request: HttpRequest, number: int) -> HttpResponseBase:
    """The same as a small picture; "Withdrawn" once it was (410), and one for all that is not public (404)."""
    check = check_of(number)
    label, dark = request.GET.get("label", ""), request.GET.get("theme") == "dark"
    if check is None:
        drawn = badge(_("No fact-check"), label=label, dark=dark)
        return HttpResponse(drawn, status=404, content_type=PICTURE, headers=UNKEPT)
    withdrawn = check.decision.withdrawn_at is not None
    drawn = badge_of(check.decision, label=label, dark=dark)
    answer = HttpResponse(drawn, status=410 if withdrawn else 200, content_type=PICTURE)
    return public(request, answer, None if withdrawn else check.published)


@require_safe
def all_checks(request: HttpRequest) -> HttpResponseBase:
    """What is public now, the last one first, all of it or of one verdict."""
    so = request.GET.get("so", "")
    rows = Publication.objects.told_now()
    if so:
        rows = rows.filter(decision__so=so) if so in So.values else rows.none()
    found = stretch(rows, request.GET.get("before", ""), PAGE)
    page = _page(
        "public/checks.html",
        site_of(request),
        checks=list(checks(found.rows)),
        further=urlencode({**({"so": so} if so else {}), "before": found.further}) if found.further else "",
        so=so,
        verdicts=[(key, wordings.so_words(key)) for key in So.values],
    )
    return public(request, HttpResponse(page), public_state().changed)


@require_safe
def all_corrections(request: HttpRequest) -> HttpResponseBase:
    """Everything that was corrected or withdrawn, the last one first."""
    found = stretch(corrections(), request.GET.get("before", ""), PAGE)
    page = _page(
        "public/corrections.html",
        site_of(request),
        corrections=[(row.decision, Told.from_json(row.told)) for row in found.rows],
        further=urlencode({"before": found.further}) if found.further else "",
    )
    return public(request, HttpResponse(page), public_state().changed)


def _nothing(site: Site) -> HttpResponse:
    """The answer for a claim that never was public, and for one that there never was. Nobody keeps it."""
    return HttpResponse(_page("public/nothing.html", site), status=404, headers=UNKEPT)


def _no_data() -> HttpResponse:
    """The same for whoever asks for data: a problem without the number of the request, so one is like the other."""
    told = problem(NothingHere("Nothing is published under this address."))
    del told["request_id"]
    return JsonResponse(told, status=404, content_type=MEDIA_TYPE, headers=UNKEPT)


def _page(template: str, site: Site, *, zone: str = "UTC", **context: Any) -> str:
    """The page, with its days in this zone. It is not told who asks, so it is the same for everybody."""
    with timezone.override(ZoneInfo(zone)):
        return render_to_string(template, {"site": site, **context})


def _words(check: Check) -> dict[str, Any]:
    """What the page says beside the reason."""
    told, so = check.told, check.decision.so
    return {
        "verdict_words": wordings.so_words(so),
        "badge_words": _("Fact-check: %(verdict)s") % {"verdict": word_of(check.decision)},
        "sentence": wordings.READER_SENTENCES[so],
        "own_days": told.own_date.days if told.own_date else None,
        "place": told.first,
        "place_day": told.first.day if told.first else None,
        "steps": told.first.chain[::-1] if told.first else (),
        "evidence": [_evidence(item) for item in told.evidence],
    }


def _evidence(item: Cited) -> dict[str, Any]:
    return {
        "item": item,
        "stance": str(Stance(item.stance).label),
        "question": str(Question(item.question).label),
        "kept": datetime.fromisoformat(item.kept_at) if item.kept_at else None,
    }
