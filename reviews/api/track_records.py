"""The track record of one source: what became of the dated claims that it made or passed on."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.article_shapes import SourceRef, source_out
from claims.api.errors import NothingHere
from claims.api.fields import DeskNamed, OneOf
from claims.api.parameters import Parameters, Search, given
from claims.api.views import ApiView
from claims.exports.times import rfc3339
from claims.permissions import visible_sources
from claims.verdicts import Outcome
from reviews.dashboard.filters import NO_RANGE, Filters, Period
from reviews.dashboard.outlets import year_of
from reviews.dashboard.sources import CAVEAT, KEY, hedge_words, record_of
from reviews.trackrecord import LEAST, Part, PrintedRow, Share, Tally

Fields = serializers.Serializer[Any]


class RecordFilters(Parameters):
    """Which claims are counted."""

    desk = DeskNamed(required=False, help_text="Number or key.")
    language = Search(required=False)
    decided_within = OneOf(Period.choices, required=False, help_text="How long ago the verdict was given, at most.")


class ShareOut(Fields):
    """Confirmed by their date, of all decided, with the Wilson 95 % interval. Fractions between 0 and 1."""

    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class TallyOut(Fields):
    """Decided dated claims by what became of them."""

    decided = serializers.IntegerField()
    by_date = serializers.IntegerField()
    later = serializers.IntegerField()
    did_not_happen = serializers.IntegerField()
    unknown = serializers.IntegerField()
    share = ShareOut(allow_null=True, help_text=f"Null below {LEAST} decided claims.")
    href = serializers.URLField(help_text="The claims that are counted, exactly as many.")


class PartOut(TallyOut):
    """The same, for what the source made or for what it passed on."""

    role = serializers.ChoiceField(Part.choices)
    role_label = serializers.CharField()


class PrintedOut(TallyOut):
    """The same, for claims that were printed equally sure. Percents are known only for words of likelihood."""

    kind = serializers.CharField()
    kind_label = serializers.CharField()
    low = serializers.IntegerField(allow_null=True)
    high = serializers.IntegerField(allow_null=True)
    words = serializers.DictField(child=serializers.IntegerField(), help_text="As printed, with how often.")


class FoundOut(Fields):
    """Claims first decided in the last 12 months that came through it, by their standing answer to "Is it so?"."""

    decided = serializers.IntegerField()
    verdicts = serializers.DictField(child=serializers.IntegerField(), help_text="By key; those without any left out.")
    confirmed = ShareOut(allow_null=True, help_text=f"Null below {LEAST} decided claims.")
    href = serializers.URLField(help_text="The claims that are counted, exactly as many.")


class QuotedOut(Fields):
    """Of the claims it passed on, decided in the last 12 months with "Was it said?" answered accurately or altered."""

    checked = serializers.IntegerField()
    accurate = serializers.IntegerField()
    share = ShareOut(allow_null=True, help_text=f"Quoted accurately. Null below {LEAST} checked claims.")
    checked_href = serializers.URLField(help_text="The claims that were checked, exactly as many.")
    accurate_href = serializers.URLField(help_text="Those that were quoted accurately, exactly as many.")


class TrackRecordOut(Fields):
    """Counts of the claims the caller sees. It is no score: `caveat` belongs beside the numbers."""

    source = SourceRef()  # type: ignore[assignment]  # the metaclass takes fields off the class
    now = serializers.DateTimeField()
    caveat = serializers.CharField()
    all = TallyOut()
    roles = PartOut(many=True)
    hedges = PrintedOut(many=True)
    found = FoundOut()
    quoted = QuotedOut()


class TrackRecord(ApiView):
    """What became of a source's dated claims."""

    @extend_schema(parameters=[RecordFilters], responses={200: TrackRecordOut})
    def get(self, request: Request, number: int) -> Response:
        """Read the track record of a source."""
        source = visible_sources(self.viewer, self.now).filter(pk=number).first()
        if source is None:
            raise NothingHere(f"There is no source {number}.")
        asked = given(RecordFilters, request, desks=self.desks)
        desk = asked.get("desk")
        filters = Filters(
            desk.pk if desk else None, asked.get("language", ""), decided_within=asked.get("decided_within", "")
        )
        record = record_of(source, self.viewer, filters, self.now)
        narrowed = {name: str(getattr(value, "pk", value)) for name, value in asked.items()} | {"source": str(number)}
        return Response(
            {
                "source": source_out(source),
                "now": rfc3339(self.now),
                "caveat": str(CAVEAT),
                "all": self._tally(record.whole, narrowed),
                "roles": [self._part(part, tally, narrowed) for part, tally in record.parts.items()],
                "hedges": [self._printed(row, narrowed) for row in record.hedges],
                **self._year(number, filters.having(decided_within=""), narrowed),
            }
        )

    def _year(self, number: int, filters: Filters, narrowed: dict[str, str]) -> dict[str, Any]:
        year = year_of(number, self.viewer, filters, self.now)
        asked = {name: value for name, value in narrowed.items() if name != "decided_within"}
        passed = asked | {"role": Part.PASSED.value}
        found = {"decided": year.decided, "verdicts": dict(year.verdicts), "confirmed": _share(year.confirmed)}
        quoted = {"checked": year.checked, "accurate": year.accurate, "share": _share(year.quoted)}
        return {
            "found": found | {"href": self._list("decided_12m", asked)},
            "quoted": quoted
            | {
                "checked_href": self._list("said_checked_12m", passed),
                "accurate_href": self._list("quoted_accurately_12m", passed),
            },
        }

    def _list(self, key: str, narrowed: dict[str, str]) -> str:
        return self.link(f"/api/v1/stats/{key}?{urlencode(narrowed)}")

    def _tally(self, tally: Tally, narrowed: dict[str, str]) -> dict[str, Any]:
        counts = {outcome.value: tally.counts[outcome] for outcome in Outcome}
        return {"decided": tally.decided, **counts, "share": _share(tally.share), "href": self._list(KEY, narrowed)}

    def _part(self, part: Part, tally: Tally, narrowed: dict[str, str]) -> dict[str, Any]:
        own = self._tally(tally, narrowed | {"role": part.value})
        return {"role": part.value, "role_label": str(part.label), **own}

    def _printed(self, row: PrintedRow, narrowed: dict[str, str]) -> dict[str, Any]:
        likelihood = f"{row.low}-{row.high}" if row.low is not None else NO_RANGE
        own = self._tally(row.tally, narrowed | {"hedge": row.kind, "likelihood": likelihood})
        words = {"low": row.low, "high": row.high, "words": row.words}
        return {"kind": row.kind, "kind_label": hedge_words(row.kind, ""), **words, **own}


def _share(share: Share | None) -> dict[str, float] | None:
    if share is None:
        return None
    return {"value": round(share.value, 4), "low": round(share.low, 4), "high": round(share.high, 4)}
