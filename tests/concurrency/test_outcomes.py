"""Editors who publish, reopen, split and merge at the same instant: one history, and a sentence for whoever is late."""

from __future__ import annotations

from functools import partial

import pytest

from claims.lifecycle import Action, State
from claims.models import Decision
from reviews.services.acting import act
from tests import factories as make
from tests.concurrency.crowd import at_once, broken_promises, refusals

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 8


def test_of_several_who_publish_a_verdict_at_once_one_does() -> None:
    desk = make.a_desk()
    editors = [make.viewer(make.an_editor(desk)) for _ in range(4)]
    for _ in range(ROUNDS):
        claim = make.a_claim(desk, State.DECIDED)
        answers = at_once(*[partial(act, claim.pk, Action.PUBLISH, editor) for editor in editors])
        assert refusals(answers) == ["This verdict is public already."] * 3
        assert claim.events.filter(type="claim.publish").count() == 1
    assert broken_promises() == {}


def test_what_is_published_while_it_is_reopened_had_stood() -> None:
    desk = make.a_desk()
    first, second = (make.viewer(make.an_editor(desk)) for _ in range(2))
    for _ in range(ROUNDS):
        claim = make.a_claim(desk, State.DECIDED)
        answers = at_once(
            partial(act, claim.pk, Action.PUBLISH, first),
            partial(act, claim.pk, Action.REOPEN, second, reason="There is something new."),
        )
        told = Decision.objects.public().filter(claim=claim).count()
        late = [] if told else ["Publish is possible only in Decided; this claim is In review."]
        assert refusals(answers) == late
        assert make.fresh(claim).state == State.IN_REVIEW
    assert broken_promises() == {}


def test_of_two_corrections_of_the_same_version_one_is_stale() -> None:
    desk = make.a_desk()
    editors = [make.viewer(make.an_editor(desk)) for _ in range(2)]
    claim = make.a_claim(desk, State.DECIDED)
    act(claim.pk, Action.PUBLISH, editors[0])
    for number in range(ROUNDS):
        version = make.fresh(claim).version
        given = {"correction_class": "minor", "note": "Plainer.", "why": f"{make.WHY} Looked at {number + 2} times."}
        answers = at_once(*[partial(act, claim.pk, Action.CORRECT, one, version=version, **given) for one in editors])
        assert refusals(answers) == ["Somebody changed this since you read it. Read it again, then repeat your change."]
    assert Decision.objects.filter(claim=claim).count() == ROUNDS + 1
    assert broken_promises() == {}
