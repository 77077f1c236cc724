"""What somebody waits for is read first, and a kept page is looked at again as long as a claim rests on it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from claims.benchmarks.scratch import CLAIMS
from claims.intake.client import Answer
from claims.intake.words import Words
from claims.lifecycle import Action, DismissalReason, State
from claims.models import Claim, Copy, Desk, Evidence, Fetch, FetchState, User, Visibility
from claims.services.evidence import GivenEvidence, edit_evidence, fetch_evidence, supersede_evidence
from claims.services.fetching import CHECK_EVERY, settle, take
from claims.verdicts import EvidenceKind, Question, Stance
from reviews.services.acting import act, acting_on
from reviews.services.verifying import verify_everything
from tests import factories as make

pytestmark = pytest.mark.django_db
MANY = 6_000
LINKS = """
INSERT INTO claims_evidence (id, claim_id, question, stance, kind, url, title, note, "primary", why_secondary,
    visibility, file_name, added_by, added_at, version)
SELECT n, n, 'so', 'supports', 'link', 'https://paper.test/' || n, '', '', false, '', 'internal', '', 'x', now(), 1
  FROM generate_series(1, %(last)s) n;
INSERT INTO claims_fetch (evidence_id, state, next_attempt_at, attempts, compared, code, sentence)
SELECT n, CASE WHEN n %% 600 = 1 THEN 'waiting' WHEN n %% 600 = 2 THEN 'failed' ELSE 'kept' END,
    now() - interval '1 day' + n * interval '1 second' * CASE WHEN n %% 5 = 0 THEN 100 ELSE 1 END, 0, 1, '', ''
  FROM generate_series(1, %(last)s) n;
"""


@pytest.fixture
def claim(desk: Desk, editor: User, kept_aside: Path) -> Claim:
    return make.a_claim(desk, by=editor)


def link(claim: Claim, editor: User, **given: Any) -> Evidence:
    """A link that nobody has read yet, to an address that is none for examples."""
    return make.evidence_for(claim, by=editor, url=f"https://harbour-paper.com/{Evidence.objects.count()}", **given)


def kept(claim: Claim, editor: User) -> Evidence:
    """A link whose page was read a moment ago, without the network."""
    item = link(claim, editor)
    page = Answer(item.url, 200, (("Content-Type", "text/html"),), b"<p>It is closed.</p>")
    (taken,) = [one for one in take(100) if one.evidence == item.pk]
    settle(taken, (page, Words("The report", "It is closed.")))
    return item


def reading(item: Evidence) -> Fetch:
    return Fetch.objects.get(evidence=item)


def due(item: Evidence, **columns: Any) -> None:
    """Its next attempt has been due for so long."""
    Fetch.objects.filter(evidence=item).update(**columns)


def test_what_somebody_waits_for_is_read_before_overdue_looks_at_what_is_kept(claim: Claim, editor: User) -> None:
    overdue = kept(claim, editor)
    asked = kept(claim, editor)
    failed, unread = link(claim, editor), link(claim, editor)
    due(overdue, next_attempt_at=make.ahead(days=-30))
    due(failed, next_attempt_at=make.ahead(days=-9), state=FetchState.FAILED)
    due(unread, next_attempt_at=make.ahead(minutes=-1))
    with acting_on(claim.pk, make.viewer(editor)) as acting:
        fetch_evidence(acting.held, asked, by=acting.by)
    order = [taken.evidence for _ in range(5) for taken in take(1)]
    assert order == [unread.pk, asked.pk, failed.pk, overdue.pk]


def test_one_take_goes_on_with_what_is_less_urgent(claim: Claim, editor: User) -> None:
    overdue = kept(claim, editor)
    due(overdue, next_attempt_at=make.ahead(days=-30))
    unread = [link(claim, editor) for _ in range(2)]
    assert [taken.evidence for taken in take(3)] == [*(item.pk for item in unread), overdue.pk]


def test_no_part_of_what_is_due_is_found_by_reading_the_whole_table() -> None:
    Desk.objects.create(pk=1, name="World", key="world")
    with connection.cursor() as cursor:
        cursor.execute(CLAIMS, {"first": 1, "last": MANY})
        cursor.execute(LINKS, {"last": MANY})
        cursor.execute("ANALYZE claims_fetch")
    parts = Fetch.objects.by_urgency(make.now())
    plans = [part.select_for_update(skip_locked=True)[:3].explain() for part in parts]
    assert ["Seq Scan" in plan for plan in plans] == [False] * 3, plans
    assert [name in plan for name, plan in zip(("awaited", "failed", "next_attempt"), plans, strict=True)] == [True] * 3
    assert [taken.evidence for taken in take(3)] == [1, 601, 1201]


def test_the_looks_end_with_the_claim_and_begin_again_with_it(claim: Claim, editor: User) -> None:
    item, unread = kept(claim, editor), link(claim, editor)
    person = make.viewer(editor)
    act(claim.pk, Action.DISMISS, person, reason=DismissalReason.OFF_SUBJECT)
    assert reading(item).next_attempt_at is None
    assert reading(unread).next_attempt_at is not None  # its first copy belongs to the record all the same
    act(claim.pk, Action.UNDO, person)
    assert [taken.evidence for taken in take(3)] == [unread.pk, item.pk]
    act(claim.pk, Action.DISMISS, person, reason=DismissalReason.OFF_SUBJECT)
    act(claim.pk, Action.RESTORE, person)
    assert [taken.evidence for taken in take(3)] == [item.pk]
    assert verify_everything(timedelta(0)).broken == []


def test_a_page_read_while_its_claim_is_dismissed_is_not_written_down(claim: Claim, editor: User) -> None:
    item = kept(claim, editor)
    due(item, next_attempt_at=make.ahead(seconds=-1))
    (taken,) = take(1)
    act(claim.pk, Action.DISMISS, make.viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    settle(taken, (Answer(item.url, 200, (), b"another"), Words("", "Another text.")))
    assert (reading(item).next_attempt_at, Copy.objects.count()) == (None, 1)


def test_the_first_copy_of_a_dismissed_claim_is_the_last_look(claim: Claim, editor: User) -> None:
    item = link(claim, editor)
    act(claim.pk, Action.DISMISS, make.viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    (taken,) = take(1)
    settle(taken, (Answer(item.url, 200, (), b"page"), Words("", "The page.")))
    assert (reading(item).state, reading(item).next_attempt_at) == (FetchState.KEPT, None)
    assert verify_everything(timedelta(0)).broken == []


def test_what_was_superseded_is_not_looked_at_any_more(claim: Claim, editor: User) -> None:
    item, stays = kept(claim, editor), kept(claim, editor)
    note = GivenEvidence(Question.SO, Stance.SUPPORTS, EvidenceKind.NOTE, note="As the minutes have it.")
    with acting_on(claim.pk, make.viewer(editor)) as acting:
        supersede_evidence(acting.held, item, note, by=acting.by, user=editor)
    assert reading(item).next_attempt_at is None
    act(claim.pk, Action.DISMISS, make.viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    act(claim.pk, Action.RESTORE, make.viewer(editor))
    assert [taken.evidence for taken in take(3)] == [stays.pk]
    assert verify_everything(timedelta(0)).broken == []


def test_a_protected_page_is_not_looked_at_when_its_claim_is_back(claim: Claim, editor: User) -> None:
    item = kept(claim, editor)
    with acting_on(claim.pk, make.viewer(editor)) as acting:
        edit_evidence(acting.held, item, {"visibility": Visibility.PROTECTED}, by=acting.by)
    act(claim.pk, Action.DISMISS, make.viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    act(claim.pk, Action.RESTORE, make.viewer(editor))
    assert (take(3), reading(item).next_attempt_at) == ([], None)
    assert make.fresh(claim).state == State.QUEUED


def test_the_next_look_comes_in_a_week(claim: Claim, editor: User) -> None:
    again = reading(kept(claim, editor)).next_attempt_at
    assert again is not None
    assert abs(again - make.now() - CHECK_EVERY) < timedelta(minutes=5)
