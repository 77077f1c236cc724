"""Writes the decision that follows from reviews. Who may and whether reviewers agree is judged in `reviews`."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from claims.errors import AnswerMissing, EvidenceMissing, Faults
from claims.models import Appearance, Claim, Decision, Evidence
from claims.models.making import new
from claims.models.worded import worded
from claims.models.writing import insert, update
from claims.services.evidence import mark_used
from claims.services.transitions import Held
from claims.verdicts import Answers, Said, check_answers, check_evidence


def own_voice(claim: Claim, answers_said: Said) -> Said:
    """The answer to "was it said?": own voice, when nobody looked and the chain has a single step.

    Raises `AnswerMissing` where own voice is claimed of a chain with somebody else in it.
    """
    if answers_said not in {Said.NOT_CHECKED, Said.OWN_VOICE}:
        return answers_said
    steps = _steps_of_first_chain.one(claim.pk) or 0
    if answers_said == Said.OWN_VOICE and steps > 1:
        raise AnswerMissing("Somebody else is in the chain, so it is not the outlet's own voice.", pointer="/said")
    return Said.OWN_VOICE if steps == 1 else answers_said


@worded
def _steps_of_first_chain(claim: int) -> QuerySet[Appearance, int]:
    first = Appearance.objects.filter(claim=claim, is_first=True).order_by("pk")
    return first.annotate(steps=Count("chain")).values_list("steps", flat=True)[:1]


def check_verdict(held: Held, answers: Answers, exception_reason: str = "", *, counts_origins: bool = True) -> None:
    """All guards of a verdict on a held claim: whole answers, and evidence that carries them.

    Without `counts_origins` somebody else answers for their number, and one is enough.
    Raises the refusals of `verdicts.check_answers` and `verdicts.check_evidence`, several of them as `SeveralFaults`.
    """
    desk = held.claim.desk
    if desk is None:
        raise EvidenceMissing("A claim without a desk cannot be decided.")
    faults = Faults()
    with faults.caught():
        check_answers(answers, held.claim.confirm_by, held.now)
    with faults.caught():
        items = [item.as_item() for item in _evidence(held.claim.pk)]
        check_evidence(answers, items, desk.min_origins if counts_origins else 1, exception_reason)
    faults.refuse()


@worded
def _evidence(claim: int) -> QuerySet[Evidence]:
    return Evidence.objects.filter(claim=claim)


@worded
def _decisions(claim: int) -> QuerySet[Decision]:
    return Decision.objects.filter(claim=claim).order_by("-number")[:1]


def record_decision(
    held: Held, answers: Answers, evidence: list[Evidence], *, exception_reason: str = "", is_demo: bool = False
) -> Decision:
    """Write the decision and let it stand. The caller takes the step to `decided` in the same transaction."""
    last = _decisions.one(held.claim.pk)
    decision = new(
        Decision,
        claim=held.claim,
        number=last.number + 1 if last else 1,
        said=answers.said,
        so=answers.so or "",
        outcome=answers.outcome or "",
        why=answers.why,
        exception_reason=exception_reason,
        decided_at=held.now,
        recorded_at=held.now,
        supersedes=last,
        is_demo=is_demo,
    )
    insert(decision)
    if evidence:
        decision.evidence.set(evidence)
    mark_used(held, evidence)
    held.decide(decision)
    return decision


def reword(held: Held, before: Decision, why: str) -> Decision:
    """Write a decision that gives the answers of `before` in other words, and let it stand in its place.

    The answers were given when `before` was decided, so a date that has passed since is not answered by it.
    """
    before.standing = False
    update(before, ["standing"])
    decision = new(
        Decision,
        claim=held.claim,
        number=before.number + 1,
        said=before.said,
        so=before.so,
        outcome=before.outcome,
        why=why,
        exception_reason=before.exception_reason,
        decided_at=before.decided_at,
        recorded_at=held.now,
        supersedes=before,
        is_demo=before.is_demo,
    )
    insert(decision)
    decision.evidence.set(before.evidence.all())
    held.decide(decision)
    return decision


def told(decision: Decision) -> dict[str, object]:
    """What the decision's event reveals, and how many origins the desk asked for at the time."""
    desk = decision.claim.desk
    return {
        "min_origins": desk.min_origins if desk else 1,
        "decision": decision.pk,
        "number": decision.number,
        "said": decision.said,
        "so": decision.so,
        "outcome": decision.outcome,
        "why": decision.why,
        "is_demo": decision.is_demo,
    }
