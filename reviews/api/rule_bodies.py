"""What the API document says of routing rules, and rules read from bodies and written into answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rest_framework import serializers

from claims.api.fields import Body, DeskNamed, Number, OneOf, Words, YesNo
from claims.exports.times import rfc3339
from claims.models import Desk, SourceKind
from reviews.models import Resettling, RuleVersion
from reviews.rules import HEDGES, MOST_DAYS, Conditions, Outcomes
from reviews.rulewords import Names, plain, sentence
from reviews.services.rules import NAME, NOTE, GivenRule
from reviews.services.rulevalues import MOST_VALUES
from reviews.services.trying import MOST_DAYS as MOST_TRIED
from reviews.services.trying import Trial


def several(child: serializers.Field[Any, Any, Any, Any], words: str = "") -> serializers.ListField:
    """Values of one condition: one of them is enough. None ask nothing."""
    return serializers.ListField(child=child, required=False, max_length=MOST_VALUES, help_text=words)


class ConditionsBody(Body):
    """What a rule asks. All that is named must hold; of several values of one condition, one is enough."""

    desks = several(DeskNamed(), "Numbers or keys.")
    outlets = several(Number(), "Numbers of sources.")
    sources = several(Number(), "Somebody in the chain, or whatever they belong to; numbers of sources.")
    source_kinds = several(OneOf(SourceKind.choices), "Somebody in the chain is of this kind.")
    topics = several(Words(longest=40))
    languages = several(Words(longest=16), "BCP 47; en stands for en-GB too.")
    priorities = several(Number(most=4))
    hedged = YesNo(required=False, allow_null=True, help_text="Whether its quote is hedged.")
    hedge_kinds = several(OneOf([str(kind) for kind in HEDGES]))
    dated = YesNo(required=False, allow_null=True, help_text="Whether it has a date of its own.")
    within_days = Number(
        least=0,
        most=MOST_DAYS,
        required=False,
        allow_null=True,
        help_text="Its own date is at most so many days ahead.",
    )


class OutcomesBody(Body):
    """What a rule settles. What it leaves open stays as it is, policies as the desk has them."""

    skills = serializers.ListField(
        child=Words(longest=40, one="topic"),
        required=False,
        max_length=MOST_VALUES,
        help_text="Topics a reviewer needs.",
    )
    desk = DeskNamed(required=False, allow_null=True, help_text="Number or key.")
    priority = Number(most=4, required=False, allow_null=True)
    review_policy = Number(required=False, allow_null=True)
    deadline_policy = Number(required=False, allow_null=True)


class RuleBody(Body):
    """A routing rule. `note` says why it is written or changed."""

    refused = {
        "position": "The place follows from routing_rules:reorder.",
        "sentence": "The sentence is made from the rule.",
        "version": "Send the version as If-Match.",
    }
    name = Words(longest=NAME)
    active = YesNo(required=False)
    conditions = ConditionsBody(required=False)
    outcomes = OutcomesBody(required=False)
    note = Words(longest=NOTE, required=False, allow_blank=True)
    apply_to_open = YesNo(
        required=False, help_text="Whether the open claims that it takes are settled anew, shortly after."
    )


class RulePatch(RuleBody):
    """A merge patch: members that are left out stay, null takes a condition or an outcome away."""

    name = Words(longest=NAME, required=False)


class ConditionsOut(serializers.Serializer[Any]):
    """What a rule asks; empty lists and null ask nothing."""

    desks = serializers.ListField(child=serializers.IntegerField())
    outlets = serializers.ListField(child=serializers.IntegerField())
    sources = serializers.ListField(child=serializers.IntegerField())
    source_kinds = serializers.ListField(child=serializers.CharField())
    topics = serializers.ListField(child=serializers.CharField())
    languages = serializers.ListField(child=serializers.CharField())
    priorities = serializers.ListField(child=serializers.IntegerField())
    hedged = serializers.BooleanField(allow_null=True)
    hedge_kinds = serializers.ListField(child=serializers.CharField())
    dated = serializers.BooleanField(allow_null=True)
    within_days = serializers.IntegerField(allow_null=True)


class OutcomesOut(serializers.Serializer[Any]):
    """What a rule settles; null leaves it open."""

    skills = serializers.ListField(child=serializers.CharField())
    desk = serializers.IntegerField(allow_null=True)
    priority = serializers.IntegerField(allow_null=True)
    review_policy = serializers.IntegerField(allow_null=True)
    deadline_policy = serializers.IntegerField(allow_null=True)


class RuleVersionOut(serializers.Serializer[Any]):
    """A rule as somebody saved it."""

    version = serializers.IntegerField(help_text="Of the newest one also the rule's ETag.")
    name = serializers.CharField()
    active = serializers.BooleanField()
    conditions = ConditionsOut()
    outcomes = OutcomesOut()
    sentence = serializers.CharField(help_text="The rule in words, with what everything is called today.")
    note = serializers.CharField()
    made_by = serializers.CharField()
    made_at = serializers.DateTimeField()


class AppliedOut(serializers.Serializer[Any]):
    """How far the open claims that a rule takes are settled anew."""

    asked_at = serializers.DateTimeField()
    settled = serializers.IntegerField(help_text="Claims settled anew so far.")
    finished_at = serializers.DateTimeField(allow_null=True)


class RuleOut(RuleVersionOut):
    """A routing rule as it stands."""

    id = serializers.IntegerField()
    position = serializers.IntegerField(help_text="Lower ones are asked first.")
    applied = AppliedOut(allow_null=True, help_text="The last time this version was applied to open claims.")


class TrialBody(Body):
    """A rule to be tried: a saved one by its number, as it is or as it would become, or a new one."""

    rule = Number(required=False, help_text="Number of a saved rule: tried in its place, else behind all others.")
    conditions = ConditionsBody(required=False, help_text="Otherwise those of the saved rule.")
    outcomes = OutcomesBody(required=False, help_text="Otherwise those of the saved rule.")
    days = Number(most=MOST_TRIED, required=False, help_text="Claims accepted in so many days; 30 unless named.")


class TriedOut(serializers.Serializer[Any]):
    """A claim that the rule would have taken."""

    claim = serializers.IntegerField()
    statement = serializers.CharField()
    language = serializers.CharField()
    accepted_at = serializers.DateTimeField()
    nobody = serializers.CharField(help_text="Why nobody could take it today; empty when somebody can.")
    too_few = serializers.CharField(help_text="Why fewer than its review policy asks could judge it today, or empty.")


class TrialOut(serializers.Serializer[Any]):
    """What a rule would have done. Nothing was changed."""

    sentence = serializers.CharField()
    days = serializers.IntegerField()
    looked_at = serializers.IntegerField(help_text="Claims accepted in these days; at most the newest 10,000.")
    matched = serializers.IntegerField()
    earlier = serializers.IntegerField(help_text="More claims meet it, but an earlier rule takes them first.")
    nobody = serializers.IntegerField(help_text="Of those matched: nobody could take them today.")
    too_few = serializers.IntegerField(help_text="Of those: somebody could, but fewer than their review policy asks.")
    open_now = serializers.IntegerField(help_text="Open claims that apply_to_open would settle anew.")
    results = TriedOut(many=True, help_text="At most 100, first those with nobody to go to, then those with too few.")


def given_rule(told: Mapping[str, Any]) -> GivenRule:
    """The rule of a checked body."""
    return GivenRule(
        name=told["name"],
        conditions=given_conditions(told.get("conditions", {})),
        outcomes=given_outcomes(told.get("outcomes", {})),
        active=told.get("active", True),
        note=told.get("note", ""),
        applies=told.get("apply_to_open", False),
    )


def given_conditions(told: Mapping[str, Any]) -> Conditions:
    """The conditions of a checked body."""
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}
    desks: tuple[Desk, ...] = values.pop("desks", ())
    return Conditions(desks=tuple(desk.pk for desk in desks), **values)


def given_outcomes(told: Mapping[str, Any]) -> Outcomes:
    """The outcomes of a checked body."""
    desk: Desk | None = told.get("desk")
    rest = {name: told.get(name) for name in ("priority", "review_policy", "deadline_policy")}
    return Outcomes(skills=tuple(told.get("skills", ())), desk=desk.pk if desk else None, **rest)


def rule_out(version: RuleVersion, names: Names, applied: Resettling | None) -> dict[str, Any]:
    """A `RuleOut`."""
    return {
        "id": version.rule_id,
        "position": version.rule.position,
        **version_out(version, names),
        "applied": applied
        and {
            "asked_at": rfc3339(applied.asked_at),
            "settled": applied.settled,
            "finished_at": rfc3339(applied.finished_at),
        },
    }


def trial_out(trial: Trial) -> dict[str, Any]:
    """A `TrialOut`."""
    return {
        "sentence": trial.sentence,
        "days": trial.days,
        "looked_at": trial.looked_at,
        "matched": trial.matched,
        "earlier": trial.earlier,
        "nobody": trial.nobody,
        "too_few": trial.too_few,
        "open_now": trial.open_now,
        "results": [
            {
                "claim": row.claim.pk,
                "statement": row.claim.statement,
                "language": row.claim.language,
                "accepted_at": rfc3339(row.claim.accepted_at),
                "nobody": row.nobody,
                "too_few": row.too_few,
            }
            for row in trial.rows
        ],
    }


def version_out(version: RuleVersion, names: Names) -> dict[str, Any]:
    """A `RuleVersionOut`."""
    ruled = version.ruled()
    return {
        "version": version.number,
        "name": version.name,
        "active": version.is_active,
        **writable(version),
        "sentence": plain(sentence(ruled.conditions, ruled.outcomes, names)),
        "note": version.note,
        "made_by": version.made_by_name,
        "made_at": rfc3339(version.made_at),
    }


def writable(version: RuleVersion) -> dict[str, Any]:
    """What a rule asks and settles, as it is written."""
    ruled = version.ruled()
    return {
        "conditions": {name: _plain(value) for name, value in asdict(ruled.conditions).items()},
        "outcomes": {name: _plain(value) for name, value in asdict(ruled.outcomes).items()},
    }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
