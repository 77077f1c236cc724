"""The form by which one item of evidence is edited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from claims.admin.forms import PlainForm
from claims.models import Evidence, Visibility
from claims.verdicts import Question, Stance

CREDIBILITY = [
    ("", _("Not judged")),
    (1, _("1, confirmed by others")),
    (2, _("2, probably true")),
    (3, _("3, possibly true")),
    (4, _("4, doubtful")),
    (5, _("5, improbable")),
    (6, _("6, cannot be judged")),
]


class EvidenceEdit(PlainForm):
    """What an item says of itself. `version` is what the person has read."""

    pointers: ClassVar[dict[str, str]] = {}

    version = forms.IntegerField(widget=forms.HiddenInput)
    stance = forms.ChoiceField(label=_("Stance"), choices=Stance.choices)
    question = forms.ChoiceField(label=_("Question it bears on"), choices=Question.choices)
    title = forms.CharField(label=_("Title"), max_length=300, required=False)
    note = forms.CharField(label=_("Note"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    derives_from = forms.ModelChoiceField(
        Evidence.objects.none(),
        label=_("Taken from"),
        required=False,
        empty_label=_("It is its own origin"),
        help_text=_("Items that were taken from one another are one origin."),
    )
    primary = forms.BooleanField(label=_("Primary source"), required=False)
    why_secondary = forms.CharField(label=_("Why not a primary source"), max_length=300, required=False)
    credibility = forms.TypedChoiceField(
        label=_("Credibility"), choices=CREDIBILITY, coerce=int, empty_value=None, required=False
    )
    visibility = forms.ChoiceField(label=_("Who may see it"), choices=Visibility.choices)

    def __init__(self, *args: Any, item: Evidence, known: Sequence[Evidence], **kwargs: Any) -> None:
        names = [name for name in self.base_fields if name != "version"]
        initial = {name: getattr(item, name) for name in names} | {"version": item.version}
        super().__init__(*args, initial=initial, **kwargs)
        parents = {row.pk: row.derives_from_id for row in known}
        apart = [row.pk for row in known if row.pk != item.pk and not _goes_back_to(row.pk, item.pk, parents)]
        self.fields["derives_from"].queryset = Evidence.objects.filter(pk__in=apart)  # type: ignore[attr-defined]  # a ModelChoiceField

    def go_on_with(self, item: Evidence) -> None:
        """Somebody changed the item meanwhile: what was typed stays, and is saved over the new version next time."""
        current = cast(QueryDict, self.data).copy()
        current["version"] = str(item.version)
        self.data = current

    def changes(self, item: Evidence) -> dict[str, Any]:
        """What the person changed, by field of `Evidence`."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return {name: value for name, value in given.items() if getattr(item, name) != value}


def _goes_back_to(item: int, other: int, parents: dict[int, int | None]) -> bool:
    """Whether `item` was taken from `other`, however far back."""
    above = parents.get(item)
    while above is not None and above != other:
        above = parents.get(above)
    return above == other
