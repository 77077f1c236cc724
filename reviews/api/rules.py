"""Routing rules: listed in their order, written, changed, moved. People read them; editors and administrators write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models.functions import Now
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.errors import Invalid
from claims.api.fields import Body, Number, checked
from claims.api.paging import Order, page_of
from claims.api.parameters import Paged, Parameters, given, page_in
from claims.api.preconditions import expected_version, is_known, tag
from claims.api.repeating import repeatable
from claims.api.schema import answered, page_response, sent
from claims.api.views import ApiView, not_modified
from claims.models import Scope
from claims.permissions import visible_sources
from reviews.api import examples
from reviews.api.rule_bodies import (
    RuleBody,
    RuleOut,
    RulePatch,
    RuleVersionOut,
    TrialBody,
    TrialOut,
    given_conditions,
    given_outcomes,
    given_rule,
    rule_out,
    trial_out,
    version_out,
    writable,
)
from reviews.models import Resettling, RuleVersion
from reviews.rulewords import Names
from reviews.services.cases import names_for
from reviews.services.rules import (
    MOST_RULES,
    GivenRule,
    add_rule,
    book_version,
    change_rule,
    check_may_write,
    led_desks,
    newest_seen,
    reorder,
    rule_seen,
)
from reviews.services.trying import DAYS, try_rule


class RulesOut(serializers.Serializer[Any]):
    """The rules in their order: the first that matches takes a claim."""

    results = RuleOut(many=True)
    version = serializers.IntegerField(help_text="Counts changes of any rule and of the order. Also the ETag.")


class OrderBody(Body):
    """The rules in the order in which they shall be asked."""

    order = serializers.ListField(
        child=Number(), max_length=MOST_RULES, help_text="Every rule that the caller sees, once; numbers."
    )


class SetUpView(ApiView):
    """What endpoints of the set-up share: keys need a scope of their own to change it."""

    writes = Scope.SETUP_MANAGE

    def out(self, rows: Sequence[RuleVersion]) -> list[dict[str, Any]]:
        """Rules, each a `RuleOut`."""
        names = self.names(rows)
        applied = {one.rule_version_id: one for one in Resettling.objects.filter(rule_version__in=rows).order_by("pk")}
        return [rule_out(row, names, applied.get(row.pk)) for row in rows]

    def names(self, rows: Sequence[RuleVersion]) -> Names:
        """What everything in these rules is called, for whoever asks."""
        return names_for([row.ruled() for row in rows], visible_sources(self.viewer, Now()))


class RoutingRules(SetUpView):
    """The routing rules."""

    tagged = True

    @extend_schema(responses={200: RulesOut, 304: None})
    def get(self, request: Request) -> Response:
        """List the rules that concern the caller's desks, in their order."""
        given(Parameters, request)
        version = book_version()
        if is_known(request, version) and not Resettling.objects.of_newest().exists():
            return not_modified(tag(version))
        return Response(
            {"results": self.out(newest_seen(self.viewer)), "version": version}, headers={"ETag": tag(version)}
        )

    @extend_schema(
        request=RuleBody,
        responses={201: RuleOut},
        examples=[sent("A rule", examples.RULE), answered("Made", examples.RULE_MADE, 201)],
    )
    @repeatable
    def post(self, request: Request) -> Response:
        """Write a rule. It stands last. For editors, on their desks, and administrators."""
        led_desks(self.viewer)
        made = add_rule(given_rule(checked(RuleBody, request.data, desks=self.desks)), self.viewer)
        headers = {"ETag": tag(made.number), "Location": f"/api/v1/routing_rules/{made.rule_id}"}
        return Response(self.out([made])[0], status=201, headers=headers)


class OneRoutingRule(SetUpView):
    """One routing rule."""

    tagged = True

    @extend_schema(responses={200: RuleOut, 304: None})
    def get(self, request: Request, number: int) -> Response:
        """Read a rule."""
        found = rule_seen(number, self.viewer)
        if is_known(request, found.number) and not found.resettlings.exists():
            return not_modified(tag(found.number))
        return self._shown(found)

    @extend_schema(request=RulePatch, responses={200: RuleOut}, examples=[sent("Another priority", examples.HIGHER)])
    def patch(self, request: Request, number: int) -> Response:
        """Change a rule (merge patch): a new version. Claims that were routed already stay as they are."""
        led_desks(self.viewer)
        before = rule_seen(number, self.viewer)
        version = expected_version(request, before.number)
        check_may_write(self.viewer, before.ruled().conditions, before.ruled().outcomes)
        told = checked(RuleBody, _merged(before, request.data), desks=self.desks)
        return self._shown(change_rule(number, given_rule(told), self.viewer, version=version))

    def _shown(self, version: RuleVersion) -> Response:
        return Response(self.out([version])[0], headers={"ETag": tag(version.number)})


class RuleVersions(SetUpView):
    """Every version that a rule ever had."""

    @extend_schema(parameters=[Paged], responses={200: page_response(RuleVersionOut)})
    def get(self, request: Request, number: int) -> Response:
        """List the versions of a rule, the newest first."""
        asked = given(Paged, request)
        rule = rule_seen(number, self.viewer).rule
        return page_of(request, RuleVersion.objects.filter(rule=rule), page_in(asked), self._told, Order())

    def _told(self, rows: Sequence[RuleVersion]) -> list[dict[str, Any]]:
        names = self.names(rows)
        return [version_out(row, names) for row in rows]


class RuleOrder(SetUpView):
    """The order of the rules."""

    matched = frozenset({"POST"})
    tagged = True

    @extend_schema(request=OrderBody, responses={200: RulesOut}, examples=[sent("One rule alone", examples.ORDER)])
    @repeatable
    def post(self, request: Request) -> Response:
        """Put the rules in another order. Needs If-Match with the ETag of the list."""
        led_desks(self.viewer)
        version = expected_version(request, book_version())
        reorder(checked(OrderBody, request.data)["order"], self.viewer, version=version)
        now = book_version()
        return Response({"results": self.out(newest_seen(self.viewer)), "version": now}, headers={"ETag": tag(now)})


class RuleTrial(SetUpView):
    """Trying a rule."""

    @extend_schema(request=TrialBody, responses={200: TrialOut}, examples=[sent("A new rule", examples.TRIAL)])
    @repeatable
    def post(self, request: Request) -> Response:
        """Try a rule on claims accepted lately: which it would have taken, and whether somebody could take them."""
        led_desks(self.viewer)
        told = checked(TrialBody, request.data, desks=self.desks)
        saved = rule_seen(told["rule"], self.viewer) if "rule" in told else None
        ruled = saved.ruled() if saved else None
        asked, settled = told.get("conditions"), told.get("outcomes")
        rule = GivenRule(
            name=saved.name if saved else "Tried",
            conditions=ruled.conditions if ruled and asked is None else given_conditions(asked or {}),
            outcomes=ruled.outcomes if ruled and settled is None else given_outcomes(settled or {}),
        )
        trial = try_rule(rule, self.viewer, days=told.get("days", DAYS), rule_id=told.get("rule"))
        return Response(trial_out(trial))


def _merged(before: RuleVersion, patch: Any) -> dict[str, Any]:
    """The rule with a merge patch (RFC 7396) laid over it. Raises `Invalid` when it is no object."""
    if not isinstance(patch, Mapping):
        raise Invalid("Send a JSON object.")
    whole: dict[str, Any] = {"name": before.name, "active": before.is_active, **writable(before)}
    for name, value in patch.items():
        if isinstance(whole.get(name), dict) and isinstance(value, Mapping):
            inner = whole[name] | dict(value)
            whole[name] = {one: found for one, found in inner.items() if found is not None}
        elif value is None and name != "name":
            whole.pop(name, None)
        else:
            whole[name] = value
    return whole
