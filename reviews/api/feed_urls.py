"""Addresses of the feeds that are not for everybody."""

from django.urls import path

from reviews.api import feeds

urlpatterns = [
    path("late.atom", feeds.Late.as_view(), name="feed-late"),
    path("deadlines.ics", feeds.Deadlines.as_view(), name="feed-deadlines"),
]
