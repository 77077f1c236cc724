"""Who is on a claim, and every way of coming on it or leaving it: one door, one body."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import TextChoices
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.errors import Invalid
from claims.api.examples import TAKING
from claims.api.fields import Body, Number, OneOf, Words, checked
from claims.api.paging import Order, page_of
from claims.api.parameters import Paged, given, page_in
from claims.api.preconditions import expected_version
from claims.api.repeating import repeatable
from claims.api.schema import page_response, sent
from claims.errors import RoleMissing
from claims.exports.times import rfc3339
from claims.lifecycle import Action, Role, State, check
from claims.models import Claim
from claims.services.transitions import locked
from reviews.api.claim_documents import ClaimOut
from reviews.api.claims import ClaimView
from reviews.api.people import reviewer_named
from reviews.models import Assignment, AssignmentStatus, Part, Reviewer
from reviews.permissions import reviewers_kept_by, roles_on
from reviews.services.acting import Acting, acting_on
from reviews.services.assigning import assignment_of, decline, recuse
from reviews.services.editing import editors_of, profile_of
from reviews.services.routing import give, pass_on, take


class Way(TextChoices):
    """What can be done about who is on a claim."""

    ASSIGN = "assign", "Put a reviewer on it"
    TAKE = "take", "Take it from the pool"
    HAND_OVER = "hand_over", "Hand over"
    DECLINE = "decline", "Decline"
    RECUSE = "recuse", "Recuse"


class AssignmentBody(Body):
    """One of: assign (reviewer or editor, part), take (part), hand_over (to or editor, note), decline, recuse (source).

    `assignment` names whose seat it is about; left out it is one's own, for an editor the first one.
    """

    action = OneOf(Way.choices)
    reviewer = Number(required=False, help_text="assign: number of the reviewer.")
    to = Number(required=False, allow_null=True, help_text="hand_over: number of the reviewer; null: back to the pool.")
    editor = Number(
        required=False,
        help_text="assign, hand_over: number of an editor of its desk (see /desks), to judge second or to settle.",
    )
    part = OneOf(
        Part.choices,
        required=False,
        help_text="assign, take: review, or for editors also editor (the second judgement) or adjudication. Left out: "
        "review; where an editor who has no such seat to take takes one, the seat that waits for an editor.",
    )
    assignment = Number(required=False, help_text="hand_over, decline, recuse: number of the assignment.")
    source = Number(required=False, help_text="recuse: number of the source.")  # type: ignore[assignment]  # the metaclass takes fields off the class
    note = Words(longest=600, lines=True, required=False, allow_blank=True, help_text="hand_over to a person needs it.")


ALLOWED = {
    Way.ASSIGN: {"reviewer", "editor", "part", "note"},
    Way.TAKE: {"part"},
    Way.HAND_OVER: {"to", "editor", "assignment", "note"},
    Way.DECLINE: {"assignment", "note"},
    Way.RECUSE: {"assignment", "source", "note"},
}


STEP = {
    Way.ASSIGN: Action.ASSIGN,
    Way.TAKE: Action.ASSIGN,
    Way.HAND_OVER: Action.HAND_OVER,
    Way.DECLINE: Action.DECLINE,
    Way.RECUSE: Action.RECUSE,
}


class AssignmentOut(serializers.Serializer[Any]):
    """One person in one seat, and why they were chosen."""

    id = serializers.IntegerField()
    reviewer = serializers.IntegerField()
    name = serializers.CharField()
    part = serializers.ChoiceField(Part.choices)
    seat = serializers.IntegerField()
    round = serializers.IntegerField()
    status = serializers.ChoiceField(AssignmentStatus.choices)
    status_label = serializers.CharField()
    rule = serializers.CharField(help_text="Who or what chose.")
    reasons = serializers.ListField(child=serializers.DictField(), help_text="Why this person, why not the others.")
    note = serializers.CharField(help_text="Why they step back is for the person and editors of their desks.")
    assigned_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class Assignments(ClaimView):
    """Who is and was on a claim."""

    @extend_schema(parameters=[Paged], responses={200: page_response(AssignmentOut)})
    def get(self, request: Request, number: int) -> Response:
        """List everybody who is or was on a claim, with the reasons."""
        asked = given(Paged, request)
        rows = Assignment.objects.filter(claim=self.claim(number)).select_related("reviewer__user")
        return page_of(request, rows, page_in(asked), self._shape, Order(descending=False))

    def _shape(self, rows: Sequence[Assignment]) -> list[dict[str, Any]]:
        """Each an `AssignmentOut`. The words of a recusal are for whoever may read the person's interests."""
        kept = set(reviewers_kept_by(self.viewer).values_list("pk", flat=True))
        return [
            _assignment_out(row, row.note if row.status != AssignmentStatus.RECUSED or row.reviewer_id in kept else "")
            for row in rows
        ]

    @extend_schema(request=AssignmentBody, responses={201: ClaimOut}, examples=[sent("Take it", TAKING)])
    @repeatable
    def post(self, request: Request, number: int) -> Response:
        """Assign, take, hand over, decline or recuse. If-Match is optional here."""
        claim = self.claim(number)
        version = expected_version(request, claim.version, needed=False)
        told = checked(AssignmentBody, request.data)
        way = Way(told.pop("action"))
        _refuse_others(way, told)
        # Before anything else the sentence that `allowed_actions` has; the step itself looks again under the lock.
        check(STEP[way], State(claim.state), roles_on(self.viewer, claim))
        if way in {Way.ASSIGN, Way.TAKE}:
            self._come(claim, way, told)
        else:
            with acting_on(number, self.viewer, version) as acting:
                self._leave(acting, way, told)
        return self.shown(number, status=201)

    def _come(self, claim: Claim, way: Way, told: dict[str, Any]) -> None:
        part = Part(told["part"]) if "part" in told else None
        if way == Way.TAKE:
            take(claim.pk, self.viewer, part)
            return
        if Role.EDITOR not in roles_on(self.viewer, claim):
            raise RoleMissing("Putting somebody on a claim: only for editors of its desk. Take it yourself instead.")
        chosen_by = f"assigned by {self.viewer.actor.name}"
        # The profile of an editor who has none is made with the seat, or not at all, and under the claim's lock: who
        # takes the seat themselves makes it there, and of two in another order each would wait for the other.
        with locked(claim.pk):
            reviewer = self._editor(claim, told) or reviewer_named(self.viewer, told.get("reviewer"), "/reviewer")
            note = told.get("note", "")
            give(claim, reviewer, self.viewer, chosen_by=chosen_by, note=note, part=part or Part.REVIEW)

    def _leave(self, acting: Acting, way: Way, told: dict[str, Any]) -> None:
        assignment = assignment_of(acting.held, told.get("assignment"), acting.mine)
        note = told.get("note", "")
        if way == Way.DECLINE:
            decline(acting.held, assignment, by=acting.by, note=note)
        elif way == Way.RECUSE:
            recuse(acting.held, assignment, by=acting.by, source_id=told.get("source"), note=note)
        else:
            named = reviewer_named(self.viewer, told["to"], "/to") if told.get("to") else None
            to = self._editor(acting.held.claim, told) or named
            pass_on(acting.held, assignment, to, by=acting.by, note=note)

    def _editor(self, claim: Claim, told: dict[str, Any]) -> Reviewer | None:
        """The editor who is named, under the profile that their judgements are kept under; None when none is."""
        number = told.get("editor")
        if number is None:
            return None
        if told.get("reviewer") or told.get("to"):
            raise Invalid("Name a reviewer or an editor, not both.", pointer="/editor")
        editor = next((one for one in editors_of(claim) if one.pk == number), None)
        if editor is None:
            raise Invalid("There is no such editor of its desk.", pointer="/editor")
        return profile_of(editor)


def _refuse_others(way: Way, told: dict[str, Any]) -> None:
    """Refuse what belongs to another way instead of ignoring it."""
    if others := sorted(told.keys() - ALLOWED[way]):
        raise Invalid(f"{others[0]} does not go with {way}.", pointer=f"/{others[0]}")


def _assignment_out(row: Assignment, note: str) -> dict[str, Any]:
    return {
        "id": row.pk,
        "reviewer": row.reviewer_id,
        "name": str(row.reviewer),
        "part": str(row.part),
        "seat": row.seat,
        "round": row.round,
        "status": str(row.status),
        "status_label": row.get_status_display(),
        "rule": row.rule,
        "reasons": list(row.reasons),
        "note": note,
        "assigned_at": rfc3339(row.assigned_at),
        "ended_at": rfc3339(row.ended_at),
    }
