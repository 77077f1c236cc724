"""Second part of the story: the worker gives claims to people, one of them reviews, and the guards look on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from claims.errors import ClaimDeskError
from claims.lifecycle import State
from claims.models import Claim, Decision, Flag, FlagKind
from claims.permissions import Viewer
from claims.services.evidence import GivenEvidence, add_evidence
from claims.verdicts import Answers, EvidenceKind, Outcome, Question, Said, So, Stance
from reviews.demo.processes import wait_for
from reviews.demo.promises import Promises
from reviews.demo.tables import Teller
from reviews.models import Assignment, Reviewer
from reviews.newsroom.courses import whoever_is_on
from reviews.services.acting import acting_on
from reviews.services.reviewing import start_if_queued, submit_review

ROUTED_WITHIN = 30.0  # seconds; beat sends a routing task every two
VERDICT = Answers(
    Said.OWN_VOICE,
    So.CONFIRMED,
    "Demo: the harbour log and the ferry's own position show that she has left.",
    Outcome.BY_DATE,
)


def routed(claims: list[Claim], teller: Teller, promises: Promises) -> list[dict[str, Any]]:
    """Wait for the worker to route them, then tell who got what and why, and why not the others."""
    numbers = [claim.pk for claim in claims]
    in_time = wait_for(lambda: not _unrouted(numbers), ROUTED_WITHIN)
    given = Assignment.objects.filter(claim__in=numbers).select_related("reviewer__user", "claim").order_by("claim_id")
    told = [_document(assignment) for assignment in given]
    desk = Reviewer.objects.filter(user__memberships__desk=claims[0].desk, user__memberships__role="reviewer").count()
    whole = all(len(each["others"]) == desk - 1 for each in told)
    promises.keep("Every accepted claim was routed by the Celery worker.", in_time and len(told) == len(claims))
    promises.keep("Each routing says why this person and why not each of the others.", bool(told) and whole)
    teller.chapter("Who got what, and why")
    rows = [(f"#{each['claim']}", each["reviewer"], each["why"]) for each in told]
    teller.table(("no.", "reviewer", "why"), (4, 20, 68), rows)
    return told


def _unrouted(numbers: list[int]) -> bool:
    waiting = Claim.objects.filter(pk__in=numbers, assignments__isnull=True)
    stuck = Flag.objects.standing().filter(kind=FlagKind.UNROUTABLE).values("claim")
    return waiting.exclude(pk__in=stuck).exists()


def _document(assignment: Assignment) -> dict[str, Any]:
    chosen = next(reason for reason in assignment.reasons if reason["code"] == "chosen")
    return {
        "claim": assignment.claim_id,
        "reviewer": str(assignment.reviewer),
        "rule": assignment.rule,
        "why": chosen["sentence"],
        "others": [reason for reason in assignment.reasons if reason is not chosen],
    }


def why_not_the_others(told: dict[str, Any], teller: Teller) -> None:
    """The reasons against everybody else on the desk, for one claim."""
    teller.chapter(f"Why not the others (#{told['claim']})")
    rows = [(each["name"], "could have" if each["eligible"] else "no", each["sentence"]) for each in told["others"]]
    teller.table(("reviewer", "eligible", "why not"), (20, 10, 62), rows)


def reviewed(claim: Claim, teller: Teller, promises: Promises) -> dict[str, Any]:
    """Whoever has the claim tries a verdict without evidence, then with one origin, then with two."""
    viewer = whoever_is_on(claim)
    tries = [
        ("Confirmed, without evidence", _try(lambda: _submit(claim, viewer))),
        ("adds the harbour log", _try(lambda: _add(claim, viewer, "Harbour log", "harbour-log"))),
        ("Confirmed, on one origin", _try(lambda: _submit(claim, viewer))),
        ("adds the ferry's position", _try(lambda: _add(claim, viewer, "Position of the ferry", "ferry-position"))),
        ("Confirmed, on two origins", _try(lambda: _submit(claim, viewer))),
    ]
    codes = [answer[0] for _tried, answer in tries]
    promises.keep("A verdict without evidence is refused.", codes[0] == "evidence_missing")
    promises.keep("A verdict on one origin is refused where the desk asks for two.", codes[2] == "origins_too_few")
    decision = _decision_of(claim)
    promises.keep("With the evidence the verdict is kept, and the decision follows.", bool(codes[4] == "" and decision))
    teller.chapter(f"Evidence and a verdict, by {viewer.actor.name} (#{claim.pk})")
    teller.table(("tried", "answer"), (30, 64), [(tried, sentence) for tried, (_code, sentence) in tries])
    _say(decision, teller)
    return {
        "claim": claim.pk,
        "reviewer": viewer.actor.name,
        "tries": [{"tried": tried, "code": code, "answer": sentence} for tried, (code, sentence) in tries],
        "decision": decision,
    }


def _try(step: Callable[[], str]) -> tuple[str, str]:
    """What came of it: the code of the refusal, empty when it was done, and the sentence."""
    try:
        return "", step()
    except ClaimDeskError as refused:
        return refused.code, refused.message


def _add(claim: Claim, viewer: Viewer, title: str, path: str) -> str:
    given = GivenEvidence(
        Question.SO,
        Stance.SUPPORTS,
        EvidenceKind.LINK,
        url=f"https://example.org/demo/{path}",
        title=title,
        primary=True,
    )
    with acting_on(claim.pk, viewer) as acting:
        start_if_queued(acting.held, by=acting.by)
        item = add_evidence(acting.held, given, by=acting.by, user=viewer.user)
    return f"Kept: {item.title}, {item.get_stance_display().lower()} “{item.get_question_display()}”"


def _submit(claim: Claim, viewer: Viewer) -> str:
    with acting_on(claim.pk, viewer) as acting:
        submit_review(acting.held, acting.mine, VERDICT, by=acting.by, is_demo=True)
    return "Kept, and the decision follows: this claim needs one review."


def _decision_of(claim: Claim) -> dict[str, Any] | None:
    decision = Decision.objects.filter(claim=claim, standing=True, claim__state=State.DECIDED).first()
    if decision is None:
        return None
    return {
        "said": decision.said,
        "so": decision.so,
        "outcome": decision.outcome,
        "why": decision.why,
        "decided_at": decision.decided_at.isoformat(),
        "is_demo": decision.is_demo,
    }


def _say(decision: dict[str, Any] | None, teller: Teller) -> None:
    if decision is not None:
        so, said = So(decision["so"]).label, Said(decision["said"]).label
        teller.say(f"Decided: {so}. Was it said? {said}. {decision['why']} (marked as demo)")
