"""The natural way to list claims: model serializers within each other, with what they need prefetched."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.parameters import Paged, given, page_in
from claims.api.views import ApiView
from claims.models import (
    Appearance,
    Article,
    ChainStep,
    Claim,
    ClaimEvent,
    Decision,
    Desk,
    Evidence,
    Flag,
    Source,
    Visibility,
)
from claims.permissions import visible_claims
from reviews.models import Assignment, Course

LISTED = (
    *("id", "version", "statement", "short_text", "language", "topics", "desk", "priority", "state", "state_label"),
    *("flags", "review_due_at", "review_due_why", "first_review_due_at", "own_date", "quote", "chain", "verdict"),
    *("assignees", "course", "evidence_count", "selection_reason", "accepted_at", "created_at", "updated_at", "links"),
)


class PeerDesk(serializers.ModelSerializer[Desk]):
    """A desk, named."""

    class Meta:
        model = Desk
        fields = ("id", "key", "name")


class PeerSource(serializers.ModelSerializer[Source]):
    """A source, named."""

    class Meta:
        model = Source
        fields = ("id", "name", "kind")


class PeerArticle(serializers.ModelSerializer[Article]):
    """The article a quote stands in."""

    url = serializers.CharField(source="canonical_url")
    outlet = PeerSource()

    class Meta:
        model = Article
        fields = ("id", "headline", "url", "outlet", "published_at")


class PeerHedge(serializers.ModelSerializer[Appearance]):
    """The hedge as printed."""

    words = serializers.ListField(source="hedge_words")
    kind = serializers.CharField(source="hedge_kind")
    low = serializers.IntegerField(source="hedge_low")
    high = serializers.IntegerField(source="hedge_high")
    scale = serializers.CharField(source="hedge_scale")

    class Meta:
        model = Appearance
        fields = ("words", "kind", "low", "high", "scale")


class PeerQuote(serializers.ModelSerializer[Appearance]):
    """The exact words."""

    article = PeerArticle(source="revision.article")
    revision = serializers.IntegerField(source="revision.number")
    hedge = PeerHedge(source="*")

    class Meta:
        model = Appearance
        fields = ("exact", "prefix", "suffix", "start", "end", "article", "revision", "hedge")


class PeerStep(serializers.ModelSerializer[ChainStep]):
    """One step of the chain."""

    source = PeerSource()  # type: ignore[assignment]  # the metaclass takes fields off the class

    class Meta:
        model = ChainStep
        fields = ("order", "source", "verb", "named", "on_record", "implied", "link", "note")


class PeerAssignee(serializers.ModelSerializer[Assignment]):
    """Somebody who is on the claim."""

    assignment = serializers.IntegerField(source="pk")
    reviewer = serializers.IntegerField(source="reviewer_id")
    name = serializers.CharField(source="reviewer")
    since = serializers.DateTimeField(source="assigned_at")

    class Meta:
        model = Assignment
        fields = ("assignment", "reviewer", "name", "part", "since")


class PeerVerdict(serializers.ModelSerializer[Decision]):
    """The standing answers."""

    class Meta:
        model = Decision
        fields = ("id", "number", "said", "so", "outcome", "why", "decided_at", "is_demo")


class PeerCourse(serializers.ModelSerializer[Course]):
    """How the claim is handled."""

    rule = serializers.CharField(source="rule.name", default=None)
    skills = serializers.ListField(source="topics")
    review_policy = serializers.CharField(source="review_policy.name", default=None)
    deadline_policy = serializers.CharField(source="deadline_policy.name", default=None)
    settled_at = serializers.DateTimeField(source="set_at")

    class Meta:
        model = Course
        fields = ("rule", "earlier", "skills", "review_policy", "deadline_policy", "settled_at")


class PeerClaim(serializers.ModelSerializer[Claim]):
    """A claim, from rows that were prefetched."""

    desk = PeerDesk()
    state_label = serializers.CharField(source="get_state_display")
    flags = serializers.SerializerMethodField()
    review_due_why = serializers.SerializerMethodField()
    own_date = serializers.SerializerMethodField()
    quote = serializers.SerializerMethodField()
    chain = serializers.SerializerMethodField()
    verdict = PeerVerdict(source="standing.first", allow_null=True)
    assignees = PeerAssignee(source="open_assignments", many=True)
    course = PeerCourse()
    evidence_count = serializers.SerializerMethodField()
    links = serializers.SerializerMethodField()

    class Meta:
        model = Claim
        fields = LISTED

    def get_flags(self, claim: Any) -> list[dict[str, Any]]:
        """What holds now."""
        now: datetime = self.context["now"]
        standing = next(iter(claim.standing), None)
        found = [{"kind": str(kind)} for kind in claim.time_flags(now, standing)]
        return found + [{"kind": flag.kind, "reason": flag.reason} for flag in claim.logged]

    def get_review_due_why(self, claim: Any) -> str:
        """From the event that accepted it."""
        return str(claim.accepting[0].data.get("due_why", "")) if claim.accepting else ""

    def get_own_date(self, claim: Claim) -> dict[str, Any] | None:
        """Its own date."""
        names = ("confirm_from", "confirm_by", "confirm_precision", "confirm_zone", "confirm_words", "confirm_read_by")
        return {name: getattr(claim, name) for name in names} if claim.confirm_by else None

    def get_quote(self, claim: Any) -> Any:
        """The words it was made from."""
        return PeerQuote(claim.first[0]).data if claim.first else None

    def get_chain(self, claim: Any) -> Any:
        """Through whom it came."""
        return PeerStep(claim.first[0].chain.all(), many=True).data if claim.first else []

    def get_evidence_count(self, claim: Any) -> int:
        """How many items the reader may see."""
        return sum(
            1 for item in claim.items if item.superseded_by_id is None and item.visibility != Visibility.PROTECTED
        )

    def get_links(self, claim: Claim) -> dict[str, str]:
        """Where to go from it."""
        own, link = f"/api/v1/claims/{claim.pk}", self.context["request"].build_absolute_uri
        names = ("actions", "allowed_actions", "evidence", "events")
        return {"self": link(own), **{name: link(f"{own}/{name}") for name in names}}


def prefetched(claims: QuerySet[Claim]) -> QuerySet[Claim]:
    """With everything the serializers read, in a fixed number of queries."""
    quotes = Appearance.objects.filter(is_first=True).select_related("revision__article__outlet")
    return claims.select_related(
        "desk", "course__rule", "course__review_policy", "course__deadline_policy"
    ).prefetch_related(
        Prefetch("appearances", quotes.defer("revision__text").prefetch_related("chain__source"), to_attr="first"),
        Prefetch("decisions", Decision.objects.filter(standing=True), to_attr="standing"),
        Prefetch("assignments", Assignment.objects.open().select_related("reviewer__user"), to_attr="open_assignments"),
        Prefetch("evidence", Evidence.objects.all(), to_attr="items"),
        Prefetch("flag_log", Flag.objects.standing(), to_attr="logged"),
        Prefetch("events", ClaimEvent.objects.filter(type="claim.accept"), to_attr="accepting"),
    )


class PeerClaims(ApiView):
    """The newest claims."""

    renderer_classes = (JSONRenderer,)  # type: ignore[assignment]  # the framework's own in place of ours

    def get(self, request: Request) -> Response:
        """One page."""
        most = page_in(given(Paged, request)).limit
        rows = prefetched(visible_claims(self.viewer, self.now)).order_by("-id")[:most]
        context = {"request": request, "now": self.now}
        return Response({"results": PeerClaim(rows, many=True, context=context).data})
