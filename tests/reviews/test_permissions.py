"""What the work adds to somebody's roles: being on a claim, or settling it."""

from __future__ import annotations

import pytest

from claims.lifecycle import Role, State
from claims.models import Scope
from reviews.models import Part
from reviews.permissions import actor_on, open_assignment, roles_on
from tests.factories import (
    CONFIRMED,
    a_claim,
    a_desk,
    a_key,
    a_reviewer,
    an_editor,
    evidence_for,
    put_on,
    review_by,
    second_opinion_asked,
    viewer,
)

pytestmark = pytest.mark.django_db


def test_whoever_holds_an_open_seat_is_on_it_until_it_ends() -> None:
    desk = a_desk()
    editor, reviewer, other = an_editor(desk), a_reviewer(desk), a_reviewer(desk)
    claim = a_claim(desk, by=editor)
    assert roles_on(viewer(reviewer), claim) == {Role.REVIEWER}
    assignment = put_on(claim, reviewer, editor)
    assert roles_on(viewer(reviewer), claim) == {Role.REVIEWER, Role.ON_IT}
    assert open_assignment(claim, reviewer.user.pk) == assignment
    assert roles_on(viewer(other), claim) == {Role.REVIEWER}
    review_by(claim, reviewer)
    assert roles_on(viewer(reviewer), claim) == {Role.REVIEWER}


def test_an_adjudicator_is_not_on_it() -> None:
    desk = a_desk(min_origins=1)
    editor, judge, second = an_editor(desk), a_reviewer(desk), a_reviewer(desk)
    first = a_reviewer(desk)
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=first)
    evidence_for(claim)
    second_opinion_asked(claim, first, CONFIRMED)
    put_on(claim, second, editor)
    review_by(claim, second)
    put_on(claim, judge, editor, part=Part.ADJUDICATION)
    assert roles_on(viewer(judge), claim) == {Role.REVIEWER, Role.ADJUDICATOR}


def test_a_seat_on_one_claim_is_none_on_another() -> None:
    desk = a_desk()
    editor, reviewer = an_editor(desk), a_reviewer(desk)
    put_on(a_claim(desk, by=editor), reviewer, editor)
    assert open_assignment(a_claim(desk, by=editor), reviewer.user.pk) is None


def test_a_key_whose_number_is_a_reviewers_is_not_on_it() -> None:
    desk = a_desk()
    editor, reviewer = an_editor(desk), a_reviewer(desk)
    claim = a_claim(desk, by=editor)
    put_on(claim, reviewer, editor)
    key, _ = a_key(Scope.CLAIMS_READ)
    assert open_assignment(claim, None) is None
    assert actor_on(viewer(key), claim).roles == frozenset()
