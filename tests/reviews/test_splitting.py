"""A claim that says two things becomes two; one that says what another says becomes part of it. Nothing is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from claims.errors import (
    ActionNotPossible,
    DuplicateNotPossible,
    Invalid,
    NotUndoable,
    PartSame,
    QuoteNotInText,
    RoleMissing,
    StillPublic,
)
from claims.lifecycle import Action, DismissalReason, State
from claims.models import Claim, ClaimEvent, Desk, Evidence, SourceKind, User, Visibility
from claims.origins import distinct_origins
from claims.services.evidence import GivenEvidence, supersede_evidence
from claims.services.proposing import GivenStep
from claims.services.splitting import GivenPart
from claims.verdicts import EvidenceKind, Question, Stance
from reviews.models import Assignment, Course
from reviews.services.acting import act, acting_on
from reviews.services.routing import route_waiting
from reviews.services.verifying import verify_everything
from tests.factories import (
    QUOTE,
    a_claim,
    a_reviewer,
    ahead,
    dated,
    evidence_for,
    fresh,
    put_on,
    review_by,
    viewer,
)

pytestmark = pytest.mark.django_db
SECOND = "The minister denied it on Monday."


@pytest.fixture
def claim(desk: Desk, editor: User) -> Claim:
    return a_claim(desk, by=editor, chain=[GivenStep("A person close to her", SourceKind.UNNAMED, "said")])


def split(claim: Claim, by: User, **given: Any) -> Claim:
    """Split it; answers the second claim."""
    event = act(claim.pk, Action.SPLIT, viewer(by), part=GivenPart(**{"statement": SECOND, **given}))
    return Claim.objects.get(pk=event.data["part"])


def merge(claim: Claim, into: Claim, by: User) -> ClaimEvent:
    return act(claim.pk, Action.MERGE, viewer(by), into=into)


def undo(claim: Claim, by: User) -> ClaimEvent:
    return act(claim.pk, Action.UNDO, viewer(by))


def nothing_broken() -> bool:
    return verify_everything(timedelta(0)).broken == []


def test_both_claims_know_each_other_and_the_first_keeps_what_it_had(claim: Claim, editor: User) -> None:
    before = Claim.objects.filter(pk=claim.pk).values().get()
    part = split(claim, editor)
    assert Claim.objects.filter(pk=claim.pk).values().get() == before
    assert (part.split_from, list(claim.parts.all())) == (claim, [part])
    assert (part.desk, part.language, part.priority, part.made_by_user) == (claim.desk, "en", claim.priority, editor)
    made = part.events.get(type="claim.propose")
    assert (made.data["split_from"], made.data["quote"]) == (claim.pk, QUOTE)
    assert claim.events.get(type="claim.split").recorded_at == made.recorded_at
    assert nothing_broken()


def test_a_split_that_is_sent_twice_makes_one_claim(claim: Claim, editor: User) -> None:
    part = split(claim, editor)
    with pytest.raises(PartSame, match="A claim that was split off this one says that already."):
        split(claim, editor)
    assert list(claim.parts.all()) == [part]


@pytest.mark.parametrize(
    ("state", "becomes"),
    [(State.PROPOSED, State.PROPOSED), (State.QUEUED, State.QUEUED), (State.IN_REVIEW, State.QUEUED)],
)
def test_the_second_goes_as_far_as_the_first_was_with_its_own_course(
    desk: Desk, editor: User, state: State, becomes: State
) -> None:
    part = split(a_claim(desk, state, by=editor), editor)
    assert part.state == becomes
    assert Course.objects.filter(claim=part).exists() == (becomes == State.QUEUED)
    assert (part.review_due_at is not None) == (becomes == State.QUEUED)
    assert not part.assignments.exists()
    assert nothing_broken()


@pytest.mark.parametrize("state", [State.WAITING, State.SECOND_OPINION, State.DECIDED, State.DISMISSED])
def test_what_is_parked_or_settled_is_neither_split_nor_merged(desk: Desk, editor: User, state: State) -> None:
    claim, other = a_claim(desk, state, by=editor), a_claim(desk, by=editor)
    with pytest.raises(ActionNotPossible):
        split(claim, editor)
    with pytest.raises(ActionNotPossible):
        merge(claim, other, editor)


def test_a_triager_splits_and_merges_what_is_proposed_alone(desk: Desk, editor: User, claim: Claim) -> None:
    triager = a_reviewer(desk, can_triage=True).user
    proposed = a_claim(desk, State.PROPOSED, by=editor)
    assert split(proposed, triager).state == State.PROPOSED
    merge(proposed, claim, triager)
    for refused in (lambda: split(claim, triager), lambda: merge(claim, a_claim(desk), triager)):
        with pytest.raises(RoleMissing):
            refused()


def test_selected_words_are_the_second_claims_quote_with_the_same_chain_and_their_own_hedge(
    claim: Claim, editor: User
) -> None:
    part = split(claim, editor, quote="likely to resign")
    seen, first = part.appearances.get(), claim.appearances.get()
    assert seen.exact == "likely to resign"
    assert seen.revision.text[seen.start : seen.end] == seen.exact
    assert first.start < seen.start < seen.end < first.end
    assert (seen.hedge_kind, seen.hedge_words) == ("probable", ["likely to"])
    plain = split(claim, editor, statement="She resigns.", quote="The minister").appearances.get()
    assert (plain.hedge_kind, plain.hedge_words) == ("none", [])
    assert [step.source_id for step in seen.chain.all()] == [step.source_id for step in first.chain.all()]
    assert nothing_broken()


def test_typed_words_stand_where_the_first_claim_does(claim: Claim, editor: User) -> None:
    seen, first = split(claim, editor).appearances.get(), claim.appearances.get()
    assert (seen.exact, seen.start, seen.hedge_words) == (first.exact, first.start, first.hedge_words)


def test_words_that_are_not_in_the_article_are_refused_and_nothing_is_written(claim: Claim, editor: User) -> None:
    with pytest.raises(QuoteNotInText):
        split(claim, editor, quote="The president never said a word about it")
    with pytest.raises(PartSame, match="must say something else"):
        split(claim, editor, statement=claim.statement)
    with pytest.raises(Invalid, match="A claim needs a statement"):
        split(claim, editor, statement=" ")
    assert not claim.parts.exists()
    assert not claim.events.filter(type="claim.split").exists()


def test_each_has_its_own_date(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor, own=dated(ahead(days=3)))
    assert split(claim, editor).confirm_by == claim.confirm_by
    assert split(claim, editor, statement="Two.", same_date=False).confirm_by is None
    moved = split(claim, editor, statement="Three.", own=dated(ahead(days=5), "in five days"))
    assert moved.confirm_by is not None
    assert claim.confirm_by is not None
    assert moved.confirm_by > claim.confirm_by
    assert (moved.confirm_words, moved.confirm_read_by) == ("in five days", editor.full_name)
    assert moved.alarms.filter(kind="date_passed", moment=moved.confirm_by).exists()
    assert nothing_broken()


def test_shared_evidence_is_copied_with_its_origins_and_marked(claim: Claim, editor: User) -> None:
    report = evidence_for(claim, by=editor, title="The report")
    copies = [evidence_for(claim, by=editor, derives_from=report) for _ in range(2)]
    evidence_for(claim, by=editor, title="Not shared")
    part = split(claim, editor, evidence=copies)
    shared = list(Evidence.objects.filter(claim=part))
    assert {item.copied_from for item in shared} == {report, *copies}
    carrying = [item.pk for item in shared if item.copied_from in copies]
    assert len(distinct_origins({item.pk: item.derives_from_id for item in shared}, carrying)) == 1
    assert all(item.used_at is None and item.added_by == editor.full_name for item in shared)
    told = part.events.filter(type="evidence.add")
    assert {event.data["copied_from"] for event in told} == {report.pk, *(item.pk for item in copies)}
    assert Evidence.objects.filter(claim=claim).count() == 4
    assert nothing_broken()


def test_shared_evidence_that_was_replaced_stays_replaced(claim: Claim, editor: User) -> None:
    old = evidence_for(claim, by=editor)
    with acting_on(claim.pk, viewer(editor)) as acting:
        given = GivenEvidence(Question.SO, Stance.SUPPORTS, EvidenceKind.LINK, url="https://found.example/new")
        new = supersede_evidence(acting.held, old, given, by=acting.by)
    part = split(claim, editor, evidence=[new])
    standing = Evidence.objects.standing().get(claim=part)
    assert standing.copied_from == new
    assert standing.derives_from is not None
    assert standing.derives_from.superseded_by == standing
    assert nothing_broken()


def test_a_protected_item_stays_protected_and_unnamed_in_the_history(claim: Claim, editor: User) -> None:
    item = evidence_for(claim, by=editor, visibility=Visibility.PROTECTED, title="A name that stays inside")
    part = split(claim, editor, evidence=[item])
    assert Evidence.objects.get(claim=part).visibility == Visibility.PROTECTED
    assert not part.events.filter(body__contains="A name that stays inside").exists()


def test_a_merged_claim_is_dismissed_and_linked_and_keeps_everything(desk: Desk, claim: Claim, editor: User) -> None:
    reviewer = a_reviewer(desk)
    repeats = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
    item = evidence_for(repeats)
    event = merge(repeats, claim, editor)
    repeats = fresh(repeats)
    assert (repeats.state, repeats.dismissal_reason, repeats.duplicate_of) == ("dismissed", "duplicate", claim)
    assert event.data["into"] == claim.pk
    assert claim.events.get(type="claim.absorb").data["merged"] == repeats.pk
    assert fresh(claim).version == claim.version
    assert Evidence.objects.get(pk=item.pk).claim == repeats
    assert repeats.appearances.count() == 1
    assert not repeats.assignments.filter(status="open").exists()
    assert list(Claim.objects.searched("minister").filter(pk=repeats.pk)) == [repeats]
    assert nothing_broken()


def test_what_was_merged_before_comes_along(desk: Desk, editor: User) -> None:
    first, second, third = (a_claim(desk, by=editor) for _ in range(3))
    merge(first, second, editor)
    merge(second, third, editor)
    assert set(Claim.objects.merged_into(third.pk)) == {first, second}
    assert set(Claim.objects.merged_into(second.pk)) == {first}
    assert nothing_broken()


@pytest.mark.parametrize("action", [Action.MERGE, Action.DISMISS])
def test_a_claim_never_repeats_itself_a_dismissed_one_or_one_that_repeats_it(
    desk: Desk, editor: User, action: Action
) -> None:
    claim, dismissed, merged = a_claim(desk, by=editor), a_claim(desk, State.DISMISSED, by=editor), a_claim(desk)
    merge(merged, claim, editor)

    def repeat(stays: Claim) -> None:
        given: dict[str, Any] = {"into": stays}
        if action == Action.DISMISS:
            given = {"duplicate_of": stays, "reason": DismissalReason.DUPLICATE}
        act(claim.pk, action, viewer(editor), **given)

    with pytest.raises(DuplicateNotPossible, match="does not repeat itself"):
        repeat(claim)
    with pytest.raises(DuplicateNotPossible, match=f"#{dismissed.pk} is dismissed. Name one that stays."):
        repeat(dismissed)
    with pytest.raises(DuplicateNotPossible, match=f"was merged into #{claim.pk}: name that one"):
        repeat(merged)
    assert fresh(claim).state == State.QUEUED
    with pytest.raises(IntegrityError, match="claim_repeats_another"), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(duplicate_of=dismissed)


def test_a_claim_is_named_only_where_it_is_repeated(desk: Desk, claim: Claim, editor: User) -> None:
    with pytest.raises(Invalid, match="A claim is named only where this one repeats it"):
        act(
            a_claim(desk).pk,
            Action.DISMISS,
            viewer(editor),
            reason=DismissalReason.OFF_SUBJECT,
            duplicate_of=claim,
        )


def test_a_claim_whose_verdict_is_public_does_not_vanish_behind_another(desk: Desk, claim: Claim, editor: User) -> None:
    public = a_claim(desk, State.DECIDED, by=editor)
    act(public.pk, Action.PUBLISH, viewer(editor))
    act(public.pk, Action.REOPEN, viewer(editor), reason="There is something new.")
    with pytest.raises(StillPublic, match="Readers are told a verdict"):
        merge(public, claim, editor)


def test_restoring_a_merged_claim_is_told_on_both(desk: Desk, claim: Claim, editor: User) -> None:
    repeats = a_claim(desk, by=editor)
    merge(repeats, claim, editor)
    act(repeats.pk, Action.RESTORE, viewer(editor))
    assert fresh(repeats).duplicate_of is None
    assert claim.events.get(type="claim.release").data["merged"] == repeats.pk
    undo(repeats, editor)
    assert fresh(repeats).duplicate_of == claim
    assert claim.events.filter(type="claim.absorb").count() == 2
    assert nothing_broken()


def test_a_merge_is_undone_with_its_seats(desk: Desk, claim: Claim, editor: User) -> None:
    repeats = a_claim(desk, State.IN_REVIEW, by=editor)
    seat = repeats.assignments.get()
    merge(repeats, claim, editor)
    undo(repeats, editor)
    repeats = fresh(repeats)
    assert (repeats.state, repeats.duplicate_of, repeats.dismissal_reason) == ("in_review", None, "")
    seat.refresh_from_db()
    assert (seat.status, seat.ended_at) == ("open", None)
    assert [event.type for event in claim.events.order_by("-seq")[:2]] == ["claim.release", "claim.absorb"]
    with pytest.raises(NotUndoable, match="Undoing cannot be undone"):
        undo(repeats, editor)
    assert nothing_broken()


def test_the_claim_that_stays_says_where_a_merge_is_undone(desk: Desk, claim: Claim, editor: User) -> None:
    merge(a_claim(desk, by=editor), claim, editor)
    with pytest.raises(NotUndoable, match="Undo it on the claim that was merged"):
        undo(claim, editor)


def test_a_split_is_undone_by_dismissing_the_second_claim_while_nobody_works_on_it(claim: Claim, editor: User) -> None:
    evidence_for(claim, by=editor)
    part = split(claim, editor, evidence=list(Evidence.objects.filter(claim=claim)))
    undo(claim, editor)
    part = fresh(part)
    assert (part.state, part.dismissal_note, part.split_from) == ("dismissed", "The split was undone.", claim)
    assert split(claim, editor) != part
    assert nothing_broken()


def test_a_split_is_undone_after_routing_gave_the_second_claim_to_somebody(
    desk: Desk, claim: Claim, editor: User
) -> None:
    put_on(claim, a_reviewer(desk), editor)
    part = split(claim, editor)
    route_waiting()
    seat = Assignment.objects.open().get(claim=part)
    undo(claim, editor)
    assert (fresh(part).state, Assignment.objects.get(pk=seat.pk).status) == ("dismissed", "withdrawn")
    assert nothing_broken()


def test_a_split_whose_second_claim_is_worked_on_is_not_undone(desk: Desk, claim: Claim, editor: User) -> None:
    part = split(claim, editor)
    reviewer = a_reviewer(desk)
    put_on(part, reviewer, editor)
    review_by(part, reviewer)
    with pytest.raises(NotUndoable, match=f"#{part.pk} is being worked on"):
        undo(claim, editor)
    assert fresh(part).state == State.DECIDED
