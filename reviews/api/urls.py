"""Addresses of the API: those of the record, and those that need the work as well."""

from django.urls import include, path

from claims.api import numbers  # noqa: F401  # registers its converter
from reviews.api import (
    absences,
    actions,
    assignments,
    claims,
    defaults,
    evidence,
    notices,
    people,
    policies,
    reviews,
    rules,
    stats,
)

_CLAIM = "claims/<number:number>"
_EVIDENCE = "evidence/<number:number>"
urlpatterns = [
    path("", include("claims.api.urls")),
    path("claims", claims.Claims.as_view(), name="api-claims"),
    path(_CLAIM, claims.OneClaim.as_view(), name="api-claim"),
    path(f"{_CLAIM}/allowed_actions", actions.AllowedActions.as_view(), name="api-allowed-actions"),
    path(f"{_CLAIM}/actions", actions.Actions.as_view(), name="api-actions"),
    path(f"{_CLAIM}/evidence", evidence.ClaimEvidence.as_view(), name="api-claim-evidence"),
    path(f"{_CLAIM}/reviews", reviews.Reviews.as_view(), name="api-reviews"),
    path(f"{_CLAIM}/decisions", reviews.Decisions.as_view(), name="api-decisions"),
    path(f"{_CLAIM}/assignments", assignments.Assignments.as_view(), name="api-assignments"),
    path(_EVIDENCE, evidence.OneEvidence.as_view(), name="api-evidence"),
    path(f"{_EVIDENCE}/supersede", evidence.Supersede.as_view(), name="api-supersede"),
    path(f"{_EVIDENCE}/snapshot", evidence.KeptFile.as_view(), name="api-snapshot"),
    path("routing_rules", rules.RoutingRules.as_view(), name="api-rules"),
    path("routing_rules:reorder", rules.RuleOrder.as_view(), name="api-rule-order"),
    path("routing_rules:try", rules.RuleTrial.as_view(), name="api-rule-trial"),
    path("routing_rules/<number:number>", rules.OneRoutingRule.as_view(), name="api-rule"),
    path("routing_rules/<number:number>/versions", rules.RuleVersions.as_view(), name="api-rule-versions"),
    path("desks/<number:number>/defaults", defaults.OneDeskDefaults.as_view(), name="api-desk-defaults"),
    path("policies", policies.Policies.as_view(), name="api-policies"),
    path("policies/<number:number>", policies.OnePolicy.as_view(), name="api-policy"),
    path("reviewers", people.Reviewers.as_view(), name="api-reviewers"),
    path("reviewers/<number:number>", people.OneReviewer.as_view(), name="api-reviewer"),
    path("absences", absences.Absences.as_view(), name="api-absences"),
    path("absences/<number:number>", absences.OneAbsence.as_view(), name="api-absence"),
    path("interests", absences.Interests.as_view(), name="api-interests"),
    path("interests/<number:number>", absences.OneInterest.as_view(), name="api-interest"),
    path("notices", notices.Notices.as_view(), name="api-notices"),
    path("notices:markRead", notices.NoticesRead.as_view(), name="api-notices-read"),
    path("notices/settings", notices.NoticeChoices.as_view(), name="api-notice-settings"),
    path("me", people.Me.as_view(), name="api-me"),
    path("stats", stats.Stats.as_view(), name="api-stats"),
    path("stats/<slug:key>", stats.OneStat.as_view(), name="api-stat"),
]
