"""Takes a reviewer's judgement and lets the decision follow when it does."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from claims.actors import Actor, rule
from claims.errors import ReasonMissing
from claims.lifecycle import Action, Role, State
from claims.models import Decision, Evidence, FlagKind
from claims.models.making import new
from claims.models.worded import worded
from claims.models.writing import insert
from claims.services.articles import line, text
from claims.services.deciding import check_verdict, own_voice, record_decision, told
from claims.services.evidence import mark_used
from claims.services.steps import because
from claims.services.transitions import Held
from claims.verdicts import WHY_LENGTH, Answers, Said, So
from claims.verdicts import Outcome as OwnDateOutcome
from reviews.consensus import Judgement, Status, decide
from reviews.errors import NotEligible, NotOnIt
from reviews.models import Assignment, AssignmentStatus, Part, Review, Reviewer
from reviews.services import people
from reviews.services.assigning import end, interests_as_of_now
from reviews.services.routing import put_on
from reviews.services.seats import asked_of, open_one_more, withdraw_all

CONSENSUS = rule("consensus")
ASKED = "asked by name for a second opinion"
NOT_NEEDED = "Your judgement is not needed any more: enough agreed, or an adjudicator settles it."


def start_if_queued(held: Held, *, by: Actor) -> None:
    """The first evidence, draft or review of somebody on a queued claim starts it, as its own event."""
    if held.claim.state == State.QUEUED and Role.ON_IT in by.roles:
        held.take(Action.START, by=by)


def submit_review(
    held: Held,
    assignment: Assignment | None,
    answers: Answers,
    *,
    by: Actor,
    exception_reason: str = "",
    is_demo: bool = False,
) -> Review:
    """Submit the judgement of whoever holds `assignment`; the last agreeing one decides.

    `exception_reason` is an editor's reason for accepting fewer distinct origins; from anybody else it is nothing.
    Where the round asks an editor too, its reviewers need not count origins: the decision does not come without the
    editor, who either finds enough of them or says why fewer will do. Its event carries no verdict.
    Raises the refusals of `claims.services.deciding.check_verdict`, `NotOnIt`, `NotEligible`, `ActionNotPossible`.
    """
    if assignment is None or assignment.claim_id != held.claim.pk:
        raise _not_on_it(held, by)
    _check_impartial(held, assignment)
    start_if_queued(held, by=by)
    answers = _whole(held, answers)
    exception_reason = line(exception_reason, "exception_reason", 300) if Role.EDITOR in by.roles else ""
    _check(held, assignment, answers, exception_reason)
    evidence = _evidence(held.claim.pk)
    review = _keep(held, assignment, answers, evidence, exception_reason)
    _follow(held, review, by=by, evidence=evidence, is_demo=is_demo)
    return review


@worded
def _evidence(claim: int) -> QuerySet[Evidence]:
    return Evidence.objects.standing().filter(claim=claim)


def ask_second_opinion(
    held: Held,
    assignment: Assignment | None,
    answers: Answers | None,
    *,
    by: Actor,
    why: str,
    of: Reviewer | None = None,
) -> Review | None:
    """Ask for one more independent, blind review. A reviewer submits their own with it; an editor need not.

    `of` is who is asked, when somebody is: they must be able to take the seat now. Else it is routed.
    """
    reason = because(why)
    if assignment is None and Role.EDITOR not in by.roles:
        raise NotOnIt()
    review = None
    if assignment is not None:
        if answers is None:
            raise ReasonMissing("Your own review goes with the request.", pointer="/review")
        if of is not None:
            people.hold_all([assignment.reviewer_id, of.pk])
        _check_impartial(held, assignment)
        start_if_queued(held, by=by)
        answers = _whole(held, answers)
        _check(held, assignment, answers)
        review = _keep(held, assignment, answers, _evidence(held.claim.pk))
    # Whoever has just judged the claim gives away what they think as soon as they say why somebody else should look.
    told = _told(review) if review is not None else {}
    held.take(Action.ASK_SECOND_OPINION, by=by, reason="" if review is not None else reason, data=told)
    open_one_more(held, by=by, why=reason, review=review)
    if of is not None:
        put_on(held, of, by=by, chosen_by=ASKED)
    return review


def _check_impartial(held: Held, assignment: Assignment) -> None:
    """Nobody judges what came through a source they declared an interest in, also when that was after they got it."""
    if named := interests_as_of_now(held.claim, assignment.reviewer):
        raise NotEligible(step_back(named))


def step_back(named: list[str]) -> str:
    """What somebody reads who holds a seat on a claim that came through sources they declared an interest in."""
    return f"You have declared an interest in {', '.join(named)}. Step back from this claim."


def _not_on_it(held: Held, by: Actor) -> NotOnIt:
    here = Assignment.objects.filter(claim=held.claim, round=held.claim.round, reviewer__user=by.id)
    if here.filter(status=AssignmentStatus.COMPLETED).exists():
        return NotOnIt("Your review of this claim is recorded, and stays as it was submitted.")
    if here.filter(status=AssignmentStatus.WITHDRAWN).exists():
        return NotOnIt(NOT_NEEDED)
    return NotOnIt()


def _check(held: Held, assignment: Assignment, answers: Answers, exception_reason: str = "") -> None:
    """Whether these answers may be submitted. Raises the refusals of `check_verdict`.

    Whether reviewers of a round that asks an editor need count origins must not depend on what that editor said.
    """
    answered_for = assignment.part == Part.REVIEW and asked_of(held.claim).editor
    if assignment.part == Part.ADJUDICATION:
        exception_reason = exception_reason or _exception(held, answers)
    check_verdict(held, answers, exception_reason, counts_origins=not answered_for)


def _exception(held: Held, answers: Answers) -> str:
    """Why an editor who gave the same answer in this round accepted fewer origins for it; empty when none did."""
    return _exceptions.one(held.claim.pk, held.claim.round, answers.so or "") or ""


@worded
def _exceptions(claim: int, round_number: int, so: str) -> QuerySet[Review, str]:
    alike = Review.objects.filter(claim=claim, round=round_number, so=so).exclude(exception_reason="")
    return alike.order_by("-submitted_at", "-pk").values_list("exception_reason", flat=True)[:1]


def _whole(held: Held, answers: Answers) -> Answers:
    said = own_voice(held.claim, Said(answers.said))
    why = text(answers.why, "why", WHY_LENGTH[1]).strip()
    return Answers(said, answers.so, why, answers.outcome, answers.too_early)


def _keep(
    held: Held, assignment: Assignment, answers: Answers, evidence: Sequence[Evidence], exception_reason: str = ""
) -> Review:
    review = new(
        Review,
        assignment=assignment,
        claim=held.claim,
        reviewer=assignment.reviewer,
        part=assignment.part,
        round=assignment.round,
        said=answers.said,
        so=answers.so or "",
        outcome=answers.outcome or "",
        why=answers.why,
        exception_reason=exception_reason,
        evidence_ids=[item.pk for item in evidence],
        submitted_at=held.now,
    )
    insert(review)
    mark_used(held, evidence)
    end(held, assignment, AssignmentStatus.COMPLETED)
    return review


def _follow(held: Held, review: Review, *, by: Actor, evidence: list[Evidence], is_demo: bool) -> None:
    """One step for the review, and the decision or the disagreement that follows from it.

    Either way nobody else's judgement is wanted any more: whoever still holds a seat is told so at once, and never
    sits there beside reviews that are open to others.
    """
    consensus = decide(_judgements(held), asked_of(held.claim).agreeing)
    action = Action.ADJUDICATE if review.part == Part.ADJUDICATION else Action.SUBMIT_REVIEW
    data = _told(review)
    if not consensus.decides:
        held.take(action, by=by, to=State.SECOND_OPINION, data=data)
        if consensus.status == Status.SPLIT:
            withdraw_all(held)
            held.raise_flag(FlagKind.SPLIT, by=CONSENSUS, reason="The reviews differ. An adjudicator settles it.")
        return
    withdraw_all(held)
    answers = answers_of(review)
    reason = _exception(held, answers)
    check_verdict(held, answers, reason)  # evidence may have been replaced since an editor counted its origins
    decision = record_decision(held, answers, evidence, exception_reason=reason, is_demo=is_demo)
    to = None if action == Action.ADJUDICATE else State.DECIDED
    held.take(action, by=by, to=to, data=data, decision_changed=True)
    held.record("decision.make", by=CONSENSUS, data=told(decision) | {"reviews": _seals(held)})


def _told(review: Review) -> dict[str, object]:
    """All that the event of a submission says: that it came."""
    return {"review": review.pk, "part": review.part}


def _seals(held: Held) -> dict[str, str]:
    """By number the SHA-256 of each review of the round, for the history: it says no word that is not open by now."""
    return {str(row.pk): row.seal() for row in _reviews(held.claim.pk, held.claim.round)}


@worded
def _reviews(claim: int, round_number: int) -> QuerySet[Review]:
    return Review.objects.filter(claim=claim, round=round_number)


def _judgements(held: Held) -> list[Judgement]:
    return [
        Judgement(
            row.pk,
            row.reviewer_id,
            Said(row.said),
            So(row.so) if row.so else None,
            OwnDateOutcome(row.outcome) if row.outcome else None,
            adjudicates=row.part == Part.ADJUDICATION,
        )
        for row in _reviews(held.claim.pk, held.claim.round)
    ]


def answers_of(row: Review | Decision) -> Answers:
    """The answers of a stored review or decision."""
    so = So(row.so) if row.so else None
    outcome = OwnDateOutcome(row.outcome) if row.outcome else None
    return Answers(Said(row.said), so, row.why, outcome, too_early=so is None)
