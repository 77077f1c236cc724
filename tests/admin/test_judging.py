"""Judging on the page of a claim: what a verdict leads to, the editor's seat, and reviewers who disagree."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from claims.lifecycle import State
from claims.models import Claim, Decision, Desk, User
from claims.services.proposing import GivenStep
from claims.verdicts import Answers, Said, So
from reviews.models import Assignment, AssignmentStatus, Part, PolicyKind, Reviewer
from reviews.services.acting import acting_on
from reviews.services.editing import profile_of, take_as_editor
from reviews.services.routing import pass_on
from tests import factories as make
from tests.admin.conftest import SignIn, page_of, step_of
from tests.admin.test_claim_page import record


@pytest.fixture
def strict(db: None) -> Desk:
    """A desk that wants a reviewer and an editor."""
    return make.a_desk_with(make.a_policy(PolicyKind.WITH_EDITOR, 2), name="World")


@pytest.fixture
def split(desk: Desk, editor: User, reviewer: Reviewer) -> Claim:
    """Two reviewers differ: one says unproven, the other confirmed."""
    claim = make.a_claim(desk, State.SECOND_OPINION, by=make.an_editor(desk), reviewer=reviewer)
    for site in ("one", "two"):
        make.evidence_for(claim, url=f"https://{site}.example/report")
    second = make.a_reviewer(desk)
    make.put_on(claim, second, editor)
    make.review_by(claim, second, make.CONFIRMED)
    return make.fresh(claim)


def words(client: Client, claim: Claim, query: str = "") -> str:
    return html.unescape(client.get(page_of(claim) + query).content.decode())


def test_the_form_says_what_the_verdict_leads_to_with_the_policys_name(signed: SignIn, strict: Desk) -> None:
    editor, reviewer = make.an_editor(strict), make.a_reviewer(strict)
    claim = make.a_claim(strict, State.IN_REVIEW, by=editor, reviewer=reviewer)
    name = strict.defaults.review_policy.name  # type: ignore[union-attr]  # the desk has one
    sentence = f"Needs a second judgement by an editor: {name}. The editor does not see your verdict"
    assert sentence in words(signed(reviewer.user), claim)


def test_the_form_says_how_many_must_agree(signed: SignIn) -> None:
    desk = make.a_desk_with(make.a_policy(PolicyKind.INDEPENDENT, 3, 2))
    editor, people = make.an_editor(desk), [make.a_reviewer(desk) for _ in range(2)]
    claim = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=people[0])
    make.put_on(claim, people[1], editor)
    sentence = "2 of 3 independent reviews must agree. Nobody sees another's verdict until the claim is decided."
    assert sentence in words(signed(people[0].user), claim)
    make.review_by(claim, people[0])
    assert sentence in words(signed(people[1].user), claim)


def test_a_second_opinion_is_said_with_the_desk(signed: SignIn, editor: User, reviewer: Reviewer) -> None:
    desk = make.a_desk(name="Politics")
    editor, first, second = make.an_editor(desk), make.a_reviewer(desk), make.a_reviewer(desk)
    claim = make.a_claim(desk, State.SECOND_OPINION, by=editor, reviewer=first)
    make.put_on(claim, second, editor)
    assert "Needs a second opinion: Politics desk. You do not see a verdict given before" in words(
        signed(second.user), claim
    )


def test_nothing_is_said_where_one_verdict_decides(signed: SignIn, desk: Desk, reviewer: Reviewer) -> None:
    claim = make.a_claim(desk, State.IN_REVIEW, reviewer=reviewer)
    assert 'data-testid="need"' not in words(signed(reviewer.user), claim)


def test_the_foot_of_the_page_says_what_follows_on_ones_own_review(signed: SignIn) -> None:
    desk = make.a_desk_with(make.a_policy(PolicyKind.INDEPENDENT, 2))
    editor, people = make.an_editor(desk), [make.a_reviewer(desk) for _ in range(2)]
    claim = make.a_claim(desk, by=editor)
    for person in people:
        make.put_on(claim, person, editor)
    make.review_by(claim, people[0])
    shown = words(signed(people[0].user), claim)
    assert "Your review is recorded. The second reviewer does not see yours until theirs is recorded." in shown
    assert 'data-testid="verdict-refusal"' not in shown
    make.review_by(claim, people[1])
    assert "Your review is recorded, and the claim is decided." in words(signed(people[0].user), claim)


def test_an_editor_gives_the_second_judgement_from_the_page(signed: SignIn, strict: Desk) -> None:
    editor, reviewer = make.an_editor(strict), make.a_reviewer(strict)
    claim = make.a_claim(strict, by=make.an_editor(strict))
    make.put_on(claim, reviewer, editor)
    client = signed(editor)
    assert 'data-testid="judge"' not in words(client, claim)
    make.review_by(claim, reviewer)
    assert "Give the second judgement" in words(client, claim)
    client.post(step_of(claim, "judge"))
    claim = make.fresh(claim)
    assert make.UNPROVEN.why not in words(client, claim)
    assert record(client, claim).status_code == 302
    assert make.fresh(claim).state == State.DECIDED


@pytest.mark.parametrize("has_profile", [True, False])
def test_an_editor_who_entered_the_claim_is_offered_no_seat_and_reads_why(signed: SignIn, *, has_profile: bool) -> None:
    strict = make.a_desk_with(make.a_policy(PolicyKind.WITH_EDITOR, 2), makers_may_review=False)
    editor, other = make.an_editor(strict), make.an_editor(strict)
    if has_profile:
        profile_of(editor)
    claim = make.a_claim(strict, State.IN_REVIEW, by=editor)
    make.review_by(claim, make.open_assignment_of(claim).reviewer)
    shown = words(signed(editor), claim)
    assert 'data-testid="judge"' not in shown
    assert f"{editor.full_name}: entered this claim." in shown
    dialog = html.unescape(signed(editor).get(step_of(claim, "assign")).content.decode())
    assert f'<option value="editor-{editor.pk}" disabled>{editor.full_name}: entered this claim</option>' in dialog
    offered = f'data-cd-words="Assign to {other}">{other}: editor of the desk</option>'
    assert f'<option value="editor-{other.pk}" {offered}' in dialog


def test_a_step_that_is_not_an_editors_says_so(signed: SignIn, desk: Desk, reviewer: Reviewer) -> None:
    claim = make.a_claim(desk)
    answer = signed(reviewer.user).post(step_of(claim, "judge")).content.decode()
    assert "Judging as editor: only for editor of its desk." in html.unescape(answer)


def test_editors_see_both_reviews_side_by_side_and_reviewers_do_not(
    signed: SignIn, split: Claim, desk: Desk, editor: User, reviewer: Reviewer
) -> None:
    shown = words(signed(editor), split)
    assert "Reviewers disagree" in shown
    assert make.UNPROVEN.why in shown
    assert make.CONFIRMED.why in shown
    assert 'data-testid="judge"' in shown
    for other in (reviewer, make.a_reviewer(desk)):
        assert 'data-testid="differing"' not in words(signed(other.user), split)
        assert make.CONFIRMED.why not in words(signed(other.user), split)


def test_an_adjudicator_begins_with_one_of_the_answers_and_gives_a_reason_of_their_own(
    signed: SignIn, split: Claim, desk: Desk, editor: User
) -> None:
    client = signed(editor)
    client.post(step_of(split, "judge"))
    review = split.reviews.get(so="confirmed")
    shown = words(client, split, f"?like={review.pk}")
    assert "Settle the disagreement" in shown
    assert 'value="confirmed" checked' in shown
    assert make.CONFIRMED.why not in shown.split('name="why"')[1].split("</textarea>")[0]
    record(client, make.fresh(split), so="confirmed", why="The second report names its own witness.")
    assert Decision.objects.get(claim=split, standing=True).why == "The second report names its own witness."


def test_answers_about_an_outlets_own_voice_are_begun_with_as_they_were_given(
    signed: SignIn, desk: Desk, reviewer: Reviewer
) -> None:
    editor, second = make.an_editor(desk), make.a_reviewer(desk)
    chain = [GivenStep("The Harbour Post", "outlet")]
    claim = make.a_claim(desk, State.IN_REVIEW, by=make.an_editor(desk), reviewer=reviewer, chain=chain)
    make.second_opinion_asked(claim, reviewer)
    make.put_on(claim, second, editor)
    make.evidence_for(claim)
    make.review_by(claim, second, Answers(Said.NOT_CHECKED, So.PARTLY, make.WHY))
    review = claim.reviews.get(so="unproven")
    assert review.said == Said.OWN_VOICE
    client = signed(editor)
    client.post(step_of(claim, "judge"))
    shown = words(client, claim, f"?like={review.pk}")
    assert 'name="said" value="not_checked" checked' in shown
    record(client, make.fresh(claim))
    assert make.fresh(claim).state == State.DECIDED


def test_an_editor_names_an_adjudicator_among_reviewers_and_editors(
    signed: SignIn, split: Claim, desk: Desk, editor: User
) -> None:
    another = make.an_editor(desk)
    client = signed(editor)
    assert f"{another.full_name}: editor of the desk" in html.unescape(
        client.get(step_of(split, "assign")).content.decode()
    )
    client.post(step_of(split, "assign"), {"to": f"editor-{another.pk}", "version": split.version})
    seat = Assignment.objects.open().get(claim=split)
    assert (seat.part, seat.reviewer.user) == (Part.ADJUDICATION, another)


def test_an_editor_hands_the_seat_to_an_editor_without_a_profile(signed: SignIn, strict: Desk) -> None:
    editor, another, reviewer = make.an_editor(strict), make.an_editor(strict), make.a_reviewer(strict)
    claim = make.a_claim(strict, by=make.an_editor(strict))
    make.put_on(claim, reviewer, editor)
    make.review_by(claim, reviewer)
    take_as_editor(claim.pk, make.viewer(editor))
    given = {"to": f"editor-{another.pk}", "note": "I know the person.", "version": make.fresh(claim).version}
    signed(editor).post(step_of(claim, "hand_over"), given)
    seat = Assignment.objects.open().get(claim=claim)
    assert (seat.part, seat.reviewer.user, seat.note) == (Part.EDITOR, another, "I know the person.")


def test_a_claim_without_a_known_source_is_recused_from_in_words(signed: SignIn, editor: User, desk: Desk) -> None:
    reviewer = make.a_reviewer(desk)
    claim = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer, quote=None)
    client = signed(reviewer.user)
    client.post(step_of(claim, "recuse"), {"note": "", "version": claim.version})
    assert Assignment.objects.get(claim=claim).status == AssignmentStatus.OPEN
    client.post(step_of(claim, "recuse"), {"note": "She is my sister.", "version": claim.version})
    assert Assignment.objects.get(claim=claim).status == AssignmentStatus.RECUSED


def test_an_outlet_is_offered_as_an_interest(signed: SignIn, desk: Desk, reviewer: Reviewer) -> None:
    claim = make.a_claim(desk, State.IN_REVIEW, reviewer=reviewer)
    outlet = claim.appearances.get().revision.article.outlet
    client = signed(reviewer.user)
    assert outlet.name in client.get(step_of(claim, "recuse")).content.decode()
    client.post(step_of(claim, "recuse"), {"source": outlet.pk, "note": "", "version": claim.version})
    assert Assignment.objects.get(claim=claim).status == AssignmentStatus.RECUSED


def test_what_waits_for_an_editor_is_among_their_second_opinions(
    signed: SignIn, split: Claim, editor: User, reviewer: Reviewer
) -> None:
    tab = reverse("admin:index") + "?view=second"
    assert split.statement in signed(editor).get(tab).content.decode()
    assert split.statement not in signed(reviewer.user).get(tab).content.decode()
    take_as_editor(split.pk, make.viewer(editor))
    assert split.statement in signed(editor).get(tab).content.decode()
    assert profile_of(editor).assignments.get().part == Part.ADJUDICATION


def test_whoever_a_claim_is_handed_to_reads_the_note_first_and_nobody_else_there(
    signed: SignIn, desk: Desk, editor: User, reviewer: Reviewer
) -> None:
    claim, other = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer), make.a_reviewer(desk)
    with acting_on(claim.pk, make.viewer(reviewer)) as acting:
        assert acting.mine is not None
        pass_on(acting.held, acting.mine, other, by=acting.by, note="Ask the <port> first.")
    shown = words(signed(other.user), claim)
    assert f"Handed over by {reviewer}: “Ask the <port> first.”" in shown
    assert shown.index('data-testid="handed-note"') < shown.index('class="cd-cols"')
    assert 'data-testid="handed-note"' not in words(signed(editor), claim)


def test_what_one_handed_over_is_followed_until_it_is_decided(
    signed: SignIn, desk: Desk, editor: User, reviewer: Reviewer
) -> None:
    claim, other = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer), make.a_reviewer(desk)
    with acting_on(claim.pk, make.viewer(reviewer)) as acting:
        assert acting.mine is not None
        pass_on(acting.held, acting.mine, other, by=acting.by, note="She speaks the language.")
    tab = reverse("admin:index") + "?view=handed"
    assert claim.statement in signed(reviewer.user).get(tab).content.decode()
    make.review_by(claim, other)
    assert "You have handed over nothing that is still open." in signed(reviewer.user).get(tab).content.decode()


@pytest.mark.parametrize(
    ("step", "left"), [("decline", "declined"), ("hand_over", "handed_over"), ("recuse", "recused")]
)
def test_an_editor_says_who_of_several_leaves(signed: SignIn, step: str, left: str) -> None:
    desk = make.a_desk_with(make.a_policy(PolicyKind.INDEPENDENT, 3))
    editor, people = make.an_editor(desk), [make.a_reviewer(desk) for _ in range(3)]
    claim = make.a_claim(desk, by=editor)
    seats = [make.put_on(claim, person, editor) for person in people]
    outlet = claim.appearances.get().revision.article.outlet_id
    client = signed(editor)
    assert "Whose seat" in client.get(step_of(claim, step)).content.decode()
    given = {"seat": seats[1].pk, "to": "pool", "source": outlet, "note": "", "version": make.fresh(claim).version}
    client.post(step_of(claim, step), given)
    assert dict(Assignment.objects.filter(claim=claim).values_list("pk", "status")) == {
        seats[0].pk: "open",
        seats[1].pk: left,
        seats[2].pk: "open",
    }


def judged(client: Client, claim: Claim, **given: Any) -> str:
    known = {"version": claim.version, "said": "not_checked", "so": "unproven", "why": make.WHY}
    answer = client.post(reverse("admin:claims_claim_review", args=[claim.pk]), known | given)
    return html.unescape(answer.content.decode())


def test_every_fault_of_a_verdict_is_told_at_once_at_its_field(
    signed: SignIn, desk: Desk, editor: User, reviewer: Reviewer
) -> None:
    own = make.dated(make.ahead(hours=-1))
    claim = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer, own=own)
    client = signed(reviewer.user)
    outcome = "A dated claim needs an outcome: by its date, later, did not happen, or unknown."
    for so, also in (("confirmed", "No evidence yet."), ("", "Answer “Is it so?”.")):
        page = judged(client, claim, so=so, why="It is so.")
        for sentence in (outcome, "this has 9.", also):
            assert sentence in page
    assert page.count("Answer “Is it so?”") == 1
    assert '<a href="#id_so_0">' in page  # to the first of the choices
    assert 'type="radio" id="id_so_0" name="so"' in page


def test_an_outcome_left_open_reads_as_a_choice_to_make_once_the_date_has_passed(
    signed: SignIn, desk: Desk, editor: User, reviewer: Reviewer
) -> None:
    for hours, words_there, words_not in (
        (-1, "Choose what became of it", "Choose, or leave it with “Too early”"),
        (9, "Choose, or leave it with “Too early”", "Choose what became of it"),
    ):
        own = make.dated(make.ahead(hours=hours))
        claim = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer, own=own)
        page = words(signed(reviewer.user), claim)
        assert f'<option value="" selected>{words_there}</option>' in page
        assert words_not not in page


def test_whoever_has_judged_reads_that_it_is_recorded_and_what_comes_next(
    signed: SignIn, desk: Desk, editor: User, strict: Desk
) -> None:
    first, second = make.a_reviewer(desk), make.a_reviewer(desk)
    claim = make.a_claim(desk, State.SECOND_OPINION, by=editor, reviewer=first)
    make.put_on(claim, second, editor)
    with_editor = make.a_claim(strict, State.IN_REVIEW, by=make.an_editor(strict), reviewer=make.a_reviewer(strict))
    own = Assignment.objects.get(claim=with_editor).reviewer
    make.review_by(with_editor, own)
    of_three = make.a_desk_with(make.a_policy(PolicyKind.INDEPENDENT, 3, 2))
    one = make.a_reviewer(of_three)
    asked = make.a_claim(of_three, State.IN_REVIEW, by=make.an_editor(of_three), reviewer=one)
    make.review_by(asked, one)
    for who, where, sentence in (
        (first, claim, "The second reviewer does not see yours until theirs is recorded."),
        (own, with_editor, "The editor does not see yours until theirs is recorded."),
        (one, asked, "The other reviewers do not see yours until theirs are recorded."),
    ):
        page = words(signed(who.user), where)
        assert "Your review is recorded: <time" in page
        assert sentence in page
        assert "<p>Record verdict: only for" not in page
    assert "Your review is recorded" not in words(signed(second.user), claim)


def test_whoever_has_judged_reads_that_an_adjudicator_settles_it(signed: SignIn, split: Claim) -> None:
    for assignment in Assignment.objects.filter(claim=split):
        page = words(signed(assignment.reviewer.user), split)
        assert "The reviews differ. An adjudicator settles it." in page
        assert "<p>Record verdict: only for" not in page
