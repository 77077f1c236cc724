"""Addresses of the record."""

from django.urls import path

from claims.api import articles, events, flags, library, numbers  # noqa: F401  # numbers registers its converter

urlpatterns = [
    path("articles", articles.Articles.as_view(), name="api-articles"),
    path("articles/<number:number>", articles.OneArticle.as_view(), name="api-article"),
    path("articles/<number:number>/revisions", articles.Revisions.as_view(), name="api-revisions"),
    path("articles/<number:number>/revisions/<number:revision>", articles.OneRevision.as_view(), name="api-revision"),
    path("claims/<number:number>/events", events.ClaimEvents.as_view(), name="api-claim-events"),
    path("flags", flags.Flags.as_view(), name="api-flags"),
    path("sources", library.Sources.as_view(), name="api-sources"),
    path("desks", library.Desks.as_view(), name="api-desks"),
    path("events", events.Events.as_view(), name="api-events"),
]
