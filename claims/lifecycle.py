"""The life of a claim as one table.

Everything that may happen to a claim stands here once: from which states, to which, by whom, what it needs and
what else it does. The writer (`claims.services.transitions`), the API's `allowed_actions`, the buttons in the
admin and the diagram in `docs/lifecycle.md` all read this table; nothing else decides what is allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from claims.errors import ActionNotPossible, RoleMissing


class State(TextChoices):
    """Where the work on a claim stands. A claim has exactly one state."""

    PROPOSED = "proposed", _("Proposed")
    QUEUED = "queued", _("Queued")
    IN_REVIEW = "in_review", _("In review")
    WAITING = "waiting", _("Waiting")
    SECOND_OPINION = "second_opinion", _("Second opinion")
    DECIDED = "decided", _("Decided")
    DISMISSED = "dismissed", _("Dismissed")


class Action(TextChoices):
    """Every step the table knows. The value is the key used by the API and stored in events."""

    PROPOSE = "propose", _("Propose")
    ACCEPT = "accept", _("Accept")
    DISMISS = "dismiss", _("Dismiss")
    RESTORE = "restore", _("Restore")
    ASSIGN = "assign", _("Assign")
    START = "start", _("Start review")
    HAND_OVER = "hand_over", _("Hand over")
    DECLINE = "decline", _("Decline")
    RECUSE = "recuse", _("Recuse")
    WAIT = "wait", _("Wait")
    RESUME = "resume", _("Resume")
    ASK_SECOND_OPINION = "ask_second_opinion", _("Ask for a second opinion")
    SUBMIT_REVIEW = "submit_review", _("Record verdict")
    ADJUDICATE = "adjudicate", _("Adjudicate")
    REOPEN = "reopen", _("Reopen")
    SET_DUE = "set_due", _("Change review due")
    SET_OWN_DATE = "set_own_date", _("Change its own date")
    CHANGE_DESK = "change_desk", _("Change desk")
    SET_PRIORITY = "set_priority", _("Change priority")
    SETTLE = "settle", _("Settle anew")
    EDIT = "edit", _("Edit")
    SPLIT = "split", _("Split claim")
    MERGE = "merge", _("Merge duplicate")
    PUBLISH = "publish", _("Publish")
    CORRECT = "correct", _("Correct")
    WITHDRAW = "withdraw", _("Withdraw")
    RAISE_FLAG = "raise_flag", _("Raise flag")
    CLEAR_FLAG = "clear_flag", _("Clear flag")
    UNDO = "undo", _("Undo")


class Role(TextChoices):
    """What somebody is to one claim. A person may be several of these at once."""

    REVIEWER = "reviewer", _("reviewer")
    ON_IT = "on_it", _("reviewer on it")
    TRIAGER = "triager", _("reviewer with the right to triage")
    EDITOR = "editor", _("editor of its desk")
    ADMINISTRATOR = "administrator", _("administrator")
    ADJUDICATOR = "adjudicator", _("adjudicator")
    KEY_WRITE = "key_write", _("key with claims:write")
    KEY_TRIAGE = "key_triage", _("key with claims:triage")
    KEY_MAKER = "key_maker", _("key that made it")
    KEY_EVIDENCE = "key_evidence", _("key with evidence:write")
    SYSTEM = "system", _("system")
    SAME_PERSON = "same_person", _("whoever did it")


class WaitingReason(TextChoices):
    """Why a person parked a claim."""

    REPLY = "reply", _("Waiting for a reply")
    DOCUMENT = "document", _("Waiting for a document")
    OWN_DATE = "own_date", _("Waiting for its own date")
    OTHER_CLAIM = "other_claim", _("Waiting for another claim")
    OTHER = "other", _("Waiting for something else")


class DismissalReason(TextChoices):
    """Why a claim will not be checked."""

    NOT_FACTUAL = "not_factual", _("Not a factual claim")
    UNDATED_OPINION = "undated_opinion", _("Opinion or forecast without a date")
    DUPLICATE = "duplicate", _("Duplicate of another claim")
    OFF_SUBJECT = "off_subject", _("Not about the article's subject")
    UNCHECKABLE = "uncheckable", _("Cannot be checked with any source")
    WITHDRAWN_BY_OUTLET = "withdrawn_by_outlet", _("Withdrawn by the outlet")
    OTHER = "other", _("Other")


class CorrectionClass(TextChoices):
    """How much a published decision changed."""

    MINOR = "minor", _("Minor")
    UPDATE = "update", _("Update")
    SUBSTANTIAL = "substantial", _("Substantial")


OPEN_STATES = frozenset({State.QUEUED, State.IN_REVIEW, State.WAITING, State.SECOND_OPINION})
ALL_STATES = frozenset(State)

_S, _R, _A = State, Role, Action
_NEW: frozenset[State] = frozenset()


@dataclass(frozen=True)
class Rule:
    """One row of the table.

    `sources` empty means the action makes the claim. `targets` empty means the state stays; several targets mean the
    step itself says which. `who` maps each role to the states in which it may act (a subset of `sources`).
    """

    action: Action
    sources: frozenset[State]
    targets: frozenset[State]
    who: Mapping[Role, frozenset[State]]
    needs: str = ""
    also: str = ""

    @property
    def stays(self) -> bool:
        return not self.targets


@dataclass(frozen=True)
class _Who:
    """Collects `Role -> states` while the table is written: roles without states may act in all sources."""

    everywhere: tuple[Role, ...] = ()
    only: Mapping[Role, frozenset[State]] = field(default_factory=dict)

    def over(self, sources: frozenset[State]) -> Mapping[Role, frozenset[State]]:
        return MappingProxyType({**dict.fromkeys(self.everywhere, sources), **self.only})


def _rule(
    action: Action,
    sources: frozenset[State],
    targets: frozenset[State],
    who: _Who,
    *,
    needs: str = "",
    also: str = "",
) -> Rule:
    return Rule(action, sources, targets, who.over(sources), needs, also)


def _in(*states: State) -> frozenset[State]:
    return frozenset(states)


_STAYS: frozenset[State] = frozenset()
_PERSONS_ON_IT = _Who((_R.ON_IT, _R.EDITOR))
# An adjudicator holds a seat too, and must be able to leave it.
_LEAVING = _Who((_R.ON_IT, _R.EDITOR), {_R.ADJUDICATOR: _in(_S.SECOND_OPINION)})
_MOVABLE = ALL_STATES - {_S.DISMISSED}
_PROPOSED, _ACTIVE = _in(_S.PROPOSED), _in(_S.QUEUED, _S.IN_REVIEW)

_ROWS = (
    _rule(
        _A.PROPOSE,
        _NEW,
        _PROPOSED,
        _Who((_R.KEY_WRITE, _R.REVIEWER, _R.EDITOR, _R.SYSTEM)),
        needs="a statement, or an article and a quote",
        also="with accept, both steps at once",
    ),
    _rule(
        _A.ACCEPT,
        _PROPOSED,
        _in(_S.QUEUED),
        _Who((_R.EDITOR, _R.TRIAGER, _R.KEY_TRIAGE)),
        needs="a desk",
        also="review due set, alarms set, routable",
    ),
    _rule(
        _A.DISMISS,
        _in(_S.PROPOSED, _S.QUEUED, _S.IN_REVIEW, _S.WAITING, _S.SECOND_OPINION),
        _in(_S.DISMISSED),
        _Who((_R.EDITOR,), {_R.TRIAGER: _PROPOSED, _R.ON_IT: _ACTIVE}),
        needs="a reason (text for other, a claim for duplicate), no public verdict",
        also="alarms removed, flags cleared, assignments withdrawn",
    ),
    _rule(_A.RESTORE, _in(_S.DISMISSED), _in(_S.QUEUED), _Who((_R.EDITOR,)), needs="a desk", also="alarms set again"),
    _rule(
        _A.ASSIGN,
        _in(_S.QUEUED, _S.IN_REVIEW, _S.SECOND_OPINION),
        _STAYS,
        _Who((_R.SYSTEM, _R.EDITOR, _R.REVIEWER)),
        needs="an eligible reviewer, a free seat",
        also="reasons stored",
    ),
    _rule(_A.START, _in(_S.QUEUED), _in(_S.IN_REVIEW), _Who((_R.ON_IT,)), also="by the first evidence or review"),
    _rule(
        _A.HAND_OVER,
        _in(_S.QUEUED, _S.IN_REVIEW, _S.SECOND_OPINION),
        _in(_S.QUEUED, _S.IN_REVIEW, _S.SECOND_OPINION),
        _LEAVING,
        needs="a note when handed to a person",
        also="routed again",
    ),
    _rule(
        _A.DECLINE,
        _in(_S.QUEUED, _S.IN_REVIEW, _S.SECOND_OPINION),
        _in(_S.QUEUED, _S.IN_REVIEW, _S.SECOND_OPINION),
        _LEAVING,
        needs="",
        also="routed again",
    ),
    _rule(
        _A.RECUSE,
        _in(_S.QUEUED, _S.IN_REVIEW, _S.SECOND_OPINION),
        _in(_S.QUEUED, _S.IN_REVIEW, _S.SECOND_OPINION),
        _LEAVING,
        needs="the interest",
        also="routed again",
    ),
    _rule(
        _A.WAIT,
        _ACTIVE,
        _in(_S.WAITING),
        _PERSONS_ON_IT,
        needs="a reason, until when, a new review due",
        also="alarm wait_over",
    ),
    _rule(
        _A.RESUME,
        _in(_S.WAITING),
        _ACTIVE,
        _Who((_R.ON_IT, _R.EDITOR, _R.SYSTEM)),
        needs="",
        also="goes back to where it came from",
    ),
    _rule(
        _A.ASK_SECOND_OPINION,
        _in(_S.IN_REVIEW),
        _in(_S.SECOND_OPINION),
        _PERSONS_ON_IT,
        needs="why",
        also="a blind seat more",
    ),
    _rule(
        _A.SUBMIT_REVIEW,
        _in(_S.IN_REVIEW, _S.SECOND_OPINION),
        _in(_S.SECOND_OPINION, _S.DECIDED),
        _Who((_R.ON_IT,)),
        needs="both answers or too early, the outcome for dated claims, why, evidence",
        also="the last agreeing review decides; disagreement raises split",
    ),
    _rule(
        _A.ADJUDICATE,
        _in(_S.SECOND_OPINION),
        _in(_S.DECIDED),
        _Who((_R.ADJUDICATOR,)),
        needs="as a review",
        also="by none of the reviewers",
    ),
    _rule(
        _A.REOPEN,
        _in(_S.DECIDED),
        _in(_S.IN_REVIEW),
        _Who((_R.EDITOR, _R.ADMINISTRATOR)),
        needs="a reason",
        also="the decision stops standing; what is published stays until replaced",
    ),
    _rule(
        _A.SET_DUE,
        _MOVABLE,
        _STAYS,
        _Who((_R.EDITOR, _R.ON_IT), {_R.TRIAGER: _PROPOSED}),
        needs="a reason",
        also="alarms rewritten",
    ),
    _rule(
        _A.SET_OWN_DATE,
        _MOVABLE,
        _STAYS,
        _Who((_R.EDITOR, _R.ON_IT), {_R.TRIAGER: _PROPOSED}),
        needs="a reason",
        also="alarms rewritten",
    ),
    _rule(
        _A.CHANGE_DESK,
        _MOVABLE,
        _STAYS,
        _Who((_R.EDITOR,), {_R.TRIAGER: _PROPOSED}),
        needs="a reason",
        also="routed again",
    ),
    _rule(_A.SET_PRIORITY, _MOVABLE, _STAYS, _Who((_R.EDITOR,), {_R.TRIAGER: _PROPOSED}), needs="a reason"),
    _rule(
        _A.SETTLE,
        OPEN_STATES,
        _STAYS,
        _Who((_R.SYSTEM,)),
        needs="a routing rule that takes it",
        also="desk, priority, skills and policies as the rule says",
    ),
    _rule(
        _A.EDIT,
        ALL_STATES - {_S.DECIDED},
        _STAYS,
        _Who((_R.EDITOR,), {_R.TRIAGER: _PROPOSED, _R.KEY_MAKER: _PROPOSED}),
        needs="",
        also="a new version",
    ),
    _rule(
        _A.SPLIT,
        _PROPOSED | _ACTIVE,
        _STAYS,
        _Who((_R.EDITOR,), {_R.TRIAGER: _PROPOSED}),
        needs="the second statement",
        also="linked both ways",
    ),
    _rule(
        _A.MERGE,
        _PROPOSED | _ACTIVE,
        _in(_S.DISMISSED),
        _Who((_R.EDITOR,), {_R.TRIAGER: _PROPOSED}),
        needs="the claim that stays, no public verdict",
        also="dismissed as duplicate, linked both ways",
    ),
    _rule(_A.PUBLISH, _in(_S.DECIDED), _STAYS, _Who((_R.EDITOR,)), needs="not the first reviewer"),
    _rule(
        _A.CORRECT,
        _in(_S.DECIDED),
        _STAYS,
        _Who((_R.EDITOR,)),
        needs="correction class and note, not the first reviewer",
    ),
    _rule(_A.WITHDRAW, _in(_S.DECIDED), _STAYS, _Who((_R.EDITOR,)), needs="a note, not the first reviewer"),
    _rule(_A.RAISE_FLAG, ALL_STATES, _STAYS, _Who((_R.SYSTEM,))),
    _rule(_A.CLEAR_FLAG, ALL_STATES, _STAYS, _Who((_R.SYSTEM,))),
    _rule(
        _A.UNDO,
        ALL_STATES,
        ALL_STATES,
        _Who((_R.SAME_PERSON,)),
        needs="the last action, at most 60 s ago, nobody acted since",
        also="a compensating event; whom routing put on it since is taken off",
    ),
)

TRANSITIONS: Mapping[Action, Rule] = MappingProxyType({row.action: row for row in _ROWS})


def check(action: Action, state: State | None, roles: frozenset[Role]) -> Rule:
    """The rule for `action`, when somebody with `roles` may take it in `state` (None: the claim is being made).

    Raises `ActionNotPossible` (the state does not allow it) or `RoleMissing` (the person or key may not).
    """
    rule = TRANSITIONS[action]
    if not _possible(rule, state):
        raise ActionNotPossible.in_state(str(action.label), state and str(state.label), _labels(rule.sources))
    allowed = {role for role, states in rule.who.items() if state is None or state in states}
    if not allowed & roles:
        raise RoleMissing.of(str(action.label), _labels(allowed))
    return rule


def _possible(rule: Rule, state: State | None) -> bool:
    return not rule.sources if state is None else state in rule.sources


def _labels(choices: frozenset[State] | set[Role]) -> list[str]:
    """Labels in the order the enumeration has them, so that sentences and diagrams never change by chance."""
    return [str(member.label) for kind in (State, Role) for member in kind if member in choices]
