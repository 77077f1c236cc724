"""The demo newsroom shows everything there is, through the real services, and invents nothing about real people."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from claims.lifecycle import State
from claims.models import ApiKey, Article, Claim, ClaimEvent, Decision, Evidence, Flag, FlagKind, User, hashed
from claims.services.sweep import raise_due_flags
from claims.services.transitions import database_time
from reviews.eligibility import Code
from reviews.models import Assignment, Reviewer
from reviews.models.assignment import LOADING_STATES
from reviews.newsroom import loading
from reviews.newsroom.cast import ADMINISTRATOR, PASSWORD
from reviews.newsroom.retelling import HEADLINE
from reviews.services.verifying import verify_everything
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept_aside(settings: Any, tmp_path: Path) -> None:
    """Kept files of the newsroom go to a directory of the test."""
    aside = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = settings.STORAGES | {"evidence": aside}


def newsroom(*words: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("newsroom", *words, stdout=out)
    return out.getvalue()


def document(*words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(newsroom("--json", *words))
    return found


def retold() -> Article:
    return Article.objects.get(headline=HEADLINE)


def test_it_shows_every_state_and_flag_and_both_dates_and_keeps_every_promise() -> None:
    began = time.monotonic()
    newsroom()
    assert time.monotonic() - began < 15
    assert set(Claim.objects.values_list("state", flat=True)) == set(State.values)
    assert 40 <= Claim.objects.count() <= 60
    time.sleep(2.1)  # the review dues that lie seconds ahead
    raise_due_flags()
    assert set(Flag.objects.standing().values_list("kind", flat=True)) == set(FlagKind.values)
    now = database_time()
    assert Claim.objects.late(now).count() == 3
    assert Claim.objects.due_within(now, timedelta(hours=1)).exists()
    assert Claim.objects.decided_since(now - timedelta(hours=1)).count() >= 6
    assert set(Claim.objects.exclude(confirm_precision="").values_list("confirm_precision", flat=True)) == {
        "minute",
        "day",
        "week",
        "month",
    }
    assert verify_everything(timedelta(0)).broken == []


def test_nothing_is_back_dated() -> None:
    before = database_time()
    newsroom()
    assert not ClaimEvent.objects.filter(recorded_at__lt=before).exists()
    assert not Claim.objects.filter(accepted_at__lt=before).exists()
    assert not Claim.objects.filter(first_review_due_at__lt=before).exists()


def test_claims_about_real_people_are_undecided_and_carry_no_evidence() -> None:
    newsroom()
    real = Claim.objects.filter(appearances__revision__article=retold())
    assert real.count() == 19
    assert not Decision.objects.filter(claim__in=real).exists()
    assert not Evidence.objects.filter(claim__in=real).exists()
    assert not real.filter(reviews__isnull=False).exists()
    assert not real.filter(state=State.DISMISSED).exists()


def test_dates_of_2025_that_nobody_confirmed_are_flagged_at_the_first_sweep() -> None:
    newsroom()
    raise_due_flags()
    dated = Claim.objects.filter(appearances__revision__article=retold(), confirm_by__isnull=False)
    assert dated.count() == 4
    flagged = Flag.objects.filter(claim__in=dated, kind=FlagKind.DATE_PASSED, cleared_at=None)
    assert flagged.values("claim").distinct().count() == flagged.count() == 4


def test_quotes_of_the_retelling_stand_where_they_say() -> None:
    newsroom()
    revision = retold().revisions.get()
    for seen in revision.appearances.all():
        assert revision.text[seen.start : seen.end] == seen.exact


def test_every_verdict_is_marked_as_demo_and_its_links_lead_nowhere_real() -> None:
    newsroom()
    assert Decision.objects.exists()
    assert not Decision.objects.filter(is_demo=False).exists()
    assert set(Decision.objects.values_list("so", flat=True)) == {
        "confirmed",
        "partly",
        "context",
        "refuted",
        "unproven",
        "overtaken",
    }
    assert not Evidence.objects.exclude(url="").exclude(url__startswith="https://example.org/").exists()


def test_every_kind_of_reason_for_and_against_somebody_is_shown() -> None:
    newsroom()
    codes = {reason["code"] for reasons in Assignment.objects.values_list("reasons", flat=True) for reason in reasons}
    assert {Code.CHOSEN, Code.ELIGIBLE, Code.AWAY, Code.INTEREST, Code.LANGUAGE} <= codes
    unroutable = set(Flag.objects.filter(kind=FlagKind.UNROUTABLE).values_list("reason", flat=True))
    assert "Economy desk has 3 reviewers: 3 do not read German." in unroutable
    assert len(unroutable) == 2


def test_nobody_holds_more_than_their_limit() -> None:
    newsroom()
    for reviewer in Reviewer.objects.all():
        held = Assignment.objects.open().filter(reviewer=reviewer, claim__state__in=LOADING_STATES)
        assert held.count() <= reviewer.limit, reviewer


def test_its_people_sign_in_with_the_password_it_prints() -> None:
    told = document()
    assert told["loaded"] is True
    assert told["password"] == PASSWORD
    assert len(told["people"]) == 15
    for person in told["people"]:
        user = User.objects.get(username=person["user"])
        assert user.check_password(PASSWORD)
        assert user.is_staff
        assert user.is_superuser == (user.username == ADMINISTRATOR[0])


def test_only_the_key_of_the_last_start_opens_something() -> None:
    first, second = document()["api_key"], document("--if-empty")["api_key"]
    live = ApiKey.objects.get(name=loading.KEY_NAME, revoked_at=None)
    assert second != first
    assert second == f"vk_{live.pk}_{second.split('_', 2)[2]}"
    assert live.secret_sha256 == hashed(second.split("_", 2)[2])
    assert second not in str(list(ApiKey.objects.values_list()))


def test_loading_again_changes_nothing_but_the_key() -> None:
    newsroom()
    events, claims = ClaimEvent.objects.count(), Claim.objects.count()
    told = document()
    assert told["loaded"] is False
    assert (ClaimEvent.objects.count(), Claim.objects.count()) == (events, claims)


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
