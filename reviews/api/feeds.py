"""Feeds that are not for everybody: what is late, and a person's own deadlines.

A key, a session, or a secret in the address that belongs to one person opens them; each sees what they see elsewhere.
"""

from __future__ import annotations

from datetime import UTC
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from claims.api.authentication import BrowserSession, FeedSecretAuthentication, KeyAuthentication
from claims.api.errors import BadCursor
from claims.api.fields import OneOf
from claims.api.parameters import Parameters, given
from claims.api.views import ApiView, marked
from claims.deadlines import TimeFlag
from claims.errors import RoleMissing
from claims.exports import atom, icalendar
from claims.exports.atom import Category, Entry, Feed
from claims.exports.site import Site, site_at
from claims.exports.times import rfc3339
from claims.wordings import flag_words
from reviews.services.agenda import agenda_of
from reviews.services.overdue import Overdue, Place, overdue

PAGE = 50


class FeedParameters(Parameters):
    """Who asks, where they send no headers, and where the page begins."""

    key = serializers.CharField(required=False)
    before = serializers.CharField(required=False, max_length=60)


class CalendarParameters(Parameters):
    """Who asks, whose deadlines, and as what."""

    key = serializers.CharField(required=False)
    whose = OneOf(["mine", "desks"], default="mine")
    component = OneOf(["vevent", "vtodo"], default="vevent")


class OwnFeed(ApiView):
    """What both have in common."""

    authentication_classes = (FeedSecretAuthentication, KeyAuthentication, BrowserSession)
    http_method_names = ("get", "head")

    @property
    def site(self) -> Site:
        """The site as it was reached."""
        return site_at(self.link("/"))


class Late(OwnFeed):
    """Claims that are late, and dates that passed unconfirmed."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponseBase:
        """Read what is late, last passed first, as Atom."""
        asked, site = given(FeedParameters, request), self.site
        found = overdue(self.viewer, self.now, _place(asked.get("before", "")), PAGE + 1)
        shown = found[:PAGE]
        address = f"{site.url}/feeds/late.atom"
        feed = Feed(
            tag=site.tag("feeds/late"),
            title=f"{site.name}: {_('Late, or passed unconfirmed')}",
            author=site.name,
            address=address,
            page=f"{site.url}/desk/",
            updated=shown[0].moment if shown else atom.BEGINNING,
            further=f"{address}?{urlencode(_further(asked, shown[-1]))}" if len(found) > PAGE else "",
            entries=[_entry(one, site) for one in shown],
        )
        return marked(request, atom.written(feed), atom.MEDIA_TYPE)


class Deadlines(OwnFeed):
    """A person's deadlines."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponseBase:
        """Read one's own deadlines, or those of the desks one edits, as iCalendar."""
        asked = given(CalendarParameters, request)
        if self.viewer.user is None:
            raise RoleMissing("Deadlines are a person's: use the address that they make for themselves.")
        deadlines = agenda_of(self.viewer.user, self.now, self.site, of_desks=asked["whose"] == "desks")
        name = _("Deadlines of my desks") if asked["whose"] == "desks" else _("My deadlines")
        body = icalendar.calendar(name, deadlines, as_todos=asked["component"] == "vtodo")
        return marked(request, body, icalendar.MEDIA_TYPE)


def _entry(one: Overdue, site: Site) -> Entry:
    claim, first = one.claim, one.claim.first_appearance()
    when = f"{one.moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if one.kind == TimeFlag.LATE:
        words = _("Review was due %(when)s.") % {"when": when}
    else:
        words = _("Its own date passed on %(when)s and nobody has confirmed it.") % {"when": when}
    return Entry(
        tag=site.tag(f"claims/{claim.pk}/{one.kind}/{rfc3339(one.moment)}"),
        title=claim.statement,
        summary=words,
        link=f"{site.url}{reverse('admin:claims_claim_change', args=[claim.pk])}",
        published=one.moment,
        updated=one.moment,
        via=first.revision.article.canonical_url if first else "",
        language=claim.language,
        categories=(Category(f"{site.url}/ns/flag", str(one.kind), flag_words(one.kind)),),
    )


def _further(asked: dict[str, Any], last: Overdue) -> dict[str, str]:
    """What leads behind the last entry. A secret in the address goes along, else the next page would not open."""
    key = {"key": asked["key"]} if "key" in asked else {}
    return {**key, "before": f"{last.kind}~{atom.place_of(last.moment, last.claim.pk)}"}


def _place(before: str) -> Place | None:
    """The place a page begins behind. Raises `BadCursor`."""
    if not before:
        return None
    kind, _mark, rest = before.partition("~")
    place = atom.place_in(rest)
    if place is None or kind not in TimeFlag.values:
        raise BadCursor()
    return *place, kind
