"""The natural way to take many claims: a model serializer with `many=True`, related fields, and `bulk_create`."""

from __future__ import annotations

from typing import Any, cast

from django.db import transaction
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims import hedges, quotes
from claims.api.views import ApiView
from claims.models import Appearance, Article, ChainStep, Claim, ClaimEvent, ClaimHead, Desk, Source, chained
from claims.services.transitions import body_of, database_time

Told = dict[str, Any]


class PeerStep(serializers.Serializer[Any]):
    """One step of a chain, its source looked up by name."""

    source = serializers.SlugRelatedField(slug_field="name", queryset=Source.objects.all())  # type: ignore[assignment]  # the metaclass takes fields off the class
    kind = serializers.CharField()
    verb = serializers.CharField(max_length=120, required=False, default="")


class PeerClaim(serializers.ModelSerializer[Claim]):
    """A claim; its desk, its article with the newest text, and the sources of its chain are looked up."""

    desk = serializers.SlugRelatedField(slug_field="key", queryset=Desk.objects.all())
    article = serializers.PrimaryKeyRelatedField(queryset=Article.objects.select_related("outlet"))
    quote = serializers.CharField(max_length=4000)
    chain = PeerStep(many=True)

    class Meta:
        model = Claim
        fields = ("statement", "language", "desk", "topics", "priority", "article", "quote", "chain")

    def validate(self, attrs: Told) -> Told:
        """With the place of the quote."""
        revision = attrs["article"].revisions.order_by("-number").first()
        return {**attrs, "revision": revision, "anchor": quotes.locate(revision.text, attrs["quote"])}


class PeerBatch(ApiView):
    """Many claims in one call."""

    def post(self, request: Request) -> Response:
        """Validate all, then make all."""
        found = PeerClaim(data=cast("Told", request.data)["claims"], many=True)
        found.is_valid(raise_exception=True)
        with transaction.atomic():
            return Response({"results": [{"id": claim.pk} for claim in self._made(found.validated_data)]})

    def _made(self, items: list[Told]) -> list[Claim]:
        now, by = database_time(), self.viewer.actor
        kept = ("statement", "language", "desk", "topics", "priority")
        claims = Claim.objects.bulk_create(
            Claim(**{name: told[name] for name in kept}, created_at=now, updated_at=now, made_by_key=self.viewer.key)
            for told in items
        )
        events = [
            ClaimEvent(
                claim=claim,
                seq=1,
                type="claim.propose",
                actor_kind=by.kind,
                actor_id=by.id,
                actor_name=by.name,
                to_state=claim.state,
                occurred_at=now,
                recorded_at=now,
            )
            for claim in claims
        ]
        for event, told in zip(events, items, strict=True):
            event.body = body_of(event, "", {"quote": told["quote"]})
            event.hash = chained("", event.body)
        ClaimEvent.objects.bulk_create(events)
        ClaimHead.objects.bulk_create(ClaimHead(claim=one.claim, event_seq=1, hash=one.hash) for one in events)
        pairs = list(zip(claims, items, strict=True))
        places = Appearance.objects.bulk_create(_appearance(claim, told) for claim, told in pairs)
        ChainStep.objects.bulk_create(
            ChainStep(appearance=place, order=order, source=step["source"], verb=step["verb"])
            for place, told in zip(places, items, strict=True)
            for order, step in enumerate(told["chain"], 1)
        )
        return claims


def _appearance(claim: Claim, told: Told) -> Appearance:
    anchor: quotes.Anchor = told["anchor"]
    hedge = hedges.prevailing(hedges.find(anchor.exact, claim.language))
    return Appearance(
        claim=claim,
        revision=told["revision"],
        exact=anchor.exact,
        prefix=anchor.prefix,
        suffix=anchor.suffix,
        start=anchor.start,
        end=anchor.end,
        hedge_words=hedge.words,
        hedge_kind=hedge.kind,
        hedge_low=hedge.low,
        hedge_high=hedge.high,
        hedge_scale=hedge.scale,
    )
