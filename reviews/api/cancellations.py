"""Articles of a claim that their providers cancelled, and that somebody says what that means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.cancellation_shapes import CancellationOut, cancellation_out
from claims.api.errors import NothingHere
from claims.api.fields import checked
from claims.api.paging import Order, page_of
from claims.api.parameters import Paged, given, page_in
from claims.api.passage_shapes import NoteBody
from claims.api.repeating import repeatable
from claims.api.schema import page_response, sent
from claims.api.views import ApiView
from claims.models import Cancellation, Scope
from claims.permissions import visible_claims
from reviews.api import examples
from reviews.services.comparing import note_canceled, quoting


class ClaimCancellations(ApiView):
    """The cancelled articles of one claim."""

    @extend_schema(parameters=[Paged], responses={200: page_response(CancellationOut)})
    def get(self, request: Request, number: int) -> Response:
        """List what was cancelled of the articles a claim quotes, oldest first.

        With those of claims merged into it, as far as you may see them.
        """
        asked, claim = given(Paged, request), self.claim(number)
        rows = Cancellation.objects.filter(claim__in=quoting(claim, self.viewer, self.now))
        return page_of(request, rows, page_in(asked), _shape, Order(descending=False))


class NotedCancellation(ApiView):
    """That somebody says what a cancelled article means for a claim."""

    writes = Scope.CLAIMS_READ  # people only: the service refuses keys; others are told nothing of the claim

    @extend_schema(
        request=NoteBody, responses={200: CancellationOut}, examples=[sent("It stands", examples.STANDS_ANYWAY)]
    )
    @repeatable
    def post(self, request: Request, number: int) -> Response:
        """Say what the cancellation means for the claim; `source_changed` is cleared when nothing is left to judge."""
        rows = Cancellation.objects.filter(claim__in=visible_claims(self.viewer, self.now))
        row = rows.filter(pk=number).first()
        if row is None:
            raise NothingHere(f"There is no cancellation {number}.")
        note = checked(NoteBody, request.data)["note"]
        return Response(cancellation_out(note_canceled(row, note, self.viewer)))


def _shape(rows: Sequence[Cancellation]) -> list[dict[str, Any]]:
    return [cancellation_out(row) for row in rows]
