"""How far reviewers who knew nothing of each other agree: the share, and Krippendorff's alpha.

Alpha (Krippendorff, "Content Analysis", 4th ed., ch. 12) compares the disagreement there is with the disagreement that
chance would bring: 1 is perfect, 0 is what chance gives, below 0 is worse than that. Answers have no order, so it is
the nominal one. It needs enough claims, and answers that are not all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

ENOUGH = 10  # claims below which neither a share nor an alpha is shown


@dataclass(frozen=True)
class Rated:
    """One round of two or more: what each of them answered to "was it said?" and to "is it so?"."""

    said: tuple[str, ...]
    so: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether all gave the same answers to both questions."""
        return len(set(self.said)) == len(set(self.so)) == 1


@dataclass(frozen=True)
class Agreement:
    """What so many claims come to. `share` is 0 to 1; each is None where there is too little to say."""

    claims: int
    reviews: int
    agreeing: int
    share: float | None = None
    alpha_said: float | None = None
    alpha_so: float | None = None

    @property
    def words(self) -> str:
        """Why something is missing, in plain words; empty when nothing is."""
        if self.claims < ENOUGH:
            few = {0: "No claim was", 1: "1 claim was"}.get(self.claims, f"{self.claims} claims were")
            return f"{few} judged by two or more: too few to say. From {ENOUGH} on a share and alpha are shown."
        alike = {"“was it said?”": self.alpha_said, "“is it so?”": self.alpha_so}
        same = [question for question, alpha in alike.items() if alpha is None]
        if not same:
            return ""
        return f"All answers to {' and to '.join(same)} are the same, so alpha cannot tell agreement from chance."


def agreement_of(claims: Collection[Sequence[Rated]]) -> Agreement:
    """The share of claims on which all agree, and alpha for each question. A claim has a round for each decision."""
    rounds = [one for rated in claims for one in rated]
    agreeing = sum(all(one.agrees for one in rated) for rated in claims)
    reviews = sum(len(one.so) for one in rounds)
    if len(claims) < ENOUGH:
        return Agreement(len(claims), reviews, agreeing)
    alphas = alpha([one.said for one in rounds]), alpha([one.so for one in rounds])
    return Agreement(len(claims), reviews, agreeing, agreeing / len(claims), *alphas)


def alpha(answers: Sequence[Sequence[str]]) -> float | None:
    """Krippendorff's alpha of nominal answers, one sequence a claim, whoever gave them.

    A claim with a single answer pairs with nothing and is left out. None where all answers are the same: then no
    disagreement is to be expected, and alpha is not defined.
    """
    paired = [given for given in answers if len(given) > 1]
    if len({value for given in paired for value in given}) < 2:
        return None
    from nltk.metrics.agreement import AnnotationTask

    ratings = [(coder, claim, value) for claim, given in enumerate(paired) for coder, value in enumerate(given)]
    return float(AnnotationTask(data=ratings).alpha())
