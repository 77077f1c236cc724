"""Reviews and the decisions that follow. Blind: nobody reads another's review of the running round too early."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from functools import partial
from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.examples import REVIEW
from claims.api.fields import Body, Number, OneOf, Words, YesNo, checked
from claims.api.paging import Order, page_of
from claims.api.parameters import Paged, given, page_in
from claims.api.preconditions import expected_version
from claims.api.repeating import repeatable
from claims.api.schema import page_response, sent
from claims.errors import AnswerMissing, RoleMissing
from claims.exports.times import rfc3339
from claims.models import Claim, Decision
from claims.verdicts import Answers, Outcome, Said, So
from claims.wordings import said_words, so_words
from reviews.api.claim_documents import ClaimOut, PublishedOut
from reviews.api.claim_pages import claim_out
from reviews.api.claim_shapes import publication_out
from reviews.api.claims import ClaimView
from reviews.api.people import reviewer_named
from reviews.models import Review
from reviews.services.acting import acting_on
from reviews.services.reading import readable_reviews
from reviews.services.reviewing import ask_second_opinion, submit_review


class WhyBody(Body):
    """Why somebody else should look, too."""

    why = Words(longest=600)
    reviewer = Number(required=False, allow_null=True, help_text="Number of who is asked; else it is routed.")


class ReviewBody(Body):
    """Both answers and why. `so` is left out exactly with `too_early`; a dated claim needs its outcome."""

    said = OneOf(Said.choices, help_text="Was it said?")
    so = OneOf(So.choices, required=False, allow_null=True, help_text="Is it so?")
    outcome = OneOf(Outcome.choices, required=False, allow_null=True)
    too_early = YesNo(required=False, default=False)
    why = Words(longest=4000, lines=True, help_text="20 to 600 characters.")
    exception_reason = Words(
        longest=300, required=False, allow_blank=True, help_text="An editor's reason for accepting fewer origins."
    )
    second_opinion = WhyBody(required=False, allow_null=True, help_text="Ask for another, blind review with this one.")


class OpinionBody(Body):
    """An editor's request for another, blind review, without a review of their own."""

    second_opinion = WhyBody()


REVIEW_BODY = PolymorphicProxySerializer(
    component_name="AnyReview", serializers=[ReviewBody, OpinionBody], resource_type_field_name=None
)


class ReviewOut(serializers.Serializer[Any]):
    """One reviewer's own judgement. It never changes."""

    id = serializers.IntegerField()
    claim = serializers.IntegerField()
    reviewer = serializers.IntegerField()
    name = serializers.CharField()
    part = serializers.CharField()
    round = serializers.IntegerField()
    said = serializers.ChoiceField(Said.choices)
    said_label = serializers.CharField()
    so = serializers.ChoiceField(So.choices, allow_null=True)
    so_label = serializers.CharField()
    outcome = serializers.ChoiceField(Outcome.choices, allow_null=True)
    why = serializers.CharField()
    exception_reason = serializers.CharField(help_text="An editor's reason for accepting fewer origins, or empty.")
    evidence = serializers.ListField(child=serializers.IntegerField())
    second_opinion = serializers.CharField(help_text="Why another was asked for with it; as blind as the review.")
    submitted_at = serializers.DateTimeField()


class SubmittedOut(serializers.Serializer[Any]):
    """The review that was kept (null when an editor only asked for one), and the claim as it stands now."""

    review = ReviewOut(allow_null=True)
    claim = ClaimOut()


class DecisionOut(PublishedOut):
    """One decision on a claim. What it says never changes; whether it stands and is public does."""

    recorded_at = serializers.DateTimeField(help_text="Later than decided_at where only the words were corrected.")
    exception_reason = serializers.CharField()
    evidence = serializers.ListField(child=serializers.IntegerField())


class Reviews(ClaimView):
    """The reviews of one claim, as far as the caller may read them."""

    matched = frozenset({"POST"})

    @extend_schema(parameters=[Paged], responses={200: page_response(ReviewOut)})
    def get(self, request: Request, number: int) -> Response:
        """List the reviews the caller may read. Others' reviews of an undecided round are absent."""
        asked = given(Paged, request)
        claim = self.claim(number)
        rows = readable_reviews(claim, self.viewer).select_related("reviewer__user", "opinion_asked")
        shown = self.evidence_shown(claim)
        shape = partial(_each, review_out, shown)
        return page_of(request, rows, page_in(asked), shape, Order(descending=False))

    @extend_schema(request=REVIEW_BODY, responses={201: SubmittedOut}, examples=[sent("A review", REVIEW)])
    @repeatable
    def post(self, request: Request, number: int) -> Response:
        """Submit one's own review. Needs If-Match. The last agreeing one decides. Keys never review."""
        if self.viewer.key is not None:
            raise RoleMissing("A key never reviews or decides: people do.")
        version = expected_version(request, self.claim(number).version)
        only_asks = isinstance(request.data, Mapping) and set(request.data) == {"second_opinion"}
        told = checked(OpinionBody if only_asks else ReviewBody, request.data)
        review = self._submit(number, version, told)
        claim = Claim.objects.get(pk=number)
        body = {
            "review": review and review_out(review, self.evidence_shown(claim)),
            "claim": claim_out(claim, self.viewer, self.now, self.link),
        }
        location = f"/api/v1/claims/{number}/reviews"
        return Response(body, status=201, headers={"Location": location, "ETag": f'"{claim.version}"'})

    def _submit(self, number: int, version: int | None, told: dict[str, Any]) -> Review | None:
        answers, asked = answers_in(told) if "said" in told else None, told.get("second_opinion")
        with acting_on(number, self.viewer, version) as acting:
            if asked is not None:
                named = asked.get("reviewer")
                of = reviewer_named(self.viewer, named, "/second_opinion/reviewer") if named else None
                return ask_second_opinion(acting.held, acting.mine, answers, by=acting.by, why=asked["why"], of=of)
            if answers is None:
                raise AnswerMissing(pointer="/said")
            reason = told.get("exception_reason", "")
            return submit_review(acting.held, acting.mine, answers, by=acting.by, exception_reason=reason)


class Decisions(ClaimView):
    """The decisions on one claim."""

    @extend_schema(parameters=[Paged], responses={200: page_response(DecisionOut)})
    def get(self, request: Request, number: int) -> Response:
        """List the decisions, oldest first; at most one stands."""
        asked = given(Paged, request)
        claim = self.claim(number)
        rows, shown = Decision.objects.filter(claim=claim).prefetch_related("evidence"), self.evidence_shown(claim)
        return page_of(request, rows, page_in(asked), partial(_each, decision_out, shown), Order(descending=False))


def answers_in(told: dict[str, Any]) -> Answers:
    """The answers of a body."""
    so, outcome = told.get("so"), told.get("outcome")
    return Answers(
        Said(told["said"]),
        So(so) if so else None,
        told["why"],
        Outcome(outcome) if outcome else None,
        told["too_early"],
    )


def review_out(review: Review, shown: Set[int]) -> dict[str, Any]:
    """A `ReviewOut`. `shown` are the numbers of the evidence the viewer may see."""
    return {
        "id": review.pk,
        "claim": review.claim_id,
        "reviewer": review.reviewer_id,
        "name": str(review.reviewer),
        "part": str(review.part),
        "round": review.round,
        "said": str(review.said),
        "said_label": said_words(review.said),
        "so": str(review.so) or None,
        "so_label": so_words(review.so),
        "outcome": str(review.outcome) or None,
        "why": review.why,
        "exception_reason": review.exception_reason,
        "evidence": [pk for pk in review.evidence_ids if pk in shown],
        "second_opinion": review.opinion_asked.why if hasattr(review, "opinion_asked") else "",
        "submitted_at": rfc3339(review.submitted_at),
    }


def decision_out(decision: Decision, shown: Set[int]) -> dict[str, Any]:
    """A `DecisionOut`. `shown` are the numbers of the evidence the viewer may see."""
    return {
        **publication_out(decision),
        "recorded_at": rfc3339(decision.recorded_at),
        "exception_reason": decision.exception_reason,
        "evidence": sorted(item.pk for item in decision.evidence.all() if item.pk in shown),
    }


def _each(
    shape: Callable[[Any, Set[int]], dict[str, Any]], shown: Set[int], rows: Sequence[Any]
) -> list[dict[str, Any]]:
    return [shape(row, shown) for row in rows]
