"""Many claims in one call: an answer for each, in the order they were sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.errors import Invalid
from claims.api.examples import BATCH
from claims.api.fields import Body, Words, YesNo, checked
from claims.api.preconditions import tag
from claims.api.problems import problem_of
from claims.api.quick import QuickReader
from claims.api.repeating import repeatable
from claims.api.resting import collector_at_rest
from claims.api.schema import Problem, sent
from claims.api.views import ApiView
from claims.errors import ClaimDeskError
from claims.models import Claim
from reviews.api.claim_bodies import ClaimBody
from reviews.api.claim_making import Making, location_of
from reviews.services.bringing import Wanted, bring_many

MOST = 1000
LONGEST_NAME = 100
Refusal = ClaimDeskError | serializers.ValidationError


class BatchRefused(Invalid):
    """Some of these claims are refused, so none of them was made.

    With `atomic` a call makes all claims or none. Mend those whose results say why, and send all of them again.
    """

    code = "batch_refused"


class BatchItem(ClaimBody):
    """A claim as `POST /claims` takes it, and a name of your own for it that comes back with the answer."""

    client_ref = Words(longest=LONGEST_NAME, required=False, help_text="Yours; no two claims of a call may share it.")


class BatchBody(Body):
    """Up to 1,000 claims. With `atomic` none is made as soon as one is refused."""

    atomic = YesNo(required=False, default=False)
    claims = serializers.ListField(child=BatchItem(), min_length=1, max_length=MOST)


class _Frame(Body):
    """The call itself; each claim is read by itself, so that one that is refused stops no other."""

    atomic = YesNo(required=False, default=False)
    claims = serializers.ListField(min_length=1, max_length=MOST)


class ItemOut(serializers.Serializer[Any]):
    """What came of one claim: made (201, with where it is and its ETag), or refused, as `POST /claims` refuses it."""

    index = serializers.IntegerField()
    client_ref = serializers.CharField(allow_null=True)
    status = serializers.IntegerField()
    id = serializers.IntegerField(required=False)
    location = serializers.CharField(required=False)
    etag = serializers.CharField(required=False)
    problem = Problem(required=False, help_text="Its pointers begin with `/claims/` and the index.")


class BatchOut(serializers.Serializer[Any]):
    """An answer for each claim, in the order they were sent."""

    atomic = serializers.BooleanField()
    succeeded = serializers.IntegerField()
    failed = serializers.IntegerField()
    results = ItemOut(many=True)


class ClaimBatch(ApiView):
    """Claims by the thousand."""

    @extend_schema(request=BatchBody, responses={200: BatchOut}, examples=[sent("Two claims of one article", BATCH)])
    @repeatable
    def post(self, request: Request) -> Response:
        """Propose up to 1,000 claims; with `accept` they are queued at once. Each is made or refused by itself.

        Two equal claims are two claims, as if they had been sent one by one. With `atomic` one refusal refuses all:
        422, with the answers of those that are refused.
        """
        frame = checked(_Frame, request.data)
        items: list[Any] = frame["claims"]
        with collector_at_rest(), transaction.atomic():
            answers = self._brought(items)
            refused = [place for place, answer in enumerate(answers) if not isinstance(answer, Claim)]
            results = [_result(place, items[place], answer) for place, answer in enumerate(answers)]
            if refused and frame["atomic"]:
                raise _none_made(len(items), [results[place] for place in refused])
        counts = {"succeeded": len(items) - len(refused), "failed": len(refused)}
        return Response({"atomic": frame["atomic"], **counts, "results": results})

    def _brought(self, items: Sequence[Any]) -> list[Claim | Refusal]:
        """What became of each: read, then the texts of all, then made together."""
        read, refused = self._read(items)
        making = Making(self.viewer, self.now, self.desks, read.values())
        wanted: dict[int, Wanted] = {}
        for place, told in read.items():
            try:
                wanted[place] = making.wanted(told)
            except ClaimDeskError as refusal:
                refused[place] = refusal
        made = dict(zip(wanted, bring_many(list(wanted.values())), strict=True)) if wanted else {}
        return [made[place] if place in made else refused[place] for place in range(len(items))]

    def _read(self, items: Sequence[Any]) -> tuple[dict[int, dict[str, Any]], dict[int, Refusal]]:
        """The bodies that can be read, and why others cannot, each by its place."""
        reader = QuickReader(BatchItem(context={"desks": self.desks}))
        read: dict[int, dict[str, Any]] = {}
        refused: dict[int, Refusal] = {}
        named: dict[str, int] = {}
        for place, item in enumerate(items):
            try:
                told = reader.read(item)
                reference = told.pop("client_ref", None)
                if reference is not None and named.setdefault(reference, place) != place:
                    raise Invalid(f"Claim {named[reference]} of this call has this name.", pointer="/client_ref")
                read[place] = told
            except (ClaimDeskError, serializers.ValidationError) as refusal:
                refused[place] = refusal
        return read, refused


_NAME = Words(longest=LONGEST_NAME)


def _result(place: int, item: Any, answer: Claim | Refusal) -> dict[str, Any]:
    shown = {"index": place, "client_ref": _reference(item)}
    if isinstance(answer, Claim):
        made = {"id": answer.pk, "location": location_of(answer), "etag": tag(answer.version)}
        return {**shown, "status": 201, **made}
    problem = problem_of(answer, f"/claims/{place}")
    return {**shown, "status": problem["status"], "problem": problem}


def _reference(item: Any) -> str | None:
    """The sender's name for a claim, also for one that is refused; None where that name itself is unusable."""
    try:
        return str(_NAME.run_validation(item["client_ref"]))
    except (KeyError, TypeError, serializers.ValidationError):
        return None


def _none_made(many: int, refused: Sequence[dict[str, Any]]) -> BatchRefused:
    faults = [fault for one in refused for fault in one["problem"].get("errors", ())]
    sentence = f"{len(refused)} of {many} claims are refused, so none was made."
    return BatchRefused(sentence, listed=faults, results=refused)
