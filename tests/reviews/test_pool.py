"""Taking the next claim: what the database finds is what the rules allow, however much else waits in front of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.lifecycle import State
from claims.models import Claim, Desk, DeskRole
from reviews.eligibility import exclusion
from reviews.errors import NobodyInPool
from reviews.models import Interest, Reviewer
from reviews.rules import Conditions, Outcomes
from reviews.services.acting import acting_on
from reviews.services.assigning import decline, recuse
from reviews.services.facts import candidates_for, facts_of, first_free_seats
from reviews.services.pool import take_next
from reviews.services.routing import wanting_people
from reviews.services.takeable import takeable_by
from tests import factories as make

pytestmark = pytest.mark.django_db


def a_pool(desk: Desk, mine: Reviewer) -> list[Claim]:
    """Claims of which each but the first two has another reason why this reviewer cannot take it."""
    editor, other = make.an_editor(desk), make.a_desk()
    strict = make.a_desk(makers_may_review=False)
    make.joined(mine.user, strict, DeskRole.REVIEWER)
    make.joined(mine.user, strict, DeskRole.EDITOR)
    make.a_rule(Conditions(topics=("law",)), Outcomes(skills=("law",)))
    mine_once = [make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=mine, quote=None) for _ in range(3)]
    held, declined, recused = mine_once
    leave(declined, mine, decline)
    leave(recused, mine, partial(recuse, source_id=None, note="My sister works there."))
    outlet = make.an_article()
    Interest.objects.create(reviewer=mine, source=outlet.article.outlet)
    return [
        make.a_claim(desk, by=editor),
        make.a_claim(desk, by=editor, language="pt-BR"),
        make.a_claim(desk, by=editor, language="uk"),
        make.a_claim(desk, by=editor, topics=["law"]),
        make.a_claim(desk, by=editor, quote=make.a_quote(outlet.revision)),
        make.a_claim(desk, by=editor, review_due_at=make.ahead(hours=1)),
        make.a_claim(other),
        make.a_claim(strict, by=mine.user),
        judged_by_another(desk),
        held,
        declined,
        recused,
    ]


def judged_by_another(desk: Desk) -> Claim:
    """What is left of the claim is a second opinion."""
    return make.a_claim(desk, State.SECOND_OPINION, reviewer=make.a_reviewer(desk))


def leave(claim: Claim, reviewer: Reviewer, how: Callable[..., object]) -> None:
    with acting_on(claim.pk, make.viewer(reviewer)) as acting:
        how(acting.held, acting.mine, by=acting.by)


def late_riser(desk: Desk) -> Reviewer:
    """Somebody who reads English and Portuguese and works again in about three hours, on every day."""
    begins = make.ahead(hours=3)
    hours: dict[str, Any] = {
        "works_from": time(begins.hour, begins.minute),
        "works_until": make.ahead(hours=5).time().replace(second=0),
    }
    profile: dict[str, Any] = {
        "languages": ["en", "pt-PT"],
        "workdays": [1, 2, 3, 4, 5, 6, 7],
        "gives_second_opinions": False,
    }
    return make.a_reviewer(desk, **profile, **hours)


def test_what_the_database_finds_is_what_the_rules_allow() -> None:
    desk = make.a_desk()
    mine = late_riser(desk)
    pool = a_pool(desk, mine)
    viewer = make.viewer(mine)
    found = takeable_by(mine, viewer.reviewer_of, wanting_people(), make.now())
    allowed = {claim.pk for claim in wanting_people() if _may_take(claim, mine)}
    assert set(found.values_list("pk", flat=True)) == allowed == {pool[0].pk, pool[1].pk}


def _may_take(claim: Claim, reviewer: Reviewer) -> bool:
    """What the rules say of the seat that is free, nobody being named."""
    facts, now = facts_of([claim], first_free_seats([claim])), make.now()
    mine = [one for one in candidates_for([claim.desk_id or 0], now) if one.reviewer_id == reviewer.pk]
    return any(exclusion(facts[claim.pk], one, now) is None for one in mine)


def test_claims_that_somebody_cannot_take_hide_none_that_they_can() -> None:
    desk = make.a_desk()
    editor, reviewer = make.an_editor(desk), make.a_reviewer(desk)
    for _ in range(3):
        make.a_claim(desk, by=editor, language="uk", priority=1)
    mine = make.a_claim(desk, by=editor, priority=4)
    with CaptureQueriesContext(connection) as few:
        assert take_next(make.viewer(reviewer), batch=1) == mine
    for _ in range(3):
        make.a_claim(desk, by=editor, language="uk", priority=1)
    make.a_claim(desk, by=editor, priority=4)
    with CaptureQueriesContext(connection) as many:
        take_next(make.viewer(reviewer), batch=1)
    assert len(many) == len(few)


def test_nothing_for_somebody_is_explained_with_the_most_urgent_claim() -> None:
    desk = make.a_desk()
    editor, reviewer = make.an_editor(desk), make.a_reviewer(desk)
    make.a_claim(desk, by=editor, language="de", priority=3)
    urgent = make.a_claim(desk, by=editor, language="uk", priority=1)
    with pytest.raises(NobodyInPool, match=f"You cannot take #{urgent.pk}: does not read Ukrainian."):
        take_next(make.viewer(reviewer), batch=1)
