"""The demo newsroom shows everything there is, through the real services, and invents nothing about real people."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO

import feedparser
import pytest
from django.core.management import call_command
from django.test import Client, override_settings
from pytest_django.plugin import DjangoDbBlocker

from claims.lifecycle import State
from claims.models import (
    Article,
    Claim,
    ClaimEvent,
    Decision,
    Evidence,
    Flag,
    FlagKind,
    Source,
    User,
)
from claims.permissions import viewer_for_user
from claims.services.sweep import raise_due_flags
from claims.services.transitions import database_time
from reviews.dashboard.filters import Filters
from reviews.dashboard.sources import record_of
from reviews.eligibility import Code
from reviews.models import Assignment, Course, PolicyKind, Reviewer, ReviewPolicy, RoutingRule
from reviews.models.assignment import LOADING_STATES
from reviews.newsroom.loading import load_newsroom
from reviews.newsroom.retelling import HEADLINE
from reviews.services.editing import editors_of, why_not_judge
from reviews.services.seats import wanting_an_editor
from reviews.services.verifying import verify_everything
from tests.keeping import files_in
from tests.worlds import kept_for_a_module

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("newsroom")]


@dataclass(frozen=True)
class Loaded:
    """When the load began, and how many seconds of the processor it took."""

    began: datetime
    seconds: float


@pytest.fixture(scope="module")
def newsroom(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Loaded]:
    """The newsroom, loaded once for all tests of this module; each test's own changes are rolled back."""
    files = files_in(tmp_path_factory.mktemp("evidence"))
    with override_settings(STORAGES=files), kept_for_a_module(django_db_blocker):
        began, clock = database_time(), time.process_time()
        assert load_newsroom() is not None
        yield Loaded(began, time.process_time() - clock)


def retold() -> Article:
    return Article.objects.get(headline=HEADLINE)


def test_it_shows_every_state_and_flag_and_both_dates_and_keeps_every_promise() -> None:
    assert set(Claim.objects.values_list("state", flat=True)) == set(State.values)
    assert 40 <= Claim.objects.count() <= 60
    time.sleep(2.1)  # the review dues that lie seconds ahead
    raise_due_flags()
    shown = set(Flag.objects.standing().values_list("kind", flat=True))
    # Its links are examples, which are never read, and nothing can have been left alone for two days yet.
    assert shown == set(FlagKind.values) - {FlagKind.EVIDENCE_GONE, FlagKind.IDLE}
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


def test_something_is_due_in_an_hour(newsroom: Loaded) -> None:
    del newsroom
    loaded = database_time()
    within = Claim.objects.due_within(loaded, timedelta(hours=1))
    assert within.filter(review_due_at__gt=loaded + timedelta(minutes=30)).exists()


def test_nothing_is_back_dated(newsroom: Loaded) -> None:
    assert not ClaimEvent.objects.filter(recorded_at__lt=newsroom.began).exists()
    assert not Claim.objects.filter(accepted_at__lt=newsroom.began).exists()
    assert not Claim.objects.filter(first_review_due_at__lt=newsroom.began).exists()


def test_it_loads_in_a_few_seconds(newsroom: Loaded) -> None:
    assert newsroom.seconds < 15


def test_claims_about_real_people_are_undecided_and_carry_no_evidence() -> None:
    real = Claim.objects.filter(appearances__revision__article=retold())
    assert real.count() == 19
    assert not Decision.objects.filter(claim__in=real).exists()
    assert not Evidence.objects.filter(claim__in=real).exists()
    assert not real.filter(reviews__isnull=False).exists()
    assert not real.filter(state=State.DISMISSED).exists()


def test_dates_of_2025_that_nobody_confirmed_are_flagged_at_the_first_sweep() -> None:
    raise_due_flags()
    dated = Claim.objects.filter(appearances__revision__article=retold(), confirm_by__isnull=False)
    assert dated.count() == 4
    flagged = Flag.objects.filter(claim__in=dated, kind=FlagKind.DATE_PASSED, cleared_at=None)
    assert flagged.values("claim").distinct().count() == flagged.count() == 4


def test_quotes_of_the_retelling_stand_where_they_say() -> None:
    revision = retold().revisions.get()
    for seen in revision.appearances.all():
        assert revision.text[seen.start : seen.end] == seen.exact


def test_every_verdict_is_marked_as_demo_and_its_links_lead_nowhere_real() -> None:
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


def test_readers_know_verdicts_and_one_was_corrected_one_withdrawn_one_reopened() -> None:
    public = Decision.objects.public()
    assert public.count() >= 3
    assert public.corrected().count() == 1
    assert Decision.objects.filter(withdrawn_at__isnull=False).count() == 1
    assert public.filter(standing=False).count() == 1
    for decision in public.exclude(so="unproven"):
        assert decision.evidence.filter(visibility="public").exists(), decision


def test_every_outgoing_format_has_something_to_show_and_says_that_it_is_a_demo() -> None:
    reader, out = Client(), StringIO()
    items = json.loads(b"".join(reader.get("/feeds/claimreview.json")))["dataFeedElement"]
    told = [item["item"][0] for item in items if item["item"]]
    assert len(told) == Decision.objects.public().count() >= 5
    assert [item["dateDeleted"] for item in items if not item["item"]]
    assert [review for review in told if review.get("correction")]
    assert {review["reviewRating"]["alternateName"].split(": ")[0] for review in told} == {"Demo"}
    call_command("export", "averitec", stdout=out)
    records = json.loads(out.getvalue())
    assert len(records) == len(told)
    assert all(record["is_demo"] for record in records)
    for name, fewest in (("verdicts", 5), ("corrections", 2)):
        entries = feedparser.parse(reader.get(f"/feeds/{name}.atom").content).entries
        assert len(entries) >= fewest
        assert all(entry.title.startswith("Demo: ") for entry in entries), name
    for decision in Decision.objects.exclude(published_at=None).filter(replaced_at=None):
        page = reader.get(f"/c/{decision.claim_id}")
        assert page.status_code == (410 if decision.withdrawn_at else 200)
        assert b"Demo." in page.content


def test_a_claim_was_split_and_one_merged() -> None:
    part = Claim.objects.get(split_from__isnull=False)
    assert part.appearances.get().exact == "three weeks late"
    assert Claim.objects.get(duplicate_of__isnull=False).dismissal_reason == "duplicate"


def test_no_share_is_shown_of_a_real_outlet() -> None:
    chains = Claim.objects.filter(appearances__revision__article=retold())
    real = set(chains.values_list("appearances__revision__article__outlet", flat=True))
    real |= set(chains.exclude(appearances__chain__source=None).values_list("appearances__chain__source", flat=True))
    administrator = viewer_for_user(User.objects.get(is_superuser=True))
    for source in Source.objects.filter(pk__in=real):
        assert record_of(source, administrator, Filters(), database_time()).whole.decided == 0, source


def test_every_kind_of_reason_for_and_against_somebody_is_shown() -> None:
    codes = {reason["code"] for reasons in Assignment.objects.values_list("reasons", flat=True) for reason in reasons}
    assert {Code.CHOSEN, Code.ELIGIBLE, Code.AWAY, Code.INTEREST, Code.LANGUAGE} <= codes
    unroutable = set(Flag.objects.filter(kind=FlagKind.UNROUTABLE).values_list("reason", flat=True))
    assert "Economy desk has 3 reviewers: 3 do not read German." in unroutable
    assert len(unroutable) == 2


def test_every_rule_took_a_claim_and_claims_say_why_not_by_an_earlier_one() -> None:
    rules = set(RoutingRule.objects.values_list("pk", flat=True))
    assert len(rules) == 3
    assert set(Course.objects.exclude(rule=None).values_list("rule__rule", flat=True)) == rules
    assert Course.objects.exclude(earlier=[]).exists()


def test_nobody_holds_more_than_their_limit() -> None:
    for reviewer in Reviewer.objects.all():
        held = Assignment.objects.open().filter(reviewer=reviewer, claim__state__in=LOADING_STATES)
        assert held.count() <= reviewer.limit, reviewer


def test_a_desk_wants_two_judgements_and_one_waits_for_its_editor_behind_a_blind_first() -> None:
    waiting = wanting_an_editor(Claim.objects.filter(state=State.SECOND_OPINION))
    assert set(waiting.filter(course__review_policy__key="with-editor").values_list("desk__key", flat=True)) == {
        "politics"
    }
    assert Flag.objects.standing().filter(kind=FlagKind.SPLIT).exists()
    for claim in waiting:
        assert [editor for editor in editors_of(claim) if not why_not_judge(claim, editor)], claim
    assert set(ReviewPolicy.objects.values_list("kind", flat=True)) == set(PolicyKind.values)


def test_one_desk_counts_by_a_calendar_and_the_ladder_stands_in_a_timeline() -> None:
    accepted = ClaimEvent.objects.filter(type="claim.accept", claim__desk__key="world")
    assert any("working hours of World desk" in event.data["due_why"] for event in accepted)
    raise_due_flags()
    steps = [event.data["name"] for event in ClaimEvent.objects.filter(type="claim.escalate")]
    assert "its own date has passed" in steps
