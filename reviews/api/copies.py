"""The kept copies of a page, and all kept evidence of a claim as one WARC file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Prefetch
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.copy_shapes import ComparedBody, CopyOut, CopyTextOut, copy_out
from claims.api.downloads import download
from claims.api.errors import NothingHere
from claims.api.evidence_shapes import EvidenceOut
from claims.api.fields import checked
from claims.api.paging import Order, page_of
from claims.api.parameters import Paged, Parameters, WholeNumber, given, page_in
from claims.api.repeating import repeatable
from claims.api.schema import page_response, sent
from claims.api.views import ApiView
from claims.exports.warc import MEDIA_TYPE, part_of, stream_warc
from claims.intake.authority import ANSWERS
from claims.models import Copy, TimeStamp
from claims.services.evidence import compare_evidence
from reviews.api import examples
from reviews.api.evidence import EvidenceView
from reviews.services.acting import acting_on

KEPT_PRIVATE = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-cache"}
BINARY = OpenApiResponse(OpenApiTypes.BINARY, description="The bytes as kept.")


class CopiesView(EvidenceView):
    """What endpoints about copies share."""

    def copy(self, number: int, copy: int) -> Copy:
        """One copy of an item the caller may see. Raises `NothingHere`."""
        item = self.item(number)
        found = Copy.objects.signed().filter(evidence=item, number=copy).first()
        if found is None:
            raise NothingHere(f"Evidence {number} has no copy {copy}.")
        self.sight(item)
        return found


class Copies(CopiesView):
    """The copies of one page."""

    @extend_schema(parameters=[Paged], responses={200: page_response(CopyOut)})
    def get(self, request: Request, number: int) -> Response:
        """List the copies kept of a page, oldest first."""
        asked = given(Paged, request)
        item = self.item(number)
        self.sight(item)
        rows = Copy.objects.signed().filter(evidence=item).defer("text", "snapshot__timestamp__token")
        return page_of(request, rows, page_in(asked), self._shape, Order(descending=False))

    def _shape(self, rows: Sequence[Copy]) -> list[dict[str, Any]]:
        return [copy_out(row, self.link) for row in rows]


class OneCopy(CopiesView):
    """One copy with its words."""

    @extend_schema(responses={200: CopyTextOut})
    def get(self, request: Request, number: int, copy: int) -> Response:
        """Read a copy with its text."""
        found = self.copy(number, copy)
        return Response(copy_out(found, self.link) | {"text": found.text})


class CopyBytes(CopiesView):
    """The bytes of one copy."""

    tagged = True

    @extend_schema(responses={(200, "application/octet-stream"): BINARY, 304: None})
    def get(self, request: Request, number: int, copy: int) -> HttpResponseBase:
        """Download a copy. Its SHA-256 is checked first and stands in Repr-Digest."""
        given(Parameters, request)
        found = self.copy(number, copy)
        return download(request, found.evidence, found.snapshot)


class SignedTime(EvidenceView):
    """What a time-stamping authority signed over the kept copy."""

    @extend_schema(responses={(200, ANSWERS): OpenApiResponse(OpenApiTypes.BINARY, description="DER, RFC 3161.")})
    def get(self, request: Request, number: int) -> HttpResponseBase:
        """Download the signed time of the kept copy, for any RFC 3161 verifier."""
        item = self.item(number)
        down = _token(getattr(item.snapshot, "timestamp", None), f"evidence-{item.pk}")
        self.sight(item)
        return down


class CopySignedTime(CopiesView):
    """What a time-stamping authority signed over one copy."""

    @extend_schema(responses={(200, ANSWERS): OpenApiResponse(OpenApiTypes.BINARY, description="DER, RFC 3161.")})
    def get(self, request: Request, number: int, copy: int) -> HttpResponseBase:
        """Download the signed time of one copy of a page, for any RFC 3161 verifier."""
        found = self.copy(number, copy)
        return _token(getattr(found.snapshot, "timestamp", None), f"evidence-{number}-copy-{copy}")


class Compared(EvidenceView):
    """Whether somebody has looked at what changed."""

    parser_classes = ApiView.parser_classes
    tagged = True

    @extend_schema(request=ComparedBody, responses={200: EvidenceOut}, examples=[sent("The second", examples.UP_TO)])
    @repeatable
    def post(self, request: Request, number: int) -> Response:
        """Say that the changes up to this copy were compared; `source_changed` is cleared when none is left."""
        item = self.item(number)
        upto = checked(ComparedBody, request.data)["copy"]
        with acting_on(item.claim_id, self.viewer) as acting:
            compare_evidence(acting.held, item, upto, by=acting.by)
        return self.again(item)


class WarcPart(Parameters):
    """Which file of an export."""

    part = WholeNumber(required=False, help_text="From 1. What was kept first is in the first.")


class EvidenceWarc(EvidenceView):
    """All kept evidence of a claim."""

    refuses: ClassVar[frozenset[int]] = frozenset({409})

    @extend_schema(
        parameters=[WarcPart],
        responses={(200, MEDIA_TYPE): OpenApiResponse(OpenApiTypes.BINARY, description="A WARC/1.1 file (ISO 28500).")},
    )
    def get(self, request: Request, number: int) -> HttpResponseBase:
        """Download the kept pages and files of a claim as one WARC file, as far as the caller may see them.

        The SHA-256 of everything is checked before the first byte goes out. One file holds at most 500 MB of kept
        files; what is more comes in parts (`part`), and without one it is refused with their number.
        """
        wanted = given(WarcPart, request).get("part")
        claim = self.claim(number)
        copies = Prefetch("copies", Copy.objects.signed().defer("text"))
        items = list(self.seen(claim).order_by("added_at", "id").prefetch_related(copies))
        part = part_of(items, wanted)
        self.sight(*{piece.item.pk: piece.item for piece in part.pieces}.values())
        named = {"Content-Disposition": f'attachment; filename="{part.name(claim.pk)}"', **KEPT_PRIVATE}
        return StreamingHttpResponse(stream_warc(claim.pk, part, self.now), content_type=MEDIA_TYPE, headers=named)


def _token(signed: TimeStamp | None, name: str) -> HttpResponse:
    """What an authority signed, as a file. Raises `NothingHere` where nothing was."""
    if signed is None:
        raise NothingHere("This evidence has no signed time.")
    headers = {"Content-Disposition": f'attachment; filename="{name}.tsr"', **KEPT_PRIVATE}
    return HttpResponse(bytes(signed.token), content_type=ANSWERS, headers=headers)
