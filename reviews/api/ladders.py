"""A desk's escalation ladder: who is told what, and when, of a date that comes near or passes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.article_shapes import DeskRef, desk_out
from claims.api.errors import NothingHere
from claims.api.fields import Body, OneOf, Words, checked
from claims.api.parameters import Parameters, given
from claims.api.preconditions import expected_version, is_known, tag
from claims.api.schema import answered, sent
from claims.api.views import not_modified
from claims.ladders import DEFAULT, MOST_STEPS, Deed, Step, Tell, Track
from claims.models import Desk, Ladder
from reviews.api import examples
from reviews.api.rules import SetUpView
from reviews.services.ladders import change_ladder, check_keeps_ladder

MINUTE = timedelta(minutes=1)
YEAR = 366 * 24 * 60


class StepBody(Body):
    """One step. A step that keeps its key, track, minutes and repetition goes on as it was; any other begins now."""

    key = serializers.SlugField(max_length=20)
    name = Words(longest=60, help_text="As the timeline shows it, for example 1 h late.")
    track = OneOf(Track.choices, help_text="The date it is counted from.")
    minutes = serializers.IntegerField(min_value=-YEAR, max_value=YEAR, help_text="After the date; negative: before.")
    every_minutes = serializers.IntegerField(
        min_value=60, max_value=YEAR, required=False, allow_null=True, help_text="Again and again after so long."
    )
    tell = OneOf(Tell.choices)
    act = OneOf(Deed.choices, required=False, default=Deed.TELL)


class LadderBody(Body):
    """Every step, in place of those there are."""

    whole = True
    steps = StepBody(many=True, help_text=f"At most {MOST_STEPS}.")


class StepOut(serializers.Serializer[Any]):
    """One step."""

    key = serializers.CharField()
    name = serializers.CharField()
    track = serializers.ChoiceField(Track.choices)
    minutes = serializers.IntegerField()
    every_minutes = serializers.IntegerField(allow_null=True)
    tell = serializers.ChoiceField(Tell.choices)
    act = serializers.ChoiceField(Deed.choices)


class LadderOut(serializers.Serializer[Any]):
    """A desk's ladder."""

    desk = DeskRef()
    steps = StepOut(many=True)
    version = serializers.IntegerField(help_text="Also the ETag.")


class OneLadder(SetUpView):
    """The escalation ladder of a desk."""

    tagged = True

    @extend_schema(responses={200: LadderOut, 304: None})
    def get(self, request: Request, number: int) -> Response:
        """Read a desk's ladder."""
        given(Parameters, request)
        desk = self._desk(number)
        ladder = _ladder(desk)
        return not_modified(tag(ladder.version)) if is_known(request, ladder.version) else _shown(desk, ladder)

    @extend_schema(
        request=LadderBody,
        responses={200: LadderOut},
        examples=[sent("Three steps", examples.LADDER), answered("Changed", examples.LADDER_CHANGED)],
    )
    def patch(self, request: Request, number: int) -> Response:
        """Change it (merge patch: the steps as a whole). Claims follow; no old moment is announced. For the desk's
        editors and administrators."""
        desk = self._desk(number)
        check_keeps_ladder(self.viewer, desk)
        version = expected_version(request, _ladder(desk).version)
        steps = [_step(told) for told in checked(LadderBody, request.data)["steps"]]
        return _shown(desk, change_ladder(desk, steps, self.viewer, version=version))

    def _desk(self, number: int) -> Desk:
        found = next((desk for desk in self.desks if desk.pk == number), None)
        if found is None:
            raise NothingHere(f"There is no desk {number}.")
        return found


def _ladder(desk: Desk) -> Ladder:
    """The desk's ladder; not saved, and the product's own, for a desk so new that it has not been written down yet."""
    return Ladder.objects.filter(desk=desk).first() or Ladder(desk=desk)


def _step(told: dict[str, Any]) -> Step:
    every = told.get("every_minutes")
    return Step(
        told["key"],
        told["name"],
        Track(told["track"]),
        told["minutes"] * MINUTE,
        Tell(told["tell"]),
        Deed(told["act"]),
        None if every is None else every * MINUTE,
    )


def _shown(desk: Desk, ladder: Ladder) -> Response:
    steps: Sequence[Step] = [row.rule for row in ladder.steps.all()] if ladder.pk else DEFAULT
    body = {"desk": desk_out(desk), "steps": [_step_out(step) for step in steps], "version": ladder.version}
    return Response(body, headers={"ETag": tag(ladder.version)})


def _step_out(step: Step) -> dict[str, Any]:
    return {
        "key": step.key,
        "name": step.name,
        "track": str(step.track),
        "minutes": step.offset // MINUTE,
        "every_minutes": None if step.every is None else step.every // MINUTE,
        "tell": str(step.tell),
        "act": str(step.act),
    }
