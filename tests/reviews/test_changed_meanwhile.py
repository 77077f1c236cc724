"""Between a router's plan and the seat it gives, people and claims change: it looks again under the lock."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from claims.lifecycle import Action, State, WaitingReason
from claims.models import Claim, DeskRole, Membership, User
from reviews.models import Absence, Assignment, Course, Interest, Reviewer
from reviews.services.acting import act, acting_on
from reviews.services.assigning import decline
from reviews.services.routing import _give, _plan
from tests.factories import a_claim, a_desk, a_reviewer, ahead, an_editor, joined, put_on, viewer

pytestmark = pytest.mark.django_db
Change = Callable[[Claim, Reviewer, User], object]


def declares_an_interest(claim: Claim, reviewer: Reviewer, editor: User) -> None:
    del editor
    outlet = claim.appearances.get().revision.article.outlet
    Interest.objects.create(reviewer=reviewer, source=outlet)


def has_it_and_declines(claim: Claim, reviewer: Reviewer, editor: User) -> None:
    put_on(claim, reviewer, editor)
    with acting_on(claim.pk, viewer(reviewer)) as acting:
        assert acting.mine is not None
        decline(acting.held, acting.mine, by=acting.by)


def goes_to_another_desk(claim: Claim, reviewer: Reviewer, editor: User) -> None:
    del reviewer
    other = a_desk()
    joined(editor, other, DeskRole.EDITOR)
    act(claim.pk, Action.CHANGE_DESK, viewer(editor), desk=other, reason="It is theirs.")


def leaves_the_desk(claim: Claim, reviewer: Reviewer, editor: User) -> None:
    del claim, editor
    Membership.objects.filter(user=reviewer.user).delete()


def goes_away(claim: Claim, reviewer: Reviewer, editor: User) -> None:
    del claim, editor
    Absence.objects.create(reviewer=reviewer, starts_at=ahead(hours=-1), ends_at=ahead(days=1))


def stops(claim: Claim, reviewer: Reviewer, editor: User) -> None:
    del claim, editor
    Reviewer.objects.filter(pk=reviewer.pk).update(is_active=False)


def is_locked_out(claim: Claim, reviewer: Reviewer, editor: User) -> None:
    del claim, editor
    User.objects.filter(pk=reviewer.user_id).update(is_active=False)


def takes_less(claim: Claim, reviewer: Reviewer, editor: User) -> None:
    a_claim(claim.desk or a_desk(), State.IN_REVIEW, by=editor, reviewer=reviewer)
    Reviewer.objects.filter(pk=reviewer.pk).update(limit=1)


def reads_it_no_longer(claim: Claim, reviewer: Reviewer, editor: User) -> None:
    del claim, editor
    Reviewer.objects.filter(pk=reviewer.pk).update(languages=["uk"])


def lacks_what_is_needed(claim: Claim, reviewer: Reviewer, editor: User) -> None:
    del reviewer, editor
    Course.objects.filter(claim=claim).update(topics=["defence"])


def was_the_one_who_entered_it(claim: Claim, reviewer: Reviewer, editor: User) -> None:
    del editor
    Claim.objects.filter(pk=claim.pk).update(made_by_user=reviewer.user)


def goes_to_somebody_else(claim: Claim, reviewer: Reviewer, editor: User) -> None:
    del reviewer
    put_on(claim, a_reviewer(claim.desk or a_desk()), editor)


def is_parked(claim: Claim, reviewer: Reviewer, editor: User) -> None:
    del reviewer
    until = ahead(hours=2)
    act(claim.pk, Action.WAIT, viewer(editor), reason=WaitingReason.REPLY, until=until, due=ahead(hours=3))


CHANGES = [
    declares_an_interest,
    has_it_and_declines,
    goes_to_another_desk,
    leaves_the_desk,
    goes_away,
    stops,
    is_locked_out,
    takes_less,
    reads_it_no_longer,
    lacks_what_is_needed,
    was_the_one_who_entered_it,
    goes_to_somebody_else,
    is_parked,
]


@pytest.mark.parametrize("change", CHANGES)
def test_who_can_no_longer_take_it_is_not_given_it(change: Change) -> None:
    desk = a_desk()
    editor, reviewer = an_editor(desk), a_reviewer(desk)
    claim = a_claim(desk, by=editor)
    made = _plan(10)
    assert [seat.choice.reviewer_id for seat in made.planned] == [reviewer.pk]
    change(claim, reviewer, editor)
    assert _give(made) == 0
    assert not Assignment.objects.open().filter(claim=claim, reviewer=reviewer).exists()


def test_who_still_can_is_given_it() -> None:
    desk = a_desk()
    reviewer, claim = a_reviewer(desk), a_claim(desk)
    assert _give(_plan(10)) == 1
    assert Assignment.objects.open().get(claim=claim).reviewer == reviewer
