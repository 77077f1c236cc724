"""Joins the routes of the two apps."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from verify_project.health import readyz
from verify_project.runtime.places import CHECKOUT

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(url="/admin/")),
    path("readyz", readyz, name="readyz"),
    path("admin/", admin.site.urls),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="api-docs"),
]
if (CHECKOUT / "reviews/api/urls.py").exists():
    urlpatterns.append(path("api/v1/", include("reviews.api.urls")))
if (CHECKOUT / "reviews/dashboard/urls.py").exists():
    urlpatterns.append(path("desk/", include("reviews.dashboard.urls")))
