"""`manage.py newsroom`: who may run it where, what it prints, and that only the newest key opens something."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from claims.models import ApiKey, Claim, ClaimEvent, User, hashed
from reviews.newsroom import loading
from reviews.newsroom.cast import ADMINISTRATOR, PASSWORD
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_aside")]


def newsroom(*words: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("newsroom", *words, stdout=out)
    return out.getvalue()


def document(*words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(newsroom("--json", *words))
    return found


def test_its_people_sign_in_with_the_password_it_prints_and_loading_again_changes_nothing_but_the_key() -> None:
    first = document()
    assert first["loaded"] is True
    people_sign_in(first)
    events, claims = ClaimEvent.objects.count(), Claim.objects.count()
    told = document("--if-empty")
    assert told["loaded"] is False
    assert (ClaimEvent.objects.count(), Claim.objects.count()) == (events, claims)
    _, number, secret = told["api_key"].split("_", 2)
    live = ApiKey.objects.get(name=loading.KEY_NAME, revoked_at=None)
    assert told["api_key"] != first["api_key"]
    assert (live.pk, live.secret_sha256) == (int(number), hashed(secret))
    assert secret not in str(list(ApiKey.objects.values_list()))


def people_sign_in(told: dict[str, Any]) -> None:
    assert told["password"] == PASSWORD
    assert len(told["people"]) == 15
    for person in told["people"]:
        user = User.objects.get(username=person["user"])
        assert user.check_password(PASSWORD)
        assert user.is_staff
        assert user.is_superuser == (user.username == ADMINISTRATOR[0])


def test_a_load_that_is_cut_off_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(loading, "_new_key", cut_off)
    with pytest.raises(KeyboardInterrupt):
        newsroom()
    assert not User.objects.exists()


def test_it_keeps_away_from_other_work() -> None:
    make.a_desk()
    with pytest.raises(CommandError, match="holds other work"):
        newsroom()
    assert newsroom("--if-empty") == ""
    assert not User.objects.exists()


@pytest.mark.parametrize("command", ["newsroom", "demo"])
def test_it_refuses_in_production(command: str, settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        call_command(command)
    assert not User.objects.exists()
