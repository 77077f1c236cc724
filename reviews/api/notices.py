"""What the person who asks was told, and how they want to be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.fields import Body, OneOf, checked
from claims.api.paging import page_of
from claims.api.parameters import Paged, WholeNumber, given, page_in
from claims.api.preconditions import expected_version, tag
from claims.api.repeating import repeatable
from claims.api.schema import answered, page_response, sent
from claims.api.views import ApiView
from claims.exports.times import rfc3339
from claims.models import User
from reviews.api import examples
from reviews.models import Notice, NoticeSettings
from reviews.noticing import ByMail, NoticeReason, Way
from reviews.services.notice_list import (
    choose_ways,
    is_in_sight,
    is_past,
    mark_read,
    notices_of,
    person_of,
    settings_of,
    ways_of,
)
from reviews.services.notice_words import done_about

MOST = 1000


class NoticeOut(serializers.Serializer[Any]):
    """One thing the person was told."""

    id = serializers.IntegerField()
    claim = serializers.IntegerField(allow_null=True, help_text="Null when it tells of an import.")
    operation = serializers.IntegerField(allow_null=True, help_text="The import that failed, null for a claim.")
    in_sight = serializers.BooleanField(
        help_text="False: the person may not see the claim any more; its address answers 404."
    )
    statement = serializers.CharField(
        help_text="Of the claim, as it reads now; of an import its link; empty for a claim out of sight."
    )
    reason = serializers.ChoiceField(NoticeReason.choices)
    reason_label = serializers.CharField()
    done = serializers.CharField(
        help_text="For `taken_off` what was done and by whom, or that the claim is out of sight; else empty."
    )
    why = serializers.CharField(help_text="The reason or note that was given with it, for a claim in sight.")
    made_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)
    still_so = serializers.BooleanField(
        help_text="False: the seat it tells of is the person's no more, or theirs again, or the import did not fail."
    )


class NoticeFilters(Paged):
    """Which notices."""

    unread = OneOf(["true"], required=False, help_text="`true`: only those not read yet.")


class ReadBody(Body):
    """Which notices were read."""

    notices = serializers.ListField(child=WholeNumber(), required=False, allow_empty=False, max_length=MOST)


class ReadOut(serializers.Serializer[Any]):
    """How many were marked."""

    read = serializers.IntegerField(help_text="Notices that were unread before.")


class WayOut(serializers.Serializer[Any]):
    """How the person is told for one reason."""

    reason = serializers.ChoiceField(NoticeReason.choices)
    reason_label = serializers.CharField()
    in_app = serializers.BooleanField()
    by_mail = serializers.ChoiceField(ByMail.choices)


class NoticeSettingsOut(serializers.Serializer[Any]):
    """How and when the person is told. Times of day are on their own clock."""

    zone = serializers.CharField()
    digest_at = serializers.TimeField(allow_null=True, help_text="Null: no daily digest.")
    quiet_from = serializers.TimeField(allow_null=True)
    quiet_until = serializers.TimeField(allow_null=True)
    ways = WayOut(many=True)


class WayBody(Body):
    """How the person wants to be told for one reason."""

    reason = OneOf(NoticeReason.choices)
    in_app = serializers.BooleanField()
    by_mail = OneOf(ByMail.choices)


class NoticeSettingsPatch(Body):
    """What changes; what is left out stays."""

    refused = {"zone": "The time zone is kept with the person, not here."}
    digest_at = serializers.TimeField(required=False, allow_null=True)
    quiet_from = serializers.TimeField(required=False, allow_null=True)
    quiet_until = serializers.TimeField(required=False, allow_null=True)
    ways = serializers.ListField(child=WayBody(), required=False, max_length=len(NoticeReason))


class Notices(ApiView):
    """What the person was told."""

    @extend_schema(
        parameters=[NoticeFilters],
        responses={200: page_response(NoticeOut)},
        examples=[answered("One notice", examples.NOTICES)],
    )
    def get(self, request: Request) -> Response:
        """List the person's notices, newest first. A key has none: 403."""
        asked = given(NoticeFilters, request)
        rows = notices_of(self.viewer)
        if "unread" in asked:
            rows = rows.filter(read_at__isnull=True)
        return page_of(request, rows, page_in(asked), _notices_out)


class NoticesRead(ApiView):
    """Marking as read."""

    @extend_schema(request=ReadBody, responses={200: ReadOut}, examples=[sent("One of them", examples.READ)])
    @repeatable
    def post(self, request: Request) -> Response:
        """Mark notices as read: those named, or all with an empty object."""
        told = checked(ReadBody, request.data)
        return Response({"read": mark_read(self.viewer, told.get("notices"))})


class NoticeChoices(ApiView):
    """How the person is told."""

    tagged = True

    @extend_schema(responses={200: NoticeSettingsOut})
    def get(self, request: Request) -> Response:
        """Read how and when the person is told."""
        user = person_of(self.viewer)
        return _settings_answer(user, settings_of(user))

    @extend_schema(
        request=NoticeSettingsPatch,
        responses={200: NoticeSettingsOut},
        examples=[sent("Quiet nights", examples.EVENINGS)],
    )
    def patch(self, request: Request) -> Response:
        """Change how and when (merge patch). `ways` changes the reasons it names."""
        user = person_of(self.viewer)
        version = expected_version(request, settings_of(user).version)
        told = checked(NoticeSettingsPatch, request.data, partial=True)
        ways = {row["reason"]: Way(row["in_app"], ByMail(row["by_mail"])) for row in told.pop("ways", ())}
        return _settings_answer(user, choose_ways(user, ways=ways, times=told, version=version))


def _settings_answer(user: User, own: NoticeSettings) -> Response:
    return Response(_settings_out(user, own, ways_of(user)), headers={"ETag": tag(own.version)})


def _settings_out(user: User, own: NoticeSettings, ways: Mapping[NoticeReason, Way]) -> dict[str, Any]:
    return {
        "zone": user.zone,
        "digest_at": _clock(own.digest_at),
        "quiet_from": _clock(own.quiet_from),
        "quiet_until": _clock(own.quiet_until),
        "ways": [
            {
                "reason": str(reason),
                "reason_label": str(reason.label),
                "in_app": way.in_app,
                "by_mail": str(way.by_mail),
            }
            for reason, way in ways.items()
        ],
    }


def _clock(at: time | None) -> str | None:
    return at.isoformat(timespec="minutes") if at else None


def _notices_out(rows: Sequence[Notice]) -> list[dict[str, Any]]:
    return [
        {
            "id": row.pk,
            "claim": row.claim_id,
            "operation": row.operation_id,
            "in_sight": is_in_sight(row),
            "statement": _statement(row),
            "reason": row.reason,
            "reason_label": row.get_reason_display(),
            "done": done.words,
            "why": done.why,
            "made_at": rfc3339(row.made_at),
            "read_at": rfc3339(row.read_at),
            "still_so": not is_past(row),
        }
        for row in rows
        for done in [done_about(row, in_sight=is_in_sight(row))]
    ]


def _statement(row: Notice) -> str:
    if row.operation is not None:
        return row.operation.url
    return row.claim.statement if row.claim is not None and is_in_sight(row) else ""
