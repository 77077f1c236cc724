"""Verdicts that readers are told, as a desk gives them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from claims.lifecycle import Action
from claims.models import Claim, Desk, SourceKind, User, Visibility
from claims.services.proposing import GivenStep
from claims.verdicts import Answers, Question
from reviews.services.acting import act, acting_on
from reviews.services.reviewing import submit_review
from tests import factories as make

HIDDEN = "Zinnober"  # stands in everything that readers must never get
PLAINER = "Three reports that know nothing of each other say the same."
STATEMENT = "The minister will resign </script> & <b>next</b> week."


@dataclass
class NewsDesk:
    """A desk with its editor, who publishes; every claim has a reviewer of its own."""

    desk: Desk = field(default_factory=lambda: make.a_desk(zone="Europe/Kyiv"))
    editor: User = field(init=False)

    def __post_init__(self) -> None:
        self.editor = make.an_editor(self.desk)

    def decided(
        self, answers: Answers = make.CONFIRMED, *, is_demo: bool = False, everything: bool = False, **given: Any
    ) -> Claim:
        """A decided claim with a chain from the outlet to an unnamed role, and evidence: of every kind if wanted."""
        reviewer = make.a_reviewer(self.desk)
        article = make.an_article(desk=self.desk)
        told = {
            "statement": STATEMENT,
            "quote": make.a_quote(article.revision),
            "topics": ("government",),
            "chain": [
                GivenStep(article.article.outlet.name, SourceKind.OUTLET),
                GivenStep("a person close to her", SourceKind.UNNAMED, verb="said", note=f"{HIDDEN} told us who"),
            ],
        }
        claim = make.a_claim(self.desk, by=self.editor, selection_reason=HIDDEN, **{**told, **given})
        make.put_on(claim, reviewer, self.editor)
        for title in ("Diary of the ministry", "Minutes of the cabinet"):
            make.evidence_for(claim, title=title, visibility=Visibility.PUBLIC, note=HIDDEN)
        if everything:
            self._add_more(claim)
        with acting_on(claim.pk, make.viewer(reviewer)) as acting:
            submit_review(acting.held, acting.mine, answers, by=acting.by, is_demo=is_demo)
        return make.fresh(claim)

    def _add_more(self, claim: Claim) -> None:
        """What repeats another item, what bears on "Was it said?", what stays inside, and what was taken from that."""
        public: dict[str, Any] = {"visibility": Visibility.PUBLIC, "note": HIDDEN}
        first = claim.evidence.get(title="Diary of the ministry")
        make.evidence_for(claim, title="What repeats the diary", derives_from=first, **public)
        make.evidence_for(claim, question=Question.SAID, title="A recording", primary=True, **public)
        for visibility in (Visibility.INTERNAL, Visibility.PROTECTED):
            hidden = make.evidence_for(claim, title=HIDDEN, visibility=visibility)
        make.evidence_for(claim, title="Taken from what stays inside", derives_from=hidden, **public)

    def act(self, action: Action, claim: Claim, **how: Any) -> Claim:
        """The editor takes a step."""
        act(claim.pk, action, make.viewer(self.editor), **how)
        return make.fresh(claim)

    def published(self, answers: Answers = make.CONFIRMED, **given: Any) -> Claim:
        return self.act(Action.PUBLISH, self.decided(answers, **given))

    def corrected(
        self, claim: Claim, kind: str = "update", note: str = "Said more plainly.", why: str = PLAINER
    ) -> Claim:
        """The same answers in other words."""
        return self.act(Action.CORRECT, claim, correction_class=kind, note=note, why=why)

    def told_anew(self, claim: Claim) -> Claim:
        """Looked at again by another reviewer, who says the same, and published."""
        self.act(Action.REOPEN, claim, reason="Looked at again.")
        reviewer = make.a_reviewer(self.desk)
        make.put_on(claim, reviewer, self.editor)
        make.review_by(claim, reviewer, make.CONFIRMED)
        return self.act(Action.PUBLISH, claim)

    def withdrawn(self, claim: Claim, note: str = "It was about somebody else.") -> Claim:
        return self.act(Action.WITHDRAW, claim, note=note)
