"""Joins the routes of the two apps."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularSwaggerSplitView

from claims.api import factchecktools, problem_pages
from claims.api.nowhere import Nowhere
from verify_project.document import Document
from verify_project.health import readyz
from verify_project.metrics.newsroom import metrics

admin.autodiscover()  # which only a web process has done when it is set up
handler400 = "verify_project.failing.refused"
handler500 = "verify_project.failing.failed"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(url="/admin/")),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("desk/", include("reviews.dashboard.urls")),
    path("api/v1/", include("reviews.api.urls")),
    path("v1alpha1/claims:search", factchecktools.ClaimsSearch.as_view(), name="factchecktools-search"),
    path("v1alpha1/<path:rest>", factchecktools.NothingServed.as_view()),
    path("$discovery/rest", factchecktools.Discovery.as_view(), name="factchecktools-discovery"),
    path("api/schema", Document.as_view(), name="schema"),
    path("api/docs", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="api-docs"),
    path("api/docs/problems", problem_pages.problems, name="api-problems"),
    path("api/docs/problems/<slug:code>", problem_pages.one_problem, name="api-problem"),
    path("", include("claims.public.urls")),
    path("feeds/", include("reviews.api.feed_urls")),
    re_path("^api/?$", RedirectView.as_view(pattern_name="api-docs")),
    re_path("^api/", Nowhere.as_view()),  # whatever follows
]
