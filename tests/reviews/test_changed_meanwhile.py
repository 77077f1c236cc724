"""Between a router's plan and the seat it gives, people and claims change: it looks again under the lock."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from claims.lifecycle import Action
from claims.models import Claim, DeskRole, Membership, User
from reviews.models import Absence, Assignment, Interest, Reviewer
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


@pytest.mark.parametrize(
    "change",
    [declares_an_interest, has_it_and_declines, goes_to_another_desk, leaves_the_desk, goes_away, stops],
)
def test_who_can_no_longer_take_it_is_not_given_it(change: Change) -> None:
    desk = a_desk()
    editor, reviewer = an_editor(desk), a_reviewer(desk)
    claim = a_claim(desk, by=editor)
    (planned,) = _plan(10)
    assert planned.choice.reviewer_id == reviewer.pk
    change(claim, reviewer, editor)
    assert not _give(planned)
    assert not Assignment.objects.open().filter(claim=claim).exists()


def test_who_still_can_is_given_it() -> None:
    desk = a_desk()
    reviewer, claim = a_reviewer(desk), a_claim(desk)
    (planned,) = _plan(10)
    assert _give(planned)
    assert Assignment.objects.open().get(claim=claim).reviewer == reviewer
