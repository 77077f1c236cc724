"""What the API document says of a claim. `claim_shapes` builds it; a test holds the two equal."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from claims.api.article_shapes import DeskRef, SourceRef
from claims.deadlines import Precision
from claims.lifecycle import CorrectionClass, DismissalReason, State, WaitingReason
from claims.models import FlagKind
from claims.verdicts import Outcome, Said, So

Fields = serializers.Serializer[Any]


class FlagOnClaim(Fields):
    """Something that holds of a claim now. New kinds may be added: show the label of one you do not know."""

    kind = serializers.ChoiceField(FlagKind.choices)
    label = serializers.CharField()  # type: ignore[assignment]  # the metaclass takes fields off the class
    since = serializers.DateTimeField(help_text="When it became true.")
    reason = serializers.CharField()


class OwnDateOut(Fields):
    """The claim's own date: the window its words mean. It has passed strictly after `confirm_by`."""

    confirm_from = serializers.DateTimeField()
    confirm_by = serializers.DateTimeField()
    precision = serializers.ChoiceField(Precision.choices)
    zone = serializers.CharField()
    zone_basis = serializers.CharField()
    words = serializers.CharField()
    counted_from = serializers.DateTimeField(allow_null=True)
    read_by = serializers.CharField()


class WaitingOut(Fields):
    """What a parked claim waits for."""

    reason = serializers.ChoiceField(WaitingReason.choices)
    reason_label = serializers.CharField()
    note = serializers.CharField()
    until = serializers.DateTimeField()


class DismissalOut(Fields):
    """Why a claim is not checked."""

    reason = serializers.ChoiceField(DismissalReason.choices)
    reason_label = serializers.CharField()
    note = serializers.CharField()
    duplicate_of = serializers.IntegerField(allow_null=True)


class QuotedArticle(Fields):
    """The article a quote stands in."""

    id = serializers.IntegerField()
    headline = serializers.CharField()
    url = serializers.CharField()
    outlet = SourceRef()
    published_at = serializers.DateTimeField()


class HedgeOut(Fields):
    """The hedge as printed. Percents are known only for words of likelihood, on the named scale."""

    words = serializers.ListField(child=serializers.CharField())
    kind = serializers.CharField()
    low = serializers.IntegerField(allow_null=True)
    high = serializers.IntegerField(allow_null=True)
    scale = serializers.CharField()


class QuoteOut(Fields):
    """The exact words: `text[start:end]` of the revision, in Unicode code points."""

    exact = serializers.CharField()
    prefix = serializers.CharField()
    suffix = serializers.CharField()
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    article = QuotedArticle()
    revision = serializers.IntegerField()
    hedge = HedgeOut()


class ChainStepOut(Fields):
    """One step of the chain, from the article back to the origin. A step nobody stated has a note and no source."""

    order = serializers.IntegerField()
    source = SourceRef(allow_null=True)  # type: ignore[assignment]  # the metaclass takes fields off the class
    verb = serializers.CharField()
    named = serializers.BooleanField()
    on_record = serializers.BooleanField(allow_null=True)
    implied = serializers.BooleanField()
    link = serializers.CharField()
    note = serializers.CharField()


class MergedQuoteOut(QuoteOut):
    """A quote of a claim that was merged into this one, with its own chain."""

    claim = serializers.IntegerField(help_text="The claim that was merged.")
    chain = ChainStepOut(many=True)


class VerdictOut(Fields):
    """The standing answers. `so` is null where it was too early to tell. Demo verdicts are marked as such."""

    decision = serializers.IntegerField()
    number = serializers.IntegerField()
    said = serializers.ChoiceField(Said.choices)
    said_label = serializers.CharField()
    so = serializers.ChoiceField(So.choices, allow_null=True)
    so_label = serializers.CharField()
    outcome = serializers.ChoiceField(Outcome.choices, allow_null=True)
    outcome_label = serializers.CharField()
    why = serializers.CharField()
    decided_at = serializers.DateTimeField()
    is_demo = serializers.BooleanField()


class PublishedOut(VerdictOut):
    """How a decision was published. `public` says whether readers are told it now."""

    standing = serializers.BooleanField()
    public = serializers.BooleanField()
    published_at = serializers.DateTimeField(allow_null=True)
    replaced_at = serializers.DateTimeField(allow_null=True, help_text="When a later publication took its place.")
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    withdrawn_note = serializers.CharField(help_text="Why, as readers are told.")
    correction_class = serializers.ChoiceField(CorrectionClass.choices, allow_null=True)
    correction_class_label = serializers.CharField()
    correction_note = serializers.CharField(
        help_text="What changed against the publication before, as readers are told."
    )


class PublicationOut(PublishedOut):
    """What readers were told last. Reopening does not end it: `standing` is false then, `public` still true."""


class AssigneeOut(Fields):
    """Somebody who is on the claim."""

    assignment = serializers.IntegerField()
    reviewer = serializers.IntegerField()
    name = serializers.CharField()
    part = serializers.CharField()
    since = serializers.DateTimeField()


class RuleRef(Fields):
    """A version of a routing rule."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    name = serializers.CharField()


class PassedRule(Fields):
    """A rule that was asked first and did not take the claim."""

    rule = serializers.IntegerField()
    version = serializers.IntegerField()
    name = serializers.CharField()
    why = serializers.CharField(help_text="The first condition that did not hold.")


class CourseOut(Fields):
    """How a claim is handled, settled when it was accepted. Null: one reviewer, the desk's plain hours."""

    rule = RuleRef(allow_null=True, help_text="The rule that took it; null: none did.")
    earlier = PassedRule(many=True, help_text="In order; without rules of desks the caller does not see.")
    skills = serializers.ListField(child=serializers.CharField(), help_text="Topics a reviewer needs.")
    review_policy = serializers.CharField(allow_null=True)
    deadline_policy = serializers.CharField(allow_null=True)
    settled_at = serializers.DateTimeField()


class ClaimLinks(Fields):
    """Where to go from a claim. `admin` is the page on which people work on it."""

    self = serializers.URLField()
    actions = serializers.URLField()
    allowed_actions = serializers.URLField()
    evidence = serializers.URLField()
    events = serializers.URLField()
    admin = serializers.URLField()


class ClaimOut(Fields):
    """A claim: something an article says others said, and how the checking of it stands."""

    id = serializers.IntegerField()
    version = serializers.IntegerField(help_text="Also the ETag.")
    statement = serializers.CharField()
    short_text = serializers.CharField()
    language = serializers.CharField()
    topics = serializers.ListField(child=serializers.CharField())
    desk = DeskRef(allow_null=True)
    priority = serializers.IntegerField(min_value=1, max_value=4, help_text="1 is highest.")
    state = serializers.ChoiceField(State.choices)
    state_label = serializers.CharField()
    flags = FlagOnClaim(many=True, help_text="Computed from the clock when it was read.")
    review_due_at = serializers.DateTimeField(allow_null=True)
    review_due_why = serializers.CharField(help_text="How review due came about; empty before there is one.")
    first_review_due_at = serializers.DateTimeField(allow_null=True, help_text="On time is measured against this.")
    own_date = OwnDateOut(allow_null=True)
    waiting = WaitingOut(allow_null=True)
    dismissal = DismissalOut(allow_null=True)
    split_from = serializers.IntegerField(allow_null=True, help_text="The claim it was split off.")
    parts = serializers.ListField(child=serializers.IntegerField(), help_text="Claims that were split off it.")
    merged = serializers.ListField(child=serializers.IntegerField(), help_text="Claims that were merged into it.")
    quote = QuoteOut(allow_null=True)
    chain = ChainStepOut(many=True)
    merged_quotes = MergedQuoteOut(
        many=True, help_text="Where claims stand that were merged into it, at first or later."
    )
    verdict = VerdictOut(allow_null=True)
    publication = PublicationOut(allow_null=True)
    assignees = AssigneeOut(many=True)
    course = CourseOut(allow_null=True, help_text="Null before it is accepted.")
    evidence_count = serializers.IntegerField()
    selection_reason = serializers.CharField()
    accepted_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    links = ClaimLinks()
