"""Was it checked already? What says nearly the same is found, and only where the caller sees it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.lifecycle import Action, State
from claims.models import Claim, Desk, Scope
from claims.services.matching import words_of
from reviews.services.acting import act
from tests.api.conftest import Api, with_key
from tests.factories import a_claim, a_desk, a_quote, ahead, an_article, an_editor, viewer

STATEMENT = "The minister of finance will resign by 29 November."


def ask(api: Api, statement: str = STATEMENT, **more: Any) -> list[dict[str, Any]]:
    answer = api.post("/claims:match", {"statement": statement, **more})
    assert answer.status == 200, answer.body
    found: list[dict[str, Any]] = answer.body["results"]
    return found


def test_nearly_the_same_is_found_nearest_first_with_what_differs(api: Api, desk: Desk) -> None:
    same = a_claim(desk, State.DECIDED, statement="By 29 November the minister of finance is resigning.")
    other = a_claim(desk, statement="The minister of finance will not resign by 30 November.")
    a_claim(desk, statement="Grain exports through the northern port have doubled since spring.")
    found = ask(api)
    assert [(one["claim"]["id"], one["differs"]) for one in found] == [
        (same.pk, []),
        (other.pk, ["numbers", "negation"]),
    ]
    assert 1 > found[0]["similarity"] > found[1]["similarity"] > 0
    assert found[0]["claim"]["verdict"]["so"] == "unproven"


def test_the_very_same_words_are_wholly_alike(api: Api, desk: Desk) -> None:
    a_claim(desk, statement=STATEMENT)
    assert ask(api)[0]["similarity"] == 1.0


def test_a_claim_is_not_like_itself_and_a_limit_is_kept(api: Api, desk: Desk) -> None:
    claims = [a_claim(desk, statement=STATEMENT) for _ in range(3)]
    others = api.get(f"/claims/{claims[0].pk}/similar").body["results"]
    assert {one["claim"]["id"] for one in others} == {claims[1].pk, claims[2].pk}
    assert len(api.get(f"/claims/{claims[0].pk}/similar?limit=1").body["results"]) == 1
    assert len(ask(api, limit=2)) == 2


def test_what_the_caller_may_not_see_is_not_found(desk: Desk) -> None:
    elsewhere = a_claim(a_desk(), statement=STATEMENT)
    taken = an_article(desk=desk, embargo_until=ahead(hours=1))
    a_claim(desk, statement=STATEMENT, quote=a_quote(taken.revision))
    everywhere, here = with_key(), with_key(desks=(desk,))
    assert [one["claim"]["id"] for one in ask(everywhere)] == [elsewhere.pk]
    assert elsewhere.pk not in [one["claim"]["id"] for one in ask(here)]
    assert here.get(f"/claims/{elsewhere.pk}/similar").code == "not_found"


def test_what_was_merged_says_where_it_went(api: Api, desk: Desk) -> None:
    editor = an_editor(desk)
    stays, merged = (a_claim(desk, by=editor, statement=STATEMENT) for _ in range(2))
    act(merged.pk, Action.MERGE, viewer(editor), into=Claim.objects.get(pk=stays.pk))
    told = {one["claim"]["id"]: one["claim"]["dismissal"] for one in ask(api)}
    assert told[merged.pk]["duplicate_of"] == stays.pk
    assert told[stays.pk] is None


@pytest.mark.parametrize("statement", ["…", "!!! ???", "the", "a b"])
def test_words_that_tell_nothing_find_nothing(api: Api, desk: Desk, statement: str) -> None:
    a_claim(desk, statement=STATEMENT)
    assert ask(api, statement) == []


def test_looking_needs_the_right_to_read_and_no_more(desk: Desk) -> None:
    assert ask(with_key(Scope.CLAIMS_READ)) == []
    assert with_key(Scope.CLAIMS_WRITE).post("/claims:match", {"statement": STATEMENT}).code == "scope_missing"


def test_it_costs_the_same_whatever_is_found(api: Api, desk: Desk) -> None:
    counts = set()
    a_claim(desk, statement=STATEMENT)
    ask(api)  # that the key was used is noted once a minute
    for _ in range(3):
        a_claim(desk, statement=STATEMENT)
        with CaptureQueriesContext(connection) as asked:
            ask(api)
        counts.add(len(asked))
    assert len(counts) == 1


def test_common_words_do_not_decide_once_the_database_knows_them(api: Api, desk: Desk) -> None:
    for number in range(12):
        a_claim(desk, statement=f"The minister will resign over affair {number}x.")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE claims_claim")
    words = words_of("The minister will resign over unicorns.")
    assert words is not None
    assert words.terms[0] == "'unicor':*"
