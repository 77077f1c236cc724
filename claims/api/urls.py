"""Addresses of the record."""

from django.urls import path

from claims.api import (
    articles,
    desks,
    events,
    exports,
    flags,
    keys,
    linked,
    numbers,  # noqa: F401  # registers its converter
    operations,
    sources,
    stream,
    webhooks,
)

_WEBHOOK = "webhooks/<number:number>"
urlpatterns = [
    path("articles", articles.Articles.as_view(), name="api-articles"),
    path("articles/<number:number>", articles.OneArticle.as_view(), name="api-article"),
    path("articles/<number:number>/revisions", articles.Revisions.as_view(), name="api-revisions"),
    path("articles/<number:number>/revisions/<number:revision>", articles.OneRevision.as_view(), name="api-revision"),
    path("claims/<number:number>/events", events.ClaimEvents.as_view(), name="api-claim-events"),
    path("claims/<number:number>/claimreview", linked.ClaimReviewOfClaim.as_view(), name="api-claimreview"),
    path("exports/averitec", exports.Averitec.as_view(), name="api-export-averitec"),
    path("flags", flags.Flags.as_view(), name="api-flags"),
    path("me:rotate", keys.OwnKey.as_view(), name="api-own-key"),
    path("operations", operations.Operations.as_view(), name="api-operations"),
    path("operations/<number:number>", operations.OneOperation.as_view(), name="api-operation"),
    path("operations/<number:number>:retry", operations.OperationAgain.as_view(), name="api-operation-again"),
    path("sources", sources.Sources.as_view(), name="api-sources"),
    path("sources/<number:number>", sources.OneSource.as_view(), name="api-source"),
    path("desks", desks.Desks.as_view(), name="api-desks"),
    path("desks/<number:number>", desks.OneDesk.as_view(), name="api-desk"),
    path("webhooks", webhooks.Webhooks.as_view(), name="api-webhooks"),
    path(_WEBHOOK, webhooks.OneWebhook.as_view(), name="api-webhook"),
    path(f"{_WEBHOOK}:test", webhooks.WebhookTest.as_view(), name="api-webhook-test"),
    path(f"{_WEBHOOK}:rotate", webhooks.WebhookSecret.as_view(), name="api-webhook-secret"),
    path(f"{_WEBHOOK}:replay", webhooks.WebhookReplay.as_view(), name="api-webhook-replay"),
    path(f"{_WEBHOOK}/deliveries", webhooks.Deliveries.as_view(), name="api-webhook-deliveries"),
    path("deliveries/<number:number>:replay", webhooks.DeliveryAgain.as_view(), name="api-delivery-again"),
    path("events/stream", stream.EventStream.as_view(), name="api-stream"),
    path("events/stream:ticket", stream.StreamTicket.as_view(), name="api-stream-ticket"),
    path("events", events.Events.as_view(), name="api-events"),
]
