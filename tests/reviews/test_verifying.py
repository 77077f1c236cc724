"""Verify finds nothing in a newsroom that worked, and finds each promise that somebody broke by hand."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from claims.intake.pages import Head, ReadPage
from claims.intake.refusals import NoAnswer
from claims.ladders import DEFAULT
from claims.lifecycle import Action, State
from claims.models import (
    Alarm,
    Article,
    Claim,
    ClaimEvent,
    Flag,
    Heartbeat,
    Operation,
    RevisedPassage,
    Scope,
    Snapshot,
    Visibility,
)
from claims.services.cancellations import tell_cancellations
from claims.services.completing import ToldArticle
from claims.services.delivering import take
from claims.services.following import follow_revisions, note_passage
from claims.services.importing import give_up, keep
from claims.services.importing import take as take_imports
from claims.services.operations import ask_import
from claims.services.outbox import Told, enqueue
from claims.services.posted import Outcome, write_down
from claims.services.proposing import GivenStep
from claims.services.splitting import GivenPart
from claims.services.sweep import raise_due_flags
from claims.services.transitions import database_time
from claims.services.verifying import Verified, record_invariants, verify
from claims.services.watch import Watch
from claims.services.webhooks import make_webhook
from claims.verdicts import Answers, Question, Said, So, Stance
from reviews.models import Part
from reviews.services.acting import act, acting_on
from reviews.services.assigning import recuse
from reviews.services.importnotices import tell_failed_imports
from reviews.services.notices import tell
from reviews.services.verifying import verify_everything, work_invariants
from reviews.tasks import verify as verify_task
from tests import factories as make
from tests.keeping import files_in
from tests.worlds import kept_for_a_module

pytestmark = pytest.mark.django_db
NO_PATIENCE = timedelta(0)


@dataclass(frozen=True)
class Newsroom:
    """A decided claim of it, and the folder of its files."""

    decided: Claim
    files: Path


@pytest.fixture(scope="module")
def newsroom(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Newsroom]:
    files = tmp_path_factory.mktemp("newsroom")
    with override_settings(STORAGES=files_in(files)), kept_for_a_module(django_db_blocker):
        yield Newsroom(worked(), files)


def worked() -> Claim:
    """A desk with a claim in every state, flags of every clock and two verdicts; answers a decided claim of it."""
    desk = make.with_ladder(make.a_desk(min_origins=2), *DEFAULT)
    editor, reviewer = make.an_editor(desk), make.a_reviewer(desk)
    make.a_rule()
    make.a_rule(active=False)
    for state in State:
        make.a_claim(desk, state, by=editor)
    for state in (State.QUEUED, State.WAITING, State.DECIDED):
        make.a_claim(desk, state, by=editor, own=make.dated(make.ahead(hours=-2)))
    recused = make.a_claim(desk, by=editor, chain=[GivenStep("Somebody")])
    step_back_from(recused, make.a_reviewer(desk), editor)
    make.fall_late(make.a_claim(desk, State.QUEUED, by=editor), editor)
    raise_due_flags()
    decided = confirmed_claim(desk, editor, reviewer)
    settled(split(desk, editor), desk, editor)
    split(desk, editor)
    twice_decided(make.a_claim(desk, State.DECIDED, by=editor), editor)
    told_to_readers(decided, editor)
    parted(decided, editor)
    rewritten(desk, editor)
    canceled(desk, editor)
    tell(list(ClaimEvent.objects.order_by("id")))
    imported(editor)
    told_to_a_webhook()
    return make.fresh(decided)


def step_back_from(claim: Claim, reviewer: Any, editor: Any) -> None:
    """The reviewer is put on the claim and recuses themselves."""
    make.put_on(claim, reviewer, editor)
    source = claim.appearances.get().chain.get().source
    assert source is not None
    with acting_on(claim.pk, make.viewer(reviewer)) as acting:
        assert acting.mine is not None
        recuse(acting.held, acting.mine, by=acting.by, source_id=source.pk)


def confirmed_claim(desk: Any, editor: Any, reviewer: Any) -> Claim:
    """A claim confirmed on a kept file, a link and a copy of it."""
    claim = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
    make.a_file(claim, by=reviewer, stance=Stance.SUPPORTS)
    link = make.evidence_for(claim, by=reviewer)
    make.evidence_for(claim, by=reviewer, derives_from=link)
    make.evidence_for(claim, by=reviewer, question=Question.SAID, visibility=Visibility.PUBLIC)
    make.review_by(claim, reviewer, make.CONFIRMED)
    return make.fresh(claim)


def split(desk: Any, editor: Any) -> Claim:
    """A claim whose two reviewers differ."""
    claim = make.a_claim(desk, State.SECOND_OPINION, by=editor)
    second = make.a_reviewer(desk)
    make.evidence_for(claim, by=second)
    make.put_on(claim, second, editor)
    make.review_by(claim, second, Answers(Said.NOT_CHECKED, So.PARTLY, "Half of it can be shown, the rest cannot."))
    return make.fresh(claim)


def settled(claim: Claim, desk: Any, editor: Any) -> None:
    """Somebody who was neither settled it."""
    third = make.a_reviewer(desk)
    make.put_on(claim, third, editor, part=Part.ADJUDICATION)
    make.review_by(claim, third)


def twice_decided(claim: Claim, editor: Any) -> None:
    """Reopened and decided again."""
    act(claim.pk, Action.REOPEN, make.viewer(editor), reason="There is something new.")
    assert claim.desk is not None
    reviewer = make.a_reviewer(claim.desk)
    make.put_on(claim, reviewer, editor)
    make.review_by(claim, reviewer)


def parted(decided: Claim, editor: Any) -> None:
    """One claim is split, its evidence shared; another is merged into the decided one."""
    desk, person = decided.desk, make.viewer(editor)
    assert desk is not None
    first = make.a_claim(desk, by=editor)
    shared = make.evidence_for(first)
    part = GivenPart("The minister denied it.", quote="The minister", evidence=[shared])
    act(first.pk, Action.SPLIT, person, part=part)
    act(make.a_claim(desk, by=editor).pk, Action.MERGE, person, into=decided)


def canceled(desk: Any, editor: Any) -> None:
    """The provider of an article cancels it."""
    article = make.an_article().article
    make.a_claim(desk, by=editor, quote=make.a_quote(article.revisions.get()))
    Article.objects.filter(pk=article.pk).update(canceled_at=database_time(), untold=True)
    tell_cancellations()


def rewritten(desk: Any, editor: Any) -> None:
    """An article whose quoted words changed: of two claims that quote it, somebody has compared one."""
    first = make.an_article()
    compared, _ = (make.a_claim(desk, by=editor, quote=make.a_quote(first.revision)) for _ in range(2))
    make.a_later_text(first.article, make.TEXT.replace("likely", "certain"))
    follow_revisions()
    with acting_on(compared.pk, make.viewer(editor)) as acting:
        passage = RevisedPassage.objects.get(appearance__claim=compared)
        note_passage(acting.held, passage, "They are surer now.", by=acting.by, user=editor)


def told_to_readers(claim: Claim, editor: Any) -> None:
    """Published, corrected in its words; another one published and withdrawn."""
    person = make.viewer(editor)
    act(claim.pk, Action.PUBLISH, person)
    words = "Two reports that know nothing of each other say that it is so."
    act(claim.pk, Action.CORRECT, person, correction_class="minor", note="Said more plainly.", why=words)
    assert claim.desk is not None
    other = make.a_claim(claim.desk, State.DECIDED, by=editor)
    act(other.pk, Action.PUBLISH, person)
    act(other.pk, Action.WITHDRAW, person, note="It was about somebody else.")


def imported(editor: Any) -> None:
    """Of four imports of one link two are done, one failed, one waits."""
    asked = [ask_import(make.viewer(editor), ToldArticle(url="https://www.harbour-post.net/ferry")) for _ in range(4)]
    head = Head("Ferry may stop", [("HTML", "2026-11-20T10:00:00Z")], "en", "", "Harbour Post")
    first, second, third = take_imports(3)
    for one in (first, second):
        keep(one, ReadPage("The ferry stops.", head), one.url)
    give_up(third, NoAnswer(), "The host did not answer. Paste the text instead.", passing=False)
    assert tell_failed_imports() == 1
    assert {fresh.state for fresh in Operation.objects.filter(pk__in=[one.pk for one in asked])} == {
        *("done", "failed", "queued")
    }


def told_to_a_webhook() -> None:
    """A webhook has got everything that happened."""
    key, _ = make.a_key(Scope.EVENTS_READ, Scope.WEBHOOKS_MANAGE)
    webhook, _ = make_webhook(make.viewer(key), name="CMS", url="https://cms.example/")
    rows = ClaimEvent.objects.order_by("id").values_list("pk", "claim_id", "type", "tx")
    enqueue(webhook, [Told(*row) for row in rows], database_time())
    while batches := take():
        (batch,) = batches
        sent = [Outcome(one.delivery, one.attempts, database_time(), 200, 5, "") for one in batch.parcels]
        assert write_down(batch.webhook, batch.lease, sent, batch.withheld)


def by_hand(sql: str) -> None:
    """Change rows as somebody could who owns the database: past its triggers and constraints."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def broken() -> set[str]:
    return {breach.name for breach in verify_everything(NO_PATIENCE).broken}


TAMPERINGS = re.findall(
    r"-- breaks: (\w+)\n((?:(?!-- breaks:).*\n)+)", Path(__file__).with_name("tamperings.sql").read_text()
)


def test_it_finds_nothing_in_a_newsroom_that_worked(newsroom: Newsroom) -> None:
    found = verify_everything(NO_PATIENCE)
    assert newsroom.decided.state == State.DECIDED
    assert set(Flag.objects.values_list("kind", flat=True)) == {
        *("late", "date_passed", "due_soon", "split", "source_changed")
    }
    assert found.broken == []
    assert found.checked > 30


def test_it_finds_each_promise_that_was_broken_by_hand(newsroom: Newsroom) -> None:
    assert newsroom.decided.state == State.DECIDED
    promises = {promise.name: promise for promise in (*record_invariants(NO_PATIENCE), *work_invariants())}
    missed = []
    for name, sql in TAMPERINGS:
        before = transaction.savepoint()
        by_hand(sql)
        if not promises[name].breaches():
            missed.append((name, sql))
        transaction.savepoint_rollback(before)
    assert missed == []
    assert broken() == set()


def test_data_that_was_loaded_from_a_dump_breaks_no_promise(newsroom: Newsroom) -> None:
    assert newsroom.decided.state == State.DECIDED
    seats = {
        "assignment_person_once": "claim_id, round, reviewer_id",
        "assignment_seat_once": "claim_id, round, part, seat",
    }
    loaded = "status::text = ANY (ARRAY['completed'::varchar::text, 'open'::varchar::text])"
    for name, columns in seats.items():
        by_hand(f"DROP INDEX {name}; CREATE UNIQUE INDEX {name} ON reviews_assignment ({columns}) WHERE {loaded}")
    assert broken() == set()


def test_every_promise_is_broken_in_some_test() -> None:
    elsewhere = {
        "files_are_kept",
        "files_read_as_kept",
        "signed_times_are_of_their_files",
        "moments_are_announced_in_time",
    }
    promises = [*record_invariants(NO_PATIENCE), *work_invariants()]
    assert {promise.name for promise in promises} == {name for name, _ in TAMPERINGS} | elsewhere


@pytest.mark.parametrize("how", ["missing", "shorter", "other bytes"])
def test_it_finds_kept_files_that_are_gone_or_changed(newsroom: Newsroom, kept_aside: Path, how: str) -> None:
    shutil.copytree(newsroom.files, kept_aside)
    kept = kept_aside / Snapshot.objects.get().path
    before = kept.read_bytes()
    kept.chmod(0o600)
    kept.unlink() if how == "missing" else kept.write_bytes(before[1:] if how == "shorter" else before[::-1])
    assert broken() == {"files_are_kept"}


def test_a_moment_that_a_running_sweep_leaves_lying_is_found(newsroom: Newsroom) -> None:
    Watch().keep(0)
    by_hand("UPDATE claims_alarm SET wake_at = now() - interval '2 minutes' WHERE kind = 'due_soon'")
    assert broken() == {"moments_are_announced_in_time"}


def test_moments_nobody_sweeps_are_counted_but_break_no_promise_of_the_sweep(newsroom: Newsroom) -> None:
    by_hand("UPDATE claims_alarm SET wake_at = now() - interval '2 minutes'")
    found = verify_everything(NO_PATIENCE)
    assert found.holds
    assert found.unannounced == Alarm.objects.count()


def test_what_it_found_is_left_as_a_heartbeat(newsroom: Newsroom) -> None:
    by_hand("DELETE FROM claims_alarm WHERE kind = 'wait_over'")
    assert verify_task.name == "claims.verify"
    verify_task.apply()
    beat = Heartbeat.objects.get(name="verify")
    assert beat.detail["broken"] == {"every_moment_is_awaited": 2}
    assert beat.detail["checked"] == verify_everything(NO_PATIENCE).checked


def test_the_command_prints_one_document_and_ends_with_status_1_when_something_broke(newsroom: Newsroom) -> None:
    out = StringIO()
    call_command("verify", "--json", stdout=out)
    assert json.loads(out.getvalue())["holds"] is True
    by_hand("DELETE FROM claims_alarm WHERE kind = 'wait_over'")
    out = StringIO()
    with pytest.raises(CommandError, match="every_moment_is_awaited") as refused:
        call_command("verify", stdout=out)
    assert refused.value.returncode == 1
    assert "Every moment that must still be announced has its alarm" in out.getvalue()


def test_the_record_can_be_verified_without_the_work() -> None:
    found: Verified = verify()
    assert found.holds
    assert found.checked < verify_everything(NO_PATIENCE).checked
