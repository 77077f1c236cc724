"""Evidence of a claim. Who is on the claim sees protected items and starts the review with the first one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponseBase, QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.bodies import FileParser, JsonParser, MergePatchParser
from claims.api.downloads import download
from claims.api.errors import Invalid, NothingHere
from claims.api.evidence_shapes import EvidenceBody, EvidenceOut, EvidencePatch, FileBody, evidence_out
from claims.api.examples import EVIDENCE
from claims.api.fields import LARGEST_ID, Nothing, checked
from claims.api.paging import Order, page_of
from claims.api.parameters import Paged, Parameters, given, page_in
from claims.api.preconditions import expected_version, is_known, tag
from claims.api.repeating import ShownOnce, repeatable
from claims.api.schema import answered, page_response, sent
from claims.api.views import ApiView, not_modified
from claims.api.written import Link
from claims.errors import StaleVersion
from claims.models import Claim, Evidence, Scope, Visibility
from claims.models.evidence import EvidenceQuerySet
from claims.permissions import visible_claims
from claims.services.evidence import (
    GivenEvidence,
    add_evidence,
    edit_evidence,
    fetch_evidence,
    keep_file,
    note_sight,
    supersede_evidence,
)
from claims.services.repeated import without_words
from claims.verdicts import EvidenceKind, Question, Stance
from reviews.api import examples
from reviews.permissions import evidence_seen_by
from reviews.services.acting import acting_on
from reviews.services.reviewing import start_if_queued

NUMBERS = frozenset({"derives_from", "credibility"})


class EvidenceView(ApiView):
    """What endpoints about evidence share."""

    parser_classes: Sequence[type[BaseParser]] = (JsonParser, MergePatchParser, FileParser)
    writes = Scope.EVIDENCE_WRITE

    def seen(self, claim: Claim) -> EvidenceQuerySet:
        """The items of a claim that the caller may see."""
        return evidence_seen_by(self.viewer, claim).with_reading()

    def item(self, number: int) -> Evidence:
        """One item the caller may see. Raises `NothingHere`."""
        claims = visible_claims(self.viewer, self.now).filter(evidence=number).select_related("desk")
        claim = claims.first()
        found = self.seen(claim).filter(pk=number).first() if claim else None
        if found is None:
            raise NothingHere(f"There is no evidence {number}.")
        return found

    def sight(self, *items: Evidence) -> None:
        """The caller is about to be shown these items of one claim: sights of protected ones are recorded."""
        if items:
            note_sight(items[0].claim_id, items, by=self.viewer.actor)

    def again(self, item: Evidence) -> Response:
        """The item as it is after something was done to it that leaves its version."""
        shown = self.item(item.pk)
        self.sight(shown)
        return _answered(shown, self.link, status=200, headers={"ETag": tag(item.version)})

    def given(self, request: Request, claim: Claim, usual: Visibility = Visibility.INTERNAL) -> GivenEvidence:
        """What was sent, its file kept already. `usual` is how visible it is where nothing is said of that."""
        told = checked(*_sent(request))
        file = told.pop("file", None)
        if told["kind"] == EvidenceKind.FILE and file is None:
            raise Invalid("Send the file as multipart/form-data in the field file.", pointer="/file")
        if told.get("derives_from"):
            told["derives_from"] = self.parent(claim, told["derives_from"])
        told["kind"], told["question"] = EvidenceKind(told["kind"]), Question(told["question"])
        told["stance"], told["visibility"] = Stance(told["stance"]), Visibility(told.get("visibility", usual))
        if isinstance(file, UploadedFile) and file.file is not None:
            snapshot = keep_file(file.file, file.content_type or "")
            return GivenEvidence(**told, snapshot=snapshot, file_name=file.name or "")
        return GivenEvidence(**told)

    def parent(self, claim: Claim, number: int) -> Evidence:
        """The item another one was taken from. Raises `Invalid`."""
        found = self.seen(claim).filter(pk=number).first()
        if found is None:
            raise Invalid(f"This claim has no evidence {number}.", pointer="/derives_from")
        return found


class ClaimEvidence(EvidenceView):
    """The evidence of one claim."""

    @extend_schema(parameters=[Paged], responses={200: page_response(EvidenceOut)})
    def get(self, request: Request, number: int) -> Response:
        """List the evidence of a claim, in the order it was added. Protected items are absent, not masked."""
        asked = given(Paged, request)
        return page_of(request, self.seen(self.claim(number)), page_in(asked), self._shown, Order(descending=False))

    def _shown(self, rows: Sequence[Evidence]) -> list[dict[str, Any]]:
        self.sight(*rows)
        return [evidence_out(row, self.link) for row in rows]

    @extend_schema(
        request={"application/json": EvidenceBody, "multipart/form-data": FileBody},
        responses={201: EvidenceOut},
        examples=[sent("A link", EVIDENCE)],
    )
    @repeatable
    def post(self, request: Request, number: int) -> Response:
        """Add a link, a note or a file. The first evidence of the reviewer on a queued claim starts the review."""
        told = self.given(request, self.claim(number))
        with acting_on(number, self.viewer) as acting:
            start_if_queued(acting.held, by=acting.by)
            item = add_evidence(acting.held, told, by=acting.by, user=self.viewer.user)
        return _made(_written(item), self.link)


class OneEvidence(EvidenceView):
    """One item."""

    tagged = True

    @extend_schema(responses={200: EvidenceOut, 304: None})
    def get(self, request: Request, number: int) -> Response:
        """Read an item."""
        item = self.item(number)
        if is_known(request, item.version) and _unread(item):
            return not_modified(tag(item.version))
        self.sight(item)
        return Response(evidence_out(item, self.link), headers={"ETag": tag(item.version)})

    @extend_schema(
        request=EvidencePatch,
        responses={200: EvidenceOut},
        examples=[sent("Another title", examples.BETTER_TITLE), answered("Changed", examples.EVIDENCE_CHANGED)],
    )
    def patch(self, request: Request, number: int) -> Response:
        """Change what an item says of itself (merge patch), as long as no verdict has used it."""
        item = self.item(number)
        version = expected_version(request, item.version)
        changes = checked(EvidencePatch, request.data, partial=True)
        if changes.get("derives_from"):
            changes["derives_from"] = self.parent(item.claim, changes["derives_from"])
        with acting_on(item.claim_id, self.viewer) as acting:
            item.refresh_from_db()
            if version is not None and item.version != version:
                raise StaleVersion(current=item.version)
            was = item.visibility
            edit_evidence(acting.held, item, changes, by=acting.by)
        item = _written(item)
        if was == Visibility.PROTECTED:  # else they have just hidden what they could read
            self.sight(item)
        return Response(evidence_out(item, self.link), headers={"ETag": tag(item.version)})


class Supersede(EvidenceView):
    """Put another item in the place of one that a verdict has used."""

    tagged = True

    @extend_schema(
        request={"application/json": EvidenceBody, "multipart/form-data": FileBody},
        responses={201: EvidenceOut},
        examples=[sent("A corrected page", examples.INSTEAD)],
    )
    @repeatable
    def post(self, request: Request, number: int) -> Response:
        """Add the item that stands in the place of this one. Both count as one origin.

        In the place of a protected item it is protected, unless it says otherwise.
        """
        old = self.item(number)
        is_protected = old.visibility == Visibility.PROTECTED
        told = self.given(request, old.claim, Visibility.PROTECTED if is_protected else Visibility.INTERNAL)
        with acting_on(old.claim_id, self.viewer) as acting:
            old.refresh_from_db()
            item = supersede_evidence(acting.held, old, told, by=acting.by, user=self.viewer.user)
        return _made(_written(item), self.link)


class Reading(EvidenceView):
    """The page of a link."""

    parser_classes = ApiView.parser_classes
    tagged = True

    @extend_schema(request=None, responses={200: EvidenceOut})
    @repeatable
    def post(self, request: Request, number: int) -> Response:
        """Let the page be read now: again, or for the first time when the item is protected.

        Reading a page tells its owner that somebody is interested, so protected links are read only here, once.
        """
        item = self.item(number)
        checked(Nothing, request.data)
        with acting_on(item.claim_id, self.viewer) as acting:
            fetch_evidence(acting.held, item, by=acting.by)
        return self.again(item)


class KeptFile(EvidenceView):
    """The kept copy of a file or a page."""

    tagged = True

    @extend_schema(
        responses={
            (200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY, description="The bytes as kept."),
            304: None,
        }
    )
    def get(self, request: Request, number: int) -> HttpResponseBase:
        """Download the file, or the first copy of the page. Its SHA-256 is checked first and stands in Repr-Digest."""
        given(Parameters, request)
        item = self.item(number)
        if item.snapshot is None:
            raise NothingHere("This evidence has no kept copy.")
        self.sight(item)
        return download(request, item, item.snapshot)


def _sent(request: Request) -> tuple[type[EvidenceBody], Any]:
    """Which body was sent. The fields of a form are texts, so numbers and yes/no are read from them first."""
    if not isinstance(request.data, QueryDict):
        return EvidenceBody, request.data
    fields: dict[str, Any] = {name: request.data[name] for name in request.data}
    for name in NUMBERS & fields.keys():
        fields[name] = _number(fields[name])
    if "primary" in fields:
        fields["primary"] = {"true": True, "false": False}.get(fields["primary"], fields["primary"])
    return FileBody, fields


def _number(told: Any) -> Any:
    """The number a text writes; anything else as it is, for the field to refuse."""
    written = isinstance(told, str) and told.isascii() and told.isdigit() and len(told) <= len(str(LARGEST_ID))
    return int(told) if written else told


def _unread(item: Evidence) -> bool:
    """Whether nothing has come of a reading since the item got its version: readings go on without a new one."""
    return item.reading is None or (item.reading.checked_at is None and item.reading.asked_at is None)


def _written(item: Evidence) -> Evidence:
    """The item as whoever just wrote it is answered, also one that they made protected and never see again."""
    return Evidence.objects.filter(pk=item.pk).with_reading().get()


def _made(item: Evidence, link: Link) -> Response:
    headers = {"Location": f"/api/v1/evidence/{item.pk}", "ETag": tag(item.version)}
    return _answered(item, link, status=201, headers=headers)


def _answered(item: Evidence, link: Link, *, status: int, headers: dict[str, str]) -> Response:
    """The item; a repeated call is answered nothing of the words of a protected one, nor are they kept for it."""
    shown = evidence_out(item, link)
    kept = without_words(shown) if item.visibility == Visibility.PROTECTED else shown
    return ShownOnce(shown, kept=kept, status=status, headers=headers)
