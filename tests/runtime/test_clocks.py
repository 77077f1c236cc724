"""Whose clock a page shows."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from claims.models import User
from verify_project.clocks import ReadersZoneMiddleware


def zone_seen(path: str, user: User) -> str:
    """The zone that is active while `path` is answered for `user`."""
    request = RequestFactory().get(path)
    request.user = user

    def answer(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(timezone.get_current_timezone_name())

    return ReadersZoneMiddleware(answer)(request).content.decode()


@pytest.mark.django_db
def test_pages_show_times_in_the_readers_own_zone() -> None:
    reader = User.objects.create_user("reader", zone="Europe/Kyiv")
    assert zone_seen("/desk/", reader) == "Europe/Kyiv"


@pytest.mark.django_db
def test_the_api_speaks_utc_to_everybody() -> None:
    reader = User.objects.create_user("reader", zone="Europe/Kyiv")
    assert zone_seen("/api/v1/me", reader) == "UTC"


@pytest.mark.django_db
def test_the_zone_of_one_reader_does_not_stay_for_the_next() -> None:
    zone_seen("/desk/", User.objects.create_user("reader", zone="Australia/Lord_Howe"))
    assert timezone.get_current_timezone_name() == "UTC"
