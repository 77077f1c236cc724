"""Addresses of the dashboard."""

from django.urls import URLPattern, path

from reviews.dashboard import views

app_name = "desk"
urlpatterns: list[URLPattern] = [
    path("", views.overview, name="overview"),
    path("panels", views.panels, name="panels"),
    path("agreement", views.agreement, name="agreement"),
    path("sources", views.sources, name="sources"),
    path("list/<slug:key>.csv", views.claim_csv, name="csv"),
    path("list/<slug:key>", views.claim_list, name="list"),
]
