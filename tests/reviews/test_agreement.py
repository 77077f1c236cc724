"""How far independent reviewers agree: alpha against published examples, the share against the lists behind it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.lifecycle import Action, State
from claims.models import Claim, Desk, User
from claims.models.claim import ClaimQuerySet
from claims.verdicts import Answers, Said, So
from reviews.agreement import ENOUGH, Agreement, Rated, agreement_of, alpha
from reviews.dashboard.agreement import Period, agreement_by_desk, judged_alike, judged_by_several
from reviews.models import Part, PolicyKind, Reviewer
from reviews.services.acting import act
from tests import factories as make
from tests.admin.conftest import SignIn, signed
from tests.api.conftest import signed_in, with_key

__all__ = ["signed"]

# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section C: four observers, twelve units.
FOUR_OBSERVERS = ("123321412   ", "1233224125 3", " 3332342251 ", "12332441251 ")
# The same paper, section A: two observers, ten units, two values.
TWO_OBSERVERS = ("0100000000", "1110010010")
# Section B: two observers, twelve units, five values without an order.
TWO_OBSERVERS_FIVE_VALUES = ("aabbdcccedda", "babbbccceddd")


def by_unit(observers: Sequence[str]) -> list[tuple[str, ...]]:
    """Answers unit by unit; a blank is none."""
    width = max(len(row) for row in observers)
    rows = [row.ljust(width) for row in observers]
    return [tuple(row[unit] for row in rows if row[unit] != " ") for unit in range(width)]


def test_alpha_of_two_observers_is_the_published_one() -> None:
    assert alpha(by_unit(TWO_OBSERVERS)) == pytest.approx(0.095, abs=0.0005)


def test_alpha_of_two_observers_and_five_values_is_the_published_one() -> None:
    assert alpha(by_unit(TWO_OBSERVERS_FIVE_VALUES)) == pytest.approx(0.692, abs=0.0005)


def test_alpha_of_four_observers_with_answers_missing_is_the_published_one() -> None:
    assert alpha(by_unit(FOUR_OBSERVERS)) == pytest.approx(0.743, abs=0.0005)


def test_alpha_is_one_where_all_agree_and_not_defined_where_nothing_differs() -> None:
    assert alpha([("a", "a"), ("b", "b", "b")]) == 1.0
    assert alpha([("a", "a"), ("a", "a")]) is None
    assert alpha([("a",), ("b",)]) is None


@given(st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=4), min_size=1, max_size=8))
def test_alpha_does_not_depend_on_who_answered_or_in_which_order(answers: list[list[str]]) -> None:
    turned = [list(reversed(one)) for one in reversed(answers)]
    first, second = alpha(answers), alpha(turned)
    assert (first is None) == (second is None)
    if first is not None:
        assert first == pytest.approx(second)
        assert first <= 1.0


def alike(number: int, *, differing: int = 0) -> list[list[Rated]]:
    same = Rated(("accurate", "accurate"), ("confirmed", "confirmed"))
    other = Rated(("accurate", "altered"), ("refuted", "refuted"))
    return [[same]] * (number - differing) + [[other]] * differing


def test_too_few_claims_are_said_in_words_and_given_no_number() -> None:
    found = agreement_of(alike(ENOUGH - 1, differing=1))
    assert (found.share, found.alpha_said, found.alpha_so) == (None, None, None)
    assert found.words == "9 claims were judged by two or more: too few to say. From 10 on a share and alpha are shown."
    assert agreement_of([]).words.startswith("No claim was judged")
    assert agreement_of(alike(1)).words.startswith("1 claim was judged")


def test_answers_that_are_all_the_same_have_a_share_and_no_alpha() -> None:
    found = agreement_of(alike(ENOUGH))
    assert (found.share, found.alpha_said) == (1.0, None)
    assert found.words == (
        "All answers to “was it said?” and to “is it so?” are the same, so alpha cannot tell agreement from chance."
    )


def test_enough_claims_have_all_their_numbers() -> None:
    found = agreement_of(alike(ENOUGH, differing=2))
    assert (found.claims, found.reviews, found.agreeing, found.share) == (ENOUGH, 2 * ENOUGH, 8, 0.8)
    assert found.alpha_so == 1.0
    assert found.alpha_said is not None
    assert found.words == ""


def test_a_claim_judged_in_two_rounds_agrees_when_both_do() -> None:
    both = [*alike(1)[0], *alike(1, differing=1)[0]]
    assert agreement_of([both]) == Agreement(claims=1, reviews=4, agreeing=0)


def test_nobody_who_does_not_ask_for_alpha_waits_for_its_library() -> None:
    asked = "import sys, reviews.agreement; sys.exit('nltk' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


@pytest.fixture
def desk(db: None) -> Desk:
    return make.a_desk_with(make.a_policy(PolicyKind.INDEPENDENT, 2))


@pytest.fixture
def people(desk: Desk) -> list[Reviewer]:
    return [make.a_reviewer(desk, limit=99) for _ in range(3)]


PARTLY = Answers(Said.NOT_CHECKED, So.PARTLY, "Half of it can be shown, the rest cannot.")


def judged(desk: Desk, editor: User, people: list[Reviewer], second: Answers | None = make.UNPROVEN) -> Claim:
    """A claim the first reviewer judged, and the second too unless their answers are None; the third settles it."""
    claim = make.a_claim(desk, by=editor)
    make.evidence_for(claim)
    for person in people[:2]:
        make.put_on(claim, person, editor)
    make.review_by(claim, people[0])
    if second is not None:
        make.review_by(claim, people[1], second)
    if make.fresh(claim).state != State.DECIDED and second is not None:
        make.put_on(claim, people[2], editor, part=Part.ADJUDICATION)
        make.review_by(claim, people[2])
    return make.fresh(claim)


def everything() -> ClaimQuerySet:
    return Claim.objects.all()


def test_only_rounds_that_are_decided_count_and_an_adjudicators_answer_does_not(
    desk: Desk, editor: User, people: list[Reviewer]
) -> None:
    agreed, settled = judged(desk, editor, people), judged(desk, editor, people, PARTLY)
    running = judged(desk, editor, people, None)
    make.a_claim(make.a_desk(), State.DECIDED)
    assert set(judged_by_several(everything(), make.now())) == {agreed, settled}
    assert set(judged_alike(everything(), make.now())) == {agreed}
    act(agreed.pk, Action.REOPEN, make.viewer(editor), reason="New figures.")
    make.put_on(agreed, people[0], editor)
    make.review_by(agreed, people[0], PARTLY)
    assert set(judged_alike(everything(), make.now())) == {agreed}
    assert running not in judged_by_several(everything(), make.now())


def test_the_numbers_by_desk_are_those_of_the_lists(desk: Desk, editor: User, people: list[Reviewer]) -> None:
    for place in range(ENOUGH):
        judged(desk, editor, people, PARTLY if place < 3 else make.UNPROVEN)
    other = make.a_desk()
    whole, mine, none = agreement_by_desk(everything(), [desk, other], make.now(), Period.QUARTER)
    assert whole.found == mine.found
    assert (mine.found.claims, mine.found.agreeing, mine.share) == (ENOUGH, 7, "70%")
    assert (mine.found.alpha_said, none.found.claims) == (None, 0)
    assert mine.found.alpha_so is not None
    listed = {one["key"]: one["value"] for one in with_key().get("/stats").body["results"]}
    assert (listed["judged_by_several"], listed["judged_alike"]) == (ENOUGH, 7)


def test_the_api_gives_agreement_of_the_desks_one_sees(desk: Desk, editor: User, people: list[Reviewer]) -> None:
    judged(desk, editor, people)
    body = signed_in(editor).get("/stats/agreement?days=30").body
    assert [(row["desk"] and row["desk"]["key"], row["claims"]) for row in body["results"]] == [
        (None, 1),
        (desk.key, 1),
    ]
    assert body["results"][0]["words"].startswith("1 claim was judged")
    assert "Krippendorff" in body["definition"]
    stranger = signed_in(make.an_editor(make.a_desk())).get("/stats/agreement").body
    assert {row["claims"] for row in stranger["results"]} == {0}
    assert with_key().get(f"/stats/agreement?desk={desk.key}").body["results"][1]["agreeing"] == 1
    assert with_key().get("/stats/agreement?days=7").status == 400


def test_the_dashboard_says_how_many_agreed_and_by_desk(
    signed: SignIn, desk: Desk, editor: User, people: list[Reviewer]
) -> None:
    client = signed(editor)
    assert "No claim was judged by two or more." in client.get("/desk/").content.decode()
    for place in range(ENOUGH):
        judged(desk, editor, people, PARTLY if place < 3 else make.UNPROVEN)
    shown = client.get("/desk/").content.decode()
    assert 'data-testid="kpi-judged_alike"' in shown
    assert "(70%)" in shown
    page = client.get("/desk/agreement").content.decode()
    assert "70%" in page
    assert client.get("/desk/agreement?period=30").status_code == 200
    assert client.get("/desk/agreement?period=31").status_code == 404
