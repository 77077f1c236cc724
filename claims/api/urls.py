"""Addresses of the record."""

from django.urls import path

from claims.api import articles, events, numbers  # noqa: F401  # numbers registers its converter

urlpatterns = [
    path("articles", articles.Articles.as_view(), name="api-articles"),
    path("articles/<number:number>", articles.OneArticle.as_view(), name="api-article"),
    path("articles/<number:number>/revisions", articles.Revisions.as_view(), name="api-revisions"),
    path("articles/<number:number>/revisions/<number:revision>", articles.OneRevision.as_view(), name="api-revision"),
    path("claims/<number:number>/events", events.ClaimEvents.as_view(), name="api-claim-events"),
    path("events", events.Events.as_view(), name="api-events"),
]
