"""Tells readers the verdict that stands, corrects what they were told, and takes it back.

Nothing that was public is edited or deleted. A later publication replaces the earlier one and says what changed; a
withdrawal leaves the address and a reason. Other words for the same answers are a correction; another answer is a new
decision of reviewers, published with the class of correction it is. Who reviewed first is known to the work, which
refuses them before it comes here.
"""

from __future__ import annotations

from datetime import datetime

from claims.actors import Actor, rule
from claims.errors import (
    AlreadyPublished,
    CorrectionMissing,
    CorrectionNotPossible,
    Embargoed,
    NothingPublished,
    NotPublic,
    ReasonMissing,
    WithdrawnForGood,
)
from claims.exports.told import gather
from claims.lifecycle import Action, CorrectionClass
from claims.models import Claim, ClaimEvent, Decision, Publication, Visibility
from claims.services.articles import text
from claims.services.deciding import reword
from claims.services.embargoes import until_words
from claims.services.steps import because
from claims.services.transitions import Held
from claims.verdicts import check_why

CORRECTION = rule("correction")


def check_publishable(held: Held) -> Decision:
    """The standing decision, when it may be published now.

    Raises `AlreadyPublished`, `WithdrawnForGood`, or `Embargoed` while an article it is quoted from is.
    """
    standing = _standing(held)
    if standing.withdrawn_at is not None:
        raise WithdrawnForGood
    if standing.published_at is not None:
        raise AlreadyPublished
    _check_embargo(held.claim, held.now)
    return standing


def check_correctable(held: Held) -> Decision:
    """The standing decision, when it is public, so that its words can be corrected.

    Raises `NotPublic` when readers are told an earlier one, else `NothingPublished`.
    """
    public = check_withdrawable(held)
    if not public.standing:
        raise NotPublic
    return public


def check_withdrawable(held: Held) -> Decision:
    """The decision readers are told now. Raises `NothingPublished`."""
    if held.public is None:
        raise NothingPublished
    return held.public


def _standing(held: Held) -> Decision:
    if held.standing is None:
        raise NothingPublished("No verdict stands.")
    return held.standing


def _check_embargo(claim: Claim, now: datetime) -> None:
    ends = [seen.revision.article.embargo_until for seen in claim.appearances.all()]  # uses what was prefetched
    until = max((end for end in ends if end is not None), default=now)
    if until > now:
        raise Embargoed(until_words(until))


def publish(held: Held, *, by: Actor, correction_class: str = "", note: str = "") -> ClaimEvent:
    """Publish the standing decision. Where an earlier one is public, say how much has changed and what.

    Raises what `check_publishable` refuses, `CorrectionMissing`, `CorrectionNotPossible`.
    """
    held.check(Action.PUBLISH, by)
    decision, former = check_publishable(held), held.public
    if former is None and (correction_class or note.strip()):
        raise CorrectionNotPossible("Nothing of this claim is public, so there is nothing to correct.")
    if former is not None:
        _check_class(former, decision, correction_class)
        _set_correction(decision, correction_class, note)
    return _make_public(held, Action.PUBLISH, decision, former, by=by)


def correct(held: Held, *, by: Actor, correction_class: str, note: str, why: str) -> ClaimEvent:
    """Put the public verdict in other words: a new decision with the same answers, public at once.

    Another answer is not a correction of words: reopen the claim. Raises what `check_correctable` refuses,
    `CorrectionMissing`, `CorrectionNotPossible` when the words are the same, `ReasonMissing`.
    """
    held.check(Action.CORRECT, by)
    former = check_correctable(held)
    words = text(why, "why", 4000).strip()
    check_why(words)
    if words == former.why:
        raise CorrectionNotPossible("The words are the same as before.", pointer="/why")
    decision = reword(held, former, words)
    _set_correction(decision, correction_class, note)
    event = _make_public(held, Action.CORRECT, decision, former, by=by)
    held.record("decision.reword", by=CORRECTION, data=published(decision, former))
    return event


def withdraw(held: Held, *, by: Actor, note: str) -> ClaimEvent:
    """Take back what is public. Its address stays, and says why. Raises `NothingPublished`, `ReasonMissing`."""
    held.check(Action.WITHDRAW, by)
    public, note = check_withdrawable(held), because(note, "note")
    public.withdrawn_at, public.withdrawn_note = held.now, note
    public.save(update_fields=["withdrawn_at", "withdrawn_note"])
    held.tell(None)
    data = {"decision": public.pk, "number": public.number, "is_demo": public.is_demo}
    return held.take(Action.WITHDRAW, by=by, reason=note, data=data, decision_changed=True)


def _check_class(former: Decision, decision: Decision, correction_class: str) -> None:
    """Another answer is never a minor correction."""
    if correction_class == CorrectionClass.MINOR and _answers(former) != _answers(decision):
        raise CorrectionNotPossible(
            "An answer has changed, so this is not a minor correction.", pointer="/correction_class"
        )


def _answers(decision: Decision) -> tuple[str, str, str]:
    return decision.said, decision.so, decision.outcome


def _set_correction(decision: Decision, correction_class: str, note: str) -> None:
    if correction_class not in CorrectionClass.values:
        raise CorrectionMissing(pointer="/correction_class")
    try:
        decision.correction_note = because(note, "note")
    except ReasonMissing as missing:
        raise CorrectionMissing(pointer="/note") from missing
    decision.correction_class = correction_class


def _make_public(held: Held, action: Action, decision: Decision, former: Decision | None, *, by: Actor) -> ClaimEvent:
    if former is not None:
        former.replaced_at = held.now
        former.save(update_fields=["replaced_at"])
    decision.published_at = held.now
    decision.save(update_fields=["published_at", "correction_class", "correction_note"])
    Publication.objects.create(decision=decision, told=gather(held.claim, decision).as_json())
    held.tell(decision)
    data = published(decision, former)
    return held.take(action, by=by, reason=decision.correction_note, data=data, decision_changed=True)


def published(decision: Decision, former: Decision | None) -> dict[str, object]:
    """What the event of a publication says: the verdict as readers get it, and what it replaces.

    Evidence is named only where it is public. `replaces` is the number of the decision readers were told before.
    """
    evidence = decision.evidence.filter(visibility=Visibility.PUBLIC).order_by("pk")
    return {
        "decision": decision.pk,
        "number": decision.number,
        "said": decision.said,
        "so": decision.so,
        "outcome": decision.outcome,
        "why": decision.why,
        "evidence": list(evidence.values_list("pk", flat=True)),
        "replaces": former.number if former else None,
        "correction_class": decision.correction_class,
        "correction_note": decision.correction_note,
        "is_demo": decision.is_demo,
        "told_sha256": decision.publication.sha256(),
    }
