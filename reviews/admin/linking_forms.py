"""What splitting a claim and merging it into another one ask for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy

from claims.admin.forms import ClaimNumber
from claims.errors import Invalid
from claims.lifecycle import State
from claims.models import Claim, Evidence
from claims.permissions import visible_claims
from claims.services.splitting import GivenPart
from claims.services.transitions import database_time
from reviews.admin.step_forms import StepForm, why_field

OFFERED = 10
LONG_ENOUGH = 4  # letters of a word that says something about a claim


class SplitStep(StepForm):
    """The second thing that the claim says, as a claim of its own."""

    pointers: ClassVar[dict[str, str]] = {
        **StepForm.pointers,
        "/statement": "statement",
        "/quote": "quote",
        "/short_text": "short_text",
        "/own_date": "same_date",
    }
    statement = why_field(
        gettext_lazy("What the second claim says, in one sentence"),
        most=1000,
        empty=gettext_lazy("Say what the second claim says."),
    )
    quote = forms.CharField(
        label=gettext_lazy("Its words in the article"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Keep only the words of the second claim. Empty: the same as the first."),
    )
    same_date = forms.BooleanField(label=gettext_lazy("It has the same date of its own"), required=False)
    evidence = forms.ModelMultipleChoiceField(
        Evidence.objects.none(),
        label=gettext_lazy("Evidence that bears on both"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Copied to the second claim, with where each was taken from."),
    )
    sentences = (
        gettext_lazy("The first claim keeps its words, evidence and dates. Both are linked, and go on separately."),
    )

    def more_fields(self) -> dict[str, forms.Field]:
        """Evidence is offered as far as the person sees it, and a date where there is one."""
        shared = self.fields["evidence"]
        shared.queryset = self._evidence()  # type: ignore[attr-defined]  # a ModelMultipleChoiceField
        if not self.page.evidence:
            del self.fields["evidence"]
        if self.page.claim.confirm_by is None:
            del self.fields["same_date"]
        return {}

    def shown_evidence(self) -> list[Evidence]:
        return [item for item in self.page.evidence if item.superseded_by_id is None]

    def _evidence(self) -> QuerySet[Evidence]:
        return Evidence.objects.filter(pk__in=[item.pk for item in self.shown_evidence()]).order_by("pk")

    def first_values(self) -> dict[str, Any]:
        quote = self.page.appearance.exact if self.page.appearance else ""
        return {"quote": quote, "same_date": self.page.claim.confirm_by is not None}

    def arguments(self) -> dict[str, Any]:
        given = self.cleaned_data
        part = GivenPart(
            given["statement"],
            quote=given["quote"].replace("\r\n", "\n"),
            same_date=given.get("same_date", False),
            evidence=list(given.get("evidence", ())),
        )
        return {"part": part}


class MergeStep(StepForm):
    """The claim that stays: one of those found, or its number."""

    pointers: ClassVar[dict[str, str]] = {**StepForm.pointers, "/into": "number"}
    into = forms.TypedChoiceField(
        label=gettext_lazy("The claim that stays"),
        coerce=int,
        required=False,
        empty_value=None,
        widget=forms.RadioSelect,
    )
    number = ClaimNumber(label=gettext_lazy("Or its number"), required=False, help_text=gettext_lazy("As in #113."))
    note = why_field(gettext_lazy("Note"), most=300, required=False)
    sentences = (
        gettext_lazy(
            "This claim is dismissed as a duplicate. Its quotes and evidence are shown at the one that stays."
        ),
    )

    def more_fields(self) -> dict[str, forms.Field]:
        choices = [(claim.pk, str(claim)) for claim in self._found()]
        self.fields["into"].choices = choices  # type: ignore[attr-defined]  # a TypedChoiceField
        if not choices:
            del self.fields["into"]
        return {}

    @property
    def searches(self) -> bool:
        """The dialog has a search of its own."""
        return True

    def _found(self) -> Sequence[Claim]:
        """Claims with these words or this number; before anything is looked for, those that share words with it."""
        claims = visible_claims(self.viewer, database_time()).exclude(pk=self.page.claim.pk)
        claims = claims.exclude(state=State.DISMISSED)
        if self.search.lstrip("#").isdecimal():
            return list(claims.filter(pk=int(self.search.lstrip("#")[:18])))
        if self.search:
            return list(claims.searched(self.search).order_by("-pk")[:OFFERED])  # type: ignore[attr-defined]  # a ClaimQuerySet
        return list(_alike(claims, self.page.claim.statement)[:OFFERED])

    def arguments(self) -> dict[str, Any]:
        given = self.cleaned_data
        number, chosen = given["number"] or given.get("into"), given.get("into")
        if chosen and number != chosen:
            raise Invalid(f"You chose #{chosen} and wrote #{number}. Name one of them.", pointer="/into")
        if not number:
            raise Invalid("Name the claim that stays.", pointer="/into")
        stays = visible_claims(self.viewer, database_time()).filter(pk=number).first()
        if stays is None:
            raise Invalid(f"There is no claim #{number}.", pointer="/into")
        return {"into": stays, "note": given["note"]}


def _alike(claims: QuerySet[Claim], statement: str) -> QuerySet[Claim]:
    """Claims that share words with the statement, those with most of them first."""
    words = [word for word in statement.split() if len(word.strip(".,;:“”\"'")) >= LONG_ENOUGH]
    if not words:
        return claims.none()
    query = SearchQuery(" or ".join(f'"{word}"' for word in words), config="simple", search_type="websearch")
    return claims.filter(search=query).order_by(SearchRank(F("search"), query).desc(), "-pk")
