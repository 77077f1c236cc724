"""Links are read from rows: kept once, told once, tried again, and never when reading would reveal a source."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages

from claims.errors import Invalid, RoleMissing
from claims.intake.egress import client
from claims.lifecycle import Action, DismissalReason, State
from claims.models import Claim, ClaimEvent, Copy, Desk, Evidence, Fetch, FetchState, Flag, FlagKind, User, Visibility
from claims.services.evidence import GivenEvidence, edit_evidence, fetch_evidence, supersede_evidence
from claims.services.fetching import CHECK_EVERY, RETRIES, read_pages, settle, take
from claims.services.fetching import ask as ask_outside
from claims.services.readings import reading_words
from claims.services.splitting import GivenPart
from claims.tasks import pages
from claims.verdicts import EvidenceKind, Question, Stance
from reviews.services.acting import act, acting_on
from reviews.services.verifying import verify_everything
from tests import factories as make
from tests.intake.pages import Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(desk: Desk, editor: User) -> Claim:
    return make.a_claim(desk, by=editor)


def link(claim: Claim, far: Site, editor: User, **given: Any) -> Evidence:
    return make.evidence_for(claim, by=editor, url=far.link(), **given)


def reading(item: Evidence) -> Fetch:
    return Fetch.objects.get(evidence=item)


def now_due(item: Evidence, **columns: Any) -> None:
    """As if the time of its next attempt had come."""
    Fetch.objects.filter(evidence=item).update(next_attempt_at=make.ahead(seconds=-1), **columns)


def types(claim: Claim) -> list[str]:
    return list(ClaimEvent.objects.filter(claim=claim, type__startswith="evidence").values_list("type", flat=True))


def read_again(item: Evidence, **columns: Any) -> Fetch:
    now_due(item, **columns)
    read_pages()
    return reading(item)


def test_a_link_is_there_at_once_and_its_page_comes_later(claim: Claim, far: Site, editor: User) -> None:
    item = link(claim, far, editor)
    assert (reading(item).state, far.asked) == (FetchState.WAITING, [])
    pages()
    copy = Copy.objects.get(evidence=item)
    assert (copy.title, copy.status, copy.url, copy.number) == ("The report", 200, far.link(), 1)
    assert "The bridge will be closed from March" in copy.text
    assert "<" not in copy.text
    assert ["Content-Type", "text/html; charset=utf-8"] in copy.headers
    assert Path(storages["evidence"].path(copy.snapshot.path)).read_bytes() == far.body
    assert Evidence.objects.get(pk=item.pk).snapshot == copy.snapshot
    assert types(claim) == ["evidence.add", "evidence.kept"]
    row = reading(item)
    assert (row.state, row.attempts, reading_words(row)) == (FetchState.KEPT, 0, "")


def test_a_page_is_read_once_however_often_readers_run(claim: Claim, far: Site, editor: User) -> None:
    link(claim, far, editor)
    for _ in range(3):
        read_pages()
    assert far.asked == ["/report"]


def test_a_page_that_does_not_open_says_so_and_is_tried_again(claim: Claim, far: Site, editor: User) -> None:
    item = link(claim, far, editor)
    far.closed(403)
    read_pages()
    row = reading(item)
    assert (row.state, row.code) == (FetchState.FAILED, "did_not_open")
    assert reading_words(row) == "The page did not open (403). Keep the link anyway or attach a file."
    assert row.next_attempt_at is not None
    read_again(item)
    assert types(claim) == ["evidence.add", "evidence.failed"]
    far.article("It opens now.")
    assert read_again(item).state == FetchState.KEPT
    assert types(claim) == ["evidence.add", "evidence.failed", "evidence.kept"]


def test_it_gives_up_after_its_tries_until_somebody_asks(claim: Claim, far: Site, editor: User) -> None:
    item = link(claim, far, editor)
    far.closed(500)
    for _ in RETRIES:
        assert read_again(item).next_attempt_at is not None
    assert read_again(item).next_attempt_at is None
    with acting_on(claim.pk, make.viewer(editor)) as acting:
        fetch_evidence(acting.held, item, by=acting.by)
    assert reading(item).state == FetchState.WAITING
    far.article("It opens now.")
    assert read_pages() == 1
    assert reading(item).state == FetchState.KEPT


def test_an_address_inside_the_network_is_refused_for_good(
    claim: Claim, far: Site, editor: User, settings: Any
) -> None:
    settings.FETCH_DOOR = ""
    item = make.evidence_for(claim, by=editor, url="http://169.254.169.254/latest/meta-data/")
    read_pages()
    row = reading(item)
    assert (row.state, row.code, row.next_attempt_at) == (FetchState.FAILED, "address_not_public", None)
    assert far.asked == []


def test_addresses_for_examples_are_never_read(claim: Claim, editor: User) -> None:
    item = make.evidence_for(claim, by=editor, url="https://www.example.org/report")
    row = reading(item)
    assert (row.state, row.next_attempt_at) == (FetchState.EXAMPLE, None)
    with acting_on(claim.pk, make.viewer(editor)) as acting, pytest.raises(Invalid, match="set aside for examples"):
        fetch_evidence(acting.held, item, by=acting.by)


def test_a_protected_link_is_read_only_when_asked_for_and_then_once(claim: Claim, far: Site, editor: User) -> None:
    item = link(claim, far, editor, visibility=Visibility.PROTECTED)
    read_pages()
    assert (reading(item).state, far.asked) == (FetchState.UNASKED, [])
    with acting_on(claim.pk, make.viewer(editor)) as acting:
        fetch_evidence(acting.held, item, by=acting.by)
    read_pages()
    row = reading(item)
    assert (row.state, row.next_attempt_at, far.asked) == (FetchState.KEPT, None, ["/report"])
    told = ClaimEvent.objects.get(claim=claim, type="evidence.kept")
    assert told.data == {"evidence": item.pk, "visibility": "protected"}
    assert "report" not in told.body


def test_what_becomes_protected_before_it_was_read_is_not_read(claim: Claim, far: Site, editor: User) -> None:
    item = link(claim, far, editor)
    with acting_on(claim.pk, make.viewer(editor)) as acting:
        edit_evidence(acting.held, item, {"visibility": Visibility.PROTECTED}, by=acting.by)
    read_pages()
    assert (reading(item).state, far.asked) == (FetchState.UNASKED, [])
    with acting_on(claim.pk, make.viewer(editor)) as acting:
        edit_evidence(acting.held, item, {"visibility": Visibility.PUBLIC}, by=acting.by)
    read_pages()
    assert reading(item).state == FetchState.KEPT


def test_reading_can_be_switched_off_and_says_so(claim: Claim, far: Site, editor: User, settings: Any) -> None:
    settings.FETCH_PAGES = False
    item = link(claim, far, editor)
    assert read_pages() == 0
    assert (reading_words(reading(item)), far.asked) == ("Reading pages is switched off here.", [])


def test_only_who_may_add_evidence_asks_for_it_to_be_read(claim: Claim, far: Site, editor: User) -> None:
    item = link(claim, far, editor)
    stranger = make.viewer(make.an_administrator())
    with acting_on(claim.pk, stranger) as acting, pytest.raises(RoleMissing):
        fetch_evidence(acting.held, item, by=acting.by)
    note = make.evidence_for(claim, by=editor, kind=EvidenceKind.NOTE, url="", note="She said so on the phone.")
    with acting_on(claim.pk, make.viewer(editor)) as acting, pytest.raises(Invalid, match="Only a link is read"):
        fetch_evidence(acting.held, note, by=acting.by)


def test_a_reader_whose_lease_ended_writes_nothing(claim: Claim, far: Site, editor: User, settings: Any) -> None:
    item = link(claim, far, editor)
    (slow,) = take(3)
    assert take(3) == []
    now_due(item)
    (quick,) = take(3)
    outcome = ask_outside(slow, client())
    settle(slow, outcome)
    assert not Copy.objects.exists()
    settle(quick, outcome)
    settle(quick, outcome)
    assert Copy.objects.count() == 1
    assert types(claim) == ["evidence.add", "evidence.kept"]


def test_a_page_that_opens_no_longer_is_gone_after_two_looks_a_day_apart(claim: Claim, far: Site, editor: User) -> None:
    item = link(claim, far, editor)
    read_pages()
    far.closed(404)
    first = read_again(item)
    assert (first.state, first.failing_since is not None) == (FetchState.KEPT, True)
    soon = read_again(item)
    assert soon.state == FetchState.KEPT
    assert not Flag.objects.standing().exists()
    gone = read_again(item, failing_since=make.ahead(hours=-24, seconds=-1))
    assert gone.state == FetchState.GONE
    assert Flag.objects.standing().get(claim=claim).kind == FlagKind.EVIDENCE_GONE
    assert reading_words(gone) == "The link no longer opens; its copy is kept."
    far.article("The bridge will be closed from March, the council says.")
    assert read_again(item).state == FetchState.KEPT
    assert not Flag.objects.standing().exists()
    assert Copy.objects.count() == 1


def test_the_second_look_comes_a_day_later_and_the_next_in_a_week(claim: Claim, far: Site, editor: User) -> None:
    item = link(claim, far, editor)
    read_pages()
    week = reading(item).next_attempt_at
    assert week is not None
    assert week - make.now() > CHECK_EVERY - timedelta(minutes=5)
    far.closed(404)
    again = read_again(item).next_attempt_at
    assert again is not None
    assert timedelta(hours=24) < again - make.now() < timedelta(hours=26)


def test_words_that_changed_are_a_new_copy_and_advertisements_are_not(claim: Claim, far: Site, editor: User) -> None:
    item = link(claim, far, editor)
    read_pages()
    far.body += b"<!-- another banner -->"
    read_again(item)
    assert Copy.objects.count() == 1
    far.article("The bridge will stay open, the council says.")
    read_again(item)
    assert [copy.number for copy in Copy.objects.filter(evidence=item)] == [1, 2]
    assert types(claim) == ["evidence.add", "evidence.kept", "evidence.changed"]
    assert Flag.objects.standing().get(claim=claim).kind == FlagKind.SOURCE_CHANGED
    assert Evidence.objects.get(pk=item.pk).snapshot == Copy.objects.get(number=1).snapshot


def test_a_verdict_does_not_clear_what_is_true_of_the_evidence_and_dismissing_does(
    desk: Desk, claim: Claim, far: Site, editor: User
) -> None:
    item = link(claim, far, editor)
    read_pages()
    far.article("The bridge will stay open, the council says.")
    read_again(item)
    reviewer = make.a_reviewer(desk)
    make.put_on(claim, reviewer, editor)
    make.review_by(claim, reviewer)
    assert make.fresh(claim).state == State.DECIDED
    assert Flag.objects.standing().filter(claim=claim, kind=FlagKind.SOURCE_CHANGED).exists()


def test_a_page_read_meanwhile_does_not_take_undo_away(claim: Claim, far: Site, editor: User) -> None:
    link(claim, far, editor)
    act(claim.pk, Action.SET_PRIORITY, make.viewer(editor), priority=1, reason="The desk wants it now.")
    read_pages()
    assert types(claim)[-1] == "evidence.kept"
    act(claim.pk, Action.UNDO, make.viewer(editor))
    assert make.fresh(claim).priority != 1


def test_a_page_read_meanwhile_does_not_take_the_undoing_of_a_split_away(claim: Claim, far: Site, editor: User) -> None:
    shared = [link(claim, far, editor)]
    part = GivenPart("The minister denied it on Monday.", evidence=shared)
    event = act(claim.pk, Action.SPLIT, make.viewer(editor), part=part)
    second = Claim.objects.get(pk=event.data["part"])
    read_pages()
    assert types(second)[-1] == "evidence.kept"
    act(claim.pk, Action.UNDO, make.viewer(editor))
    assert make.fresh(second).state == State.DISMISSED


def test_a_shared_link_keeps_the_copies_that_were_looked_at(claim: Claim, far: Site, editor: User) -> None:
    item = link(claim, far, editor)
    read_pages()
    far.article("The bridge will stay open, the council says.")
    read_again(item)
    far.closed(404)
    part = GivenPart("The minister denied it on Monday.", evidence=[item])
    event = act(claim.pk, Action.SPLIT, make.viewer(editor), part=part)
    second = Claim.objects.get(pk=event.data["part"])
    shared = Evidence.objects.get(claim=second)
    kept = [list(Copy.objects.filter(evidence=one).values_list("number", "text", "snapshot")) for one in (item, shared)]
    assert kept[0] == kept[1]
    assert len(kept[1]) == 2
    assert read_again(shared).state == FetchState.KEPT
    assert types(second) == ["evidence.add", "evidence.kept", "evidence.changed"]
    assert verify_everything(timedelta(0)).broken == []


def test_a_changed_page_that_is_replaced_is_flagged_no_longer(claim: Claim, far: Site, editor: User) -> None:
    item = link(claim, far, editor)
    read_pages()
    far.article("The bridge will stay open, the council says.")
    read_again(item)
    assert Flag.objects.standing().filter(claim=claim, kind=FlagKind.SOURCE_CHANGED).exists()
    note = GivenEvidence(Question.SO, Stance.SUPPORTS, EvidenceKind.NOTE, note="As the council's minutes have it.")
    with acting_on(claim.pk, make.viewer(editor)) as acting:
        supersede_evidence(acting.held, item, note, by=acting.by, user=editor)
    assert not Flag.objects.standing().filter(claim=claim).exists()
    assert ClaimEvent.objects.filter(claim=claim).latest("seq").type == "claim.clear_flag"
    assert verify_everything(timedelta(0)).broken == []


def test_a_restored_claim_is_flagged_again_for_what_is_still_true_of_its_evidence(
    claim: Claim, far: Site, editor: User
) -> None:
    item = link(claim, far, editor)
    read_pages()
    far.article("The bridge will stay open, the council says.")
    read_again(item)
    act(claim.pk, Action.DISMISS, make.viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    assert not Flag.objects.standing().filter(claim=claim).exists()
    act(claim.pk, Action.RESTORE, make.viewer(editor))
    assert Flag.objects.standing().get(claim=claim).kind == FlagKind.SOURCE_CHANGED
    act(claim.pk, Action.UNDO, make.viewer(editor))
    assert not Flag.objects.standing().filter(claim=claim).exists()
    assert verify_everything(timedelta(0)).broken == []


def test_a_claim_is_flagged_when_it_is_accepted_for_what_its_evidence_says_by_then(
    desk: Desk, far: Site, editor: User
) -> None:
    claim = make.a_claim(desk, State.PROPOSED, by=editor)
    item = link(claim, far, editor)
    read_pages()
    far.article("The bridge will stay open, the council says.")
    read_again(item)
    assert not Flag.objects.standing().exists()
    act(claim.pk, Action.ACCEPT, make.viewer(editor))
    assert Flag.objects.standing().get(claim=claim).kind == FlagKind.SOURCE_CHANGED
    act(claim.pk, Action.UNDO, make.viewer(editor))
    assert not Flag.objects.standing().exists()
    assert verify_everything(timedelta(0)).broken == []


def test_a_dismissed_claim_is_not_flagged(claim: Claim, far: Site, editor: User) -> None:
    item = link(claim, far, editor)
    read_pages()
    act(claim.pk, Action.DISMISS, make.viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    far.article("The bridge will stay open, the council says.")
    read_again(item)
    assert not Flag.objects.standing().filter(claim=claim).exists()
