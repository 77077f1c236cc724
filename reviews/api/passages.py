"""What later texts of articles make of a claim's quotes, and that somebody has compared them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.errors import NothingHere
from claims.api.fields import checked
from claims.api.paging import Order, page_of
from claims.api.parameters import Paged, given, page_in
from claims.api.passage_shapes import NoteBody, PassageOut, PassageTextOut, passage_out, passage_text_out
from claims.api.repeating import repeatable
from claims.api.schema import page_response, sent
from claims.api.views import ApiView
from claims.models import RevisedPassage, Scope
from claims.permissions import visible_claims
from reviews.api import examples
from reviews.services.comparing import note_compared, quoting

TEXTS = ("appearance__revision__text", "revision__text")


class ClaimPassages(ApiView):
    """The quotes of one claim in later texts."""

    @extend_schema(parameters=[Paged], responses={200: page_response(PassageOut)})
    def get(self, request: Request, number: int) -> Response:
        """List what later texts of its articles make of a claim's quotes, oldest first, without the words.

        With those of claims merged into it, as far as you may see them.
        """
        asked, claim = given(Paged, request), self.claim(number)
        rows = RevisedPassage.objects.filter(appearance__claim__in=quoting(claim, self.viewer, self.now))
        rows = rows.select_related("appearance__revision", "revision").defer(*TEXTS)
        return page_of(request, rows, page_in(asked), self._shape, Order(descending=False))

    def _shape(self, rows: Sequence[RevisedPassage]) -> list[dict[str, Any]]:
        numbers = [row.pk for row in rows]
        waiting = set(RevisedPassage.objects.to_compare().filter(pk__in=numbers).values_list("pk", flat=True))
        return [passage_out(row, self.link, to_compare=row.pk in waiting) for row in rows]


class PassageView(ApiView):
    """What endpoints about one passage share."""

    def passage(self, number: int) -> RevisedPassage:
        """A passage of a claim that the caller sees. Raises `NothingHere`."""
        rows = RevisedPassage.objects.filter(appearance__claim__in=visible_claims(self.viewer, self.now))
        found = rows.select_related("appearance__revision", "revision").filter(pk=number).first()
        if found is None:
            raise NothingHere(f"There is no passage {number}.")
        return found

    def with_text(self, passage: RevisedPassage) -> Response:
        """A passage with its words, before and after."""
        waits = RevisedPassage.objects.to_compare().filter(pk=passage.pk).exists()
        return Response(passage_text_out(passage, self.link, to_compare=waits))


class OnePassage(PassageView):
    """One passage, before and after."""

    @extend_schema(responses={200: PassageTextOut})
    def get(self, request: Request, number: int) -> Response:
        """Read both passages, compared word by word."""
        return self.with_text(self.passage(number))


class ComparedPassage(PassageView):
    """That somebody has compared a passage."""

    writes = Scope.CLAIMS_READ  # people only: the service refuses keys; others are told nothing of the claim

    @extend_schema(request=NoteBody, responses={200: PassageTextOut}, examples=[sent("It stands", examples.COMPARED)])
    @repeatable
    def post(self, request: Request, number: int) -> Response:
        """Note what the change means for the claim; `source_changed` is cleared when nothing is left to compare."""
        passage = self.passage(number)
        note = checked(NoteBody, request.data)["note"]
        return self.with_text(note_compared(passage, note, self.viewer))
