"""Sessions are looked up with words of our own; they open and end as Django's do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from tests import factories as make
from tests.signing import browser_of_staff

HOME = "/admin/"


@pytest.fixture
def browser(db: None) -> Client:
    return browser_of_staff(make.an_editor(make.a_desk()))


def test_a_session_opens_the_page_until_it_ends_and_for_its_own_key_alone(browser: Client) -> None:
    other = Client(headers={"cookie": "sessionid=0123456789abcdefghijklmnopqrstuv"})
    for _again in range(2):
        assert browser.get(HOME).status_code == 200
        assert other.get(HOME).status_code == 302
    Session.objects.update(expire_date=make.now() - timedelta(seconds=1))
    assert browser.get(HOME).status_code == 302


def test_whoever_signs_in_with_a_key_that_is_no_session_gets_another(browser: Client) -> None:
    user = make.an_editor(make.a_desk())
    key = browser.cookies["sessionid"].value
    Session.objects.all().delete()
    browser.force_login(user)
    assert browser.cookies["sessionid"].value != key
    assert not Session.objects.filter(session_key=key).exists()
